//! What a run of policies' tests gave.
//!
//! Data only: the author face fills it, `report` renders it.

use super::load::LoadProblem;
use super::policy::Digest;

/// What a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestKind {
    /// A rule `test_…` in Rego.
    Rego,
    /// A file below `cases/`.
    Case,
}

impl TestKind {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rego => "rego",
            Self::Case => "case",
        }
    }
}

/// How a test ended; fail, error and skip never merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// As expected.
    Pass,
    /// Not as expected.
    Fail,
    /// It couldn't be evaluated.
    Error,
    /// Left out, for the reason given.
    Skip,
    /// `todo_test_…`: left out by its author.
    Todo,
}

impl Outcome {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
            Self::Skip => "skip",
            Self::Todo => "todo",
        }
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// `test_x`, or `deny/init.yaml` for a case (`deny/init.yaml in a CronJob` for a twin).
    pub id: String,
    /// What it is.
    pub kind: TestKind,
    /// The file that a failure points at.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it didn't pass.
    pub message: Option<String>,
    /// Lines that were expected, of a case.
    pub expected: Vec<String>,
    /// Lines that came instead.
    pub got: Vec<String>,
    /// What the test printed.
    pub prints: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// The tests of one policy or package.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyTests {
    /// The folder, as people know it.
    pub name: String,
    /// By file, then line.
    pub tests: Vec<TestResult>,
}

/// A whole run.
#[derive(Debug, Clone)]
pub struct TestReport {
    /// Digest of the policies tested.
    pub policy_set_digest: Digest,
    /// By path.
    pub policies: Vec<PolicyTests>,
    /// Policies and tests that didn't load.
    pub load_problems: Vec<LoadProblem>,
}

impl TestReport {
    /// How many tests ended so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        let tests = self.policies.iter().flat_map(|policy| &policy.tests);
        tests.filter(|test| test.outcome == outcome).count()
    }
}
