//! `JUnit` XML: a suite per file, a case per object and policy that found something.
//!
//! Never has a time stamp, and never a passing case for what couldn't be judged.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::model::{Finding, Judged, PolicyId, Report, Status};
use crate::report::escape::{visible, visible_lines};
use crate::report::place;
use crate::report::shown::{self, Shown};

/// The report as `JUnit` XML.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut suites = Suites::default();
    for judged in &report.judged {
        for case in of_object(report, judged) {
            suites.add(&judged.file, case);
        }
    }
    for unread in &report.coverage.unreadable {
        let name = match unread.line {
            0 => "read".to_owned(),
            line => format!("read, {line}:{}", unread.column),
        };
        let mut case = case(
            &name,
            "portcullis.unreadable",
            error("unreadable", &unread.message),
        );
        locate(&mut case, &unread.path, unread.line);
        suites.add(&unread.path, case);
    }
    for problem in &report.load_problems {
        let line = problem.place().line;
        let message = format!("{}: {}", problem.code, problem.message);
        let class = problem
            .policy
            .as_ref()
            .map_or("portcullis.load", PolicyId::as_str);
        let mut case = case(
            &format!("load, line {line}"),
            class,
            error("load", &message),
        );
        locate(&mut case, problem.source.name(), line);
        suites.add(problem.source.name(), case);
    }
    serialize("portcullis", suites.all)
}

/// Suites by name, in the order in which they were first met.
#[derive(Default)]
struct Suites {
    all: Vec<TestSuite>,
    index: BTreeMap<String, usize>,
}

impl Suites {
    fn add(&mut self, file: &str, case: TestCase) {
        let name = visible(file).into_owned();
        let next = self.all.len();
        let index = *self.index.entry(name.clone()).or_insert(next);
        if index == next {
            self.all.push(TestSuite::new(name));
        }
        if let Some(suite) = self.all.get_mut(index) {
            suite.add_test_case(case);
        }
    }
}

/// The cases of one object: failures, then each policy that found something; a passing one if there is neither.
fn of_object(report: &Report, judged: &Judged) -> Vec<TestCase> {
    let object = shown::object_name(judged);
    let mut cases: Vec<TestCase> = Vec::new();
    for failure in &judged.decision.failures {
        let status = error(failure.class.as_str(), &failure.message);
        let mut case = case(&object, failure.policy.as_str(), status);
        locate(&mut case, &place::of_object("", judged), 1);
        cases.push(case);
    }
    let mut by_policy: BTreeMap<&PolicyId, Vec<Shown<'_>>> = BTreeMap::new();
    for shown in shown::of_object(report, judged) {
        if shown.finding.status != Status::Baseline {
            by_policy
                .entry(&shown.finding.policy)
                .or_default()
                .push(shown);
        }
    }
    cases.extend(
        by_policy
            .iter()
            .map(|(policy, found)| of_policy(&object, policy, found)),
    );
    if cases.is_empty() {
        let mut passed = case(&object, "portcullis", TestCaseStatus::success());
        locate(&mut passed, &place::of_object("", judged), 0);
        cases.push(passed);
    }
    cases
}

fn of_policy(object: &str, policy: &PolicyId, found: &[Shown<'_>]) -> TestCase {
    let denies = |shown: &&Shown<'_>| shown.finding.denies();
    let lifted = |shown: &&Shown<'_>| shown.finding.status == Status::Exempt;
    let counts: Vec<&Shown<'_>> = found.iter().filter(|shown| !lifted(shown)).collect();
    let status = match (found.iter().find(denies), found.iter().find(lifted)) {
        (Some(first), _) => failure(first, found),
        (None, Some(first)) if counts.is_empty() => skipped(first.finding),
        (None, _) => TestCaseStatus::success(),
    };
    let passed = matches!(status, TestCaseStatus::Success { .. });
    let mut case = case(object, policy.as_str(), status);
    if passed {
        let said: Vec<String> = counts.iter().map(|shown| described(shown)).collect();
        case.set_system_out(visible_lines(&said.join("\n")));
    }
    if let Some(first) = found.iter().find(denies).or_else(|| found.first()) {
        let at = place::of_finding("", first.judged, first.finding);
        locate(&mut case, &at.path, at.place.line);
    }
    case
}

fn failure(first: &Shown<'_>, found: &[Shown<'_>]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(visible(&first.finding.message));
    status.set_type(first.finding.severity.as_str());
    let mut text: String = found.iter().map(|shown| described(shown) + "\n").collect();
    let _ = write!(
        text,
        "help: {}\nhelp: {}",
        first.remediation(),
        explain(first.finding)
    );
    status.set_description(visible_lines(&text));
    status
}

fn skipped(finding: &Finding) -> TestCaseStatus {
    let reason = finding
        .exemption
        .as_ref()
        .map_or("exempt", |exemption| &exemption.reason);
    let mut status = TestCaseStatus::skipped();
    status.set_message(visible(reason));
    status
}

/// `file:line:column path: message (warn)`.
fn described(shown: &Shown<'_>) -> String {
    let finding = shown.finding;
    let place = finding.location.as_ref().map_or_else(
        || shown.judged.file.clone(),
        |at| format!("{}:{}:{}", at.source.name(), at.place.line, at.place.column),
    );
    let cost = match finding.status {
        Status::New => finding.enforcement.as_str(),
        Status::Baseline | Status::Exempt => finding.status.as_str(),
    };
    let text = format!("{place} {}: {} ({cost})", finding.path, finding.message);
    visible(&text).into_owned()
}

fn explain(finding: &Finding) -> String {
    format!("portcullis explain {}", finding.policy)
}

pub(crate) fn error(class: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(visible(message));
    status.set_type(class);
    status
}

pub(crate) fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(visible(name), status);
    case.set_classname(visible(class));
    case
}

/// Adds `file` and, where it is known, `line`.
pub(crate) fn locate(case: &mut TestCase, file: &str, line: u32) {
    case.extra.insert("file".into(), visible(file).into());
    if line > 0 {
        case.extra.insert("line".into(), line.to_string().into());
    }
}

/// The suites as XML.
pub(crate) fn serialize(name: &str, suites: Vec<TestSuite>) -> String {
    let mut report = quick_junit::Report::new(name);
    report.add_test_suites(suites);
    match report.to_string() {
        Ok(text) => without_root_skipped(&text),
        // Writing into memory doesn't fail; if it does, the output must not look like a passing report.
        Err(error) => format!("<!-- {} -->\n", visible(&error.to_string())),
    }
}

/// Jenkins' schema knows `skipped` on suites only, not on the root, where it would come first.
fn without_root_skipped(text: &str) -> String {
    let parts = text.split_once(" skipped=\"").and_then(|(before, rest)| {
        let (_, after) = rest.split_once('"')?;
        Some([before, after].concat())
    });
    parts.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_report_is_complete() {
        insta::assert_snapshot!("report", render(&fixture::full()));
    }

    #[test]
    fn a_clean_object_passes() {
        insta::assert_snapshot!(render(&fixture::clean()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="portcullis" tests="1" failures="0" errors="0">
            <testsuite name="k8s/web.yaml" tests="1" skipped="0" errors="0" failures="0">
                <testcase name="Deployment shop/web" classname="portcullis" file="k8s/web.yaml"/>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn what_only_warns_passes_and_what_is_exempt_is_skipped() {
        let text = render(&fixture::full());
        let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
        let outcome = |policy: &str| {
            let cases = read.test_suites.iter().flat_map(|suite| &suite.test_cases);
            let mut cases = cases.filter(|case| {
                case.classname
                    .as_ref()
                    .is_some_and(|class| class.as_str() == policy)
            });
            match &cases.next_back().unwrap().status {
                TestCaseStatus::Success { .. } => "passed",
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Failure,
                    ..
                } => "failure",
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Error,
                    ..
                } => "error",
                TestCaseStatus::Skipped { .. } => "skipped",
            }
        };
        for (policy, expected) in [
            ("least-privilege/privileged-container", "failure"),
            ("least-privilege/host-namespace", "passed"),
            ("images/not-pinned", "passed"),
            ("least-privilege/root-user", "skipped"),
            ("least-privilege/host-port", "error"),
            ("portcullis.unreadable", "error"),
            ("own/broken", "error"),
            ("portcullis", "passed"),
        ] {
            assert_eq!(outcome(policy), expected, "{policy}");
        }
        let skipped: usize = read.test_suites.iter().map(|suite| suite.skipped).sum();
        assert_eq!(
            (read.tests, read.failures, read.errors, skipped),
            (11, 4, 3, 1)
        );
    }

    proptest! {
        #[test]
        fn hostile_names_stay_inside_their_elements(text in "(?s).{0,60}") {
            let xml = render(&fixture::hostile(&text));
            prop_assert!(!xml.chars().any(|c| c != '\n' && crate::report::escape::is_hidden(c)), "{xml:?}");
            let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
            prop_assert_eq!((read.test_suites.len(), read.tests, read.failures), (1, 2, 1));
            let cases = &read.test_suites[0].test_cases;
            let TestCaseStatus::NonSuccess { message, .. } = &cases[0].status else { panic!("{xml}") };
            let shown = visible(&text);
            prop_assert_eq!(message.as_ref().map(quick_junit::XmlString::as_str), Some(shown.as_ref()));
        }
    }
}
