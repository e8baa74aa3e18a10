//! Tests of baselines.

use serde_json::Value;

use super::super::fixture::{assert_said, document};
use super::*;
use crate::model::{Confidence, FailureClass, Path, Resource, Severity};

fn finding(fingerprint: &str, enforcement: Enforcement, status: Status) -> Finding {
    Finding {
        policy: "a/b".parse().unwrap(),
        severity: Severity::High,
        confidence: Confidence::High,
        enforcement,
        status,
        message: "wrong".to_owned(),
        path: Path::root(),
        found: None,
        wanted: None,
        container: None,
        details: None,
        location: None,
        missing: None,
        related: Vec::new(),
        exemption: None,
        superseded_by: None,
        pre_existing: false,
        fingerprint: fingerprint.to_owned(),
    }
}

fn judged(file: &str, findings: Vec<Finding>) -> Judged {
    let mut decision = Decision {
        findings,
        ..Decision::default()
    };
    decision.verdict = verdict(&decision);
    Judged {
        file: file.to_owned(),
        resource: Resource::default(),
        decision,
    }
}

fn denied(file: &str, fingerprints: &[&str]) -> Judged {
    let new = |it: &&str| finding(it, Enforcement::Deny, Status::New);
    judged(file, fingerprints.iter().map(new).collect())
}

#[track_caller]
fn round_trip(baseline: &Baseline, text: &str) {
    let written = write(baseline);
    assert_eq!(written, text);
    let value: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(read(&document("baseline.json", &value)).unwrap(), *baseline);
}

#[test]
fn a_baseline_is_sorted_and_read_as_written() {
    round_trip(&Baseline::default(), "{\"version\":1,\"findings\":[]}\n");
    let judged = [
        denied("b.yaml", &["f1"]),
        denied("a.yaml", &["f3", "f2", "f2"]),
        judged(
            "c.yaml",
            vec![
                finding("f4", Enforcement::Warn, Status::Baseline),
                finding("f5", Enforcement::Deny, Status::Exempt),
                finding("", Enforcement::Deny, Status::New),
            ],
        ),
    ];
    round_trip(
        &Baseline::of(&judged),
        concat!(
            "{\"version\":1,\"findings\":[\n",
            "{\"fingerprint\":\"f2\",\"policy\":\"a/b\",\"file\":\"a.yaml\"},\n",
            "{\"fingerprint\":\"f3\",\"policy\":\"a/b\",\"file\":\"a.yaml\"},\n",
            "{\"fingerprint\":\"f1\",\"policy\":\"a/b\",\"file\":\"b.yaml\"},\n",
            "{\"fingerprint\":\"f4\",\"policy\":\"a/b\",\"file\":\"c.yaml\"}\n",
            "]}\n",
        ),
    );
}

#[test]
fn a_baselined_finding_denies_no_more() {
    let baseline = Baseline::of(&[denied("a.yaml", &["f1", "f2"])]);
    let mut run = [denied("a.yaml", &["f1"]), denied("b.yaml", &["f2", "new"])];
    assert!(baseline.apply(&mut run).is_empty());
    assert_eq!(run[0].decision.verdict, Verdict::Allow);
    assert_eq!(run[0].decision.findings[0].status, Status::Baseline);
    assert_eq!(
        run[1].decision.verdict,
        Verdict::Deny,
        "the new finding still denies"
    );
    assert_eq!(run[1].decision.findings[1].status, Status::New);
}

#[test]
fn a_baseline_never_lifts_a_failure() {
    let baseline = Baseline::of(&[denied("a.yaml", &["f1"])]);
    let mut run = [denied("a.yaml", &["f1"])];
    run[0].decision.failures.push(Failure {
        policy: "a/b".parse().unwrap(),
        class: FailureClass::Deadline,
        message: String::new(),
        place: None,
        help: None,
        enforcement: Enforcement::Deny,
    });
    baseline.apply(&mut run);
    assert_eq!(run[0].decision.verdict, Verdict::Deny);
    run[0].decision.failures[0].enforcement = Enforcement::Warn;
    baseline.apply(&mut run);
    assert_eq!(run[0].decision.verdict, Verdict::Allow);
}

#[test]
fn entries_that_match_nothing_are_told() {
    let baseline = Baseline::of(&[denied("a.yaml", &["gone", "exempt", "mended"])]);
    let mut run = [judged(
        "a.yaml",
        vec![finding("exempt", Enforcement::Deny, Status::Exempt)],
    )];
    let unmatched = baseline.apply(&mut run);
    let fingerprints: Vec<_> = unmatched.iter().map(|it| it.fingerprint.as_str()).collect();
    assert_eq!(fingerprints, ["gone", "mended"]);
    assert_eq!(run[0].decision.findings[0].status, Status::Exempt);
    let message = |entries: &[Entry]| notice(entries, "baseline.json").map(|notice| notice.message);
    assert_eq!(
        message(&unmatched).unwrap(),
        "2 entries of the baseline match no finding"
    );
    assert_eq!(
        message(&unmatched[..1]).unwrap(),
        "1 entry of the baseline matches no finding"
    );
    assert_eq!(message(&[]), None);
}

#[test]
fn pruning_drops_what_is_no_longer_seen() {
    let baseline = Baseline::of(&[denied("a.yaml", &["f1", "f2"])]);
    let (kept, gone) = baseline.prune(&BTreeSet::from(["f2".to_owned(), "f3".to_owned()]));
    assert_eq!(kept, Baseline::of(&[denied("a.yaml", &["f2"])]));
    assert_eq!((gone.len(), gone[0].fingerprint.as_str()), (1, "f1"));
}

#[test]
fn a_faulty_baseline_is_refused_with_its_place() {
    let value = json!({"version": 2, "findings": [
        {"fingerprint": "f", "policy": "nonsense", "file": "a.yaml", "line": 3},
        {"fingerprint": 1, "policy": "a/b"},
    ]});
    assert_said(
        &read(&document("baseline.json", &value)).unwrap_err(),
        &[
            (
                "2",
                "the baseline has version `2`, and only version 1 is known",
                "write `version: 1`, or update portcullis",
            ),
            (
                "nonsense",
                "`nonsense` is not a policy id such as `least-privilege/host-port`",
                "`portcullis policies` lists all policies",
            ),
            (
                "line",
                "`line` is not a key of a finding",
                "its keys are `fingerprint`, `policy`, `file`",
            ),
            (
                "fingerprint",
                "a finding has no `file`",
                "add `file: deploy/app.yaml`",
            ),
            (
                "1",
                "`fingerprint` must be text, not a number",
                "put it in quotes",
            ),
        ],
    );
}
