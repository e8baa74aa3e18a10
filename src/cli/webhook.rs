//! `portcullis webhook`, `review` and `print`: ready parts in, a server or one answer out.
//!
//! Judges nothing itself: the webhook face does.
#![expect(
    clippy::disallowed_methods,
    reason = "reads files, stdin and the clock: part of the shell"
)]

mod cluster;
mod local;
mod serve;
mod texts;

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::args::webhook::{
    EntryName, FailurePolicy, MaxEnforcement, PrintCommand, ReviewArguments, ServedArguments,
    WebhookArguments,
};
use super::output;
use super::problem::{Problem, Problems};
use crate::cluster::registration::{self, Call};
use crate::crypto;
use crate::model::Enforcement;
use crate::setup;
use crate::webhook::reload::{Loaded, Loader, Terms, Texts};
use crate::webhook::{self, Cap, DecisionLog, Entry, Facts, InForce, Settings, State, Traces};

/// Serves until it is told to end; the exit code.
pub(super) fn run(directory: &Path, arguments: &WebhookArguments) -> Result<u8, Problems> {
    serve::log_to_stderr(arguments.running.log_format);
    known_profiles(&arguments.served.profile)?;
    crypto::install();
    let traces = Traces::new(&|name| std::env::var(name).ok());
    let settings = settings(arguments, traces.clone());
    let ended = match &arguments.cluster.namespace {
        Some(namespace) => cluster::run(namespace, arguments, settings),
        None => local::run(directory, arguments, settings),
    };
    traces.finish();
    ended
}

/// Judges one recorded review; the exit code.
pub(super) fn review(directory: &Path, arguments: &ReviewArguments) -> Result<u8, Problems> {
    let mut body = Vec::new();
    let read = match &arguments.file {
        Some(file) => fs::read(directory.join(file)).map(|bytes| body = bytes),
        None => io::stdin().lock().read_to_end(&mut body).map(|_| ()),
    };
    read.map_err(|error| {
        Problem::new(
            format!("the review can't be read: {error}"),
            "give a file with an `AdmissionReview`, or pipe one in",
        )
    })?;
    let in_force = in_force(directory, &arguments.served)?;
    let log = DecisionLog::nowhere();
    let settings = Settings {
        workers: Some(1),
        // Who records a review has it whole.
        max_body: usize::MAX,
        timeout: Duration::from_secs(10),
        fail_closed: true,
        now: Timestamp::now,
        traces: Traces::default(),
    };
    let state =
        State::new(in_force, Facts::Nothing, log, settings).map_err(|error| cant_start(&error))?;
    let entry = match arguments.entry {
        EntryName::Enforce => Entry::Enforce,
        EntryName::Observe => Entry::Observe,
    };
    let runtime = serve::runtime()?;
    match runtime.block_on(webhook::answer(&Arc::new(state), entry, body)) {
        Ok(answer) => {
            output::stdout(&format!("{}\n", answer.json));
            Ok(answer.exit_code())
        }
        Err(why) => {
            output::stderr(&format!("error: the input is no review: {why}\n"));
            Ok(3)
        }
    }
}

/// Prints what installs the webhook.
pub(super) fn print(command: &PrintCommand) -> u8 {
    match command {
        PrintCommand::Manifests => {
            output::stdout(include_str!(
                "../../charts/portcullis/rendered/install.yaml"
            ));
            0
        }
    }
}

/// A flag's mistake is told at once, not in a cluster's log.
fn known_profiles(names: &[String]) -> Result<(), Problems> {
    let profiles = setup::profiles()?;
    let known: Vec<&str> = profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .collect();
    let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
    let problems: Vec<Problem> = unknown
        .map(|name| {
            Problem::new(
                format!("no profile is named `{name}`"),
                format!("profiles are {}", known.join(", ")),
            )
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems(problems))
    }
}

/// Policies and bindings of a folder, or the shipped ones; whatever is wrong with them is a mistake.
fn in_force(directory: &Path, arguments: &ServedArguments) -> Result<InForce, Problems> {
    let texts = match &arguments.config {
        Some(folder) => texts::read(directory, &directory.join(folder))?,
        None => Texts::default(),
    };
    let today = super::scan::day(Timestamp::now());
    let mut loader = Loader::new(terms(arguments, false), Texts::default());
    let Loaded { in_force, troubles } = loader.load(texts, today)?;
    if troubles.is_empty() {
        return Ok(in_force);
    }
    let problem = |trouble: webhook::reload::Trouble| Problem {
        message: format!("{}: {}", trouble.place(), trouble.message),
        help: trouble.help,
        at: None,
    };
    Err(Problems(troubles.into_iter().map(problem).collect()))
}

/// How the API server calls `enforce`.
fn call(arguments: &WebhookArguments) -> Call {
    let seconds = arguments.cluster.timeout.as_secs().clamp(1, 30);
    Call {
        failure_policy: match arguments.cluster.failure_policy {
            FailurePolicy::Fail => registration::FailurePolicy::Fail,
            FailurePolicy::Ignore => registration::FailurePolicy::Ignore,
        },
        timeout_seconds: u8::try_from(seconds).unwrap_or(5),
    }
}

/// What stays the same over all changes of the configuration.
fn terms(arguments: &ServedArguments, live: bool) -> Terms {
    Terms {
        cap: Cap {
            enforcement: match arguments.max_enforcement {
                MaxEnforcement::Deny => Enforcement::Deny,
                MaxEnforcement::Warn => Enforcement::Warn,
                MaxEnforcement::Audit => Enforcement::Audit,
            },
            live,
        },
        profiles: arguments.profile.clone(),
        version: arguments.kubernetes_version,
        server: None,
    }
}

/// What the face is told by the command line.
fn settings(arguments: &WebhookArguments, traces: Traces) -> Settings {
    let running = &arguments.running;
    Settings {
        workers: running.workers.map(Into::into),
        max_body: usize::try_from(running.max_body).unwrap_or(usize::MAX),
        timeout: arguments.cluster.timeout,
        fail_closed: arguments.cluster.failure_policy == FailurePolicy::Fail,
        now: Timestamp::now,
        traces,
    }
}

fn cant_start(error: &io::Error) -> Problems {
    Problem::new(
        format!("no thread can be started: {error}"),
        "free some memory",
    )
    .into()
}
