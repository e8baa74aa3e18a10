//! Every builtin that a policy may call is called: regorus' own list names some that it doesn't have.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::engine::Options;
use crate::engine::rego::{Prepared, RunError, native_exists};
use crate::engine::tests::{options, unit};

mod calls;
mod edges;
mod formats;
mod rbac;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// The value of `expression` with all extensions that its text names.
#[track_caller]
fn evaluate(expression: &str) -> Result<Val, RunError> {
    let text = format!("package t\n\nx := {expression}\n");
    let options = Options {
        time_limit: Duration::from_secs(5),
        ..options()
    };
    let prepared = Prepared::new(&unit(&text), &options.settings()).unwrap();
    prepared
        .evaluate_with_prints("data.t.x", Val::UNDEFINED, now())
        .0
}

#[track_caller]
fn check(expression: &str, expected: &Value) {
    assert_eq!(
        evaluate(expression).unwrap().to_json(),
        *expected,
        "{expression}"
    );
}

#[track_caller]
fn fails(expression: &str, fault: Fault) {
    assert_eq!(
        evaluate(expression).unwrap_err().message,
        fault.text(),
        "{expression}"
    );
}

#[test]
fn every_builtin_of_opa_is_called_or_refused() {
    let called: BTreeSet<&str> = calls::CALLS.iter().map(|(name, _)| *name).collect();
    for builtin in TABLE {
        let supplied = !matches!(builtin.kind, Kind::Refused(_));
        // `compat` puts the literal in place of these two.
        let replaced = builtin.name.starts_with("rego.metadata.");
        assert_eq!(
            called.contains(builtin.name),
            supplied && !replaced,
            "{}",
            builtin.name
        );
    }
    let ours = 2;
    assert_eq!(TABLE.len(), 206 + ours);
}

#[test]
fn the_table_is_sorted_and_its_claims_hold() {
    assert!(TABLE.is_sorted_by(|a, b| a.name < b.name));
    for builtin in TABLE {
        let ours = extension(builtin.name).is_some() || builtin.name == NOW;
        assert_eq!(builtin.kind == Kind::Extension, ours, "{}", builtin.name);
        assert!(lookup(builtin.name).is_some());
        let native = builtin.kind == Kind::Native;
        let special = builtin.name == "print" || builtin.name.starts_with("rego.metadata.");
        if native && !special {
            assert!(native_exists(builtin.name), "{}", builtin.name);
        }
    }
    assert!(lookup("no.such").is_none());
}

#[test]
fn every_call_gives_what_opa_gives() {
    // A call whose comparison holds gives one element.
    let gives = |(name, expression): &&(&str, &str)| {
        assert!(expression.contains(name));
        let value = evaluate(&format!("[true | {expression}]"));
        value.map(|value| value.to_json()) != Ok(json!([true]))
    };
    let wrong: Vec<_> = calls::CALLS.iter().filter(gives).collect();
    assert_eq!(wrong, Vec::<&(&str, &str)>::new());
}

#[test]
fn an_image_is_parsed_or_null() {
    let parsed = json!({
        "registry": "registry.example:5000", "repository": "shop/api", "name": "registry.example:5000/shop/api",
        "tag": "1.2", "digest": null,
    });
    check(
        r#"image.parse("registry.example:5000/shop/api:1.2")"#,
        &parsed,
    );
    for other in ["\"a:b:c\"", "\"\"", "null", "5", "[]", "{}", "true"] {
        check(&format!("image.parse({other})"), &Value::Null);
    }
}

#[test]
fn raw_regorus_panics_where_ours_answers() {
    for expression in ["strings.count(\"abc\", \"\")", "object.subset([1], [])"] {
        let mut raw = unit(&format!("package t\n\nx := {expression}\n"));
        raw.extensions.clear();
        let prepared = Prepared::new(&raw, &options().settings()).unwrap();
        let error = prepared
            .evaluate_with_prints("data.t.x", Val::UNDEFINED, now())
            .0
            .unwrap_err();
        assert_eq!(
            error.class,
            crate::model::FailureClass::Panic,
            "{expression}"
        );
        assert!(evaluate(expression).is_ok());
    }
}

#[test]
fn raw_regorus_answers_otherwise_than_opa() {
    for (expression, ours) in [
        ("sprintf(\"%d %v\", [1])", json!("1 %!v(MISSING)")),
        ("json.is_valid(1)", json!(false)),
    ] {
        let mut raw = unit(&format!("package t\n\nx := {expression}\n"));
        raw.extensions.clear();
        let prepared = Prepared::new(&raw, &options().settings()).unwrap();
        assert!(
            prepared
                .evaluate_with_prints("data.t.x", Val::UNDEFINED, now())
                .0
                .is_err()
        );
        check(expression, &ours);
    }
}

#[test]
fn what_is_random_elsewhere_is_a_function_of_its_key() {
    check("rand.intn(\"k\", 0)", &json!(0));
    for expression in [
        "rand.intn(\"k\", 1000000)",
        "uuid.rfc4122(\"k\")",
        "time.now_ns()",
    ] {
        assert_eq!(
            evaluate(expression).unwrap(),
            evaluate(expression).unwrap(),
            "{expression}"
        );
    }
    check("time.now_ns()", &json!(1_800_000_000_000_000_000_i64));
    check("opa.runtime()", &json!({}));
    check(
        "rand.intn(\"a\", 1000000) == rand.intn(\"b\", 1000000)",
        &json!(false),
    );
}

#[test]
fn arguments_without_bound_are_refused() {
    let pattern = format!("regex.match(\"{}\", \"x\")", "a".repeat(10_241));
    for expression in [
        "numbers.range(1, 100001)",
        "numbers.range_step(0, 1000000, 2)",
        "net.cidr_expand(\"10.0.0.0/12\")",
        "net.cidr_expand(\"fd00::/64\")",
        "bits.lsh(1, 1025)",
        "sprintf(\"%1001d\", [1])",
        "sprintf(\"%*d\", [5000, 1])",
        "graph.reachable_paths({i: [j | some j in numbers.range(0, 20); j != i] | some i in numbers.range(0, 20)}, [0])",
        &pattern,
    ] {
        fails(expression, Fault::Limit);
    }
    check("count(numbers.range(1, 100000))", &json!(100_000));
    check("count(net.cidr_expand(\"10.0.0.0/16\"))", &json!(65_536));
}

#[test]
fn the_machines_time_zone_is_refused() {
    for expression in [
        "time.clock([0, \"Local\"])",
        "time.format([0, \"Local\", \"2006\"])",
        "time.weekday([0, \"Local\"])",
    ] {
        fails(expression, Fault::LocalZone);
    }
    check("time.clock([0, \"UTC\"])", &json!([0, 0, 0]));
}

#[test]
fn wrong_types_and_texts_are_faults_without_values() {
    for (expression, fault) in [
        ("strings.count(1, \"a\")", Fault::Type),
        ("object.subset([1], {\"a\": 1})", Fault::Type),
        ("object.subset({1}, [1])", Fault::Type),
        ("array.flatten({1})", Fault::Type),
        ("json.match_schema(\"{hunter2\", {})", Fault::Invalid),
        ("yaml.unmarshal(\"{hunter2\")", Fault::Invalid),
        ("regex.globs_match(\"[\", \"a\")", Fault::Invalid),
        ("sprintf(1, [])", Fault::Type),
        ("sprintf(\"\", 1)", Fault::Type),
    ] {
        fails(expression, fault);
    }
}

#[test]
fn subsets_are_opas() {
    for (expression, holds) in [
        ("object.subset([1], [])", true),
        ("object.subset({\"a\": 1, \"b\": 2}, {\"a\": 1})", true),
        ("object.subset({\"a\": 1}, {\"a\": 2})", false),
        ("object.subset({1, 2}, {1})", true),
        ("object.subset([1, 2, 3], [2, 3])", true),
        ("object.subset([1, 2, 3], [1, 3])", false),
        ("object.subset([1, 2, 3], {1, 3})", true),
        ("object.subset([{\"a\": 1, \"b\": 2}], [{\"a\": 1}])", false),
        (
            "object.subset({\"a\": {\"b\": {1, 2}}}, {\"a\": {\"b\": {1}}})",
            true,
        ),
    ] {
        check(expression, &json!(holds));
    }
}

#[test]
fn globs_meet_or_not() {
    for (left, right, meet) in [
        ("a.a.[0-9]+z", "z*.*", true),
        ("ab*", "a.*", true),
        ("[a-c]+", "[c-f]", true),
        ("[a-c]+", "[d-f]", false),
        ("[a-z]*", "b+c?", false),
        ("a*b", "abc*", true),
        ("\\\\.", ".", true),
        ("", "", true),
        ("", "a", false),
    ] {
        check(
            &format!("regex.globs_match(\"{left}\", \"{right}\")"),
            &json!(meet),
        );
    }
}

#[test]
fn schema_errors_have_opas_shape() {
    check(
        r#"json.match_schema({"a": 1, "zz": 2}, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"], "additionalProperties": false})[0]"#,
        &json!(false),
    );
    check(
        r#"{e | some e in json.match_schema({"a": 1, "zz": 2}, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"], "additionalProperties": false})[1]}"#,
        &json!([
            {"desc": "Additional property zz is not allowed", "error": "(Root): Additional property zz is not allowed", "field": "(Root)", "type": "additional_property_not_allowed"},
            {"desc": "Invalid type. Expected: string, given: integer", "error": "a: Invalid type. Expected: string, given: integer", "field": "a", "type": "invalid_type"},
            {"desc": "b is required", "error": "(Root): b is required", "field": "(Root)", "type": "required"},
        ]),
    );
    check(
        r#"json.match_schema("{\"a\": 5}", {"properties": {"a": {"minimum": 10}}})[1][0].desc"#,
        &json!("Must be greater than or equal to 10"),
    );
    check(r#"json.verify_schema({"type": "objec"})[0]"#, &json!(false));
    check(
        r#"json.verify_schema("{")"#,
        &json!([false, "jsonschema: invalid JSON string"]),
    );
}
