//! The labelled corpora: the measure of our verdicts. Read, never copied, no file special-cased.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use portcullis::config::{self, Config, Resolve};
use portcullis::engine::{self, Bindings, Options, PolicySet};
use portcullis::model::{
    Evidence, GroupVersionKind, InlineMode, KubernetesVersion, Origin, Review, Verdict,
};
use portcullis::source::{self, ReadOptions};
use portcullis::{bundle, model};
use serde_json::json;

use crate::require;

/// Labels that the corpora's README counts.
const PSS_LABELS: usize = 4_537;

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
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    for ((version, level), labelled) in &rows {
        let (set, bindings) = profile(version.parse().unwrap(), level);
        for (number, (file, allowed)) in labelled.iter().enumerate() {
            let reviews = read
                .entry(file.clone())
                .or_insert_with(|| pods(&corpus.join(file)));
            for (shape, review) in reviews {
                let mut review = review.clone();
                review.memo = model::Memo::default();
                let decision =
                    engine::evaluate(&set, &bindings, &review, &Evidence::default(), now);
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
