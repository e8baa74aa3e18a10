//! `rbac.matches`: what rules of roles grant, matched as Kubernetes' authorizer matches a request.
//!
//! Never fails: a null or a wrong type grants nothing, as in the authorizer, which never sees one.
//! Source: kubernetes/kubernetes, `pkg/apis/rbac/v1/evaluation_helpers.go`.

use std::collections::BTreeSet;

use super::arguments::any;
use super::{Context, Fault};
use crate::engine::rego::{Val, View};

/// Verbs of requests whose object has no name yet, or that name none: `resourceNames` don't narrow them.
const UNNAMED: [&str; 2] = ["create", "deletecollection"];

/// `rbac.matches(rules, wanted)`: for each rule that grants a wanted verb on a wanted resource `{rule, at, verbs, resources}`:
/// its position, the position of the first of its resources that does, and what of the wanted it grants.
///
/// `wanted` is `{verbs: a set, resources: {API group: a set of "resource" and "resource/subresource"}, named: a boolean}`;
/// `named` says whether rules that `resourceNames` narrow count.
pub(super) fn matches(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (rules, wanted) = (any(arguments, 0)?, any(arguments, 1)?);
    let wanted = Wanted::new(wanted);
    let hits = items(Some(rules.clone())).into_iter().enumerate();
    Ok(Val::array(hits.filter_map(|(position, rule)| {
        wanted.matched(&rule).map(|hit| hit.value(position))
    })))
}

struct Wanted {
    verbs: BTreeSet<String>,
    resources: Vec<(String, BTreeSet<String>)>,
    named: bool,
}

struct Hit {
    at: usize,
    verbs: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Wanted {
    fn new(wanted: &Val) -> Self {
        let members = wanted.member("resources").and_then(|it| it.members());
        let resources = members.into_iter().flatten();
        Self {
            verbs: texts(wanted.member("verbs")).collect(),
            resources: resources
                .filter_map(|(group, names)| {
                    Some((group.as_str()?.to_owned(), texts(Some(names)).collect()))
                })
                .collect(),
            named: wanted.member("named") == Some(Val::TRUE),
        }
    }

    fn matched(&self, rule: &Val) -> Option<Hit> {
        let narrowed = !self.named && is_narrowed(rule);
        let verbs = self.verbs(rule, narrowed);
        if verbs.is_empty() {
            return None;
        }
        let names = self.names(rule, narrowed);
        if names.is_empty() {
            return None;
        }
        let mut first = None;
        let mut resources = BTreeSet::new();
        for (position, entry) in items(rule.member("resources")).iter().enumerate() {
            let Some(entry) = entry.as_str() else {
                continue;
            };
            for name in names.iter().filter(|name| covers(entry, name)) {
                first.get_or_insert(position);
                resources.insert((*name).clone());
            }
        }
        first.map(|at| Hit {
            at,
            verbs,
            resources,
        })
    }

    fn verbs(&self, rule: &Val, narrowed: bool) -> BTreeSet<String> {
        let own: Vec<Val> = items(rule.member("verbs"));
        let has = |verb: &str| {
            own.iter()
                .any(|own| matches!(own.as_str(), Some(own) if own == "*" || own == verb))
        };
        let counts = |verb: &&String| !narrowed || UNNAMED.contains(&verb.as_str());
        let granted = self.verbs.iter().filter(counts);
        granted.filter(|verb| has(verb)).cloned().collect()
    }

    /// The wanted resources of the rule's API groups; a request for a subresource always names its object.
    fn names(&self, rule: &Val, narrowed: bool) -> BTreeSet<&String> {
        let own: Vec<Val> = items(rule.member("apiGroups"));
        let has = |group: &str| {
            own.iter()
                .any(|own| matches!(own.as_str(), Some(own) if own == "*" || own == group))
        };
        let groups = self.resources.iter().filter(|(group, _)| has(group));
        groups
            .flat_map(|(_, names)| names)
            .filter(|name| !narrowed || !name.contains('/'))
            .collect()
    }
}

impl Hit {
    fn value(&self, rule: usize) -> Val {
        let set = |texts: &BTreeSet<String>| Val::set(texts.iter().map(|text| Val::string(text)));
        Val::object([
            ("rule", Val::integer(rule as i128)),
            ("at", Val::integer(self.at as i128)),
            ("verbs", set(&self.verbs)),
            ("resources", set(&self.resources)),
        ])
    }
}

/// `*` covers every resource and subresource, `*/exec` that subresource of every resource; `pods/*` and `*/*` cover nothing.
fn covers(entry: &str, name: &str) -> bool {
    let of_any = |sub: &str| name.split_once('/').is_some_and(|(_, own)| own == sub);
    entry == "*" || entry == name || entry.strip_prefix("*/").is_some_and(of_any)
}

/// The empty name is the one of requests that name no object: a list that holds it doesn't narrow.
fn is_narrowed(rule: &Val) -> bool {
    let names = items(rule.member("resourceNames"));
    !names.is_empty() && names.iter().all(|name| name.as_str() != Some(""))
}

fn items(value: Option<Val>) -> Vec<Val> {
    let value = value.filter(|value| matches!(value.view(), View::Array | View::Set));
    value.and_then(|value| value.elements()).unwrap_or_default()
}

fn texts(value: Option<Val>) -> impl Iterator<Item = String> {
    let items = items(value).into_iter();
    items.filter_map(|item| item.as_str().map(str::to_owned))
}
