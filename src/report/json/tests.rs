//! What the JSON form must hold.
//!
//! Never reads a policy or manifest of the repository: the fixture is built.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::report::fixture;

#[track_caller]
fn fits(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

fn parsed(given: &Report) -> Value {
    serde_json::from_str(&report(given)).unwrap()
}

#[test]
fn a_report_is_complete() {
    insta::assert_snapshot!("report", report(&fixture::full()));
}

#[test]
fn both_forms_fit_their_schema() {
    let mut pathless = fixture::clean();
    pathless.judged[0].decision.findings = vec![fixture::finding("a/x", "", "m")];
    for report in [fixture::full(), fixture::clean(), pathless] {
        let whole = parsed(&report);
        fits(&report_schema(), &whole);
        let text = lines(&report);
        let mut lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let mut last = lines.pop().unwrap();
        last["findings"] = json!(lines);
        assert_eq!(last, whole);
        for line in &lines {
            fits(&finding_schema(), line);
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let validator = jsonschema::validator_for(&report_schema()).unwrap();
    for (pointer, value) in [
        ("/schema", json!("portcullis.dev/report/v2")),
        ("/verdict", json!("maybe")),
        ("/findings", Value::Null),
        ("/findings/0/severity", json!("bad")),
        ("/findings/0/enforcement", json!("Deny")),
        ("/findings/0/locations/0/line", json!(0)),
        ("/failures/0/class", json!("other")),
        ("/coverage/skipped/0/reason", json!("mood")),
    ] {
        let mut report = parsed(&fixture::full());
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    }
}

#[test]
fn the_schemas_names_are_those_of_the_model() {
    use crate::model::{FailureClass as F, SkipReason as S};
    let names = |definition: &str, property: &str| {
        report_schema()["$defs"][definition]["properties"][property]["enum"].clone()
    };
    let failures = [
        F::Load,
        F::Error,
        F::Deadline,
        F::Panic,
        F::ResultShape,
        F::Evidence,
    ];
    let skips = [
        S::Template,
        S::Gitignored,
        S::Excluded,
        S::Symlink,
        S::Binary,
        S::Empty,
        S::Unsupported,
    ];
    assert_eq!(names("Failure", "class"), json!(failures.map(F::as_str)));
    assert_eq!(names("Skipped", "reason"), json!(skips.map(S::as_str)));
}

proptest! {
    #[test]
    fn hostile_names_stay_inside_their_strings(text in "(?s).{0,60}") {
        let report = fixture::hostile(&text);
        let whole = parsed(&report);
        prop_assert_eq!(&whole["findings"][0]["message"], &json!(text));
        prop_assert_eq!(&whole["findings"][0]["resource"]["name"], &json!(text));
        let lines = lines(&report);
        let separators = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        prop_assert_eq!(lines.trim_end_matches('\n').split(separators).count(), 3);
    }
}
