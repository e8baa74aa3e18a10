//! What doesn't hold as it was written, for log, metric and exit code.

use crate::config::{At, ConfigError};
use crate::model::{LoadProblem, Place, SourceText};

use super::Trouble;

impl Trouble {
    pub(super) fn of_config(error: &ConfigError, degraded: bool) -> Self {
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

    pub(super) fn of_module(problem: &LoadProblem, degraded: bool) -> Self {
        Self {
            policy: problem.policy.clone(),
            place: placed(&problem.source, problem.place()),
            message: problem.message.clone(),
            help: problem.help.clone(),
            degraded,
        }
    }
}

fn placed(source: &SourceText, place: Place) -> String {
    format!("{}:{}:{}", source.name(), place.line, place.column)
}
