//! Kinds that the API server serves beside Kubernetes' own: custom resources and aggregated APIs.
//!
//! Never needed to start, and a group that fails takes no other with it.

use std::collections::BTreeMap;
use std::time::Duration;

use kube::Client;
use kube::core::discovery::v2::{APIGroupDiscovery, APIResourceDiscovery, APIVersionDiscovery};
use tokio::time::Instant;

use super::kinds::KINDS;
use crate::cluster::{ClusterError, bounded};

/// How often kinds are looked up while a scope names one that isn't Kubernetes' own.
const INTERVAL: Duration = Duration::from_mins(1);

/// The same after a failure.
const RETRY: Duration = Duration::from_secs(10);

/// What discovery has found: each resource in the version that the API server prefers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovered {
    /// By group and resource.
    kinds: BTreeMap<(String, String), ServedKind>,
}

/// A kind that isn't Kubernetes' own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedKind {
    /// Its API group.
    pub group: String,
    /// Its name.
    pub kind: String,
    /// Its resource.
    pub resource: String,
    /// The version to register; the API server converts the others.
    pub version: String,
    /// Whether its objects stand in namespaces.
    pub namespaced: bool,
}

impl Discovered {
    /// All kinds, by group and resource.
    pub fn kinds(&self) -> impl Iterator<Item = &ServedKind> {
        self.kinds.values()
    }
}

impl Extend<ServedKind> for Discovered {
    fn extend<I: IntoIterator<Item = ServedKind>>(&mut self, kinds: I) {
        let key = |kind: &ServedKind| (kind.group.clone(), kind.resource.clone());
        self.kinds
            .extend(kinds.into_iter().map(|kind| (key(&kind), kind)));
    }
}

/// Looks kinds up again and again while somebody asks for it.
#[derive(Default)]
pub(super) struct Lookup {
    /// What was found; `None` before the first success.
    pub(super) found: Option<Discovered>,
    /// When to look next; `None`: nobody asks.
    pub(super) next: Option<Instant>,
    /// Why the last time failed.
    pub(super) error: Option<String>,
}

impl Lookup {
    pub(super) async fn run(&mut self, client: &Client) {
        let mut found = self.found.clone().unwrap_or_default();
        let outcome = discover(client, &mut found).await;
        self.error = outcome.as_ref().err().map(ToString::to_string);
        let wait = if outcome.is_ok() {
            self.found = Some(found);
            INTERVAL
        } else {
            RETRY
        };
        self.next = Some(Instant::now() + wait);
    }
}

/// Asks for all groups in one request, and adds what they serve to `known`.
///
/// What has gone stays: its group may only be failing, its definition may come back, and a rule for what isn't served does no harm.
/// Errors are the API server's or the network's; a single group's aren't errors.
pub async fn discover(client: &Client, known: &mut Discovered) -> Result<(), ClusterError> {
    let asked = client.list_api_groups_aggregated();
    let list = bounded("list the kinds of the cluster", asked).await?;
    known.extend(list.items.iter().flat_map(group));
    Ok(())
}

/// The kinds of a group, the preferred version last, so that it stays.
fn group(group: &APIGroupDiscovery) -> impl Iterator<Item = ServedKind> {
    let name = group.metadata.as_ref().and_then(|own| own.name.as_deref());
    let versions = group.versions.iter().rev();
    versions.flat_map(move |version| served(name.unwrap_or_default(), version))
}

fn served(group: &str, version: &APIVersionDiscovery) -> Vec<ServedKind> {
    let kind = |resource: &APIResourceDiscovery| {
        let kind = resource.response_kind.as_ref()?.kind.clone()?;
        let own = KINDS
            .iter()
            .any(|own| own.group == group && own.kind == kind);
        (!own).then_some(ServedKind {
            group: group.to_owned(),
            kind,
            resource: resource.resource.clone()?,
            version: version.version.clone()?,
            namespaced: resource.scope.as_deref() == Some("Namespaced"),
        })
    };
    version.resources.iter().filter_map(kind).collect()
}
