//! Tests of the configuration's reader.

use serde_json::json;

use super::super::fixture::{assert_said, document};
use super::*;
use crate::model::{LabelSelector, Operation};

fn config(value: &Value) -> Config {
    read(&document(".portcullis.yaml", value)).unwrap()
}

#[track_caller]
fn refuses(value: &Value, expected: &[(&str, &str, &str)]) {
    assert_said(
        &read(&document(".portcullis.yaml", value)).unwrap_err(),
        expected,
    );
}

#[test]
fn every_key_of_the_design_is_read() {
    let config = config(&json!({
        "version": 1,
        "kubernetesVersion": "1.34",
        "profiles": ["default"],
        "policies": {"images/untrusted-registry": {
            "enforcement": "Deny",
            "parameters": {"registries": ["registry.example.com"]},
            "match": {
                "kinds": ["Pod", "apps/*"],
                "namespaces": ["prod-*"],
                "excludedNamespaces": ["kube-system"],
                "labelSelector": {
                    "matchLabels": {"app": "web", "empty": ""},
                    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["front"]}],
                },
                "operations": ["CREATE", "UPDATE"],
            },
        }},
        "podTemplates": [{"group": "argoproj.io", "kind": "Rollout", "path": "spec.template"}],
        "skip": ["network/*"],
        "exclude": ["vendor/"],
        "inline": "low-only",
        "exemptionMaxDays": 90,
    }));
    assert_eq!(
        config.kubernetes_version,
        Some(KubernetesVersion { minor: 34 })
    );
    assert_eq!(config.profiles.unwrap()[0].value, "default");
    assert_eq!(config.pod_templates[0].path.to_string(), "spec.template");
    assert_eq!(config.skip[0].value.as_str(), "network/*");
    assert_eq!(config.exclude, ["vendor/"]);
    assert_eq!(
        (config.inline, config.exemption_max_days),
        (InlineMode::LowOnly, 90)
    );
    let entry = &config.policies[0];
    assert_eq!(entry.policy.value.as_str(), "images/untrusted-registry");
    assert_eq!(entry.policy.at.to_string(), ".portcullis.yaml:7");
    assert_eq!(entry.enforcement, Some(Enforcement::Deny));
    assert_eq!(
        json!(entry.parameters),
        json!({"registries": ["registry.example.com"]})
    );
    let matches = entry.matches.as_ref().unwrap();
    assert_eq!(matches.kinds.len(), 2);
    assert_eq!(matches.namespaces, ["prod-*"]);
    assert_eq!(matches.excluded_namespaces, ["kube-system"]);
    assert_eq!(matches.operations, [Operation::Create, Operation::Update]);
    let selector = matches.label_selector.as_ref().unwrap();
    assert_eq!(
        selector.match_labels[1],
        ("empty".to_owned(), String::new())
    );
    assert_eq!(selector.match_expressions[0].values, ["front"]);
}

#[test]
fn without_keys_the_defaults_hold() {
    let config = config(&json!({"version": 1}));
    assert!(config.profiles.is_none() && config.kubernetes_version.is_none());
    assert_eq!(
        (config.inline, config.exemption_max_days),
        (InlineMode::Allow, 180)
    );
    assert_eq!(Config::default().exemption_max_days, 180);
}

#[test]
fn an_empty_selector_is_one_without_requirements() {
    let entry = json!({"version": 1, "policies": {"a/b": {"match": {"labelSelector": {}}}}});
    let matches = config(&entry).policies.remove(0).matches.unwrap();
    assert_eq!(matches.label_selector, Some(LabelSelector::default()));
}

#[test]
fn all_mistakes_are_named_in_the_order_of_the_text() {
    refuses(
        &json!({
            "polcies": {},
            "kubernetesVersion": 1.3,
            "profiles": "default",
            "skip": [true, ""],
            "inline": "low",
            "exemptionMaxDays": 0,
            "podTemplates": null,
        }),
        &[
            (
                "polcies",
                "`polcies` is not a key of the configuration",
                "did you mean `policies`?",
            ),
            (
                "polcies",
                "the configuration has no `version`",
                "add `version: 1`",
            ),
            (
                "1.3",
                "`kubernetesVersion` must be text: without quotes `1.3` is the number 1.3",
                "put it in quotes: `\"1.3\"`",
            ),
            (
                "default",
                "`profiles` must be a list, not text",
                "put it in brackets: `[…]`",
            ),
            (
                "true",
                "an entry of `skip` must be text, not a boolean",
                "put it in quotes",
            ),
            (
                "\"\"",
                "an entry of `skip` is empty",
                "give it a value, or remove it",
            ),
            (
                "low",
                "no inline mode is named `low`",
                "known: `allow`, `low-only`, `deny`",
            ),
            (
                "0",
                "`exemptionMaxDays` must be a whole number from 1 to 3653",
                "",
            ),
            (
                "podTemplates",
                "`podTemplates` must be a list, not nothing",
                "write `[]` for an empty one, or remove the key",
            ),
        ],
    );
}

#[test]
fn a_document_that_is_no_mapping_is_refused() {
    for (value, got) in [
        (json!(null), "nothing"),
        (json!([]), "a list"),
        (json!("x"), "text"),
    ] {
        let errors = read(&document(".portcullis.yaml", &value)).unwrap_err();
        let message = format!("the configuration must be a mapping, not {got}");
        assert_eq!(
            errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [message]
        );
    }
}

#[test]
fn only_version_one_is_known() {
    for (version, message) in [
        (
            json!(2),
            "the configuration has version `2`, and only version 1 is known",
        ),
        (
            json!(1.5),
            "the configuration has version `1.5`, and only version 1 is known",
        ),
        (json!("1"), "`version` must be the number 1, not text"),
    ] {
        let errors = read(&document(
            ".portcullis.yaml",
            &json!({ "version": version }),
        ))
        .unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].to_string(), message);
    }
}

#[test]
fn mistakes_inside_an_entry_are_named() {
    refuses(
        &json!({"version": 1, "policies": {
            "nonsense": {},
            "a/b": {"enforcement": "dney", "parameter": {}},
            "a/c": null,
        }}),
        &[
            (
                "nonsense",
                "`nonsense` is not a policy id such as `least-privilege/host-port`",
                "`portcullis policies` lists all policies",
            ),
            (
                "dney",
                "no enforcement is named `dney`",
                "did you mean `deny`? (known: `deny`, `warn`, `audit`)",
            ),
            (
                "parameter",
                "`parameter` is not a key of `a/b`",
                "did you mean `parameters`?",
            ),
            (
                "a/c",
                "`a/c` must be a mapping, not nothing",
                "write `{}` for an empty one, or remove the key",
            ),
        ],
    );
}

#[test]
fn a_match_that_can_match_nothing_is_refused() {
    refuses(
        &json!({"version": 1, "policies": {"a/b": {"match": {
            "kinds": ["Deployment", "Rollout", "pod"],
            "namespaces": ["Prod"],
            "namespaceSelector": {},
            "operations": ["create"],
            "labelSelector": {"matchLabels": {"on": true}, "matchExpressions": [
                {"key": "a", "operator": "Exists", "values": ["x"]},
                {"key": "a", "operator": "NotIn"},
                {"key": "a", "operator": "in", "values": ["x"]},
            ]},
        }}}}),
        &[
            (
                "Deployment",
                "`Deployment` is not a kind of the core group",
                "write `apps/Deployment`",
            ),
            (
                "Rollout",
                "`Rollout` is not a kind of the core group",
                "write its group before it, as in `apps/Deployment`",
            ),
            (
                "pod",
                "`pod` is not a kind such as `apps/Deployment`",
                "write `Pod`, `apps/Deployment`, `apps/*` or `*`",
            ),
            (
                "Prod",
                "`Prod` is not a namespace or a glob such as `prod-*`",
                "namespaces have lower case letters, digits and `-`; `*` stands for any of them",
            ),
            (
                "namespaceSelector",
                "`namespaceSelector` is not a key of `match`",
                "the labels of a namespace are known in a cluster only: match its name by `namespaces`",
            ),
            (
                "create",
                "no operation is named `create`",
                "did you mean `CREATE`? (known: `CREATE`, `UPDATE`, `DELETE`, `CONNECT`)",
            ),
            (
                "true",
                "`on` must be text, not a boolean",
                "put it in quotes",
            ),
            (
                "key",
                "operator `Exists` takes no `values`",
                "remove `values`",
            ),
            (
                "key",
                "operator `NotIn` needs `values`",
                "list the label's values, such as `values: [web]`",
            ),
            (
                "in",
                "no operator is named `in`",
                "did you mean `In`? (known: `In`, `NotIn`, `Exists`, `DoesNotExist`)",
            ),
        ],
    );
}

#[test]
fn a_pod_template_needs_group_kind_and_path() {
    let rollout = json!({"group": "argoproj.io", "kind": "Rollout", "path": "/spec/template"});
    refuses(
        &json!({"version": 1, "podTemplates": [
            rollout, rollout, {"group": "", "kind": "apps/X", "path": "a..b"}, {},
        ]}),
        &[
            (
                "group",
                "pod template of `argoproj.io/Rollout` is given twice",
                "remove one of the two",
            ),
            (
                "apps/X",
                "`apps/X` is not a kind such as `Rollout`",
                "a kind begins with a capital letter; its group is a key of its own",
            ),
            (
                "a..b",
                "`a..b` is not a path such as `spec.template`",
                "write the keys from the object's top to its template, with dots",
            ),
            (
                "{}",
                "a pod template has no `group`",
                "add `group: argoproj.io`",
            ),
            ("{}", "a pod template has no `kind`", "add `kind: Rollout`"),
            (
                "{}",
                "a pod template has no `path`",
                "add `path: spec.template`",
            ),
        ],
    );
}

#[test]
fn parameters_that_do_not_fit_are_shown_where_they_stand() {
    let config =
        config(&json!({"version": 1, "policies": {"a/b": {"parameters": {"list": [1, 2]}}}}));
    let error = |policy: &str, path: &str| {
        let path = Path::parse(path).unwrap();
        config.parameters_error(&policy.parse().unwrap(), &path, "must be text".to_owned())
    };
    assert_said(
        &[
            error("a/b", "list[1]"),
            error("a/b", "other"),
            error("a/c", ""),
        ],
        &[
            (
                "2",
                "parameters of `a/b`: must be text",
                "`portcullis explain a/b` lists its parameters",
            ),
            (
                "parameters",
                "parameters of `a/b`: must be text",
                "`portcullis explain a/b` lists its parameters",
            ),
            (
                "",
                "parameters of `a/c`: must be text",
                "`portcullis explain a/c` lists its parameters",
            ),
        ],
    );
}
