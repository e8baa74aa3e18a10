//! The decision log: what it writes a line for, and what the line says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use portcullis::webhook::DecisionLog;
use serde_json::{Value, json};

use super::answer::{ask, send};
use super::cases;
use super::open::open;
use super::review::{UID, body, create, pod, privileged, update};
use super::served::{Served, finds};

/// What was written; read when the log has ended.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that `served` writes for these requests, at both entries.
fn lines(served: Served, sample: f64, requests: &[Value]) -> Vec<Value> {
    let written = Written::default();
    let state = served
        .log(DecisionLog::new(Box::new(written.clone()), sample))
        .state();
    for request in requests {
        for entry in ["/validate/enforce", "/validate/observe"] {
            ask(&state, entry, request);
        }
    }
    drop(state);
    // Its thread holds the other end until all lines are written.
    while Arc::strong_count(&written.0) > 1 {
        std::thread::yield_now();
    }
    let bytes = written.0.lock().unwrap();
    let lines = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn a_denial_is_a_line_that_leads_back_to_its_answer() {
    let mut request = create(privileged());
    request["dryRun"] = json!(true);
    let lines = lines(Served::profile("baseline"), 0.0, &[request]);
    let [line] = lines.as_slice() else {
        panic!("{lines:#?}")
    };
    for (key, value) in [
        ("decision", json!(UID)),
        ("entry", json!("enforce")),
        ("allowed", json!(false)),
        ("operation", json!("CREATE")),
        ("apiVersion", json!("v1")),
        ("kind", json!("Pod")),
        ("namespace", json!("shop")),
        ("name", json!("web")),
        ("user", json!("jane")),
        ("dryRun", json!(true)),
        ("time", json!("2026-11-27T12:00:00Z")),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    let [finding] = line["findings"].as_array().unwrap().as_slice() else {
        panic!("{line:#}")
    };
    assert_eq!(finding["policy"], "least-privilege/privileged-container");
    assert_eq!(
        finding["path"],
        "spec.containers[0].securityContext.privileged"
    );
    assert_eq!(finding["enforcement"], "deny");
    assert!(finding.get("found").is_none() && line.get("object").is_none());
}

#[test]
fn what_has_nothing_to_say_is_written_by_its_share() {
    for (sample, wanted) in [(0.0, 0), (1.0, 20), (0.5, 10)] {
        let requests = vec![create(pod()); 20];
        let written = lines(Served::profile("baseline"), sample, &requests);
        assert_eq!(written.len(), wanted, "{sample}");
    }
}

#[test]
fn failures_exemptions_and_what_was_there_before_are_written() {
    let broken = "violation contains {\"path\": [], \"msg\": x} if x := upper(input.review.object)";
    let failed = lines(
        Served::nothing().policy("x", &json!({}), broken),
        0.0,
        &[create(pod())],
    );
    assert_eq!(failed[0]["failures"][0]["policy"], "own/x");
    assert_eq!(failed[0]["failures"][0]["class"], "error");
    let before = lines(
        Served::profile("baseline"),
        0.0,
        &[update(privileged(), privileged())],
    );
    assert_eq!(before[0]["findings"][0]["preExisting"], true);
    let mut trusted = privileged();
    trusted["metadata"]["name"] = json!("trusted");
    let exempt = Served::nothing().texts(cases::config("exempt"));
    let exempt = lines(exempt, 0.0, &[create(trusted)]);
    assert_eq!(exempt[0]["findings"][0]["status"], "exempt");
    assert_eq!(exempt[0]["findings"][0]["exemption"], "exemptions.yaml:2");
    let warned = Served::nothing().policy("x", &json!({"severity": "low"}), &finds("true"));
    let warned = lines(warned, 0.0, &[create(pod())]);
    assert_eq!(warned[0]["entry"], "observe");
}

#[test]
fn what_was_not_judged_is_written() {
    open(
        "the decision log has no line for what wasn't judged",
        || {
            let written = Written::default();
            let log = DecisionLog::new(Box::new(written.clone()), 0.0);
            let state = Served::profile("baseline").log(log).state();
            let mut request = create(pod());
            request["operation"] = json!("PATCH");
            send(&state, "/validate/enforce", body(&request));
            drop(state);
            while Arc::strong_count(&written.0) > 1 {
                std::thread::yield_now();
            }
            let bytes = written.0.lock().unwrap().clone();
            let line: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(line["unchecked"], "malformed");
        },
    );
}
