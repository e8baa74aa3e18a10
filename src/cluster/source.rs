//! The configuration that is in force in a cluster: labelled `ConfigMaps` of our namespace, as texts.
//!
//! Never reads what the texts say, and never forgets them for a lost API server.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::runtime::watcher::{Config, Event};
use kube::{Api, Client};
use tokio::sync::watch;

use super::follow::follow;

/// The label of `ConfigMaps` that hold configuration, as a selector.
const SELECTOR: &str = "portcullis.dev/config=true";

/// Everything that configures us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The `ConfigMaps`, by name.
    pub documents: Vec<ConfigMapText>,
}

/// A `ConfigMap` that configures us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMapText {
    /// Its name.
    pub name: String,
    /// The version that the API server gave it; it changes with labels, too.
    pub resource_version: String,
    /// Its texts by key: `portcullis.yaml`, `exemptions.yaml`, `*.rego`.
    pub data: BTreeMap<String, String>,
}

/// Follows the configuration in `namespace` until nobody listens; `None` until all of it was read once.
///
/// Listeners are woken when a text or a name changes, and by nothing else.
#[must_use]
pub fn watch_configuration(
    client: Client,
    namespace: &str,
) -> watch::Receiver<Option<Configuration>> {
    let api: Api<ConfigMap> = Api::namespaced(client, namespace);
    let (sender, receiver) = watch::channel(None);
    let what = format!("ConfigMaps labelled `{SELECTOR}` of namespace `{namespace}`");
    tokio::spawn(async move {
        let mut known = Known::default();
        let config = Config::default().labels(SELECTOR);
        let following = follow(api, config, &what, |event| {
            if known.apply(event) {
                publish(&sender, known.documents.values().cloned().collect());
            }
        });
        tokio::select! {
            () = following => {}
            () = sender.closed() => {}
        }
    });
    receiver
}

fn publish(sender: &watch::Sender<Option<Configuration>>, documents: Vec<ConfigMapText>) {
    sender.send_if_modified(|current| {
        let changed = current
            .as_ref()
            .is_none_or(|current| !same_texts(&current.documents, &documents));
        *current = Some(Configuration { documents });
        changed
    });
}

fn same_texts(one: &[ConfigMapText], other: &[ConfigMapText]) -> bool {
    let same = |(one, other): (&ConfigMapText, &ConfigMapText)| {
        one.name == other.name && one.data == other.data
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

/// What the watch has told so far.
#[derive(Default)]
struct Known {
    documents: BTreeMap<String, ConfigMapText>,
    /// A list that isn't complete yet.
    listed: BTreeMap<String, ConfigMapText>,
}

impl Known {
    /// Takes an event in; whether what is known is whole and may be new.
    fn apply(&mut self, event: Event<ConfigMap>) -> bool {
        match event {
            Event::Init => self.listed.clear(),
            Event::InitApply(map) => insert(&mut self.listed, map),
            Event::InitDone => {
                self.documents = std::mem::take(&mut self.listed);
                return true;
            }
            Event::Apply(map) => {
                insert(&mut self.documents, map);
                return true;
            }
            Event::Delete(map) => {
                self.documents.remove(&name(&map));
                return true;
            }
        }
        false
    }
}

fn name(map: &ConfigMap) -> String {
    map.metadata.name.clone().unwrap_or_default()
}

fn insert(documents: &mut BTreeMap<String, ConfigMapText>, map: ConfigMap) {
    let name = name(&map);
    let binary = map.binary_data.into_iter().flatten().map(|(key, _)| key);
    let texts = map.data.unwrap_or_default();
    let (data, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
        texts.into_iter().partition(|(key, _)| is_read(key));
    let ignored: Vec<String> = other.into_keys().chain(binary).collect();
    if !ignored.is_empty() {
        tracing::warn!(
            config_map = name,
            keys = ignored.join(", "),
            "keys that configure nothing: `portcullis.yaml`, `exemptions.yaml` and `*.rego` are read"
        );
    }
    let text = ConfigMapText {
        name: name.clone(),
        resource_version: map.metadata.resource_version.unwrap_or_default(),
        data,
    };
    documents.insert(name, text);
}

/// Whether a key holds configuration.
fn is_read(key: &str) -> bool {
    let module = || {
        key.strip_suffix(".rego")
            .is_some_and(|stem| !stem.is_empty())
    };
    matches!(key, "portcullis.yaml" | "exemptions.yaml") || module()
}

#[cfg(test)]
mod tests;
