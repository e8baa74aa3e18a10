//! An API server in memory for tests: a real client speaks to it, and it keeps objects as a server does, by `resourceVersion`.
//!
//! Never watches, and knows of no rules but those of names and versions.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::http::{Method, Request, Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

/// How requests are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Health {
    /// As they should.
    #[default]
    Well,
    /// With 500.
    Failing,
    /// Never.
    Silent,
}

#[derive(Debug, Default)]
struct Store {
    objects: BTreeMap<String, Value>,
    version: u64,
    writes: Vec<String>,
}

/// The server and a line to it; clones share both.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    store: Arc<Mutex<Store>>,
    health: Arc<Mutex<Health>>,
}

impl Memory {
    pub(crate) fn client(&self) -> Client {
        let memory = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let memory = memory.clone();
            async move { Ok::<_, Infallible>(memory.serve(request).await) }
        });
        Client::new(service, "portcullis")
    }

    /// Another line to the same server, with a health of its own.
    pub(crate) fn line(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            health: Arc::default(),
        }
    }

    pub(crate) fn falls(&self, health: Health) {
        *self.health.lock().unwrap() = health;
    }

    /// The object at a path such as `/api/v1/namespaces/portcullis/secrets/portcullis-tls`.
    pub(crate) fn object(&self, path: &str) -> Option<Value> {
        self.store.lock().unwrap().objects.get(path).cloned()
    }

    /// Writes as someone else.
    pub(crate) fn put(&self, path: &str, object: Value) {
        self.store.lock().unwrap().store(path, object);
    }

    pub(crate) fn remove(&self, path: &str) {
        self.store.lock().unwrap().objects.remove(path);
    }

    /// What was written through clients since the last call: `POST` or `PUT` and the object's name.
    pub(crate) fn writes(&self) -> Vec<String> {
        std::mem::take(&mut self.store.lock().unwrap().writes)
    }

    async fn serve(&self, request: Request<Body>) -> Response<Body> {
        let health = *self.health.lock().unwrap();
        match health {
            Health::Well => {}
            Health::Failing => return failure(500, "InternalError", "etcd is gone"),
            Health::Silent => pending().await,
        }
        let (head, body) = request.into_parts();
        let body = body.collect_bytes().await.unwrap();
        let path = head.uri.path();
        let mut store = self.store.lock().unwrap();
        match head.method {
            Method::GET => match store.objects.get(path) {
                Some(object) => answer(StatusCode::OK, object),
                None => failure(404, "NotFound", "not found"),
            },
            Method::POST => {
                let object: Value = serde_json::from_slice(&body).unwrap();
                let path = format!("{path}/{}", object["metadata"]["name"].as_str().unwrap());
                store.create(&path, object)
            }
            Method::PUT => store.replace(path, serde_json::from_slice(&body).unwrap()),
            _ => failure(405, "MethodNotAllowed", "not here"),
        }
    }
}

impl Store {
    fn store(&mut self, path: &str, mut object: Value) -> Response<Body> {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let answer = answer(StatusCode::OK, &object);
        self.objects.insert(path.to_owned(), object);
        answer
    }

    fn create(&mut self, path: &str, object: Value) -> Response<Body> {
        if self.objects.contains_key(path) {
            return failure(409, "AlreadyExists", "already exists");
        }
        self.note("POST", path);
        self.store(path, object)
    }

    fn replace(&mut self, path: &str, object: Value) -> Response<Body> {
        let Some(current) = self.objects.get(path) else {
            return failure(404, "NotFound", "not found");
        };
        if current["metadata"]["resourceVersion"] != object["metadata"]["resourceVersion"] {
            return failure(409, "Conflict", "the object has been modified");
        }
        self.note("PUT", path);
        self.store(path, object)
    }

    fn note(&mut self, verb: &str, path: &str) {
        let name = path.rsplit('/').next().unwrap();
        self.writes.push(format!("{verb} {name}"));
    }
}

fn answer(code: StatusCode, object: &Value) -> Response<Body> {
    let body = Body::from(object.to_string().into_bytes());
    Response::builder().status(code).body(body).unwrap()
}

fn failure(code: u16, reason: &str, message: &str) -> Response<Body> {
    let status = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message,
    });
    answer(StatusCode::from_u16(code).unwrap(), &status)
}
