//! Results of policy tests: for the author, as JSON, as `JUnit`.
//!
//! Never merges failed, errored and skipped, and has no timing in machine formats but `seconds`.

mod json;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, TestCaseStatus, TestSuite};

use crate::model::{TestReport, TestResult, TestStatus, TestedPackage};
use crate::report::escape::{cut, visible, visible_lines};
use crate::report::junit::{case, error, locate, serialize};
use crate::report::text::{Problem, TextOptions, problem};

pub use json::{json, schema};

/// Longest line of a difference, in characters.
const LINE_LIMIT: usize = 240;

/// What failed with its differences, a line per package and one of counts; with `verbose` every test.
#[must_use]
pub fn text(report: &TestReport, options: &TextOptions) -> String {
    let mut text = String::new();
    let width = report
        .packages
        .iter()
        .map(|p| p.name.chars().count())
        .max()
        .unwrap_or_default();
    for package in &report.packages {
        let line = format!("{:<width$}   {}", visible(&package.name), counts(package));
        let _ = writeln!(text, "{}", line.trim_end());
        for test in &package.tests {
            push_test(&mut text, test, options.verbose);
        }
        for warning in &package.warnings {
            let _ = writeln!(text, "  ! {}", visible(warning));
        }
    }
    for unloaded in &report.load_problems {
        let title = format!("{} ({})", unloaded.message, unloaded.code);
        let place = Some((unloaded.source.as_ref(), unloaded.span));
        let help = unloaded.help.as_deref();
        text.push('\n');
        text.push_str(&problem(
            &Problem {
                title: &title,
                place,
                help,
                ..Problem::default()
            },
            options,
        ));
    }
    if !options.quiet {
        text.push_str(if report.load_problems.is_empty() {
            ""
        } else {
            "\n"
        });
        text.push_str(&summary(report));
    }
    text
}

/// `12 passed   1 FAILED`.
fn counts(package: &TestedPackage) -> String {
    let names = [
        (TestStatus::Pass, "passed"),
        (TestStatus::Fail, "FAILED"),
        (TestStatus::Error, "NOT EVALUATED"),
        (TestStatus::Skip, "skipped"),
        (TestStatus::Todo, "todo"),
    ];
    let counts = names.map(|(status, name)| {
        (
            package
                .tests
                .iter()
                .filter(|test| test.status == status)
                .count(),
            name,
        )
    });
    let said = counts.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    if said.is_empty() {
        "no tests".to_owned()
    } else {
        said.join("   ")
    }
}

fn push_test(shown: &mut String, test: &TestResult, verbose: bool) {
    let sign = match test.status {
        TestStatus::Pass => "✓",
        TestStatus::Fail | TestStatus::Error => "✗",
        TestStatus::Skip | TestStatus::Todo => "-",
    };
    let failed = matches!(test.status, TestStatus::Fail | TestStatus::Error);
    if !failed && !verbose {
        return;
    }
    let place = format!("{}:{}", test.file, test.line);
    let _ = writeln!(
        shown,
        "  {sign} {:<56} {}",
        visible(&test.id),
        visible(&place)
    );
    if let Some(message) = &test.message {
        let class = if test.status == TestStatus::Error {
            "error: "
        } else {
            ""
        };
        let _ = writeln!(shown, "      {class}{}", visible(message));
    }
    if failed {
        for line in differences(test) {
            let _ = writeln!(shown, "      {}", cut(&visible(&line), LINE_LIMIT));
        }
    }
    for print in &test.prints {
        let _ = writeln!(shown, "      print {}", visible(print));
    }
}

/// `- ` before what is missing, `+ ` before what is too much; nothing where nothing was compared.
fn differences(test: &TestResult) -> Vec<String> {
    if test.expected == test.got {
        return Vec::new();
    }
    let missing = without(&test.expected, &test.got);
    let added = without(&test.got, &test.expected);
    let (missing, added) = if missing.is_empty() && added.is_empty() {
        // The same lines in another order.
        (test.expected.iter().collect(), test.got.iter().collect())
    } else {
        (missing, added)
    };
    let none = |all: &[String], sign: &str| {
        (all.is_empty() && test.kind == crate::model::TestKind::Case)
            .then(|| format!("{sign} (no finding)"))
    };
    let minus = missing.into_iter().map(|line| format!("- {line}"));
    let plus = added.into_iter().map(|line| format!("+ {line}"));
    minus
        .chain(none(&test.expected, "-"))
        .chain(plus)
        .chain(none(&test.got, "+"))
        .collect()
}

/// The lines of `all` that `others` lacks, each as often as it is lacking.
fn without<'a>(all: &'a [String], others: &[String]) -> Vec<&'a String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in others {
        *left.entry(line).or_default() += 1;
    }
    all.iter()
        .filter(|line| match left.get_mut(line.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

/// `218 passed · 1 failed · 2 todo · 0 errors    0.19 s`.
fn summary(report: &TestReport) -> String {
    let count = |status| report.count(status);
    let mut parts = vec![
        format!("{} passed", count(TestStatus::Pass)),
        format!("{} failed", count(TestStatus::Fail)),
    ];
    for (status, name) in [(TestStatus::Todo, "todo"), (TestStatus::Skip, "skipped")] {
        if count(status) > 0 {
            parts.push(format!("{} {name}", count(status)));
        }
    }
    let errors = count(TestStatus::Error);
    parts.push(format!(
        "{errors} error{}",
        if errors == 1 { "" } else { "s" }
    ));
    if !report.load_problems.is_empty() {
        parts.push(format!("{} not loaded", report.load_problems.len()));
    }
    format!("{}    {:.2} s\n", parts.join(" · "), report.seconds)
}

/// The report as `JUnit` XML: a suite per package.
#[must_use]
pub fn junit(report: &TestReport) -> String {
    let suite = |package: &TestedPackage| {
        let mut suite = TestSuite::new(visible(&package.name));
        for test in &package.tests {
            let mut case = case(&test.id, &package.name, status(test));
            locate(&mut case, &test.file, test.line);
            if !test.prints.is_empty() {
                case.set_system_out(visible_lines(&test.prints.join("\n")));
            }
            suite.add_test_case(case);
        }
        suite
    };
    let mut suites: Vec<TestSuite> = report.packages.iter().map(suite).collect();
    for problem in &report.load_problems {
        let mut suite = TestSuite::new(visible(problem.source.name()));
        let line = problem.place().line;
        let mut case = case(
            "load",
            problem.source.name(),
            error(problem.code, &problem.message),
        );
        locate(&mut case, problem.source.name(), line);
        suite.add_test_case(case);
        suites.push(suite);
    }
    serialize("portcullis test", suites)
}

fn status(test: &TestResult) -> TestCaseStatus {
    let message = test.message.as_deref().unwrap_or_default();
    match test.status {
        TestStatus::Pass => TestCaseStatus::success(),
        TestStatus::Error => error("error", message),
        TestStatus::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(visible(if message.is_empty() {
                "failed"
            } else {
                message
            }));
            status.set_type("fail");
            let differences = differences(test).join("\n");
            if !differences.is_empty() {
                status.set_description(visible_lines(&differences));
            }
            status
        }
        TestStatus::Skip | TestStatus::Todo => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(visible(if message.is_empty() {
                test.status.as_str()
            } else {
                message
            }));
            status
        }
    }
}

#[cfg(test)]
mod tests;
