//! A report for a terminal, in cargo's shape.
//!
//! Never prints a character that a file could use to move or hide text, never the value of a secret.

mod excerpt;
mod failure;
mod finding;
mod ledger;
mod problem;
mod redact;

use std::fmt::Write as _;

use annotate_snippets::renderer::{DEFAULT_HELP_STYLE, Style};
use annotate_snippets::{Group, Renderer};

use crate::model::{Enforcement, Report, Status};
use crate::report::shown::{self, Counts, Shown, number};

pub(crate) use finding::split_snippet;
pub use ledger::ledger;
pub(crate) use ledger::line as ledger_line;
pub use problem::{Problem, ProblemLevel, notices, problem};
pub(crate) use redact::may_be_secret;

/// How text is rendered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct TextOptions {
    /// Write ANSI colours.
    pub colour: bool,
    /// Also show `audit` findings.
    pub verbose: bool,
    /// Findings and failures only: no hint, no summary.
    pub quiet: bool,
    /// Also show exempt findings with their exemption.
    pub show_exempt: bool,
    /// How many lines to show before and after the marked ones.
    pub snippet_lines: u32,
    /// Link a policy's id to its page (OSC 8).
    pub hyperlinks: bool,
}

impl TextOptions {
    fn renderer(&self) -> Renderer {
        let renderer = if self.colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.hyperlink(self.hyperlinks)
    }
}

/// Findings with their snippets, failures, what couldn't be read or loaded, and a line of counts.
#[must_use]
pub fn render(report: &Report, options: &TextOptions) -> String {
    let renderer = options.renderer();
    let shown = shown::shown(report);
    let mut text = String::new();
    let mut block = |group: &Group<'_>| {
        text.push_str(&excerpt::print(&renderer, group));
        text.push('\n');
    };
    for found in shown.iter().filter(|found| is_printed(found, options)) {
        block(&finding::group(found, options));
    }
    for failed in shown::failures(report) {
        block(&failure::group(&failed));
    }
    for problem in &report.load_problems {
        block(&failure::load_problem(problem));
    }
    for unread in &report.coverage.unreadable {
        block(&failure::unreadable(unread));
    }
    if !options.quiet {
        let counts = shown::counts(&shown);
        hint(&mut text, &shown, options);
        summary(&mut text, report, counts, options);
    }
    text
}

fn is_printed(shown: &Shown<'_>, options: &TextOptions) -> bool {
    match (shown.finding.status, shown.finding.enforcement) {
        (Status::Baseline, _) => false,
        (Status::Exempt, _) => options.show_exempt,
        (Status::New, Enforcement::Audit) => options.verbose,
        (Status::New, Enforcement::Deny | Enforcement::Warn) => true,
    }
}

/// What else to do, once, for the first finding that may need it.
fn hint(text: &mut String, shown: &[Shown<'_>], options: &TextOptions) {
    let printed =
        |found: &&Shown<'_>| found.finding.status == Status::New && is_printed(found, options);
    let Some(first) = shown.iter().find(printed) else {
        return;
    };
    let policy = &first.finding.policy;
    let style = if options.colour {
        DEFAULT_HELP_STYLE
    } else {
        Style::new()
    };
    let _ = write!(
        text,
        "{style}help{style:#}: `portcullis explain {policy}` says more\n\
         {style}help{style:#}: to exempt a finding, write `# portcullis: ignore[{policy}] reason=\"…\"` above its line, \
         or add it with owner and expiry to `.portcullis-exemptions.yaml`\n\n"
    );
}

fn summary(text: &mut String, report: &Report, counts: Counts, options: &TextOptions) {
    let failures: usize = report
        .judged
        .iter()
        .map(|judged| judged.decision.failures.len())
        .sum();
    let (failures, load) = (failures as u64, report.load_problems.len() as u64);
    let unreadable = report.coverage.unreadable.len() as u64;
    let audit = if options.verbose {
        ""
    } else {
        " (shown with -v)"
    };
    let exempt = if options.show_exempt {
        ""
    } else {
        " (shown with --show-exempt)"
    };
    let parts = [
        (counts.deny, number(counts.deny, "error", "errors")),
        (counts.warn, number(counts.warn, "warning", "warnings")),
        (
            counts.audit,
            format!("{}{audit}", number(counts.audit, "note", "notes")),
        ),
        (failures, number(failures, "failure", "failures")),
        (load, number(load, "load problem", "load problems")),
        (unreadable, format!("{unreadable} unreadable")),
        (counts.exempt, format!("{} exempt{exempt}", counts.exempt)),
        (
            counts.baseline,
            format!("{} in the baseline", counts.baseline),
        ),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, said)| said)
        .collect();
    let said = if said.is_empty() {
        "no findings".to_owned()
    } else {
        said.join(" · ")
    };
    let _ = writeln!(text, "{}: {said}", report.verdict.as_str());
}

#[cfg(test)]
mod tests;
