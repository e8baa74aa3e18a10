//! Reviews that can't be judged at all: overload, lateness, a panic, a body that is none.

use std::thread;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Said, ask, send};
use super::review::{UID, body, create, pod, service};
use super::served::{ENDLESS, Served, finds, now};
use super::server::Server;

const ENTRIES: [&str; 2] = ["/validate/enforce", "/validate/observe"];

/// `count` policies for Pods at each entry, each of which is stopped after a quarter of a second; a fast one for Services.
pub(crate) fn slow(count: usize) -> Served {
    let quick = json!({"scope": {"kinds": ["Service"], "operations": ["CREATE"]}});
    let served = Served::nothing().policy("quick", &quick, &finds("false"));
    (0..count).fold(served, |served, number| {
        let name = format!("slow-{number:02}");
        served.policy(&name, &json!({}), &finds(ENDLESS))
    })
}

/// What is said of a review that wasn't judged: denied where a failure denies, else admitted, and in both cases on record.
#[track_caller]
fn is_unjudged(said: &Said, why: &str, code: u16, reason: &str, denies: bool) {
    assert_eq!(said.annotations["unchecked"], why, "{said:?}");
    assert_eq!(said.allowed, !denies, "{said:?}");
    if denies {
        assert_eq!((said.code, said.reason.as_str()), (code, reason));
        assert!(said.message.contains("could not judge"), "{said:?}");
        assert_eq!(said.retry_after, u32::from(why == "overload"));
    } else {
        assert_eq!(said.warnings.len(), 1, "{said:?}");
    }
}

/// The bodies that can be read as far as their uid.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut review: Value = serde_json::from_slice(&body(&create(pod()))).unwrap();
        change(&mut review);
        serde_json::to_vec(&review).unwrap()
    };
    let broken = |from: &str, to: &str| {
        let text = String::from_utf8(body(&create(pod()))).unwrap();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let mut cut = body(&create(pod()));
    cut.truncate(cut.len() - 10);
    let mut not_utf8 = body(&create(pod()));
    let at = not_utf8.windows(4).position(|part| part == b"jane");
    not_utf8[at.unwrap()] = 0xff;
    vec![
        (
            "another version",
            changed(&|it| it["apiVersion"] = json!("admission.k8s.io/v1beta1")),
        ),
        ("another kind", changed(&|it| it["kind"] = json!("Pod"))),
        (
            "no object",
            changed(&|it| it["request"]["object"] = Value::Null),
        ),
        (
            "an unknown operation",
            changed(&|it| it["request"]["operation"] = json!("PATCH")),
        ),
        (
            "an operation that is none",
            changed(&|it| it["request"]["operation"] = json!(5)),
        ),
        (
            "no kind",
            changed(&|it| it["request"]["kind"] = Value::Null),
        ),
        (
            "a kind that is none",
            changed(&|it| it["request"]["kind"] = json!("Pod")),
        ),
        ("cut short", cut),
        ("not UTF-8", not_utf8),
        (
            "more after it",
            [body(&create(pod())), b"{}".to_vec()].concat(),
        ),
        (
            "a bare word in the object",
            broken("\"metadata\":{", "\"metadata\":nul,\"x\":{"),
        ),
        ("a control character", broken("\"jane\"", "\"\u{1}\"")),
        (
            "two operations",
            broken("\"operation\":", "\"operation\":\"CREATE\",\"operation\":"),
        ),
        (
            "a dryRun that is none",
            changed(&|it| it["request"]["dryRun"] = json!("no")),
        ),
    ]
}

#[test]
fn a_review_readable_as_far_as_its_uid_is_answered() {
    let closed = Served::profile("baseline").state();
    let open = Served::profile("baseline").fail_open().state();
    for (what, body) in malformed() {
        for entry in ENTRIES {
            for (state, closes) in [(&closed, true), (&open, false)] {
                let (status, kind, answer) = send(state, entry, body.clone());
                assert_eq!((status, kind.as_str()), (200, "application/json"), "{what}");
                let said = Said::decode(&answer, UID);
                assert!(
                    said.annotations.contains_key("unchecked"),
                    "{what}: {said:?}"
                );
                let denies = closes && entry == "/validate/enforce";
                is_unjudged(&said, "malformed", 400, "BadRequest", denies);
            }
        }
    }
}

#[test]
fn a_lone_surrogate_in_an_object_is_a_failure_of_the_policies_alone() {
    let state = Served::profile("baseline").state();
    let text = String::from_utf8(body(&create(pod()))).unwrap();
    let text = text.replacen("\"app\":\"web\"", "\"app\":\"\\ud800\"", 1);
    let (status, _, answer) = send(&state, ENTRIES[0], text.into_bytes());
    assert_eq!(status, 200);
    let said = Said::decode(&answer, UID);
    assert!(!said.allowed, "{said:?}");
}

#[test]
fn one_review_too_many_is_refused_at_once_and_told_to_come_again() {
    for closes in [true, false] {
        let judging = if closes { slow(2) } else { slow(2).fail_open() };
        let server = Server::start(judging.state());
        let entry = "/validate/enforce?timeout=2s";
        let review = body(&create(pod()));
        // How long one takes is known from now on.
        Said::read(&server.post(entry, &review), UID).is_denied_by(&["own/slow-00", "own/slow-01"]);
        let ask = || Said::read(&server.post(entry, &review), UID);
        let answers: Vec<Said> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).collect()
        });
        let refused: Vec<&Said> = answers
            .iter()
            .filter(|said| said.annotations.contains_key("unchecked"))
            .collect();
        assert!(!refused.is_empty() && refused.len() < 8, "{answers:?}");
        for said in refused {
            is_unjudged(said, "overload", 429, "TooManyRequests", closes);
        }
    }
}

#[test]
fn a_review_whose_time_is_over_before_its_turn_is_late() {
    for (closes, entry) in [(true, 0), (false, 0), (true, 1)] {
        let slow = slow(6).policy(
            "quick-too",
            &json!({"severity": "low", "scope": {"kinds": ["Service"], "operations": ["CREATE"]}}),
            &finds("false"),
        );
        let judging = if closes { slow } else { slow.fail_open() };
        let server = Server::start(judging.state());
        thread::scope(|scope| {
            let first =
                scope.spawn(|| server.post("/validate/enforce?timeout=9s", &body(&create(pod()))));
            server.until("portcullis_admission_queue_seconds_count", 1.0);
            let path = format!("{}?timeout=1s", ENTRIES[entry]);
            let said = Said::read(&server.post(&path, &body(&create(service()))), UID);
            is_unjudged(&said, "late", 504, "Timeout", closes && entry == 0);
            assert_eq!(Said::read(&first.join().unwrap(), UID).causes.len(), 6);
        });
    }
}

#[test]
fn policies_not_run_at_the_deadline_are_failures_by_name() {
    for closes in [true, false] {
        let ask = || {
            let judging = if closes {
                slow(12)
            } else {
                slow(12).fail_open()
            };
            let server = Server::start(judging.state());
            // The second policy ends just after the deadline.
            let path = "/validate/enforce?timeout=700ms";
            Said::read(&server.post(path, &body(&create(pod()))), UID)
        };
        // On a busy machine it may end too late for an answer of its own: then once more.
        let mut answers = (0..5).map(|_| ask());
        let said = answers.find(|said| !said.annotations.contains_key("unchecked"));
        let said = said.unwrap();
        assert_eq!((said.allowed, said.causes.len()), (false, 12), "{said:?}");
        let last = &said.causes[11];
        assert!(last.2.contains("time for this review was over"), "{last:?}");
    }
}

/// A clock that is broken wherever something is judged.
fn broken_clock() -> Timestamp {
    let thread = thread::current();
    let judges = thread.name().is_some_and(|name| name.starts_with("judge-"));
    assert!(!judges, "the clock is broken, as the test wants it");
    now()
}

#[test]
fn a_panic_is_an_answer_and_the_worker_goes_on() {
    for closes in [true, false] {
        for (entry, severity) in ENTRIES.into_iter().zip(["high", "low"]) {
            let custom = json!({"severity": severity});
            let judging = Served::nothing().policy("x", &custom, &finds("false"));
            let judging = if closes { judging } else { judging.fail_open() };
            let state = judging.clock(broken_clock).state();
            // One worker: each answer shows that it outlived the panic before.
            for _ in 0..3 {
                let said = ask(&state, entry, &create(pod()));
                let denies = closes && severity == "high";
                is_unjudged(&said, "panic", 500, "InternalError", denies);
            }
            ask(&state, entry, &create(service())).is_silent();
        }
    }
}
