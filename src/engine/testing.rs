//! Rego tests: packages named `…_test`, each rule `test_…` a test, run on clones of one engine.
//!
//! Fail, error and skip never merge: only `true` passes, an error is an error, `todo_` is counted.

use std::sync::OnceLock;

use jiff::Timestamp;

use super::compat::{self, Checks};
use super::policy_set::{Modules, closure, is_test, rule_path};
use super::rego::{Prepared, RunError, Settings, Val};
use super::{Options, PolicySource};
use crate::model::{FailureClass, LoadProblem};

/// Characters of a value that a failed test gave.
const MAX_SHOWN: usize = 80;

/// The tests of one package, with all that they import.
pub struct TestPackage {
    name: String,
    package: Vec<String>,
    unit: compat::Unit,
    settings: Settings,
    prepared: OnceLock<Result<Prepared, RunError>>,
}

/// Where a test stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// `test_x`, or `test_x#01` for the second rule of that name.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestOutcome {
    /// Which test.
    pub test: Test,
    /// How it ended.
    pub outcome: Outcome,
    /// What `print` gave on the way, as `file:line text`.
    pub prints: Vec<String>,
}

/// The end of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It gave `true`.
    Pass,
    /// It gave anything else.
    Fail {
        /// What: `undefined`, `false`, or the value's first characters.
        got: String,
    },
    /// It couldn't be run to its end.
    Error {
        /// What kind of error.
        class: FailureClass,
        /// What happened, without values.
        message: String,
        /// Where: `file:line:column`.
        place: Option<String>,
    },
    /// It is named `todo_…`.
    Todo,
}

/// The test packages of `sources`, by name, and what is wrong with the files.
#[must_use]
pub fn packages(
    sources: &[PolicySource],
    options: &Options,
) -> (Vec<TestPackage>, Vec<LoadProblem>) {
    let (modules, mut problems) = Modules::load(sources, |_| true);
    let settings = options.settings();
    let mut packages: Vec<TestPackage> = Vec::new();
    for position in modules.positions(is_test) {
        let parts = closure(&modules, position);
        let Some(package) = parts.first().map(|module| module.package.clone()) else {
            continue;
        };
        // The other files of the package are part of its unit.
        if packages.iter().any(|known| known.package == package) {
            continue;
        }
        let parts: Vec<_> = parts.iter().map(AsRef::as_ref).collect();
        match compat::unit(&parts, None, Checks::Full, None, &[]) {
            Ok(unit) => packages.push(TestPackage {
                name: package.join("."),
                package,
                unit,
                settings: settings.clone(),
                prepared: OnceLock::new(),
            }),
            Err(found) => problems.extend(found),
        }
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    (packages, problems)
}

impl TestPackage {
    /// The package's name: `policies.least_privilege.host_port_test`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its tests in the order of the files.
    #[must_use]
    pub fn tests(&self) -> Vec<Test> {
        self.unit.tests.iter().map(place).collect()
    }

    /// Runs the tests that `wanted` picks by name, all at the time `now`.
    #[must_use]
    pub fn run(&self, now: Timestamp, wanted: &dyn Fn(&str) -> bool) -> Vec<TestOutcome> {
        let picked = self.unit.tests.iter().filter(|test| wanted(&test.name));
        picked.map(|test| self.outcome(test, now)).collect()
    }

    fn outcome(&self, test: &compat::Test, now: Timestamp) -> TestOutcome {
        let done = |outcome: Outcome, prints: Vec<String>| TestOutcome {
            test: place(test),
            outcome,
            prints,
        };
        if test.todo {
            return done(Outcome::Todo, Vec::new());
        }
        let prepare = || Prepared::new(&self.unit, &self.settings);
        let prepared = match self.prepared.get_or_init(prepare) {
            Ok(prepared) => prepared,
            Err(found) => return done(error(found), Vec::new()),
        };
        let rule = rule_path(&self.package, &test.rule);
        let (result, prints) = prepared.evaluate_with_prints(&rule, Val::UNDEFINED, now);
        let outcome = match result {
            Ok(value) if value == Val::TRUE => Outcome::Pass,
            Ok(value) => Outcome::Fail { got: shown(&value) },
            Err(found) => error(&found),
        };
        let prints = prints
            .iter()
            .map(|print| format!("{}:{} {}", print.file, print.line, print.text));
        done(outcome, prints.collect())
    }
}

fn place(test: &compat::Test) -> Test {
    Test {
        name: test.name.clone(),
        file: test.file.clone(),
        line: test.line,
    }
}

fn error(error: &RunError) -> Outcome {
    let place = error.place.as_ref();
    Outcome::Error {
        class: error.class,
        message: error.message.clone(),
        place: place.map(|at| format!("{}:{}:{}", at.file, at.line, at.column)),
    }
}

fn shown(value: &Val) -> String {
    if value.is_undefined() {
        return "undefined".to_owned();
    }
    let text = value.to_json().to_string();
    let cut: String = text.chars().take(MAX_SHOWN).collect();
    if cut.len() < text.len() {
        cut + "…"
    } else {
        cut
    }
}

#[cfg(test)]
mod tests;
