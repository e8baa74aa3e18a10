//! The result contract: what a policy may return, and what becomes of everything else.

use serde_json::json;

use super::*;
use crate::engine::evaluate;
use crate::model::{Enforcement, Evidence, Severity};

#[test]
fn a_result_that_breaks_the_contract_is_a_failure() {
    for (body, what) in [
        ("violation := true", "`violation` isn't a set"),
        ("violation := {} if false", "`violation` isn't a set"),
        (
            "violation contains 5",
            "an element of `violation` isn't an object",
        ),
        (
            r#"violation contains {"path": []}"#,
            "a violation has no `msg`",
        ),
        (
            r#"violation contains {"msg": ""}"#,
            "the `msg` of a violation is empty",
        ),
        (
            r#"violation contains {"msg": 5}"#,
            "the `msg` of a violation isn't a string",
        ),
        (
            r#"violation contains {"msg": "x", "deny": true}"#,
            "a violation has a key that isn't part of the contract",
        ),
        (
            r#"violation contains {"msg": "x", "path": ["a", 1.5]}"#,
            "the `path` of a violation isn't a list of strings and integers",
        ),
        (
            r#"violation contains {"msg": "x", "path": ["a", -1]}"#,
            "the `path` of a violation isn't a list of strings and integers",
        ),
        (
            r#"violation contains {"msg": "x", "path": "a..b"}"#,
            "the `path` of a violation isn't a list of strings and integers",
        ),
        (
            r#"violation contains {"msg": "x", "path": null}"#,
            "the `path` of a violation isn't a list of strings and integers",
        ),
        (
            r#"violation contains {"msg": "x", "details": []}"#,
            "the `details` of a violation aren't an object",
        ),
        (
            r#"violation contains {"msg": "x", "details": {"a": concat("", [input.review.name | some i in numbers.range(1, 30000)])}}"#,
            "the `details` of a violation are larger than 64 KiB",
        ),
        (
            r#"violation contains {"msg": "x", "severity": "bad"}"#,
            "`severity` is none of low, medium, high, critical",
        ),
        (
            r#"violation contains {"msg": "x", "confidence": 1}"#,
            "`confidence` is none of low, medium, high",
        ),
        (
            r#"violation contains {"msg": "x", "related": [{"msg": "y"}]}"#,
            "`related` isn't a list of `{path, msg, of}`",
        ),
    ] {
        let expected = format!("result-shape deny: {what}");
        check(
            &[policy("a/b", &json!({}), body)],
            &create(pod(&json!({}))),
            &["deny", &expected],
        );
    }
}

#[test]
fn good_elements_count_beside_a_broken_one() {
    let body = "violation contains {\"msg\": \"x\", \"path\": \"spec\"}\nviolation contains 5";
    check(
        &[policy("a/b", &json!({}), body)],
        &create(pod(&json!({}))),
        &[
            "deny",
            "new deny spec: x",
            "result-shape deny: an element of `violation` isn't an object",
        ],
    );
}

#[test]
fn all_spellings_of_a_path_are_one() {
    for path in [
        r#"["spec", "containers", 0, "image"]"#,
        r#"["spec", "containers", "0", "image"]"#,
        r#""spec.containers[0].image""#,
        r#""/spec/containers/0/image""#,
    ] {
        let body = format!(r#"violation contains {{"path": {path}, "msg": "x"}}"#);
        check(
            &[policy("a/b", &json!({}), &body)],
            &create(pod(&json!({}))),
            &["deny", "new deny spec.containers[0].image: x"],
        );
    }
}

#[test]
fn details_severity_and_related_are_read() {
    let body = r#"violation contains {"path": "spec", "msg": "x", "severity": "low", "confidence": "medium",
	"details": {"found": 1, "wanted": [2], "container": "app", "more": true},
	"related": [{"path": ["metadata", "name"], "msg": "here"}, {"path": "rules[0]", "of": "role"}]}"#;
    let decision = judge(&[policy("a/b", &json!({}), body)], &create(pod(&json!({}))));
    let finding = &decision.findings[0];
    assert_eq!(finding.severity, Severity::Low);
    assert_eq!(finding.enforcement, Enforcement::Warn);
    assert_eq!(finding.found, Some(json!(1)));
    assert_eq!(finding.wanted, Some(json!([2])));
    assert_eq!(finding.container.as_deref(), Some("app"));
    assert_eq!(finding.details, Some(json!({"more": true})));
    let related: Vec<_> = finding
        .related
        .iter()
        .map(|one| (one.path.to_string(), one.of.clone(), one.location.is_some()))
        .collect();
    assert_eq!(
        related,
        [
            ("metadata.name".to_owned(), None, true),
            ("rules[0]".to_owned(), Some("role".to_owned()), false)
        ]
    );
}

#[test]
fn the_value_found_is_dropped_where_it_may_be_a_secret() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"a": "c2VjcmV0"}});
    let any = json!({"scope": {"kinds": ["*"], "operations": ["CREATE"]}});
    for (id, object, path, found, kept) in [
        ("secrets/a", pod(&json!({})), "spec", "1", false),
        ("other/a", secret, "data.a", "1", false),
        (
            "other/a",
            pod(&json!({})),
            "spec.containers[0].env[0].value",
            "1",
            false,
        ),
        (
            "other/a",
            pod(&json!({})),
            "spec.containers[0].env[0]",
            "{}",
            false,
        ),
        (
            "other/a",
            pod(&json!({})),
            "spec.containers[0].env[0].name",
            "1",
            true,
        ),
        (
            "other/a",
            pod(&json!({})),
            "spec.containers[0]",
            "{\"env\": []}",
            false,
        ),
        (
            "other/a",
            pod(&json!({})),
            "spec.containers[0].image",
            "1",
            true,
        ),
    ] {
        let body = format!(
            r#"violation contains {{"path": "{path}", "msg": "x", "details": {{"found": {found}}}}}"#
        );
        let decision = judge(&[policy(id, &any, &body)], &create(object));
        assert_eq!(decision.findings[0].found.is_some(), kept, "{id} {path}");
        assert_eq!(decision.findings[0].details, None);
    }
}

#[test]
fn long_messages_are_cut_and_many_findings_counted() {
    let long = r#"violation contains {"path": [], "msg": concat("", ["é" | some i in numbers.range(1, 9000)])}"#;
    // An array comprehension keeps equal elements.
    let decision = judge(&[policy("a/b", &json!({}), long)], &create(pod(&json!({}))));
    let message = &decision.findings[0].message;
    assert!(
        message.ends_with("é … (9808 bytes cut)"),
        "{}",
        message.len()
    );
    let many = r#"violation contains {"path": ["spec", i], "msg": "x"} if some i in numbers.range(1, 250)"#;
    let decision = judge(&[policy("a/b", &json!({}), many)], &create(pod(&json!({}))));
    assert_eq!(decision.findings.len(), 101);
    assert!(
        decision
            .findings
            .iter()
            .any(|finding| finding.message == "150 more findings of `a/b` are not shown")
    );
}

#[test]
fn several_bindings_are_all_judged_and_equal_findings_are_one_at_the_strictest() {
    let custom = json!({"parameters": {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}});
    let body = r#"violation contains {"path": "spec", "msg": sprintf("%d", [input.parameters.n])}"#;
    let set = set(&[policy("a/b", &custom, body)]);
    let rule = |enforcement: Enforcement, n: i64| {
        let mut binding = binding("a/b");
        binding.enforcement = Some(enforcement);
        binding.parameters.insert("n".to_owned(), json!(n));
        binding
    };
    let bindings = bind(
        &set,
        vec![
            rule(Enforcement::Warn, 1),
            rule(Enforcement::Deny, 1),
            rule(Enforcement::Audit, 2),
        ],
        Vec::new(),
    );
    let review = create(pod(&json!({})));
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert_eq!(
        lines(&decision),
        ["deny", "new deny spec: 1", "new audit spec: 2"]
    );
    assert_eq!(decision.judged, 1);
}
