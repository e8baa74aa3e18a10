//! The labelled corpora: the measure of our verdicts. Read, never copied, no file special-cased.

mod constraint;
mod labels;
mod mapping;
mod objects;
mod positions;
mod run;
mod score;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use portcullis::bundle;
use portcullis::config::{self, Config, Resolve};
use portcullis::engine::{self, Bindings, Options, PolicySet};
use portcullis::model::{
    Evidence, GroupVersionKind, InlineMode, KubernetesVersion, Origin, Review, Verdict,
};
use portcullis::source::{self, ReadOptions};
use serde_json::json;

use crate::require;
use labels::Corpus;
use mapping::Mapping;
use score::Scores;

/// Labels that the corpora's README counts.
const PSS_LABELS: usize = 4_537;

/// The time of all runs.
fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// The shipped policies for one version, with one profile bound.
fn profile(version: KubernetesVersion, name: &str) -> (PolicySet, Bindings) {
    let options = Options {
        kubernetes_version: version,
        pod_templates: Vec::new(),
        time_limit: Duration::from_secs(10),
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    };
    let (set, problems) = engine::build(bundle::shipped(), &options);
    assert!(problems.is_empty(), "{problems:?}");
    let document = source::yaml::read_core(bundle::shipped_profiles()).unwrap();
    let resolved = config::resolve(&Resolve {
        profiles: &config::profiles(&document).unwrap(),
        config: &Config::default(),
        selected: &[name.to_owned()],
        only: &[],
        skip: &[],
        fail_on: None,
        not_loaded: &[],
        policies: set.policies(),
        extra: &[],
        version,
    })
    .unwrap();
    let (bindings, problems) = set.bind(resolved.bindings, Vec::new(), InlineMode::Deny);
    assert!(problems.is_empty(), "{problems:?}");
    (set, bindings)
}

/// The Pods of a file, bare and in a Deployment's template.
fn pods(file: &std::path::Path) -> Vec<(&'static str, Review)> {
    let read = source::read(
        &fs::read(file).unwrap(),
        &ReadOptions {
            name: "pod.yaml",
            kind: None,
            chart_template: false,
        },
    );
    assert!(
        read.unreadable.is_empty(),
        "{}: {:?}",
        file.display(),
        read.unreadable
    );
    assert_eq!(read.reviews.len(), 1, "{}", file.display());
    let bare = read.reviews.into_iter().next().unwrap();
    let pod = bare.object.as_deref().unwrap();
    let wrapped = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "wrapped"},
        "spec": {"template": {"metadata": pod["metadata"], "spec": pod["spec"]}}});
    let deployment = Review::create(
        GroupVersionKind::new("apps", "v1", "Deployment"),
        Arc::new(wrapped),
        Origin::Admission { uid: String::new() },
    );
    vec![("bare", bare), ("in a Deployment", deployment)]
}

#[test]
fn pss_every_label_bare_and_wrapped() {
    let Some(corpus) = require::corpus("pss") else {
        return;
    };
    let mut rows: BTreeMap<(String, String), Vec<(String, bool)>> = BTreeMap::new();
    let mut labels = 0;
    for row in csv::Reader::from_path(corpus.join("labels.csv"))
        .unwrap()
        .into_deserialize()
    {
        let row: BTreeMap<String, String> = row.unwrap();
        let allowed = match row["expected"].as_str() {
            "pass" => true,
            "fail" => false,
            other => panic!("unknown label {other}"),
        };
        let key = (row["version"].clone(), row["level"].clone());
        rows.entry(key)
            .or_default()
            .push((row["file"].clone(), allowed));
        labels += 1;
    }
    assert_eq!(
        labels, PSS_LABELS,
        "the corpus isn't the one described in its README"
    );
    let mut read: BTreeMap<String, Vec<(&'static str, Review)>> = BTreeMap::new();
    let (mut right, mut wrong) = (0, Vec::new());
    for ((version, level), labelled) in &rows {
        let (set, bindings) = profile(version.parse().unwrap(), level);
        for (number, (file, allowed)) in labelled.iter().enumerate() {
            let reviews = read
                .entry(file.clone())
                .or_insert_with(|| pods(&corpus.join(file)));
            for (shape, review) in reviews {
                let decision =
                    engine::evaluate(&set, &bindings, review, &Evidence::default(), now());
                if (decision.verdict == Verdict::Allow) == *allowed && decision.failures.is_empty()
                {
                    right += 1;
                } else {
                    let failure = decision.failures.first();
                    wrong.push(format!(
                        "{level} {version} row {number} {shape}: {:?} {failure:?}",
                        decision.verdict
                    ));
                }
            }
        }
    }
    writeln!(
        std::io::stderr(),
        "corpus pss: {right} of {} labels",
        2 * PSS_LABELS
    )
    .unwrap();
    wrong.truncate(5);
    assert_eq!(right, 2 * PSS_LABELS, "{wrong:#?}");
}

#[test]
fn every_check_is_mapped_once_to_policies_that_exist() {
    let mapping = Mapping::read();
    let mut checks = BTreeSet::new();
    for check in mapping.checks() {
        assert!(checks.insert(check), "{check:?} is mapped twice");
    }
    for (check, entry) in mapping.entries() {
        assert!(entry.is_decided(), "{check}: one decision is needed");
        let given = entry.parameters.keys().chain(entry.parameters_from.keys());
        for id in given {
            assert!(entry.policies.contains(id), "{check}: {id} isn't asked");
        }
    }
    let mut policies = run::Policies::default();
    let shipped: BTreeSet<&str> = policies
        .set(None)
        .policies()
        .iter()
        .map(|policy| policy.id.as_str())
        .collect();
    let named: BTreeSet<&str> = mapping
        .entries()
        .flat_map(|(_, entry)| &entry.policies)
        .map(String::as_str)
        .collect();
    let missing: Vec<_> = named.difference(&shipped).collect();
    assert!(missing.is_empty(), "no such policies: {missing:?}");
    let mut there: BTreeSet<(&str, String)> = BTreeSet::new();
    for corpus in Corpus::ALL {
        let Some((_, labels)) = labels::read(corpus) else {
            return;
        };
        there.extend(labels.into_iter().map(|label| (corpus.name(), label.check)));
    }
    let there: BTreeSet<(&str, &str)> = there
        .iter()
        .map(|(corpus, check)| (*corpus, check.as_str()))
        .collect();
    let unknown: Vec<_> = checks.difference(&there).collect();
    let forgotten: Vec<_> = there.difference(&checks).collect();
    assert!(unknown.is_empty(), "no label has these checks: {unknown:?}");
    assert!(forgotten.is_empty(), "not mapped: {forgotten:?}");
}

#[test]
fn scores_are_the_committed_ones() {
    let mapping = Mapping::read();
    let mut scores = Scores::default();
    for corpus in Corpus::ALL {
        let Some((folder, labels)) = labels::read(corpus) else {
            return;
        };
        scores.measure(corpus, &folder, &labels, &mapping);
    }
    let mut stderr = std::io::stderr();
    for one in &scores.disagreements {
        let (corpus, check) = (one.corpus.name(), &one.check);
        writeln!(
            stderr,
            "{corpus} {check}, row {}: {}: {}",
            one.row, one.case, one.what
        )
        .unwrap();
    }
    writeln!(stderr, "{}", table::corpora(&scores.cells)).unwrap();
    assert!(scores.failures.is_empty(), "{:#?}", scores.failures);
    let unexplained = scores.unexplained(&mapping);
    assert!(
        unexplained.is_empty(),
        "not explained, or explained for nothing: {unexplained:#?}"
    );
    table::check(&scores, &mapping).unwrap();
}
