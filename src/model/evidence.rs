//! Facts gathered before judging.
//!
//! Holds facts only: gathering them is the shell's, judging them the engine's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::decision::Location;
use super::object::Memo;
use super::path::Path;
use super::review::Origin;

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
    /// Which of a binding's subjects exist.
    Subjects,
}

impl FactName {
    /// All facts.
    pub const ALL: [Self; 5] = [
        Self::Namespace,
        Self::Role,
        Self::ServiceAccount,
        Self::NetworkPolicies,
        Self::Subjects,
    ];

    /// The fact's key in `input.evidence` and in `custom.evidence`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Role => "role",
            Self::ServiceAccount => "serviceAccount",
            Self::NetworkPolicies => "networkPolicies",
            Self::Subjects => "subjects",
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
    /// The code of a cluster fact of which a file scan sees only a part: staged files, a template not rendered.
    pub const NOT_SCANNED: &'static str = "not_scanned";
    /// The code of a cluster fact that a file scan has looked for in all of its files and not found.
    pub const NOT_IN_SET: &'static str = "not_in_set";

    /// Whether a file scan can't know the fact: then it is no failure, the rule judges with what is known.
    #[must_use]
    pub fn is_of_a_scan(&self) -> bool {
        [Self::NOT_SCANNED, Self::NOT_IN_SET].contains(&self.code.as_str())
    }
}

/// One fact, or why it isn't known.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// It is known; shared, since many reviews ask for the same fact.
    Known(Arc<KnownFact>),
    /// It isn't.
    Unavailable(Why),
}

impl Fact {
    /// The fact `value`, of which no file is known.
    #[must_use]
    pub fn known(value: Value) -> Self {
        Self::Known(Arc::new(KnownFact::new(value, Vec::new())))
    }

    /// A fact that isn't known.
    #[must_use]
    pub fn unavailable(code: &str, message: impl Into<String>) -> Self {
        Self::Unavailable(Why {
            code: code.to_owned(),
            message: message.into(),
        })
    }
}

/// A known fact: what policies see, and where its parts are written.
#[derive(Debug)]
pub struct KnownFact {
    /// What policies see; null: known not to exist.
    pub value: Value,
    /// Where its parts come from; a part without a place comes from no file.
    pub places: Vec<FactPlace>,
    /// Filled by the engine on first use.
    pub memo: Memo,
}

impl KnownFact {
    /// The fact `value`, its parts written at `places`.
    #[must_use]
    pub fn new(value: Value, places: Vec<FactPlace>) -> Self {
        Self {
            value,
            places,
            memo: Memo::default(),
        }
    }

    /// Where `path` of the fact is written; `None` if that is in no file.
    #[must_use]
    pub fn locate(&self, path: &Path) -> Option<Location> {
        let holds = |place: &&FactPlace| path.starts_with(&place.at);
        let place = self
            .places
            .iter()
            .filter(holds)
            .max_by_key(|place| place.at.elements().len())?;
        let rest = path.elements().get(place.at.elements().len()..)?;
        let inside = place.path.join(&Path::from(rest.to_vec()));
        place.origin.locate(&inside).map(|(location, _)| location)
    }
}

impl PartialEq for KnownFact {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Where a part of a fact is written.
#[derive(Debug, Clone)]
pub struct FactPlace {
    /// The part, as a path of the fact.
    pub at: Path,
    /// The object that holds it.
    pub origin: Origin,
    /// Its path in that object.
    pub path: Path,
}

/// The facts of one review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Facts by name; what is asked for and missing here counts as [`Why::NOT_SCANNED`].
    pub facts: BTreeMap<FactName, Fact>,
    /// Facts of the Pods that the object's templates make, by the template's path; they stand for those of the object.
    pub of_templates: BTreeMap<Path, BTreeMap<FactName, Fact>>,
}

impl Evidence {
    /// The fact `name`: of the Pod that the template at `template` makes, else of the object.
    #[must_use]
    pub fn fact(&self, name: FactName, template: Option<&Path>) -> Option<&Fact> {
        let own = template
            .and_then(|path| self.of_templates.get(path))
            .and_then(|facts| facts.get(&name));
        own.or_else(|| self.facts.get(&name))
    }
}

/// What has to be known before a review can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The facts asked for by the policies that apply.
    pub facts: BTreeSet<FactName>,
    /// The object's pod templates that are judged.
    pub templates: Vec<Path>,
    /// Whether any policy applies at all.
    pub applies: bool,
}
