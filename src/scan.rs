//! The scan face: files in, judged objects and a ledger out.
//!
//! Opens no socket, starts no shell, prints nothing; one bad file is one line of the ledger, never the end of the run.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the files to judge and watches the clock: the face's own IO"
)]

mod git;
mod ignored;
mod judge;
mod walk;
mod watch;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

pub use git::GitError;
pub use ignored::{Filter, Patterns};
pub use walk::Selection;

use crate::engine::{Bindings, PolicySet};
use crate::evidence::{Extent, Objects};
use crate::model::{Coverage, Judged, Notice, SkipReason, Skipped, Unreadable};
use crate::source::{self, FileRead, InputKind, ReadOptions};
use walk::Candidate;

/// Workers' stacks: deep documents and policies must not end the process.
const STACK_BYTES: usize = 64 << 20;

/// What to read, and how.
#[derive(Debug)]
pub struct Inputs {
    /// The absolute working directory.
    pub directory: PathBuf,
    /// Which files.
    pub selection: Selection,
    /// What is left out.
    pub filter: Filter,
    /// What the files are, if the user says so.
    pub kind: Option<InputKind>,
    /// Larger files are unreadable, in bytes.
    pub max_file_size: u64,
    /// Number of threads; 0: one for each core.
    pub threads: usize,
}

/// What to judge by.
#[derive(Clone, Copy)]
pub struct Judging<'a> {
    /// The policies.
    pub set: &'a PolicySet,
    /// What they cost.
    pub bindings: &'a Bindings,
    /// The time that exemptions and policies see.
    pub now: Timestamp,
    /// Longest time for one review.
    pub timeout: Duration,
}

/// How far a run is; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files done.
    pub done: AtomicUsize,
    /// Files to read; 0 until the walk has ended.
    pub total: AtomicUsize,
}

/// What a scan saw and decided.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Judged objects, by file, then document.
    pub judged: Vec<Judged>,
    /// The ledger, without what concerns policies.
    pub coverage: Coverage,
    /// Malformed comments and the like.
    pub notices: Vec<Notice>,
    /// Which of the bindings' exemptions matched a finding.
    pub used_exemptions: BTreeSet<usize>,
    /// Whether something of ours panicked; the other files were judged.
    pub panicked: bool,
}

/// What one file of a scan is, without judging it.
#[derive(Debug)]
pub struct Looked {
    /// The file.
    pub name: String,
    /// What was read of it.
    pub read: FileRead,
}

/// Reads and judges everything that `inputs` names.
///
/// What needs facts about other objects waits until all files are read; the rest is judged at once and let go.
pub fn run(inputs: Inputs, judging: Judging<'_>, progress: &Progress) -> Result<Scanned, GitError> {
    let watch = watch::Watch::start(judging.timeout);
    let mut objects = Objects::new(match inputs.selection {
        Selection::Staged(_) | Selection::ChangedSince(..) => Extent::Part,
        Selection::Paths(_) | Selection::Bytes(..) => Extent::Whole,
    });
    let pool = pool(&inputs)?;
    let cold = AtomicUsize::new(judge::COLD_REVIEWS);
    let judge = |objects| judge::Judge {
        judging,
        watch: &watch,
        objects,
        cold: &cold,
    };
    let first = |name: &str, read: FileRead| judge(None).first(name, read);
    let (files, mut scanned) = each(inputs, &pool, progress, &first)?;
    for first in files.iter().filter_map(|(_, first)| first.as_ref().ok()) {
        first
            .sources
            .iter()
            .for_each(|review| objects.insert(review));
    }
    let second = |(name, first): (String, Result<judge::First, Lost>)| {
        caught(&name, || match first?.then {
            judge::Then::Judged(outcome) => Ok(outcome),
            judge::Then::Waits(read) => Ok(judge(Some(&objects)).file(&name, read)),
        })
    };
    let outcomes: Vec<_> = pool.install(|| files.into_par_iter().map(second).collect());
    for outcome in outcomes {
        scanned.take(outcome);
    }
    scanned.finish();
    Ok(scanned)
}

/// Reads everything that `inputs` names and judges nothing.
pub fn look(inputs: Inputs, progress: &Progress) -> Result<(Vec<Looked>, Coverage), GitError> {
    let keep = |name: &str, read: FileRead| Looked {
        name: name.to_owned(),
        read,
    };
    let pool = pool(&inputs)?;
    let (files, scanned) = each(inputs, &pool, progress, &keep)?;
    let looked = files
        .into_iter()
        .filter_map(|(_, looked)| looked.ok())
        .collect();
    Ok((looked, scanned.coverage))
}

/// Where `directory` lies in its repository, with a `/` at the end; empty at the root and outside a repository.
#[must_use]
pub fn repository_prefix(directory: &Path) -> String {
    let inside = walk::repository(directory).and_then(|root| directory.strip_prefix(root).ok());
    match inside.map(|path| path.to_string_lossy().replace('\\', "/")) {
        Some(path) if !path.is_empty() => format!("{path}/"),
        _ => String::new(),
    }
}

/// Runs `work` on each file, side by side, in the order of the files' names.
#[expect(
    clippy::type_complexity,
    reason = "name and outcome of each file, beside the ledger so far"
)]
fn each<T: Send>(
    inputs: Inputs,
    pool: &ThreadPool,
    progress: &Progress,
    work: &(dyn Fn(&str, FileRead) -> T + Sync),
) -> Result<(Vec<(String, Result<T, Lost>)>, Scanned), GitError> {
    let limit = inputs.max_file_size;
    let kind = inputs.kind;
    let walked = walk::walk(&inputs.directory, inputs.selection, &inputs.filter, limit)?;
    progress.total.store(walked.files.len(), Ordering::Relaxed);
    let scanned = Scanned {
        coverage: Coverage {
            files_seen: walked.seen,
            skipped: walked.skipped,
            unreadable: walked.unreadable,
            not_recognised: walked.not_recognised,
            ..Coverage::default()
        },
        ..Scanned::default()
    };
    let one = |file: Candidate| {
        let outcome = one_file(&file, kind, limit, work);
        progress.done.fetch_add(1, Ordering::Relaxed);
        (file.name, outcome)
    };
    let files = walked.files;
    Ok((
        pool.install(|| files.into_par_iter().map(one).collect()),
        scanned,
    ))
}

/// The threads that files are read and judged on.
fn pool(inputs: &Inputs) -> Result<ThreadPool, GitError> {
    ThreadPoolBuilder::new()
        .num_threads(inputs.threads)
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| GitError::Failed(error.to_string()))
}

/// Why nothing came of a file.
#[derive(Debug)]
enum Lost {
    /// It couldn't be read.
    Unreadable(Unreadable),
    /// Something of ours panicked.
    Panicked(Unreadable),
}

fn one_file<T>(
    file: &Candidate,
    kind: Option<InputKind>,
    limit: u64,
    work: &dyn Fn(&str, FileRead) -> T,
) -> Result<T, Lost> {
    let unreadable = |message: String| Unreadable {
        path: file.name.clone(),
        line: 0,
        column: 0,
        message,
    };
    let bytes = bytes(file, limit).map_err(|message| Lost::Unreadable(unreadable(message)))?;
    let options = ReadOptions {
        name: &file.name,
        kind,
        chart_template: file.chart.is_some(),
    };
    caught(&file.name, || {
        let mut read = source::read(&bytes, &options);
        drop(bytes);
        for skipped in &mut read.skipped {
            if skipped.reason == SkipReason::Template && skipped.detail.is_none() {
                skipped.detail.clone_from(&file.chart);
            }
        }
        Ok(work(&file.name, read))
    })
}

/// One of the two places that catch a panic (architecture.md, invariant 4): one file must not end the run.
fn caught<T>(name: &str, work: impl FnOnce() -> Result<T, Lost>) -> Result<T, Lost> {
    let caught = panic::catch_unwind(AssertUnwindSafe(work));
    caught.unwrap_or_else(|_| {
        Err(Lost::Panicked(Unreadable {
            path: name.to_owned(),
            line: 0,
            column: 0,
            message: "internal error: this file's judging broke off; please report it".to_owned(),
        }))
    })
}

/// The file's content, up to the limit.
fn bytes(file: &Candidate, limit: u64) -> Result<Vec<u8>, String> {
    let too_large = || format!("larger than {limit} bytes; raise `--max-file-size` or exclude it");
    if let Some(content) = &file.content {
        return if content.len() as u64 > limit {
            Err(too_large())
        } else {
            Ok(content.clone())
        };
    }
    let cant = |error: &std::io::Error| format!("can't be read: {}", walk::reason(error));
    let size = fs::metadata(&file.path)
        .map_err(|error| cant(&error))?
        .len();
    if size > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let opened = File::open(&file.path).map_err(|error| cant(&error))?;
    // The limit holds for files that grow while they are read, and for pipes.
    opened
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| cant(&error))?;
    if bytes.len() as u64 > limit {
        Err(too_large())
    } else {
        Ok(bytes)
    }
}

impl Scanned {
    fn take(&mut self, outcome: Result<judge::Outcome, Lost>) {
        match outcome {
            Ok(file) => {
                if !file.judged.is_empty() {
                    self.coverage.files_judged += 1;
                }
                self.judged.extend(file.judged);
                self.notices.extend(file.notices);
                self.used_exemptions.extend(file.used_exemptions);
                self.coverage.unreadable.extend(file.unreadable);
                self.coverage.skipped.extend(file.skipped);
                self.coverage.not_recognised.extend(file.not_recognised);
                self.panicked |= file.panicked;
            }
            Err(Lost::Unreadable(unreadable)) => self.coverage.unreadable.push(unreadable),
            Err(Lost::Panicked(unreadable)) => {
                self.coverage.unreadable.push(unreadable);
                self.panicked = true;
            }
        }
    }

    /// Brings the ledger into order and sums up over all files.
    fn finish(&mut self) {
        judge::count(&self.judged, &mut self.coverage);
        let coverage = &mut self.coverage;
        coverage.skipped.sort();
        coverage.unreadable.sort();
        coverage.not_recognised.sort();
        let template = |skipped: &&Skipped| skipped.reason == SkipReason::Template;
        let charts: BTreeSet<String> = coverage
            .skipped
            .iter()
            .filter(template)
            .filter_map(|skipped| skipped.detail.clone())
            .collect();
        coverage.charts_not_rendered = charts.into_iter().collect();
        self.notices.sort();
    }
}
