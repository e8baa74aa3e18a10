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

/// `rbac.matches(rules, wanted)`: for each rule that grants something of `wanted` `{rule, at, matches}`: its position, the
/// position of the first of its resources that does, and for each part of `wanted` `{part, verbs, resources, named}`, what it
/// grants, on objects of which names.
///
/// A part is `{verbs: a set, resources: {API group: a set of "resource" and "resource/subresource"}}`. `resourceNames` narrow
/// a rule unless some of them are in the set `names`, begin with one of the set `prefixes`, or `named` is true; these are then
/// the match's `named`. `keyed` is a set
/// of prefixes, such as `userextras/`: a rule's resource with one of them counts, whatever stands behind it.
pub(super) fn matches(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let parts = items(Some(any(arguments, 1)?.clone()));
    let parts: Vec<Part> = parts.iter().map(Part::new).collect();
    let rules = items(Some(any(arguments, 0)?.clone()))
        .into_iter()
        .enumerate();
    Ok(Val::array(rules.filter_map(|(position, rule)| {
        let hits = parts.iter().enumerate();
        let hits: Vec<(usize, Hit)> = hits
            .filter_map(|(part, wanted)| Some((part, wanted.matched(&rule)?)))
            .collect();
        let at = hits.iter().map(|(_, hit)| hit.at).min()?;
        Some(Val::object([
            ("rule", Val::integer(position as i128)),
            ("at", Val::integer(at as i128)),
            (
                "matches",
                Val::array(hits.iter().map(|(part, hit)| hit.value(*part))),
            ),
        ]))
    })))
}

/// One of the things that are looked for.
struct Part {
    verbs: BTreeSet<String>,
    resources: Vec<(String, BTreeSet<String>)>,
    names: BTreeSet<String>,
    prefixes: BTreeSet<String>,
    named: bool,
    keyed: BTreeSet<String>,
}

/// What of a part a rule grants.
struct Hit {
    at: usize,
    verbs: BTreeSet<String>,
    resources: BTreeSet<String>,
    named: BTreeSet<String>,
}

/// What `resourceNames` leave of a rule for a part.
enum Narrowing {
    /// Objects of any name.
    None,
    /// Those of these names, which are wanted.
    To(BTreeSet<String>),
    /// Only what has no name.
    Away,
}

impl Part {
    fn new(part: &Val) -> Self {
        let set = |key: &str| texts(part.member(key)).collect::<BTreeSet<String>>();
        let members = part.member("resources").and_then(|it| it.members());
        let resources = members.into_iter().flatten();
        Self {
            verbs: set("verbs"),
            resources: resources
                .filter_map(|(group, names)| {
                    Some((group.as_str()?.to_owned(), texts(Some(names)).collect()))
                })
                .collect(),
            names: set("names"),
            prefixes: set("prefixes"),
            named: part.member("named") == Some(Val::TRUE),
            keyed: set("keyed"),
        }
    }

    fn matched(&self, rule: &Val) -> Option<Hit> {
        let (narrowed, named) = match self.narrowing(rule) {
            Narrowing::None => (false, BTreeSet::new()),
            Narrowing::To(names) => (false, names),
            Narrowing::Away => (true, BTreeSet::new()),
        };
        let verbs = self.verbs(rule, narrowed);
        if verbs.is_empty() {
            return None;
        }
        let wanted = self.resources(rule, narrowed);
        if wanted.is_empty() {
            return None;
        }
        let mut first = None;
        let mut resources = BTreeSet::new();
        for (position, entry) in items(rule.member("resources")).iter().enumerate() {
            let Some(entry) = entry.as_str() else {
                continue;
            };
            let before = resources.len();
            let keyed = |prefix: &String| {
                let key = entry.strip_prefix(prefix.as_str());
                key.is_some_and(|key| !key.is_empty() && key != "*")
            };
            if self.keyed.iter().any(keyed) {
                resources.insert(entry.to_owned());
                first.get_or_insert(position);
            }
            let covered = wanted.iter().filter(|name| covers(entry, name));
            resources.extend(covered.map(|name| (*name).clone()));
            if resources.len() > before {
                first.get_or_insert(position);
            }
        }
        first.map(|at| Hit {
            at,
            verbs,
            resources,
            named,
        })
    }

    fn verbs(&self, rule: &Val, narrowed: bool) -> BTreeSet<String> {
        let own = items(rule.member("verbs"));
        let counts = |verb: &&String| !narrowed || UNNAMED.contains(&verb.as_str());
        let granted = self.verbs.iter().filter(counts);
        granted
            .filter(|verb| names_or_all(&own, verb))
            .cloned()
            .collect()
    }

    /// The wanted resources of the rule's API groups; a request for a subresource always names its object.
    fn resources(&self, rule: &Val, narrowed: bool) -> BTreeSet<&String> {
        let own = items(rule.member("apiGroups"));
        let groups = self
            .resources
            .iter()
            .filter(|(group, _)| names_or_all(&own, group));
        groups
            .flat_map(|(_, names)| names)
            .filter(|name| !narrowed || !name.contains('/'))
            .collect()
    }

    /// The empty name is the one of requests that name no object: a list that holds it doesn't narrow.
    fn narrowing(&self, rule: &Val) -> Narrowing {
        let names: BTreeSet<String> = texts(rule.member("resourceNames")).collect();
        if names.is_empty() || names.contains("") {
            return Narrowing::None;
        }
        let is_wanted = |name: &String| {
            self.named
                || self.names.contains(name)
                || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        let wanted: BTreeSet<String> = names.into_iter().filter(is_wanted).collect();
        if wanted.is_empty() {
            Narrowing::Away
        } else {
            Narrowing::To(wanted)
        }
    }
}

impl Hit {
    fn value(&self, part: usize) -> Val {
        let set = |texts: &BTreeSet<String>| Val::set(texts.iter().map(|text| Val::string(text)));
        Val::object([
            ("part", Val::integer(part as i128)),
            ("verbs", set(&self.verbs)),
            ("resources", set(&self.resources)),
            ("named", set(&self.named)),
        ])
    }
}

/// Whether a rule's list holds `wanted` or `*`; both are compared as they are written.
fn names_or_all(own: &[Val], wanted: &str) -> bool {
    own.iter()
        .filter_map(Val::as_str)
        .any(|own| own == "*" || own == wanted)
}

/// `*` covers every resource and subresource, `*/exec` that subresource of every resource; `pods/*` and `*/*` cover nothing.
fn covers(entry: &str, name: &str) -> bool {
    let of_any = |sub: &str| name.split_once('/').is_some_and(|(_, own)| own == sub);
    entry == "*" || entry == name || entry.strip_prefix("*/").is_some_and(of_any)
}

fn items(value: Option<Val>) -> Vec<Val> {
    let value = value.filter(|value| matches!(value.view(), View::Array | View::Set));
    value.and_then(|value| value.elements()).unwrap_or_default()
}

fn texts(value: Option<Val>) -> impl Iterator<Item = String> {
    let items = items(value).into_iter();
    items.filter_map(|item| item.as_str().map(str::to_owned))
}
