//! What is in force: one policy set, and its bindings by the entry that judges them.
//!
//! Never judges a binding twice: what may deny is `enforce`'s, the rest `observe`'s.

use sha2::{Digest as _, Sha256};

use crate::config::{Config, ConfigError};
use crate::engine::{self, Bindings, PolicySet};
use crate::model::{
    Binding, Enforcement, FactName, InlineMode, KubernetesVersion, LoadProblem, NotRun, Notice,
    PodTemplate, PolicyId, Scope,
};
use crate::setup::{self, Ready};

/// Digits of the policy set's digest in answers and logs.
const DIGITS: usize = 12;

/// Facts about what is normally made after the object: at admission they would always be missing.
const LATER: [FactName; 2] = [FactName::NetworkPolicies, FactName::Subjects];

/// An entry of the webhook's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// Judges bindings that may deny; a call that fails denies.
    Enforce,
    /// Judges bindings that warn or audit; a call that fails is none.
    Observe,
}

impl Entry {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Enforce, Self::Observe];

    /// Its name in paths, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}

/// Policies, bindings and exemptions in force.
pub struct InForce {
    pub(super) set: PolicySet,
    enforce: Bindings,
    observe: Bindings,
    scopes: [Vec<Scope>; 2],
    /// The first digits of the digest over policies, bindings and exemptions.
    pub(super) digest: String,
    /// Policies that aren't run, and why.
    pub not_run: Vec<NotRun>,
    /// Policies that didn't load.
    pub load_problems: Vec<LoadProblem>,
    /// What the operator should hear.
    pub notices: Vec<Notice>,
}

/// How a cluster changes what the configuration says.
#[derive(Debug, Clone, Copy)]
pub struct Cap {
    /// The most that a binding may cost.
    pub enforcement: Enforcement,
    /// Whether facts about other objects come from a live cluster.
    pub live: bool,
}

impl InForce {
    /// Splits bindings by entry and prepares their policies.
    ///
    /// The parameters of a binding that don't fit are its author's mistake; nothing of it is then in force.
    pub fn new(ready: Ready, config: &Config, cap: Cap) -> Result<Self, Vec<ConfigError>> {
        let mut not_run = ready.not_run;
        let set = ready.set;
        let mut split = [Vec::new(), Vec::new()];
        for binding in ready.bindings {
            if cap.live && asks_for_later(&set, &binding.policy) {
                not_run.push(NotRun {
                    policy: binding.policy,
                    reason: "asks for what is made after the object: scan and audit judge it"
                        .to_owned(),
                });
                continue;
            }
            let binding = capped(binding, &set, cap.enforcement);
            let [enforce, observe] = &mut split;
            match entry(&binding, &set) {
                Entry::Enforce => enforce.push(binding),
                Entry::Observe => observe.push(binding),
            }
        }
        let [enforce, observe] = split;
        let scopes = [scopes(&enforce, &set), scopes(&observe, &set)];
        let (enforce, mut problems) = set.bind(enforce, ready.exemptions.clone(), ready.inline);
        let (observe, more) = set.bind(observe, ready.exemptions, ready.inline);
        problems.extend(more);
        setup::bind_problems(config, problems, &mut not_run)?;
        set.prepare_bound(&enforce);
        set.prepare_bound(&observe);
        let digest = digest(&set, [&enforce, &observe]);
        Ok(Self {
            set,
            enforce,
            observe,
            scopes,
            digest,
            not_run,
            load_problems: ready.load_problems,
            notices: ready.notices,
        })
    }

    /// Nothing at all: what a process that hasn't read its configuration judges by, before it accepts calls.
    #[must_use]
    pub fn nothing(version: Option<KubernetesVersion>) -> Self {
        let options = setup::options(version.unwrap_or_default(), &Config::default());
        let (set, _) = engine::build(Vec::new(), &options);
        let (enforce, _) = set.bind(Vec::new(), Vec::new(), InlineMode::Deny);
        let (observe, _) = set.bind(Vec::new(), Vec::new(), InlineMode::Deny);
        Self {
            digest: digest(&set, [&enforce, &observe]),
            set,
            enforce,
            observe,
            scopes: [Vec::new(), Vec::new()],
            not_run: Vec::new(),
            load_problems: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// The bindings that an entry judges.
    #[must_use]
    pub const fn bindings(&self, entry: Entry) -> &Bindings {
        match entry {
            Entry::Enforce => &self.enforce,
            Entry::Observe => &self.observe,
        }
    }

    /// The scopes of the policies that an entry judges, for its registration.
    #[must_use]
    pub fn scopes(&self, entry: Entry) -> &[Scope] {
        let [enforce, observe] = &self.scopes;
        match entry {
            Entry::Enforce => enforce,
            Entry::Observe => observe,
        }
    }

    /// Custom kinds whose templates are judged as Pods.
    #[must_use]
    pub fn pod_templates(&self) -> &[PodTemplate] {
        self.set.pod_templates()
    }

    /// The policy set's name in answers, logs and metrics.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How many policies judge.
    #[must_use]
    pub fn policies(&self) -> usize {
        let ids: std::collections::BTreeSet<&PolicyId> = self
            .enforce
            .policies()
            .chain(self.observe.policies())
            .collect();
        ids.len()
    }
}

fn asks_for_later(set: &PolicySet, policy: &PolicyId) -> bool {
    let asks = |fact: &FactName| LATER.contains(fact);
    set.policy(policy)
        .is_some_and(|policy| policy.evidence.iter().any(asks))
}

/// The binding at no more than `most`.
fn capped(binding: Binding, set: &PolicySet, most: Enforcement) -> Binding {
    if most == Enforcement::Deny {
        return binding;
    }
    let by_severity = set
        .policy(&binding.policy)
        .map_or(most, |policy| policy.severity.default_enforcement());
    Binding {
        enforcement: Some(binding.enforcement.unwrap_or(by_severity).min(most)),
        templates: binding.templates.map(|own| own.min(most)),
        ..binding
    }
}

/// Who judges a binding: `enforce` what may deny, by its own word, its policy's severity or a violation's.
fn entry(binding: &Binding, set: &PolicySet) -> Entry {
    let by_severity = || {
        let policy = set.policy(&binding.policy);
        policy.is_none_or(|policy| policy.severity.default_enforcement() == Enforcement::Deny)
            || set.grades_violations(&binding.policy)
    };
    let own = binding
        .enforcement
        .map_or_else(by_severity, |own| own == Enforcement::Deny);
    if own || binding.templates == Some(Enforcement::Deny) {
        Entry::Enforce
    } else {
        Entry::Observe
    }
}

fn scopes(bindings: &[Binding], set: &PolicySet) -> Vec<Scope> {
    let scope = |binding: &Binding| Some(set.policy(&binding.policy)?.scope.clone());
    bindings.iter().filter_map(scope).collect()
}

fn digest(set: &PolicySet, bindings: [&Bindings; 2]) -> String {
    let mut hash = Sha256::new();
    hash.update(set.digest().0);
    for bindings in bindings {
        hash.update(bindings.digest().0);
    }
    let digits = crate::model::Digest(hash.finalize().into()).to_string();
    let digits = digits.trim_start_matches("sha256:");
    digits.chars().take(DIGITS).collect()
}
