//! A policy's page for the terminal.
//!
//! Says what the Markdown page says, from the same parts.

use std::fmt::Write as _;

use crate::report::escape::{visible, visible_lines};
use crate::report::text::split_snippet;

use super::{CaseText, PolicyPage, facts, file_exemption, inline_exemption, parameters};

/// Widest line of prose, in characters.
const WIDTH: usize = 96;

/// The page as plain text.
#[must_use]
pub fn explain(page: &PolicyPage<'_>) -> String {
    let policy = page.policy;
    let mut text = format!("{}: {}\n\n", policy.id, visible(&policy.title));
    text.push_str(&wrapped(&policy.description));
    text.push('\n');
    for (name, value) in facts(page) {
        let _ = writeln!(text, "  {name:<12}{}", visible(&value));
    }
    let parameters: Vec<String> = parameters::of(policy)
        .into_iter()
        .map(|parameter| {
            let default = match parameter.default {
                Some(default) => format!(", default {default}"),
                None if parameter.required => ", required".to_owned(),
                None => String::new(),
            };
            let line = format!(
                "{} ({}{default}) {}",
                parameter.name, parameter.kind, parameter.description
            );
            visible(&line).trim_end().to_owned()
        })
        .collect();
    section(&mut text, "parameters", &parameters.join("\n"));
    section(&mut text, "avoid", &case(page.deny.as_ref()));
    section(&mut text, "use instead", &case(page.allow.as_ref()));
    section(&mut text, "fix", &fix(&policy.remediation));
    section(
        &mut text,
        "exempt, in the file or in .portcullis-exemptions.yaml",
        &format!("{}\n\n{}", inline_exemption(policy), file_exemption(policy)),
    );
    section(&mut text, "references", &references(page));
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    if body.trim().is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    for line in body.trim_end().lines() {
        let line = if line.is_empty() {
            String::new()
        } else {
            format!("  {line}")
        };
        let _ = writeln!(text, "{line}");
    }
}

fn case(case: Option<&CaseText>) -> String {
    case.map_or(String::new(), |case| {
        let expected = case
            .expected
            .iter()
            .map(|line| format!("\n=> {}", visible(line)));
        let text = visible_lines(case.text.trim_end()).into_owned();
        let circumstances = case.judged_with.trim_end();
        let with = (!circumstances.is_empty())
            .then(|| format!("\n-- judged with\n{}", visible_lines(circumstances)));
        std::iter::once(text).chain(with).chain(expected).collect()
    })
}

/// The remediation; a snippet at its end stands on a line of its own.
fn fix(remediation: &str) -> String {
    match split_snippet(remediation.trim()) {
        Some((sentence, code)) => format!("{}  {}", wrapped(sentence), visible(code)),
        None => wrapped(remediation),
    }
}

fn references(page: &PolicyPage<'_>) -> String {
    let rules = page
        .policy
        .references
        .iter()
        .map(|rule| format!("{}: {}", rule.framework, rule.id));
    let pages = page
        .policy
        .related_resources
        .iter()
        .map(|page| page.reference.clone());
    let all: Vec<String> = rules
        .chain(pages)
        .map(|line| visible(&line).into_owned())
        .collect();
    all.join("\n")
}

/// Paragraphs of at most [`WIDTH`] characters a line.
fn wrapped(text: &str) -> String {
    let mut shown = String::new();
    for paragraph in visible_lines(text.trim()).split("\n\n") {
        let mut width = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > WIDTH {
                shown.push('\n');
                width = 0;
            }
            if width > 0 {
                shown.push(' ');
                width += 1;
            }
            shown.push_str(word);
            width += length;
        }
        shown.push('\n');
    }
    shown
}
