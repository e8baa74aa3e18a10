//! Tests of the questions: how often one is asked, how long it is remembered, and what is never asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;
use crate::cluster::fake::{Fake, Reply};

fn lookup(name: &str) -> Lookup {
    Lookup {
        kind: LookupKind::Role,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(2)
}

/// How often the server is asked if it replies so and somebody asks every `every` milliseconds for 10 s.
async fn questions(reply: fn() -> Reply, every: u64) -> usize {
    let fake = Fake::new(move |_| reply());
    let asked = Asked::new(fake.client());
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        asked.answer(&lookup("deploy"), soon()).await;
        tokio::time::sleep(Duration::from_millis(every)).await;
    }
    fake.calls().len()
}

#[tokio::test(start_paused = true)]
async fn an_object_is_remembered_longer_than_that_there_is_none() {
    let found = || Reply::json(200, &json!({}));
    assert_eq!(questions(found, 100).await, 1);
    let absent = || Reply::status(404, "NotFound");
    let asked = questions(absent, 100).await;
    assert!((9..=10).contains(&asked), "{asked}");
    let failed = || Reply::status(500, "InternalError");
    assert_eq!(questions(failed, 100).await, 100);
}

#[tokio::test(start_paused = true)]
async fn an_object_is_asked_for_again_after_30_s() {
    static CHANGES: AtomicUsize = AtomicUsize::new(0);
    let fake = Fake::new(|_| {
        let rules = CHANGES.fetch_add(1, Ordering::Relaxed);
        Reply::json(200, &json!({"rules": [rules]}))
    });
    let asked = Asked::new(fake.client());
    for (after, expected) in [(0, 0), (29, 0), (2, 1)] {
        tokio::time::sleep(Duration::from_secs(after)).await;
        let Answer::Found(object) = asked.answer(&lookup("deploy"), soon()).await else {
            panic!("not found");
        };
        assert_eq!(object["rules"], json!([expected]));
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_at_once_asks_once() {
    let later = || Reply::After(Duration::from_secs(1), Box::new(Reply::status(500, "x")));
    let fake = Fake::new(move |_| later());
    let asked = Asked::new(fake.client());
    let question = lookup("deploy");
    let all = (0..50).map(|_| asked.answer(&question, soon()));
    let answers = futures::future::join_all(all).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Answer::Unreachable(_)))
    );
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_name_never_leaves_its_place_in_the_path() {
    let fake = Fake::new(|_| Reply::status(404, "NotFound"));
    let asked = Asked::new(fake.client());
    for name in ["", ".", "..", "../secrets/x", "a/b", "%2e%2e"] {
        assert_eq!(asked.answer(&lookup(name), soon()).await, Answer::Absent);
    }
    let mut foreign = lookup("a");
    foreign.namespace = "x/secrets".to_owned();
    assert_eq!(asked.answer(&foreign, soon()).await, Answer::Absent);
    assert_eq!(fake.calls(), Vec::<String>::new());
    for name in ["system:a", "a?b#c d", "ä"] {
        asked.answer(&lookup(name), soon()).await;
    }
    let prefix = "GET /apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/";
    let names = ["system:a", "a%3Fb%23c%20d", "%C3%A4"];
    assert_eq!(fake.calls(), names.map(|name| format!("{prefix}{name}")));
}

#[tokio::test]
async fn memory_is_bounded() {
    let fake = Fake::new(|_| Reply::json(200, &json!({})));
    let asked = Asked::new(fake.client());
    for number in 0..MOST + 10 {
        asked.answer(&lookup(&number.to_string()), soon()).await;
    }
    assert_eq!(asked.answers.lock().unwrap().len(), MOST);
    let long = "x".repeat(LONGEST + 1);
    let answer = asked.answer(&lookup(&long), soon()).await;
    assert!(matches!(answer, Answer::Unreachable(_)));
}
