//! The findings of one policy in one review: equal ones are one, at the strictest, and a flood ends in a count.
//!
//! Never lowers what a finding costs.

use std::collections::BTreeMap;

use crate::engine::policy_set::Rule;
use crate::model::{Enforcement, Finding, Path, PolicyId, Status};

/// Findings of one policy in one review; the rest is counted.
const MAX_FINDINGS: usize = 100;

/// Findings by path and message.
#[derive(Default)]
pub(super) struct Merged(BTreeMap<(Path, String), Finding>);

impl Merged {
    /// Adds a finding under the bindings `rules`, at the strictest enforcement of theirs.
    pub(super) fn push(&mut self, mut finding: Finding, rules: &[&Rule], of_template: bool) {
        let by_severity = finding.severity.default_enforcement();
        let price = |rule: &&Rule| {
            let own = rule.templates.filter(|_| of_template);
            own.or(rule.enforcement).unwrap_or(by_severity)
        };
        let enforcement = rules.iter().map(price).max();
        finding.enforcement = enforcement.unwrap_or(Enforcement::Deny);
        let key = (finding.path.clone(), finding.message.clone());
        if let Some(known) = self.0.get_mut(&key) {
            known.severity = known.severity.max(finding.severity);
            known.enforcement = known.enforcement.max(finding.enforcement);
        } else {
            self.0.insert(key, finding);
        }
    }

    /// The first findings in order, lifted where they are exempt; if there are more, one that counts them and is as
    /// strict as the strictest of them.
    pub(super) fn finish(self, policy: &PolicyId, lift: impl Fn(&mut Finding)) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.0.into_values().collect();
        findings.iter_mut().for_each(lift);
        if findings.len() <= MAX_FINDINGS {
            return findings;
        }
        let rest = findings.split_off(MAX_FINDINGS);
        let weight = |finding: &Finding| (finding.denies(), finding.enforcement, finding.severity);
        let count = rest.len();
        if let Some(strictest) = rest.into_iter().max_by_key(weight) {
            let lifted = strictest.status == Status::Exempt;
            findings.push(Finding {
                message: format!("{count} more findings of `{policy}` are not shown"),
                found: None,
                wanted: None,
                container: None,
                details: None,
                related: Vec::new(),
                exemption: strictest.exemption.clone().filter(|_| lifted),
                ..strictest
            });
        }
        findings
    }
}
