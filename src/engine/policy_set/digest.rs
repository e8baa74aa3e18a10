//! Digests of a policy set and of bindings: what a decision can be replayed from.
//!
//! Every part goes in with its length, so that no two inputs spell the same bytes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::bindings::BoundPolicy;
use super::is_test_file;
use crate::engine::{Options, PolicySource};
use crate::model::{Digest, Exemption, InlineMode, Match};

/// What else than the sources decides how they are read.
const DIALECT: &str = "portcullis";
const LANGUAGE: &str = "rego.v1";
/// `=0.14.1` in `Cargo.toml`; a test compares them.
pub(crate) const REGORUS: &str = "0.14.1";

/// Over dialect, language, path and bytes of each source, base data, pod templates, our version and regorus'.
pub(super) fn of_set(sources: &[PolicySource], options: &Options) -> Digest {
    let mut hash = Sha256::new();
    let mut files: Vec<(&str, &str)> = sources
        .iter()
        .filter(|source| !is_test_file(source))
        .map(|source| (source.text.name(), source.text.text()))
        .collect();
    files.sort_unstable();
    put(&mut hash, env!("CARGO_PKG_VERSION"));
    put(&mut hash, REGORUS);
    put(&mut hash, &options.kubernetes_version.known().to_string());
    hash.update((files.len() as u64).to_be_bytes());
    for (name, text) in files {
        for part in [DIALECT, LANGUAGE, name, text] {
            put(&mut hash, part);
        }
    }
    let mut templates = options.pod_templates.clone();
    templates.sort();
    for template in &templates {
        put(&mut hash, &template.group);
        put(&mut hash, &template.kind);
        put(&mut hash, &template.path.to_pointer());
    }
    Digest(hash.finalize().into())
}

/// Over bindings (sorted) and exemptions (in order) as canonical JSON.
pub(super) fn of_bindings(
    policies: &[BoundPolicy],
    exemptions: &[Exemption],
    inline: InlineMode,
) -> Digest {
    let mut bindings: Vec<String> = policies
        .iter()
        .flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)))
        .map(|(policy, rule)| {
            canonical(&json!({
                "policy": policy.unit.policy.id.as_str(),
                "enforcement": rule.enforcement.map(crate::model::Enforcement::as_str),
                "templates": rule.templates.map(crate::model::Enforcement::as_str),
                "existing": rule.existing.as_str(),
                "parameters": policy.parameters.get(rule.parameters).map(|(json, _)| json),
                "match": of_match(&rule.matches),
            }))
        })
        .collect();
    bindings.sort_unstable();
    let mut hash = Sha256::new();
    hash.update((bindings.len() as u64).to_be_bytes());
    for text in &bindings {
        put(&mut hash, text);
    }
    for exemption in exemptions {
        put(&mut hash, &canonical(&of_exemption(exemption)));
    }
    put(&mut hash, &format!("{inline:?}"));
    Digest(hash.finalize().into())
}

fn put(hash: &mut Sha256, part: &str) {
    hash.update((part.len() as u64).to_be_bytes());
    hash.update(part.as_bytes());
}

fn of_match(matches: &Match) -> Value {
    let kinds: Vec<String> = matches.kinds.iter().map(ToString::to_string).collect();
    let operations: Vec<&str> = matches.operations.iter().map(|one| one.as_str()).collect();
    let selector = matches.label_selector.as_ref().map(|selector| {
        let expressions: Vec<Value> = selector
            .match_expressions
            .iter()
            .map(|one| {
                let operator = format!("{:?}", one.operator);
                json!({"key": one.key, "operator": operator, "values": one.values})
            })
            .collect();
        json!({"labels": selector.match_labels, "expressions": expressions})
    });
    json!({
        "kinds": kinds,
        "namespaces": matches.namespaces,
        "excludedNamespaces": matches.excluded_namespaces,
        "labelSelector": selector,
        "operations": operations,
    })
}

fn of_exemption(exemption: &Exemption) -> Value {
    let matches = &exemption.matches;
    json!({
        "policy": exemption.policy.as_str(),
        "paths": matches.paths,
        "kinds": matches.kinds,
        "namespaces": matches.namespaces,
        "names": matches.names,
        "path": matches.path.as_ref().map(crate::model::Path::to_pointer),
        "reason": exemption.reason,
        "owner": exemption.owner,
        "expires": exemption.expires.to_string(),
        "ticket": exemption.ticket,
        "file": exemption.file,
        "line": exemption.line,
    })
}

/// JSON text with sorted keys.
pub(super) fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> = members
                .iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            members
                .into_iter()
                .map(|(key, value)| (key.clone(), value))
                .collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
