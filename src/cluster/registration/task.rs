//! Keeps the live object as it is wanted: watches it, compares, writes while this replica leads.
//!
//! Serving never waits for it, and a write that fails is tried again; what is asked of the API server before we can answer stays out.

use std::future::pending;
use std::pin::pin;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use kube::Client;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, watch_object};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::discovery::Lookup;
use super::entries::{Plan, plan};
use super::pace::Pace;
use super::published::Published;
use super::{Applied, Discovered, NAME, Reach, Status, Wanted, api, live};
use crate::cluster::ClusterError;

/// What registration goes by.
pub struct Inputs {
    /// What is to be registered; `None`: not known yet, so nothing is touched.
    pub wanted: watch::Receiver<Option<Wanted>>,
    /// Whether this replica writes.
    pub leader: watch::Receiver<bool>,
    /// Whether this replica can answer calls, with a leaf that chains to the wanted CA bundle.
    pub ready: watch::Receiver<bool>,
    /// The clock, for [`Applied`].
    pub now: fn() -> Timestamp,
}

/// The task that registers; [`Registration::run`] it.
pub struct Registration {
    client: Client,
    inputs: Inputs,
    published: Published,
    wanted: Option<(Wanted, Plan)>,
    live: Live,
    lookup: Lookup,
    pace: Pace,
    drifts: u64,
    watch_error: Option<String>,
    write_error: Option<String>,
}

/// What is known of the object.
enum Live {
    Unknown,
    Missing,
    Present(Box<ValidatingWebhookConfiguration>),
}

impl Registration {
    /// A registration that does nothing before it runs.
    #[must_use]
    pub fn new(client: Client, inputs: Inputs) -> Self {
        Self {
            client,
            inputs,
            published: Published::default(),
            wanted: None,
            live: Live::Unknown,
            lookup: Lookup::default(),
            pace: Pace::default(),
            drifts: 0,
            watch_error: None,
            write_error: None,
        }
    }

    /// How it fares.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.published.status.subscribe()
    }

    /// What the live object shows; `None` while that isn't what is wanted. Every replica sees it, whoever wrote.
    ///
    /// Before it drops a policy, a caller sends the smaller [`Wanted`] and waits for its generation here.
    #[must_use]
    pub fn applied(&self) -> watch::Receiver<Option<Applied>> {
        self.published.applied.subscribe()
    }

    /// Runs until nobody wants anything any more (the sender of `wanted` is dropped).
    pub async fn run(mut self) {
        let watched = watch_object(api::api(&self.client), NAME).default_backoff();
        let mut watched = pin!(watched);
        self.replan();
        loop {
            tokio::select! {
                changed = self.inputs.wanted.changed() => match changed {
                    Ok(()) => self.replan(),
                    Err(_) => return,
                },
                () = changed(&mut self.inputs.leader) => self.pace.hurry(),
                () = changed(&mut self.inputs.ready) => self.pace.hurry(),
                Some(event) = watched.next() => self.seen(event).await,
                () = at(self.pace.not_before) => self.pace.not_before = None,
                () = at(self.lookup.next) => self.look_up().await,
            }
            self.reconcile().await;
            let wanted = self.wanted.as_ref().map(|(wanted, _)| wanted);
            self.published
                .update(self.current(), wanted, self.inputs.now);
        }
    }

    /// Takes the last of what is wanted; kinds that aren't Kubernetes' own are looked up soon.
    fn replan(&mut self) {
        let wanted = self.inputs.wanted.borrow_and_update().clone();
        self.wanted = wanted.map(|wanted| {
            let plan = self.plan_for(&wanted);
            (wanted, plan)
        });
        let asks = self.plan().is_some_and(|plan| plan.needs_discovery);
        self.lookup.next = asks.then(Instant::now);
        self.pace.hurry();
    }

    fn plan_for(&self, wanted: &Wanted) -> Plan {
        let nothing = Discovered::default();
        plan(wanted, self.lookup.found.as_ref().unwrap_or(&nothing))
    }

    async fn look_up(&mut self) {
        self.lookup.run(&self.client).await;
        if let Some((wanted, _)) = self.wanted.take() {
            let plan = self.plan_for(&wanted);
            self.wanted = Some((wanted, plan));
        }
    }

    async fn seen(&mut self, event: watcher::Result<Option<ValidatingWebhookConfiguration>>) {
        self.watch_error = None;
        match event {
            Ok(Some(object)) => self.changed(object).await,
            Ok(None) => self.live = self.missing(),
            Err(source) => {
                let error =
                    ClusterError::watching("the webhook configuration `portcullis`", source);
                self.watch_error = Some(error.to_string());
            }
        }
    }

    /// The watch shows `object`: what we wrote, something older than that, or what somebody else made of it.
    async fn changed(&mut self, object: ValidatingWebhookConfiguration) {
        let strange = |plan: &Plan| !live::shows(&object, plan);
        if !self.in_sync() || !self.plan().is_some_and(strange) {
            self.live = Live::Present(Box::new(object));
            return;
        }
        self.live = match api::read(&self.client).await {
            Ok(Some(current)) => Live::Present(Box::new(current)),
            Ok(None) => self.missing(),
            Err(_) => Live::Present(Box::new(object)),
        };
        if *self.inputs.leader.borrow() && !self.in_sync() {
            self.note_drift();
        }
    }

    fn note_drift(&mut self) {
        let Live::Present(object) = &self.live else {
            return;
        };
        self.drifts += 1;
        if self.pace.drifted(Instant::now()) {
            let managers = live::foreign_managers(object);
            warn!(?managers, "others keep changing the webhook configuration");
        }
    }

    fn missing(&self) -> Live {
        if !matches!(self.live, Live::Missing) {
            info!("the webhook configuration `{NAME}` isn't installed: nothing is registered");
        }
        Live::Missing
    }

    /// Brings the live object to what is wanted, if that is ours to do and the time has come.
    async fn reconcile(&mut self) {
        let leads = *self.inputs.leader.borrow();
        if self.in_sync() || !leads {
            self.write_error = None;
            self.pace.succeeded();
        } else if !self.pace.holds(Instant::now()) {
            let outcome = self.advance().await;
            self.write_error = outcome.as_ref().err().map(ToString::to_string);
            match outcome {
                Ok(()) => self.pace.succeeded(),
                Err(_) => self.pace.failed(Instant::now()),
            }
        }
    }

    async fn advance(&mut self) -> Result<(), ClusterError> {
        let (Some((wanted, plan)), Live::Present(object)) = (&self.wanted, &self.live) else {
            return Ok(());
        };
        let blind = plan.needs_discovery && self.lookup.found.is_none();
        // After a restart, what stands may be a rule for a kind that we can't name yet.
        if blind && !live::keeps(object, plan) {
            return Ok(());
        }
        if !live::shrinks(object, plan) && !self.may_grow(wanted).await? {
            return Ok(());
        }
        self.live = match api::write(&self.client, plan).await? {
            Some(object) => Live::Present(Box::new(object)),
            None => self.missing(),
        };
        Ok(())
    }

    /// Calls come as soon as they are registered: somebody must answer them.
    async fn may_grow(&self, wanted: &Wanted) -> Result<bool, ClusterError> {
        if !*self.inputs.ready.borrow() {
            return Ok(false);
        }
        let Reach::Service {
            namespace, name, ..
        } = &wanted.settings.reach
        else {
            return Ok(true);
        };
        if api::has_endpoint(&self.client, namespace, name).await? {
            return Ok(true);
        }
        Err(ClusterError::NoEndpoint {
            service: name.clone(),
        })
    }

    fn plan(&self) -> Option<&Plan> {
        self.wanted.as_ref().map(|(_, plan)| plan)
    }

    fn in_sync(&self) -> bool {
        match (&self.live, self.plan()) {
            (Live::Present(object), Some(plan)) => live::shows(object, plan),
            _ => false,
        }
    }

    fn current(&self) -> Status {
        Status {
            installed: match self.live {
                Live::Unknown => None,
                Live::Missing => Some(false),
                Live::Present(_) => Some(true),
            },
            in_sync: self.in_sync(),
            drifts: self.drifts,
            unregistered: self
                .plan()
                .map(|plan| plan.unregistered.clone())
                .unwrap_or_default(),
            error: [&self.write_error, &self.lookup.error, &self.watch_error]
                .into_iter()
                .find_map(Clone::clone),
        }
    }
}

/// Waits for a change; for ever if nobody can make one any more.
async fn changed(flag: &mut watch::Receiver<bool>) {
    if flag.changed().await.is_err() {
        pending::<()>().await;
    }
}

async fn at(then: Option<Instant>) {
    match then {
        Some(then) => sleep_until(then).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
