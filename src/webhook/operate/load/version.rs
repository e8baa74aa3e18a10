//! The API server's version, asked for again and again: an upgraded one is judged for.
//!
//! Never asks where a flag says it.

use std::time::Duration;

use kube::Client;
use tokio::time::Instant;

use crate::cluster::server_version;
use crate::model::KubernetesVersion;
use crate::webhook::reload::Terms;

/// How often the API server's version is asked for.
const VERSION: Duration = Duration::from_hours(1);
/// The same, while it isn't known.
const VERSION_RETRY: Duration = Duration::from_secs(30);

/// When the API server's version is asked for, unless a flag says it.
pub(super) struct Version {
    asks: bool,
    next: Instant,
    known: Option<KubernetesVersion>,
}

impl Version {
    /// What is asked for under these terms.
    pub(super) fn of(terms: &Terms) -> Self {
        Self {
            asks: terms.version.is_none(),
            next: Instant::now(),
            known: None,
        }
    }

    /// The version, once it is another one than before.
    pub(super) async fn ask(&mut self, client: &Client) -> KubernetesVersion {
        loop {
            if !self.asks {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep_until(self.next).await;
            match server_version(client).await {
                Ok(version) => {
                    self.next = Instant::now() + VERSION;
                    if self.known.replace(version) != Some(version) {
                        return version;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, help = error.help(), "the API server's version isn't known");
                    self.next = Instant::now() + VERSION_RETRY;
                }
            }
        }
    }
}
