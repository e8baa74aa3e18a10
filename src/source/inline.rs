//! Reads exemptions out of comments: `# portcullis: ignore[policy-a,policy-b] reason="…" owner=… until=2027-03-01`.
//!
//! Never honours one that isn't well formed, and never stays silent about it.

use jiff::civil::Date;

use crate::model::{Comment, InlineExemption, Notice, PolicyPattern, SourceText, Span};

use super::kubernetes::Object;

const HEAD: &str = "portcullis:";
const HELP: &str =
    "write `# portcullis: ignore[category/policy] reason=\"why\" owner=team until=2027-03-01`";

/// What the comments of a document exempt: an exemption each, with the place of its comment.
pub(super) fn exemptions(
    comments: &[Comment],
    source: &SourceText,
    notices: &mut Vec<Notice>,
) -> Vec<InlineExemption> {
    let mut found = Vec::new();
    for comment in comments {
        let Some(text) = comment.text.trim_start().strip_prefix(HEAD) else {
            continue;
        };
        match read(text) {
            Ok(fields) => found.push(InlineExemption {
                policies: fields.policies,
                reason: fields.reason,
                owner: fields.owner,
                until: fields.until,
                line: Some(line_of(comment, source)),
                span: comment.span,
            }),
            Err(message) => notices.push(notice(&message, HELP, comment.span, source)),
        }
    }
    found
}

fn notice(message: &str, help: &str, span: Span, source: &SourceText) -> Notice {
    Notice {
        warning: true,
        message: format!("the inline exemption has no effect: {message}"),
        place: Some(format!("{}:{}", source.name(), source.line(span.start))),
        help: Some(help.to_owned()),
    }
}

/// Says which of `exemptions` stand between the head of a list and its first object, whose text starts at `first`.
pub(super) fn at_no_object(
    exemptions: &[InlineExemption],
    first: u32,
    root: u32,
    source: &SourceText,
    notices: &mut Vec<Notice>,
) {
    let head = source.line_end(root);
    let lost = |found: &&InlineExemption| (head..first).contains(&found.span.start);
    for exemption in exemptions.iter().filter(lost) {
        let message = "it stands at no object of the list";
        let help = "move it to the object's first line, or to the first line of the document";
        notices.push(notice(message, help, exemption.span, source));
    }
}

/// Those of `exemptions` that concern `object`, which is followed by the object whose text starts at `next`.
///
/// At the head of the document (up to the end of the line that `root` stands on) or of the object an exemption concerns the
/// whole object.
pub(super) fn concerning(
    exemptions: &[InlineExemption],
    object: &Object,
    next: Option<u32>,
    root: u32,
    source: &SourceText,
) -> Vec<InlineExemption> {
    if exemptions.is_empty() {
        return Vec::new();
    }
    let head_of_document = source.line_end(root);
    let head_of_object = source.line_end(object.head);
    let mut found = Vec::new();
    for exemption in exemptions {
        let at = exemption.span.start;
        let of_document = at < head_of_document;
        let inside = at >= object.from && next.is_none_or(|next| at < next);
        if !of_document && !inside {
            continue;
        }
        let whole = of_document || at < head_of_object;
        found.push(InlineExemption {
            line: if whole { None } else { exemption.line },
            ..exemption.clone()
        });
    }
    found
}

/// The line that a comment speaks of: its own if something stands before it, else the next that holds more than a comment.
fn line_of(comment: &Comment, source: &SourceText) -> u32 {
    let own = source.line(comment.span.start);
    let before = source.line_span(own).map_or("", |line| {
        source.slice(Span::new(line.start, comment.span.start))
    });
    if !before.trim().is_empty() {
        return own;
    }
    let speaks = |line: &u32| {
        let text = source.line_span(*line).map(|span| source.slice(span));
        text.is_none_or(|text| !text.trim_start().starts_with('#'))
    };
    (own + 1..=source.line_count())
        .find(speaks)
        .unwrap_or(own + 1)
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
