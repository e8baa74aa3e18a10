//! What joins policies with their cost: bindings, and exemptions from them.
//!
//! Data only; `config` makes them, the engine weighs them.

use std::fmt;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::path::Path;
use super::policy::{Enforcement, KindPattern, PolicyId};
use super::review::Operation;

/// Joins a policy with enforcement, parameters and match.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The policy.
    pub policy: PolicyId,
    /// What a violation costs; `None`: by the violation's severity.
    pub enforcement: Option<Enforcement>,
    /// Parameters as written; checked and completed with defaults when bound.
    pub parameters: Map<String, Value>,
    /// What a violation in a pod template costs, if that is another price than a Pod's own.
    pub templates: Option<Enforcement>,
    /// What becomes on an UPDATE of what the old object had already, unchanged.
    pub existing: ExistingViolations,
    /// Which reviews it concerns.
    pub matches: Match,
    /// Who bound it, for people: `profile default`, or the configuration's place.
    pub source: String,
    /// Whether it came with a profile: then missing required parameters mean *not run*, else an error.
    pub from_profile: bool,
}

impl Binding {
    /// A binding of everything that the policy's scope names, at the price of a violation's severity.
    #[must_use]
    pub fn new(policy: PolicyId, source: impl Into<String>) -> Self {
        Self {
            policy,
            enforcement: None,
            parameters: Map::new(),
            templates: None,
            existing: ExistingViolations::default(),
            matches: Match::default(),
            source: source.into(),
            from_profile: false,
        }
    }
}

/// What becomes on an UPDATE of violations that the old object has too, unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExistingViolations {
    /// They warn: an edit elsewhere in the object isn't their price.
    #[default]
    Warn,
    /// They cost what new ones cost.
    Deny,
}

impl ExistingViolations {
    /// Its name in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// Which reviews a binding concerns; all parts must hold, an empty part always does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Match {
    /// Kinds of the object itself (a Deployment's, not its template's Pod).
    pub kinds: Vec<KindPattern>,
    /// Globs; an absent namespace is unknown and matches.
    pub namespaces: Vec<String>,
    /// Globs; an absent namespace is unknown and isn't excluded.
    pub excluded_namespaces: Vec<String>,
    /// Labels of the object or the old object.
    pub label_selector: Option<LabelSelector>,
    /// Operations.
    pub operations: Vec<Operation>,
}

/// A Kubernetes label selector (`meta/v1.LabelSelector`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    /// Labels that must have these values.
    pub match_labels: Vec<(String, String)>,
    /// Further requirements; all must hold.
    pub match_expressions: Vec<LabelRequirement>,
}

impl LabelSelector {
    /// The selector as an object of the API holds it; `None` if it isn't one.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        let texts = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let members = value.as_object()?;
        let labels = members.get("matchLabels").and_then(Value::as_object);
        let match_labels = labels.into_iter().flatten();
        let expressions = members.get("matchExpressions").and_then(Value::as_array);
        let requirement = |value: &Value| {
            Some(LabelRequirement {
                key: value.get("key")?.as_str()?.to_owned(),
                operator: match value.get("operator")?.as_str()? {
                    "In" => RequirementOperator::In,
                    "NotIn" => RequirementOperator::NotIn,
                    "Exists" => RequirementOperator::Exists,
                    "DoesNotExist" => RequirementOperator::DoesNotExist,
                    _ => return None,
                },
                values: texts(value.get("values")),
            })
        };
        let match_expressions = expressions.into_iter().flatten().map(requirement);
        Some(Self {
            match_labels: match_labels
                .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()?,
            match_expressions: match_expressions.collect::<Option<_>>()?,
        })
    }

    /// Whether it selects `object` by its labels; an empty selector selects everything.
    #[must_use]
    pub fn selects(&self, object: &Value) -> bool {
        let labels = object
            .get("metadata")
            .and_then(|metadata| metadata.get("labels"));
        let label = |key: &str| {
            labels
                .and_then(|labels| labels.get(key))
                .and_then(Value::as_str)
        };
        let has = |(key, value): &(String, String)| label(key) == Some(value);
        self.match_labels.iter().all(has)
            && self
                .match_expressions
                .iter()
                .all(|one| one.holds(label(&one.key)))
    }
}

/// One requirement of a label selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRequirement {
    /// The label.
    pub key: String,
    /// How it is compared.
    pub operator: RequirementOperator,
    /// With what; empty for `Exists` and `DoesNotExist`.
    pub values: Vec<String>,
}

impl LabelRequirement {
    fn holds(&self, label: Option<&str>) -> bool {
        let listed = label.is_some_and(|label| self.values.iter().any(|value| value == label));
        match self.operator {
            RequirementOperator::In => listed,
            RequirementOperator::NotIn => !listed,
            RequirementOperator::Exists => label.is_some(),
            RequirementOperator::DoesNotExist => label.is_none(),
        }
    }
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequirementOperator {
    /// The label is there with one of the values.
    In,
    /// It isn't there, or has none of the values.
    NotIn,
    /// It is there.
    Exists,
    /// It isn't.
    DoesNotExist,
}

/// Policies named by id, `category/*` or another glob over ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyPattern(String);

impl PolicyPattern {
    /// The pattern `text`; `*` stands for any characters.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names `id`.
    #[must_use]
    pub fn matches(&self, id: &PolicyId) -> bool {
        glob(&self.0, id.as_str())
    }
}

impl fmt::Display for PolicyPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for any characters.
#[must_use]
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    if pattern.len() == first.len() {
        return rest.is_empty();
    }
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

/// Lifts a finding of a policy for a time, with a reason and an owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemption {
    /// The policies.
    pub policy: PolicyPattern,
    /// What it concerns.
    pub matches: ExemptionMatch,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last valid day (UTC).
    pub expires: Date,
    /// A ticket to read.
    pub ticket: Option<String>,
    /// File and line where it is written.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// What an exemption concerns; all parts must hold, an empty part always does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExemptionMatch {
    /// Globs over the file's path, as `.gitignore` reads `*` and `**`; never matches a review without a file.
    pub paths: Vec<String>,
    /// Kinds of the object itself; a bare name matches that kind in any group.
    pub kinds: Vec<String>,
    /// Globs; an absent namespace matches none.
    pub namespaces: Vec<String>,
    /// Globs over the object's name.
    pub names: Vec<String>,
    /// A prefix of the finding's path in the object.
    pub path: Option<Path>,
}

/// Which comments may exempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InlineMode {
    /// Every well-formed one.
    #[default]
    Allow,
    /// Only for findings of severity low.
    LowOnly,
    /// None.
    Deny,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, fits) in [
            ("prod-*", "prod-eu", true),
            ("*-prod", "eu-prod", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("prod", "prod", true),
            ("prod", "prod-eu", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }
}
