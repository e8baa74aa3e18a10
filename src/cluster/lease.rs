//! Who of the replicas leads, by a Lease (`coordination.k8s.io/v1`): one writes certificates and registration, all serve.
//!
//! Never believes the times in the record: a holder counts as gone when the record hasn't changed for its duration by our own
//! monotonic clock. A leader that can't renew within the deadline, which ends earlier, stops being one by itself. Two leaders for a
//! moment are possible still (a machine that was suspended), so what a leader does is idempotent.

mod candidate;

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use tokio::sync::watch;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::crypto::jitter;

use super::{ClusterError, Owner};
use candidate::{Candidate, Step};

/// How long things take; the defaults are client-go's (`tools/leaderelection`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTimings {
    /// How long a record that doesn't change keeps others from taking over.
    pub duration: Duration,
    /// How long a leader that can't renew goes on; shorter than `duration`.
    pub renew_deadline: Duration,
    /// How long a round waits for the next, a fifth more or less.
    pub retry: Duration,
}

impl Default for LeaseTimings {
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(15),
            renew_deadline: Duration::from_secs(10),
            retry: Duration::from_secs(2),
        }
    }
}

/// One replica's part in an election.
pub struct Election {
    leases: Api<Lease>,
    owner: Option<Owner>,
    namespace: String,
    name: String,
    candidate: Candidate,
    clock: fn() -> Timestamp,
    leader: watch::Sender<bool>,
    failing: bool,
}

impl Election {
    /// A candidate for the Lease `name`, and the channel that tells whether it leads.
    ///
    /// `identity` must be another one for each process, also for the next one of the same Pod: who finds itself as the holder leads.
    /// `clock` gives the times of the record: nobody's decision reads them, but they must move, or renewals change nothing.
    pub fn new(
        client: Client,
        namespace: &str,
        name: &str,
        identity: &str,
        timings: LeaseTimings,
        clock: fn() -> Timestamp,
    ) -> (Self, watch::Receiver<bool>) {
        let (leader, receiver) = watch::channel(false);
        let election = Self {
            leases: Api::namespaced(client, namespace),
            owner: None,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            candidate: Candidate::new(identity, timings),
            clock,
            leader,
            failing: false,
        };
        (election, receiver)
    }

    /// The Lease goes when `owner` goes.
    #[must_use]
    pub fn owned_by(mut self, owner: Owner) -> Self {
        self.owner = Some(owner);
        self
    }

    /// Stands for election until `stop`, then gives the lease back, so that another one need not wait.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = self.round() => {}
            }
        }
        self.release().await;
    }

    /// One attempt to become or stay the leader, and the pause after it.
    async fn round(&mut self) {
        let end = self.candidate.attempt_ends(Instant::now());
        let outcome = timeout_at(end, self.attempt()).await;
        self.publish();
        self.tell(outcome);
        let pause = jitter(self.candidate.timings().retry, 0.2);
        sleep_until(self.candidate.pause_ends(Instant::now(), pause)).await;
        self.publish();
    }

    async fn attempt(&mut self) -> Result<(), ClusterError> {
        let lease = self.read().await?;
        let record = lease.as_ref().and_then(|lease| lease.spec.as_ref());
        let step = self.candidate.observe(record, Instant::now());
        self.publish();
        if step == Step::Wait {
            return Ok(());
        }
        let asked = Instant::now();
        let spec = self.candidate.record(step, record, (self.clock)());
        let mut written = lease.unwrap_or_else(|| self.blank());
        written.spec = Some(spec);
        match self.write(&written).await {
            Ok(()) => self.candidate.won(asked),
            Err(ClusterError::Conflict { .. }) => {
                tracing::debug!(lease = self.name, "another candidate was faster");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn read(&self) -> Result<Option<Lease>, ClusterError> {
        let read = self.leases.get_opt(&self.name).await;
        read.map_err(|error| ClusterError::new(&format!("read Lease `{}`", self.name), error))
    }

    async fn write(&self, lease: &Lease) -> Result<(), ClusterError> {
        let params = PostParams::default();
        let mut lease = lease.clone();
        if let Some(owner) = &self.owner {
            let client = self.leases.clone().into_client();
            let metadata = &mut lease.metadata;
            owner.own(&client, &self.namespace, metadata).await;
        }
        let written = match lease.metadata.resource_version {
            None => self.leases.create(&params, &lease).await,
            Some(_) => self.leases.replace(&self.name, &params, &lease).await,
        };
        let doing = || format!("write Lease `{}`", self.name);
        written
            .map(|_| ())
            .map_err(|error| ClusterError::new(&doing(), error))
    }

    fn blank(&self) -> Lease {
        let metadata = ObjectMeta {
            name: Some(self.name.clone()),
            ..ObjectMeta::default()
        };
        Lease {
            metadata,
            spec: None,
        }
    }

    /// Stops leading, then tells others that they needn't wait.
    async fn release(mut self) {
        self.candidate.resign();
        self.publish();
        let limit = self.candidate.timings().retry;
        let released = timeout(limit, async {
            let Some(mut lease) = self.read().await? else {
                return Ok(());
            };
            let held = lease.spec.as_ref();
            let Some(spec) = held.and_then(|record| self.candidate.released(record)) else {
                return Ok(());
            };
            lease.spec = Some(spec);
            self.write(&lease).await
        });
        let outcome = released.await;
        self.tell(outcome);
    }

    fn publish(&self) {
        let leads = self.candidate.leads(Instant::now());
        let changed = self
            .leader
            .send_if_modified(|was| std::mem::replace(was, leads) != leads);
        if changed {
            let lease = &self.name;
            tracing::info!(lease, leads, "leadership changed");
        }
    }

    /// Says what went wrong once, not every two seconds.
    fn tell(&mut self, outcome: Result<Result<(), ClusterError>, Elapsed>) {
        let (lease, was_failing) = (&self.name, self.failing);
        let reason = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("no answer in time".to_owned()),
        };
        self.failing = reason.is_some();
        match reason {
            Some(reason) if was_failing => {
                tracing::debug!(lease, reason, "the lease is still out of reach");
            }
            Some(reason) => tracing::warn!(lease, reason, "the lease can't be read or written"),
            None if was_failing => tracing::info!(lease, "the lease can be read and written again"),
            None => {}
        }
    }
}

impl Drop for Election {
    /// Whoever doesn't stand for election any longer doesn't lead, however it ended.
    fn drop(&mut self) {
        self.leader.send_replace(false);
    }
}

#[cfg(test)]
mod tests;
