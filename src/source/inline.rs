//! Reads exemptions out of comments: `# portcullis: ignore[policy-a,policy-b] reason="…" owner=… until=2027-03-01`.
//!
//! Never honours one that isn't well formed, and never stays silent about it.

use std::cmp::Ordering;
use std::ops::Range;

use jiff::civil::Date;

use crate::model::{Comment, Document, InlineExemption, Notice, PolicyPattern, SourceText, Span};

use super::kubernetes::Object;

const HEAD: &str = "portcullis:";
const HELP: &str =
    "write `# portcullis: ignore[category/policy] reason=\"why\" owner=team until=2027-03-01`";

/// Exemptions at the head of a list that are honoured; each concerns every object of it.
const MAX_AT_HEAD: usize = 100;

/// Notices of one file that are told one by one.
const MAX_NOTICES: usize = 100;

/// The exemptions in the comments of one document, in order.
#[derive(Debug, Default)]
pub(super) struct Exemptions {
    found: Vec<InlineExemption>,
    /// How many of them stand at the document's head.
    at_head: usize,
}

impl Exemptions {
    /// Reads the comments of `document`.
    pub(super) fn read(document: &Document, notices: &mut Vec<Notice>) -> Self {
        let source = &document.source;
        let mut exemptions = Self::default();
        let mut head = None;
        let mut block = 0..0;
        for comment in &document.comments {
            let Some(text) = comment.text.trim_start().strip_prefix(HEAD) else {
                continue;
            };
            let head =
                *head.get_or_insert_with(|| source.line_end(document.spans.root().value.start));
            let at_head = comment.span.start < head;
            match read(text) {
                Ok(_) if at_head && exemptions.at_head == MAX_AT_HEAD => {
                    let message = format!("more than {MAX_AT_HEAD} stand at the document's head");
                    let help = "keep the rest in an exemptions file";
                    say(notices, notice(&message, help, comment.span, source));
                }
                Ok(fields) => {
                    exemptions.at_head += usize::from(at_head);
                    exemptions.found.push(InlineExemption {
                        policies: fields.policies,
                        reason: fields.reason,
                        owner: fields.owner,
                        until: fields.until,
                        line: Some(line_of(comment, source, &mut block)),
                        span: comment.span,
                    });
                }
                Err(message) => say(notices, notice(&message, HELP, comment.span, source)),
            }
        }
        exemptions
    }

    /// Says which stand between the head of a list and its first object, whose text starts at `first`.
    pub(super) fn at_no_object(&self, first: u32, source: &SourceText, notices: &mut Vec<Notice>) {
        let behind_head = self.found.iter().skip(self.at_head);
        for exemption in behind_head.take_while(|found| found.span.start < first) {
            let message = "it stands at no object of the list";
            let help = "move it to the object's first line, or to the first line of the document";
            say(notices, notice(message, help, exemption.span, source));
        }
    }

    /// Those that concern `object`, which is followed by the object whose text starts at `next`.
    ///
    /// At the head of the document or of the object they concern the whole object.
    pub(super) fn concerning(
        &self,
        object: &Object,
        next: Option<u32>,
        source: &SourceText,
    ) -> Vec<InlineExemption> {
        if self.found.is_empty() {
            return Vec::new();
        }
        let (of_document, others) = self
            .found
            .split_at_checked(self.at_head)
            .unwrap_or_default();
        let from = others.partition_point(|found| found.span.start < object.from);
        let to = next.map_or(others.len(), |next| {
            others.partition_point(|found| found.span.start < next)
        });
        let inside = others.get(from..to).unwrap_or_default();
        let head = source.line_end(object.head);
        of_document
            .iter()
            .chain(inside)
            .map(|found| InlineExemption {
                line: found.line.filter(|_| found.span.start >= head),
                ..found.clone()
            })
            .collect()
    }
}

/// Tells a notice, if the file hasn't had too many; the last one says that there are more.
fn say(notices: &mut Vec<Notice>, notice: Notice) {
    match notices.len().cmp(&MAX_NOTICES) {
        Ordering::Less => notices.push(notice),
        Ordering::Equal => notices.push(Notice {
            message: "more inline exemptions of this file have no effect".to_owned(),
            ..notice
        }),
        Ordering::Greater => {}
    }
}

fn notice(message: &str, help: &str, span: Span, source: &SourceText) -> Notice {
    Notice {
        warning: true,
        message: format!("the inline exemption has no effect: {message}"),
        place: Some(format!("{}:{}", source.name(), source.line(span.start))),
        help: Some(help.to_owned()),
    }
}

/// The line that a comment speaks of: its own if something stands before it, else the next that holds more than a comment.
///
/// `block` are the lines of comments that were passed last, up to the one they speak of.
fn line_of(comment: &Comment, source: &SourceText, block: &mut Range<u32>) -> u32 {
    let own = source.line(comment.span.start);
    let before = source.line_span(own).map_or("", |line| {
        source.slice(Span::new(line.start, comment.span.start))
    });
    if !before.trim().is_empty() {
        return own;
    }
    if !block.contains(&own) {
        let speaks = |line: &u32| {
            let text = source.line_span(*line).map(|span| source.slice(span));
            text.is_none_or(|text| !text.trim_start().starts_with('#'))
        };
        let next = (own + 1..=source.line_count()).find(speaks);
        *block = own..next.unwrap_or(own + 1);
    }
    block.end
}

#[derive(Debug, Default)]
struct Fields {
    policies: Vec<PolicyPattern>,
    reason: String,
    owner: Option<String>,
    until: Option<Date>,
}

/// Reads what stands behind `portcullis:`.
fn read(text: &str) -> Result<Fields, String> {
    let text = text.trim();
    let inside = text
        .strip_prefix("ignore")
        .and_then(|rest| rest.trim_start().strip_prefix('['))
        .ok_or("`ignore[` and a policy are expected after `portcullis:`")?;
    let (list, mut rest) = inside
        .split_once(']')
        .ok_or("the list of policies has no `]`")?;
    let mut fields = Fields {
        policies: policies(list)?,
        ..Fields::default()
    };
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let (name, value, after) = field(rest)?;
        rest = after;
        set(&mut fields, name, value)?;
    }
    if fields.reason.is_empty() {
        return Err("it has no `reason`".into());
    }
    Ok(fields)
}

fn policies(list: &str) -> Result<Vec<PolicyPattern>, String> {
    let names: Vec<&str> = list.split(',').map(str::trim).collect();
    let well_formed = |name: &&str| {
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/*".contains(c);
        !name.is_empty() && name.chars().all(known)
    };
    if let Some(odd) = names.iter().find(|name| !well_formed(name)) {
        return Err(if odd.is_empty() {
            "it names no policy".into()
        } else {
            format!("`{}` is no policy's name", odd.escape_debug())
        });
    }
    Ok(names.into_iter().map(PolicyPattern::new).collect())
}

/// `name=value` or `name="value"` at the head of `text`, and what follows it.
fn field(text: &str) -> Result<(&str, &str, &str), String> {
    let name_end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(name_end).unwrap_or((text, ""));
    let value = rest
        .strip_prefix('=')
        .filter(|_| !name.is_empty())
        .ok_or("`name=value` is expected behind the policies")?;
    if let Some(quoted) = value.strip_prefix('"') {
        let (value, after) = quoted
            .split_once('"')
            .ok_or_else(|| format!("the quotes of `{name}` aren't closed"))?;
        return Ok((name, value, after));
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (value, after) = value.split_at_checked(end).unwrap_or((value, ""));
    Ok((name, value, after))
}

fn set(fields: &mut Fields, name: &str, value: &str) -> Result<(), String> {
    if value.trim().is_empty() {
        return Err(format!("`{name}` is empty"));
    }
    let twice = match name {
        "reason" => !std::mem::replace(&mut fields.reason, value.trim().to_owned()).is_empty(),
        "owner" => fields.owner.replace(value.trim().to_owned()).is_some(),
        "until" => fields.until.replace(date(value)?).is_some(),
        _ => {
            return Err(format!(
                "it has an unknown field `{name}`: `reason`, `owner` and `until` are known"
            ));
        }
    };
    if twice {
        return Err(format!("`{name}` stands twice"));
    }
    Ok(())
}

fn date(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| shape).ok_or_else(|| {
        format!(
            "`until` is no date like 2027-03-01: `{}`",
            text.escape_debug()
        )
    })
}
