//! From texts to what is in force, keeping the last good of what is broken: text by text, policy by policy.
//!
//! Never lets one bad text change anything but itself, and never keeps quiet about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::policies::{Cap, InForce};
use crate::bundle;
use crate::config::{self, At, Config, ConfigError};
use crate::engine::PolicySource;
use crate::model::{Document, KubernetesVersion, LoadProblem, PolicyId, SourceText};
use crate::setup::{self, Choice, Setup};

/// How often broken texts are replaced before a change is given up: each round mends at least one.
const ROUNDS: usize = 32;

/// What an operator wrote, by the names that people know the texts by.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// `portcullis.yaml`, one or several.
    pub configs: Vec<Arc<SourceText>>,
    /// `exemptions.yaml`, one or several.
    pub exemptions: Vec<Arc<SourceText>>,
    /// Rego modules.
    pub modules: Vec<Arc<SourceText>>,
}

/// What doesn't hold as it was written.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The policy, where it is one's.
    pub policy: Option<PolicyId>,
    /// Text, line and column, as far as they are known.
    pub place: String,
    /// What is wrong, without values.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Whether an earlier version is in force in its place; else nothing of it is.
    pub degraded: bool,
}

/// A policy set made of texts.
pub struct Loaded {
    /// What is in force.
    pub in_force: InForce,
    /// What isn't as it was written.
    pub troubles: Vec<Trouble>,
}

/// What stays the same over all changes.
#[derive(Debug, Clone)]
pub struct Terms {
    /// How the cluster changes what the configuration says.
    pub cap: Cap,
    /// Profiles that replace those of the configuration.
    pub profiles: Vec<String>,
    /// The version judged for, where the configuration names none.
    pub version: Option<KubernetesVersion>,
}

/// Loads texts, one set after the other, and remembers the last good of each.
pub struct Loader {
    terms: Terms,
    good: Texts,
}

/// One attempt: the texts that are taken at the moment, and what was wrong with the others.
struct Attempt<'a> {
    terms: &'a Terms,
    good: &'a Texts,
    texts: Texts,
    /// Policies whose entry of the configuration is taken from the last good one.
    entries: Vec<PolicyId>,
    troubles: Vec<Trouble>,
    today: Date,
}

impl Loader {
    /// A loader that knows nothing good yet but what `good` holds, which may be empty.
    #[must_use]
    pub const fn new(terms: Terms, good: Texts) -> Self {
        Self { terms, good }
    }

    /// Takes a change as far as it is sound; the errors are of what can't be told apart, and nothing has changed then.
    pub fn load(&mut self, texts: Texts, today: Date) -> Result<Loaded, Vec<ConfigError>> {
        let mut attempt = Attempt {
            terms: &self.terms,
            good: &self.good,
            texts,
            entries: Vec::new(),
            troubles: Vec::new(),
            today,
        };
        let in_force = attempt.run()?;
        let (good, troubles) = (attempt.texts, attempt.troubles);
        self.good = good;
        Ok(Loaded { in_force, troubles })
    }

    /// The texts that are in force, for another loader.
    #[must_use]
    pub fn into_good(self) -> Texts {
        self.good
    }

    /// The texts that are in force.
    #[must_use]
    pub const fn good(&self) -> &Texts {
        &self.good
    }
}

impl Attempt<'_> {
    fn run(&mut self) -> Result<InForce, Vec<ConfigError>> {
        let mut last = Vec::new();
        for _ in 0..ROUNDS {
            match self.once() {
                Ok(in_force) if self.mend_modules(&in_force.load_problems) => {}
                Ok(in_force) => return Ok(in_force),
                Err(errors) if self.mend(&errors) => last = errors,
                Err(errors) => return Err(errors),
            }
        }
        Err(last)
    }

    /// Everything from the texts of the moment.
    fn once(&self) -> Result<InForce, Vec<ConfigError>> {
        let config = self.config()?;
        let exemptions: Vec<Document> = each(&self.texts.exemptions, setup::document)?;
        let own = self.texts.modules.iter().map(|text| PolicySource {
            text: Arc::clone(text),
            shipped: false,
        });
        let ready = setup::ready(Setup {
            config: &config,
            sources: bundle::with_shipped(own.collect()),
            exemptions: &exemptions,
            version: config.kubernetes_version.or(self.terms.version),
            choice: Choice {
                profiles: &self.terms.profiles,
                ..Choice::default()
            },
            today: self.today,
        })?;
        InForce::new(ready, &config, self.terms.cap)
    }

    /// The configuration, with the last good entries of policies whose parameters don't fit.
    fn config(&self) -> Result<Config, Vec<ConfigError>> {
        let mut config = configuration(&self.texts.configs)?;
        if self.entries.is_empty() {
            return Ok(config);
        }
        let good = configuration(&self.good.configs).unwrap_or_default();
        let own = |policy: &PolicyId| self.entries.contains(policy);
        config.policies.retain(|entry| !own(&entry.policy.value));
        let kept = good.policies.into_iter();
        config
            .policies
            .extend(kept.filter(|entry| own(&entry.policy.value)));
        Ok(config)
    }

    /// Puts what is good in the place of what the errors are about; whether there was any.
    fn mend(&mut self, errors: &[ConfigError]) -> bool {
        // A text is replaced once in a round; its other errors are told all the same.
        let mut mended: BTreeMap<String, bool> = BTreeMap::new();
        for error in errors {
            let key = match error {
                ConfigError::Parameters { policy, .. } => policy.to_string(),
                _ => text_of(error.at()).unwrap_or_default().to_owned(),
            };
            let degraded = match (mended.get(&key), error) {
                (Some(degraded), _) => Some(*degraded),
                (None, ConfigError::Parameters { policy, .. }) => self.mend_entry(policy),
                (None, _) => self.mend_text(&key),
            };
            if let Some(degraded) = degraded {
                mended.insert(key, degraded);
                self.troubles.push(Trouble::of_config(error, degraded));
            }
        }
        !mended.is_empty()
    }

    /// Takes the last good entry of `policy`, once.
    fn mend_entry(&mut self, policy: &PolicyId) -> Option<bool> {
        if self.entries.contains(policy) {
            return None;
        }
        self.entries.push(policy.clone());
        let good = configuration(&self.good.configs).unwrap_or_default();
        let mut entries = good.policies.iter();
        Some(entries.any(|entry| entry.policy.value == *policy))
    }

    /// Replaces the text `name` by its last good version, or leaves it out: whether it was replaced.
    fn mend_text(&mut self, name: &str) -> Option<bool> {
        let lists = [
            (&mut self.texts.configs, &self.good.configs),
            (&mut self.texts.exemptions, &self.good.exemptions),
        ];
        for (texts, good) in lists {
            if let Some(replaced) = replace(texts, good, name) {
                return Some(replaced);
            }
        }
        None
    }

    /// The same for modules that don't load. Only if no replacement helps is one left out that was good before: what it imports
    /// may be what is broken.
    fn mend_modules(&mut self, problems: &[LoadProblem]) -> bool {
        let names: Vec<&str> = problems
            .iter()
            .map(|problem| problem.source.name())
            .collect();
        let is_own = |name: &str| self.texts.modules.iter().any(|text| text.name() == name);
        let own: Vec<&str> = names.into_iter().filter(|name| is_own(name)).collect();
        if own.is_empty() {
            return false;
        }
        let mut replaced = false;
        for name in &own {
            replaced |= swap(&mut self.texts.modules, &self.good.modules, name);
        }
        if !replaced {
            self.texts
                .modules
                .retain(|text| !own.contains(&text.name()));
        }
        let told = problems
            .iter()
            .filter(|problem| own.contains(&problem.source.name()));
        self.troubles
            .extend(told.map(|problem| Trouble::of_module(problem, replaced)));
        true
    }
}

/// The name of the text that a mistake stands in.
fn text_of(at: &At) -> Option<&str> {
    match at {
        At::Text { source, .. } => Some(source.name()),
        At::Flag(_) | At::Run => None,
    }
}

/// Reads each text, or says everything that is wrong with any of them.
fn each<T>(
    texts: &[Arc<SourceText>],
    read: impl Fn(&Arc<SourceText>) -> Result<T, Vec<ConfigError>>,
) -> Result<Vec<T>, Vec<ConfigError>> {
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for text in texts {
        match read(text) {
            Ok(one) => all.push(one),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() {
        Ok(all)
    } else {
        Err(errors)
    }
}

fn configuration(texts: &[Arc<SourceText>]) -> Result<Config, Vec<ConfigError>> {
    config::merged(each(texts, |text| config::read(&setup::document(text)?))?)
}

/// Swaps the text `name` for its good version; `false`: there is none, or it is the same.
fn swap(texts: &mut [Arc<SourceText>], good: &[Arc<SourceText>], name: &str) -> bool {
    let good = good.iter().find(|text| text.name() == name);
    let own = texts.iter_mut().find(|text| text.name() == name);
    match (own, good) {
        (Some(own), Some(good)) if own.text() != good.text() => {
            *own = Arc::clone(good);
            true
        }
        _ => false,
    }
}

/// Swaps the text `name`, or takes it out: whether it was swapped; `None`: there is no such text.
fn replace(texts: &mut Vec<Arc<SourceText>>, good: &[Arc<SourceText>], name: &str) -> Option<bool> {
    if swap(texts, good, name) {
        return Some(true);
    }
    let before = texts.len();
    texts.retain(|text| text.name() != name);
    (texts.len() < before).then_some(false)
}

impl Trouble {
    fn of_config(error: &ConfigError, degraded: bool) -> Self {
        let policy = match error {
            ConfigError::Parameters { policy, .. } => Some(policy.clone()),
            _ => None,
        };
        Self {
            policy,
            place: match error.at() {
                At::Text { source, span } => placed(source, source.place(*span)),
                at => at.to_string(),
            },
            message: error.to_string(),
            help: error.help(),
            degraded,
        }
    }

    fn of_module(problem: &LoadProblem, degraded: bool) -> Self {
        Self {
            policy: problem.policy.clone(),
            place: placed(&problem.source, problem.place()),
            message: problem.message.clone(),
            help: problem.help.clone(),
            degraded,
        }
    }
}

fn placed(source: &SourceText, place: crate::model::Place) -> String {
    format!("{}:{}:{}", source.name(), place.line, place.column)
}

#[cfg(test)]
mod tests;
