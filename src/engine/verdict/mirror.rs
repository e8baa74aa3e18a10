//! Mirror pods: what the kubelet already runs can't be stopped by a denial, so it is recorded.
//!
//! Never believes the annotation alone: anyone may write it, only a node comes as a node.

use serde_json::Value;

use crate::model::{Decision, Enforcement, Review};

/// The annotation of a Pod that stands for a static one of its node.
const ANNOTATION: &str = "kubernetes.io/config.mirror";

/// Whether the kubelet of a node reports a static Pod that it runs anyway.
pub(in crate::engine) fn is_mirror(review: &Review) -> bool {
    // The annotation last: it alone asks for the object's JSON.
    review.kind.is_core("Pod")
        && review.user_info.as_deref().is_some_and(is_node)
        && review.object.as_deref().is_some_and(is_annotated)
}

fn is_annotated(object: &Value) -> bool {
    let annotations = object
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"));
    annotations.is_some_and(|annotations| annotations.get(ANNOTATION).is_some())
}

fn is_node(user: &Value) -> bool {
    let name = user.get("username").and_then(Value::as_str);
    let mut groups = user
        .get("groups")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    name.is_some_and(|name| name.starts_with("system:node:"))
        && groups.any(|group| group == "system:nodes")
}

/// Makes everything of a decision a record.
pub(in crate::engine) fn record_only(decision: &mut Decision) {
    for finding in &mut decision.findings {
        finding.enforcement = Enforcement::Audit;
    }
    for failure in &mut decision.failures {
        failure.enforcement = Enforcement::Audit;
    }
}
