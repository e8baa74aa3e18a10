//! A decision as the admission contract says it: message, warnings, audit annotations (`admission.k8s.io/v1`).
//!
//! Never shows more than a decision holds: found values that may be secret are gone before, at the engine's door.

mod message;
mod text;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{Decision, Enforcement, Failure, Finding, Policy, PolicyId, Status};

pub use message::Cause;
use text::{cut, one_line};

/// Longest warning, in characters; the API server cuts longer ones.
const WARNING: usize = 256;
/// All warnings of an answer, in characters: of the API server's 4096 for a request, other webhooks get the rest.
const WARNINGS: usize = 3072;
/// Longest audit annotation, in bytes.
const ANNOTATION: usize = 1024;

/// What an answer is made of besides the decision.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The policies by id, for titles and remediation.
    pub policies: &'a dyn Fn(&PolicyId) -> Option<&'a Policy>,
    /// The policy set in force: 12 hexadecimal digits.
    pub policy_set: &'a str,
    /// What the decision log calls this decision.
    pub decision: &'a str,
    /// Whether findings may deny here; where they can't, they warn.
    pub denies: bool,
}

/// What the API server is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Why it is denied; `None`: it is allowed.
    pub denial: Option<Denial>,
    /// One line each, free of control characters.
    pub warnings: Vec<String>,
    /// Keys without the webhook's name, which the API server puts before them.
    pub annotations: BTreeMap<&'static str, String>,
}

/// Why a request is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What the user reads: all violations, with paths, fixes and where to read on.
    pub message: String,
    /// The same for programs (`StatusDetails.causes`).
    pub causes: Vec<Cause>,
}

/// Renders a decision.
#[must_use]
pub fn answer(decision: &Decision, context: &Context<'_>) -> Answer {
    let said = Said::new(decision, context);
    Answer {
        denial: message::denial(&said, context),
        warnings: warnings(&said, context),
        annotations: annotations(decision, context),
    }
}

/// A decision sorted by what it costs here.
struct Said<'a> {
    denying: Vec<&'a Finding>,
    warning: Vec<&'a Finding>,
    failing: Vec<&'a Failure>,
    doubtful: Vec<&'a Failure>,
}

impl<'a> Said<'a> {
    fn new(decision: &'a Decision, context: &Context<'_>) -> Self {
        let shown = |finding: &&Finding| {
            finding.status == Status::New
                && finding.superseded_by.is_none()
                && finding.enforcement > Enforcement::Audit
        };
        let mut findings: Vec<&Finding> = decision.findings.iter().filter(shown).collect();
        findings.sort_by_key(|finding| (Reverse(finding.severity), &finding.policy, &finding.path));
        let (denying, warning) = findings
            .into_iter()
            .partition(|finding| context.denies && finding.denies());
        let counted = |failure: &&Failure| failure.enforcement > Enforcement::Audit;
        let (failing, doubtful) = decision
            .failures
            .iter()
            .filter(counted)
            .partition(|failure| context.denies && failure.enforcement == Enforcement::Deny);
        Self {
            denying,
            warning,
            failing,
            doubtful,
        }
    }
}

/// One line a policy, severest first, as far as the budget reaches.
fn warnings(said: &Said<'_>, context: &Context<'_>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (position, finding) in said.warning.iter().enumerate() {
        let same = |other: &&&Finding| other.policy == finding.policy;
        let before = said.warning.get(..position).unwrap_or_default();
        if before.iter().any(|other| other.policy == finding.policy) {
            continue;
        }
        let more = said.warning.iter().filter(same).count() - 1;
        lines.push(warning(finding, more));
    }
    for failure in &said.doubtful {
        lines.push(format!(
            "[{}] could not be evaluated: {}",
            failure.policy, failure.message
        ));
    }
    let mut budget = WARNINGS;
    let mut kept = Vec::new();
    let count = lines.len();
    for line in lines {
        let line = cut(&one_line(&line), WARNING);
        let length = line.chars().count();
        // The last line that fits says how many don't.
        if length + WARNING > budget && kept.len() + 1 < count {
            let rest = count - kept.len();
            kept.push(format!(
                "{rest} more warnings of portcullis, decision {}",
                context.decision
            ));
            break;
        }
        budget = budget.saturating_sub(length);
        kept.push(line);
    }
    kept
}

fn warning(finding: &Finding, more: usize) -> String {
    let more = match more {
        0 => String::new(),
        more => format!(" (+{more} more)"),
    };
    let before = if finding.pre_existing {
        " (was there before)"
    } else {
        ""
    };
    format!(
        "[{}] {}: {}{more}{before}",
        finding.policy,
        message::path(finding),
        finding.message
    )
}

fn annotations(decision: &Decision, context: &Context<'_>) -> BTreeMap<&'static str, String> {
    let new = |finding: &&Finding| finding.status == Status::New;
    let exempt = |finding: &&Finding| finding.status == Status::Exempt;
    let violation = |finding: &Finding| format!("{} {}", finding.policy, message::path(finding));
    let exemption = |finding: &Finding| {
        let by = finding.exemption.as_ref().map(|by| (&by.file, by.line));
        match by {
            Some((file, line)) => format!("{} by {file}:{line}", violation(finding)),
            None => violation(finding),
        }
    };
    let failure = |failure: &Failure| format!("{} {}", failure.policy, failure.class);
    let lists = [
        (
            "violations",
            decision
                .findings
                .iter()
                .filter(new)
                .map(violation)
                .collect(),
        ),
        (
            "exemptions",
            decision
                .findings
                .iter()
                .filter(exempt)
                .map(exemption)
                .collect(),
        ),
        ("failures", decision.failures.iter().map(failure).collect()),
    ];
    let mut annotations: BTreeMap<&'static str, String> = lists
        .into_iter()
        .filter(|(_, list): &(_, Vec<String>)| !list.is_empty())
        .map(|(key, list)| (key, text::list(&list, ANNOTATION)))
        .collect();
    annotations.insert("policy-set", context.policy_set.to_owned());
    annotations.insert("decision", context.decision.to_owned());
    annotations
}

#[cfg(test)]
mod tests;
