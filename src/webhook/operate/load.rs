//! Configuration of the cluster going into force.
//!
//! Never on the reactor: compiling policies takes a thread of its own, with a deep stack.

mod texts;
mod version;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::{oneshot, watch};

use super::Operator;
use crate::cluster::registration::{Settings, Wanted};
use crate::cluster::{Configuration, read_last_good, watch_configuration, write_last_good};
use crate::config::ConfigError;
use crate::model::KubernetesVersion;
use crate::webhook::policies::{Entry, InForce};
use crate::webhook::reload::{Loaded, Loader, Terms, Texts, Trouble};
use texts::{from_cluster, from_map, to_map};
use version::Version;

/// Deep documents and policies must not end the process.
const STACK_BYTES: usize = 64 << 20;
/// How long a first start waits for what earlier replicas left.
const FIRST: Duration = Duration::from_secs(10);

/// Puts every configuration of the cluster in force, and says what is to be registered for it.
pub(super) async fn run(operator: Arc<Operator>, wanted: watch::Sender<Option<Wanted>>) {
    let client = operator.cluster.client.clone();
    let namespace = operator.operation.namespace.clone();
    let mut configuration = watch_configuration(client.clone(), &namespace);
    let good = tokio::time::timeout(FIRST, read_last_good(&client, &namespace)).await;
    let good = match good {
        Ok(Ok(texts)) => texts.as_ref().map(from_map).unwrap_or_default(),
        Ok(Err(error)) => {
            tracing::warn!(%error, help = error.help(), "the last good configuration can't be read");
            Texts::default()
        }
        Err(_) => Texts::default(),
    };
    let mut loading = Loading {
        loader: Some(Loader::new(operator.operation.terms.clone(), good)),
        terms: operator.operation.terms.clone(),
        sound: false,
        operator,
    };
    let mut leader = loading.operator.leader.clone();
    let mut published = loading.operator.published.clone();
    let mut version = Version::of(&loading.operator.operation.terms);
    let mut generation = 0;
    loop {
        tokio::select! {
            changed = configuration.changed() => {
                if changed.is_err() { return }
                if let Some(texts) = texts(&mut configuration) { loading.load(texts).await; }
            }
            changed = published.changed() => if changed.is_err() { return },
            changed = leader.changed() => {
                if changed.is_err() { return }
                loading.keep().await;
                continue;
            }
            known = version.ask(&client) => {
                loading.judge_for(known);
                configuration.mark_changed();
                continue;
            }
        }
        let bundle = published
            .borrow()
            .as_ref()
            .map(|published| published.bundle.clone());
        if let (Some(bundle), true) = (bundle, *loading.operator.loaded.borrow()) {
            generation += 1;
            wanted.send_replace(Some(to_register(&loading.operator, generation, bundle)));
        }
    }
}

/// The configuration as far as it was loaded.
struct Loading {
    operator: Arc<Operator>,
    /// Lent to the thread that loads.
    loader: Option<Loader>,
    /// What it loads by.
    terms: Terms,
    /// Whether everything of the last configuration is in force as it was written.
    sound: bool,
}

impl Loading {
    /// From the next configuration on, policies are judged for `version`.
    fn judge_for(&mut self, version: KubernetesVersion) {
        tracing::info!(%version, "the API server's version");
        self.terms.server = Some(version);
        let good = self.loader.take().map(Loader::into_good);
        self.loader = Some(Loader::new(self.terms.clone(), good.unwrap_or_default()));
    }

    /// Loads on a thread of its own and puts the outcome in force.
    async fn load(&mut self, texts: Texts) {
        let today = (self.operator.state.now)().to_zoned(TimeZone::UTC).date();
        let Some(mut loader) = self.loader.take() else {
            return;
        };
        let good = loader.good().clone();
        let (sender, receiver) = oneshot::channel();
        let work = move || {
            let outcome = loader.load(texts, today);
            // Who asked waits for it.
            let _ = sender.send((loader, outcome));
        };
        let spawned = thread::Builder::new()
            .name("load".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(work);
        let outcome = match spawned {
            Ok(_) => receiver.await.ok(),
            Err(_) => None,
        };
        let Some((loader, result)) = outcome else {
            tracing::error!("loading the configuration broke off: what was in force stays");
            self.loader = Some(Loader::new(self.terms.clone(), good));
            return;
        };
        self.loader = Some(loader);
        match result {
            Ok(taken) => {
                self.sound = taken.troubles.is_empty();
                tell(&taken.troubles);
                self.take(taken);
                self.keep().await;
            }
            Err(errors) => {
                let troubles = self.refuse(&errors);
                self.fall_back(today, troubles);
            }
        }
    }

    /// A process that starts under a configuration that can't be used judges by the last good one, else as if there were none:
    /// calls come whether it likes its configuration or not.
    fn fall_back(&mut self, today: Date, troubles: Vec<Trouble>) {
        if *self.operator.loaded.borrow() {
            return;
        }
        let Some(loader) = &mut self.loader else {
            return;
        };
        let good = loader.good().clone();
        let result = loader
            .load(good, today)
            .or_else(|_| loader.load(Texts::default(), today));
        match result {
            Ok(mut taken) => {
                tracing::warn!("the last good configuration is in force, or none if there is none");
                tell(&taken.troubles);
                taken.troubles.extend(troubles);
                // What stands in isn't what the cluster says: it isn't kept.
                self.take(taken);
            }
            Err(errors) => {
                self.refuse(&errors);
            }
        }
    }

    fn refuse(&mut self, errors: &[ConfigError]) -> Vec<Trouble> {
        self.sound = false;
        for error in errors {
            tracing::error!(
                place = %error.at(),
                %error,
                help = error.help(),
                "the configuration can't be used: what was in force stays"
            );
        }
        let mut loader = self.loader.iter();
        let degraded = loader.any(|loader| !loader.good().is_empty());
        let troubles = errors.iter();
        let troubles: Vec<Trouble> = troubles
            .map(|error| Trouble::of_config(error, degraded))
            .collect();
        self.operator.state.refuse(troubles.clone());
        troubles
    }

    fn take(&self, loaded: Loaded) {
        let Loaded { in_force, troubles } = loaded;
        for not_run in &in_force.not_run {
            tracing::info!(policy = %not_run.policy, reason = not_run.reason, "not judged here");
        }
        for notice in &in_force.notices {
            tracing::warn!(
                place = notice.place,
                help = notice.help,
                "{}",
                notice.message
            );
        }
        let digest = in_force.digest().to_owned();
        let policies = in_force.policies();
        let state = &self.operator.state;
        tracing::info!(
            policies,
            policy_set = digest,
            troubles = troubles.len(),
            "in force"
        );
        state.put_in_force(in_force, troubles);
        state.health().policies_are_known();
        self.operator.loaded.send_replace(true);
    }

    /// Keeps the texts for replicas that start while one of them is broken, if that is ours to do.
    async fn keep(&self) {
        let leads = *self.operator.leader.borrow();
        let Some(loader) = self.loader.as_ref().filter(|_| leads && self.sound) else {
            return;
        };
        let client = &self.operator.cluster.client;
        let namespace = &self.operator.operation.namespace;
        let texts = to_map(loader.good());
        let owner = Some(&self.operator.owner);
        if let Err(error) = write_last_good(client, namespace, &texts, owner).await {
            tracing::warn!(%error, help = error.help(), "the last good configuration can't be kept");
        }
    }
}

fn tell(troubles: &[Trouble]) {
    for trouble in troubles {
        tracing::error!(
            policy = trouble.policy.as_ref().map(ToString::to_string),
            place = trouble.place(),
            help = trouble.help,
            degraded = trouble.degraded,
            "{}",
            trouble.message
        );
    }
}

/// What the cluster says now.
fn texts(configuration: &mut watch::Receiver<Option<Configuration>>) -> Option<Texts> {
    configuration.borrow_and_update().as_ref().map(from_cluster)
}

fn to_register(operator: &Operator, generation: u64, ca_bundle: String) -> Wanted {
    let in_force: Arc<InForce> = operator.state.in_force();
    let operation = &operator.operation;
    Wanted {
        generation,
        enforce: in_force.scopes(Entry::Enforce).to_vec(),
        observe: in_force.scopes(Entry::Observe).to_vec(),
        pod_templates: in_force.pod_templates().to_vec(),
        settings: Settings {
            reach: operation.reach(),
            ca_bundle,
            excluded_namespaces: operation.excluded_namespaces.clone(),
            enforce: operation.call,
        },
    }
}
