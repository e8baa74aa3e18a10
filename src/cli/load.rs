//! From what was typed to what is ready: configuration, policies, bindings and exemptions.
//!
//! All mistakes of a document are collected; with one, nothing is judged.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the configuration's files: part of the shell"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::args::PolicyArguments;
use super::problem::{Problem, Problems, syntax};
use crate::bundle;
use crate::config::{self, Config, FailOn, Profiles};
use crate::engine::{self, Bindings, PolicySet, PolicySource};
use crate::model::{
    Document, Exemption, InlineMode, KubernetesVersion, LoadProblem, NotRun, Notice, Policy,
    PolicyId, SourceText,
};
use crate::setup::{self, Choice, Setup};
use crate::source;

/// The configuration's name.
pub(super) const CONFIG: &str = ".portcullis.yaml";
/// The exemptions' name.
pub(super) const EXEMPTIONS: &str = ".portcullis-exemptions.yaml";
/// Everything that judging needs.
pub(super) struct Ready {
    /// The policies.
    pub(super) set: PolicySet,
    /// What they cost.
    pub(super) bindings: Bindings,
    /// Policies that aren't run, and why.
    pub(super) not_run: Vec<NotRun>,
    /// Policies that didn't load.
    pub(super) load_problems: Vec<LoadProblem>,
    /// What the user should hear of the configuration and exemptions.
    pub(super) notices: Vec<Notice>,
    /// The version judged for.
    pub(super) version: KubernetesVersion,
}

/// The configuration in force.
pub(super) struct Configured {
    /// What it says.
    pub(super) config: Config,
    /// The folder it stands in; the working directory if there is none.
    pub(super) folder: PathBuf,
}

/// What a face asks for besides the configuration.
pub(super) struct Wanted<'a> {
    pub(super) policies: &'a PolicyArguments,
    pub(super) version: Option<KubernetesVersion>,
    pub(super) fail_on: Option<FailOn>,
    pub(super) exemptions: Exempting<'a>,
    pub(super) today: Date,
}

/// Which exemptions count.
#[derive(Clone, Copy)]
pub(super) struct Exempting<'a> {
    /// The file, if the user named one.
    pub(super) file: Option<&'a Path>,
    /// Whether the file counts.
    pub(super) files: bool,
    /// Whether comments count.
    pub(super) inline: bool,
}

/// Reads the configuration in force, seen from `directory`.
pub(super) fn configuration(
    directory: &Path,
    arguments: &PolicyArguments,
) -> Result<Configured, Problems> {
    let file = match &arguments.config {
        Some(file) => Some(directory.join(file)),
        None if arguments.no_config => None,
        None => nearest(directory),
    };
    let Some(file) = file else {
        return Ok(Configured {
            config: Config::default(),
            folder: directory.to_owned(),
        });
    };
    let folder = file.parent().unwrap_or(directory).to_owned();
    let document = document(directory, &file)?;
    Ok(Configured {
        config: config::read(&document)?,
        folder,
    })
}

/// The shipped policies and those below `paths`; a module of one's own replaces the shipped one of the same package.
pub(super) fn sources(directory: &Path, paths: &[PathBuf]) -> Result<Vec<PolicySource>, Problems> {
    let mut own: Vec<PolicySource> = Vec::new();
    let mut met = BTreeSet::new();
    for path in paths {
        for source in bundle::read(&directory.join(path))? {
            let source = renamed(directory, source);
            if met.insert(source.text.name().to_owned()) {
                own.push(source);
            }
        }
    }
    Ok(bundle::with_shipped(own))
}

/// The policies alone, for commands that judge nothing.
pub(super) fn policies(
    directory: &Path,
    paths: &[PathBuf],
) -> Result<(PolicySet, Vec<LoadProblem>), Problems> {
    let options = setup::options(KubernetesVersion::NEWEST, &Config::default());
    Ok(engine::build(sources(directory, paths)?, &options))
}

/// The shipped profiles.
pub(super) fn profiles() -> Result<Profiles, Problems> {
    Ok(setup::profiles()?)
}

/// The profiles that a policy stands in.
pub(super) fn names(profiles: &Profiles, policy: &PolicyId) -> Vec<String> {
    profiles
        .holding(policy)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Everything that judging needs.
pub(super) fn ready(
    directory: &Path,
    configured: &Configured,
    wanted: &Wanted<'_>,
) -> Result<Ready, Problems> {
    let config = &configured.config;
    let documents = exemptions_documents(directory, configured, &wanted.exemptions)?;
    let ready = setup::ready(Setup {
        config,
        sources: sources(directory, &wanted.policies.policy)?,
        exemptions: &documents,
        some_exemptions: false,
        version: wanted.version,
        choice: Choice {
            profiles: &wanted.policies.profile,
            only: &wanted.policies.only,
            skip: &wanted.policies.skip,
            fail_on: wanted.fail_on,
        },
        today: wanted.today,
    })?;
    let inline = if wanted.exemptions.inline {
        ready.inline
    } else {
        InlineMode::Deny
    };
    let (bindings, problems) = ready.set.bind(ready.bindings, ready.exemptions, inline);
    let mut not_run = ready.not_run;
    setup::bind_problems(config, problems, &mut not_run)?;
    Ok(Ready {
        set: ready.set,
        bindings,
        not_run,
        load_problems: ready.load_problems,
        notices: ready.notices,
        version: ready.version,
    })
}

/// The exemptions in force.
pub(super) fn exemptions(
    directory: &Path,
    configured: &Configured,
    wanted: &Wanted<'_>,
    policies: &[Arc<Policy>],
) -> Result<Vec<Exemption>, Problems> {
    let documents = exemptions_documents(directory, configured, &wanted.exemptions)?;
    let config = &configured.config;
    match setup::exemptions(&documents, config, policies, wanted.today) {
        (exemptions, errors) if errors.is_empty() => Ok(exemptions),
        (_, errors) => Err(errors.into()),
    }
}

/// The exemptions file, if one counts.
fn exemptions_documents(
    directory: &Path,
    configured: &Configured,
    wanted: &Exempting<'_>,
) -> Result<Vec<Document>, Problems> {
    if !wanted.files {
        return Ok(Vec::new());
    }
    let named = wanted.file.map(|file| directory.join(file));
    let file = named
        .clone()
        .unwrap_or_else(|| configured.folder.join(EXEMPTIONS));
    if named.is_none() && !file.exists() {
        return Ok(Vec::new());
    }
    Ok(vec![document(directory, &file)?])
}

/// Loads a document that a user wrote.
pub(super) fn document(directory: &Path, file: &Path) -> Result<Document, Problems> {
    let name = file
        .strip_prefix(directory)
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/");
    let bytes = fs::read(file).map_err(|error| {
        Problem::new(
            format!("`{name}` can't be read: {error}"),
            "name a file that exists and can be read",
        )
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new(format!("`{name}` isn't UTF-8"), "save it as UTF-8"))?;
    let source = Arc::new(SourceText::new(name, text));
    source::yaml::read_core(Arc::clone(&source)).map_err(|error| syntax(&source, error))
}

/// The nearest configuration from `directory` up to the repository's root; without a repository, there only.
fn nearest(directory: &Path) -> Option<PathBuf> {
    let root = directory
        .ancestors()
        .find(|parent| parent.join(".git").exists());
    let root = root.unwrap_or(directory);
    directory
        .ancestors()
        .take_while(|parent| parent.starts_with(root))
        .map(|parent| parent.join(CONFIG))
        .find(|file| file.exists())
}

/// A source named as people know it, relative to the working directory.
fn renamed(directory: &Path, source: PolicySource) -> PolicySource {
    let name = source.text.name();
    let short = Path::new(name)
        .strip_prefix(directory)
        .ok()
        .map(|short| short.to_string_lossy().into_owned());
    match short {
        Some(short) => PolicySource {
            text: Arc::new(SourceText::new(short, source.text.text())),
            ..source
        },
        None => source,
    }
}
