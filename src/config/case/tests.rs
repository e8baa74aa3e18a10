//! Tests of case sidecars.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::fixture::{assert_said, document};
use super::*;
use crate::model::Path;

#[track_caller]
fn refuses(value: &Value, expected: &[(&str, &str, &str)]) {
    assert_said(
        &read(&document("init.case.yaml", value)).unwrap_err(),
        expected,
    );
}

#[test]
fn every_key_of_the_design_is_read() {
    let read = read(&document(
        "init.case.yaml",
        &json!({
            "parameters": {"max": 3},
            "evidence": {
                "role": {"state": "known", "value": {"rules": []}},
                "namespace": {"state": "unavailable", "why": {"code": "timeout", "message": "no answer"}},
            },
            "kubernetesVersion": "1.24",
            "podTemplates": [{"group": "argoproj.io", "kind": "Rollout", "path": "spec.template"}],
            "now": "2027-03-01T12:00:00Z",
            "operation": "UPDATE",
            "subResource": "ephemeralcontainers",
            "userInfo": {"username": "dev"},
            "oldObject": "old/other.yaml",
            "as": ".github/workflows/ci.yml",
            "why": "a debug container",
            "twins": false,
        }),
    ));
    let why = Why {
        code: "timeout".to_owned(),
        message: "no answer".to_owned(),
    };
    let expected = Case {
        parameters: json!({"max": 3}).as_object().unwrap().clone(),
        evidence: Evidence {
            facts: BTreeMap::from([
                (FactName::Role, Fact::known(json!({"rules": []}))),
                (FactName::Namespace, Fact::Unavailable(why)),
            ]),
            ..Evidence::default()
        },
        kubernetes_version: Some(KubernetesVersion { minor: 24 }),
        pod_templates: vec![PodTemplate {
            group: "argoproj.io".to_owned(),
            kind: "Rollout".to_owned(),
            path: Path::parse("spec.template").unwrap(),
        }],
        now: Some("2027-03-01T12:00:00Z".parse().unwrap()),
        operation: Some(Operation::Update),
        sub_resource: Some("ephemeralcontainers".to_owned()),
        user_info: Some(json!({"username": "dev"})),
        old_object: Some("old/other.yaml".to_owned()),
        as_path: Some(".github/workflows/ci.yml".to_owned()),
        why: Some("a debug container".to_owned()),
        twins: false,
    };
    assert_eq!(read.unwrap(), expected);
}

#[test]
fn an_empty_sidecar_changes_nothing() {
    assert_eq!(
        read(&document("a.case.yaml", &json!({}))).unwrap(),
        Case::default()
    );
}

#[test]
fn mistakes_are_named_with_their_place() {
    refuses(
        &json!({
            "parameter": {},
            "kubernetesVersion": 1.24,
            "now": "2027-03-01",
            "operation": "update",
            "userInfo": "dev",
            "as": "/etc/passwd",
            "twins": "no",
        }),
        &[
            (
                "parameter",
                "`parameter` is not a key of the case",
                "did you mean `parameters`?",
            ),
            (
                "1.24",
                "`kubernetesVersion` must be text: without quotes `1.24` is the number 1.24",
                "put it in quotes: `\"1.24\"`",
            ),
            (
                "2027-03-01",
                "`2027-03-01` is not a time such as `2027-03-01T12:00:00Z`",
                "write date, time and zone, as in `2027-03-01T12:00:00Z`",
            ),
            (
                "update",
                "no operation is named `update`",
                "did you mean `UPDATE`? (known: `CREATE`, `UPDATE`, `DELETE`, `CONNECT`)",
            ),
            (
                "dev",
                "`userInfo` must be a mapping, not text",
                "write keys with values: `{key: value}`",
            ),
            (
                "/etc/passwd",
                "`/etc/passwd` is not a path inside the folder",
                "write it with `/`, from this folder on",
            ),
            (
                "no",
                "`twins` must be true or false, not text",
                "write it without quotes: `true` or `false`",
            ),
        ],
    );
}

#[test]
fn settings_that_need_another_say_so() {
    let old = "`oldObject` needs `operation: UPDATE` or `operation: DELETE`";
    let help = "add `operation: UPDATE` or `operation: DELETE`, or remove `oldObject`";
    refuses(&json!({"oldObject": "a.yaml"}), &[("oldObject", old, help)]);
    refuses(
        &json!({"oldObject": "a.yaml", "operation": "CREATE"}),
        &[("oldObject", old, help)],
    );
    refuses(
        &json!({"twins": false}),
        &[(
            "twins",
            "`twins` needs `why`",
            "add `why`, or remove `twins`",
        )],
    );
    refuses(
        &json!({"evidence": {"role": {"state": "known", "value": 1, "why": {}}}}),
        &[(
            "why",
            "`why` needs `state: unavailable`",
            "add `state: unavailable`, or remove `why`",
        )],
    );
}

#[test]
fn a_path_never_leaves_its_folder() {
    for path in ["../a.yaml", "a/../../b", "/a", "a//b", "C:\\a", "a\\b", "."] {
        let value = json!({"operation": "UPDATE", "oldObject": path});
        let errors = read(&document("a.case.yaml", &value)).unwrap_err();
        assert_eq!(errors.len(), 1, "{path}");
    }
}

#[test]
fn every_fact_has_its_key() {
    let names: Vec<&str> = FactName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(EVIDENCE_KEYS, names);
}
