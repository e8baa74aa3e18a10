//! Traces as a collector gets them: from the real binary, switched on by the environment alone.

mod collector;

use serde_json::{Value, json};

use super::canary::send_all;
use super::client::{Reply, post};
use super::laden::{PLAIN, SECRET, project};
use super::process::{Ended, Process};
use super::review::{UID, body, create, pod, privileged};
use super::served::policy;
use crate::project::Project;
use collector::{Collector, Span};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const TOKEN: &str = "canary-5d20ff";

/// The server under test, with these variables; its calls are sampled in this process unless they are said not to be.
fn start(project: Project, variables: &[(&str, &str)]) -> Process {
    Process::start_with(project, "--config conf --workers 1", variables)
}

/// A project with the baseline profile and a policy that fails.
fn failing() -> Project {
    let text = policy(
        "broken",
        &json!({}),
        "violation contains {\"path\": [], \"msg\": x} if x := upper(input.review.object)",
    );
    Project::new()
        .file("conf/portcullis.yaml", "version: 1\nprofiles: [baseline]\n")
        .file("conf/broken.rego", text)
}

/// A call as an API server with tracing makes it; `flags` say whether it is sampled.
fn traced(process: &Process, object: Value, flags: &str) -> Reply {
    let bytes = post("/validate/enforce", &body(&create(object)));
    let header = format!("\r\ntraceparent: 00-{TRACE}-{CALLER}-{flags}\r\n\r\n");
    let text = String::from_utf8(bytes).unwrap();
    let mut client = process.target.connect().unwrap();
    client
        .send(text.replacen("\r\n\r\n", &header, 1).as_bytes())
        .unwrap();
    client.receive().unwrap()
}

fn allowed(reply: &Reply) -> bool {
    assert_eq!(reply.status, 200);
    let json: Value = serde_json::from_slice(&reply.body).unwrap();
    assert!(json["response"]["auditAnnotations"]["unchecked"].is_null());
    json["response"]["allowed"] == true
}

/// Those below `parent`, by name.
fn below<'a>(spans: &'a [Span], parent: &Span) -> Vec<&'a Span> {
    let below = |span: &&Span| span.parent == parent.id;
    let spans: Vec<&Span> = spans.iter().filter(below).collect();
    for span in &spans {
        assert_eq!(span.trace, parent.trace);
        let within = parent.start <= span.start && span.start <= span.end && span.end <= parent.end;
        assert!(within, "{span:?} in {parent:?}");
    }
    spans
}

#[test]
fn a_call_is_a_span_below_its_caller_s_and_its_steps_are_below_it() {
    let collector = Collector::start();
    let token = format!("authorization=Bearer%20{TOKEN}");
    let process = start(
        failing(),
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url),
            ("OTEL_EXPORTER_OTLP_HEADERS", &token),
        ],
    );
    assert!(!allowed(&traced(&process, privileged(), "00")));
    assert!(!allowed(&traced(&process, privileged(), "01")));
    let Ended { code, stderr, .. } = process.end();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains(TOKEN), "{stderr}");
    let got = collector.end();
    assert_eq!(got.authorization, format!("Bearer {TOKEN}"));
    assert_eq!(got.resource["service.name"], "portcullis");
    let roots: Vec<&Span> = got.spans.iter().filter(|span| span.kind == 2).collect();
    // What its caller doesn't sample isn't told.
    let [root] = roots.as_slice() else {
        panic!("{roots:#?}")
    };
    assert_eq!(
        (&*root.name, &*root.trace, &*root.parent),
        ("admission", TRACE, CALLER)
    );
    for (key, value) in [
        ("portcullis.entry", json!("enforce")),
        ("portcullis.decision", json!(UID)),
        ("portcullis.operation", json!("CREATE")),
        ("portcullis.group", json!("")),
        ("portcullis.version", json!("v1")),
        ("portcullis.resource", json!("pods")),
        ("portcullis.dry_run", json!(false)),
        ("portcullis.verdict", json!("denied")),
        ("http.response.status_code", json!(200)),
    ] {
        assert_eq!(root.attributes[key], value, "{key}");
    }
    let policy_set = root.attributes["portcullis.policy_set"].as_str().unwrap();
    assert!(stderr.contains(policy_set), "{policy_set}");
    assert_eq!(root.attributes.len(), 10, "{root:#?}");
    assert!(!root.failed, "a denial is no error");
    let steps = below(&got.spans, root);
    let names: Vec<&str> = steps.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["queue", "parse", "evaluate"]);
    let evaluate = steps[2];
    assert_eq!(evaluate.attributes["error.type"], "error");
    let policies = below(&got.spans, evaluate);
    assert_eq!(policies.len() + 4, got.spans.len());
    let of = |id: &str| {
        let name = format!("policy {id}");
        let found = policies.iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("no {name} in {policies:#?}"))
    };
    let broken = of("own/broken");
    assert!(broken.failed && evaluate.failed);
    assert_eq!(broken.attributes["error.type"], "error");
    let found = of("least-privilege/privileged-container");
    assert!(!found.failed);
    assert_eq!(found.attributes["portcullis.passed"], false);
    assert_eq!(found.attributes["portcullis.enforcement"], "deny");
}

#[test]
fn nothing_of_an_object_or_its_user_is_exported() {
    let collector = Collector::start();
    let process = start(
        project(),
        &[
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                &format!("{}/v1/traces", collector.url),
            ),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "1000000"),
        ],
    );
    let calls = send_all(&process).len();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let got = collector.end();
    for (what, canary) in [
        ("a secret", SECRET),
        ("a value", PLAIN),
        ("the user", "jane"),
        ("the namespace", "shop"),
    ] {
        assert!(!got.holds(canary), "{what} is in a span");
    }
    // The positive controls: every call, what couldn't be judged, and whose fault it was.
    let roots: Vec<&Span> = got.spans.iter().filter(|span| span.kind == 2).collect();
    assert!(roots.len() >= calls, "{} of {calls}", roots.len());
    for verdict in ["allowed", "denied", "failed", "overloaded", "malformed"] {
        let told =
            |span: &&&Span| span.attributes.get("portcullis.verdict") == Some(&json!(verdict));
        let root = roots.iter().find(told);
        let root = root.unwrap_or_else(|| panic!("none was {verdict}"));
        assert_eq!(root.failed, !["allowed", "denied"].contains(&verdict));
    }
    assert!(got.holds("own/error-high-secret"));
}

#[test]
fn a_collector_that_is_gone_costs_no_call() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addresses = [&silent, &gone].map(|listener| listener.local_addr().unwrap());
    drop(gone);
    for (address, said) in addresses.iter().zip(["queue full", "spans are lost"]) {
        let process = start(
            failing(),
            &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}")),
                ("OTEL_BSP_SCHEDULE_DELAY", "1"),
                ("OTEL_BSP_MAX_QUEUE_SIZE", "4"),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"),
            ],
        );
        for _ in 0..40 {
            // Late by half a second, and it would be told that it is unchecked.
            assert!(!allowed(&process.target.post(
                "/validate/enforce?timeout=1s",
                &body(&create(privileged()))
            )));
        }
        let Ended { code, stderr, .. } = process.end();
        assert_eq!(code, Some(0), "{stderr}");
        let lines = stderr.lines().filter(|line| line.contains(said)).count();
        assert!((1..=2).contains(&lines), "{lines} of {said} in\n{stderr}");
    }
}

#[test]
fn what_is_switched_off_exports_nothing() {
    let collector = Collector::start();
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url);
    for variables in [
        [endpoint, ("OTEL_SDK_DISABLED", "TRUE")],
        [endpoint, ("OTEL_TRACES_SAMPLER", "always_off")],
    ] {
        let process = start(failing(), &variables);
        assert!(!allowed(
            &process
                .target
                .post("/validate/enforce", &body(&create(pod())))
        ));
        assert_eq!(process.end().code, Some(0));
    }
    assert!(collector.end().spans.is_empty());
}
