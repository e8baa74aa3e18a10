//! Which reviews a binding concerns.
//!
//! On an update either side counts: removing a label must not be a way around.

use serde_json::Value;

use crate::model::{LabelSelector, Match, Review, glob};

/// Whether all parts of `matches` hold for `review`: the object itself, never its template's Pod.
pub(in crate::engine) fn concerns(matches: &Match, review: &Review) -> bool {
    let operations = &matches.operations;
    (operations.is_empty() || operations.contains(&review.operation))
        && (matches.kinds.is_empty() || matches.kinds.iter().any(|kind| kind.matches(&review.kind)))
        && in_namespaces(matches, namespace(review))
        && matches
            .label_selector
            .as_ref()
            .is_none_or(|selector| is_selected(selector, review))
}

/// The namespace that matches ask about; a Namespace counts as in the one that it is, as for Kubernetes' own selectors. Empty: unknown.
pub(super) fn namespace(review: &Review) -> &str {
    if !review.kind.is_core("Namespace") {
        return &review.namespace;
    }
    let sides = [review.object.as_deref(), review.old_object.as_deref()];
    let names = sides.into_iter().flatten().filter_map(name);
    // A deletion of a collection names none.
    [review.name.as_str()]
        .into_iter()
        .chain(names)
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

fn name(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("name")?.as_str()
}

/// An absent namespace is unknown: it matches, and isn't excluded.
fn in_namespaces(matches: &Match, namespace: &str) -> bool {
    let any = |globs: &[String]| globs.iter().any(|pattern| glob(pattern, namespace));
    namespace.is_empty()
        || ((matches.namespaces.is_empty() || any(&matches.namespaces))
            && !any(&matches.excluded_namespaces))
}

fn is_selected(selector: &LabelSelector, review: &Review) -> bool {
    let sides = [review.object.as_deref(), review.old_object.as_deref()];
    sides
        .into_iter()
        .flatten()
        .any(|object| selector.selects(object))
}
