//! The last configuration that was good in all its parts, kept in the cluster for replicas that start.
//!
//! Never decides what is good, nor who writes: the leader calls. Plain text, in as many `ConfigMaps` as it needs.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use sha2::{Digest as _, Sha256};

use super::{ClusterError, Owner, bounded};
use crate::model::Digest;

/// The first `ConfigMap`; further ones are `portcullis-last-good-2`, `-3`, ….
const NAME: &str = "portcullis-last-good";

/// The most bytes of one `ConfigMap`, of which the API server takes 1 MiB.
const PART: usize = 900 * 1024;

/// The most `ConfigMaps`.
const PARTS: usize = 8;

/// How often another writer may come between.
const ATTEMPTS: usize = 4;

/// The keys of each `ConfigMap`: a piece of the JSON map of name → text, how many pieces there are, the digest of the whole.
const PIECE: &str = "piece";
const PIECES: &str = "pieces";
const DIGEST: &str = "digest";

/// The last good texts by name; `None` if there are none, or none that are whole.
///
/// # Errors
/// The API server can't be asked or doesn't allow it.
pub async fn read_last_good(
    client: &Client,
    namespace: &str,
) -> Result<Option<BTreeMap<String, String>>, ClusterError> {
    read(&Api::namespaced(client.clone(), namespace)).await
}

/// Stores the last good texts if they aren't stored already; whether anything was written.
///
/// # Errors
/// They are too large, others keep writing, or the API server can't be asked or doesn't allow it.
pub async fn write_last_good(
    client: &Client,
    namespace: &str,
    texts: &BTreeMap<String, String>,
    owner: Option<&Owner>,
) -> Result<bool, ClusterError> {
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let parts = split(texts)?;
    for _ in 0..ATTEMPTS {
        if read(&api).await?.as_ref() == Some(texts) {
            return Ok(false);
        }
        match store(&api, namespace, &parts, owner).await {
            Err(ClusterError::Conflict { .. }) => {}
            stored => return stored.map(|()| true),
        }
    }
    Err(ClusterError::Conflict {
        doing: doing("write", NAME),
    })
}

async fn read(api: &Api<ConfigMap>) -> Result<Option<BTreeMap<String, String>>, ClusterError> {
    let Some(first) = one(api, NAME).await? else {
        return Ok(None);
    };
    let pieces = first.get(PIECES).and_then(|pieces| pieces.parse().ok());
    let mut parts = vec![first];
    for number in 1..pieces.unwrap_or(1).min(PARTS) {
        let Some(part) = one(api, &part_name(number)).await? else {
            break;
        };
        parts.push(part);
    }
    let texts = joined(&parts);
    if texts.is_none() {
        tracing::warn!(
            config_map = NAME,
            "the last good configuration isn't whole, and isn't used"
        );
    }
    Ok(texts)
}

async fn one(
    api: &Api<ConfigMap>,
    name: &str,
) -> Result<Option<BTreeMap<String, String>>, ClusterError> {
    let map = bounded(&doing("read", name), api.get_opt(name)).await?;
    Ok(map.map(|map| map.data.unwrap_or_default()))
}

/// The first one last: until it is there, the others are no whole.
async fn store(
    api: &Api<ConfigMap>,
    namespace: &str,
    parts: &[BTreeMap<String, String>],
    owner: Option<&Owner>,
) -> Result<(), ClusterError> {
    for (number, part) in parts.iter().enumerate().rev() {
        let name = part_name(number);
        let what = doing("write", &name);
        let existing = bounded(&what, api.get_opt(&name)).await?;
        let version = existing.map(|map| map.metadata.resource_version.unwrap_or_default());
        let mut map = config_map(&name, version.clone(), part.clone());
        if let Some(owner) = owner {
            let client = api.clone().into_client();
            owner.own(&client, namespace, &mut map.metadata).await;
        }
        let params = PostParams::default();
        match version {
            Some(_) => bounded(&what, api.replace(&name, &params, &map)).await?,
            None => bounded(&what, api.create(&params, &map)).await?,
        };
    }
    Ok(())
}

fn config_map(name: &str, version: Option<String>, data: BTreeMap<String, String>) -> ConfigMap {
    let label = ("app.kubernetes.io/managed-by", "portcullis");
    let labels = [label].map(|(key, value)| (key.to_owned(), value.to_owned()));
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            resource_version: version,
            labels: Some(labels.into()),
            ..ObjectMeta::default()
        },
        data: Some(data),
        ..ConfigMap::default()
    }
}

/// The data of each `ConfigMap`.
fn split(texts: &BTreeMap<String, String>) -> Result<Vec<BTreeMap<String, String>>, ClusterError> {
    let whole = serde_json::json!(texts).to_string();
    let mut pieces = Vec::new();
    let mut rest = whole.as_str();
    while !rest.is_empty() {
        let (piece, after) = rest
            .split_at_checked(rest.floor_char_boundary(PART))
            .unwrap_or((rest, ""));
        pieces.push(piece.to_owned());
        rest = after;
    }
    if pieces.len() > PARTS {
        return Err(ClusterError::TooLarge {
            doing: "store the last good configuration".to_owned(),
            bytes: whole.len(),
            most: PART * PARTS,
        });
    }
    let count = pieces.len().to_string();
    let digest = digest(&whole);
    let data = |piece| {
        let entries = [
            (PIECE, piece),
            (PIECES, count.clone()),
            (DIGEST, digest.clone()),
        ];
        entries.map(|(key, value)| (key.to_owned(), value)).into()
    };
    Ok(pieces.into_iter().map(data).collect())
}

/// The texts of all `ConfigMaps`; `None` if one is missing, of another writing, or changed by hand.
fn joined(parts: &[BTreeMap<String, String>]) -> Option<BTreeMap<String, String>> {
    let pieces = parts.iter().map(|part| part.get(PIECE).map(String::as_str));
    let whole: String = pieces.collect::<Option<_>>()?;
    let expected = parts.first()?.get(DIGEST)?;
    (*expected == digest(&whole)).then_some(())?;
    serde_json::from_str(&whole).ok()
}

fn digest(text: &str) -> String {
    Digest(Sha256::digest(text).into()).to_string()
}

fn part_name(number: usize) -> String {
    match number {
        0 => NAME.to_owned(),
        number => format!("{NAME}-{}", number + 1),
    }
}

fn doing(verb: &str, name: &str) -> String {
    format!("{verb} ConfigMap `{name}`")
}

#[cfg(test)]
mod tests;
