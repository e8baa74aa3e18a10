//! Every field of every shipped policy's cases as a null and as a wrong type: a null is judged as if the field were absent, a
//! wrong type is judged or a failure, and neither changes what is found elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use portcullis::bundle;
use portcullis::config::case::{self, Case};
use portcullis::engine::{self, Bindings, Options, PolicySet};
use portcullis::evidence::{Extent, Objects};
use portcullis::model::{
    Binding, Enforcement, Evidence, InlineMode, KubernetesVersion, Policy, Review, SourceText,
};
use portcullis::source::{self, ReadOptions};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::project::repository;

/// One case of a policy, ready to be judged again and again.
struct Subject {
    name: String,
    set: Arc<PolicySet>,
    bindings: Bindings,
    case: Case,
    reviews: Vec<Review>,
    objects: Objects,
}

/// Path and message of each finding, and whether the policy failed.
#[derive(Debug, PartialEq)]
struct Judged {
    findings: Vec<(String, String)>,
    failed: bool,
}

impl Subject {
    fn judge(&self, review: &Review) -> Judged {
        let needs = self.set.needs(&self.bindings, review);
        let mut evidence: Evidence = self.objects.gather(&needs, review);
        evidence.facts.extend(self.case.evidence.facts.clone());
        let now = self.case.now.unwrap_or(Timestamp::UNIX_EPOCH);
        let decision = engine::evaluate(&self.set, &self.bindings, review, &evidence, now);
        let findings = decision.findings.iter();
        Judged {
            findings: findings
                .map(|finding| (finding.path.to_pointer(), finding.message.clone()))
                .collect(),
            failed: !decision.failures.is_empty(),
        }
    }

    /// Whether a configured template needs what stands at `pointer`: without it there is no Pod to judge, which is a failure.
    fn makes_the_pod(&self, pointer: &str) -> bool {
        let mut templates = self.case.pod_templates.iter();
        templates.any(|template| below(&format!("{}/spec", template.path.to_pointer()), pointer))
    }

    fn judge_object(&self, like: &Review, object: Value) -> Judged {
        let mut review = Review::create(like.kind.clone(), Arc::new(object), like.origin.clone());
        review.operation = like.operation;
        review.sub_resource.clone_from(&like.sub_resource);
        self.judge(&review)
    }
}

/// Reads every case of the policy; sets are shared by what they are built for.
fn subjects(policy: &Policy) -> Vec<Subject> {
    let folder = repository()
        .join("policies")
        .join(policy.id.as_str())
        .join("cases");
    let mut files: Vec<PathBuf> = ["deny", "allow"]
        .iter()
        .flat_map(|kind| fs::read_dir(folder.join(kind)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let is_case = |file: &&PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        !name.ends_with(".expected")
            && !name.ends_with(".case.yaml")
            && !name.ends_with(".old.yaml")
    };
    // A debug build, which is slow, takes two of each.
    let taken = if cfg!(debug_assertions) {
        2
    } else {
        usize::MAX
    };
    let of_kind = |kind: &'static str| {
        let here = move |file: &&PathBuf| file.parent().is_some_and(|it| it.ends_with(kind));
        files.iter().filter(here).filter(is_case).take(taken)
    };
    let cases = of_kind("deny").chain(of_kind("allow"));
    cases.map(|file| subject(policy, file)).collect()
}

fn subject(policy: &Policy, file: &FilePath) -> Subject {
    let sidecar = file.with_extension("case.yaml");
    let case = if sidecar.exists() {
        let text = fs::read_to_string(&sidecar).unwrap();
        let source = Arc::new(SourceText::new(sidecar.to_string_lossy(), text));
        case::read(&source::yaml::read_core(source).unwrap()).unwrap()
    } else {
        Case::default()
    };
    let options = Options {
        kubernetes_version: case.kubernetes_version.unwrap_or(KubernetesVersion::NEWEST),
        pod_templates: case.pod_templates.clone(),
        time_limit: Duration::from_secs(10),
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    };
    let (set, problems) = engine::build(bundle::shipped(), &options);
    assert!(problems.is_empty(), "{problems:?}");
    let binding = Binding {
        enforcement: Some(Enforcement::Deny),
        parameters: case.parameters.clone(),
        ..Binding::new(policy.id.clone(), "")
    };
    let (bindings, problems) = set.bind(vec![binding], Vec::new(), InlineMode::Deny);
    assert!(problems.is_empty(), "{problems:?}");
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let name = case.as_path.clone().unwrap_or(name);
    let options = ReadOptions {
        name: &name,
        kind: None,
        chart_template: false,
    };
    let mut reviews = source::read(&fs::read(file).unwrap(), &options).reviews;
    let mut objects = Objects::new(Extent::Part);
    for review in &mut reviews {
        review.operation = case.operation.unwrap_or(review.operation);
        review.sub_resource.clone_from(&case.sub_resource);
        objects.insert(review);
    }
    Subject {
        name: format!(
            "{} {}",
            policy.id,
            file.file_name().unwrap().to_string_lossy()
        ),
        set: Arc::new(set),
        bindings,
        case,
        reviews,
        objects,
    }
}

/// The JSON Pointer of every member and element below `value`, but for what says which kind of object it is.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((at, value)) = waiting.pop() {
        let members: BTreeMap<String, &Value> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| (at.to_string(), value))
                .collect(),
            _ => BTreeMap::new(),
        };
        for (key, value) in members {
            let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            if pointer != "/kind" && pointer != "/apiVersion" {
                found.push(pointer.clone());
                waiting.push((pointer, value));
            }
        }
    }
    found
}

/// The object with `value` at `pointer`; without that member if there is none.
fn changed(object: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match object.pointer_mut(parent).unwrap() {
        Value::Array(items) => {
            items[key.parse::<usize>().unwrap()] = value.unwrap_or(Value::Null);
        }
        parent => {
            let members = parent.as_object_mut().unwrap();
            match value {
                Some(value) => members.insert(key, value),
                None => members.shift_remove(&key),
            };
        }
    }
    object
}

fn below(one: &str, other: &str) -> bool {
    one == other || one.starts_with(&format!("{other}/"))
}

/// Where something is found that isn't at what the change at `pointer` is part of; a message may name what was changed.
fn elsewhere<'a>(judged: &'a Judged, pointer: &str) -> Vec<&'a str> {
    let holder = pointer.rsplit_once('/').unwrap().0;
    let findings = judged.findings.iter();
    findings
        .map(|(path, _)| path.as_str())
        .filter(|path| !below(path, holder) && !below(holder, path))
        .collect()
}

/// Values of other types than `value`; a debug build, which is slow, takes two of them.
fn wrong_types(value: &Value, seed: usize) -> Vec<Value> {
    let all = [
        json!(true),
        json!(5),
        json!("x"),
        json!([]),
        json!({}),
        json!([null]),
        json!({"a": null}),
    ];
    let other = |wrong: &&Value| std::mem::discriminant(*wrong) != std::mem::discriminant(value);
    let wrong: Vec<Value> = all.iter().filter(other).cloned().collect();
    let taken = if cfg!(debug_assertions) {
        2
    } else {
        wrong.len()
    };
    let start = seed % wrong.len();
    wrong.into_iter().cycle().skip(start).take(taken).collect()
}

/// Whether the API reads a null there as the empty string: these are maps of strings.
fn is_text(pointer: &str) -> bool {
    [
        "/metadata/annotations/",
        "/metadata/labels/",
        "/matchLabels/",
    ]
    .iter()
    .any(|map| pointer.contains(map))
}

fn faults(subject: &Subject) -> Vec<String> {
    let mut faults = Vec::new();
    for review in &subject.reviews {
        let object = review.object.as_deref().unwrap();
        let base = subject.judge_object(review, object.clone());
        assert!(!base.failed, "{}", subject.name);
        for pointer in pointers(object) {
            if subject.makes_the_pod(&pointer) {
                continue;
            }
            let fault = |what: &str| format!("{} {pointer}: {what}", subject.name);
            let absent = subject.judge_object(review, changed(object, &pointer, None));
            let null = subject.judge_object(review, changed(object, &pointer, Some(Value::Null)));
            if absent.failed || null.failed {
                faults.push(fault("a null or absent field is a failure"));
            } else if absent != null && !is_text(&pointer) {
                faults.push(fault(&format!(
                    "null is judged otherwise than absent: {null:?} {absent:?}"
                )));
            }
            for wrong in wrong_types(object.pointer(&pointer).unwrap(), pointer.len()) {
                // A port may be a number or a name.
                if pointer.ends_with("/port") && wrong.is_string() {
                    continue;
                }
                let judged =
                    subject.judge_object(review, changed(object, &pointer, Some(wrong.clone())));
                let found = elsewhere(&judged, &pointer);
                let explained = [&base, &absent]
                    .iter()
                    .any(|other| elsewhere(other, &pointer) == found);
                // What is wrong may be said where it stands, once, instead of where it is missed.
                let said = judged
                    .findings
                    .iter()
                    .any(|(path, _)| below(path, &pointer));
                if !judged.failed && !explained && !said {
                    faults.push(fault(&format!(
                        "{wrong} changes what is found elsewhere: {found:?}"
                    )));
                }
            }
        }
    }
    faults
}

#[test]
fn nulls_and_wrong_types_at_every_field_of_every_policy() {
    let (set, _) = engine::build(
        bundle::shipped(),
        &Options {
            kubernetes_version: KubernetesVersion::NEWEST,
            pod_templates: Vec::new(),
            time_limit: Duration::from_secs(10),
            yaml: source::yaml::read_opa,
            to_yaml: source::yaml::to_yaml,
        },
    );
    let subjects: Vec<Subject> = set
        .policies()
        .iter()
        .flat_map(|policy| subjects(policy))
        .collect();
    assert!(subjects.len() > 250, "{}", subjects.len());
    let faults: Vec<String> = subjects.par_iter().flat_map_iter(faults).collect();
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}
