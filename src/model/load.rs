//! What keeps a policy, configuration or profile from being loaded.
//!
//! Data, not an error type: loading goes on with everything else.

use std::sync::Arc;

use super::policy::PolicyId;
use super::span::{Place, SourceText, Span};

/// One reason why a policy isn't in force.
#[derive(Debug, Clone)]
pub struct LoadProblem {
    /// The policy, where it is known.
    pub policy: Option<PolicyId>,
    /// The text that holds the mistake.
    pub source: Arc<SourceText>,
    /// Where in it.
    pub span: Span,
    /// A stable code, such as `recursive-function`.
    pub code: &'static str,
    /// What is wrong, lower case, one sentence, no full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl LoadProblem {
    /// Line and column, from 1.
    #[must_use]
    pub fn place(&self) -> Place {
        self.source.place(self.span)
    }
}
