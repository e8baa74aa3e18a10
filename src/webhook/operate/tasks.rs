//! The tasks of a replica: lease, certificates, configuration, registration, and what metrics and readiness learn of them.
//!
//! Never ends the process: a task that fails tries again, and says so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Operation, Operator, load};
use crate::cluster::certificates::{self, Published, SelfManaged};
use crate::cluster::lease::{Election, LeaseTimings};
use crate::cluster::registration::{Inputs, Registration, Status};
use crate::cluster::{Cluster, Namespaces, Owner};
use crate::crypto;
use crate::webhook::State;

/// The Lease of the replica that writes.
pub(super) const LEASE: &str = "portcullis";
/// How often readiness is looked at: a certificate ends without an event.
const LOOK: Duration = Duration::from_millis(250);
/// How long giving back the Lease may take.
const RELEASE: Duration = Duration::from_secs(5);

/// Everything that runs beside serving.
pub(super) struct Tasks {
    pub(super) operator: Arc<Operator>,
    running: JoinSet<()>,
    election: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Tasks {
    /// Starts them all.
    pub(super) fn start(
        cluster: Cluster,
        operation: Operation,
        state: Arc<State>,
        namespaces: &Arc<Namespaces>,
    ) -> Self {
        let client = cluster.client.clone();
        let now = state.now;
        let (stop, stopped) = watch::channel(false);
        let (election, leader) = Election::new(
            client.clone(),
            &operation.namespace,
            LEASE,
            &cluster.identity,
            LeaseTimings::default(),
            now,
        );
        let owner = Owner::default();
        let election = election.owned_by(owner.clone());
        let (publish, published) = watch::channel(None);
        let operator = Arc::new(Operator {
            cluster,
            operation,
            owner: owner.clone(),
            state,
            serving: Arc::new(crypto::InForce::default()),
            leader: leader.clone(),
            published: published.clone(),
            ready: watch::Sender::new(false),
            loaded: watch::Sender::new(false),
        });
        let (wanted, wants) = watch::channel(None);
        let registration = Registration::new(
            client.clone(),
            Inputs {
                wanted: wants,
                leader: leader.clone(),
                ready: operator.ready.subscribe(),
                now,
            },
        );
        let mut elections = JoinSet::new();
        elections.spawn(election.run(until(stopped)));
        let mut running = JoinSet::new();
        let namespace = operator.operation.namespace.clone();
        let follow = client.clone();
        let in_namespace = namespace.clone();
        running.spawn(async move {
            certificates::follow(follow, &in_namespace, now, publish).await;
        });
        if let Some(timings) = operator.operation.certificates {
            let service = &operator.operation.service;
            let own = SelfManaged::new(client, &namespace, service, timings, now);
            let own = own.owned_by(owner);
            running.spawn(own.run(leader.clone(), published.clone()));
        }
        running.spawn(serve_with(Arc::clone(&operator), published));
        running.spawn(know_namespaces(Arc::clone(&operator), namespaces.synced()));
        running.spawn(count(Arc::clone(&operator), registration.status(), leader));
        running.spawn(look_ready(Arc::clone(&operator)));
        running.spawn(load::run(Arc::clone(&operator), wanted));
        running.spawn(registration.run());
        Self {
            operator,
            running,
            election: elections,
            stop,
        }
    }

    /// Stops writing, then gives the Lease back.
    pub(super) async fn stop(&mut self) {
        self.running.shutdown().await;
        self.stop.send_replace(true);
        // Whoever leads next waits for the Lease to run out otherwise; that is all.
        let _ = tokio::time::timeout(RELEASE, self.election.join_next()).await;
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Serves new connections with what the Secret holds.
async fn serve_with(
    operator: Arc<Operator>,
    mut published: watch::Receiver<Option<Arc<Published>>>,
) {
    loop {
        if let Some(published) = published.borrow_and_update().clone() {
            operator.serving.set(Arc::clone(&published.serving));
            let health = operator.state.health();
            health.certificate_until(published.leaf_expiry());
            let metrics = operator.state.metrics();
            metrics.certificate("leaf", published.leaf_expiry());
            if let Some(end) = published.authority_expiry() {
                metrics.certificate("ca", end);
            }
        }
        if published.changed().await.is_err() {
            return;
        }
    }
}

async fn know_namespaces(operator: Arc<Operator>, mut synced: watch::Receiver<bool>) {
    if synced.wait_for(|synced| *synced).await.is_ok() {
        operator.state.health().namespaces_are_known();
    }
}

/// Tells metrics how registration fares and who leads.
async fn count(
    operator: Arc<Operator>,
    mut status: watch::Receiver<Status>,
    mut leader: watch::Receiver<bool>,
) {
    let mut drifts = 0;
    let mut unregistered: Vec<String> = Vec::new();
    loop {
        let now = status.borrow_and_update().clone();
        let metrics = operator.state.metrics();
        metrics.registered(now.in_sync, now.drifts.saturating_sub(drifts));
        drifts = now.drifts;
        let new = |kind: &&String| !unregistered.contains(kind);
        for kind in now.unregistered.iter().filter(new) {
            tracing::warn!(kind, "nothing of this kind is registered: it isn't served");
        }
        unregistered.clone_from(&now.unregistered);
        metrics.leads(LEASE, *leader.borrow_and_update());
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return },
            changed = leader.changed() => if changed.is_err() { return },
        }
    }
}

/// Tells registration whether calls would be answered.
async fn look_ready(operator: Arc<Operator>) {
    let state = &operator.state;
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        let ready = state.health().reasons((state.now)()).is_empty();
        operator
            .ready
            .send_if_modified(|known| std::mem::replace(known, ready) != ready);
    }
}
