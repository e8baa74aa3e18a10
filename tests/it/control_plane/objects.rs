//! What a test makes in the cluster, and what goes with it.
//!
//! Never waits for a webhook longer than it must: a delete on drop is tried once, and bounded.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::control_plane::ControlPlane;
use crate::control_plane::access::{Access, send};
use crate::control_plane::wait::apart;

/// How long a delete on drop may take.
const LIMIT: Duration = Duration::from_secs(10);

/// An object of the cluster that is deleted when this is dropped.
///
/// Variables drop in reverse: make a webhook configuration after the namespace and after its server, so that it goes first.
#[derive(Debug)]
pub(crate) struct Created {
    access: Access,
    path: String,
    name: String,
}

impl Created {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        apart(async || {
            let client = self.access.client();
            let deletion = send::<Value>(&client, Method::DELETE, &self.path, &Value::Null);
            // It may be gone already, and a failing test has better things to say.
            let _ = tokio::time::timeout(LIMIT, deletion).await;
        });
    }
}

impl ControlPlane {
    /// Creates any object, at the path of its collection (`/apis/rbac.authorization.k8s.io/v1/clusterroles`), by the administrator.
    pub(crate) fn create(&self, collection: &str, object: &Value) -> Created {
        let strict = format!("{collection}?fieldValidation=Strict");
        let made: Value = apart(async || {
            let client = self.admin.client();
            send(&client, Method::POST, &strict, object).await.unwrap()
        });
        let name = made["metadata"]["name"].as_str().unwrap();
        Created {
            access: self.admin.clone(),
            path: format!("{collection}/{name}"),
            name: name.to_owned(),
        }
    }

    /// A namespace of its own, `<prefix>-<number>`, with its name as the label `test` for a `namespaceSelector`.
    ///
    /// Without a controller-manager it stays `Terminating` after the drop, and its objects stay.
    pub(crate) fn namespace(&self, prefix: &str) -> Created {
        let name = self.unique(prefix);
        let metadata = json!({"name": name, "labels": {"test": name}});
        self.create("/api/v1/namespaces", &json!({"metadata": metadata}))
    }

    /// A `ValidatingWebhookConfiguration` of this name; `object` is the whole object, its own name is replaced.
    ///
    /// The API server takes it up within moments, not at once: wait for its effect by dry-run creates.
    pub(crate) fn webhook_configuration(&self, name: &str, mut object: Value) -> Created {
        object["metadata"]["name"] = name.into();
        self.create(
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            &object,
        )
    }
}
