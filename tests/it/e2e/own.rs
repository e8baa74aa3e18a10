//! Policies of an operator's own, as short as they can be.
//!
//! Never mend anything: they refuse what they are told to.

use serde_json::{Value, json};

/// A policy `own/<name>` that refuses whatever in `scope` (YAML) meets `condition` (Rego), and says its own name.
pub(super) fn refusing(name: &str, scope: &str, condition: &str) -> String {
    asking(name, scope, "[]", condition)
}

/// The same, with the facts (YAML) that it asks for.
pub(super) fn asking(name: &str, scope: &str, facts: &str, condition: &str) -> String {
    let package = name.replace('-', "_");
    format!(
        "# METADATA\n# title: Refuses {name}\n# description: A test.\n# custom:\n#   severity: high\n#   remediation: Leave it.\n#   scope: {scope}\n#   evidence: {facts}\npackage policies.own.{package}\n\nviolation contains {{\"path\": [], \"msg\": \"refused by {name}\"}} if {{\n\t{condition}\n}}\n"
    )
}

/// The data of a `ConfigMap` with these policies and nothing else in force.
pub(super) fn alone(policies: &[(&str, String)]) -> Value {
    let mut data = json!({"portcullis.yaml": "version: 1\nprofiles: []\n"});
    for (name, text) in policies {
        data[format!("{name}.rego")] = text.clone().into();
    }
    data
}
