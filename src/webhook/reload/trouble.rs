//! What doesn't hold as it was written, for log, metric, status and exit code.

use crate::config::{At, ConfigError};
use crate::engine::PolicySet;
use crate::model::LoadProblem;

use super::Trouble;

impl Trouble {
    /// How many of them metrics and status show.
    pub(in crate::webhook) const SHOWN: usize = 64;

    pub(in crate::webhook) fn of_config(error: &ConfigError, degraded: bool) -> Self {
        let policy = match error {
            ConfigError::Parameters { policy, .. } => Some(policy.clone()),
            _ => None,
        };
        let (file, line, column) = match error.at() {
            At::Text { source, span } => {
                let place = source.place(*span);
                (source.name().to_owned(), place.line, place.column)
            }
            at => (at.to_string(), 0, 0),
        };
        Self {
            policy,
            file,
            line,
            column,
            message: error.to_string(),
            help: error.help(),
            degraded,
        }
    }

    pub(super) fn of_module(problem: &LoadProblem, degraded: bool) -> Self {
        let place = problem.place();
        Self {
            policy: problem.policy.clone(),
            file: problem.source.name().to_owned(),
            line: place.line,
            column: place.column,
            message: problem.message.clone(),
            help: problem.help.clone(),
            degraded,
        }
    }

    /// Says whose trouble it is where the text doesn't any more: the policy of the same text that stands in for it.
    pub(super) fn name(&mut self, set: &PolicySet) {
        let stands_in = |file: &str| set.policies().iter().find(|policy| policy.file == file);
        if self.policy.is_none() && self.degraded {
            self.policy = stands_in(&self.file).map(|policy| policy.id.clone());
        }
    }

    /// Text, line and column, as far as they are known.
    #[must_use]
    pub fn place(&self) -> String {
        match self.line {
            0 => self.file.clone(),
            line => format!("{}:{line}:{}", self.file, self.column),
        }
    }

    /// What it means for what is in force, in the words of the metrics.
    pub(in crate::webhook) const fn state(&self) -> &'static str {
        if self.degraded { "degraded" } else { "failed" }
    }
}
