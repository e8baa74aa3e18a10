//! Updates: what the old object already had, unchanged, warns; an update that only lets a deletion finish passes.
//!
//! Where old and new can't be matched for sure, a finding counts as new.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::engine::object;
use crate::engine::rego::Val;
use crate::model::{Finding, Object, Path, PathElement, PolicyId, Review, Severity};

/// Members that say nothing of what an object may do, and that controllers and users change all the time.
const HARMLESS: [&str; 7] = [
    "metadata",
    "status",
    "tolerations",
    "activeDeadlineSeconds",
    "terminationGracePeriodSeconds",
    "schedulingGates",
    "replicas",
];

/// What was found in the old object.
#[derive(Default)]
pub(in crate::engine) struct Before(Vec<(PolicyId, Path, Severity)>);

impl Before {
    /// Notes that `policy` finds `path` in the old object, and how bad it is there.
    pub(in crate::engine) fn push(&mut self, policy: PolicyId, path: Path, severity: Severity) {
        self.0.push((policy, path, severity));
    }

    /// Whether `finding`'s policy found the same place in the old object, no less bad, and what holds it is unchanged.
    pub(in crate::engine) fn had(&self, finding: &Finding, review: &Review) -> bool {
        let (Some(new), Some(old)) = (&review.object, &review.old_object) else {
            return false;
        };
        let path = &finding.path;
        let place = steps(new, path);
        let (new_rest, old_rest) = (kept(new, review), kept(old, review));
        self.0.iter().any(|(own, before, severity)| {
            *own == finding.policy
                && *severity >= finding.severity
                && steps(old, before) == place
                && value(new, path) == value(old, before)
                && (is_metadata(path) || is_unchanged(&new_rest, path, &old_rest, before))
        })
    }
}

/// One step of a path as both objects can be asked for it: list elements by name, or by what they are.
#[derive(PartialEq)]
enum Step<'a> {
    Key(&'a str),
    Name(&'a str),
    Element(&'a Value),
    Index(usize),
}

fn steps<'a>(object: &'a Value, path: &'a Path) -> Vec<Step<'a>> {
    let mut value = Some(object);
    let mut steps = Vec::new();
    for element in path.elements() {
        let next = value.and_then(|value| child(value, element));
        steps.push(match (element, next) {
            (PathElement::Key(key), _) => Step::Key(key),
            (PathElement::Index(index), None) => Step::Index(*index),
            (PathElement::Index(_), Some(item)) => match item.get("name").and_then(Value::as_str) {
                Some(name) => Step::Name(name),
                None => Step::Element(item),
            },
        });
        value = next;
    }
    steps
}

/// A label or annotation stands for itself: its neighbours change all the time.
fn is_metadata(path: &Path) -> bool {
    let key = |at: usize| match path.elements().get(at) {
        Some(PathElement::Key(key)) => key.as_str(),
        _ => "",
    };
    key(0) == "metadata" && matches!(key(1), "labels" | "annotations")
}

fn value<'a>(object: &'a Value, path: &Path) -> Option<&'a Value> {
    path.elements().iter().try_fold(object, child)
}

fn child<'a>(value: &'a Value, element: &PathElement) -> Option<&'a Value> {
    match element {
        PathElement::Key(key) => value.get(key.as_str()),
        PathElement::Index(index) => value.get(*index),
    }
}

/// The object without what its subresource is there to change: a resize changes resources alone, which give no Pod more rights.
fn kept<'a>(object: &'a Value, review: &Review) -> Cow<'a, Value> {
    if !review.kind.is_core("Pod") || review.sub_resource.as_deref() != Some("resize") {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    if let Some(Value::Object(spec)) = object.get_mut("spec") {
        spec.shift_remove("resources");
        for list in ["containers", "initContainers"] {
            let containers = spec.get_mut(list).and_then(Value::as_array_mut);
            let containers = containers.into_iter().flatten();
            for container in containers.filter_map(Value::as_object_mut) {
                container.shift_remove("resources");
            }
        }
    }
    Cow::Owned(object)
}

/// Whether what holds the place is equal: the list element (container, volume, rule), else the parent object.
fn is_unchanged(new: &Value, path: &Path, old: &Value, before: &Path) -> bool {
    match (holder(new, path), holder(old, before)) {
        (Holder::Element(new), Holder::Element(old)) => new == old,
        (Holder::Object(new), Holder::Object(old)) => is_equal(new, old),
        _ => false,
    }
}

/// What a place belongs to.
enum Holder<'a> {
    Element(&'a Value),
    Object(&'a Value),
}

/// The outermost list element that is an object, so that a container with a new image has changed whatever of it is at
/// fault; else the deepest object around the place.
fn holder<'a>(object: &'a Value, path: &Path) -> Holder<'a> {
    let mut value = object;
    let mut parent = object;
    for element in path.elements() {
        if value.is_object() {
            parent = value;
        }
        let Some(next) = child(value, element) else {
            return Holder::Object(parent);
        };
        if matches!(element, PathElement::Index(_)) && next.is_object() {
            return Holder::Element(next);
        }
        value = next;
    }
    Holder::Object(parent)
}

/// Equality but for the harmless members, here and in nested specs and templates.
fn is_equal(new: &Value, old: &Value) -> bool {
    let (Value::Object(new), Value::Object(old)) = (new, old) else {
        return new == old;
    };
    let counts = |members: &Map<String, Value>| {
        let counted = members.keys().filter(|key| !is_harmless(key));
        counted.count()
    };
    counts(new) == counts(old)
        && new
            .iter()
            .filter(|(key, _)| !is_harmless(key))
            .all(|(key, value)| {
                old.get(key).is_some_and(|own| match key.as_str() {
                    "spec" | "template" | "jobTemplate" => is_equal(value, own),
                    _ => value == own,
                })
            })
}

fn is_harmless(key: &str) -> bool {
    HARMLESS.contains(&key)
}

/// Whether an update of an object that is being deleted changes only finalizers, managed fields or status.
///
/// It must pass under every setting, or the object, and its namespace, never go away.
pub(in crate::engine) fn only_finishes_deletion(review: &Review) -> bool {
    let (Some(new), Some(old)) = (&review.object, &review.old_object) else {
        return false;
    };
    let namespace = review.kind.is_core("Namespace");
    is_deleted(new) && rest(new, namespace) == rest(old, namespace)
}

/// Whether it is being deleted; asks for no JSON, since most updates are of objects that stay.
fn is_deleted(object: &Object) -> bool {
    let metadata = object::value(object)
        .ok()
        .and_then(|own| own.member("metadata"));
    let time = metadata.and_then(|metadata| metadata.member("deletionTimestamp"));
    time.is_some_and(|time| time != Val::NULL)
}

/// The object without what may change while it is being deleted.
fn rest(object: &Value, is_namespace: bool) -> Value {
    let mut object = object.clone();
    let without = |value: Option<&mut Value>, keys: &[&str]| {
        if let Some(Value::Object(members)) = value {
            for key in keys {
                members.shift_remove(*key);
            }
        }
    };
    without(Some(&mut object), &["status"]);
    without(
        object.get_mut("metadata"),
        &[
            "finalizers",
            "managedFields",
            "resourceVersion",
            "generation",
        ],
    );
    if is_namespace {
        without(object.get_mut("spec"), &["finalizers"]);
    }
    object
}
