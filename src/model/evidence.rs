//! Facts gathered before judging.
//!
//! Holds facts only: gathering them is the shell's, judging them the engine's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A fact that a policy may ask for, by its name in `input.evidence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactName {
    /// The object's namespace.
    Namespace,
    /// The role that a binding refers to.
    Role,
    /// The service account of a Pod.
    ServiceAccount,
    /// The network policies of the object's namespace.
    NetworkPolicies,
}

impl FactName {
    /// All facts.
    pub const ALL: [Self; 4] = [
        Self::Namespace,
        Self::Role,
        Self::ServiceAccount,
        Self::NetworkPolicies,
    ];

    /// The fact's key in `input.evidence` and in `custom.evidence`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Role => "role",
            Self::ServiceAccount => "serviceAccount",
            Self::NetworkPolicies => "networkPolicies",
        }
    }

    /// The fact of that name; `None` if there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.as_str() == name)
    }
}

/// Why a fact isn't known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// A stable code, such as `not_scanned`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
}

impl Why {
    /// The code of a cluster fact that a file scan doesn't have: no failure, the rule judges with what is known.
    pub const NOT_SCANNED: &'static str = "not_scanned";
}

/// One fact, or why it isn't known.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// It is known.
    Known(Value),
    /// It isn't.
    Unavailable(Why),
}

/// The facts of one review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Facts by name; what is asked for and missing here counts as [`Why::NOT_SCANNED`].
    pub facts: BTreeMap<FactName, Fact>,
}

/// What has to be known before a review can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The facts asked for by the policies that apply.
    pub facts: BTreeSet<FactName>,
    /// Whether any policy applies at all.
    pub applies: bool,
}
