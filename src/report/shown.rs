//! Which findings of a report are shown, and how many there are of what.
//!
//! Never hides a denial: a finding is folded into a more specific one only where that one weighs at least as much.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Enforcement, Failure, FailureClass, Finding, Judged, Policy, PolicyId, PolicyPlace, Report,
    Status,
};

/// A finding with what it stands in.
pub(crate) struct Shown<'a> {
    /// The object.
    pub(crate) judged: &'a Judged,
    /// The finding.
    pub(crate) finding: &'a Finding,
    /// Its policy's metadata.
    pub(crate) policy: Option<&'a Policy>,
    /// More general policies that found the same place.
    pub(crate) folded: Vec<&'a PolicyId>,
}

impl Shown<'_> {
    /// The policy's title, or its id where the metadata isn't known.
    pub(crate) fn title(&self) -> &str {
        self.policy
            .map_or(self.finding.policy.as_str(), |policy| &policy.title)
    }

    /// How to mend it; empty where the metadata isn't known.
    pub(crate) fn remediation(&self) -> &str {
        self.policy.map_or("", |policy| &policy.remediation)
    }
}

/// All findings of `report` in its order, without those that are folded into another.
pub(crate) fn shown(report: &Report) -> Vec<Shown<'_>> {
    report
        .judged
        .iter()
        .flat_map(|judged| of_object(report, judged))
        .collect()
}

/// The findings of one object, without those that are folded into another.
pub(crate) fn of_object<'a>(report: &'a Report, judged: &'a Judged) -> Vec<Shown<'a>> {
    let findings = &judged.decision.findings;
    let hosts: Vec<Option<usize>> = (0..findings.len())
        .map(|index| host(findings, index))
        .collect();
    let folded_into = |index: usize| {
        let folded = findings
            .iter()
            .zip(&hosts)
            .filter(move |(_, host)| **host == Some(index));
        folded
            .map(|(finding, _)| &finding.policy)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    let own = findings
        .iter()
        .enumerate()
        .zip(&hosts)
        .filter(|(_, host)| host.is_none());
    own.map(|((index, finding), _)| Shown {
        judged,
        finding,
        policy: report.policies.get(&finding.policy).map(AsRef::as_ref),
        folded: folded_into(index),
    })
    .collect()
}

/// The finding that stands for finding `index` in reports; `None`: it stands for itself.
fn host(findings: &[Finding], index: usize) -> Option<usize> {
    let own = findings.get(index)?;
    let mut last = index;
    // As many steps as there are findings: policies that supersede one another in a circle stand for themselves.
    for _ in 0..findings.len() {
        let finding = findings.get(last)?;
        let next = finding.superseded_by.as_ref().and_then(|policy| {
            findings
                .iter()
                .position(|other| other.policy == *policy && other.path == own.path)
        });
        match next {
            Some(next) if findings.get(next).is_some_and(|other| weighs(other, own)) => last = next,
            _ => return (last != index).then_some(last),
        }
    }
    None
}

fn weighs(host: &Finding, folded: &Finding) -> bool {
    match folded.status {
        Status::New => host.status == Status::New && host.enforcement >= folded.enforcement,
        Status::Baseline | Status::Exempt => true,
    }
}

/// Sorts what counts most to the front; equals keep their order.
pub(crate) fn worst_first(findings: &mut [Shown<'_>]) {
    findings.sort_by_key(|shown| {
        let finding = shown.finding;
        (
            finding.status,
            Reverse(finding.severity),
            Reverse(finding.enforcement),
        )
    });
}

/// A failure with all objects that it concerns.
pub(crate) struct FailureGroup<'a> {
    /// The failure as it was first met.
    pub(crate) failure: &'a Failure,
    /// The object of the first.
    pub(crate) first: &'a Judged,
    /// How many objects.
    pub(crate) count: u64,
}

/// The failures of `report`: equal ones once, strictest first, then by policy and place.
pub(crate) fn failures(report: &Report) -> Vec<FailureGroup<'_>> {
    type Key<'a> = (
        Reverse<Enforcement>,
        &'a PolicyId,
        FailureClass,
        Option<&'a PolicyPlace>,
        &'a str,
    );
    let mut groups: BTreeMap<Key<'_>, FailureGroup<'_>> = BTreeMap::new();
    for judged in &report.judged {
        for failure in &judged.decision.failures {
            let key = (
                Reverse(failure.enforcement),
                &failure.policy,
                failure.class,
                failure.place.as_ref(),
                failure.message.as_str(),
            );
            groups
                .entry(key)
                .or_insert(FailureGroup {
                    failure,
                    first: judged,
                    count: 0,
                })
                .count += 1;
        }
    }
    groups.into_values().collect()
}

/// How many findings a report has of what; folded ones don't count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// That deny.
    pub(crate) deny: u64,
    /// That warn.
    pub(crate) warn: u64,
    /// That are recorded only.
    pub(crate) audit: u64,
    /// Lifted by an exemption.
    pub(crate) exempt: u64,
    /// Listed in the baseline.
    pub(crate) baseline: u64,
}

/// Counts `findings`.
pub(crate) fn counts(findings: &[Shown<'_>]) -> Counts {
    let mut counts = Counts::default();
    for shown in findings {
        let counter = match (shown.finding.status, shown.finding.enforcement) {
            (Status::Baseline, _) => &mut counts.baseline,
            (Status::Exempt, _) => &mut counts.exempt,
            (Status::New, Enforcement::Deny) => &mut counts.deny,
            (Status::New, Enforcement::Warn) => &mut counts.warn,
            (Status::New, Enforcement::Audit) => &mut counts.audit,
        };
        *counter += 1;
    }
    counts
}

/// `1 object`, `2 objects`.
pub(crate) fn number(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The object as people name it: `Deployment shop/web`.
pub(crate) fn object_name(judged: &Judged) -> String {
    let resource = &judged.resource;
    match (resource.namespace.as_str(), resource.name.as_str()) {
        ("", "") => resource.kind.clone(),
        ("", name) => format!("{} {name}", resource.kind),
        (namespace, "") => format!("{} in {namespace}", resource.kind),
        (namespace, name) => format!("{} {namespace}/{name}", resource.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// Findings as (policy, superseded by, status, enforcement), all at one path; and the policies shown with what they fold.
    #[track_caller]
    fn check(rows: &[(&str, &str, Status, Enforcement)], expected: &[(&str, &[&str])]) {
        let findings = rows
            .iter()
            .map(|(policy, by, status, enforcement)| Finding {
                superseded_by: (!by.is_empty()).then(|| by.parse().unwrap()),
                status: *status,
                enforcement: *enforcement,
                ..fixture::finding(policy, "spec.x", "m")
            });
        let report = fixture::report(vec![fixture::judged("a.yaml", findings.collect())]);
        let shown = shown(&report);
        let got: Vec<(&str, Vec<&str>)> = shown
            .iter()
            .map(|s| {
                (
                    s.finding.policy.as_str(),
                    s.folded.iter().map(|id| id.as_str()).collect(),
                )
            })
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected
            .iter()
            .map(|(policy, folded)| (*policy, folded.to_vec()))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_folded_finding_is_shown_with_the_one_that_stands_for_it() {
        use Enforcement::{Deny, Warn};
        use Status::{Baseline, Exempt, New};
        check(
            &[("a/x", "", New, Deny), ("a/y", "a/x", New, Deny)],
            &[("a/x", &["a/y"])],
        );
        check(&[("a/y", "a/x", New, Deny)], &[("a/y", &[])]);
        check(
            &[
                ("a/x", "", New, Deny),
                ("a/y", "a/x", New, Deny),
                ("a/z", "a/y", New, Warn),
            ],
            &[("a/x", &["a/y", "a/z"])],
        );
        check(
            &[("a/x", "", New, Deny), ("a/y", "a/x", Baseline, Deny)],
            &[("a/x", &["a/y"])],
        );
        check(
            &[("a/x", "", Exempt, Deny), ("a/y", "a/x", Exempt, Deny)],
            &[("a/x", &["a/y"])],
        );
    }

    #[test]
    fn a_denial_is_never_folded_into_something_milder() {
        use Enforcement::{Deny, Warn};
        use Status::{Exempt, New};
        let both: &[(&str, &[&str])] = &[("a/x", &[]), ("a/y", &[])];
        check(
            &[("a/x", "", Exempt, Deny), ("a/y", "a/x", New, Deny)],
            both,
        );
        check(&[("a/x", "", New, Warn), ("a/y", "a/x", New, Deny)], both);
        check(
            &[("a/x", "a/y", New, Deny), ("a/y", "a/x", New, Deny)],
            both,
        );
    }
}
