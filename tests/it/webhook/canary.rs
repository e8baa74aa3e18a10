//! Canaries: values that must never come out again, sent through every outcome of a review to the real binary, which logs all it can.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};

use super::client::{Reply, post};
use super::laden::{PLAIN, SECRET, call, laden, project, secret};
use super::process::{Ended, Process};
use super::review::{create, pod, request, update};

/// Bodies that are no reviews, or can't be read whole, with a canary where they break.
fn broken() -> Vec<Vec<u8>> {
    let whole = call(create(secret()));
    let text = String::from_utf8(whole.clone()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let at = text.find(SECRET).unwrap();
    let deep = format!("{}\"{SECRET}\"{}", "[".repeat(300), "]".repeat(300));
    vec![
        whole[..at + 5].to_vec(),
        [&whole[..at + 5], b"\xff", &whole[at + 5..]].concat(),
        [&whole[..at + 5], b"\\q", &whole[at + 5..]].concat(),
        changed("admission.k8s.io/v1", SECRET),
        changed("\"AdmissionReview\"", &format!("\"{SECRET}\"")),
        changed("\"CREATE\"", &format!("\"{SECRET}\"")),
        changed("\"dryRun\":false", &format!("\"dryRun\":\"{SECRET}\"")),
        changed(
            "\"uid\":\"0c9a",
            &format!("\"operation\":\"{SECRET}\",\"uid\":\"0c9a"),
        ),
        changed("\"data\":{", &format!("\"data\":{{\"deep\":{deep},")),
        format!("\"{SECRET}\"").into_bytes(),
        format!("{{\"{SECRET}\": 1").into_bytes(),
        format!("{SECRET}: yes").into_bytes(),
    ]
}

/// What became of a call, by a name.
fn outcome(reply: &Reply) -> String {
    if reply.status != 200 {
        return format!("HTTP {}", reply.status);
    }
    let json: Value = serde_json::from_slice(&reply.body).unwrap();
    let response = &json["response"];
    if let Some(unchecked) = response["auditAnnotations"]["unchecked"].as_str() {
        return unchecked.to_owned();
    }
    let has = |pointer: &str| response.pointer(pointer).is_some();
    match (
        response["allowed"] == true,
        has("/auditAnnotations/failures"),
        has("/warnings"),
    ) {
        (false, true, _) => "denied with failures",
        (false, false, _) => "denied",
        (true, true, _) => "allowed with failures",
        (true, false, true) => "warned",
        (true, false, false) => "allowed",
    }
    .to_owned()
}

/// Sends everything to the server; what came back.
pub(crate) fn send_all(process: &Process) -> Vec<Reply> {
    let target = &process.target;
    let mut replies = Vec::new();
    let reviews = [
        create(secret()),
        update(secret(), secret()),
        request("DELETE", Value::Null, secret()),
        create(laden()),
        update(laden(), laden()),
        update(laden(), pod()),
    ];
    for entry in ["/validate/enforce", "/validate/observe"] {
        let bodies = reviews.iter().map(|review| call(review.clone()));
        for body in bodies.chain(broken()) {
            replies.push(target.post(entry, &body));
        }
        let head = String::from_utf8(post(entry, SECRET.as_bytes())).unwrap();
        let large = head.replace(&format!("Length: {}", SECRET.len()), "Length: 8388608");
        let mut client = target.connect().unwrap();
        client.send(large.as_bytes()).unwrap();
        replies.extend(client.receive());
        let mut client = target.connect().unwrap();
        let whole = String::from_utf8(post(entry, &call(create(secret())))).unwrap();
        let other = whole.replace("application/json", &format!("text/{SECRET}"));
        client.send(other.as_bytes()).unwrap();
        replies.extend(client.receive());
        drop(
            target
                .connect()
                .unwrap()
                .send(&whole.as_bytes()[..whole.len() / 2]),
        );
    }
    let slow = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "shop"}});
    // One occupies the worker while others come: at first nobody knows for how long, then they are refused.
    for _ in 0..2 {
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                target.post("/validate/enforce?timeout=10s", &call(create(slow.clone())))
            });
            while !first.is_finished() {
                for object in [secret(), laden()] {
                    for entry in [
                        "/validate/enforce?timeout=1s",
                        "/validate/observe?timeout=1s",
                    ] {
                        replies.push(target.post(entry, &call(create(object.clone()))));
                    }
                }
            }
        });
    }
    replies
}

/// The log without what findings say, which may be about a value that is no secret.
fn without_findings(stderr: &str) -> String {
    let line = |line: &str| match serde_json::from_str::<Value>(line) {
        Ok(mut json) if json["findings"].is_array() => {
            json["findings"] = Value::Null;
            json.to_string()
        }
        _ => line.to_owned(),
    };
    stderr.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_secret_s_value_comes_out_nowhere() {
    let process = Process::start(
        project(),
        "--config conf --workers 1 --decision-log-sample 1",
    );
    let replies = send_all(&process);
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let outcomes: BTreeSet<String> = replies.iter().map(outcome).collect();
    for wanted in [
        "denied with failures",
        "allowed with failures",
        "malformed",
        "late",
        "overload",
        "HTTP 400",
        "HTTP 413",
        "HTTP 415",
    ] {
        assert!(outcomes.contains(wanted), "no {wanted}: {outcomes:?}");
    }
    for reply in &replies {
        assert!(!reply.text().contains(SECRET), "{}", reply.text());
    }
    let Ended { stdout, stderr, .. } = ended;
    for (what, text) in [("stdout", &stdout), ("stderr", &stderr)] {
        let line = text.lines().find(|line| line.contains(SECRET));
        assert_eq!(line, None, "{what}");
    }
    let rest = without_findings(&stderr);
    let line = rest.lines().find(|line| line.contains(PLAIN));
    assert_eq!(line, None, "what no finding is about");
    // The positive controls: findings and failures are in the log, and so is whose they are.
    for wanted in [
        "own/found-high-secret",
        "own/shape-low-pod",
        "\"name\":\"web\"",
        "\"user\":\"jane\"",
        "\"unchecked\":\"overload\"",
    ] {
        assert!(stderr.contains(wanted), "no {wanted} in\n{stderr}");
    }
}

#[test]
fn a_secret_s_value_comes_out_of_no_command_either() {
    let project = project();
    let reviews = [create(secret()), create(laden()), update(laden(), laden())].map(call);
    // Each starts a process: of what is broken one of a kind.
    for body in reviews.into_iter().chain(broken().into_iter().step_by(4)) {
        for entry in ["enforce", "observe"] {
            let line = format!("review --config conf --entry {entry}");
            let run = project.run_with(&line, &body);
            assert!([0, 1, 3, 4].contains(&run.code), "{run:?}");
            let written = format!("{}{}", run.stdout, run.stderr);
            assert!(!written.contains(SECRET), "{written}");
        }
    }
}
