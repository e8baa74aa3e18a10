//! A user's mistakes, collected: each with its place and the way out.
//!
//! Renders nothing itself: `report::text` does.

use std::sync::Arc;

use crate::bundle::BundleError;
use crate::config::{At, ConfigError};
use crate::model::{SourceText, Span, SyntaxError};
use crate::scan::GitError;

/// One mistake that keeps a command from running.
#[derive(Debug)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) message: String,
    /// The way out.
    pub(super) help: Option<String>,
    /// Where it is written, if in a file.
    pub(super) at: Option<(Arc<SourceText>, Span)>,
}

/// All mistakes that were found; never empty.
#[derive(Debug)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl Problem {
    /// A mistake of the command line.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: Some(help.into()),
            at: None,
        }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl From<BundleError> for Problems {
    fn from(error: BundleError) -> Self {
        Problem::new(error.to_string(), error.help()).into()
    }
}

impl From<GitError> for Problems {
    fn from(error: GitError) -> Self {
        let help = match &error {
            GitError::Missing(_) => "`--staged` and `--changed-since` need git in PATH",
            GitError::Failed(_) => "run inside a git repository, with a revision that it holds",
        };
        Problem::new(error.to_string(), help).into()
    }
}

impl From<Vec<ConfigError>> for Problems {
    fn from(errors: Vec<ConfigError>) -> Self {
        let problem = |error: ConfigError| Problem {
            message: error.to_string(),
            help: error.help(),
            at: match error.at() {
                At::Text { source, span } => Some((Arc::clone(source), *span)),
                At::Flag(_) | At::Run => None,
            },
        };
        Self(errors.into_iter().map(problem).collect())
    }
}

/// A document that a user wrote and that doesn't parse.
pub(super) fn syntax(source: &Arc<SourceText>, error: SyntaxError) -> Problems {
    let help = error.other.map(|other| {
        let place = source.place(other);
        format!("the first one stands at {}:{}", place.line, place.column)
    });
    Problem {
        message: error.message,
        help,
        at: Some((Arc::clone(source), error.span)),
    }
    .into()
}
