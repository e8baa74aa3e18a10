//! Rego tests run and put into words.
//!
//! Evaluates nothing itself: `engine::testing` does.
#![expect(clippy::disallowed_methods, reason = "measures how long a test took")]

use std::time::Instant;

use super::Settings;
use crate::engine::testing::{Outcome as Got, TestPackage};
use crate::model::{TestKind, TestResult, TestStatus};

/// All wanted tests of a package, with the folder they belong to.
pub(super) fn run(package: &TestPackage, settings: &Settings) -> Vec<(String, TestResult)> {
    // A filter on cases alone asks for no Rego test.
    if settings.case.is_some() && settings.run.is_none() {
        return Vec::new();
    }
    let wanted = |name: &str| {
        settings
            .run
            .as_ref()
            .is_none_or(|filter| filter.is_match(name))
    };
    let started = Instant::now();
    let outcomes = package.run(settings.now, &wanted);
    let each = started.elapsed().as_secs_f64()
        / f64::from(u32::try_from(outcomes.len().max(1)).unwrap_or(u32::MAX));
    let result = |test: crate::engine::testing::TestOutcome| {
        let (status, message) = match test.outcome {
            Got::Pass => (TestStatus::Pass, None),
            Got::Fail { got } => (TestStatus::Fail, Some(got)),
            Got::Error { class, message, .. } => {
                (TestStatus::Error, Some(format!("{class}: {message}")))
            }
            Got::Todo => (TestStatus::Todo, None),
        };
        let folder = test
            .test
            .file
            .rsplit_once('/')
            .map_or(".", |(folder, _)| folder)
            .to_owned();
        let result = TestResult {
            id: test.test.name,
            kind: TestKind::Rego,
            file: test.test.file,
            line: test.test.line,
            status,
            message,
            expected: Vec::new(),
            got: Vec::new(),
            prints: test.prints,
            seconds: each,
        };
        (folder, result)
    };
    outcomes.into_iter().map(result).collect()
}
