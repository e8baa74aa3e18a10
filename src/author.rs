//! The author face: the policies' own tests, cases and pages.
//!
//! Opens no socket and judges nothing by itself: the engine does, exactly as in a scan.
#![expect(clippy::disallowed_methods, reason = "measures how long a run took")]

mod cases;
mod files;
mod pages;
mod rego_tests;
mod twins;

pub use cases::Update;
pub use files::{Files, FilesError};
pub use pages::{Page, page, pages, stale};

use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rayon::prelude::*;
use regex::Regex;

use crate::engine::{self, Options};
use crate::model::{
    KubernetesVersion, LoadProblem, PodTemplate, TestKind, TestReport, TestResult, TestStatus,
    TestedPackage,
};
use crate::source;

/// Workers' stacks, as deep as in a scan.
const STACK_BYTES: usize = 64 << 20;

/// How tests are run.
#[derive(Debug)]
pub struct Settings {
    /// Only Rego tests whose name matches.
    pub run: Option<Regex>,
    /// Only cases whose name matches.
    pub case: Option<Regex>,
    /// Longest time for one policy and input.
    pub timeout: Duration,
    /// The time that policies see.
    pub now: Timestamp,
    /// Number of threads; 0: one for each core.
    pub threads: usize,
}

impl Settings {
    /// The engine's options for one Kubernetes version and configured pod templates.
    fn options(&self, version: KubernetesVersion, pod_templates: Vec<PodTemplate>) -> Options {
        Options {
            kubernetes_version: version,
            pod_templates,
            time_limit: self.timeout,
            yaml: source::yaml::read_opa,
            to_yaml: source::yaml::to_yaml,
        }
    }
}

/// What a test run gave.
#[derive(Debug)]
pub struct Tested {
    /// The outcomes, by path.
    pub report: TestReport,
    /// `.expected` files as they should be, where a deny case's findings differ from them.
    pub updates: Vec<Update>,
    /// Whether something of ours panicked.
    pub panicked: bool,
}

/// Runs every Rego test and case of `files`.
pub fn test(files: &Files, settings: &Settings) -> Tested {
    let started = Instant::now();
    let sources = files.sources();
    let options = settings.options(KubernetesVersion::NEWEST, Vec::new());
    let modules = sources
        .iter()
        .filter(|source| !files::is_test(source.text.name()));
    let (set, mut problems) = engine::build(modules.cloned().collect(), &options);
    let (packages, test_problems) = engine::testing::packages(&sources, &options);
    problems.extend(test_problems);
    unique(&mut problems);
    let digest = set.digest();
    let cases = cases::Cases::new(files, set, settings);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        .stack_size(STACK_BYTES)
        .build();
    let all = || {
        let rego = || -> Vec<_> {
            packages
                .par_iter()
                .map(|package| caught(package.name(), || rego_tests::run(package, settings)))
                .collect()
        };
        let judged = || -> Vec<_> {
            let found = cases.found();
            found
                .par_iter()
                .map(|case| caught(&case.folder, || cases.run(case)))
                .collect()
        };
        rayon::join(rego, judged)
    };
    let (rego, judged) = match &pool {
        Ok(pool) => pool.install(all),
        Err(_) => all(),
    };
    let panicked = rego.iter().any(Result::is_err) || judged.iter().any(Result::is_err);
    let mut results: Vec<(String, TestResult)> = Vec::new();
    let mut updates = Vec::new();
    for outcome in rego {
        results.extend(outcome.unwrap_or_else(|lost| vec![*lost]));
    }
    for outcome in judged {
        match outcome {
            Ok((tests, update)) => {
                results.extend(tests);
                updates.extend(update);
            }
            Err(lost) => results.push(*lost),
        }
    }
    Tested {
        report: TestReport {
            policy_set_digest: digest,
            packages: grouped(results),
            load_problems: problems,
            seconds: started.elapsed().as_secs_f64(),
        },
        updates,
        panicked,
    }
}

/// Runs `work`; a panic of ours becomes an error of the test, and the others go on.
fn caught<T>(folder: &str, work: impl FnOnce() -> T) -> Result<T, Box<(String, TestResult)>> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let result = TestResult {
            id: folder.to_owned(),
            kind: TestKind::Case,
            file: folder.to_owned(),
            line: 1,
            status: TestStatus::Error,
            message: Some("internal error: please report it".to_owned()),
            expected: Vec::new(),
            got: Vec::new(),
            prints: Vec::new(),
            seconds: 0.0,
        };
        Box::new((folder.to_owned(), result))
    })
}

/// Results by policy folder, in the order of paths.
fn grouped(mut results: Vec<(String, TestResult)>) -> Vec<TestedPackage> {
    results.sort_by(|(a, left), (b, right)| {
        (a, &left.file, left.line, &left.id).cmp(&(b, &right.file, right.line, &right.id))
    });
    let mut packages: Vec<TestedPackage> = Vec::new();
    for (name, result) in results {
        match packages.last_mut() {
            Some(last) if last.name == name => last.tests.push(result),
            _ => packages.push(TestedPackage {
                name,
                tests: vec![result],
                warnings: Vec::new(),
            }),
        }
    }
    packages
}

/// Problems once each, by place: a module may be loaded for the set and again for its tests.
fn unique(problems: &mut Vec<LoadProblem>) {
    let key = |problem: &LoadProblem| {
        (
            problem.source.name().to_owned(),
            problem.span,
            problem.code,
            problem.message.clone(),
        )
    };
    problems.sort_by_key(key);
    problems.dedup_by_key(|problem| key(problem));
}
