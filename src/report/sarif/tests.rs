//! What the SARIF form must hold.
//!
//! Never reads a policy or manifest of the repository: the fixture is built.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::report::fixture;

fn parsed(report: &Report, prefix: &str) -> Value {
    let options = SarifOptions {
        uri_prefix: prefix.into(),
    };
    serde_json::from_str(&render(report, &options)).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test reads the schema it validates against"
)]
fn validator() -> jsonschema::Validator {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/testdata/schema/sarif-2.1.0.schema.json"
    );
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // OASIS' pattern has a bracket too many for a regular expression; we write no `language`.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        assert!(
            language
                .as_object_mut()
                .unwrap()
                .remove("pattern")
                .is_some()
        );
    }
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn fits(validator: &jsonschema::Validator, log: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(log)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
}

#[test]
fn a_report_is_valid_sarif_with_and_without_findings() {
    let validator = validator();
    fits(&validator, &parsed(&fixture::full(), "services/shop"));
    fits(
        &validator,
        &parsed(&fixture::hostile("[a](b) \u{1b}\n%7B"), ""),
    );
    let clean = parsed(&fixture::clean(), "");
    fits(&validator, &clean);
    assert_eq!(clean["runs"][0]["results"], json!([]));
    assert_eq!(
        clean["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
    let mut broken = clean;
    broken["runs"][0]["results"] = json!([{"locations": 3}]);
    assert!(!validator.is_valid(&broken));
}

#[test]
fn a_report_is_complete() {
    insta::assert_snapshot!("report", render(&fixture::full(), &SarifOptions::default()));
}

#[test]
fn every_result_has_one_location_with_a_whole_region() {
    let mut report = fixture::full();
    report.judged[1].decision.findings = vec![fixture::finding("a/x", "spec", "without a file")];
    let log = parsed(&report, "services/shop");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("services/shop/"), "{uri}");
        for part in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(
                location["region"][part].as_u64().unwrap() >= 1,
                "{location}"
            );
        }
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            log["runs"][0]["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
    }
}

#[test]
fn a_rendered_finding_points_at_its_template() {
    let log = parsed(&fixture::full(), "");
    let result = &log["runs"][0]["results"][0];
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        location["artifactLocation"]["uri"],
        "shop/templates/api.yaml"
    );
    assert_eq!(location["region"]["startLine"], 1);
    let text = result["message"]["text"].as_str().unwrap();
    assert!(text.contains("(rendered, at <stdin>:5:3)"), "{text}");
}

#[test]
fn the_worst_results_stay_and_the_rest_is_counted() {
    let text = render_limited(&fixture::full(), &SarifOptions::default(), 2);
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let ids: Vec<&str> = results
        .iter()
        .map(|r| r["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "least-privilege/privileged-container",
            "least-privilege/host-namespace"
        ]
    );
    assert!(text.contains("5 results were left out"), "{text}");
    fits(&validator(), &log);
}

proptest! {
    #[test]
    fn hostile_names_stay_inside_their_strings(text in "(?s).{0,60}") {
        let log = parsed(&fixture::hostile(&text), "");
        let results = log["runs"][0]["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), 2);
        let uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        prop_assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{}", uri);
    }
}
