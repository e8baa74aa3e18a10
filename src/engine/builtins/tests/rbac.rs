//! `rbac.matches`: rules of roles against what is wanted.

use serde_json::{Value, json};

use super::evaluate;

/// What of get, create on pods, pods/exec, deployments `rule` grants, as `verbs; resources; at`.
#[track_caller]
fn grants(rule: &Value, more: &str, expected: &str) {
    let wanted = format!(
        r#"[{{"verbs": {{"get", "create"}}, "resources": {{"": {{"pods", "pods/exec"}}, "apps": {{"deployments"}}}}{more}}}]"#
    );
    let value = evaluate(&format!("rbac.matches([null, {rule}], {wanted})"))
        .unwrap()
        .to_json();
    let shown = value.as_array().unwrap().iter().map(|hit| {
        let list = |key: &str| {
            hit["matches"][0][key]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(hit["rule"], 1);
        let named = match list("named") {
            names if names.is_empty() => names,
            names => format!("; named {names}"),
        };
        let (verbs, resources) = (list("verbs"), list("resources"));
        format!("{verbs}; {resources}; {}{named}", hit["at"])
    });
    assert_eq!(shown.collect::<Vec<_>>().join(" | "), expected, "{rule}");
}

#[test]
fn rules_of_roles_match_as_the_authorizer_matches() {
    let rule = |groups: &[&str], resources: &[&str], verbs: &[&str]| json!({"apiGroups": groups, "resources": resources, "verbs": verbs});
    for (rule, expected) in [
        (
            rule(&[""], &["nodes", "pods"], &["get", "list"]),
            "get; pods; 1",
        ),
        (
            rule(&["*"], &["*"], &["*"]),
            "create get; deployments pods pods/exec; 0",
        ),
        (
            rule(&[""], &["*"], &["create"]),
            "create; pods pods/exec; 0",
        ),
        (
            rule(&[""], &["*/exec"], &["create"]),
            "create; pods/exec; 0",
        ),
        (
            rule(&[""], &["pods/exec"], &["create"]),
            "create; pods/exec; 0",
        ),
        // None of these grants anything.
        (
            rule(&[""], &["pods/*", "*/*", "Pods", "", "*/"], &["*"]),
            "",
        ),
        (rule(&[""], &["pods"], &["GET", "g*", "list"]), ""),
        (rule(&["apps"], &["pods"], &["get"]), ""),
        (rule(&[], &["pods"], &["get"]), ""),
        (rule(&["a*"], &["deployments"], &["get"]), ""),
        (json!({"resources": ["pods"], "verbs": ["get"]}), ""),
        (
            json!({"apiGroups": null, "resources": {"pods": 1}, "verbs": 5}),
            "",
        ),
        (
            json!({"apiGroups": [null, 5], "resources": [[]], "verbs": [{}]}),
            "",
        ),
        (json!("pods"), ""),
    ] {
        grants(&rule, "", expected);
    }
}

#[test]
fn names_narrow_all_but_what_has_none() {
    let rule = |names: Value| json!({"apiGroups": [""], "resources": ["pods", "pods/exec"], "verbs": ["*"], "resourceNames": names});
    let whole = "create get; pods pods/exec; 0";
    let narrowed = "create; pods; 0";
    grants(&rule(json!(["web"])), "", narrowed);
    for more in [
        r#", "named": true"#,
        r#", "names": {"db", "web"}"#,
        r#", "prefixes": {"w"}"#,
    ] {
        let all = if more.contains("true") { "api " } else { "" };
        let expected = format!("{whole}; named {all}web");
        grants(&rule(json!(["api", "web"])), more, &expected);
        grants(
            &rule(json!(["api"])),
            &more.replace("true", "false"),
            narrowed,
        );
    }
    for not_narrowed in [
        json!([]),
        json!(null),
        json!(["web", ""]),
        json!("web"),
        json!([null]),
    ] {
        grants(&rule(not_narrowed), "", whole);
    }
}

#[test]
fn a_key_counts_whatever_it_is() {
    let rule = |resource: &str| json!({"apiGroups": [""], "resources": ["nodes", resource], "verbs": ["get"]});
    let keyed = r#", "keyed": {"pods/", "userextras/"}"#;
    grants(
        &rule("userextras/scopes"),
        keyed,
        "get; userextras/scopes; 1",
    );
    grants(&rule("pods/exec"), keyed, "get; pods/exec; 1");
    grants(&rule("userextras/*"), keyed, "");
    grants(&rule("userextras/"), keyed, "");
    grants(&rule("users"), keyed, "");
}

#[test]
fn each_part_is_matched() {
    let rules = r#"[{"verbs": ["get"], "apiGroups": ["", "apps"], "resources": ["x", "deployments", "pods"]}]"#;
    let part = |group: &str, name: &str| {
        format!(r#"{{"verbs": {{"get"}}, "resources": {{"{group}": {{"{name}"}}}}}}"#)
    };
    let parts = [
        part("", "pods"),
        part("", "nodes"),
        part("apps", "deployments"),
    ]
    .join(", ");
    let value = evaluate(&format!("rbac.matches({rules}, [{parts}])"))
        .unwrap()
        .to_json();
    let expected = json!([{"rule": 0, "at": 1, "matches": [
        {"part": 0, "verbs": ["get"], "resources": ["pods"], "named": []},
        {"part": 2, "verbs": ["get"], "resources": ["deployments"], "named": []},
    ]}]);
    assert_eq!(value, expected);
    for wrong in [
        "null",
        "5",
        "{}",
        "[null]",
        "[{}]",
        r#"[{"verbs": 5, "resources": 5}]"#,
    ] {
        assert_eq!(
            evaluate(&format!("rbac.matches({rules}, {wrong})"))
                .unwrap()
                .to_json(),
            json!([])
        );
        assert_eq!(
            evaluate(&format!("rbac.matches({wrong}, [{parts}])"))
                .unwrap()
                .to_json(),
            json!([])
        );
    }
}
