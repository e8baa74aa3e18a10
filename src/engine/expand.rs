//! Pod templates: where workloads hold one, and the Pod that it makes.
//!
//! Never copies a template: the Pod shares its parts with the converted object.

use serde_json::Value;

use super::rego::Val;
use crate::model::{GroupVersionKind, Path, PathElement, PodTemplate};

/// The kinds whose objects hold a pod template: group, kind, path.
const WORKLOADS: &[(&str, &str, &[&str])] = &[
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    // Where they were before Kubernetes 1.16; old manifests still name it.
    ("extensions", "Deployment", &["spec", "template"]),
    ("extensions", "ReplicaSet", &["spec", "template"]),
    ("extensions", "DaemonSet", &["spec", "template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("", "PodTemplate", &["template"]),
    ("batch", "Job", &["spec", "template"]),
    (
        "batch",
        "CronJob",
        &["spec", "jobTemplate", "spec", "template"],
    ),
];

/// Where an object holds a pod template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    /// The path of the template in the object.
    pub(super) path: Path,
    /// Whether the configuration names it: then it must be an object with a `spec`.
    configured: bool,
}

/// What stands at a template's path.
pub(super) enum Expansion {
    /// A Pod.
    Pod(Val),
    /// Nothing.
    None,
    /// Something that no Pod can be made of.
    Broken,
}

/// The kind of an expanded Pod.
pub(super) fn pod_kind() -> GroupVersionKind {
    GroupVersionKind::new("", "v1", "Pod")
}

/// The templates of objects of `kind`: those of Kubernetes' own workloads, and configured ones.
pub(super) fn templates(kind: &GroupVersionKind, configured: &[PodTemplate]) -> Vec<Template> {
    let workload = WORKLOADS
        .iter()
        .find(|(group, name, _)| *group == kind.group && *name == kind.kind);
    let own = workload.map(|(_, _, path)| Template {
        path: path
            .iter()
            .map(|key| PathElement::Key((*key).to_owned()))
            .collect(),
        configured: false,
    });
    let mut templates: Vec<Template> = own.into_iter().collect();
    let named = configured
        .iter()
        .filter(|template| template.group == kind.group && template.kind == kind.kind);
    for template in named {
        if templates.iter().all(|known| known.path != template.path) {
            templates.push(Template {
                path: template.path.clone(),
                configured: true,
            });
        }
    }
    templates
}

/// Group and kind of every kind of Kubernetes whose objects hold a pod template.
pub fn template_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORKLOADS.iter().map(|(group, kind, _)| (*group, *kind))
}

/// The Pod of `template` in `object`, in the object's namespace.
pub(super) fn expand(template: &Template, object: &Val, namespace: &str) -> Expansion {
    let mut value = object.clone();
    for element in template.path.elements() {
        if !matches!(element, PathElement::Key(_) if value.is_object())
            && !matches!(element, PathElement::Index(_))
        {
            return Expansion::Broken;
        }
        match value.step(element) {
            Some(next) if next != Val::NULL => value = next,
            _ => return Expansion::None,
        }
    }
    let spec = value.member("spec").filter(Val::is_object);
    if !value.is_object() || (template.configured && spec.is_none()) {
        return Expansion::Broken;
    }
    Expansion::Pod(pod(&value, namespace))
}

fn pod(template: &Val, namespace: &str) -> Val {
    let metadata = template.member("metadata").filter(|own| *own != Val::NULL);
    let metadata = metadata.unwrap_or_else(|| Val::object([]));
    let metadata = if namespace.is_empty() || !metadata.is_object() {
        metadata
    } else {
        metadata.with("namespace", Val::string(namespace))
    };
    let mut members = vec![
        ("apiVersion", Val::string("v1")),
        ("kind", Val::string("Pod")),
        ("metadata", metadata),
    ];
    members.extend(template.member("spec").map(|spec| ("spec", spec)));
    Val::object(members)
}

/// Whether `object` has a `spec` with containers, as a Pod has.
pub(super) fn looks_like_a_pod(object: Option<&Value>) -> bool {
    let spec = object.and_then(|object| object.get("spec"));
    spec.and_then(|spec| spec.get("containers"))
        .is_some_and(Value::is_array)
}
