//! What a check brings with it: its parameters, which objects it is bound to, and which images it exempts.
//!
//! Turns them into the words of our own configuration; decides nothing.

use std::path::Path;

use portcullis::model::{KindPattern, Match, Path as FieldPath, PathElement, Review};
use serde_json::Value;

use super::labels::{Corpus, Label};
use super::{labels, objects};

/// The parameters of the check that a label is about; null if it has none.
pub(crate) fn parameters(folder: &Path, label: &Label) -> Value {
    let Some(file) = &label.parameters else {
        return Value::Null;
    };
    if label.corpus == Corpus::Gatekeeper {
        return spec(folder, file)["parameters"].clone();
    }
    let config: Value = serde_json::from_slice(&labels::bytes(folder, file)).unwrap();
    let parts = ["postureControlInputs", "dataControlInputs"].map(|part| &config[part]);
    let members = parts.into_iter().filter_map(Value::as_object).flatten();
    members
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Which objects a constraint is bound to; a check of another corpus to all.
pub(crate) fn matches(folder: &Path, label: &Label) -> Match {
    match (&label.parameters, label.corpus) {
        (Some(file), Corpus::Gatekeeper) => read(&spec(folder, file)["match"]),
        _ => Match::default(),
    }
}

fn spec(folder: &Path, file: &str) -> Value {
    let constraint = objects::read(folder, file).swap_remove(0);
    constraint.object.unwrap()["spec"].clone()
}

/// Gatekeeper's `spec.match`; a part that isn't read here fails, so that none is forgotten.
fn read(written: &Value) -> Match {
    let parts = ["kinds", "namespaces", "excludedNamespaces"];
    let mut members = written.as_object().into_iter().flatten();
    assert!(
        members.all(|(part, _)| parts.contains(&part.as_str())),
        "a part of spec.match isn't read"
    );
    Match {
        kinds: items(&written["kinds"]).iter().flat_map(kinds).collect(),
        namespaces: texts(&written["namespaces"]),
        excluded_namespaces: texts(&written["excludedNamespaces"]),
        ..Match::default()
    }
}

fn kinds(entry: &Value) -> Vec<KindPattern> {
    let star = |text: String| Some(text).filter(|text| text != "*");
    let groups = texts(&entry["apiGroups"]).into_iter();
    groups
        .flat_map(|group| {
            let kinds = texts(&entry["kinds"]).into_iter();
            kinds.map(move |kind| KindPattern {
                group: star(group.clone()),
                kind: star(kind),
            })
        })
        .collect()
}

fn items(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    let items = items(value);
    items
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The paths of a Pod's containers whose image is one of `images`: the image itself, all that begin as a pattern with `*` at
/// its end says, or a repository below the named one.
pub(crate) fn containers_of(review: &Review, images: &[&str]) -> Vec<FieldPath> {
    let exempt = |image: &str| {
        images
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => image.starts_with(start),
                None => image == *pattern || image.starts_with(&format!("{pattern}/")),
            })
    };
    let spec = &review.object.as_deref().unwrap()["spec"];
    let mut paths = Vec::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for (position, container) in items(&spec[list]).iter().enumerate() {
            if container["image"].as_str().is_some_and(exempt) {
                let key = |text: &str| PathElement::Key(text.to_owned());
                let path = vec![key("spec"), key(list), PathElement::Index(position)];
                paths.push(FieldPath::from(path));
            }
        }
    }
    paths
}
