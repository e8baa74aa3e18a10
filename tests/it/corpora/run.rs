//! Runs the policies that a check is mapped to, with the check's own parameters, on the objects of a label.
//!
//! Through the public doors only; a policy that fails to judge an object is a fault of the run, never a verdict.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use portcullis::engine::{self, Options, PolicySet};
use portcullis::evidence::{Extent, Objects};
use portcullis::model::{
    Binding, Decision, Enforcement, Exemption, ExemptionMatch, Finding, InlineMode,
    KubernetesVersion, Match, Path as FieldPath, PodTemplate, PolicyPattern, Review,
};
use portcullis::{bundle, source};
use serde_json::{Map, Value, json};

use super::labels::Label;
use super::mapping::{Differs, Entry};
use super::{constraint, objects};

/// The shipped policies, for each version that a check needs.
#[derive(Default)]
pub(crate) struct Policies {
    sets: BTreeMap<KubernetesVersion, PolicySet>,
}

/// A judged object and what was found in it.
pub(crate) struct Judged {
    pub(crate) review: Review,
    pub(crate) findings: Vec<Finding>,
}

/// Everything that was found for a label.
pub(crate) struct Outcome {
    pub(crate) judged: Vec<Judged>,
    /// Policies that couldn't judge.
    pub(crate) failures: Vec<String>,
}

impl Outcome {
    /// Whether the policies fail what the label is about.
    pub(crate) fn fails(&self) -> bool {
        self.judged.iter().any(|judged| !judged.findings.is_empty())
    }

    /// Whether one of the judged objects is judged by another definition.
    pub(crate) fn holds(&self, differs: &Differs) -> bool {
        let mut judged = self.judged.iter();
        judged.any(|judged| differs.concerns(judged.review.object.as_deref().unwrap()))
    }
}

impl Policies {
    pub(crate) fn set(&mut self, version: Option<&str>) -> &PolicySet {
        let version = version.map_or(KubernetesVersion::NEWEST, |text| text.parse().unwrap());
        self.sets.entry(version).or_insert_with(|| build(version))
    }

    /// Judges the objects of `label` by the policies of `entry`.
    pub(crate) fn run(
        &mut self,
        folder: &Path,
        label: &Label,
        entry: &Entry,
        their: &Value,
    ) -> Outcome {
        let set = self.set(entry.kubernetes.as_deref());
        let all = objects::all(folder, &label.files);
        let mut scanned = Objects::new(Extent::Whole);
        for review in all.iter().chain(&objects::all(folder, &label.inventory)) {
            scanned.insert(review);
        }
        let reviews = objects::judged(all, label);
        assert!(
            !reviews.is_empty(),
            "{} row {}: nothing is judged",
            label.corpus.name(),
            label.row
        );
        let matches = constraint::matches(folder, label);
        let mut outcome = Outcome {
            judged: Vec::new(),
            failures: Vec::new(),
        };
        for review in &reviews {
            let exemptions = exemptions(entry, their, review);
            let (bindings, problems) = set.bind(
                bindings(entry, their, &matches),
                exemptions,
                InlineMode::Deny,
            );
            assert!(problems.is_empty(), "{}: {problems:?}", label.check);
            let evidence = scanned.gather(&set.needs(&bindings, review), review);
            let decision = engine::evaluate(set, &bindings, review, &evidence, super::now());
            outcome.take(review, decision);
        }
        outcome
    }
}

impl Outcome {
    fn take(&mut self, review: &Review, decision: Decision) {
        let failures = decision.failures.iter();
        self.failures
            .extend(failures.map(|failure| format!("{}: {}", failure.policy, failure.message)));
        // Bound to deny: what an update found before it, and what is exempt, doesn't.
        let findings = decision.findings.into_iter().filter(Finding::denies);
        self.judged.push(Judged {
            review: review.clone(),
            findings: findings.collect(),
        });
    }
}

fn build(version: KubernetesVersion) -> PolicySet {
    let template = |group: &str, kind: &str, path: &str| PodTemplate {
        group: group.to_owned(),
        kind: kind.to_owned(),
        path: FieldPath::parse(path).unwrap(),
    };
    let options = Options {
        kubernetes_version: version,
        // What a user of these kinds would configure.
        pod_templates: vec![
            template("", "DeploymentConfig", "spec.template"),
            template("apps.openshift.io", "DeploymentConfig", "spec.template"),
            template(
                "extensions.agents.x-k8s.io",
                "SandboxTemplate",
                "spec.podTemplate",
            ),
        ],
        time_limit: Duration::from_secs(10),
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    };
    let (set, problems) = engine::build(bundle::shipped(), &options);
    assert!(problems.is_empty(), "{problems:?}");
    set
}

/// The policies of an entry, all bound to deny: the label asks whether something is found, not what it costs.
fn bindings(entry: &Entry, their: &Value, matches: &Match) -> Vec<Binding> {
    let bind = |id: &String| Binding {
        enforcement: Some(Enforcement::Deny),
        parameters: parameters(entry, id, their),
        matches: matches.clone(),
        ..Binding::new(id.parse().unwrap(), "policies/concepts.yaml")
    };
    entry.policies.iter().map(bind).collect()
}

/// Parameters of a policy: those written in the table, and those read from the check's own.
///
/// Lists are joined with what is there; a dotted name is a quantity, of which a check has one, if in a list.
fn parameters(entry: &Entry, id: &str, their: &Value) -> Map<String, Value> {
    let mut own = Value::from(entry.parameters.get(id).cloned().unwrap_or_default());
    for (name, sources) in entry.parameters_from.get(id).into_iter().flatten() {
        for value in sources.iter().filter_map(|source| their.get(source)) {
            let pointer = format!("/{}", name.replace('.', "/"));
            match own.pointer_mut(&pointer) {
                Some(Value::Array(list)) => list.extend(value.as_array().unwrap().clone()),
                _ if name.contains('.') => set(&mut own, name, value.get(0).unwrap_or(value)),
                _ => set(&mut own, name, value),
            }
        }
    }
    own.as_object().unwrap().clone()
}

/// Sets the field with the dotted `name`, and makes the objects on the way.
fn set(object: &mut Value, name: &str, value: &Value) {
    match name.split_once('.') {
        None => object[name] = value.clone(),
        Some((first, rest)) => {
            let members = object.as_object_mut().unwrap();
            let inner = members.entry(first).or_insert_with(|| json!({}));
            set(inner, rest, value);
        }
    }
}

/// Exemptions of the containers whose images the check exempts.
fn exemptions(entry: &Entry, their: &Value, review: &Review) -> Vec<Exemption> {
    let Some(parameter) = &entry.exempt_images else {
        return Vec::new();
    };
    let Some(images) = their.get(parameter).and_then(Value::as_array) else {
        return Vec::new();
    };
    let images: Vec<&str> = images.iter().filter_map(Value::as_str).collect();
    let exempt = constraint::containers_of(review, &images).into_iter();
    exempt
        .map(|path| Exemption {
            policy: PolicyPattern::new("*"),
            matches: ExemptionMatch {
                path: Some(path),
                ..ExemptionMatch::default()
            },
            reason: "the check exempts the image".to_owned(),
            owner: "the check".to_owned(),
            expires: "2026-12-31".parse().unwrap(),
            ticket: None,
            file: "policies/concepts.yaml".to_owned(),
            line: 1,
        })
        .collect()
}

#[test]
fn parameters_are_ours_and_the_check_s() {
    let entry: Entry = serde_json::from_value(json!({
        "parameters": {"p": {"own": ["a"]}},
        "parameters-from": {"p": {
            "own": ["more", "absent"], "maximum.limits.cpu": ["cpu"], "plain": ["plain"],
        }},
    }))
    .unwrap();
    let their = json!({"more": ["b"], "cpu": ["1"], "plain": true});
    let expected = json!({
        "own": ["a", "b"], "maximum": {"limits": {"cpu": "1"}}, "plain": true,
    });
    assert_eq!(Value::from(parameters(&entry, "p", &their)), expected);
}
