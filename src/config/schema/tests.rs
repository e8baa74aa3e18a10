//! Tests of the schemas: against samples, and against the readers.

use jiff::civil::date;
use jsonschema::Validator;

use super::super::exemptions::{EXEMPTION_KEYS, EXEMPTION_MATCH_KEYS};
use super::super::file::{CONFIG_KEYS, ENTRY_KEYS, TEMPLATE_KEYS};
use super::super::fixture::document;
use super::super::matches::{MATCH_KEYS, REQUIREMENT_KEYS, SELECTOR_KEYS};
use super::*;

fn config_sample() -> Value {
    json!({
        "version": 1,
        "kubernetesVersion": "1.34",
        "profiles": ["default"],
        "policies": {"network/open": {
            "enforcement": "Deny",
            "parameters": {"registries": ["registry.example.com"]},
            "match": {
                "kinds": ["Pod", "apps/*"],
                "namespaces": ["prod-*"],
                "excludedNamespaces": ["kube-system"],
                "labelSelector": {
                    "matchLabels": {"app": ""},
                    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}],
                },
                "operations": ["CREATE"],
            },
        }},
        "podTemplates": [{"group": "argoproj.io", "kind": "Rollout", "path": "spec.template"}],
        "skip": ["network/*"],
        "exclude": ["vendor/"],
        "inline": "low-only",
        "exemptionMaxDays": 180,
    })
}

fn exemptions_sample() -> Value {
    json!({"exemptions": [{
        "policy": "network/open",
        "match": {
            "paths": ["deploy/**"],
            "kinds": ["DaemonSet"],
            "namespaces": ["kube-system"],
            "names": ["node-*"],
            "path": "/spec/volumes",
        },
        "reason": "reads the log directory",
        "owner": "team",
        "expires": "2027-03-01",
        "ticket": "OPS-412",
    }]})
}

fn reads_config(value: &Value) -> bool {
    super::super::read(&document("c.yaml", value)).is_ok()
}

fn reads_exemptions(value: &Value) -> bool {
    let known = ["network/open".parse().unwrap()];
    let read = super::super::exemptions(&document("e.yaml", value), &known, 180, date(2027, 1, 1));
    read.1.is_empty()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).unwrap();
    jsonschema::draft202012::new(schema).unwrap()
}

/// `value` once for each of its mappings that has a fixed set of keys, with one key more in it.
fn with_unknown_keys(value: &Value) -> Vec<(String, Value)> {
    let free = ["/policies", "/policies/network~1open/parameters"];
    let labels = "/matchLabels";
    let mut pointers = Vec::new();
    collect(value, String::new(), &mut pointers);
    let fixed = pointers
        .into_iter()
        .filter(|it| !free.contains(&it.as_str()) && !it.ends_with(labels));
    fixed
        .map(|pointer| {
            let mut changed = value.clone();
            changed.pointer_mut(&pointer).unwrap()["zzz"] = json!({});
            (pointer, changed)
        })
        .collect()
}

fn collect(value: &Value, pointer: String, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(
                    member,
                    format!("{pointer}/{}", key.replace('/', "~1")),
                    into,
                );
            }
            into.push(pointer);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), into);
            }
        }
        _ => {}
    }
}

#[test]
fn samples_are_valid_and_an_unknown_key_anywhere_is_not() {
    type Reads = fn(&Value) -> bool;
    let rows: [(Value, Value, Reads, usize); 2] = [
        (config(), config_sample(), reads_config, 6),
        (exemptions(), exemptions_sample(), reads_exemptions, 3),
    ];
    for (schema, sample, reads, mappings) in rows {
        let validator = validator(&schema);
        assert!(validator.is_valid(&sample) && reads(&sample));
        let changed = with_unknown_keys(&sample);
        assert_eq!(changed.len(), mappings);
        for (pointer, value) in changed {
            assert!(!validator.is_valid(&value), "schema: `zzz` in {pointer}");
            assert!(!reads(&value), "reader: `zzz` in {pointer}");
        }
    }
}

#[test]
fn readers_and_schemas_know_the_same_keys() {
    let (config, exemptions) = (config(), exemptions());
    for (schema, pointer, known) in [
        (&config, "", CONFIG_KEYS),
        (&config, "/$defs/binding", ENTRY_KEYS),
        (&config, "/$defs/match", MATCH_KEYS),
        (&config, "/$defs/labelSelector", SELECTOR_KEYS),
        (
            &config,
            "/$defs/labelSelector/properties/matchExpressions/items",
            REQUIREMENT_KEYS,
        ),
        (&config, "/$defs/podTemplate", TEMPLATE_KEYS),
        (&exemptions, "/$defs/exemption", EXEMPTION_KEYS),
        (&exemptions, "/$defs/match", EXEMPTION_MATCH_KEYS),
    ] {
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap();
        let keys: Vec<&String> = properties.as_object().unwrap().keys().collect();
        assert_eq!(keys, known, "{pointer}");
    }
}

/// Sets what stands at `pointer` of `sample`; a null takes it out.
fn changed(sample: &Value, pointer: &str, to: &Value) -> Value {
    let mut value = sample.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match value.pointer_mut(parent).unwrap() {
        Value::Object(members) if to.is_null() => drop(members.shift_remove(&key)),
        parent => parent[&key] = to.clone(),
    }
    value
}

#[test]
fn readers_and_schemas_agree_on_values() {
    let config_validator = validator(&config());
    let binding = "/policies/network~1open";
    for (pointer, to, good) in [
        ("/version", json!(null), false),
        ("/version", json!(2), false),
        ("/version", json!("1"), false),
        ("/kubernetesVersion", json!(1.3), false),
        ("/kubernetesVersion", json!("latest"), false),
        ("/kubernetesVersion", json!("v1.34.2"), true),
        ("/profiles", json!("default"), false),
        ("/profiles", json!([]), true),
        ("/profiles", json!([" "]), false),
        ("/policies/nonsense", json!({}), false),
        ("/policies/a-b~1c-d", json!({}), true),
        (&format!("{binding}/enforcement"), json!("warn"), true),
        (&format!("{binding}/enforcement"), json!("block"), false),
        (&format!("{binding}/parameters"), json!([]), false),
        (
            &format!("{binding}/match/operations"),
            json!(["create"]),
            false,
        ),
        (
            &format!("{binding}/match/labelSelector/matchLabels"),
            json!({"on": true}),
            false,
        ),
        (
            &format!("{binding}/match/labelSelector/matchExpressions"),
            json!([{"key": "a"}]),
            false,
        ),
        (
            "/podTemplates",
            json!([{"kind": "X", "path": "spec"}]),
            false,
        ),
        (
            "/podTemplates",
            json!([{"group": "", "kind": "x", "path": "spec"}]),
            false,
        ),
        (
            "/podTemplates",
            json!([{"group": "", "kind": "X", "path": "spec"}]),
            true,
        ),
        ("/skip", json!([1]), false),
        ("/inline", json!("low"), false),
        ("/exemptionMaxDays", json!(0), false),
        ("/exemptionMaxDays", json!(3654), false),
        ("/exemptionMaxDays", json!("180"), false),
    ] {
        let value = changed(&config_sample(), pointer, &to);
        assert_eq!(
            config_validator.is_valid(&value),
            good,
            "schema: {pointer} = {to}"
        );
        assert_eq!(reads_config(&value), good, "reader: {pointer} = {to}");
    }
    let exemptions_validator = validator(&exemptions());
    for (pointer, to, good) in [
        ("/exemptions", json!([]), true),
        ("/exemptions", json!({}), false),
        ("/exemptions/0/policy", json!(null), false),
        ("/exemptions/0/reason", json!(null), false),
        ("/exemptions/0/reason", json!(""), false),
        ("/exemptions/0/owner", json!(null), false),
        ("/exemptions/0/expires", json!(null), false),
        ("/exemptions/0/expires", json!("1.3.2027"), false),
        ("/exemptions/0/match", json!(null), true),
        ("/exemptions/0/match", json!({}), true),
        ("/exemptions/0/match/paths", json!("deploy"), false),
        ("/exemptions/0/ticket", json!(412), false),
    ] {
        let value = changed(&exemptions_sample(), pointer, &to);
        assert_eq!(
            exemptions_validator.is_valid(&value),
            good,
            "schema: {pointer} = {to}"
        );
        assert_eq!(reads_exemptions(&value), good, "reader: {pointer} = {to}");
    }
}
