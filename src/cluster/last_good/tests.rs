//! Tests of the last good configuration: what is stored is what is read, whole or not at all.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::cluster::fake::{Call, Fake, Reply};

const PATH: &str = "/api/v1/namespaces/portcullis/configmaps";

/// `ConfigMaps` by path, stored as the API server does.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<BTreeMap<String, Value>>>);

impl Store {
    fn reply(&self, call: &Call) -> Reply {
        let mut maps = self.0.lock().unwrap();
        let path = match call.method.as_str() {
            "POST" => format!("{PATH}/{}", call.body["metadata"]["name"].as_str().unwrap()),
            _ => call.path.clone(),
        };
        let stored = maps.get(&path).cloned();
        let version = stored
            .as_ref()
            .map(|map| map["metadata"]["resourceVersion"].clone());
        let next = |old: &str| json!((old.parse::<u32>().unwrap() + 1).to_string());
        let written = match (call.method.as_str(), version) {
            ("GET", Some(_)) => return Reply::json(200, &stored.unwrap()),
            ("GET" | "PUT", None) => return Reply::status(404, "NotFound"),
            ("POST", Some(_)) => return Reply::status(409, "AlreadyExists"),
            ("PUT", Some(version)) if call.body["metadata"]["resourceVersion"] != version => {
                return Reply::status(409, "Conflict");
            }
            (_, version) => next(version.as_ref().and_then(Value::as_str).unwrap_or("0")),
        };
        let mut map = call.body.clone();
        map["metadata"]["resourceVersion"] = written;
        maps.insert(path, map.clone());
        Reply::json(200, &map)
    }

    fn fake(&self) -> Fake {
        let store = self.clone();
        Fake::new(move |call| store.reply(call))
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Value)) {
        change(
            self.0
                .lock()
                .unwrap()
                .get_mut(&format!("{PATH}/{name}"))
                .unwrap(),
        );
    }
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let texts = pairs.iter();
    texts
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// Texts of which the map needs three `ConfigMaps`, with characters of several bytes at each border.
fn large() -> BTreeMap<String, String> {
    texts(&[("a/large.rego", &"ä€\n\"".repeat(PART / 4))])
}

async fn write(fake: &Fake, texts: &BTreeMap<String, String>) -> Result<bool, ClusterError> {
    write_last_good(&fake.client(), "portcullis", texts, None).await
}

async fn read_back(fake: &Fake) -> Option<BTreeMap<String, String>> {
    read_last_good(&fake.client(), "portcullis").await.unwrap()
}

#[tokio::test]
async fn what_was_written_is_read() {
    let fake = Store::default().fake();
    assert_eq!(read_back(&fake).await, None);
    for texts in [
        texts(&[
            ("a/portcullis.yaml", "version: 1\n"),
            ("b/x.rego", "package x\n\"ä\""),
        ]),
        texts(&[]),
        large(),
        texts(&[("a", "")]),
    ] {
        assert!(write(&fake, &texts).await.unwrap());
        assert_eq!(read_back(&fake).await, Some(texts.clone()));
        let before = fake.calls().len();
        assert!(!write(&fake, &texts).await.unwrap());
        let again = fake.calls().split_off(before);
        assert!(
            again.iter().all(|call| call.starts_with("GET")),
            "{again:?}"
        );
    }
}

#[tokio::test]
async fn each_config_map_is_ours_and_small_enough() {
    let store = Store::default();
    write(&store.fake(), &large()).await.unwrap();
    let maps = store.0.lock().unwrap();
    let names: Vec<&str> = maps
        .keys()
        .filter_map(|path| path.rsplit('/').next())
        .collect();
    assert_eq!(
        names,
        [
            "portcullis-last-good",
            "portcullis-last-good-2",
            "portcullis-last-good-3"
        ]
    );
    for map in maps.values() {
        let labels = json!({"app.kubernetes.io/managed-by": "portcullis"});
        assert_eq!(map["metadata"]["labels"], labels);
        let data = map["data"].as_object().unwrap().values();
        let bytes: usize = data.filter_map(Value::as_str).map(str::len).sum();
        assert!(bytes < 1024 * 1024, "{bytes}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_not_stored() {
    let fake = Store::default().fake();
    let huge = texts(&[("a", &"x".repeat(PART * PARTS))]);
    let error = write(&fake, &huge).await.unwrap_err();
    assert!(matches!(error, ClusterError::TooLarge { .. }), "{error}");
    assert_eq!(fake.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_whole_is_not_used() {
    type Break = (&'static str, fn(&mut Value));
    let breaks: [Break; 4] = [
        ("portcullis-last-good", |map| map["data"] = json!({})),
        ("portcullis-last-good", |map| {
            map["data"]["piece"] = json!("{\"a\": \"by hand\"}");
        }),
        ("portcullis-last-good-2", |map| {
            map["data"]["piece"] = json!("of another writing");
        }),
        ("portcullis-last-good-3", |map| map["data"] = Value::Null),
    ];
    for (name, change) in breaks {
        let store = Store::default();
        let fake = store.fake();
        write(&fake, &large()).await.unwrap();
        store.change(name, change);
        assert_eq!(read_back(&fake).await, None, "{name}");
        // And it is mended by the next writing.
        assert!(write(&fake, &large()).await.unwrap());
        assert_eq!(read_back(&fake).await, Some(large()));
    }
}

/// Replies to the first `times` calls of `method` by a conflict.
fn disturbed(store: &Store, method: &'static str, times: usize) -> Fake {
    let (store, left) = (store.clone(), Mutex::new(times));
    Fake::new(move |call| {
        let mut left = left.lock().unwrap();
        if call.method == method && *left > 0 {
            *left -= 1;
            return Reply::status(
                409,
                if method == "POST" {
                    "AlreadyExists"
                } else {
                    "Conflict"
                },
            );
        }
        store.reply(call)
    })
}

#[tokio::test]
async fn a_conflict_is_looked_at_again() {
    let store = Store::default();
    let one = texts(&[("a", "1")]);
    assert!(write(&disturbed(&store, "POST", 1), &one).await.unwrap());
    let two = texts(&[("a", "2")]);
    assert!(write(&disturbed(&store, "PUT", 3), &two).await.unwrap());
    assert_eq!(read_back(&store.fake()).await, Some(two));
    let error = write(&disturbed(&store, "PUT", 9), &one).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "can't write ConfigMap `portcullis-last-good`: it is being changed by others"
    );
}

#[tokio::test]
async fn a_missing_permission_is_said() {
    let fake = Fake::new(|_| Reply::status(403, "Forbidden"));
    let error = read_last_good(&fake.client(), "portcullis")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "not allowed to read ConfigMap `portcullis-last-good`"
    );
}
