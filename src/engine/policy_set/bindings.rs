//! Bindings made ready: parameters as values, globs compiled, an index from kinds to policies.
//!
//! Self-contained: a decision needs nothing of a binding but this.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{PolicySet, Unit, digest};
use crate::engine::rego::{TooDeep, Val};
use crate::engine::verdict::Exemptions;
use crate::model::{
    Binding, Digest, Enforcement, Exemption, ExistingViolations, GroupVersionKind, InlineMode,
    Match, Path, PolicyId,
};

/// Bindings that are in force, with everything a decision needs of them.
pub struct Bindings {
    policies: Vec<BoundPolicy>,
    kinds: HashMap<String, Vec<Entry>>,
    any_kind: Vec<Entry>,
    exemptions: Exemptions,
    digest: Digest,
}

/// Why a binding isn't in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindProblem {
    /// The policy.
    pub policy: PolicyId,
    /// Who bound it.
    pub source: String,
    /// Whether it came with a profile.
    pub from_profile: bool,
    /// Required parameters that aren't given, quoted, each with those that would do instead; empty for any other problem.
    pub missing: Vec<String>,
    /// Where in the parameters.
    pub path: Path,
    /// What is wrong, without values.
    pub message: String,
}

/// A binding's unit, and its parameters as JSON and as a value.
type Ready<'a> = (&'a Arc<Unit>, (Value, Val));

/// A policy with all its bindings.
pub(crate) struct BoundPolicy {
    /// The policy and what it is evaluated from.
    pub(crate) unit: Arc<Unit>,
    /// Its bindings.
    pub(crate) rules: Vec<Rule>,
    /// The different parameters of its bindings, as JSON and as values.
    pub(crate) parameters: Vec<(Value, Val)>,
}

/// One binding of a policy.
pub(crate) struct Rule {
    /// What a violation costs; `None`: by its severity.
    pub(crate) enforcement: Option<Enforcement>,
    /// The same for a pod template; `None`: no other price.
    pub(crate) templates: Option<Enforcement>,
    /// What becomes of violations that the old object has too.
    pub(crate) existing: ExistingViolations,
    /// Which reviews it concerns.
    pub(crate) matches: Match,
    /// Which of the policy's parameters.
    pub(crate) parameters: usize,
}

/// A policy in the index, under a group or all groups.
struct Entry {
    group: Option<String>,
    policy: usize,
}

impl PolicySet {
    /// Makes bindings and exemptions ready: parameters are checked, completed with defaults and converted once.
    ///
    /// A binding with a problem isn't in force; the problem says whose fault it is.
    #[must_use]
    pub fn bind(
        &self,
        bindings: Vec<Binding>,
        exemptions: Vec<Exemption>,
        inline: InlineMode,
    ) -> (Bindings, Vec<BindProblem>) {
        let mut problems = Vec::new();
        let mut bound: BTreeMap<PolicyId, BoundPolicy> = BTreeMap::new();
        for binding in bindings {
            match self.ready(&binding) {
                Ok((unit, parameters)) => {
                    let policy = bound.entry(binding.policy.clone()).or_insert(BoundPolicy {
                        unit: Arc::clone(unit),
                        rules: Vec::new(),
                        parameters: Vec::new(),
                    });
                    policy.push(&binding, parameters);
                }
                Err(found) => problems.extend(found),
            }
        }
        let policies: Vec<BoundPolicy> = bound.into_values().collect();
        let digest = digest::of_bindings(&policies, &exemptions, inline);
        let mut ready = Bindings {
            policies,
            kinds: HashMap::new(),
            any_kind: Vec::new(),
            exemptions: Exemptions::new(exemptions, inline),
            digest,
        };
        ready.index();
        (ready, problems)
    }

    /// The unit of a binding's policy, and its parameters with defaults.
    fn ready(&self, binding: &Binding) -> Result<Ready<'_>, Vec<BindProblem>> {
        let problem = |missing: Vec<String>, path: Path, message: String| BindProblem {
            policy: binding.policy.clone(),
            source: binding.source.clone(),
            from_profile: binding.from_profile,
            missing,
            path,
            message,
        };
        let single = |path: Path, message: String| vec![problem(Vec::new(), path, message)];
        let unit = self.unit(&binding.policy).ok_or_else(|| {
            let message = format!("no policy named `{}` is loaded", binding.policy);
            single(Path::root(), message)
        })?;
        let parameters = match unit.parameters() {
            Some(schema) => schema.complete(&binding.parameters).map_err(|faults| {
                let faults = faults.into_iter();
                faults
                    .map(|fault| problem(fault.missing, fault.path, fault.message))
                    .collect::<Vec<_>>()
            })?,
            None if binding.parameters.is_empty() => Value::Object(Map::new()),
            None => {
                let message = format!("`{}` takes no parameters", binding.policy);
                return Err(single(Path::root(), message));
            }
        };
        match Val::from_json(&parameters) {
            Ok(value) => Ok((unit, (parameters, value))),
            Err(TooDeep) => Err(single(
                Path::root(),
                "the parameters are nested too deeply".to_owned(),
            )),
        }
    }
}

impl BoundPolicy {
    fn push(&mut self, binding: &Binding, parameters: (Value, Val)) {
        let known = self
            .parameters
            .iter()
            .position(|(own, _)| *own == parameters.0);
        let position = known.unwrap_or_else(|| {
            self.parameters.push(parameters);
            self.parameters.len() - 1
        });
        self.rules.push(Rule {
            enforcement: binding.enforcement,
            templates: binding.templates,
            existing: binding.existing,
            matches: binding.matches.clone(),
            parameters: position,
        });
    }

    /// The strictest enforcement of `rules`, for failures: where a binding leaves it to the severity, the policy's.
    pub(crate) fn strictest<'a>(&self, rules: impl Iterator<Item = &'a Rule>) -> Enforcement {
        let by_severity = self.unit.policy.severity.default_enforcement();
        rules
            .map(|rule| rule.enforcement.unwrap_or(by_severity))
            .max()
            .unwrap_or(Enforcement::Deny)
    }
}

impl Bindings {
    /// A digest over bindings and exemptions.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The bound policies, sorted by id.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyId> {
        self.policies.iter().map(|policy| &policy.unit.policy.id)
    }

    /// What the bound policies are evaluated from.
    pub(super) fn units(&self) -> impl Iterator<Item = &Arc<Unit>> {
        self.policies.iter().map(|policy| &policy.unit)
    }

    /// The exemptions, in the order in which findings name them.
    #[must_use]
    pub fn exemptions(&self) -> &[Exemption] {
        self.exemptions.all()
    }

    pub(in crate::engine) fn ready_exemptions(&self) -> &Exemptions {
        &self.exemptions
    }

    /// Policies whose scope names `kind`, in order; no allocation where there is none.
    pub(crate) fn concerned(&self, kind: &GroupVersionKind) -> Vec<&BoundPolicy> {
        let named = self.kinds.get(&kind.kind);
        let entries = named.into_iter().flatten().chain(&self.any_kind);
        let mut positions: Vec<usize> = entries
            .filter(|entry| {
                entry
                    .group
                    .as_ref()
                    .is_none_or(|group| *group == kind.group)
            })
            .map(|entry| entry.policy)
            .collect();
        positions.sort_unstable();
        positions.dedup();
        positions
            .into_iter()
            .filter_map(|position| self.policies.get(position))
            .collect()
    }

    fn index(&mut self) {
        for (position, policy) in self.policies.iter().enumerate() {
            for pattern in &policy.unit.policy.scope.kinds {
                let entry = Entry {
                    group: pattern.group.clone(),
                    policy: position,
                };
                match &pattern.kind {
                    Some(kind) => self.kinds.entry(kind.clone()).or_default().push(entry),
                    None => self.any_kind.push(entry),
                }
            }
        }
    }
}
