//! Which reviews a binding concerns.
//!
//! On an update either side counts: removing a label must not be a way around.

use serde_json::Value;

use crate::model::{LabelRequirement, LabelSelector, Match, RequirementOperator, Review, glob};

/// Whether all parts of `matches` hold for `review`: the object itself, never its template's Pod.
pub(in crate::engine) fn concerns(matches: &Match, review: &Review) -> bool {
    let operations = &matches.operations;
    (operations.is_empty() || operations.contains(&review.operation))
        && (matches.kinds.is_empty() || matches.kinds.iter().any(|kind| kind.matches(&review.kind)))
        && in_namespaces(matches, &review.namespace)
        && matches
            .label_selector
            .as_ref()
            .is_none_or(|selector| is_selected(selector, review))
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
        .any(|object| selects(selector, object))
}

fn selects(selector: &LabelSelector, object: &Value) -> bool {
    let labels = object
        .get("metadata")
        .and_then(|metadata| metadata.get("labels"));
    let label = |key: &str| {
        labels
            .and_then(|labels| labels.get(key))
            .and_then(Value::as_str)
    };
    let mut wanted = selector.match_labels.iter();
    wanted.all(|(key, value)| label(key) == Some(value))
        && selector
            .match_expressions
            .iter()
            .all(|one| holds(one, label(&one.key)))
}

fn holds(requirement: &LabelRequirement, label: Option<&str>) -> bool {
    let listed = label.is_some_and(|label| requirement.values.iter().any(|value| value == label));
    match requirement.operator {
        RequirementOperator::In => listed,
        RequirementOperator::NotIn => !listed,
        RequirementOperator::Exists => label.is_some(),
        RequirementOperator::DoesNotExist => label.is_none(),
    }
}
