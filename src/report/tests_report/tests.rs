//! What the forms of a test report must hold.
//!
//! Never reads a policy or manifest of the repository: the fixture is built.

use serde_json::{Value, json as value};

use super::*;
use crate::model::{Digest, TestKind};
use crate::report::fixture;

fn test(id: &str, kind: TestKind, status: TestStatus) -> TestResult {
    TestResult {
        id: id.into(),
        kind,
        file: "policies/a/x/policy_test.rego".into(),
        line: 8,
        status,
        message: None,
        expected: Vec::new(),
        got: Vec::new(),
        prints: Vec::new(),
        seconds: 0.002,
    }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn report() -> TestReport {
    let failed = TestResult {
        file: "policies/a/x/cases/deny/init.expected".into(),
        line: 1,
        expected: lines(&["6:9 spec.a  a is bad", "7:9 spec.b  b is bad"]),
        got: lines(&["7:9 spec.b  b is bad"]),
        ..test("deny/init.yaml", TestKind::Case, TestStatus::Fail)
    };
    let silent = TestResult {
        expected: lines(&["6:9 spec.a  a is bad"]),
        ..test(
            "deny/none.yaml in a Deployment",
            TestKind::Case,
            TestStatus::Fail,
        )
    };
    let rego = TestResult {
        message: Some("is false".into()),
        prints: lines(&["policy_test.rego:9: count 0"]),
        ..test("test_edges", TestKind::Rego, TestStatus::Fail)
    };
    let error = TestResult {
        message: Some("deadline: ran past its limit of 5 s".into()),
        ..test("test_slow", TestKind::Rego, TestStatus::Error)
    };
    let first = TestedPackage {
        name: "policies/a/x".into(),
        tests: vec![
            test("test_allowed", TestKind::Rego, TestStatus::Pass),
            test("test_later", TestKind::Rego, TestStatus::Todo),
            failed,
            silent,
            rego,
            error,
        ],
        warnings: vec!["two tests are named test_allowed".into()],
    };
    let second = TestedPackage {
        name: "policies/a/long-name".into(),
        tests: vec![test("test_other", TestKind::Rego, TestStatus::Pass)],
        ..TestedPackage::default()
    };
    TestReport {
        policy_set_digest: Digest([1; 32]),
        packages: vec![first, second],
        load_problems: fixture::full().load_problems,
        seconds: 0.194,
    }
}

#[test]
fn a_failure_shows_its_difference_first() {
    insta::assert_snapshot!("text", text(&report(), &TextOptions::default()));
    let verbose = text(
        &report(),
        &TextOptions {
            verbose: true,
            ..TextOptions::default()
        },
    );
    assert!(
        verbose.contains("✓ test_other") && verbose.contains("- test_later"),
        "{verbose}"
    );
}

#[test]
fn differences_count_each_line() {
    for (expected, got, shown) in [
        (&["a", "b"][..], &["b"][..], &["- a"][..]),
        (&["a"], &["a", "a"], &["+ a"]),
        (&["a", "b"], &["b", "a"], &["- a", "- b", "+ b", "+ a"]),
        (&["a"], &[], &["- a", "+ (no finding)"]),
        (&[], &["a"], &["- (no finding)", "+ a"]),
        (&["a"], &["a"], &[]),
    ] {
        let case = TestResult {
            expected: lines(expected),
            got: lines(got),
            ..test("x", TestKind::Case, TestStatus::Fail)
        };
        assert_eq!(differences(&case), lines(shown));
    }
}

#[test]
fn json_fits_its_schema() {
    let text = json(&report());
    let run: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&run)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    assert_eq!(
        run["summary"],
        value!({"passed": 2, "failed": 3, "errors": 1, "skipped": 0, "todo": 1})
    );
    assert_eq!(run["tests"][2]["outcome"], "fail");
    let mut wrong = run;
    wrong["tests"][0]["outcome"] = value!("maybe");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn junit_keeps_failed_errored_and_skipped_apart() {
    let xml = junit(&report());
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    let skipped: usize = read.test_suites.iter().map(|suite| suite.skipped).sum();
    assert_eq!(
        (read.tests, read.failures, read.errors, skipped),
        (8, 3, 2, 1)
    );
    insta::assert_snapshot!("junit", xml);
}
