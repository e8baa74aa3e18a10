//! Roles as they are effective: own rules, and those of the roles that flow into them.
//!
//! Sees more than the cluster rather than less: of two roles of one name the rules of both count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::entry::{Entry, compatible};
use super::{Extent, built_in};
use crate::model::{FactPlace, LabelSelector, Path, PathElement};

/// The roles of a set, by name.
#[derive(Debug, Default)]
pub(super) struct Roles {
    cluster: BTreeMap<String, Vec<Arc<Entry>>>,
    namespaced: BTreeMap<String, Vec<Arc<Entry>>>,
}

/// The role that a binding refers to.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    metadata: Value,
    rules: Vec<Value>,
    /// Where the rules are written, by position.
    pub(super) places: Vec<FactPlace>,
    built_in: bool,
}

/// A role's rules, and where they are written; built-in ones are in no file.
type Written<'a> = (&'a Value, Option<&'a Entry>);

impl Roles {
    pub(super) fn insert(&mut self, kind: &str, entry: Arc<Entry>) {
        let roles = match kind {
            "ClusterRole" => &mut self.cluster,
            _ => &mut self.namespaced,
        };
        roles.entry(entry.name.clone()).or_default().push(entry);
    }

    /// The role `kind` `name` as a binding in `namespace` refers to it; `None` if neither the set nor Kubernetes has it.
    ///
    /// A live role is as the cluster has it: deleted if it isn't there, and what flows into it has flown already.
    pub(super) fn resolve(
        &self,
        extent: Extent,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<Resolved> {
        let found: Vec<Written<'_>> = self.named(kind, namespace, name);
        if extent == Extent::Live {
            return found.first().map(|(role, _)| Resolved::live(role));
        }
        let own = match kind {
            "ClusterRole" => built_in::role(kind, "", name),
            _ => built_in::role(kind, namespace, name),
        };
        let found = match own {
            Some(own) if found.is_empty() => vec![(own, None)],
            _ => found,
        };
        let (first, _) = found.first()?;
        let mut resolved = Resolved {
            metadata: first.get("metadata").cloned().unwrap_or(Value::Null),
            built_in: found
                .iter()
                .all(|(role, entry)| entry.is_none() || Self::is_built_in(role)),
            ..Resolved::default()
        };
        let mut seen = BTreeSet::new();
        for written in found {
            self.collect(written, &mut seen, &mut resolved);
        }
        Some(resolved)
    }

    /// The same in a cluster, where a controller writes the rules of an aggregated role: who adds to them labels a role of his own.
    pub(super) fn is_built_in_live(role: &Value) -> bool {
        match role.pointer("/aggregationRule/clusterRoleSelectors") {
            Some(_) => Self::is_built_in(&without_rules(role)),
            None => Self::is_built_in(role),
        }
    }

    /// Whether `object` is one of Kubernetes' own roles, unchanged.
    pub(super) fn is_built_in(object: &Value) -> bool {
        built_in::is_own_role(object, |own| {
            let mut effective = Resolved::default();
            Self::default().collect((own, None), &mut BTreeSet::new(), &mut effective);
            effective.rules
        })
    }

    fn named(&self, kind: &str, namespace: &str, name: &str) -> Vec<Written<'_>> {
        let roles = match kind {
            "ClusterRole" => &self.cluster,
            "Role" => &self.namespaced,
            _ => return Vec::new(),
        };
        let fits =
            |entry: &&Arc<Entry>| kind == "ClusterRole" || compatible(&entry.namespace, namespace);
        let entries = roles.get(name).into_iter().flatten();
        entries
            .filter(fits)
            .map(|entry| (&*entry.object, Some(entry.as_ref())))
            .collect()
    }

    /// The rules of a role and of all that flow into it, each role once.
    fn collect<'a>(
        &'a self,
        (role, entry): Written<'a>,
        seen: &mut BTreeSet<*const Value>,
        resolved: &mut Resolved,
    ) {
        let mut waiting = vec![(role, entry)];
        while let Some((role, entry)) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(role)) {
                continue;
            }
            let rules = role.get("rules").and_then(Value::as_array);
            for (position, rule) in rules.into_iter().flatten().enumerate() {
                if let Some(entry) = entry {
                    resolved.places.push(FactPlace {
                        at: rule_path(resolved.rules.len()),
                        origin: entry.origin.clone(),
                        path: rule_path(position),
                    });
                }
                resolved.rules.push(rule.clone());
            }
            waiting.extend(self.flowing_into(role));
        }
    }

    /// The cluster roles that the role's aggregation rule selects, in the set and built in.
    fn flowing_into(&self, role: &Value) -> Vec<Written<'_>> {
        let selectors = role.pointer("/aggregationRule/clusterRoleSelectors");
        let selectors: Vec<LabelSelector> = selectors
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(LabelSelector::from_value)
            .collect();
        if selectors.is_empty() {
            return Vec::new();
        }
        let own = built_in::roles("ClusterRole").map(|role| (role, None));
        let set = self.cluster.values().flatten();
        let set = set.map(|entry| (&*entry.object, Some(entry.as_ref())));
        let selected = |role: &Value| selectors.iter().any(|selector| selector.selects(role));
        own.filter(|(role, _)| {
            let name = role.pointer("/metadata/name").and_then(Value::as_str);
            !name.is_some_and(|name| self.cluster.contains_key(name))
        })
        .chain(set)
        .filter(|(role, _)| selected(role))
        .collect()
    }
}

impl Resolved {
    /// The role as a cluster has it.
    fn live(role: &Value) -> Self {
        let rules = role.get("rules").and_then(Value::as_array);
        let own = Roles::is_built_in_live(role);
        Self {
            metadata: role.get("metadata").cloned().unwrap_or(Value::Null),
            rules: rules.cloned().unwrap_or_default(),
            places: Vec::new(),
            built_in: own,
        }
    }

    /// What policies see of it.
    pub(super) fn value(&self, kind: &str, bootstrap: bool) -> Value {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": self.metadata,
            "rules": self.rules,
            "builtIn": self.built_in,
            "bootstrap": bootstrap && self.built_in,
        })
    }
}

fn without_rules(role: &Value) -> Value {
    let mut role = role.clone();
    if let Some(members) = role.as_object_mut() {
        members.remove("rules");
    }
    role
}

fn rule_path(position: usize) -> Path {
    let elements = [
        PathElement::Key("rules".to_owned()),
        PathElement::Index(position),
    ];
    elements.into_iter().collect()
}
