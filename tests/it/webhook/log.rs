//! The decision log: what it writes a line for, and what the line says.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use futures::{StreamExt, stream};
use portcullis::webhook::{self, DecisionLog, State};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tower::ServiceExt;

use super::answer::{ask, send};
use super::cases;
use super::review::{UID, body, create, pod, privileged, update};
use super::served::{Served, finds};
use super::server::through;

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
    written(served, sample, |state| {
        for request in requests {
            for entry in ["/validate/enforce", "/validate/observe"] {
                ask(state, entry, request);
            }
        }
    })
}

/// The lines that `served` writes for what `calls` does.
fn written(served: Served, sample: f64, calls: impl FnOnce(&Arc<State>)) -> Vec<Value> {
    let written = Written::default();
    let state = served
        .log(DecisionLog::new(Box::new(written.clone()), sample))
        .state();
    calls(&state);
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

/// A body that never ends, on a clock that runs when nobody has anything to do.
fn never_ends(state: &Arc<State>) -> u16 {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().unwrap();
    let begun = stream::iter([Ok::<_, io::Error>("{\"canary\":")]);
    let request = Request::post("/validate/enforce?timeout=5s")
        .header("content-type", "application/json")
        .body(Body::from_stream(begun.chain(stream::pending())));
    let response = webhook::app(Arc::clone(state)).oneshot(request.unwrap());
    runtime.block_on(response).unwrap().status().as_u16()
}

#[test]
fn what_was_not_judged_is_a_line_that_says_why_and_nothing_of_the_body() {
    let mut request = create(pod());
    request["operation"] = json!("canary");
    let canary = "canary".repeat(2_000_000);
    let lines = written(Served::profile("baseline"), 0.0, |state| {
        let enforce = |body: &[u8]| send(state, "/validate/enforce", body.to_vec()).0;
        assert_eq!(enforce(&body(&request)), 200);
        send(state, "/validate/observe", body(&request));
        assert_eq!(enforce(b"canary"), 400);
        assert_eq!(enforce(canary.as_bytes()), 413);
        let request = Request::post("/validate/observe").body(Body::from("canary"));
        assert_eq!(
            through(webhook::app(Arc::clone(state)), request.unwrap()).0,
            415
        );
        assert_eq!(never_ends(state), 408);
    });
    let told: Vec<[Value; 4]> = lines
        .iter()
        .map(|line| ["decision", "entry", "allowed", "unchecked"].map(|key| line[key].clone()))
        .collect();
    let none = Value::Null;
    assert_eq!(
        told,
        [
            [
                json!(UID),
                json!("enforce"),
                json!(false),
                json!("malformed")
            ],
            [
                json!(UID),
                json!("observe"),
                json!(true),
                json!("malformed")
            ],
            [
                none.clone(),
                json!("enforce"),
                none.clone(),
                json!("malformed")
            ],
            [
                none.clone(),
                json!("enforce"),
                none.clone(),
                json!("too-large")
            ],
            [
                none.clone(),
                json!("observe"),
                none.clone(),
                json!("foreign-type")
            ],
            [none.clone(), json!("enforce"), none, json!("too-slow")],
        ]
    );
    for line in &lines {
        let text = line.to_string();
        assert!(!text.contains("canary") && text.len() < 1024, "{text}");
        assert!(line.get("kind").is_none(), "{text}");
    }
}
