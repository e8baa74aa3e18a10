//! `--fail-on`: what denies in this run, whatever profiles and configuration say.
//!
//! Never touches what is only recorded (`audit`).

use crate::model::{Enforcement, Severity};

/// What `--fail-on` makes of the bindings of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Policies of this severity and above deny, those below warn.
    AtLeast(Severity),
    /// Everything warns.
    Never,
}

impl FailOn {
    /// The values of `--fail-on`.
    pub const NAMES: [&'static str; 5] = ["low", "medium", "high", "critical", "never"];

    /// The value of that name; `None` if there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "never" => Some(Self::Never),
            _ => Severity::from_name(name).map(Self::AtLeast),
        }
    }

    /// What a policy of `severity` costs; `None`: by the severity of each violation, which says the same.
    pub(super) fn enforcement(self, severity: Severity) -> Option<Enforcement> {
        match self {
            Self::AtLeast(Severity::Low) => Some(Enforcement::Deny),
            Self::AtLeast(Severity::Medium) => None,
            Self::AtLeast(least) if severity >= least => Some(Enforcement::Deny),
            Self::AtLeast(_) | Self::Never => Some(Enforcement::Warn),
        }
    }
}
