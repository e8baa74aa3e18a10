//! Tests of the namespaces: what is kept of them, and what is asked on a miss.

use std::sync::Mutex;
use std::time::Duration;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};

use super::*;
use crate::cluster::fake::{Fake, Reply, event, initial_end};

/// A cluster whose namespaces come by the senders' events, a watch each; `get` replies to single questions.
fn cluster(
    watches: usize,
    get: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Fake, Vec<UnboundedSender<Value>>) {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..watches).map(|_| unbounded()).unzip();
    let waiting: Mutex<Vec<UnboundedReceiver<Value>>> =
        Mutex::new(receivers.into_iter().rev().collect());
    let fake = Fake::new(move |call| {
        if call.path != "/api/v1/namespaces" {
            return get();
        }
        let next = waiting.lock().unwrap().pop();
        next.map_or(Reply::Broken, Reply::Events)
    });
    (fake, senders)
}

fn not_found() -> Reply {
    Reply::status(404, "NotFound")
}

fn send(sender: &UnboundedSender<Value>, what: &str, name: &str, labels: &Value) {
    let metadata = json!({
        "name": name, "uid": "1", "resourceVersion": "4", "labels": labels,
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "owner": "a"},
        "managedFields": [{"manager": "kubectl"}],
    });
    let object = json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": metadata});
    sender.unbounded_send(event(what, &object)).unwrap();
}

async fn synced(namespaces: &Namespaces) {
    let mut synced = namespaces.synced();
    synced.wait_for(|synced| *synced).await.unwrap();
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(2)
}

#[tokio::test(start_paused = true)]
async fn a_namespace_is_kept_small() {
    let (fake, watches) = cluster(1, not_found);
    let namespaces = Namespaces::watch(fake.client());
    send(&watches[0], "ADDED", "shop", &json!({"team": "a"}));
    watches[0]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    synced(&namespaces).await;
    let expected = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"team": "a"}, "annotations": {"owner": "a"}},
    });
    assert_eq!(namespaces.get("shop").as_deref(), Some(&expected));
    assert_eq!(namespaces.get("gone"), None);
}

#[tokio::test(start_paused = true)]
async fn it_is_synced_with_the_whole_list_and_stays_so() {
    let (fake, mut watches) = cluster(1, not_found);
    let namespaces = Namespaces::watch(fake.client());
    send(&watches[0], "ADDED", "shop", &json!({}));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!*namespaces.synced().borrow());
    assert_eq!(namespaces.get("shop"), None);
    watches[0]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    synced(&namespaces).await;
    watches.clear();
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(*namespaces.synced().borrow());
    assert!(namespaces.get("shop").is_some());
}

#[tokio::test(start_paused = true)]
async fn changes_are_followed() {
    let (fake, watches) = cluster(2, not_found);
    let namespaces = Namespaces::watch(fake.client());
    for name in ["a", "b", "c"] {
        send(&watches[0], "ADDED", name, &json!({}));
    }
    watches[0]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    synced(&namespaces).await;
    send(&watches[0], "MODIFIED", "a", &json!({"team": "b"}));
    send(&watches[0], "DELETED", "b", &json!({}));
    send(&watches[0], "ADDED", "d", &json!({}));
    let settle = || tokio::time::sleep(Duration::from_secs(5));
    settle().await;
    let a = namespaces.get("a").unwrap();
    assert_eq!(a["metadata"]["labels"], json!({"team": "b"}));
    assert!(namespaces.get("b").is_none() && namespaces.get("d").is_some());
    // A new list: `c` was deleted meanwhile, and until it is complete the old one counts.
    let gone = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
    watches[0].unbounded_send(event("ERROR", &gone)).unwrap();
    send(&watches[1], "ADDED", "a", &json!({}));
    settle().await;
    assert!(namespaces.get("c").is_some());
    watches[1]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    settle().await;
    assert!(namespaces.get("c").is_none() && namespaces.get("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_miss_is_asked_once_and_denied_for_a_second() {
    let exists = Arc::new(Mutex::new(false));
    let reply = Arc::clone(&exists);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new", "uid": "1"}, "status": {}});
    let (fake, watches) = cluster(1, move || {
        if *reply.lock().unwrap() {
            Reply::json(200, &namespace)
        } else {
            not_found()
        }
    });
    let namespaces = Namespaces::watch(fake.client());
    watches[0]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    synced(&namespaces).await;
    let asked = || {
        fake.calls()
            .iter()
            .filter(|call| call.ends_with("/new"))
            .count()
    };
    for _ in 0..9 {
        assert_eq!(namespaces.find("new", soon()).await, Answer::Absent);
    }
    assert_eq!(asked(), 1);
    *exists.lock().unwrap() = true;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let found = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}});
    assert_eq!(
        namespaces.find("new", soon()).await,
        Answer::Found(Arc::new(found))
    );
    assert_eq!(asked(), 2);
    // What the watch says counts more.
    send(&watches[0], "ADDED", "new", &json!({"team": "a"}));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let Answer::Found(found) = namespaces.find("new", soon()).await else {
        panic!("not found");
    };
    assert_eq!(found["metadata"]["labels"], json!({"team": "a"}));
    assert_eq!(asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_miss_ends_at_its_deadline() {
    let (fake, watches) = cluster(1, || Reply::Silence);
    let namespaces = Namespaces::watch(fake.client());
    watches[0]
        .unbounded_send(initial_end("PartialObjectMetadata"))
        .unwrap();
    synced(&namespaces).await;
    let begun = Instant::now();
    let why = "can't read Namespace `new`: no answer in time".to_owned();
    assert_eq!(
        namespaces.find("new", soon()).await,
        Answer::Unreachable(why)
    );
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn the_watch_ends_with_its_last_owner() {
    let (fake, watches) = cluster(1, not_found);
    let namespaces = Namespaces::watch(fake.client());
    while fake.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(namespaces);
    while !watches[0].is_closed() {
        tokio::task::yield_now().await;
    }
}
