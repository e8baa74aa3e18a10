//! Which objects the facts about a review are made of, by exact name, and what a cluster says of each.
//!
//! Never asks: the cluster does, and hands the answers to [`Objects`](super::Objects).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::RBAC;
use crate::model::{FactName, GroupVersionKind, Needs, Path, PathElement, Review};

/// The kinds of objects that are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LookupKind {
    /// A `ClusterRole`.
    ClusterRole,
    /// A `Role`.
    Role,
    /// A `ServiceAccount`.
    ServiceAccount,
    /// A `Namespace`.
    Namespace,
}

/// One object to look up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// Its kind.
    pub kind: LookupKind,
    /// Its namespace; empty for cluster-scoped kinds.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// What a cluster says of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is this.
    Found(Arc<Value>),
    /// It doesn't exist.
    Absent,
    /// Nothing: it couldn't be asked, or may not be; why, in one sentence.
    Unreachable(String),
}

impl LookupKind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClusterRole => "ClusterRole",
            Self::Role => "Role",
            Self::ServiceAccount => "ServiceAccount",
            Self::Namespace => "Namespace",
        }
    }

    /// Its group and version, too.
    #[must_use]
    pub fn gvk(self) -> GroupVersionKind {
        let group = match self {
            Self::ClusterRole | Self::Role => RBAC,
            Self::ServiceAccount | Self::Namespace => "",
        };
        GroupVersionKind::new(group, "v1", self.as_str())
    }
}

impl Lookup {
    /// The objects to look up for what `needs` asks about `review`.
    #[must_use]
    pub fn of(needs: &Needs, review: &Review) -> BTreeSet<Self> {
        let mut lookups = BTreeSet::new();
        for name in &needs.facts {
            match name {
                FactName::Role => lookups.extend(Self::role(review)),
                FactName::Namespace => lookups.extend(Self::namespace(review)),
                FactName::ServiceAccount => {
                    lookups.extend(Self::account(review, &Path::root()));
                    let templates = needs.templates.iter();
                    lookups.extend(templates.filter_map(|path| Self::account(review, path)));
                }
                FactName::NetworkPolicies | FactName::Subjects => {}
            }
        }
        lookups
    }

    /// The role that a binding refers to; `None` if there can be none.
    pub(super) fn role(review: &Review) -> Option<Self> {
        let (kind, name) = role_ref(subject(review))?;
        match (review.kind.kind.as_str(), kind) {
            ("Role" | "ClusterRole", _) => None,
            (_, "ClusterRole") => Self::new(LookupKind::ClusterRole, "", name),
            ("ClusterRoleBinding", _) => None,
            (_, "Role") => Self::named(LookupKind::Role, &review.namespace, name),
            _ => None,
        }
    }

    /// The account of the Pod at `at` of the review's object.
    pub(super) fn account(review: &Review, at: &Path) -> Option<Self> {
        let name = account_name(pod_spec(subject(review), at)?);
        Self::named(LookupKind::ServiceAccount, &review.namespace, name)
    }

    /// The namespace that the review's object is in.
    pub(super) fn namespace(review: &Review) -> Option<Self> {
        // A Namespace is in none, though its requests name it as their own.
        let itself = (review.kind.group.as_str(), review.kind.kind.as_str()) == ("", "Namespace");
        let name = Some(&review.namespace).filter(|_| !itself)?;
        Self::new(LookupKind::Namespace, "", name)
    }

    fn named(kind: LookupKind, namespace: &str, name: &str) -> Option<Self> {
        (!namespace.is_empty())
            .then(|| Self::new(kind, namespace, name))
            .flatten()
    }

    fn new(kind: LookupKind, namespace: &str, name: &str) -> Option<Self> {
        (!name.is_empty()).then(|| Self {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// What the facts are about: the object, or what is deleted.
pub(super) fn subject(review: &Review) -> &Value {
    let object = review.object.as_deref().filter(|object| !object.is_null());
    object
        .or(review.old_object.as_deref())
        .unwrap_or(&Value::Null)
}

/// Kind and name of a binding's role.
pub(super) fn role_ref(binding: &Value) -> Option<(&str, &str)> {
    let part = |name: &str| binding.get("roleRef")?.get(name)?.as_str();
    Some((part("kind")?, part("name")?))
}

/// The `spec` of the Pod at `at` of `object`: the object itself, or one of its templates.
pub(super) fn pod_spec<'a>(object: &'a Value, at: &Path) -> Option<&'a Value> {
    let pod = at
        .elements()
        .iter()
        .try_fold(object, |value, element| match element {
            PathElement::Key(key) => value.get(key),
            PathElement::Index(index) => value.get(index),
        });
    pod?.get("spec")
}

/// The name of a Pod's service account.
pub(super) fn account_name(spec: &Value) -> &str {
    // The API server reads the old field where the new one is empty.
    let named = |field: &str| {
        let name = spec.get(field).and_then(Value::as_str);
        name.filter(|name| !name.is_empty())
    };
    named("serviceAccountName")
        .or_else(|| named("serviceAccount"))
        .unwrap_or("default")
}
