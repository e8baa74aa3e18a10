//! Policies that loop, panic, flood or lie: each is a failure of its own, the others are judged, and no value gets out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;
use crate::engine::rego::{Prepared, Val};
use crate::engine::{Options, PolicySource, evaluate};
use crate::model::{Evidence, FailureClass};

/// What no text may hold.
const SECRET: &str = "hunter2-canary";

fn endless() -> PolicySource {
    let body = "violation contains {\"msg\": \"x\", \"path\": []} if {\n\tsome a in numbers.range(1, 3000)\n\tsome b in numbers.range(1, 3000)\n\ta * b == -1\n}";
    policy("a/endless", &json!({}), body)
}

#[test]
fn a_policy_that_runs_on_is_stopped_and_the_others_are_judged() {
    let options = Options {
        time_limit: Duration::from_millis(50),
        ..options()
    };
    let set = set_with(
        &[endless(), finds("b/other", &json!({}), "spec", "true")],
        &options,
    );
    let bindings = bind_all(&set);
    #[expect(clippy::disallowed_methods, reason = "the limit is wall time")]
    let start = Instant::now();
    let review = create(pod(&json!({})));
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(
        lines(&decision),
        [
            "deny",
            "new deny spec: other is bad",
            "deadline deny: the policy ran past its time limit"
        ]
    );
    // The limit survives the clone: the second run is stopped, too.
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert_eq!(decision.failures[0].class, FailureClass::Deadline);
}

/// Bodies that fail with a value at hand: the secret is in the object and in all variables.
const LEAKS: &[&str] = &[
    "x := input.review.object.metadata.annotations.secret + 1\n\tx > 0",
    "x := upper(input.review.object)\n\tx == input.review",
    "x := count(5)\n\tsecret := input.review.object.metadata.annotations.secret\n\tx == secret",
    "secret := input.review.object.metadata.annotations.secret\n\tx := to_number(secret)\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tregex.match(sprintf(\"(%s\", [secret]), secret)",
    "secret := input.review.object.metadata.annotations.secret\n\tx := json.unmarshal(secret)\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tx := yaml.unmarshal(sprintf(\"{%s\", [secret]))\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tx := two(secret)\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tx := whole\n\tx != secret",
    "secret := input.review.object.metadata.annotations.secret\n\tx := keyed\n\tx != secret",
    "secret := input.review.object.metadata.annotations.secret\n\tx := secret | {1}\n\tx != secret",
    "secret := input.review.object.metadata.annotations.secret\n\tx := 1 / (count(secret) - count(secret))\n\tx > 0",
    "secret := input.review.object.metadata.annotations.secret\n\tx := strings.count(secret, 5)\n\tx > 0",
    "secret := input.review.object.metadata.annotations.secret\n\tx := sprintf(secret, secret)\n\tx != \"\"",
    "secret := input.review.object.metadata.annotations.secret\n\tx := object.get(null, secret, 1)\n\tx != secret",
    "secret := input.review.object.metadata.annotations.secret\n\tprint(secret)\n\tx := -secret\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tx := time.parse_rfc3339_ns(secret)\n\tx > 1",
    "secret := input.review.object.metadata.annotations.secret\n\tx := net.cidr_contains(secret, secret)\n\tx",
    "secret := input.review.object.metadata.annotations.secret\n\tx := numbers.range(secret, 5)\n\tx != secret",
];

const HELPERS: &str = "two(x) := 1 if x != 1\n\ntwo(x) := x if x != 2\n\nwhole := input.review.object.metadata.annotations.secret if true\n\nwhole := 5 if input.review\n\nkeyed[\"k\"] := input.review.object.metadata.annotations.secret\n\nkeyed[\"k\"] := 5 if input.review\n";

fn with_secret() -> Value {
    let mut object = pod(&json!({}));
    object["metadata"]["annotations"] = json!({"secret": SECRET});
    object
}

#[test]
fn no_error_text_holds_a_value() {
    for body in LEAKS {
        let body = format!(
            "violation contains {{\"msg\": \"found\", \"path\": []}} if {{\n\t{body}\n}}\n\n{HELPERS}"
        );
        let decision = judge(
            &[policy("a/leak", &json!({}), &body)],
            &create(with_secret()),
        );
        assert!(!format!("{decision:?}").contains(SECRET), "{body}");
        assert_eq!(decision.failures.len(), 1, "{body}");
        let failure = &decision.failures[0];
        assert_eq!(failure.class, FailureClass::Error, "{body}");
        // Some of regorus' builtins don't say where they were called.
        let place = failure.place.as_ref();
        assert!(
            place.is_none_or(|at| at.line > 4 && at.file.ends_with("policy.rego")),
            "{failure:?}"
        );
    }
}

#[test]
fn an_error_names_line_and_column_of_the_policy() {
    let body = "violation contains {\"msg\": \"x\", \"path\": []} if {\n\tx := upper(input.review.object)\n\tx == 1\n}";
    let decision = judge(&[policy("a/b", &json!({}), body)], &create(with_secret()));
    let failure = &decision.failures[0];
    let place = failure.place.as_ref().unwrap();
    assert_eq!(
        (place.file.as_str(), place.line, place.column),
        ("policies/a/b/policy.rego", 6, 12)
    );
    assert_eq!(
        failure.message,
        "a builtin is called with a value of a type that it doesn't take"
    );
}

#[test]
fn shape_errors_hold_no_value() {
    for element in [
        "{\"msg\": s, s: 1}",
        "{\"path\": [s]}",
        "{\"msg\": [s]}",
        "s",
        "{\"msg\": \"x\", \"severity\": s}",
        "{\"msg\": \"x\", \"details\": s}",
        "{\"msg\": \"x\", \"related\": s}",
        "{\"msg\": \"x\", \"path\": {s}}",
    ] {
        let body = format!(
            "violation contains {element} if s := input.review.object.metadata.annotations.secret"
        );
        let decision = judge(
            &[policy("a/leak", &json!({}), &body)],
            &create(with_secret()),
        );
        assert_eq!(
            decision.failures[0].class,
            FailureClass::ResultShape,
            "{element}"
        );
        assert!(!format!("{decision:?}").contains(SECRET), "{element}");
    }
}

#[test]
fn a_panic_is_a_failure_of_one_unit_and_its_engine_stays_usable() {
    let mut raw = unit("package t\n\nx := strings.count(input.a, input.b)\n");
    raw.extensions.clear();
    let prepared = Prepared::new(&raw, &options().settings()).unwrap();
    let run = |part: &str| {
        let input = Val::object([("a", Val::string(SECRET)), ("b", Val::string(part))]);
        prepared.evaluate_with_prints("data.t.x", input, now()).0
    };
    let error = run("").unwrap_err();
    assert_eq!(error.class, FailureClass::Panic);
    assert!(!format!("{error:?}").contains(SECRET));
    assert_eq!(run("hunter").unwrap().to_json(), json!(1));
}

#[test]
fn debug_of_a_value_shows_nothing() {
    assert_eq!(format!("{:?}", Val::string(SECRET)), "Val");
}

#[test]
fn a_flood_of_findings_ends_in_a_count() {
    let body = "violation contains {\"msg\": sprintf(\"%d\", [i]), \"path\": [\"spec\", i]} if some i in numbers.range(1, 3000)";
    let decision = judge(
        &[policy("a/flood", &json!({}), body)],
        &create(pod(&json!({}))),
    );
    assert_eq!(decision.findings.len(), 101);
    assert_eq!(decision.verdict, crate::model::Verdict::Deny);
}
