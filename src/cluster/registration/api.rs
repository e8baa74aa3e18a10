//! The few requests that registration makes.
//!
//! Never creates the webhook configuration: what isn't installed, or no longer, stays away.

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, Client};
use serde_json::Value;

use super::entries::{Plan, configuration};
use super::{NAME, live};
use crate::cluster::{ClusterError, bounded};

/// The field manager of everything that we write.
pub(super) const MANAGER: &str = "portcullis";

/// The webhook configuration as it stands; `None`: it isn't installed.
pub(super) async fn read(
    client: &Client,
) -> Result<Option<ValidatingWebhookConfiguration>, ClusterError> {
    bounded(
        "read the webhook configuration `portcullis`",
        api(client).get_opt(NAME),
    )
    .await
}

/// Makes the object show `plan`, and gives it back; `None`: it has gone.
pub(super) async fn write(
    client: &Client,
    plan: &Plan,
) -> Result<Option<ValidatingWebhookConfiguration>, ClusterError> {
    let Some(mut object) = read(client).await? else {
        return Ok(None);
    };
    if let Some(removals) = live::removals(&object, plan) {
        object = remove(client, removals).await?;
    }
    if !live::shows(&object, plan) {
        object = apply(client, object.metadata.uid, plan).await?;
    }
    if !live::shows(&object, plan) {
        return Err(ClusterError::NotShown { name: NAME });
    }
    Ok(Some(object))
}

/// Removes what a server-side apply can't, by a strategic merge patch.
async fn remove(
    client: &Client,
    removals: Value,
) -> Result<ValidatingWebhookConfiguration, ClusterError> {
    let params = PatchParams {
        field_manager: Some(MANAGER.to_owned()),
        ..PatchParams::default()
    };
    patch(client, &params, &Patch::Strategic(removals)).await
}

/// Applies our entries to the object of that `uid`: if it has gone meanwhile, the API server refuses to create it.
async fn apply(
    client: &Client,
    uid: Option<String>,
    plan: &Plan,
) -> Result<ValidatingWebhookConfiguration, ClusterError> {
    let mut own = configuration(plan);
    own.metadata.uid = uid;
    let params = PatchParams::apply(MANAGER).force();
    patch(client, &params, &Patch::Apply(own)).await
}

/// Whether the API server can reach an endpoint of `service`.
pub(super) async fn has_endpoint(
    client: &Client,
    namespace: &str,
    service: &str,
) -> Result<bool, ClusterError> {
    let slices: Api<EndpointSlice> = Api::namespaced(client.clone(), namespace);
    let params = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
    let doing = format!("list the endpoints of service `{service}`");
    let slices = bounded(&doing, slices.list(&params)).await?;
    Ok(slices
        .items
        .iter()
        .flat_map(|slice| &slice.endpoints)
        .any(is_ready))
}

/// A condition that isn't there counts as true (`discovery.k8s.io/v1`, `EndpointConditions`).
fn is_ready(endpoint: &Endpoint) -> bool {
    let ready = endpoint.conditions.as_ref().and_then(|own| own.ready);
    ready.unwrap_or(true) && !endpoint.addresses.is_empty()
}

pub(super) fn api(client: &Client) -> Api<ValidatingWebhookConfiguration> {
    Api::all(client.clone())
}

async fn patch<T: serde::Serialize + std::fmt::Debug>(
    client: &Client,
    params: &PatchParams,
    patch: &Patch<T>,
) -> Result<ValidatingWebhookConfiguration, ClusterError> {
    bounded(
        "write the webhook configuration `portcullis`",
        api(client).patch(NAME, params, patch),
    )
    .await
}
