//! From profiles, configuration and flags to bindings: which policies are in force in this run, and what they cost.
//!
//! Later beats earlier: built-in, profile, configuration, flags. Never leaves out a policy without a word, and never binds nothing.

mod merge;

use std::sync::Arc;

use self::merge::{change, merge_equal};
use super::error::{At, ConfigError, Placed};
use super::fail_on::FailOn;
use super::file::Config;
use super::nearest::{nearest, no_policy, shown};
use super::profiles::{Profile, Profiles};
use crate::model::{
    Binding, Enforcement, KubernetesVersion, NotRun, Policy, PolicyId, PolicyPattern,
};

/// The profile of a run that names none.
pub const DEFAULT_PROFILE: &str = "default";

/// What bindings are made of.
#[derive(Debug, Clone, Copy)]
pub struct Resolve<'a> {
    /// All profiles.
    pub profiles: &'a Profiles,
    /// The configuration; that of a run without one is the default.
    pub config: &'a Config,
    /// All policies that can be judged.
    pub policies: &'a [Arc<Policy>],
    /// Policies that exist but didn't load: naming one is no mistake, and it isn't bound.
    pub not_loaded: &'a [PolicyId],
    /// Policies that the user brought (`--policy`): bound by severity where nothing else binds them.
    pub extra: &'a [PolicyId],
    /// The version judged for; it decides which bindings of a profile are in force.
    pub version: KubernetesVersion,
    /// Profiles named by `--profile`: they replace those of the configuration.
    pub selected: &'a [String],
    /// Globs of `--only`; none: everything.
    pub only: &'a [String],
    /// Globs of `--skip`.
    pub skip: &'a [String],
    /// `--fail-on`.
    pub fail_on: Option<FailOn>,
}

/// What is in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resolved {
    /// The bindings, by policy.
    pub bindings: Vec<Binding>,
    /// Policies that would be bound, but are skipped; by policy.
    pub not_run: Vec<NotRun>,
}

/// Makes the bindings of a run, or says everything that is wrong with what was asked for.
pub fn resolve(input: &Resolve<'_>) -> Result<Resolved, Vec<ConfigError>> {
    let mut run = Run {
        input,
        known: known(input),
        errors: Vec::new(),
    };
    let mut bindings = run.of_profiles();
    run.apply_config(&mut bindings);
    run.add_extra(&mut bindings);
    let bindings = merge_equal(bindings);
    let (bindings, not_run) = run.skip(bindings);
    let mut bindings = run.only(bindings, &not_run);
    run.apply_fail_on(&mut bindings);
    if bindings.is_empty() && run.errors.is_empty() && input.not_loaded.is_empty() {
        run.errors.push(ConfigError::NothingBound { at: At::Run });
    }
    if run.errors.is_empty() {
        Ok(Resolved { bindings, not_run })
    } else {
        Err(run.errors)
    }
}

/// The ids of all policies there are, loaded or not.
fn known(input: &Resolve<'_>) -> Vec<PolicyId> {
    let loaded = input.policies.iter().map(|policy| policy.id.clone());
    let mut known: Vec<PolicyId> = loaded.chain(input.not_loaded.iter().cloned()).collect();
    known.sort();
    known.dedup();
    known
}

struct Run<'a> {
    input: &'a Resolve<'a>,
    known: Vec<PolicyId>,
    errors: Vec<ConfigError>,
}

impl Run<'_> {
    fn is_loaded(&self, id: &PolicyId) -> bool {
        self.input.policies.iter().any(|policy| policy.id == *id)
    }

    /// Whether `id` can be bound; a name that doesn't exist at all is an error.
    fn can_bind(&mut self, id: &Placed<PolicyId>) -> bool {
        if !self.known.contains(&id.value) {
            self.errors
                .push(no_policy(id.value.as_str(), &self.known, id.at.clone()));
        }
        self.is_loaded(&id.value)
    }

    fn chosen_profiles(&mut self) -> Vec<Profile> {
        let input = self.input;
        let flag = |name: &String| Placed {
            value: name.clone(),
            at: At::Flag("--profile"),
        };
        let names: Vec<Placed<String>> = match (input.selected, &input.config.profiles) {
            ([], None) => vec![Placed {
                value: DEFAULT_PROFILE.to_owned(),
                at: At::Run,
            }],
            ([], Some(names)) => names.clone(),
            (names, _) => names.iter().map(flag).collect(),
        };
        let mut chosen: Vec<Profile> = Vec::new();
        for name in names {
            match input.profiles.get(&name.value) {
                Some(profile) if chosen.iter().all(|other| other.name != profile.name) => {
                    chosen.push(profile.clone());
                }
                Some(_) => {}
                None => self.errors.push(no_profile(&name, input.profiles)),
            }
        }
        chosen
    }

    fn of_profiles(&mut self) -> Vec<Binding> {
        let mut bindings = Vec::new();
        for profile in self.chosen_profiles() {
            for bound in &profile.bindings {
                if self.can_bind(&bound.policy) && bound.in_force(self.input.version) {
                    let source = format!("profile {}", profile.name);
                    bindings.push(Binding {
                        parameters: bound.parameters.clone(),
                        from_profile: true,
                        ..Binding::new(bound.policy.value.clone(), source)
                    });
                }
            }
        }
        merge_equal(bindings)
    }

    fn apply_config(&mut self, bindings: &mut Vec<Binding>) {
        for entry in &self.input.config.policies {
            if !self.can_bind(&entry.policy) {
                continue;
            }
            let id = &entry.policy.value;
            let place = entry.policy.at.to_string();
            if bindings.iter().all(|binding| binding.policy != *id) {
                bindings.push(Binding::new(id.clone(), ""));
            }
            for binding in bindings.iter_mut().filter(|binding| binding.policy == *id) {
                change(binding, entry, &place);
            }
        }
    }

    fn add_extra(&self, bindings: &mut Vec<Binding>) {
        for id in self.input.extra {
            if self.is_loaded(id) && bindings.iter().all(|binding| binding.policy != *id) {
                // Nobody named it: without its required parameters it isn't run, as in a profile.
                bindings.push(Binding {
                    from_profile: true,
                    ..Binding::new(id.clone(), "--policy")
                });
            }
        }
    }

    /// Takes out what `skip` of the configuration and `--skip` name.
    fn skip(&mut self, bindings: Vec<Binding>) -> (Vec<Binding>, Vec<NotRun>) {
        let flags = patterns(self.input.skip, "--skip");
        let skips: Vec<Placed<PolicyPattern>> = self
            .input
            .config
            .skip
            .iter()
            .cloned()
            .chain(flags)
            .collect();
        self.check_patterns(&skips);
        let mut not_run = Vec::new();
        let mut kept = Vec::new();
        for binding in bindings {
            match skips
                .iter()
                .find(|skip| skip.value.matches(&binding.policy))
            {
                Some(skip) => not_run.push(NotRun {
                    policy: binding.policy,
                    reason: skipped_by(skip),
                }),
                None => kept.push(binding),
            }
        }
        not_run.dedup();
        (kept, not_run)
    }

    /// Keeps what `--only` names.
    fn only(&mut self, bindings: Vec<Binding>, not_run: &[NotRun]) -> Vec<Binding> {
        let only = patterns(self.input.only, "--only");
        if only.is_empty() {
            return bindings;
        }
        let exist = self.check_patterns(&only);
        for pattern in exist {
            if !bindings
                .iter()
                .any(|binding| pattern.value.matches(&binding.policy))
            {
                self.not_bound(&pattern, not_run);
            }
        }
        let named = |binding: &Binding| {
            only.iter()
                .any(|pattern| pattern.value.matches(&binding.policy))
        };
        bindings.into_iter().filter(named).collect()
    }

    /// `--only` names policies of which none is in force.
    fn not_bound(&mut self, pattern: &Placed<PolicyPattern>, not_run: &[NotRun]) {
        let named: Vec<&PolicyId> = self
            .known
            .iter()
            .filter(|id| pattern.value.matches(id))
            .collect();
        if !named.iter().any(|id| self.is_loaded(id)) {
            return;
        }
        let mut profiles: Vec<String> = named
            .iter()
            .flat_map(|id| self.input.profiles.holding(id))
            .map(str::to_owned)
            .collect();
        profiles.sort();
        profiles.dedup();
        let skipped = not_run
            .iter()
            .find(|skipped| pattern.value.matches(&skipped.policy));
        self.errors.push(ConfigError::NotBound {
            pattern: shown(pattern.value.as_str()),
            profiles,
            skipped: skipped
                .map(|skipped| skipped.reason.trim_start_matches("skipped by ").to_owned()),
            at: pattern.at.clone(),
        });
    }

    /// The `patterns` that name a policy; the others are errors.
    fn check_patterns(&mut self, patterns: &[Placed<PolicyPattern>]) -> Vec<Placed<PolicyPattern>> {
        let fits = |pattern: &&Placed<PolicyPattern>| {
            self.known.iter().any(|id| pattern.value.matches(id))
        };
        let (exist, unknown): (Vec<_>, Vec<_>) = patterns.iter().partition(fits);
        let errors: Vec<ConfigError> = unknown
            .into_iter()
            .map(|pattern| no_policy(pattern.value.as_str(), &self.known, pattern.at.clone()))
            .collect();
        self.errors.extend(errors);
        exist.into_iter().cloned().collect()
    }

    fn apply_fail_on(&self, bindings: &mut [Binding]) {
        let Some(fail_on) = self.input.fail_on else {
            return;
        };
        for binding in bindings {
            let policy = self
                .input
                .policies
                .iter()
                .find(|policy| policy.id == binding.policy);
            if let Some(policy) = policy
                && binding.enforcement != Some(Enforcement::Audit)
            {
                binding.enforcement = fail_on.enforcement(policy.severity);
            }
        }
    }
}

fn no_profile(name: &Placed<String>, profiles: &Profiles) -> ConfigError {
    let names = || profiles.iter().map(|profile| profile.name.as_str());
    ConfigError::UnknownName {
        what: "profile",
        name: shown(&name.value),
        nearest: nearest(&name.value, names()).map(str::to_owned),
        known: names().map(str::to_owned).collect(),
        at: name.at.clone(),
    }
}

fn patterns(texts: &[String], flag: &'static str) -> Vec<Placed<PolicyPattern>> {
    let placed = |text: &String| Placed {
        value: PolicyPattern::new(text.as_str()),
        at: At::Flag(flag),
    };
    texts.iter().map(placed).collect()
}

fn skipped_by(skip: &Placed<PolicyPattern>) -> String {
    match &skip.at {
        At::Flag(flag) => format!("skipped by `{flag}`"),
        at => format!("skipped by `skip` in {at}"),
    }
}

#[cfg(test)]
mod tests;
