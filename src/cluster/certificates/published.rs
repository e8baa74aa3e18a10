//! The certificate to serve with and the bundle to register, as the Secret `portcullis-tls` has them: read by every replica, in every
//! mode, whoever writes the Secret.
//!
//! Never writes, and never lets go of a good certificate for a broken one or none.

use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watch_object};
use kube::{Api, Client};
use tokio::sync::watch;

use crate::cluster::ClusterError;
use crate::crypto::{CaBundle, CryptoError, ServingCertificate};

use super::TLS_SECRET;
use super::state::{BUNDLE, CERTIFICATE, KEY, data};

/// What the Secret holds.
#[derive(Debug, Clone)]
pub struct Published {
    /// The leaf to serve with.
    pub serving: Arc<ServingCertificate>,
    /// The authorities to register, as PEM for `caBundle`: certificates only.
    pub bundle: String,
    authority_expiry: Option<Timestamp>,
}

impl Published {
    /// Reads the Secret; leaf, key and bundle must all be there.
    fn read(secret: &Secret, now: Timestamp) -> Result<Self, CryptoError> {
        let serving = ServingCertificate::from_pem(data(secret, CERTIFICATE), data(secret, KEY))?;
        let bundle = CaBundle::from_pem(data(secret, BUNDLE))?;
        // An expired leaf has its authority still.
        let validity = serving.validity();
        let alive = now.min(validity.not_after).max(validity.not_before);
        let signers = bundle.iter().filter(|one| serving.chains_to(one, alive));
        let authority_expiry = signers.map(|one| one.validity().not_after).min();
        Ok(Self {
            serving: Arc::new(serving),
            bundle: bundle.to_pem(),
            authority_expiry,
        })
    }

    /// When the leaf expires.
    #[must_use]
    pub fn leaf_expiry(&self) -> Timestamp {
        self.serving.validity().not_after
    }

    /// When the authority that signed the leaf expires, the first of them if the bundle has several; `None`: it has none.
    #[must_use]
    pub fn authority_expiry(&self) -> Option<Timestamp> {
        self.authority_expiry
    }
}

/// Watches `portcullis-tls` in `namespace` and sends what it holds; never ends, and may be dropped at any moment.
///
/// What can't be used leaves the last good certificate where it is, but wakes receivers all the same: the leader mends it.
pub async fn follow(
    client: Client,
    namespace: &str,
    clock: fn() -> Timestamp,
    sender: watch::Sender<Option<Arc<Published>>>,
) {
    let secrets = Api::namespaced(client, namespace);
    let versions = watch_object(secrets, TLS_SECRET).default_backoff();
    publish(versions, clock, &sender).await;
}

async fn publish(
    versions: impl Stream<Item = watcher::Result<Option<Secret>>>,
    clock: fn() -> Timestamp,
    sender: &watch::Sender<Option<Arc<Published>>>,
) {
    let mut versions = std::pin::pin!(versions);
    while let Some(version) = versions.next().await {
        match version {
            Ok(secret) => sender.send_modify(|current| take(current, secret.as_ref(), clock())),
            Err(error) => {
                let error = ClusterError::watching("Secret `portcullis-tls`", error);
                tracing::warn!(%error, "the certificate can't be followed");
            }
        }
    }
}

/// Puts what `secret` holds in place of `current`, unless that is a step back.
fn take(current: &mut Option<Arc<Published>>, secret: Option<&Secret>, now: Timestamp) {
    let Some(secret) = secret else {
        tracing::warn!(secret = TLS_SECRET, "there is no such Secret");
        return;
    };
    match Published::read(secret, now) {
        Err(error) => tracing::warn!(secret = TLS_SECRET, %error, "the certificate can't be used"),
        Ok(read) if read.leaf_expiry() < now && serves(current.as_deref(), now) => {
            tracing::warn!(
                secret = TLS_SECRET,
                "the certificate has expired; an earlier one is kept"
            );
        }
        Ok(read) => {
            if read.authority_expiry.is_none() {
                tracing::warn!(
                    secret = TLS_SECRET,
                    "no authority in `ca.crt` signed the certificate"
                );
            }
            let expires = read.leaf_expiry();
            tracing::info!(secret = TLS_SECRET, %expires, "certificate taken over");
            *current = Some(Arc::new(read));
        }
    }
}

fn serves(current: Option<&Published>, now: Timestamp) -> bool {
    current.is_some_and(|current| current.serving.validity().holds(now))
}

#[cfg(test)]
mod tests;
