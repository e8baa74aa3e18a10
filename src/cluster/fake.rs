//! An API server in memory for tests: a function from a call to a reply, behind kube's real client.
//!
//! Never opens a socket, and knows nothing of Kubernetes but the shape of an error and of a watch.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use futures::StreamExt;
use futures::channel::mpsc;
use kube::Client;
use serde_json::{Value, json};
use tower::BoxError;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as it is sent, without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    /// The body; null if there is none.
    pub(crate) body: Value,
}

/// What is done about it.
pub(crate) enum Reply {
    /// A status and a body.
    Text(u16, String),
    /// The reply, later.
    After(Duration, Box<Reply>),
    /// Nothing, ever.
    Silence,
    /// The connection breaks.
    Broken,
    /// A stream of watch events, open until the sender is dropped.
    Events(mpsc::UnboundedReceiver<Value>),
}

impl Reply {
    pub(crate) fn json(code: u16, body: &Value) -> Self {
        Self::Text(code, body.to_string())
    }

    pub(crate) fn status(code: u16, reason: &str) -> Self {
        let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "words", "reason": reason, "code": code});
        Self::json(code, &status)
    }

    /// These events, and then nothing more as long as the watch lasts.
    pub(crate) fn events(events: impl IntoIterator<Item = Value>) -> Self {
        let (sender, receiver) = mpsc::unbounded();
        for event in events {
            sender.unbounded_send(event).unwrap();
        }
        // Kept open: the watch ends by its own time.
        std::mem::forget(sender);
        Self::Events(receiver)
    }
}

/// A watch event.
pub(crate) fn event(what: &str, object: &Value) -> Value {
    json!({"type": what, "object": object})
}

/// The event that ends a streaming list.
pub(crate) fn initial_end(kind: &str) -> Value {
    let metadata =
        json!({"resourceVersion": "9", "annotations": {"k8s.io/initial-events-end": "true"}});
    event(
        "BOOKMARK",
        &json!({"apiVersion": "v1", "kind": kind, "metadata": metadata}),
    )
}

/// An API server in memory.
#[derive(Clone)]
pub(crate) struct Fake {
    calls: Arc<Mutex<Vec<Call>>>,
    reply: Arc<dyn Fn(&Call) -> Reply + Send + Sync>,
}

impl Fake {
    pub(crate) fn new(reply: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            calls: Arc::default(),
            reply: Arc::new(reply),
        }
    }

    /// A client of it.
    pub(crate) fn client(&self) -> Client {
        let fake = self.clone();
        let service = tower::service_fn(move |request| fake.clone().serve(request));
        Client::new(service, "default")
    }

    /// Method and path of all calls so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .map(|call| format!("{} {}", call.method, call.path))
            .collect()
    }

    async fn serve(self, request: Request<kube::client::Body>) -> Result<Response<Body>, BoxError> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect_bytes().await?;
        let call = Call {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        let mut reply = (self.reply)(&call);
        self.calls.lock().unwrap().push(call);
        while let Reply::After(time, later) = reply {
            tokio::time::sleep(time).await;
            reply = *later;
        }
        let (code, body) = match reply {
            Reply::Text(code, text) => (code, Body::from(text)),
            Reply::Events(events) => {
                let lines = events.map(|event| Ok::<_, BoxError>(format!("{event}\n")));
                (200, Body::from_stream(lines))
            }
            Reply::Broken => return Err("connection refused".into()),
            Reply::Silence | Reply::After(..) => std::future::pending().await,
        };
        Ok(Response::builder().status(code).body(body)?)
    }
}
