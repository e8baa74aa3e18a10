//! What is read from and written to a cluster: namespaces, roles and accounts, configuration, certificates, registration, leases.
//!
//! Never judges, and serving never waits for it: what it learns is published, and readers take the last of it.

mod asked;
pub mod certificates;
mod error;
mod facts;
mod follow;
mod last_good;
pub mod lease;
mod namespaces;
mod owner;
pub mod registration;
mod source;
mod version;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod memory;

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kube::{Client, Config};

pub use error::ClusterError;
pub use facts::Facts;
pub use last_good::{read_last_good, write_last_good};
pub use namespaces::Namespaces;
pub use owner::Owner;
pub use source::{ConfigMapText, Configuration, watch_configuration};
pub use version::server_version;

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a connection may say nothing after a request: longer than a watch, which the API server ends after 290 s.
const SILENCE: Duration = Duration::from_secs(295);

/// How long a single call may take.
const CALL: Duration = Duration::from_secs(10);

/// A cluster, and who we are in it.
#[derive(Clone)]
pub struct Cluster {
    /// The client of its API server.
    pub client: Client,
    /// Who we are, for leases: the name of our pod, else one made up.
    pub identity: String,
}

/// A client of the cluster that the kubeconfig names, else of the one that we run in. Asks nothing yet.
///
/// Its calls end within 10 s, its watches by kube's own limit; a request that is never answered ends after 295 s.
///
/// # Errors
/// [`ClusterError::Unconfigured`] and [`ClusterError::Unusable`].
pub async fn connect(pod: Option<String>) -> Result<Cluster, ClusterError> {
    let inferred = Config::infer().await;
    let mut config = inferred.map_err(|error| ClusterError::Unconfigured(Box::new(error)))?;
    set_limits(&mut config);
    let client =
        Client::try_from(config).map_err(|error| ClusterError::Unusable(Box::new(error)))?;
    Ok(Cluster {
        client,
        identity: pod.unwrap_or_else(made_up_identity),
    })
}

fn set_limits(config: &mut Config) {
    config.connect_timeout = Some(CONNECT);
    config.write_timeout = Some(CALL);
    config.read_timeout = Some(SILENCE);
    // Else the time that a connection was idle counts.
    config.reset_reader_on_write = true;
}

fn made_up_identity() -> String {
    format!("portcullis-{:016x}", RandomState::new().hash_one(()))
}

/// What a single call of the API gives within [`CALL`].
pub(crate) async fn bounded<T>(
    doing: &str,
    call: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, ClusterError> {
    within(CALL, doing, call).await
}

/// What a call of the API gives within a time.
async fn within<T>(
    limit: Duration,
    doing: &str,
    call: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, ClusterError> {
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer.map_err(|error| ClusterError::new(doing, error)),
        Err(_) => Err(ClusterError::Silent {
            doing: doing.to_owned(),
            within: limit,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_process_without_a_pod_is_another() {
        assert_ne!(made_up_identity(), made_up_identity());
    }

    #[test]
    fn every_wait_for_the_api_server_has_an_end() {
        let mut config = Config::new("https://192.0.2.1".parse().unwrap());
        set_limits(&mut config);
        let limits = (
            config.connect_timeout,
            config.write_timeout,
            config.read_timeout,
        );
        assert_eq!(limits, (Some(CONNECT), Some(CALL), Some(SILENCE)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_an_answer_ends() {
        let error = bounded("ask", std::future::pending::<Result<(), _>>()).await;
        let error = error.unwrap_err();
        assert_eq!(error.to_string(), "can't ask: no answer within 10 s");
    }
}
