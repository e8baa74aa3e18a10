//! Who asks the API server, and by what credentials: as a client, and as a kubeconfig for everything that isn't a test.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::{Method, Request};
use kube::config::Kubeconfig;
use kube::{Client, Config};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// An API server and someone who may talk to it.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) server: String,
    pub(crate) authority: PathBuf,
    /// The `user` of a kubeconfig.
    pub(crate) user: Value,
}

impl Access {
    /// A client that lives as long as the runtime it is made in, and repeats nothing by itself.
    pub(crate) fn client(&self) -> Client {
        let kubeconfig: Kubeconfig = serde_json::from_value(self.kubeconfig()).unwrap();
        let mut config = Config::try_from(kubeconfig).unwrap();
        config.default_retry = false;
        Client::try_from(config).unwrap()
    }

    /// Writes a kubeconfig.
    pub(crate) fn write(&self, path: &Path) {
        fs::write(path, self.kubeconfig().to_string()).unwrap();
    }

    /// The same server, asked by another `user`.
    pub(crate) fn with(&self, user: Value) -> Self {
        Self {
            user,
            ..self.clone()
        }
    }

    fn kubeconfig(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "test",
                "cluster": {"server": self.server, "certificate-authority": self.authority},
            }],
            "users": [{"name": "test", "user": self.user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        })
    }
}

/// Sends one request as it stands.
pub(crate) async fn send<T: DeserializeOwned>(
    client: &Client,
    method: Method,
    path: &str,
    body: &Value,
) -> kube::Result<T> {
    client.request(request(method, path, body)).await
}

/// The text at a path that isn't JSON, such as `/readyz`.
pub(crate) async fn text(client: &Client, path: &str) -> kube::Result<String> {
    client
        .request_text(request(Method::GET, path, &Value::Null))
        .await
}

fn request(method: Method, path: &str, body: &Value) -> Request<Vec<u8>> {
    let bytes = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(bytes)
        .unwrap()
}
