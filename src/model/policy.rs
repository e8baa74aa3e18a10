//! What a policy says of itself: its id, severity, scope, parameters and how to mend what it finds.
//!
//! Holds no Rego and no enforcement: what a violation costs is the binding's.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::evidence::FactName;
use super::review::{GroupVersionKind, Operation};

/// A validated `category/kebab-case-name`; it names the bad pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId {
    text: Box<str>,
    slash: usize,
}

/// Why a text is no policy id; its author's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a policy id such as `least-privilege/host-port`")]
pub struct ParsePolicyIdError {
    text: String,
}

impl PolicyId {
    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `/`.
    #[must_use]
    pub fn category(&self) -> &str {
        self.text.get(..self.slash).unwrap_or_default()
    }

    /// The part behind the `/`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(self.slash + 1..).unwrap_or_default()
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PolicyId {
    type Err = ParsePolicyIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((category, name)) if is_kebab(category) && is_kebab(name) => Ok(Self {
                text: text.into(),
                slash: category.len(),
            }),
            _ => Err(ParsePolicyIdError {
                text: text.to_owned(),
            }),
        }
    }
}

fn is_kebab(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|word| !word.is_empty())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// How bad a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Hygiene.
    Low,
    /// Weakens a boundary.
    Medium,
    /// A direct path to escalation or disclosure.
    High,
    /// Takes over node, cluster or release.
    Critical,
}

/// How sure a policy is that what it finds is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint.
    Low,
    /// Usually right.
    Medium,
    /// Right by definition.
    High,
}

/// What a violation costs; `ValidatingAdmissionPolicyBinding`'s `validationActions`, ordered from mild to strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Enforcement {
    /// Recorded.
    Audit,
    /// Said to the user.
    Warn,
    /// Refused.
    Deny,
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),+ }) => {
        impl $type {
            /// All values, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in metadata, configuration and reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            /// The value of that name; `None` if there is none.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
names!(Severity { Low = "low", Medium = "medium", High = "high", Critical = "critical" });
names!(Confidence { Low = "low", Medium = "medium", High = "high" });
names!(Enforcement { Audit = "audit", Warn = "warn", Deny = "deny" });

impl Severity {
    /// What a profile makes of a violation of this severity: medium and above deny.
    #[must_use]
    pub const fn default_enforcement(self) -> Enforcement {
        match self {
            Self::Low => Enforcement::Warn,
            Self::Medium | Self::High | Self::Critical => Enforcement::Deny,
        }
    }
}

/// A kind that a policy judges: `Pod` (of the core group), `apps/Deployment`, `apps/*`, `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindPattern {
    /// The API group; `""` is the core group, `None` any group.
    pub group: Option<String>,
    /// The kind; `None` is any kind.
    pub kind: Option<String>,
}

impl KindPattern {
    /// Reads `*`, `Kind` (core group), `group/Kind`, `group/*`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let kind = |name: &str| match name {
            "*" => Some(None),
            _ => (name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.bytes().all(|b| b.is_ascii_alphanumeric()))
            .then(|| Some(name.to_owned())),
        };
        match text.split_once('/') {
            None if text == "*" => Some(Self {
                group: None,
                kind: None,
            }),
            None => Some(Self {
                group: Some(String::new()),
                kind: kind(text)?,
            }),
            Some((group, name)) => {
                let fits = !group.is_empty()
                    && group
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
                fits.then_some(Self {
                    group: Some(group.to_owned()),
                    kind: kind(name)?,
                })
            }
        }
    }

    /// Whether `kind` is one of these.
    #[must_use]
    pub fn matches(&self, kind: &GroupVersionKind) -> bool {
        self.group.as_ref().is_none_or(|group| *group == kind.group)
            && self.kind.as_ref().is_none_or(|name| *name == kind.kind)
    }
}

impl fmt::Display for KindPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group.as_deref() {
            None => f.write_str("*"),
            Some("") => f.write_str(self.kind.as_deref().unwrap_or("*")),
            Some(group) => write!(f, "{group}/{}", self.kind.as_deref().unwrap_or("*")),
        }
    }
}

/// Which reviews a policy judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Kinds of the object; never empty.
    pub kinds: Vec<KindPattern>,
    /// Operations; never empty.
    pub operations: Vec<Operation>,
    /// Subresources besides the object itself, such as `ephemeralcontainers`.
    pub subresources: Vec<String>,
    /// Whether a Pod policy also judges pod templates.
    pub templates: bool,
}

/// A rule of a published framework that a policy implements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `PSS`, `CIS`, `NSA`, …
    pub framework: String,
    /// The rule's name there.
    pub id: String,
}

/// A page to read (OPA's `related_resources`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedResource {
    /// Its address.
    pub reference: String,
    /// What it says.
    pub description: Option<String>,
}

/// The metadata of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// `category/kebab-case-name`.
    pub id: PolicyId,
    /// At most 80 characters, one line.
    pub title: String,
    /// Why the pattern is bad.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the policy is.
    pub confidence: Confidence,
    /// Which reviews it judges.
    pub scope: Scope,
    /// JSON Schema (2020-12) of its parameters; `None` if it takes none.
    pub parameters: Option<Value>,
    /// The facts it asks for.
    pub evidence: Vec<FactName>,
    /// How to mend what it finds.
    pub remediation: String,
    /// The rules of frameworks that it implements.
    pub references: Vec<Reference>,
    /// Pages to read.
    pub related_resources: Vec<RelatedResource>,
    /// More general policies that it stands for where both fire at one path.
    pub supersedes: Vec<PolicyId>,
    /// The version of portcullis that first had it.
    pub since: Option<String>,
    /// The file it was read from, for people.
    pub file: String,
}

impl Policy {
    /// How a user reaches the policy's page.
    #[must_use]
    pub fn docs(&self) -> String {
        format!("portcullis explain {}", self.id)
    }
}

/// A SHA-256 digest, shown as `sha256:` and hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_category_and_name_in_kebab_case() {
        let id: PolicyId = "least-privilege/host-port".parse().unwrap();
        assert_eq!((id.category(), id.name()), ("least-privilege", "host-port"));
        for text in [
            "", "a", "a/", "/a", "A/b", "a/b_c", "a/b/c", "a/-b", "a/b--c", "a/1",
        ] {
            assert!(text.parse::<PolicyId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_kind_without_group_is_of_the_core_group() {
        let deployment = GroupVersionKind::new("apps", "v1", "Deployment");
        let pod = GroupVersionKind::new("", "v1", "Pod");
        for (pattern, matches_pod, matches_deployment) in [
            ("Pod", true, false),
            ("apps/Deployment", false, true),
            ("*", true, true),
            ("apps/*", false, true),
            ("Deployment", false, false),
        ] {
            let kind = KindPattern::parse(pattern).unwrap();
            assert_eq!(
                (kind.matches(&pod), kind.matches(&deployment)),
                (matches_pod, matches_deployment),
                "{pattern}"
            );
            assert_eq!(kind.to_string(), pattern);
        }
        for pattern in ["", "pod", "/Pod", "a b/Pod", "apps/v1/Deployment"] {
            assert_eq!(KindPattern::parse(pattern), None, "{pattern}");
        }
    }
}
