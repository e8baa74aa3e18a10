//! Outcomes of Rego tests, as tables.

use serde_json::json;

use super::*;
use crate::engine::tests::{finds, now, options, source};

const TESTS: &str = r#"package policies.a.good_test

import data.policies.a.good

test_found if {
	count(good.violation) == 1 with input as {"review": {"object": {"spec": {}}}}
}

test_undefined if {
	1 == 2
}

test_false := false

test_value := {"a": 1}

test_error if {
	print("on", "the way")
	count(5) == 1
}

todo_test_later if {
	false
}

test_version if {
	data.portcullis.kubernetesVersion == "1.37"
	older == "1.20" with data.portcullis.kubernetesVersion as "1.20"
	time.now_ns() == 1795608000000000000
}

older := data.portcullis.kubernetesVersion
"#;

fn run(wanted: &dyn Fn(&str) -> bool) -> Vec<TestOutcome> {
    let sources = [
        finds("a/good", &json!({}), "spec", "input.review.object.spec"),
        source("policies/a/good/policy_test.rego", TESTS),
    ];
    let (packages, problems) = packages(&sources, &options());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(packages.len(), 1);
    assert_eq!(packages[0].name(), "policies.a.good_test");
    packages[0].run(now(), wanted)
}

#[test]
fn only_true_passes_and_an_error_is_an_error() {
    let outcomes = run(&|_| true);
    let fail = |got: &str| Outcome::Fail {
        got: got.to_owned(),
    };
    for (name, expected) in [
        ("test_found", Outcome::Pass),
        ("test_undefined", fail("undefined")),
        ("test_false", fail("false")),
        ("test_value", fail(r#"{"a":1}"#)),
        ("todo_test_later", Outcome::Todo),
        ("test_version", Outcome::Pass),
    ] {
        let found = outcomes.iter().find(|one| one.test.name == name).unwrap();
        assert_eq!(found.outcome, expected, "{name}");
        assert_eq!(found.test.file, "policies/a/good/policy_test.rego");
    }
    let error = outcomes
        .iter()
        .find(|one| one.test.name == "test_error")
        .unwrap();
    assert!(
        matches!(&error.outcome, Outcome::Error { class: FailureClass::Error, place: Some(place), .. } if place.contains(":19:"))
    );
    assert_eq!(
        error.prints,
        ["policies/a/good/policy_test.rego:18 on the way"]
    );
}

#[test]
fn wanted_picks_by_name() {
    assert_eq!(run(&|name| name == "test_found").len(), 1);
    assert_eq!(run(&|_| false), []);
}
