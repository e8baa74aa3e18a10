//! A Pod's twins: the same Pod as a workload's template, and as an UPDATE of its ephemeral containers.
//!
//! Makes reviews only; judges nothing.

use serde_json::{Value, json};

use crate::model::{GroupVersionKind, Operation, Origin, Path, PathElement, Review};

/// One twin of a Pod case.
pub(super) struct Twin {
    /// `in a Deployment`, for the test's name.
    pub(super) name: &'static str,
    /// What to judge.
    pub(super) review: Review,
    /// Where the Pod stands in it.
    pub(super) prefix: Path,
    /// Whether it still has the Pod's ephemeral containers.
    pub(super) ephemeral: bool,
}

/// The twins of `pod`, a review of a Pod.
pub(super) fn of(pod: &Review) -> Vec<Twin> {
    let Some(object) = pod.object.as_deref() else {
        return Vec::new();
    };
    let mut twins = vec![
        template(
            object,
            "in a Deployment",
            ("apps", "v1", "Deployment"),
            &["spec", "template"],
        ),
        template(
            object,
            "in a CronJob",
            ("batch", "v1", "CronJob"),
            &["spec", "jobTemplate", "spec", "template"],
        ),
    ];
    twins.extend(update(pod, object));
    twins
}

fn template(
    pod: &Value,
    name: &'static str,
    (group, version, kind): (&str, &str, &str),
    path: &[&str],
) -> Twin {
    let mut spec = pod.get("spec").cloned().unwrap_or(Value::Null);
    if let Some(members) = spec.as_object_mut() {
        members.shift_remove("ephemeralContainers");
    }
    let mut inner = json!({"metadata": pod.get("metadata"), "spec": spec});
    for key in path.iter().rev() {
        inner = json!({ *key: inner });
    }
    let kind = GroupVersionKind::new(group, version, kind);
    let mut object =
        json!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {"name": "twin"}});
    if let (Some(object), Some(inner)) = (object.as_object_mut(), inner.as_object()) {
        object.extend(inner.clone());
    }
    Twin {
        name,
        review: review(kind, object),
        prefix: path
            .iter()
            .map(|key| PathElement::Key((*key).to_owned()))
            .collect(),
        ephemeral: false,
    }
}

/// The Pod as an UPDATE of `pods/ephemeralcontainers`, if it has any.
fn update(pod: &Review, object: &Value) -> Option<Twin> {
    object
        .pointer("/spec/ephemeralContainers")?
        .as_array()
        .filter(|list| !list.is_empty())?;
    let mut old = object.clone();
    old.pointer_mut("/spec")?
        .as_object_mut()?
        .shift_remove("ephemeralContainers");
    let mut review = review(pod.kind.clone(), object.clone());
    review.operation = Operation::Update;
    review.sub_resource = Some("ephemeralcontainers".to_owned());
    review.old_object = Some(old.into());
    Some(Twin {
        name: "as an UPDATE of pods/ephemeralcontainers",
        review,
        prefix: Path::root(),
        ephemeral: true,
    })
}

fn review(kind: GroupVersionKind, object: Value) -> Review {
    let origin = Origin::Admission { uid: String::new() };
    Review::create(kind, object, origin)
}
