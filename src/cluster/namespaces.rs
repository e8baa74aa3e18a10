//! All namespaces of the cluster with their labels, followed by a watch.
//!
//! Never keeps more of one than its name, labels and annotations, and never forgets them for a lost API server.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::{Config, Event};
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::asked::{Asked, trimmed};
use super::follow::follow;
use crate::evidence::{Answer, Lookup, LookupKind};

type Known = BTreeMap<String, Arc<Value>>;

/// The namespaces of a cluster.
pub struct Namespaces {
    known: Arc<RwLock<Known>>,
    synced: watch::Receiver<bool>,
    asked: Asked,
}

impl Namespaces {
    /// Follows the namespaces until the last owner drops them.
    #[must_use]
    pub fn watch(client: Client) -> Arc<Self> {
        let api: Api<PartialObjectMeta<Namespace>> = Api::all(client.clone());
        let known = Arc::new(RwLock::default());
        let (sender, synced) = watch::channel(false);
        let writing = Arc::clone(&known);
        tokio::spawn(async move {
            let mut listed = Known::new();
            let following = follow(api, Config::default(), "namespaces", |event| {
                if apply(event, &mut listed, &writing) {
                    sender.send_if_modified(|synced| !std::mem::replace(synced, true));
                }
            });
            tokio::select! {
                () = following => {}
                () = sender.closed() => {}
            }
        });
        Arc::new(Self {
            known,
            synced,
            asked: Asked::new(client),
        })
    }

    /// The namespace as the watch knows it: `apiVersion`, `kind`, and of `metadata` `name`, `labels` and `annotations`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Value>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(name).map(Arc::clone)
    }

    /// The namespace as the watch knows it, else as the API server says until `deadline`: a new one races its first object.
    pub async fn find(&self, name: &str, deadline: Instant) -> Answer {
        if let Some(known) = self.get(name) {
            return Answer::Found(known);
        }
        let lookup = Lookup {
            kind: LookupKind::Namespace,
            namespace: String::new(),
            name: name.to_owned(),
        };
        self.asked.answer(&lookup, deadline).await
    }

    /// Whether all namespaces were read once; it stays so.
    #[must_use]
    pub fn synced(&self) -> watch::Receiver<bool> {
        self.synced.clone()
    }
}

/// Takes an event in; whether all namespaces are known.
fn apply(
    event: Event<PartialObjectMeta<Namespace>>,
    listed: &mut Known,
    known: &RwLock<Known>,
) -> bool {
    let write = || known.write().unwrap_or_else(PoisonError::into_inner);
    match event {
        Event::Init => listed.clear(),
        Event::InitApply(namespace) => listed.extend(entry(&namespace)),
        Event::InitDone => {
            *write() = std::mem::take(listed);
            return true;
        }
        Event::Apply(namespace) => write().extend(entry(&namespace)),
        Event::Delete(namespace) => {
            write().remove(&namespace.metadata.name.unwrap_or_default());
        }
    }
    false
}

fn entry(namespace: &PartialObjectMeta<Namespace>) -> Option<(String, Arc<Value>)> {
    let metadata = &namespace.metadata;
    let whole = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    Some((metadata.name.clone()?, Arc::new(trimmed(&whole))))
}

#[cfg(test)]
mod tests;
