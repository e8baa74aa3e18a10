//! What is wrong in a document that someone wrote, where, and the way out.
//!
//! Never holds a value of a judged object; of a configuration it repeats names and enumerated values only.

mod help;

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::model::{KubernetesVersion, PolicyId, SourceText, Span, SyntaxError};

/// Where a mistake stands.
#[derive(Debug, Clone)]
pub enum At {
    /// In a text.
    Text {
        /// The text.
        source: Arc<SourceText>,
        /// Where in it.
        span: Span,
    },
    /// In a flag of the command line, such as `--only`.
    Flag(&'static str),
    /// In no single place.
    Run,
}

impl At {
    /// The place `span` of `source`.
    pub(crate) fn text(source: &Arc<SourceText>, span: Span) -> Self {
        Self::Text {
            source: Arc::clone(source),
            span,
        }
    }

    /// Name and line (from 1) of the text; the flag's name and 0 otherwise.
    pub(crate) fn line(&self) -> (String, u32) {
        match self {
            Self::Text { source, span } => (source.name().to_owned(), source.place(*span).line),
            Self::Flag(flag) => ((*flag).to_owned(), 0),
            Self::Run => (String::new(), 0),
        }
    }
}

/// `file:line`, or the flag.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line() {
            (name, 0) => f.write_str(&name),
            (name, line) => write!(f, "{name}:{line}"),
        }
    }
}

/// A value and where it is written.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub at: At,
}

/// Why a configuration, profile, exemption, baseline or case can't be used.
///
/// Every variant is the mistake of whoever wrote the document or typed the flag at [`ConfigError::at`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// The text is no document at all.
    #[error("{message}")]
    Syntax {
        /// What the loader says.
        message: String,
        /// Where.
        at: At,
    },
    /// A value has another type than its key wants.
    #[error("{what} must be {wanted}, not {got}")]
    Type {
        /// The key or entry.
        what: String,
        /// The type wanted.
        wanted: &'static str,
        /// The type found.
        got: &'static str,
        /// Where.
        at: At,
    },
    /// A number is too small or too large for its key.
    #[error("{what} must be a whole number from {least} to {most}")]
    Range {
        /// The key.
        what: String,
        /// The smallest number taken.
        least: u32,
        /// The largest number taken.
        most: u32,
        /// Where.
        at: At,
    },
    /// A key that nothing reads: a spelling mistake would otherwise be a setting without effect.
    #[error("`{key}` is not a key of {of}")]
    UnknownKey {
        /// The key.
        key: String,
        /// What it was written in.
        of: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
        /// The keys that are read.
        known: &'static [&'static str],
        /// Where.
        at: At,
    },
    /// A key that only a cluster can answer.
    #[error("`{key}` is not a key of {of}")]
    ClusterKey {
        /// The key.
        key: String,
        /// What it was written in.
        of: String,
        /// Where.
        at: At,
    },
    /// A required key isn't there.
    #[error("{of} has no `{key}`")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What lacks it.
        of: String,
        /// The key with a value, as it could be written.
        example: &'static str,
        /// Where.
        at: At,
    },
    /// A text with nothing in it.
    #[error("{what} is empty")]
    Empty {
        /// The key or entry.
        what: String,
        /// Where.
        at: At,
    },
    /// A name that isn't in its closed set: policies, profiles, enforcements, …
    #[error("no {what} is named `{name}`")]
    UnknownName {
        /// What was to be named.
        what: &'static str,
        /// The name.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
        /// All names, where they are few.
        known: Vec<String>,
        /// Where.
        at: At,
    },
    /// A glob over policy ids fits none.
    #[error("no policy matches `{pattern}`")]
    NoMatch {
        /// The glob.
        pattern: String,
        /// What was probably meant.
        nearest: Option<String>,
        /// Where.
        at: At,
    },
    /// `--only` names policies that exist, but nothing binds them in this run.
    #[error("no policy in force matches `{pattern}`")]
    NotBound {
        /// The glob.
        pattern: String,
        /// Profiles that would bind one of them.
        profiles: Vec<String>,
        /// Who leaves them out, if someone does.
        skipped: Option<String>,
        /// Where.
        at: At,
    },
    /// Nothing is in force, so that everything would pass.
    #[error("no policy is in force")]
    NothingBound {
        /// Where.
        at: At,
    },
    /// A text that isn't what its key wants.
    #[error("`{text}` is not {wanted}")]
    Malformed {
        /// The text.
        text: String,
        /// What it should be.
        wanted: &'static str,
        /// The way out.
        help: Option<String>,
        /// Where.
        at: At,
    },
    /// A version without quotes: YAML reads `1.30` as the number 1.3.
    #[error("{what} must be text: without quotes `{text}` is the number {number}")]
    UnquotedVersion {
        /// The key.
        what: String,
        /// What is written.
        text: String,
        /// What YAML makes of it.
        number: String,
        /// Where.
        at: At,
    },
    /// A document of a format that this program doesn't know.
    #[error("{of} has version `{version}`, and only version 1 is known")]
    UnsupportedVersion {
        /// What was read.
        of: String,
        /// Its version.
        version: String,
        /// Where.
        at: At,
    },
    /// An exemption that ends too late to be looked at again.
    #[error("exemption for `{policy}` expires on {expires}, more than {max_days} days ahead")]
    TooFarAhead {
        /// The policy as written.
        policy: String,
        /// Its last day.
        expires: Date,
        /// The latest day allowed.
        latest: Date,
        /// How many days ahead that is.
        max_days: u32,
        /// Where.
        at: At,
    },
    /// A label requirement whose `values` don't fit its operator.
    #[error("operator `{operator}` {}", if *.takes { "needs `values`" } else { "takes no `values`" })]
    SelectorValues {
        /// The operator.
        operator: &'static str,
        /// Whether it takes values.
        takes: bool,
        /// Where.
        at: At,
    },
    /// The same thing twice in a list that wants it once.
    #[error("{what} `{name}` is given twice")]
    Duplicate {
        /// What.
        what: &'static str,
        /// Which.
        name: String,
        /// The second one.
        at: At,
    },
    /// A binding of a profile that is in force for no version.
    #[error("`from` {from} is not before `until` {until}")]
    EmptyRange {
        /// The first version.
        from: KubernetesVersion,
        /// The first version that is out again.
        until: KubernetesVersion,
        /// Where.
        at: At,
    },
    /// A setting that means nothing without another.
    #[error("`{key}` needs {needs}")]
    Needs {
        /// The setting.
        key: &'static str,
        /// What it needs, in words.
        needs: &'static str,
        /// Where.
        at: At,
    },
    /// Parameters that the policy's schema refuses.
    #[error("parameters of `{policy}`: {message}")]
    Parameters {
        /// The policy.
        policy: PolicyId,
        /// What is wrong with them.
        message: String,
        /// Where.
        at: At,
    },
}

impl ConfigError {
    /// The loader's `error` about `source`.
    #[must_use]
    pub fn syntax(source: &Arc<SourceText>, error: &SyntaxError) -> Self {
        Self::Syntax {
            message: error.message.clone(),
            at: At::text(source, error.span),
        }
    }

    /// Where the mistake stands.
    #[must_use]
    pub const fn at(&self) -> &At {
        match self {
            Self::Syntax { at, .. }
            | Self::Type { at, .. }
            | Self::Range { at, .. }
            | Self::UnknownKey { at, .. }
            | Self::ClusterKey { at, .. }
            | Self::MissingKey { at, .. }
            | Self::Empty { at, .. }
            | Self::UnknownName { at, .. }
            | Self::NoMatch { at, .. }
            | Self::NotBound { at, .. }
            | Self::NothingBound { at }
            | Self::Malformed { at, .. }
            | Self::UnquotedVersion { at, .. }
            | Self::UnsupportedVersion { at, .. }
            | Self::TooFarAhead { at, .. }
            | Self::SelectorValues { at, .. }
            | Self::Duplicate { at, .. }
            | Self::EmptyRange { at, .. }
            | Self::Needs { at, .. }
            | Self::Parameters { at, .. } => at,
        }
    }
}
