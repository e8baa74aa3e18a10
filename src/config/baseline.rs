//! Baselines: findings that were there before, and don't count until they are mended.
//!
//! Never holds a value or a snippet: a fingerprint, the policy and the file are all there is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::error::ConfigError;
use super::file::policy_id;
use super::reader::{Node, Reader};
use crate::model::{
    Decision, Document, Enforcement, Failure, Finding, Judged, Notice, PolicyId, Status, Verdict,
};

/// Findings that don't count, sorted by file, policy and fingerprint; none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(BTreeSet<Entry>);

/// One finding of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its file when it was written, for people.
    pub file: String,
    /// Its policy.
    pub policy: PolicyId,
    /// What it is known by.
    pub fingerprint: String,
}

impl Baseline {
    /// All findings of `judged` that count or are baselined already; exempt ones have their exemption.
    #[must_use]
    pub fn of(judged: &[Judged]) -> Self {
        let entry = |file: &str, finding: &Finding| Entry {
            file: file.to_owned(),
            policy: finding.policy.clone(),
            fingerprint: finding.fingerprint.clone(),
        };
        let entries = judged.iter().flat_map(|judged| {
            let counting = judged
                .decision
                .findings
                .iter()
                .filter(|it| it.status != Status::Exempt);
            counting.map(|finding| entry(&judged.file, finding))
        });
        Self(
            entries
                .filter(|entry| !entry.fingerprint.is_empty())
                .collect(),
        )
    }

    /// Its entries, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.0.iter()
    }

    /// The entries whose fingerprint is among `seen`, and those that are gone.
    #[must_use]
    pub fn prune(&self, seen: &BTreeSet<String>) -> (Self, Vec<Entry>) {
        let (kept, gone): (BTreeSet<Entry>, BTreeSet<Entry>) = self
            .0
            .iter()
            .cloned()
            .partition(|entry| seen.contains(&entry.fingerprint));
        (Self(kept), gone.into_iter().collect())
    }

    /// Marks the findings that this baseline lists, weighs their decisions anew, and gives the entries that match nothing.
    ///
    /// Findings must have their fingerprints. An exempt finding stays exempt, and its entry counts as matched.
    pub fn apply(&self, judged: &mut [Judged]) -> Vec<Entry> {
        let mut unmatched: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.0 {
            unmatched.entry(&entry.fingerprint).or_default().push(entry);
        }
        let listed: BTreeSet<&str> = unmatched.keys().copied().collect();
        for decision in judged.iter_mut().map(|judged| &mut judged.decision) {
            for finding in &mut decision.findings {
                if listed.contains(finding.fingerprint.as_str()) {
                    unmatched.remove(finding.fingerprint.as_str());
                    if finding.status == Status::New {
                        finding.status = Status::Baseline;
                    }
                }
            }
            decision.verdict = verdict(decision);
        }
        let unmatched: BTreeSet<&Entry> = unmatched.into_values().flatten().collect();
        unmatched.into_iter().cloned().collect()
    }
}

/// What `decision` comes to by its findings and failures.
fn verdict(decision: &Decision) -> Verdict {
    let failed = |failure: &Failure| failure.enforcement == Enforcement::Deny;
    if decision.findings.iter().any(Finding::denies) || decision.failures.iter().any(failed) {
        Verdict::Deny
    } else {
        Verdict::Allow
    }
}

/// What a user hears of `unmatched` entries of the baseline `name`; `None` if there are none.
#[must_use]
pub fn notice(unmatched: &[Entry], name: &str) -> Option<Notice> {
    let message = match unmatched.len() {
        0 => return None,
        1 => "1 entry of the baseline matches no finding".to_owned(),
        count => format!("{count} entries of the baseline match no finding"),
    };
    Some(Notice {
        warning: false,
        message,
        place: Some(name.to_owned()),
        help: Some("`portcullis baseline prune` drops what is mended".to_owned()),
    })
}

/// Reads a baseline.
pub fn read(document: &Document) -> Result<Baseline, Vec<ConfigError>> {
    let reader = Reader::new(document);
    let root = reader
        .root("the baseline")
        .fields(None, &["version", "findings"]);
    let baseline = root.map(|fields| {
        fields.version_one();
        let list = fields.required("findings", "findings: []");
        Baseline(
            list.map(|node| node.list(entry))
                .unwrap_or_default()
                .into_iter()
                .collect(),
        )
    });
    reader.finish(baseline)
}

fn entry(node: Node<'_>) -> Option<Entry> {
    let known = &["fingerprint", "policy", "file"];
    let fields = node.fields(Some("a finding".to_owned()), known)?;
    let fingerprint = fields
        .required("fingerprint", "fingerprint: …")
        .and_then(Node::text);
    let policy = fields
        .required("policy", "policy: category/name")
        .and_then(|node| {
            policy_id(node.text()?, node.at())
                .map_err(|error| node.fail(error))
                .ok()
        });
    let file = fields
        .required("file", "file: deploy/app.yaml")
        .and_then(Node::text);
    Some(Entry {
        file: file?.to_owned(),
        policy: policy?,
        fingerprint: fingerprint?.to_owned(),
    })
}

/// The baseline as JSON, one finding a line, so that a diff shows what changed.
#[must_use]
pub fn write(baseline: &Baseline) -> String {
    let line = |entry: &Entry| {
        let finding = json!({
            "fingerprint": entry.fingerprint,
            "policy": entry.policy.as_str(),
            "file": entry.file,
        });
        format!("\n{finding}")
    };
    let lines: Vec<String> = baseline.0.iter().map(line).collect();
    let end = if lines.is_empty() { "" } else { "\n" };
    format!(
        "{{\"version\":1,\"findings\":[{}{end}]}}\n",
        lines.join(",")
    )
}

#[cfg(test)]
mod tests;
