//! Certificates in two Secrets of our namespace: `portcullis-ca` (the authority, its key, and where a rotation stands) and
//! `portcullis-tls` (leaf, key, `ca.crt`: the bundle for `caBundle`).
//!
//! Only the leader writes them, never without `resourceVersion`; every replica reads `portcullis-tls` alone. All state is read back from
//! the Secrets, so that the next leader goes on where the last one stopped. No content of a Secret is ever logged.

mod change;
mod published;
mod rotation;
mod state;

pub use published::{Published, follow};

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, PostParams};
use kube::{Client, Error};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::crypto::{AUTHORITY_LIFETIME, LEAF_LIFETIME, jitter};

use super::{ClusterError, Owner, within};
use change::change;
use rotation::{Action, next};
use state::{Live, State};

/// The Secret of the authority.
pub const CA_SECRET: &str = "portcullis-ca";

/// The Secret of the leaf, in every mode.
pub const TLS_SECRET: &str = "portcullis-tls";

/// The webhook configuration whose `caBundle`s are looked at.
pub const WEBHOOK_CONFIGURATION: &str = "portcullis";

/// How long things take; the defaults are those of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateTimings {
    /// How long an authority lives; the next one is made after two thirds of it.
    pub authority_lifetime: Duration,
    /// How long a leaf lives; the next one is issued after two thirds of it.
    pub leaf_lifetime: Duration,
    /// How long the live configuration must have shown a new bundle before a leaf needs it: API servers take it over with delay.
    pub settle: Duration,
    /// How long an authority stays in the bundle after the leaf of the next one is there.
    pub overlap: Duration,
    /// How often the leader looks, a tenth more or less.
    pub check: Duration,
    /// How long the leader waits after a failure.
    pub retry: Duration,
    /// How long one request may take.
    pub request: Duration,
}

impl Default for CertificateTimings {
    fn default() -> Self {
        Self {
            authority_lifetime: AUTHORITY_LIFETIME,
            leaf_lifetime: LEAF_LIFETIME,
            settle: Duration::from_mins(1),
            overlap: Duration::from_hours(24),
            check: Duration::from_mins(10),
            retry: Duration::from_secs(5),
            request: Duration::from_secs(10),
        }
    }
}

/// How many writes may follow one another before a pause: a whole renewal has three.
const STEPS: usize = 12;

/// The leader's work in the mode `self`: authority and leaf are made, renewed and rotated by ourselves.
pub struct SelfManaged {
    owner: Option<Owner>,
    namespace: String,
    secrets: Api<Secret>,
    webhooks: Api<ValidatingWebhookConfiguration>,
    names: Vec<String>,
    timings: CertificateTimings,
    clock: fn() -> Timestamp,
}

impl SelfManaged {
    /// For the leaf of `service` in `namespace`, which is where the Secrets are too.
    pub fn new(
        client: Client,
        namespace: &str,
        service: &str,
        timings: CertificateTimings,
        clock: fn() -> Timestamp,
    ) -> Self {
        // The API server asks for the first of the two.
        let name = format!("{service}.{namespace}.svc");
        Self {
            owner: None,
            namespace: namespace.to_owned(),
            secrets: Api::namespaced(client.clone(), namespace),
            webhooks: Api::all(client),
            names: vec![name.clone(), name + ".cluster.local"],
            timings,
            clock,
        }
    }

    /// The Secrets go when `owner` goes.
    #[must_use]
    pub fn owned_by(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Looks after the Secrets while `leader` holds `true`: at once, at every change of `published`, and every ten minutes.
    ///
    /// Ends when either channel is closed; may be dropped at any moment.
    pub async fn run(
        self,
        mut leader: watch::Receiver<bool>,
        mut published: watch::Receiver<Option<Arc<Published>>>,
    ) {
        while leader.wait_for(|leads| *leads).await.is_ok() {
            published.mark_unchanged();
            let pause = match self.settle(&leader).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(%error, help = error.help(), "certificates can't be looked after");
                    jitter(self.timings.retry, 0.2)
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                changed = leader.changed() => if changed.is_err() { return },
                changed = published.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Does what is due now; how long to wait for the next look.
    async fn settle(&self, leader: &watch::Receiver<bool>) -> Result<Duration, ClusterError> {
        for _ in 0..STEPS {
            if let Some(pause) = self.step(leader).await? {
                return Ok(pause);
            }
        }
        Ok(jitter(self.timings.retry, 0.2))
    }

    /// One look and at most one write; how long to wait if there is nothing to do.
    async fn step(&self, leader: &watch::Receiver<bool>) -> Result<Option<Duration>, ClusterError> {
        let ca = self.read(CA_SECRET).await?;
        let tls = self.read(TLS_SECRET).await?;
        let state = State::read(ca.as_ref(), tls.as_ref(), self.live().await);
        let now = (self.clock)();
        let action = match next(&state, &self.names, now, &self.timings) {
            Action::Wait(pause) => return Ok(Some(pause.min(jitter(self.timings.check, 0.1)))),
            action => action,
        };
        let Some(change) = change(&action, &state, &self.names, now, &self.timings)? else {
            return Ok(None);
        };
        if !*leader.borrow() {
            return Ok(Some(Duration::ZERO));
        }
        let name = change.secret;
        let current = if name == CA_SECRET { ca } else { tls };
        if self.write(change.apply(current), name).await? {
            action.log(name);
        }
        Ok(None)
    }

    async fn read(&self, name: &str) -> Result<Option<Secret>, ClusterError> {
        let read = self.secrets.get_opt(name);
        self.ask("read Secret", name, read).await
    }

    /// What API servers trust now. Not to know it only holds up a rotation.
    async fn live(&self) -> Live {
        let name = WEBHOOK_CONFIGURATION;
        let read = self.webhooks.get_opt(name);
        match self
            .ask("read ValidatingWebhookConfiguration", name, read)
            .await
        {
            Ok(configuration) => Live::read(configuration.as_ref()),
            Err(error) => {
                tracing::warn!(%error, help = error.help(), "what API servers trust isn't known");
                Live::Unknown
            }
        }
    }

    /// Whether `secret` was written; not if someone else wrote first, which is a reason to look again.
    async fn write(&self, mut secret: Secret, name: &str) -> Result<bool, ClusterError> {
        if let Some(owner) = &self.owner {
            let client = self.secrets.clone().into_client();
            let metadata = &mut secret.metadata;
            owner.own(&client, &self.namespace, metadata).await;
        }
        let params = PostParams::default();
        let written = if secret.metadata.resource_version.is_some() {
            let write = self.secrets.replace(name, &params, &secret);
            self.ask("write Secret", name, write).await
        } else {
            let write = self.secrets.create(&params, &secret);
            self.ask("create Secret", name, write).await
        };
        match written {
            Ok(_) => Ok(true),
            Err(ClusterError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn ask<T>(
        &self,
        verb: &'static str,
        name: &str,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ClusterError> {
        within(self.timings.request, &format!("{verb} `{name}`"), request).await
    }
}

#[cfg(test)]
mod tests;
