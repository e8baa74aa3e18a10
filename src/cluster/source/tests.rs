//! Tests of the configuration's watch: what is published, when, and what survives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::*;
use crate::cluster::fake::{Fake, Reply, event, initial_end};

fn config_map(name: &str, version: &str, data: &Value) -> Value {
    let metadata = json!({"name": name, "resourceVersion": version, "managedFields": [{"manager": "kubectl"}]});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
}

/// What has been published: names, versions and keys with their first characters.
fn shown(configuration: Option<&Configuration>) -> String {
    let Some(configuration) = configuration else {
        return "nothing".to_owned();
    };
    let texts = configuration.documents.iter().map(|text| {
        let data: Vec<String> = text
            .data
            .iter()
            .map(|(key, text)| format!("{key}={text}"))
            .collect();
        format!("{}@{} {}", text.name, text.resource_version, data.join(","))
    });
    texts.collect::<Vec<_>>().join("; ")
}

type Published = watch::Receiver<Option<Configuration>>;

/// What is published next within 100 s of virtual time.
async fn next(published: &mut Published) -> String {
    match timeout(Duration::from_secs(100), published.changed()).await {
        Ok(Ok(())) => shown(published.borrow_and_update().as_ref()),
        Ok(Err(_)) => "closed".to_owned(),
        Err(_) => "no change".to_owned(),
    }
}

/// A server whose watches are handed over one by one, and the senders of their events.
fn scripted(watches: usize) -> (Fake, Vec<UnboundedSender<Value>>) {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..watches).map(|_| unbounded()).unzip();
    let waiting: Mutex<Vec<UnboundedReceiver<Value>>> =
        Mutex::new(receivers.into_iter().rev().collect());
    let fake = Fake::new(move |call| {
        assert_eq!(call.path, "/api/v1/namespaces/portcullis/configmaps");
        assert!(
            call.query
                .contains("labelSelector=portcullis.dev%2Fconfig%3Dtrue")
        );
        match waiting.lock().unwrap().pop() {
            Some(events) => Reply::Events(events),
            None => Reply::Broken,
        }
    });
    (fake, senders)
}

fn send(sender: &UnboundedSender<Value>, what: &str, object: &Value) {
    sender.unbounded_send(event(what, object)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_published_before_the_list_is_complete() {
    let (fake, watches) = scripted(1);
    let mut published = watch_configuration(fake.client(), "portcullis");
    send(
        &watches[0],
        "ADDED",
        &config_map("b", "2", &json!({"b.rego": "x"})),
    );
    let waiting = timeout(Duration::from_secs(5), published.changed()).await;
    assert!(waiting.is_err());
    assert_eq!(shown(published.borrow().as_ref()), "nothing");
    send(
        &watches[0],
        "ADDED",
        &config_map("a", "1", &json!({"portcullis.yaml": "y"})),
    );
    watches[0].unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(
        next(&mut published).await,
        "a@1 portcullis.yaml=y; b@2 b.rego=x"
    );
}

#[tokio::test(start_paused = true)]
async fn no_configuration_is_a_configuration() {
    let (fake, watches) = scripted(1);
    let mut published = watch_configuration(fake.client(), "portcullis");
    watches[0].unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(next(&mut published).await, "");
    assert!(published.borrow().is_some());
}

#[tokio::test(start_paused = true)]
async fn listeners_wake_for_texts_and_names_only() {
    let (fake, watches) = scripted(1);
    let mut published = watch_configuration(fake.client(), "portcullis");
    let one = json!({"portcullis.yaml": "y"});
    send(&watches[0], "ADDED", &config_map("a", "1", &one));
    watches[0].unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(next(&mut published).await, "a@1 portcullis.yaml=y");
    // A label, or a key that nothing reads.
    send(&watches[0], "MODIFIED", &config_map("a", "2", &one));
    let more = json!({"portcullis.yaml": "y", "README.md": "…", ".rego": "…"});
    send(&watches[0], "MODIFIED", &config_map("a", "3", &more));
    let waiting = timeout(Duration::from_secs(5), published.changed()).await;
    assert!(waiting.is_err());
    assert_eq!(shown(published.borrow().as_ref()), "a@3 portcullis.yaml=y");
    send(
        &watches[0],
        "MODIFIED",
        &config_map("a", "4", &json!({"portcullis.yaml": "z"})),
    );
    assert_eq!(next(&mut published).await, "a@4 portcullis.yaml=z");
    send(
        &watches[0],
        "ADDED",
        &config_map("c", "5", &json!({"exemptions.yaml": "e"})),
    );
    assert_eq!(
        next(&mut published).await,
        "a@4 portcullis.yaml=z; c@5 exemptions.yaml=e"
    );
    send(&watches[0], "DELETED", &config_map("a", "6", &json!({})));
    assert_eq!(next(&mut published).await, "c@5 exemptions.yaml=e");
}

#[tokio::test(start_paused = true)]
async fn a_lost_api_server_keeps_the_last_configuration() {
    let (fake, mut watches) = scripted(2);
    let mut published = watch_configuration(fake.client(), "portcullis");
    let first = watches.remove(0);
    send(
        &first,
        "ADDED",
        &config_map("a", "1", &json!({"portcullis.yaml": "y"})),
    );
    first.unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(next(&mut published).await, "a@1 portcullis.yaml=y");
    // The stream ends; the next one goes on where it ended.
    drop(first);
    send(
        &watches[0],
        "MODIFIED",
        &config_map("a", "2", &json!({"portcullis.yaml": "z"})),
    );
    assert_eq!(next(&mut published).await, "a@2 portcullis.yaml=z");
    // And then there is nobody.
    watches.clear();
    assert_eq!(next(&mut published).await, "no change");
    assert_eq!(shown(published.borrow().as_ref()), "a@2 portcullis.yaml=z");
    assert!(fake.calls().len() < 30, "backs off: {}", fake.calls().len());
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_meanwhile_is_gone_after_a_new_list() {
    let (fake, mut watches) = scripted(2);
    let mut published = watch_configuration(fake.client(), "portcullis");
    for name in ["a", "b"] {
        send(
            &watches[0],
            "ADDED",
            &config_map(name, "1", &json!({"portcullis.yaml": "y"})),
        );
    }
    watches[0].unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(
        next(&mut published).await,
        "a@1 portcullis.yaml=y; b@1 portcullis.yaml=y"
    );
    let gone = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
    send(&watches[0], "ERROR", &gone);
    send(
        &watches[1],
        "ADDED",
        &config_map("b", "8", &json!({"portcullis.yaml": "y"})),
    );
    watches[1].unbounded_send(initial_end("ConfigMap")).unwrap();
    assert_eq!(next(&mut published).await, "b@8 portcullis.yaml=y");
    watches.clear();
}

/// What is published by a server that answers streaming lists so, and lists and watches as ever.
async fn without_streaming(streaming: fn() -> Reply) -> String {
    let fake = Fake::new(move |call| {
        if call.query.contains("sendInitialEvents") {
            return streaming();
        }
        if call.query.contains("watch=true") {
            return Reply::events([]);
        }
        let items = [config_map("a", "1", &json!({"portcullis.yaml": "y"}))];
        let metadata = json!({"resourceVersion": "7"});
        let list = json!({"apiVersion": "v1", "kind": "ConfigMapList", "metadata": metadata, "items": items});
        Reply::json(200, &list)
    });
    next(&mut watch_configuration(fake.client(), "portcullis")).await
}

#[tokio::test(start_paused = true)]
async fn a_server_without_streaming_lists_is_listed() {
    let refuses = || Reply::status(422, "Invalid");
    assert_eq!(without_streaming(refuses).await, "a@1 portcullis.yaml=y");
    // Takes the parameter, and never says that the list is over.
    let ignores = || Reply::events([]);
    assert_eq!(without_streaming(ignores).await, "a@1 portcullis.yaml=y");
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_waited_for() {
    let forbidden = Arc::new(Mutex::new(true));
    let still = Arc::clone(&forbidden);
    let fake = Fake::new(move |_| {
        if *still.lock().unwrap() {
            Reply::status(403, "Forbidden")
        } else {
            Reply::events([initial_end("ConfigMap")])
        }
    });
    let mut published = watch_configuration(fake.client(), "portcullis");
    assert_eq!(next(&mut published).await, "no change");
    *forbidden.lock().unwrap() = false;
    assert_eq!(next(&mut published).await, "");
}

#[tokio::test(start_paused = true)]
async fn the_watch_ends_when_nobody_listens() {
    let (fake, watches) = scripted(1);
    let published = watch_configuration(fake.client(), "portcullis");
    while fake.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(published);
    while !watches[0].is_closed() {
        tokio::task::yield_now().await;
    }
}
