//! The webhook in a cluster: what is learned from the API server goes into force, what others must know is written by the leader.
//!
//! Serving never waits for any of it: each task publishes what it learns, and a lost API server leaves everything as it was.

mod load;
mod tasks;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::reload::Terms;
use super::serve::{self, Drain, Ended, ServeError};
use super::{DecisionLog, Facts, InForce, Settings, State};
use crate::cluster::certificates::{CertificateTimings, Published};
use crate::cluster::registration::{Call, Reach};
use crate::cluster::{self, Cluster, Namespaces, Owner};
use crate::crypto;

/// How the webhook lives in its cluster.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Our namespace.
    pub namespace: String,
    /// The Service in front of us.
    pub service: String,
    /// Its port.
    pub service_port: u16,
    /// Our own certificates, renewed by these times; `None`: someone else writes the Secret.
    pub certificates: Option<CertificateTimings>,
    /// Namespaces that aren't judged, besides ours and kube-system.
    pub excluded_namespaces: Vec<String>,
    /// How the API server calls `enforce`.
    pub call: Call,
    /// Whether roles and service accounts are read.
    pub facts: bool,
    /// How configuration becomes policies in force.
    pub terms: Terms,
    /// How long calls are still accepted after a signal.
    pub drain_delay: Duration,
}

/// Where the webhook listens.
pub struct Listeners {
    /// The contract; opened when there is something to serve with.
    pub contract: SocketAddr,
    /// What operators ask.
    pub admin: TcpListener,
}

/// What the tasks have in common.
struct Operator {
    cluster: Cluster,
    operation: Operation,
    owner: Owner,
    state: Arc<State>,
    serving: Arc<crypto::InForce>,
    leader: watch::Receiver<bool>,
    published: watch::Receiver<Option<Arc<Published>>>,
    /// Whether calls would be answered well.
    ready: watch::Sender<bool>,
    /// Whether a policy set is in force.
    loaded: watch::Sender<bool>,
}

/// Serves in the cluster until `stop`, then drains until `again`.
pub async fn operate(
    cluster: Cluster,
    operation: Operation,
    settings: Settings,
    log: DecisionLog,
    listeners: Listeners,
    stop: impl Future<Output = ()>,
    again: impl Future<Output = ()>,
) -> Result<Ended, ServeError> {
    let namespaces = Namespaces::watch(cluster.client.clone());
    let facts = if operation.facts {
        cluster::Facts::new(cluster.client.clone(), Arc::clone(&namespaces))
    } else {
        cluster::Facts::of_namespaces(Arc::clone(&namespaces))
    };
    let nothing = InForce::nothing(operation.terms.version);
    let state = Arc::new(State::new(nothing, Facts::Cluster(facts), log, settings)?);
    let handles = [Handle::new(), Handle::new()];
    let [contract, admin] = handles.clone();
    let mut servers = JoinSet::new();
    servers.spawn(serve::serve_admin(
        Arc::clone(&state),
        listeners.admin,
        admin,
    ));
    let mut tasks =
        tasks::Tasks::start(cluster, operation.clone(), Arc::clone(&state), &namespaces);
    // Spawned, so that it goes on accepting while it drains.
    let operator = Arc::clone(&tasks.operator);
    servers.spawn(serve_contract(operator, listeners.contract, contract));
    tokio::select! {
        () = stop => {}
        Some(ended) = servers.join_next() => {
            // A server that ends before it is told to has an error to tell.
            ended.map_err(|_| ServeError::Lost)??;
            return Err(ServeError::Lost);
        }
    }
    // From here on nothing new is registered by this replica.
    let _ = tasks.operator.ready.send(false);
    let drain = Drain {
        health: state.health(),
        servers: &handles,
        delay: operation.drain_delay,
    };
    let ended = drain.run(again).await;
    tasks.stop().await;
    Ok(ended)
}

/// Serves the contract as soon as there are a certificate and policies.
async fn serve_contract(
    operator: Arc<Operator>,
    address: SocketAddr,
    handle: Handle<SocketAddr>,
) -> Result<(), ServeError> {
    let mut published = operator.published.clone();
    let mut loaded = operator.loaded.subscribe();
    let lost = |_| ServeError::Lost;
    published.wait_for(Option::is_some).await.map_err(lost)?;
    loaded.wait_for(|loaded| *loaded).await.map_err(lost)?;
    let listener = serve::bind(address)?;
    tracing::info!(%address, "serving");
    let tls = crypto::server_config(Arc::clone(&operator.serving));
    serve::serve(Arc::clone(&operator.state), listener, tls, handle).await
}

impl Operation {
    fn reach(&self) -> Reach {
        Reach::Service {
            namespace: self.namespace.clone(),
            name: self.service.clone(),
            port: self.service_port,
        }
    }
}
