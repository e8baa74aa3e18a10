//! From texts to what is in force, keeping the last good of what is broken: text by text, policy by policy.
//!
//! Never lets one bad text change anything but itself, and never keeps quiet about it.

mod attempt;
mod trouble;

use std::sync::Arc;

use jiff::civil::Date;

use super::policies::{Cap, InForce};
use crate::config::ConfigError;
use crate::model::{KubernetesVersion, PolicyId, SourceText};
use attempt::Attempt;

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

impl Texts {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.configs.is_empty() && self.exemptions.is_empty() && self.modules.is_empty()
    }
}

/// What doesn't hold as it was written.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// The policy, where it is one's.
    pub policy: Option<PolicyId>,
    /// The text that it stands in, or a flag; empty: no single one.
    pub file: String,
    /// Line in the text, from 1; 0: not known.
    pub line: u32,
    /// Column in the line, from 1; 0: not known.
    pub column: u32,
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
    /// The version judged for, whatever the configuration says.
    pub version: Option<KubernetesVersion>,
    /// The API server's version, where nobody names one.
    pub server: Option<KubernetesVersion>,
}

/// Loads texts, one set after the other, and remembers the last good of each.
pub struct Loader {
    terms: Terms,
    good: Texts,
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
            left_out: Vec::new(),
            some_exemptions: false,
            troubles: Vec::new(),
            today,
        };
        let in_force = attempt.run()?;
        let (good, mut troubles) = (attempt.texts, attempt.troubles);
        for trouble in &mut troubles {
            trouble.name(&in_force.set);
        }
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

#[cfg(test)]
mod tests;
