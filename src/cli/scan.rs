//! `portcullis scan`: ready parts in, reports out, one exit code.
//!
//! Judges nothing itself and knows no format: `scan` and `report` do.
#![expect(
    clippy::disallowed_methods,
    reason = "reads clock and stdin, writes the baseline: part of the shell"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::args::{FileArguments, Kind, OutputArguments, PruneArguments, ScanArguments};
use super::load::{self, Configured, Exempting, Ready, Wanted};
use super::output::{self, Output};
use super::problem::{Problem, Problems};
use crate::config::baseline::{self, Baseline};
use crate::model::{Enforcement, Exemption, Judged, Notice, Policy, PolicyId, Report, Verdict};
use crate::report;
use crate::report::github::GithubOptions;
use crate::report::sarif::SarifOptions;
use crate::report::text::TextOptions;
use crate::scan::{self, Filter, Inputs, Judging, Patterns, Progress, Scanned, Selection};
use crate::source::InputKind;

const FORMATS: &[&str] = &[
    "text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown",
];

/// Runs a scan; the exit code.
pub(super) fn run(directory: &Path, arguments: &ScanArguments) -> Result<u8, Problems> {
    let started = Instant::now();
    let outputs = output::outputs(&arguments.output.format, FORMATS)?;
    let configured = load::configuration(directory, &arguments.policies)?;
    let now = now(arguments.exempt.today);
    let wanted = Wanted {
        policies: &arguments.policies,
        version: arguments.files.kubernetes_version,
        fail_on: arguments.gate.fail_on,
        exemptions: Exempting {
            file: arguments.exempt.exemptions.as_deref(),
            files: !arguments.exempt.no_exemptions,
            inline: !arguments.exempt.no_inline,
        },
        today: day(now),
    };
    let ready = load::ready(directory, &configured, &wanted)?;
    let known = arguments
        .exempt
        .baseline
        .as_ref()
        .map(|file| read_baseline(directory, file))
        .transpose()?;
    let inputs = inputs(directory, &arguments.files, &configured, arguments.jobs)?;
    let mut scanned = judge(inputs, &ready, now, arguments.timeout, &arguments.output)?;
    let mut notices = unused(ready.bindings.exemptions(), &scanned, wanted.today);
    if let Some(known) = known {
        let unmatched = known.baseline.apply(&mut scanned.judged);
        notices.extend(baseline::notice(&unmatched, &known.file));
    }
    if let Some(file) = &arguments.exempt.write_baseline {
        write_baseline(directory, file, &scanned.judged)?;
    }
    notices.append(&mut scanned.notices);
    let report = assemble(ready, scanned, notices, arguments);
    for output in &outputs {
        output::write(
            directory,
            output,
            &render(directory, &report, output, &arguments.output),
        )?;
    }
    if !arguments.output.quiet {
        output::stderr(&talk(&report, &arguments.output));
    }
    if arguments.output.stats {
        output::stderr(&format!("{} ms\n", started.elapsed().as_millis()));
    }
    Ok(report.exit_code)
}

/// What a scan of `arguments` reads.
pub(super) fn inputs(
    directory: &Path,
    arguments: &FileArguments,
    configured: &Configured,
    threads: usize,
) -> Result<Inputs, Problems> {
    let pattern = |folder: &Path, globs: &[String]| {
        Patterns::new(folder, globs.iter().map(String::as_str)).map_err(|error| {
            Problem::new(
                format!("a pattern can't be used: {error}"),
                "patterns are `.gitignore`'s, such as `vendor/` or `*.gen.yaml`",
            )
        })
    };
    let include = (!arguments.include.is_empty())
        .then(|| pattern(directory, &arguments.include))
        .transpose()?;
    let exclude = vec![
        pattern(directory, &arguments.exclude)?,
        pattern(&configured.folder, &configured.config.exclude)?,
    ];
    Ok(Inputs {
        directory: directory.to_owned(),
        selection: selection(arguments)?,
        filter: Filter {
            include,
            exclude,
            gitignore: !arguments.no_gitignore,
        },
        kind: kind(arguments.kind),
        max_file_size: arguments.max_file_size,
        threads,
    })
}

/// What the user says the files are.
pub(super) fn kind(kind: Kind) -> Option<InputKind> {
    match kind {
        Kind::Auto => None,
        Kind::Kubernetes => Some(InputKind::Kubernetes),
    }
}

/// Standard input as a scan reads it.
pub(super) fn stdin(name: Option<&str>, limit: u64) -> Result<Selection, Problems> {
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes);
    read.map_err(|error| {
        Problem::new(
            format!("stdin can't be read: {error}"),
            "give a file instead",
        )
    })?;
    Ok(Selection::Bytes(
        name.unwrap_or("<stdin>").to_owned(),
        bytes,
    ))
}

fn selection(arguments: &FileArguments) -> Result<Selection, Problems> {
    let paths = &arguments.paths;
    let dash = paths.iter().any(|path| path.as_os_str() == "-");
    let from_git = arguments.staged || arguments.changed_since.is_some();
    if dash && (paths.len() > 1 || from_git) {
        return Err(Problem::new(
            "`-` can't be joined with other inputs",
            "scan stdin by itself",
        )
        .into());
    }
    if arguments.stdin_filename.is_some() && !dash {
        return Err(Problem::new(
            "`--stdin-filename` needs `-`",
            "write `portcullis scan - --stdin-filename FILE`",
        )
        .into());
    }
    if dash {
        return stdin(arguments.stdin_filename.as_deref(), arguments.max_file_size);
    }
    Ok(match &arguments.changed_since {
        _ if arguments.staged => Selection::Staged(paths.clone()),
        Some(reference) => Selection::ChangedSince(reference.clone(), paths.clone()),
        None if paths.is_empty() => Selection::Paths(vec![PathBuf::from(".")]),
        None => Selection::Paths(paths.clone()),
    })
}

/// Judges, showing progress on a terminal.
fn judge(
    inputs: Inputs,
    ready: &Ready,
    now: Timestamp,
    timeout: Duration,
    options: &OutputArguments,
) -> Result<Scanned, Problems> {
    let progress = Progress::default();
    let ended = AtomicBool::new(false);
    let shown = io::stderr().is_terminal() && !options.no_progress && !options.quiet;
    thread::scope(|scope| {
        if shown {
            scope.spawn(|| show_progress(&progress, &ended));
        }
        let judging = Judging {
            set: &ready.set,
            bindings: &ready.bindings,
            now,
            timeout,
        };
        let scanned = scan::run(inputs, judging, &progress);
        ended.store(true, Ordering::Release);
        Ok(scanned?)
    })
}

/// A line that is drawn anew, from half a second on.
fn show_progress(progress: &Progress, ended: &AtomicBool) {
    const STEP: Duration = Duration::from_millis(100);
    const PATIENCE: u32 = 5;
    let mut steps = 0;
    while !ended.load(Ordering::Acquire) {
        if steps >= PATIENCE {
            let done = progress.done.load(Ordering::Relaxed);
            let total = progress.total.load(Ordering::Relaxed);
            output::stderr(&format!("\r\x1b[Kjudged {done} of {total} files"));
        }
        steps += 1;
        thread::sleep(STEP);
    }
    if steps > PATIENCE {
        output::stderr("\r\x1b[K");
    }
}

fn assemble(
    ready: Ready,
    mut scanned: Scanned,
    notices: Vec<Notice>,
    arguments: &ScanArguments,
) -> Report {
    scanned.coverage.policies = ready.bindings.policies().count() as u64;
    scanned.coverage.not_run = ready.not_run;
    let mut all = ready.notices;
    all.extend(notices);
    let denied = scanned
        .judged
        .iter()
        .any(|judged| judged.decision.verdict == Verdict::Deny);
    let exit_code = exit_code(&scanned, !ready.load_problems.is_empty(), arguments);
    Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        policy_set_digest: ready.set.digest(),
        bindings_digest: ready.bindings.digest(),
        kubernetes_version: ready.version.to_string(),
        verdict: if denied {
            Verdict::Deny
        } else {
            Verdict::Allow
        },
        exit_code,
        policies: named(ready.set.policies()),
        judged: scanned.judged,
        load_problems: ready.load_problems,
        coverage: scanned.coverage,
        notices: all,
    }
}

fn named(policies: &[Arc<Policy>]) -> BTreeMap<PolicyId, Arc<Policy>> {
    policies
        .iter()
        .map(|policy| (policy.id.clone(), Arc::clone(policy)))
        .collect()
}

/// The first of 5, 4, 2, 3, 1 that applies.
fn exit_code(scanned: &Scanned, load_problems: bool, arguments: &ScanArguments) -> u8 {
    let decisions = || scanned.judged.iter().map(|judged| &judged.decision);
    let failed = decisions().any(|decision| {
        let mut failures = decision.failures.iter();
        failures.any(|failure| failure.enforcement == Enforcement::Deny)
    });
    let unreadable = !scanned.coverage.unreadable.is_empty() && !arguments.gate.allow_unreadable;
    let empty = scanned.judged.is_empty()
        && scanned.coverage.unreadable.is_empty()
        && !arguments.gate.allow_empty;
    let denied = decisions().any(|decision| decision.verdict == Verdict::Deny);
    match () {
        () if scanned.panicked => 5,
        () if failed => 4,
        () if load_problems => 2,
        () if unreadable || empty => 3,
        () if denied && !arguments.gate.exit_zero => 1,
        () => 0,
    }
}

fn render(directory: &Path, report: &Report, output: &Output, options: &OutputArguments) -> String {
    let prefix = scan::repository_prefix(directory);
    match output.format {
        "json" => report::json::report(report),
        "jsonl" => report::json::lines(report),
        "sarif" => report::sarif::render(report, &SarifOptions { uri_prefix: prefix }),
        "junit" => report::junit::render(report),
        "github" => report::github::render(
            report,
            &GithubOptions {
                uri_prefix: prefix,
                ..GithubOptions::default()
            },
        ),
        "gitlab" => report::gitlab::render(report, &prefix),
        "markdown" => report::markdown::render(report),
        _ => report::text::render(report, &text_options(output, options)),
    }
}

fn text_options(output: &Output, options: &OutputArguments) -> TextOptions {
    let to_terminal = output.file.is_none();
    TextOptions {
        colour: to_terminal && output::colour(options.color),
        hyperlinks: to_terminal && output::hyperlinks(options.color),
        verbose: options.verbose,
        quiet: options.quiet,
        show_exempt: options.show_exempt,
        snippet_lines: options.snippet_lines,
    }
}

/// What stderr says: notices, then the ledger.
fn talk(report: &Report, options: &OutputArguments) -> String {
    let shown = TextOptions {
        colour: output::colour_stderr(options.color),
        ..TextOptions::default()
    };
    let mut text = report::text::notices(report, &shown);
    text.push_str(&report::text::ledger(report, options.verbose));
    text
}

/// Exemptions that matched nothing; expired ones are spoken of elsewhere.
fn unused(exemptions: &[Exemption], scanned: &Scanned, today: Date) -> Vec<Notice> {
    let unused = exemptions.iter().enumerate().filter(|(index, exemption)| {
        !scanned.used_exemptions.contains(index) && exemption.expires >= today
    });
    unused
        .map(|(_, exemption)| Notice {
            warning: true,
            message: format!("the exemption for `{}` matched nothing", exemption.policy),
            place: Some(format!("{}:{}", exemption.file, exemption.line)),
            help: Some("remove it, or mend its `match`".to_owned()),
        })
        .collect()
}

/// The time now, or noon of the day that the user gave (UTC).
pub(super) fn now(today: Option<Date>) -> Timestamp {
    let noon = |day: Date| day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok();
    today
        .and_then(noon)
        .map_or_else(Timestamp::now, |time| time.timestamp())
}

/// The day of a time, in UTC.
pub(super) fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// A baseline and the file that it was read from.
struct Known {
    baseline: Baseline,
    file: String,
}

fn read_baseline(directory: &Path, file: &Path) -> Result<Known, Problems> {
    let document = load::document(directory, &directory.join(file))?;
    Ok(Known {
        baseline: baseline::read(&document)?,
        file: document.source.name().to_owned(),
    })
}

fn write_baseline(directory: &Path, file: &Path, judged: &[Judged]) -> Result<(), Problems> {
    let written = fs::write(directory.join(file), baseline::write(&Baseline::of(judged)));
    written.map_err(|error| {
        Problem::new(
            format!("`{}` can't be written: {error}", file.display()),
            "name a file in a folder that exists",
        )
        .into()
    })
}

/// Drops the entries of a baseline that a scan no longer finds.
pub(super) fn prune(directory: &Path, arguments: &PruneArguments) -> Result<u8, Problems> {
    let known = read_baseline(directory, &arguments.file)?.baseline;
    let configured = load::configuration(directory, &arguments.policies)?;
    let now = now(None);
    let wanted = Wanted {
        policies: &arguments.policies,
        version: arguments.files.kubernetes_version,
        fail_on: None,
        exemptions: Exempting {
            file: None,
            files: true,
            inline: true,
        },
        today: day(now),
    };
    let ready = load::ready(directory, &configured, &wanted)?;
    let inputs = inputs(directory, &arguments.files, &configured, 0)?;
    let judging = Judging {
        set: &ready.set,
        bindings: &ready.bindings,
        now,
        timeout: Duration::from_secs(2),
    };
    let scanned = scan::run(inputs, judging, &Progress::default())?;
    if scanned.panicked
        || !ready.load_problems.is_empty()
        || !scanned.coverage.unreadable.is_empty()
        || scanned.judged.is_empty()
    {
        return Err(Problem::new(
            "not everything could be judged, so nothing is pruned",
            "run `portcullis scan` on the same paths and mend what it reports first",
        )
        .into());
    }
    let findings = scanned
        .judged
        .iter()
        .flat_map(|judged| &judged.decision.findings);
    let seen = findings
        .map(|finding| finding.fingerprint.clone())
        .collect();
    let (kept, dropped) = known.prune(&seen);
    fs::write(directory.join(&arguments.file), baseline::write(&kept)).map_err(|error| {
        Problem::new(
            format!("`{}` can't be written: {error}", arguments.file.display()),
            "make it writable",
        )
    })?;
    output::stderr(&format!(
        "dropped {} of {} entries\n",
        dropped.len(),
        known.entries().len()
    ));
    Ok(0)
}
