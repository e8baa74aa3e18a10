//! One finding: what, where, found and wanted, how to mend.
//!
//! Never shows a value that may be a secret; never says less than the machine formats.

use std::fmt::Write as _;

use annotate_snippets::{Group, Level, Origin, Padding, Title};

use crate::model::{Enforcement, Judged, Status};
use crate::report::escape::{cut, visible};
use crate::report::shown::{self, Shown};

use super::TextOptions;
use super::excerpt::{Mark, elements};
use super::redact::{Redact, may_be_secret};

/// Longest value that a label shows, in characters.
const VALUE_LIMIT: usize = 80;

/// The finding with its snippets.
pub(super) fn group<'a>(shown: &Shown<'a>, options: &TextOptions) -> Group<'a> {
    let finding = shown.finding;
    let level = match finding.status {
        Status::Exempt => Level::NOTE.with_name("exempt"),
        _ => level(finding.enforcement),
    };
    let title = level
        .primary_title(visible(&finding.message))
        .id(finding.policy.as_str());
    let mut group = places(shown, linked(title, shown, options), options);
    for note in notes(shown) {
        group = group.element(Level::NOTE.message(note));
    }
    match help(shown.remediation()) {
        Some(help) if finding.status == Status::New => group.element(Level::HELP.message(help)),
        _ => group,
    }
}

/// Links the id to the first page that the policy names; its own page has no address yet.
fn linked<'a>(title: Title<'a>, shown: &Shown<'a>, options: &TextOptions) -> Title<'a> {
    let pages = shown
        .policy
        .map(|policy| policy.related_resources.as_slice())
        .unwrap_or_default();
    let page = pages
        .iter()
        .map(|page| page.reference.as_str())
        .find(|page| {
            page.starts_with("https://") && page.bytes().all(|byte| byte.is_ascii_graphic())
        });
    match page {
        Some(page) if options.hyperlinks => title.id_url(page),
        _ => title,
    }
}

/// The primary place with its snippet, then the related ones.
fn places<'a>(shown: &Shown<'a>, title: Title<'a>, options: &TextOptions) -> Group<'a> {
    let finding = shown.finding;
    let Some(location) = &finding.location else {
        return title.element(Origin::path(visible(&shown.judged.file)));
    };
    let redact = Redact::of(shown.judged, finding);
    let mark = Mark {
        place: location.place,
        label: label(shown),
        primary: true,
    };
    let mut group = Group::with_title(title);
    for element in elements(&location.source, &mark, options.snippet_lines, redact) {
        group = group.element(element);
    }
    for related in &finding.related {
        let Some(location) = &related.location else {
            continue;
        };
        let label = related
            .message
            .as_deref()
            .map(|message| visible(message).into_owned());
        let mark = Mark {
            place: location.place,
            label,
            primary: false,
        };
        group = group.element(Padding);
        for element in elements(&location.source, &mark, 0, redact) {
            group = group.element(element);
        }
    }
    group
}

/// What stands at the mark: the place's own label, else what is missing, found and wanted.
fn label(shown: &Shown<'_>) -> Option<String> {
    let finding = shown.finding;
    let own = finding
        .location
        .as_ref()
        .and_then(|location| location.label.as_deref());
    let value =
        |value: &serde_json::Value| cut(&visible(&value.to_string()), VALUE_LIMIT).into_owned();
    let mut parts = Vec::new();
    parts.extend(own.map(|own| visible(own).into_owned()));
    match (&finding.missing, &finding.found) {
        (Some(missing), _) => parts.push(format!("missing `{}`", visible(missing))),
        // The engine drops such values; it isn't the only author of findings.
        (None, Some(_)) if may_be_secret(shown.judged, finding) => {}
        (None, Some(found)) => parts.push(format!("found `{}`", value(found))),
        (None, None) => {}
    }
    parts.extend(
        finding
            .wanted
            .as_ref()
            .map(|wanted| format!("wanted `{}`", value(wanted))),
    );
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn notes(shown: &Shown<'_>) -> Vec<String> {
    let finding = shown.finding;
    let mut notes = vec![in_object(shown.judged, &finding.path.to_string())];
    for related in finding
        .related
        .iter()
        .filter(|related| related.location.is_none())
    {
        let of = related
            .of
            .as_ref()
            .map_or(String::new(), |of| format!(" of {of}"));
        let message = related
            .message
            .as_ref()
            .map_or(String::new(), |text| format!(": {text}"));
        notes.push(format!("see {}{of}{message}", related.path));
    }
    if !shown.folded.is_empty() {
        let ids: Vec<String> = shown.folded.iter().map(|id| format!("`{id}`")).collect();
        notes.push(format!("stands for {} as well", ids.join(", ")));
    }
    if finding.pre_existing {
        notes.push("the old object has it too".to_owned());
    }
    if let Some(exemption) = &finding.exemption {
        let owner = exemption
            .owner
            .as_ref()
            .map_or(String::new(), |owner| format!(", {owner}"));
        let until = exemption
            .expires
            .map_or(String::new(), |date| format!(" until {date}"));
        let (file, line) = (&exemption.file, exemption.line);
        notes.push(format!(
            "exempt{until} by {file}:{line}{owner}: {}",
            exemption.reason
        ));
    }
    notes
        .iter()
        .map(|note| visible(note).into_owned())
        .collect()
}

/// `in Deployment shop/web, spec.replicas`, with the document of a file of several and the template of a rendered one.
fn in_object(judged: &Judged, path: &str) -> String {
    let mut note = format!("in {}", shown::object_name(judged));
    if !path.is_empty() {
        let _ = write!(note, ", {path}");
    }
    if judged.resource.document > 1 {
        let _ = write!(note, ", document {}", judged.resource.document);
    }
    if let Some(template) = &judged.resource.template {
        let _ = write!(note, ", rendered from {template}");
    }
    note
}

/// The remediation; a snippet at its end stands on a line of its own.
fn help(remediation: &str) -> Option<String> {
    let one_line = remediation.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = visible(&one_line);
    match split_snippet(&text) {
        Some((sentence, code)) => Some(format!("{sentence}\n  {code}")),
        None => (!text.is_empty()).then(|| text.into_owned()),
    }
}

/// The sentence of a remediation with its colon, and the code between backticks that ends it.
pub(crate) fn split_snippet(remediation: &str) -> Option<(&str, &str)> {
    let code = remediation
        .strip_suffix('.')
        .unwrap_or(remediation)
        .strip_suffix('`')?;
    let (sentence, code) = code.rsplit_once('`')?;
    Some((
        sentence
            .trim_end()
            .strip_suffix(':')
            .map(|_| sentence.trim_end())?,
        code,
    ))
}

fn level(enforcement: Enforcement) -> Level<'static> {
    match enforcement {
        Enforcement::Deny => Level::ERROR,
        Enforcement::Warn => Level::WARNING,
        Enforcement::Audit => Level::NOTE,
    }
}
