//! Whether a true finding stands where the label says.
//!
//! A hit is the offending object and a field that is the label's, its parent or its child; a label's fields are a list for all
//! of its objects, so each object needs one hit.

use portcullis::model::{Path, PathElement};
use serde_json::Value;

use super::labels::{Corpus, Label};
use super::run::{Judged, Outcome};

/// Whether the findings of a failed label stand in the right place; `None` if the label names no place.
pub(crate) fn hit(label: &Label, outcome: &Outcome) -> Option<bool> {
    match label.corpus {
        Corpus::Regolibrary if !label.objects.is_empty() => {
            let mut objects = label.objects.iter();
            Some(objects.all(|object| in_object(label, object, outcome)))
        }
        _ => None,
    }
}

fn in_object(label: &Label, object: &str, outcome: &Outcome) -> bool {
    let paths: Vec<Path> = label.paths.iter().map(|text| path(text)).collect();
    let judged = || outcome.judged.iter();
    let is_subject = judged().all(|judged| name(judged) != object);
    let mut concerned = judged().filter(|judged| {
        if is_subject {
            holds_subject(judged, object) || is_role_of(judged, outcome, object)
        } else {
            name(judged) == object
        }
    });
    concerned.any(|judged| {
        let mut findings = judged.findings.iter();
        findings.any(|finding| {
            paths.is_empty() || paths.iter().any(|path| is_near(path, &finding.path))
        })
    })
}

/// Equal, a parent or a child.
fn is_near(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn name(judged: &Judged) -> String {
    format!("{}/{}", judged.review.kind.kind, judged.review.name)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Whether the object is a binding of the subject `Kind/name`.
fn holds_subject(judged: &Judged, subject: &str) -> bool {
    let object = judged.review.object.as_deref().unwrap();
    let subjects = object["subjects"].as_array().into_iter().flatten();
    subjects
        .map(|one| format!("{}/{}", text(&one["kind"]), text(&one["name"])))
        .any(|one| one == subject)
}

/// Whether the object is a role that a binding of the subject refers to.
fn is_role_of(judged: &Judged, outcome: &Outcome, subject: &str) -> bool {
    let mut bindings = outcome.judged.iter();
    bindings.any(|binding| {
        let role = &binding.review.object.as_deref().unwrap()["roleRef"];
        holds_subject(binding, subject)
            && name(judged) == format!("{}/{}", text(&role["kind"]), text(&role["name"]))
    })
}

/// A field as regolibrary writes it: keys without quotes in brackets, joined objects as `relatedObjects[i].` before theirs.
fn path(text: &str) -> Path {
    let own = match text.strip_prefix("relatedObjects[") {
        Some(rest) => rest.split_once("].").map_or("", |(_, own)| own),
        None => text,
    };
    let mut elements = Vec::new();
    let mut rest = own;
    while !rest.is_empty() {
        let (element, after) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']').unwrap(),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        elements.push(match element.parse() {
            Ok(index) if rest.starts_with('[') => PathElement::Index(index),
            _ => PathElement::Key(element.to_owned()),
        });
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    Path::from(elements)
}

#[test]
fn a_label_s_field_is_a_path() {
    #[track_caller]
    fn check(written: &str, expected: &str) {
        assert_eq!(Some(path(written)), Path::parse(expected));
    }
    check("spec.containers[0].image", "spec.containers[0].image");
    check("relatedObjects[1].rules[0].verbs[2]", "rules[0].verbs[2]");
    check("metadata.labels[a.b/c]", r#"metadata.labels["a.b/c"]"#);
}
