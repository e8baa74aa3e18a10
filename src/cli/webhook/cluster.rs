//! The webhook in a cluster: flags become an operation, and the face runs it.
//!
//! Never fails because the API server isn't there: that is what readiness is for.

use std::io;
use std::net::SocketAddr;

use super::serve::{self, Signals};
use super::{call, cant_start, terms};
use crate::cli::args::webhook::{Certificates, RotationArguments, WebhookArguments};
use crate::cli::problem::{Problem, Problems};
use crate::cluster::certificates::CertificateTimings;
use crate::cluster::{self, Cluster, ClusterError};
use crate::webhook::operate::{self, Listeners, Operation};
use crate::webhook::{self, DecisionLog, Settings};

/// Where operators ask in a cluster.
const ADMIN: ([u8; 4], u16) = ([0, 0, 0, 0], 8080);
/// How long calls are still accepted after a signal: API servers take so long to hear of it.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(15);

/// Serves until a signal; the exit code.
pub(super) fn run(
    namespace: &str,
    arguments: &WebhookArguments,
    settings: Settings,
) -> Result<u8, Problems> {
    let running = &arguments.running;
    let log = DecisionLog::new(Box::new(io::stdout()), running.decision_log_sample);
    let operation = operation(namespace, arguments);
    let runtime = serve::runtime()?;
    runtime.block_on(async {
        let identity = arguments.cluster.identity.as_deref();
        let cluster = cluster::connect(None)
            .await
            .map_err(|error| unusable(&error))?;
        let cluster = Cluster {
            identity: identity.map_or_else(
                || cluster.identity.clone(),
                // Another name for each process: who finds itself as the holder of a lease leads.
                |identity| format!("{identity}_{}", cluster.identity),
            ),
            ..cluster
        };
        let admin = arguments.admin_listen.unwrap_or(SocketAddr::from(ADMIN));
        let listeners = Listeners {
            contract: arguments.listen,
            admin: webhook::serve::bind(admin).map_err(|error| serve::problem(&error))?,
        };
        let mut stop = Signals::new().map_err(|error| cant_start(&error))?;
        let mut again = Signals::new().map_err(|error| cant_start(&error))?;
        let ended = operate::operate(
            cluster,
            operation,
            settings,
            log,
            listeners,
            stop.next(),
            async {
                // The first signal is the one that began the drain.
                again.next().await;
                again.next().await;
            },
        );
        match ended.await {
            Ok(ended) => {
                tracing::info!(?ended, "ended");
                Ok(0)
            }
            Err(error) => Err(serve::problem(&error)),
        }
    })
}

fn operation(namespace: &str, arguments: &WebhookArguments) -> Operation {
    let cluster = &arguments.cluster;
    Operation {
        namespace: namespace.to_owned(),
        service: cluster.service.clone(),
        service_port: cluster.service_port,
        certificates: (arguments.certificate.certificates == Certificates::Own)
            .then(|| timings(&cluster.rotation)),
        excluded_namespaces: cluster.exclude_namespace.clone(),
        call: call(arguments),
        facts: !cluster.no_facts,
        terms: terms(&arguments.served, true),
        drain_delay: arguments.running.drain_delay.unwrap_or(DRAIN),
    }
}

fn timings(arguments: &RotationArguments) -> CertificateTimings {
    CertificateTimings {
        authority_lifetime: arguments.ca_lifetime,
        leaf_lifetime: arguments.leaf_lifetime,
        settle: arguments.ca_spread,
        overlap: arguments.ca_overlap,
        check: arguments.certificate_check,
        ..CertificateTimings::default()
    }
}

fn unusable(error: &ClusterError) -> Problems {
    Problem::new(
        error.to_string(),
        error.help().unwrap_or_else(|| "see the log".to_owned()),
    )
    .into()
}
