//! The message of a denial: every violation with its path, what was found and wanted, the fix, and where to read on.
//!
//! Never longer than a terminal can take: what is left out is counted, and the decision's name leads to the log.

use serde_json::Value;

use super::text::{cut, one_line};
use super::{Context, Denial, Said};
use crate::model::{Failure, Finding, PolicyId};

/// Most findings that a message shows.
const FINDINGS: usize = 16;
/// Longest message, in bytes.
const MESSAGE: usize = 4 << 10;
/// What the last lines take, in bytes.
const TAIL: usize = 256;
/// Longest text of a finding, in characters: one must not push out the others.
const TEXT: usize = 600;
/// Longest value shown, in characters.
const SHOWN: usize = 80;

/// How to be let through for a time: only operators can, by no label or annotation.
const EXEMPT: &str = "\nto exempt a finding for a time, ask an operator for an entry in `exemptions.yaml`: policy, match, reason, owner, expires";

/// One reason of a denial (`meta/v1.StatusCause`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The policy's id.
    pub reason: String,
    /// What is wrong.
    pub message: String,
    /// Where in the object.
    pub field: String,
}

/// The denial that the findings and failures come to; `None`: nothing denies.
pub(super) fn denial(said: &Said<'_>, context: &Context<'_>) -> Option<Denial> {
    let count = said.denying.len() + said.failing.len();
    if count == 0 {
        return None;
    }
    let failures = said.failing.iter().map(|failure| of_failure(failure));
    let findings = said
        .denying
        .iter()
        .map(|finding| of_finding(finding, context));
    let mut message = head(said, context);
    let mut shown = 0;
    for block in failures.chain(findings) {
        if shown == FINDINGS || message.len() + block.len() + TAIL > MESSAGE {
            break;
        }
        message.push_str(&block);
        shown += 1;
    }
    if !said.denying.is_empty() {
        message.push_str(EXEMPT);
    }
    if shown < count {
        message.extend([format!(
            "\n+{} more, decision {}",
            count - shown,
            context.decision
        )]);
    }
    let causes = said.failing.iter().map(|failure| Cause {
        reason: failure.policy.to_string(),
        message: format!("could not be evaluated: {}", failure.message),
        field: String::new(),
    });
    let causes = causes.chain(said.denying.iter().map(|finding| Cause {
        reason: finding.policy.to_string(),
        message: one_line(&finding.message),
        field: finding.path.to_string(),
    }));
    Some(Denial {
        message,
        causes: causes.take(FINDINGS).collect(),
    })
}

fn head(said: &Said<'_>, context: &Context<'_>) -> String {
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let mut parts = Vec::new();
    if !said.denying.is_empty() {
        parts.push(plural(said.denying.len(), "violation"));
    }
    if !said.failing.is_empty() {
        parts.push(match said.failing.len() {
            1 => "1 policy that could not be evaluated".to_owned(),
            count => format!("{count} policies that could not be evaluated"),
        });
    }
    format!("{} (policy set {})", parts.join(", "), context.policy_set)
}

fn of_finding(finding: &Finding, context: &Context<'_>) -> String {
    let policy = (context.policies)(&finding.policy);
    let mut block = format!(
        "\n- {} ({}) at {}\n  {}",
        finding.policy,
        finding.severity,
        path(finding),
        cut(&one_line(&finding.message), TEXT)
    );
    let values = [("found", &finding.found), ("wanted", &finding.wanted)];
    let values: Vec<String> = values
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", shown(value.as_ref()?))))
        .collect();
    if !values.is_empty() {
        block.extend([format!("\n  {}", values.join(", "))]);
    }
    if let Some(policy) = policy {
        block.extend([format!(
            "\n  fix: {}",
            cut(&one_line(&policy.remediation), TEXT)
        )]);
    }
    block.extend([format!("\n  docs: {}", docs(&finding.policy))]);
    block
}

fn of_failure(failure: &Failure) -> String {
    let place = failure.place.as_ref().map_or_else(String::new, |place| {
        format!(" at {}:{}:{}", place.file, place.line, place.column)
    });
    let help = failure
        .help
        .as_ref()
        .map_or_else(String::new, |help| format!("\n  help: {}", one_line(help)));
    format!(
        "\n- {} could not be evaluated{place}: {}{help}",
        failure.policy,
        one_line(&failure.message)
    )
}

/// Where the policy's page is.
fn docs(policy: &PolicyId) -> String {
    format!("portcullis explain {policy}")
}

/// The finding's path; the object as a whole has none.
pub(super) fn path(finding: &Finding) -> String {
    let path = finding.path.to_string();
    if path.is_empty() {
        "the object".to_owned()
    } else {
        path
    }
}

fn shown(value: &Value) -> String {
    cut(&one_line(&value.to_string()), SHOWN)
}
