//! Decisions as the API server and its users read them.

use std::collections::BTreeMap;

use super::*;
use crate::model::{Confidence, ExemptionUse, FailureClass, Path, PolicyPlace, Severity, Verdict};
use crate::report::fixture;

fn finding(id: &str, severity: Severity, enforcement: Enforcement, path: &str) -> Finding {
    Finding {
        policy: id.parse().unwrap(),
        severity,
        confidence: Confidence::High,
        enforcement,
        status: Status::New,
        message: format!("something\tis wrong at {path}"),
        path: Path::parse(path).unwrap(),
        found: Some(serde_json::json!(true)),
        wanted: Some(serde_json::json!(false)),
        container: None,
        details: None,
        location: None,
        missing: None,
        related: Vec::new(),
        exemption: None,
        superseded_by: None,
        pre_existing: false,
        fingerprint: String::new(),
    }
}

fn failure(id: &str, enforcement: Enforcement) -> Failure {
    Failure {
        policy: id.parse().unwrap(),
        class: FailureClass::Deadline,
        message: "it took longer than 250 ms".to_owned(),
        place: Some(PolicyPlace {
            file: "policies/a/policy.rego".to_owned(),
            line: 3,
            column: 7,
        }),
        help: Some("bind fewer policies".to_owned()),
        enforcement,
    }
}

fn decision(findings: Vec<Finding>, failures: Vec<Failure>) -> Decision {
    Decision {
        verdict: Verdict::Deny,
        findings,
        failures,
        ..Decision::default()
    }
}

fn said(decision: &Decision, denies: bool) -> Answer {
    let known: BTreeMap<PolicyId, Policy> = [
        fixture::policy("a/privileged", Severity::Critical),
        fixture::policy("a/port", Severity::Medium),
    ]
    .into_iter()
    .map(|policy| (policy.id.clone(), policy))
    .collect();
    let policies = |id: &PolicyId| known.get(id);
    let context = Context {
        policies: &policies,
        policy_set: "0123456789ab",
        decision: "d-1",
        denies,
    };
    answer(decision, &context)
}

fn mixed() -> Decision {
    let exempt = Finding {
        status: Status::Exempt,
        exemption: Some(ExemptionUse {
            file: "exemptions.yaml".to_owned(),
            line: 4,
            inline: false,
            reason: "old".to_owned(),
            owner: None,
            expires: None,
            index: Some(0),
        }),
        ..finding("a/port", Severity::Medium, Enforcement::Deny, "spec.exempt")
    };
    let port = |path: &str| finding("a/port", Severity::Medium, Enforcement::Warn, path);
    decision(
        vec![
            finding(
                "a/port",
                Severity::Medium,
                Enforcement::Deny,
                "spec.ports[0]",
            ),
            finding(
                "a/privileged",
                Severity::Critical,
                Enforcement::Deny,
                "spec.containers[0]",
            ),
            port("spec.ports[1]"),
            port("spec.ports[2]"),
            finding("a/quiet", Severity::Low, Enforcement::Audit, "spec.quiet"),
            exempt,
        ],
        vec![
            failure("a/slow", Enforcement::Deny),
            failure("a/unsure", Enforcement::Warn),
        ],
    )
}

#[test]
fn a_denial_answers_what_where_how_to_mend_and_where_to_read_on() {
    let answer = said(&mixed(), true);
    insta::assert_snapshot!(answer.denial.unwrap().message);
}

#[test]
fn a_warning_is_one_line_a_policy() {
    let answer = said(&mixed(), true);
    assert_eq!(
        answer.warnings,
        [
            "[a/port] spec.ports[1]: something is wrong at spec.ports[1] (+1 more)",
            "[a/unsure] could not be evaluated: it took longer than 250 ms",
        ]
    );
}

#[test]
fn what_may_not_deny_here_warns() {
    let answer = said(&mixed(), false);
    assert_eq!(answer.denial, None);
    assert_eq!(answer.warnings.len(), 4);
    assert!(
        answer.warnings[0].starts_with("[a/privileged]"),
        "{:?}",
        answer.warnings
    );
}

#[test]
fn the_audit_log_says_all_of_it() {
    let answer = said(&mixed(), true);
    let expected = BTreeMap::from([
        ("decision", "d-1"),
        ("exemptions", "a/port spec.exempt by exemptions.yaml:4"),
        ("failures", "a/slow deadline; a/unsure deadline"),
        ("policy-set", "0123456789ab"),
        (
            "violations",
            "a/port spec.ports[0]; a/privileged spec.containers[0]; a/port spec.ports[1]; a/port spec.ports[2]; \
             a/quiet spec.quiet",
        ),
    ]);
    let got: BTreeMap<&str, &str> = answer
        .annotations
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    assert_eq!(got, expected);
}

#[test]
fn a_clean_decision_has_nothing_to_say_but_its_names() {
    let answer = said(&Decision::default(), true);
    assert_eq!(
        (
            answer.denial,
            answer.warnings.len(),
            answer.annotations.len()
        ),
        (None, 0, 2)
    );
}

#[test]
fn nothing_outgrows_the_contract() {
    let many = |enforcement: Enforcement| {
        let one = |n: usize| Finding {
            message: "ü\u{7}\n".repeat(300),
            ..finding(
                &format!("a/p{n}"),
                Severity::High,
                enforcement,
                &format!("spec.containers[{n}].securityContext.privileged"),
            )
        };
        decision((0..100).map(one).collect(), Vec::new())
    };
    let denied = said(&many(Enforcement::Deny), true);
    let denial = denied.denial.unwrap();
    assert!(denial.message.len() <= 4200, "{}", denial.message.len());
    assert!(
        denial.message.contains("more, decision d-1"),
        "{}",
        denial.message
    );
    assert!(denial.causes.len() <= 16);
    let warned = said(&many(Enforcement::Warn), true);
    let runes = |text: &String| text.chars().count();
    assert!(warned.warnings.iter().all(|line| runes(line) <= 256));
    assert!(warned.warnings.iter().map(runes).sum::<usize>() <= 3072);
    assert!(
        warned
            .warnings
            .iter()
            .all(|line| !line.contains(char::is_control))
    );
    assert!(
        warned
            .warnings
            .last()
            .unwrap()
            .ends_with("more warnings of portcullis, decision d-1")
    );
    assert!(warned.annotations.values().all(|value| value.len() <= 1024));
}
