//! An API server in memory that holds one webhook configuration, and does with it what ours does as far as these tests ask.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::http::{Method, Request, Response};
use futures::stream;
use kube::Client;
use kube::client::Body as KubeBody;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::cluster::registration::{ENFORCE, OBSERVE};

#[derive(Clone, Default)]
pub(super) struct Fake {
    state: Arc<Mutex<State>>,
    object: watch::Sender<Option<Value>>,
}

#[derive(Default)]
struct State {
    troubles: Vec<Trouble>,
    writes: usize,
    version: u64,
}

/// What isn't as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Our Service has no ready endpoint.
    NoEndpoint,
    /// Writes are refused.
    Refuses,
    /// Reads of the object aren't answered.
    Hangs,
    /// The object is deleted after each read.
    Vanishes,
    /// The kinds that are served can't be listed.
    NoDiscovery,
    /// `example.com/Gadget` isn't served.
    NoGadgets,
}

impl Fake {
    pub(super) fn installed() -> Self {
        let fake = Self::default();
        fake.install();
        fake
    }

    pub(super) fn install(&self) {
        self.store(json!({"metadata": {"name": "portcullis", "uid": "u"}}));
    }

    pub(super) fn begin(&self, trouble: Trouble) {
        self.lock().troubles.push(trouble);
    }

    pub(super) fn end(&self, trouble: Trouble) {
        self.lock().troubles.retain(|one| *one != trouble);
    }

    fn has(&self, trouble: Trouble) -> bool {
        self.lock().troubles.contains(&trouble)
    }

    pub(super) fn uninstall(&self) {
        self.object.send_replace(None);
    }

    pub(super) fn is_installed(&self) -> bool {
        self.object.borrow().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often somebody tried to write.
    pub(super) fn writes(&self) -> usize {
        self.lock().writes
    }

    pub(super) fn object(&self) -> String {
        self.object.borrow().as_ref().unwrap().to_string()
    }

    pub(super) fn entries(&self) -> Vec<String> {
        let object = self.object.borrow().clone().unwrap();
        let entries = object["webhooks"].as_array().cloned().unwrap_or_default();
        let name = |entry: &Value| entry["name"].as_str().unwrap().to_owned();
        entries.iter().map(name).collect()
    }

    /// Somebody else changes the first entry.
    pub(super) fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut object = self.object.borrow().clone().unwrap();
        change(&mut object["webhooks"][0]);
        self.store(object);
    }

    pub(super) fn client(&self) -> Client {
        let fake = self.clone();
        let service = tower::service_fn(move |request| {
            let fake = fake.clone();
            async move { Ok::<_, Infallible>(fake.answer(request).await) }
        });
        Client::new(service, "default")
    }

    fn store(&self, mut object: Value) {
        let version = {
            let mut state = self.lock();
            state.version += 1;
            state.version.to_string()
        };
        object["metadata"]["resourceVersion"] = json!(version);
        self.object.send_replace(Some(object));
    }

    async fn answer(&self, request: Request<KubeBody>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let watches = request.uri().query().unwrap_or_default().contains("watch=");
        match path.rsplit('/').next().unwrap_or_default() {
            "validatingwebhookconfigurations" if watches => self.watch(),
            "validatingwebhookconfigurations" => {
                let version = self.lock().version.to_string();
                let items: Vec<Value> = self.object.borrow().iter().cloned().collect();
                let metadata = json!({"resourceVersion": version});
                ok(&json!({"metadata": metadata, "items": items}))
            }
            "portcullis" if self.has(Trouble::Hangs) => std::future::pending().await,
            "portcullis" if request.method() == Method::GET => self.read(),
            "portcullis" => self.patch(request).await,
            "endpointslices" => self.endpoints(),
            "apis" if self.has(Trouble::NoDiscovery) => status(503, "no kinds for you"),
            "apis" => self.kinds(),
            _ => status(404, "not found"),
        }
    }

    fn read(&self) -> Response<Body> {
        let object = self.object.borrow().clone();
        if self.has(Trouble::Vanishes) {
            self.uninstall();
        }
        object.map_or_else(|| status(404, "not found"), |object| ok(&object))
    }

    async fn patch(&self, request: Request<KubeBody>) -> Response<Body> {
        self.lock().writes += 1;
        if self.has(Trouble::Refuses) {
            return status(403, "no patch for you");
        }
        let applies = request.headers()["content-type"] == "application/apply-patch+yaml";
        let body = request.into_body().collect_bytes().await.unwrap();
        let patch: Value = serde_json::from_slice(&body).unwrap();
        let Some(mut object) = self.object.borrow().clone() else {
            // As a real one: who names a uid doesn't ask for a new object.
            let names_uid = !patch["metadata"]["uid"].is_null();
            assert!(names_uid, "this would have created the object");
            return status(409, "uid mismatch");
        };
        if applies {
            apply(&mut object, &patch);
        } else {
            remove(&mut object, &patch);
        }
        self.store(object.clone());
        ok(&object)
    }

    fn endpoints(&self) -> Response<Body> {
        let ready = !self.has(Trouble::NoEndpoint);
        let endpoint = json!({"addresses": ["10.0.0.1"], "conditions": {"ready": ready}});
        let slice =
            json!({"metadata": {}, "addressType": "IPv4", "ports": [], "endpoints": [endpoint]});
        ok(&json!({"metadata": {}, "items": [slice]}))
    }

    fn kinds(&self) -> Response<Body> {
        let gadget = json!({"resource": "gadgets", "scope": "Namespaced", "verbs": ["create"],
            "responseKind": {"group": "example.com", "version": "v1", "kind": "Gadget"}});
        let resources = if self.has(Trouble::NoGadgets) {
            Vec::new()
        } else {
            vec![gadget]
        };
        let failing = json!({"metadata": {"name": "metrics.example.com"}, "versions": []});
        ok(&json!({"items": [failing, {
            "metadata": {"name": "example.com"},
            "versions": [
                {"version": "v2", "freshness": "Stale"},
                {"version": "v1", "resources": resources},
            ],
        }]}))
    }

    /// Every state of the object from now on.
    fn watch(&self) -> Response<Body> {
        let mut receiver = self.object.subscribe();
        receiver.mark_changed();
        let start = (receiver, json!({"metadata": {"name": "portcullis"}}));
        let events = stream::unfold(start, |(mut receiver, last)| async move {
            receiver.changed().await.ok()?;
            let now = receiver.borrow_and_update().clone();
            let kind = if now.is_some() { "MODIFIED" } else { "DELETED" };
            let object = now.unwrap_or(last);
            let line = format!("{}\n", json!({"type": kind, "object": object}));
            Some((Ok::<_, Infallible>(line), (receiver, object)))
        });
        Response::new(Body::from_stream(events))
    }
}

/// Our entries become those applied; match conditions that somebody else added stay.
fn apply(object: &mut Value, applied: &Value) {
    let old = list(&object["webhooks"]);
    let mut new: Vec<Value> = list(&applied["webhooks"]);
    for entry in &mut new {
        let before = old.iter().find(|one| one["name"] == entry["name"]);
        let kept = before
            .map(|one| list(&one["matchConditions"]))
            .unwrap_or_default();
        let mut conditions = list(&entry["matchConditions"]);
        for condition in kept {
            if conditions
                .iter()
                .all(|one| one["name"] != condition["name"])
            {
                conditions.push(condition);
            }
        }
        entry["matchConditions"] = json!(conditions);
    }
    let ours = |entry: &Value| entry["name"] == ENFORCE.name || entry["name"] == OBSERVE.name;
    new.extend(old.into_iter().filter(|entry| !ours(entry)));
    object["webhooks"] = json!(new);
}

fn remove(object: &mut Value, patch: &Value) {
    let mut entries = list(&object["webhooks"]);
    for removal in list(&patch["webhooks"]) {
        if removal["$patch"] == "delete" {
            entries.retain(|entry| entry["name"] != removal["name"]);
            continue;
        }
        let entry = entries
            .iter_mut()
            .find(|entry| entry["name"] == removal["name"])
            .unwrap();
        let gone = list(&removal["matchConditions"]);
        let mut conditions = list(&entry["matchConditions"]);
        conditions.retain(|one| gone.iter().all(|gone| gone["name"] != one["name"]));
        entry["matchConditions"] = json!(conditions);
    }
    object["webhooks"] = json!(entries);
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn ok(value: &Value) -> Response<Body> {
    Response::new(Body::from(value.to_string()))
}

fn status(code: u16, message: &str) -> Response<Body> {
    let reason = if code == 404 { "NotFound" } else { "" };
    let status = json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message});
    let response = Response::builder().status(code);
    response.body(Body::from(status.to_string())).unwrap()
}
