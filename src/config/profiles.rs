//! Profiles: named lists of bindings (`policies/profiles.yaml`).
//!
//! Never says what a violation costs: a profile binds by severity.

use serde_json::{Map, Value};

use super::error::{ConfigError, Placed};
use super::file::policy_id;
use super::nearest::shown;
use super::reader::{Fields, Node, Reader};
use crate::model::{Document, KubernetesVersion, PolicyId};

/// All profiles, in the order of the text, and what stands in none of them.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    profiles: Vec<Profile>,
    by_name: Vec<ByName>,
}

/// A policy that no profile binds: it runs where the configuration names it.
#[derive(Debug, Clone)]
pub struct ByName {
    /// The policy.
    pub policy: Placed<PolicyId>,
    /// Why no profile binds it.
    pub why: String,
}

/// A named list of bindings.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is for, one sentence.
    pub description: String,
    /// What it binds.
    pub bindings: Vec<ProfileBinding>,
}

/// A policy in a profile.
#[derive(Debug, Clone)]
pub struct ProfileBinding {
    /// The policy.
    pub policy: Placed<PolicyId>,
    /// Its parameters.
    pub parameters: Map<String, Value>,
    /// The first Kubernetes version it is in force for; `None`: any.
    pub from: Option<KubernetesVersion>,
    /// The first version it isn't in force for any more; `None`: it always is.
    pub until: Option<KubernetesVersion>,
}

impl Profiles {
    /// All profiles.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// The profile `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The policies that no profile binds.
    pub fn by_name(&self) -> impl Iterator<Item = &ByName> {
        self.by_name.iter()
    }

    /// The names of the profiles that hold `policy`, for whichever version.
    #[must_use]
    pub fn holding(&self, policy: &PolicyId) -> Vec<&str> {
        let holds = |profile: &&Profile| {
            profile
                .bindings
                .iter()
                .any(|binding| binding.policy.value == *policy)
        };
        self.profiles
            .iter()
            .filter(holds)
            .map(|profile| profile.name.as_str())
            .collect()
    }
}

impl ProfileBinding {
    /// Whether it is in force for `version`; a version beyond the newest known one counts as that.
    #[must_use]
    pub fn in_force(&self, version: KubernetesVersion) -> bool {
        let version = version.known();
        self.from.is_none_or(|from| from <= version)
            && self.until.is_none_or(|until| version < until)
    }
}

/// Reads `profiles.yaml`.
pub fn profiles(document: &Document) -> Result<Profiles, Vec<ConfigError>> {
    let reader = Reader::new(document);
    let profiles = reader
        .root("the profiles file")
        .fields(None, &["profiles", "byName"])
        .and_then(|fields| {
            let members = fields.required("profiles", "profiles: {}")?.members()?;
            let by_name_list = fields.optional("byName");
            Some(Profiles {
                profiles: members
                    .into_iter()
                    .filter_map(|(name, node)| profile(name, node))
                    .collect(),
                by_name: by_name_list
                    .map(|node| node.list(by_name))
                    .unwrap_or_default(),
            })
        });
    reader.finish(profiles)
}

fn profile(name: &str, node: Node<'_>) -> Option<Profile> {
    let fields = node.fields(
        Some(format!("profile `{}`", shown(name))),
        &["description", "bindings"],
    )?;
    let description = fields.required("description", "description: what it is for");
    let bindings = fields.required("bindings", "bindings: [{policy: category/name}]");
    Some(Profile {
        name: name.to_owned(),
        description: description.and_then(Node::text)?.to_owned(),
        bindings: bindings.map(|node| node.list(binding)).unwrap_or_default(),
    })
}

fn by_name(node: Node<'_>) -> Option<ByName> {
    let fields = node.fields(
        Some("a policy bound by name".to_owned()),
        &["policy", "why"],
    )?;
    let policy = policy(&fields);
    let why = fields.required("why", "why: what no profile can know");
    Some(ByName {
        why: why.and_then(Node::text)?.to_owned(),
        policy: policy?,
    })
}

fn policy(fields: &Fields<'_>) -> Option<Placed<PolicyId>> {
    let node = fields.required("policy", "policy: category/name")?;
    let value = policy_id(node.text()?, node.at());
    let value = value.map_err(|error| node.fail(error)).ok()?;
    Some(Placed {
        value,
        at: node.at(),
    })
}

fn binding(node: Node<'_>) -> Option<ProfileBinding> {
    let known = &["policy", "parameters", "from", "until"];
    let fields = node.fields(Some("a binding".to_owned()), known)?;
    let policy = policy(&fields);
    let from = fields.optional("from").and_then(Node::kubernetes_version);
    let until = fields.optional("until").and_then(Node::kubernetes_version);
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        node.fail(ConfigError::EmptyRange {
            from,
            until,
            at: node.at(),
        });
    }
    let parameters = fields
        .optional("parameters")
        .and_then(Node::map)
        .unwrap_or_default();
    Some(ProfileBinding {
        policy: policy?,
        parameters,
        from,
        until,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::{assert_said, document};
    use super::*;

    #[test]
    fn a_profile_binds_policies_for_versions() {
        let read = profiles(&document(
            "profiles.yaml",
            &json!({"profiles": {"baseline": {"description": "the standard", "bindings": [
                {"policy": "a/b", "parameters": {"x": 1}, "from": "1.19", "until": "1.22"},
                {"policy": "a/c"},
            ]}}, "byName": [{"policy": "a/d", "why": "taste"}]}),
        ))
        .unwrap();
        let by_name: Vec<_> = read
            .by_name()
            .map(|one| one.policy.value.as_str())
            .collect();
        assert_eq!(by_name, ["a/d"]);
        let profile = read.get("baseline").unwrap();
        assert_eq!(profile.description, "the standard");
        let [first, second] = profile.bindings.as_slice() else {
            panic!()
        };
        assert_eq!(Value::Object(first.parameters.clone()), json!({"x": 1}));
        for (minor, in_force) in [
            (18, false),
            (19, true),
            (21, true),
            (22, false),
            (99, false),
        ] {
            assert_eq!(
                first.in_force(KubernetesVersion { minor }),
                in_force,
                "1.{minor}"
            );
            assert!(second.in_force(KubernetesVersion { minor }));
        }
        assert_eq!(read.holding(&"a/c".parse().unwrap()), ["baseline"]);
        assert!(read.holding(&"a/d".parse().unwrap()).is_empty());
    }

    #[test]
    fn a_version_beyond_the_newest_counts_as_the_newest() {
        let binding = |from: &str| {
            let value = json!({"profiles": {"p": {"description": "d", "bindings": [{"policy": "a/b", "from": from}]}}});
            profiles(&document("profiles.yaml", &value))
                .unwrap()
                .profiles
                .remove(0)
                .bindings
                .remove(0)
        };
        assert!(binding("1.37").in_force(KubernetesVersion { minor: 99 }));
        assert!(!binding("1.38").in_force(KubernetesVersion { minor: 99 }));
    }

    #[test]
    fn every_mistake_of_a_profile_is_named() {
        let errors = profiles(&document(
            "profiles.yaml",
            &json!({"profiles": {
                "a": {"bindings": []},
                "b": {"description": "d", "bindings": [
                    {"policy": "nonsense"},
                    {"polcy": "a/b"},
                    {"policy": "a/b", "from": "1.22", "until": "1.22"},
                    {"policy": "a/b", "from": 1.3},
                ]},
            }}),
        ))
        .unwrap_err();
        assert_said(
            &errors,
            &[
                (
                    "a",
                    "profile `a` has no `description`",
                    "add `description: what it is for`",
                ),
                (
                    "nonsense",
                    "`nonsense` is not a policy id such as `least-privilege/host-port`",
                    "`portcullis policies` lists all policies",
                ),
                (
                    "polcy",
                    "`polcy` is not a key of a binding",
                    "did you mean `policy`?",
                ),
                (
                    "polcy",
                    "a binding has no `policy`",
                    "add `policy: category/name`",
                ),
                ("policy", "`from` 1.22 is not before `until` 1.22", ""),
                (
                    "1.3",
                    "`from` must be text: without quotes `1.3` is the number 1.3",
                    "put it in quotes: `\"1.3\"`",
                ),
            ],
        );
    }
}
