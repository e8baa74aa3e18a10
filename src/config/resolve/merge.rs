//! Several sources, one list of bindings: later ones change earlier ones, equal ones become one.
//!
//! Never drops who bound a policy: a merged binding names all its sources.

use std::collections::BTreeMap;

use crate::config::file::PolicyEntry;
use crate::model::{Binding, PolicyId};

/// Sets the fields that `entry` names; of the parameters, those that it names.
pub(super) fn change(binding: &mut Binding, entry: &PolicyEntry, place: &str) {
    if entry.enforcement.is_some() {
        binding.enforcement = entry.enforcement;
    }
    if entry.templates.is_some() {
        binding.templates = entry.templates;
    }
    if let Some(existing) = entry.existing {
        binding.existing = existing;
    }
    if let Some(parameters) = &entry.parameters {
        binding.parameters.extend(parameters.clone());
    }
    if let Some(matches) = &entry.matches {
        binding.matches = matches.clone();
    }
    // Who names a policy wants it judged: what it lacks is then a mistake, not a reason to leave it out.
    binding.from_profile = false;
    add_source(&mut binding.source, place);
}

fn add_source(sources: &mut String, other: &str) {
    if sources.is_empty() {
        other.clone_into(sources);
    } else if sources.split(", ").all(|source| source != other) {
        sources.push_str(", ");
        sources.push_str(other);
    }
}

/// One binding for each that differs in more than its source; by policy, then in the order given.
pub(super) fn merge_equal(bindings: Vec<Binding>) -> Vec<Binding> {
    let mut merged: BTreeMap<PolicyId, Vec<Binding>> = BTreeMap::new();
    for binding in bindings {
        let same = merged.entry(binding.policy.clone()).or_default();
        let equal = same.iter_mut().find(|other| {
            other.enforcement == binding.enforcement
                && other.templates == binding.templates
                && other.existing == binding.existing
                && other.parameters == binding.parameters
                && other.matches == binding.matches
        });
        match equal {
            Some(other) => {
                binding
                    .source
                    .split(", ")
                    .for_each(|source| add_source(&mut other.source, source));
                other.from_profile &= binding.from_profile;
            }
            None => same.push(binding),
        }
    }
    merged.into_values().flatten().collect()
}
