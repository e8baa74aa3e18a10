//! One attempt to put texts in force: what is broken is replaced by its last good version, round by round.
//!
//! Never gives up a text for another's mistake, and touches what hasn't changed last.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{InForce, Terms, Texts, Trouble};
use crate::bundle;
use crate::config::{self, At, Config, ConfigError};
use crate::engine::PolicySource;
use crate::model::{Document, LoadProblem, PolicyId, SourceText};
use crate::setup::{self, Choice, Setup};

/// How often broken texts are replaced before a change is given up: each round mends at least one.
const ROUNDS: usize = 32;

/// One attempt: the texts that are taken at the moment, and what was wrong with the others.
pub(super) struct Attempt<'a> {
    pub(super) terms: &'a Terms,
    pub(super) good: &'a Texts,
    pub(super) texts: Texts,
    /// Policies whose entry of the configuration is taken from the last good one.
    pub(super) entries: Vec<PolicyId>,
    /// Places of entries that are left out: nothing good can stand for them.
    pub(super) left_out: Vec<At>,
    /// Whether exemptions that are well formed count beside others that aren't.
    pub(super) some_exemptions: bool,
    pub(super) troubles: Vec<Trouble>,
    pub(super) today: Date,
}

impl Attempt<'_> {
    pub(super) fn run(&mut self) -> Result<InForce, Vec<ConfigError>> {
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
            some_exemptions: self.some_exemptions,
            version: self
                .terms
                .version
                .or(config.kubernetes_version)
                .or(self.terms.server),
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
        let left_out = |at: &At| self.left_out.iter().any(|other| is_same(other, at));
        config.policies.retain(|entry| !left_out(&entry.policy.at));
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
    ///
    /// A text that hasn't changed is touched only if nothing that has can be what is wrong, and then only its entry.
    fn mend(&mut self, errors: &[ConfigError]) -> bool {
        self.mend_changed(errors) || self.mend_unchanged(errors)
    }

    fn mend_changed(&mut self, errors: &[ConfigError]) -> bool {
        let mut mended: BTreeMap<String, bool> = BTreeMap::new();
        for error in errors {
            let key = key(error);
            if mended.contains_key(&key) {
                continue;
            }
            let degraded = match error {
                ConfigError::Parameters { policy, .. } => self.mend_entry(policy),
                _ => self.mend_text(&key),
            };
            if let Some(degraded) = degraded {
                mended.insert(key, degraded);
            }
        }
        if mended.is_empty() {
            return false;
        }
        // What hasn't changed stays as it is, and is told all the same.
        for error in errors {
            let degraded = mended.get(&key(error)).copied().unwrap_or(true);
            self.troubles.push(Trouble::of_config(error, degraded));
        }
        true
    }

    /// What stood well before and doesn't any more: a policy that it names has gone.
    fn mend_unchanged(&mut self, errors: &[ConfigError]) -> bool {
        let mut mended = false;
        for error in errors {
            let Some(name) = text_of(error.at()) else {
                continue;
            };
            let is = |texts: &[Arc<SourceText>]| texts.iter().any(|text| text.name() == name);
            if is(&self.texts.exemptions) && !self.some_exemptions {
                self.some_exemptions = true;
            } else if is(&self.texts.configs)
                && !self.left_out.iter().any(|at| is_same(at, error.at()))
            {
                self.left_out.push(error.at().clone());
            } else {
                self.texts.configs.retain(|text| text.name() != name);
                self.texts.exemptions.retain(|text| text.name() != name);
            }
            mended = true;
            self.troubles.push(Trouble::of_config(error, false));
        }
        mended
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

    /// Replaces the text `name` by its last good version, or leaves it out if it has none: whether it was replaced. `None`: there
    /// is no such text, or it hasn't changed.
    fn mend_text(&mut self, name: &str) -> Option<bool> {
        let lists = [
            (&mut self.texts.configs, &self.good.configs),
            (&mut self.texts.exemptions, &self.good.exemptions),
        ];
        for (texts, good) in lists {
            if swap(texts, good, name) {
                return Some(true);
            }
            if good.iter().any(|text| text.name() == name) {
                continue;
            }
            let before = texts.len();
            texts.retain(|text| text.name() != name);
            if texts.len() < before {
                return Some(false);
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
        let (modules, good) = (&mut self.texts.modules, &self.good.modules);
        let swapped = own.iter().filter(|name| swap(modules, good, name));
        let mut mended: Vec<&str> = swapped.copied().collect();
        let replaced = !mended.is_empty();
        if !replaced {
            modules.retain(|text| !own.contains(&text.name()));
            mended = own;
        }
        // What doesn't load beside a replaced one is told by the next round, if it still doesn't.
        let told = problems
            .iter()
            .filter(|problem| mended.contains(&problem.source.name()));
        self.troubles
            .extend(told.map(|problem| Trouble::of_module(problem, replaced)));
        true
    }
}

/// What an error is about: a policy's entry, or a text.
fn key(error: &ConfigError) -> String {
    match error {
        ConfigError::Parameters { policy, .. } => policy.to_string(),
        _ => text_of(error.at()).unwrap_or_default().to_owned(),
    }
}

fn is_same(one: &At, other: &At) -> bool {
    match (one, other) {
        (
            At::Text { source, span },
            At::Text {
                source: own,
                span: at,
            },
        ) => source.name() == own.name() && source.place(*span).line == own.place(*at).line,
        _ => false,
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
