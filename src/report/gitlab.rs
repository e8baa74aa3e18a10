//! GitLab's Code Quality report: an array of issues.
//!
//! Never silent: what couldn't be judged is an issue too, since the format knows nothing else.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::{Enforcement, Report, Severity, Status};
use crate::report::escape::visible;
use crate::report::fingerprint::hexadecimal;
use crate::report::json::write;
use crate::report::place;
use crate::report::shown::{self, Shown};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report as an array, `[]` if there is nothing to say; paths are relative to the repository, in which the working
/// directory is `uri_prefix`.
#[must_use]
pub fn render(report: &Report, uri_prefix: &str) -> String {
    let mut issues = problems(report, uri_prefix);
    let shown = shown::shown(report);
    let new = shown
        .iter()
        .filter(|shown| shown.finding.status == Status::New);
    issues.extend(new.map(|shown| finding(shown, uri_prefix)));
    let mut text = write(&issues, true);
    text.push('\n');
    text
}

fn finding(shown: &Shown<'_>, prefix: &str) -> Issue {
    let finding = shown.finding;
    let at = place::of_finding(prefix, shown.judged, finding);
    let object = shown::object_name(shown.judged);
    let text = format!("{} ({object})", place::message(&finding.message, &at));
    Issue {
        description: visible(&text).into_owned(),
        check_name: finding.policy.to_string(),
        fingerprint: finding.fingerprint.clone(),
        severity: match finding.severity {
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
        },
        location: location(&at.path, at.place.line),
    }
}

fn problems(report: &Report, prefix: &str) -> Vec<Issue> {
    let load = report.load_problems.iter().map(|problem| {
        let path = place::repository_path(prefix, problem.source.name());
        let text = format!("{}: {}", problem.code, problem.message);
        issue(
            "load",
            "critical",
            &text,
            location(&path, problem.place().line),
        )
    });
    let failures = shown::failures(report).into_iter().map(|failed| {
        let failure = failed.failure;
        let deny = failure.enforcement == Enforcement::Deny;
        let on = shown::number(failed.count, "object", "objects");
        let text = format!(
            "couldn't be evaluated ({}) on {on}: {}",
            failure.class, failure.message
        );
        let at = location(&place::of_object(prefix, failed.first), 1);
        issue(
            failure.policy.as_str(),
            if deny { "critical" } else { "major" },
            &text,
            at,
        )
    });
    let unreadable = report.coverage.unreadable.iter().map(|unread| {
        let path = place::repository_path(prefix, &unread.path);
        issue(
            "unreadable",
            "critical",
            &format!("couldn't be read whole: {}", unread.message),
            location(&path, unread.line),
        )
    });
    load.chain(failures).chain(unreadable).collect()
}

fn location(path: &str, line: u32) -> Location {
    // GitLab takes relative paths only.
    let path = path.trim_start_matches('/').to_owned();
    Location {
        path,
        lines: Lines { begin: line.max(1) },
    }
}

/// What isn't a finding has no fingerprint of its own: check, text and path are its identity.
fn issue(check: &str, severity: &'static str, text: &str, location: Location) -> Issue {
    let mut hash = Sha256::new();
    for part in [check, text, &location.path] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(location.lines.begin.to_le_bytes());
    Issue {
        description: visible(text).into_owned(),
        check_name: check.to_owned(),
        fingerprint: hexadecimal(hash),
        severity,
        location,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::report::fixture;

    #[track_caller]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test reads the schema it validates against"
    )]
    fn check(report: &Report) -> Vec<Value> {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/testdata/schema/gitlab-code-quality.schema.json"
        );
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let text = render(report, "services/shop");
        let issues: Value = serde_json::from_str(&text).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&issues)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
        issues.as_array().unwrap().clone()
    }

    #[test]
    fn a_report_is_complete() {
        insta::assert_snapshot!("report", render(&fixture::full(), ""));
        check(&fixture::full());
    }

    #[test]
    fn a_clean_report_is_an_empty_array() {
        assert_eq!(render(&fixture::clean(), ""), "[]\n");
        check(&fixture::clean());
    }

    #[test]
    fn no_two_issues_share_a_fingerprint() {
        let mut report = fixture::full();
        let mut second = report.coverage.unreadable[0].clone();
        second.line += 1;
        report.coverage.unreadable.push(second);
        let issues = check(&report);
        let mut fingerprints: Vec<&str> = issues
            .iter()
            .map(|i| i["fingerprint"].as_str().unwrap())
            .collect();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), issues.len());
    }

    proptest! {
        #[test]
        fn hostile_names_stay_inside_their_strings(text in "(?s)[^\\\\]{0,60}") {
            prop_assert_eq!(check(&fixture::hostile(&text)).len(), 2);
        }
    }
}
