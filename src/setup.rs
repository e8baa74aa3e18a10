//! From documents to what is in force: policies, bindings, exemptions, the same for every face.
//!
//! Never reads a file or a cluster: documents come in read.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::bundle;
use crate::config::{self, Config, ConfigError, FailOn, Profiles, Resolve};
use crate::engine::{self, BindProblem, Options, PolicySet, PolicySource};
use crate::model::{
    Binding, Document, Exemption, InlineMode, KubernetesVersion, LoadProblem, NotRun, Notice,
    Policy, PolicyId, SourceText,
};
use crate::source;

/// What a run judges by, as written.
pub struct Setup<'a> {
    /// The configuration; that of a run without one is the default.
    pub config: &'a Config,
    /// The policies' modules, the shipped ones among them.
    pub sources: Vec<PolicySource>,
    /// The exemptions' documents.
    pub exemptions: &'a [Document],
    /// Whether exemptions that are well formed count beside others that aren't.
    pub some_exemptions: bool,
    /// The version to judge for; `None`: the configuration's, else the newest known.
    pub version: Option<KubernetesVersion>,
    /// Which policies, beyond what the configuration says.
    pub choice: Choice<'a>,
    /// The day that expiry dates are compared with (UTC).
    pub today: Date,
}

/// Which policies a run binds beyond what the configuration says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Profiles that replace those of the configuration.
    pub profiles: &'a [String],
    /// Globs: only these policies; none: all.
    pub only: &'a [String],
    /// Globs of policies that aren't run.
    pub skip: &'a [String],
    /// From which severity on a violation denies.
    pub fail_on: Option<FailOn>,
}

/// Policies that loaded, and the bindings and exemptions that fit them.
pub struct Ready {
    /// The policies.
    pub set: PolicySet,
    /// What they cost, by policy.
    pub bindings: Vec<Binding>,
    /// What is lifted.
    pub exemptions: Vec<Exemption>,
    /// Which comments may exempt.
    pub inline: InlineMode,
    /// Policies that aren't run, and why.
    pub not_run: Vec<NotRun>,
    /// Policies that didn't load.
    pub load_problems: Vec<LoadProblem>,
    /// What the user should hear of the configuration and exemptions.
    pub notices: Vec<Notice>,
    /// The version judged for.
    pub version: KubernetesVersion,
}

/// Loads policies, reads exemptions and resolves bindings; all mistakes of one document, or what is in force.
pub fn ready(setup: Setup<'_>) -> Result<Ready, Vec<ConfigError>> {
    let config = setup.config;
    let asked = setup
        .version
        .or(config.kubernetes_version)
        .unwrap_or_default();
    let version = asked.known();
    let own: BTreeSet<String> = setup
        .sources
        .iter()
        .filter(|source| !source.shipped)
        .map(|source| source.text.name().to_owned())
        .collect();
    let (set, load_problems) = engine::build(setup.sources, &options(version, config));
    let exemptions = match exemptions(setup.exemptions, config, set.policies(), setup.today) {
        (exemptions, errors) if errors.is_empty() || setup.some_exemptions => exemptions,
        (_, errors) => return Err(errors),
    };
    let not_loaded: Vec<PolicyId> = load_problems
        .iter()
        .filter_map(|problem| problem.policy.clone())
        .collect();
    let resolved = config::resolve(&Resolve {
        profiles: &profiles()?,
        config,
        selected: setup.choice.profiles,
        only: setup.choice.only,
        skip: setup.choice.skip,
        fail_on: setup.choice.fail_on,
        policies: set.policies(),
        not_loaded: &not_loaded,
        extra: &own_policies(set.policies(), &own),
        version,
    })?;
    let mut notices = config::expiry_notices(&exemptions, setup.today);
    notices.extend((asked != version).then(|| newer(asked, version)));
    Ok(Ready {
        set,
        bindings: resolved.bindings,
        exemptions,
        inline: config.inline,
        not_run: resolved.not_run,
        load_problems,
        notices,
        version,
    })
}

/// Sorts what couldn't be bound: a profile's policy without its parameters isn't run, the rest are the configuration's mistakes.
pub fn bind_problems(
    config: &Config,
    problems: Vec<BindProblem>,
    not_run: &mut Vec<NotRun>,
) -> Result<(), Vec<ConfigError>> {
    let mut mistakes: Vec<ConfigError> = Vec::new();
    for problem in problems {
        if problem.from_profile && !problem.missing.is_empty() {
            not_run.push(NotRun {
                reason: format!("needs {}", problem.missing.join(", ")),
                policy: problem.policy,
            });
        } else {
            mistakes.push(config.parameters_error(&problem.policy, &problem.path, problem.message));
        }
    }
    not_run.sort();
    not_run.dedup();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}

/// The shipped profiles.
pub fn profiles() -> Result<Profiles, Vec<ConfigError>> {
    config::profiles(&document(&bundle::shipped_profiles())?)
}

/// A document that a user wrote.
pub fn document(source: &Arc<SourceText>) -> Result<Document, Vec<ConfigError>> {
    let read = source::yaml::read_core(Arc::clone(source));
    read.map_err(|error| vec![ConfigError::syntax(source, &error)])
}

/// The engine's options.
#[must_use]
pub fn options(version: KubernetesVersion, config: &Config) -> Options {
    Options {
        kubernetes_version: version,
        pod_templates: config.pod_templates.clone(),
        time_limit: Options::TIME_LIMIT,
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    }
}

/// The well-formed exemptions of all documents, in order, and what is wrong with the others.
pub fn exemptions(
    documents: &[Document],
    config: &Config,
    policies: &[Arc<Policy>],
    today: Date,
) -> (Vec<Exemption>, Vec<ConfigError>) {
    let known: Vec<PolicyId> = policies.iter().map(|policy| policy.id.clone()).collect();
    let days = config.exemption_max_days;
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for document in documents {
        let (exemptions, found) = config::exemptions(document, &known, days, today);
        all.extend(exemptions);
        errors.extend(found);
    }
    (all, errors)
}

fn newer(asked: KubernetesVersion, version: KubernetesVersion) -> Notice {
    Notice {
        warning: false,
        message: format!("Kubernetes {asked} is newer than the rules known; judged as {version}"),
        place: None,
        help: None,
    }
}

fn own_policies(policies: &[Arc<Policy>], files: &BTreeSet<String>) -> Vec<PolicyId> {
    let own = policies
        .iter()
        .filter(|policy| files.contains(&policy.file));
    own.map(|policy| policy.id.clone()).collect()
}
