//! What the decision log writes, and when.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::model::{Enforcement, Failure, FailureClass, GroupVersionKind, Origin};

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

fn review() -> Review {
    let object =
        json!({"metadata": {"name": "web", "namespace": "shop"}, "data": {"password": "canary"}});
    Review {
        user_info: Some(json!({"username": "jane", "extra": {"token": ["canary"]}}).into()),
        ..Review::create(
            GroupVersionKind::new("", "v1", "Secret"),
            Arc::new(object),
            Origin::Admission {
                uid: "u-1".to_owned(),
            },
        )
    }
}

fn call() -> Call<'static> {
    Call {
        time: "2026-11-27T10:00:00Z".parse().unwrap(),
        entry: "enforce",
        uid: Some("u-1"),
        policy_set: "0123456789ab",
        allowed: Some(false),
        took: Duration::from_micros(830),
        unchecked: None,
    }
}

fn failed() -> Decision {
    Decision {
        failures: vec![Failure {
            policy: "a/b".parse().unwrap(),
            class: FailureClass::Deadline,
            message: "it took too long".to_owned(),
            place: None,
            help: None,
            enforcement: Enforcement::Deny,
        }],
        ..Decision::default()
    }
}

/// The lines that a log has written once it is closed.
fn lines(sample: f64, decisions: &[Decision]) -> Vec<Value> {
    let written = Written::default();
    let (sender, waiting) = sync_channel(QUEUE);
    let log = DecisionLog {
        lines: Some(sender),
        every: every(sample),
        clean: AtomicU64::new(0),
    };
    for decision in decisions {
        assert!(!log.record(&call(), &review(), decision));
    }
    drop(log);
    drain(&waiting, Box::new(written.clone()));
    let bytes = written.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_says_who_did_what_and_what_came_of_it_and_nothing_of_the_object() {
    let lines = lines(0.0, &[failed()]);
    let expected = json!({
        "time": "2026-11-27T10:00:00Z", "decision": "u-1", "policySet": "0123456789ab", "entry": "enforce",
        "allowed": false, "operation": "CREATE", "apiVersion": "v1", "kind": "Secret",
        "namespace": "shop", "name": "web", "user": "jane", "dryRun": false, "micros": 830, "findings": [],
        "failures": [{"policy": "a/b", "class": "deadline", "message": "it took too long"}],
    });
    assert_eq!(lines, [expected]);
}

#[test]
fn clean_decisions_are_sampled() {
    let clean = || vec![Decision::default(); 10];
    assert_eq!(lines(0.0, &clean()).len(), 0);
    assert_eq!(lines(0.5, &clean()).len(), 5);
    assert_eq!(lines(1.0, &clean()).len(), 10);
}

#[test]
fn a_full_queue_drops_lines_and_says_so() {
    let (sender, _waiting) = sync_channel(1);
    let log = DecisionLog {
        lines: Some(sender),
        every: 0,
        clean: AtomicU64::new(0),
    };
    assert!(!log.record(&call(), &review(), &failed()));
    assert!(log.record(&call(), &review(), &failed()));
    assert!(!log.record(&call(), &review(), &Decision::default()));
}

#[test]
fn a_body_that_is_no_review_is_a_line_without_anything_of_it() {
    let (sender, waiting) = sync_channel(1);
    let log = DecisionLog {
        lines: Some(sender),
        every: 0,
        clean: AtomicU64::new(0),
    };
    let unread = Call {
        uid: None,
        allowed: None,
        unchecked: Some("too-large"),
        ..call()
    };
    assert!(!log.record_unread(&unread));
    // A flood of them is dropped like any other.
    assert!(log.record_unread(&unread));
    let line: Value = serde_json::from_str(&waiting.recv().unwrap()).unwrap();
    let expected = json!({
        "time": "2026-11-27T10:00:00Z", "policySet": "0123456789ab", "entry": "enforce", "micros": 830,
        "findings": [], "failures": [], "unchecked": "too-large",
    });
    assert_eq!(line, expected);
}
