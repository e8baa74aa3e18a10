//! What a run of policy tests came to.
//!
//! Data only: `report` renders it, the author face fills it. Fail, error and skip never merge.

use super::load::LoadProblem;
use super::policy::Digest;

/// What a test is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestKind {
    /// A rule `test_…` in Rego.
    Rego,
    /// A file below `cases/`, or a twin of one.
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

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestStatus {
    /// As it says.
    Pass,
    /// Otherwise than it says.
    Fail,
    /// It couldn't be evaluated.
    Error,
    /// It wasn't run; the message says why.
    Skip,
    /// It is marked `todo_`.
    Todo,
}

impl TestStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Fail, Self::Error, Self::Skip, Self::Todo];

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
    /// Its name in its package: `test_x`, `deny/init.yaml`, `deny/init.yaml in a Deployment`.
    pub id: String,
    /// What it is.
    pub kind: TestKind,
    /// The file that states what is expected.
    pub file: String,
    /// The line there, from 1.
    pub line: u32,
    /// How it ended.
    pub status: TestStatus,
    /// Why it didn't pass, one sentence.
    pub message: Option<String>,
    /// What was expected, line by line.
    pub expected: Vec<String>,
    /// What came out, line by line.
    pub got: Vec<String>,
    /// What `print` said, with file and line.
    pub prints: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// The tests of one policy or library package.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestedPackage {
    /// Its folder, or its file where it has none of its own.
    pub name: String,
    /// Its tests, by file and line.
    pub tests: Vec<TestResult>,
    /// What its author should know: two tests of one name, and the like.
    pub warnings: Vec<String>,
}

/// A run of policy tests.
#[derive(Debug, Clone)]
pub struct TestReport {
    /// Digest of the policy set.
    pub policy_set_digest: Digest,
    /// By name.
    pub packages: Vec<TestedPackage>,
    /// What didn't load; its tests weren't run.
    pub load_problems: Vec<LoadProblem>,
    /// How long the run took.
    pub seconds: f64,
}

impl TestReport {
    /// How many tests ended as `status`.
    #[must_use]
    pub fn count(&self, status: TestStatus) -> usize {
        let tests = self.packages.iter().flat_map(|package| &package.tests);
        tests.filter(|test| test.status == status).count()
    }
}
