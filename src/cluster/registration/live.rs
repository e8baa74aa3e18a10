//! The live object against what is planned.
//!
//! Pure. Looks at our entries alone: others are their owners' business.

use std::collections::BTreeSet;

use k8s_openapi::api::admissionregistration::v1::{
    RuleWithOperations, ValidatingWebhook, ValidatingWebhookConfiguration,
};
use serde_json::{Map, Value, json};

use super::api::MANAGER;
use super::entries::Plan;
use super::{ENFORCE, OBSERVE};

/// Whether `live` shows our entries as planned, and no others of ours.
pub(super) fn shows(live: &ValidatingWebhookConfiguration, plan: &Plan) -> bool {
    // A planned entry has every field set, so what the server would fill in is there too.
    own_names().all(|name| {
        let ordered = |entries| find(entries, name).cloned().map(in_order);
        ordered(entries(live)) == ordered(&plan.entries)
    })
}

/// The order of match conditions means nothing, and somebody else may change it.
fn in_order(mut entry: ValidatingWebhook) -> ValidatingWebhook {
    if let Some(conditions) = &mut entry.match_conditions {
        conditions.sort_by(|a, b| a.name.cmp(&b.name));
    }
    entry
}

/// What a server-side apply can't take away, as a strategic merge patch: an entry of ours or a match condition in it that somebody
/// else owns as well. A foreign condition that is never true would switch the entry off.
pub(super) fn removals(live: &ValidatingWebhookConfiguration, plan: &Plan) -> Option<Value> {
    let removal = |entry: &ValidatingWebhook| {
        if !own_names().any(|name| name == entry.name) {
            return None;
        }
        let planned = find(&plan.entries, &entry.name);
        // An address and a Service exclude each other: who else owns the old one would keep it.
        let Some(planned) = planned.filter(|planned| reached_alike(planned, entry)) else {
            return Some(delete(&entry.name));
        };
        let foreign: Vec<Value> = condition_names(entry)
            .difference(&condition_names(planned))
            .map(|name| delete(name))
            .collect();
        (!foreign.is_empty()).then(|| json!({"name": entry.name, "matchConditions": foreign}))
    };
    let removals: Vec<Value> = entries(live).iter().filter_map(removal).collect();
    (!removals.is_empty()).then(|| json!({"webhooks": removals}))
}

/// Whether `plan` asks for nothing that `live` doesn't ask for already.
pub(super) fn shrinks(live: &ValidatingWebhookConfiguration, plan: &Plan) -> bool {
    let bare = |entry: &ValidatingWebhook| ValidatingWebhook {
        rules: None,
        ..entry.clone()
    };
    plan.entries.iter().all(|planned| {
        find(entries(live), &planned.name).is_some_and(|live| {
            bare(live) == bare(planned) && calls(planned).is_subset(&calls(live))
        })
    })
}

/// Whether `plan` asks for everything that `live` asks for.
pub(super) fn keeps(live: &ValidatingWebhookConfiguration, plan: &Plan) -> bool {
    own_names()
        .filter_map(|name| find(entries(live), name))
        .all(|live| {
            find(&plan.entries, &live.name)
                .is_some_and(|planned| calls(live).is_subset(&calls(planned)))
        })
}

/// Who else has fields in the entries of `live`, in order.
pub(super) fn foreign_managers(live: &ValidatingWebhookConfiguration) -> BTreeSet<String> {
    let managed = live.metadata.managed_fields.iter().flatten();
    let has_entries = |fields: &Map<String, Value>| fields.contains_key("f:webhooks");
    managed
        .filter(|own| {
            let fields = own.fields_v1.as_ref().and_then(|own| own.0.as_object());
            fields.is_some_and(has_entries)
        })
        .filter_map(|own| own.manager.clone())
        .filter(|manager| manager != MANAGER)
        .collect()
}

fn own_names() -> impl Iterator<Item = &'static str> {
    [ENFORCE.name, OBSERVE.name].into_iter()
}

fn entries(live: &ValidatingWebhookConfiguration) -> &[ValidatingWebhook] {
    live.webhooks.as_deref().unwrap_or_default()
}

fn find<'a>(entries: &'a [ValidatingWebhook], name: &str) -> Option<&'a ValidatingWebhook> {
    entries.iter().find(|entry| entry.name == name)
}

fn reached_alike(a: &ValidatingWebhook, b: &ValidatingWebhook) -> bool {
    a.client_config.url.is_some() == b.client_config.url.is_some()
}

fn condition_names(entry: &ValidatingWebhook) -> BTreeSet<&str> {
    let conditions = entry.match_conditions.iter().flatten();
    conditions.map(|one| one.name.as_str()).collect()
}

fn delete(name: &str) -> Value {
    json!({"$patch": "delete", "name": name})
}

/// Everything that an entry's rules name, one by one: scope, group, version, resource, operation.
fn calls(entry: &ValidatingWebhook) -> BTreeSet<Vec<&str>> {
    entry.rules.iter().flatten().flat_map(rule_calls).collect()
}

fn rule_calls(rule: &RuleWithOperations) -> Vec<Vec<&str>> {
    let start = vec![vec![rule.scope.as_deref().unwrap_or("*")]];
    [
        &rule.api_groups,
        &rule.api_versions,
        &rule.resources,
        &rule.operations,
    ]
    .into_iter()
    .fold(start, |calls, list| {
        longer(&calls, list.as_deref().unwrap_or_default())
    })
}

fn longer<'a>(calls: &[Vec<&'a str>], list: &'a [String]) -> Vec<Vec<&'a str>> {
    let with = |call: &Vec<&'a str>| {
        let call = call.clone();
        list.iter()
            .map(move |one| [call.as_slice(), &[one]].concat())
    };
    calls.iter().flat_map(with).collect()
}

#[cfg(test)]
mod tests;
