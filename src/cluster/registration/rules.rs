//! Scopes to webhook rules: which resources, in which versions, by which operations.
//!
//! Never drops a kind in silence: what no rule can be made for is returned by name. Never `*/*`.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::admissionregistration::v1::RuleWithOperations;

use super::discovery::{Discovered, ServedKind};
use super::kinds::{self, BuiltIn, KINDS, POD_WRITES, SUBRESOURCES, Subresource};
use crate::engine::template_kinds;
use crate::model::{KindPattern, Operation, PodTemplate, Scope};

/// What can be registered for one webhook entry, and what can't.
pub(super) struct Registrable {
    /// Merged and in order.
    pub(super) rules: Vec<RuleWithOperations>,
    /// Kinds and subresources (`*/name`) that no rule could be made for.
    pub(super) unregistered: BTreeSet<String>,
    /// Whether there are kinds that only discovery knows.
    pub(super) custom: bool,
}

/// What kinds are, beside Kubernetes' own.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// What discovery has found so far.
    pub(super) discovered: &'a Discovered,
    /// Kinds that hold pod templates.
    pub(super) pod_templates: &'a [PodTemplate],
}

type Operations = BTreeSet<Operation>;

/// A resource with its versions, as a rule names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    group: String,
    versions: Vec<String>,
    scope: &'static str,
    resource: String,
}

/// What changes an object, as opposed to connecting to it.
const WRITES: [Operation; 3] = [Operation::Create, Operation::Update, Operation::Delete];

/// The rules for `scopes`.
pub(super) fn rules(scopes: &[Scope], known: Known<'_>) -> Registrable {
    let mut targets: BTreeMap<Target, Operations> = BTreeMap::new();
    let mut unregistered = BTreeSet::new();
    for scope in scopes {
        let found = known.scope(scope, &mut unregistered);
        for (target, operations) in found {
            targets.entry(target).or_default().extend(operations);
        }
    }
    Registrable {
        rules: merged(targets),
        unregistered,
        custom: scopes.iter().any(|scope| known.asks_discovery(scope)),
    }
}

impl Known<'_> {
    fn scope(
        self,
        scope: &Scope,
        unregistered: &mut BTreeSet<String>,
    ) -> Vec<(Target, Operations)> {
        let mut found = Vec::new();
        for pattern in &scope.kinds {
            let mut own = self.writes(scope, pattern, &WRITES);
            own.extend(carried(scope, pattern));
            own.extend(self.other_subresources(scope, pattern));
            if own.is_empty() && !in_files(pattern) {
                unregistered.insert(pattern.to_string());
            }
            found.extend(own);
        }
        for name in &scope.subresources {
            let suffix = format!("/{name}");
            let has = |(target, _): &(Target, _)| target.resource.ends_with(&suffix);
            if !found.iter().any(has) {
                unregistered.insert(format!("*/{name}"));
            }
        }
        for pattern in self.template_patterns(scope) {
            let own = self.writes(scope, &pattern, &[Operation::Create, Operation::Update]);
            if own.is_empty() && self.targets(&pattern).is_empty() && !in_files(&pattern) {
                unregistered.insert(pattern.to_string());
            }
            found.extend(own);
        }
        found
    }

    /// The objects themselves, by those of the `allowed` operations that the scope names.
    fn writes(
        self,
        scope: &Scope,
        pattern: &KindPattern,
        allowed: &[Operation],
    ) -> Vec<(Target, Operations)> {
        let operations = common(scope, allowed);
        if operations.is_empty() {
            return Vec::new();
        }
        let with = |target| (target, operations.clone());
        self.targets(pattern).into_iter().map(with).collect()
    }

    /// Named subresources that arrive as an update of the object itself.
    fn other_subresources(self, scope: &Scope, pattern: &KindPattern) -> Vec<(Target, Operations)> {
        let names = || {
            let other = |name: &&String| SUBRESOURCES.iter().all(|known| known.name != **name);
            scope.subresources.iter().filter(other)
        };
        let objects = self.writes(scope, pattern, &[Operation::Update]);
        let of = |(target, operations): (Target, Operations)| {
            names().map(move |name| {
                let resource = format!("{}/{name}", target.resource);
                let target = Target {
                    resource,
                    ..target.clone()
                };
                (target, operations.clone())
            })
        };
        objects.into_iter().flat_map(of).collect()
    }

    /// The kinds whose pod templates a scope judges as Pods.
    fn template_patterns(self, scope: &Scope) -> Vec<KindPattern> {
        // `*` means every object, not what templates would become.
        let is_pod =
            |pattern: &KindPattern| pattern.kind.is_some() && kinds::names(pattern, "", "Pod");
        if !scope.templates || !scope.kinds.iter().any(is_pod) {
            return Vec::new();
        }
        let pattern = |group: &str, kind: &str| KindPattern {
            group: Some(group.to_owned()),
            kind: Some(kind.to_owned()),
        };
        let configured = self.pod_templates.iter();
        template_kinds()
            .map(|(group, kind)| pattern(group, kind))
            .chain(configured.map(|one| pattern(&one.group, &one.kind)))
            .collect()
    }

    /// The resources of a pattern's kinds.
    fn targets(self, pattern: &KindPattern) -> Vec<Target> {
        match (&pattern.group, &pattern.kind) {
            (None, None) => vec![Target {
                group: "*".to_owned(),
                versions: vec!["*".to_owned()],
                scope: "*",
                resource: "*".to_owned(),
            }],
            (Some(group), None) => self.group(group, pattern).into_iter().collect(),
            (_, Some(_)) => {
                let built_in = built_in(pattern).map(Target::from).collect::<Vec<_>>();
                if is_built_in(pattern) {
                    return built_in;
                }
                self.custom(pattern).collect()
            }
        }
    }

    /// All resources of a group, in the versions that its kinds are judged in.
    fn group(self, group: &str, pattern: &KindPattern) -> Option<Target> {
        let kinds = built_in(pattern).map(Target::from);
        let versions: BTreeSet<String> = kinds
            .chain(self.custom(pattern))
            .flat_map(|target| target.versions)
            .collect();
        (!versions.is_empty()).then(|| Target {
            group: group.to_owned(),
            versions: versions.into_iter().collect(),
            scope: "*",
            resource: "*".to_owned(),
        })
    }

    fn custom(self, pattern: &KindPattern) -> impl Iterator<Item = Target> {
        let named = |one: &&ServedKind| kinds::names(pattern, &one.group, &one.kind);
        let served = self.discovered.kinds().filter(named);
        served.map(|one| Target {
            group: one.group.clone(),
            versions: vec![one.version.clone()],
            scope: scope_name(one.namespaced),
            resource: one.resource.clone(),
        })
    }

    fn asks_discovery(self, scope: &Scope) -> bool {
        let templates = self.template_patterns(scope);
        scope
            .kinds
            .iter()
            .chain(&templates)
            .any(|pattern| pattern.group.is_some() && !in_files(pattern) && !is_built_in(pattern))
    }
}

impl From<&BuiltIn> for Target {
    fn from(kind: &BuiltIn) -> Self {
        Self {
            group: kind.group.to_owned(),
            versions: kind.versions.iter().map(|&one| one.to_owned()).collect(),
            scope: scope_name(kind.namespaced),
            resource: kind.resource.to_owned(),
        }
    }
}

impl From<&Subresource> for Target {
    fn from(one: &Subresource) -> Self {
        Self {
            group: one.group.to_owned(),
            versions: vec![one.version.to_owned()],
            scope: one.scope,
            resource: format!("{}/{}", one.resource, one.name),
        }
    }
}

/// Subresources that carry an object of the pattern's kinds, and are named or judged by every Pod policy.
fn carried(scope: &Scope, pattern: &KindPattern) -> Vec<(Target, Operations)> {
    let wanted = |one: &&Subresource| {
        let (group, kind) = one.object;
        kinds::names(pattern, group, kind)
            && (POD_WRITES.contains(&one.name)
                || scope.subresources.iter().any(|own| own == one.name))
            && scope.operations.contains(&one.operation)
    };
    let found = SUBRESOURCES.iter().filter(wanted);
    found
        .map(|one| (Target::from(one), BTreeSet::from([one.operation])))
        .collect()
}

fn built_in(pattern: &KindPattern) -> impl Iterator<Item = &'static BuiltIn> {
    KINDS.iter().filter(move |kind| {
        !kind.versions.is_empty() && kinds::names(pattern, kind.group, kind.kind)
    })
}

/// Whether Kubernetes itself knows what `pattern` names, as a resource or as the object of a subresource.
fn is_built_in(pattern: &KindPattern) -> bool {
    let own = KINDS.iter().map(|kind| (kind.group, kind.kind));
    let carried = SUBRESOURCES.iter().map(|one| one.object);
    own.chain(carried)
        .any(|(group, kind)| kinds::names(pattern, group, kind))
}

fn in_files(pattern: &KindPattern) -> bool {
    pattern.group.as_deref().is_some_and(kinds::only_in_files)
}

fn common(scope: &Scope, allowed: &[Operation]) -> Operations {
    let both = allowed.iter().filter(|one| scope.operations.contains(one));
    both.copied().collect()
}

const fn scope_name(namespaced: bool) -> &'static str {
    if namespaced { "Namespaced" } else { "Cluster" }
}

/// One rule for all resources that have everything else in common.
fn merged(targets: BTreeMap<Target, Operations>) -> Vec<RuleWithOperations> {
    let mut rules: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (target, operations) in targets {
        let key = (target.group, target.versions, operations, target.scope);
        rules.entry(key).or_default().push(target.resource);
    }
    let rule =
        |((group, versions, operations, scope), resources): ((_, _, Operations, &str), _)| {
            RuleWithOperations {
                api_groups: Some(vec![group]),
                api_versions: Some(versions),
                operations: Some(
                    operations
                        .iter()
                        .map(|one| one.as_str().to_owned())
                        .collect(),
                ),
                resources: Some(resources),
                scope: Some(scope.to_owned()),
            }
        };
    rules.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests;
