//! What violations cost: bindings' matches, exemptions, what was there before, what stands for what, and the verdict.
//!
//! Never lifts a failure: nobody has looked.

mod exemptions;
mod matches;
mod mirror;
mod pre_existing;

use std::cmp::Ordering;

pub(super) use exemptions::Exemptions;
pub(super) use matches::concerns;
pub(super) use mirror::{is_mirror, record_only};
pub(super) use pre_existing::{Before, only_finishes_deletion};

use crate::model::{Decision, Enforcement, Finding, Policy, Verdict};

/// Sorts a decision and says what it comes to.
pub(super) fn conclude(decision: &mut Decision, policies: &[&Policy]) {
    decision.findings.sort_by(order);
    fold(&mut decision.findings, policies);
    decision.failures.sort_by(|a, b| {
        (&a.policy, a.class, &a.place, &a.message).cmp(&(&b.policy, b.class, &b.place, &b.message))
    });
    decision.failures.dedup();
    decision.not_applicable.sort();
    decision.not_applicable.dedup();
    decision.not_known.sort();
    decision.not_known.dedup();
    let denies = decision.findings.iter().any(Finding::denies);
    let fails = decision
        .failures
        .iter()
        .any(|failure| failure.enforcement == Enforcement::Deny);
    decision.verdict = if denies || fails {
        Verdict::Deny
    } else {
        Verdict::Allow
    };
}

fn order(a: &Finding, b: &Finding) -> Ordering {
    (&a.path, &a.policy, &a.message).cmp(&(&b.path, &b.policy, &b.message))
}

/// Marks findings that a more specific policy stands for at the same place, so that reports show one.
///
/// Only where it is at least as strict: what denies is never folded into what doesn't.
fn fold(findings: &mut [Finding], policies: &[&Policy]) {
    let specific: Vec<(usize, &Policy)> = findings
        .iter()
        .enumerate()
        .filter_map(|(position, finding)| {
            let policy = policies.iter().find(|policy| policy.id == finding.policy)?;
            (!policy.supersedes.is_empty()).then_some((position, *policy))
        })
        .collect();
    let mut folded = Vec::new();
    for (position, policy) in specific {
        let Some(own) = findings.get(position) else {
            continue;
        };
        for (other, finding) in findings.iter().enumerate() {
            let stands_for =
                finding.path == own.path && policy.supersedes.contains(&finding.policy);
            let as_strict = own.denies() || (!finding.denies() && own.status <= finding.status);
            if stands_for && as_strict {
                folded.push((other, policy.id.clone()));
            }
        }
    }
    for (position, by) in folded {
        if let Some(finding) = findings.get_mut(position) {
            finding.superseded_by.get_or_insert(by);
        }
    }
}
