//! A report for `$GITHUB_STEP_SUMMARY`: verdict, ledger, a table by policy, then the findings.
//!
//! Never lets a name become markup, and never grows past what a step may write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{Enforcement, PolicyId, Report, Severity, Status, Verdict};
use crate::report::escape::{markdown, markdown_code, markdown_prose};
use crate::report::shown::{self, Counts, Shown, number};
use crate::report::text::ledger_line;

/// Most bytes that a step may write, less room for the count at the end.
const LIMIT: usize = 1024 * 1024 - 1024;

/// The report as Markdown.
#[must_use]
pub fn render(report: &Report) -> String {
    render_limited(report, LIMIT)
}

fn render_limited(report: &Report, limit: usize) -> String {
    let mut shown = shown::shown(report);
    let counts = shown::counts(&shown);
    let mut text = head(report, counts);
    push(&mut text, "Not judged", &problems(report), limit);
    shown.retain(|shown| shown.finding.status == Status::New);
    push(&mut text, "Policies", &by_policy(&shown), limit);
    shown::worst_first(&mut shown);
    let rows: Vec<String> = shown.iter().map(row).collect();
    if !rows.is_empty() {
        let header = "|  | where | what | policy |\n|---|---|---|---|\n".to_owned();
        push(&mut text, "Findings", &[vec![header], rows].concat(), limit);
    }
    text
}

/// Adds `rows` under `title`, as many as fit, then how many didn't.
fn push(text: &mut String, title: &str, rows: &[String], limit: usize) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "\n## {title}\n\n");
    let mut fitting = 0;
    for row in rows {
        if text.len() + row.len() > limit {
            break;
        }
        text.push_str(row);
        fitting += 1;
    }
    let left_out = (rows.len() - fitting) as u64;
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n{} left out: the summary is full.",
            number(left_out, "row is", "rows are")
        );
    }
}

fn head(report: &Report, counts: Counts) -> String {
    let verdict = match report.verdict {
        Verdict::Allow => "allowed",
        Verdict::Deny => "denied",
    };
    let mut said = vec![
        number(counts.deny, "error", "errors"),
        number(counts.warn, "warning", "warnings"),
    ];
    for (count, one, many) in [
        (counts.audit, "note", "notes"),
        (counts.exempt, "exempt", "exempt"),
        (counts.baseline, "in the baseline", "in the baseline"),
    ] {
        if count > 0 {
            said.push(number(count, one, many));
        }
    }
    format!(
        "# portcullis: {verdict}\n\n{}\n\n{}, Kubernetes {}\n",
        said.join(" · "),
        markdown(&ledger_line(&report.coverage)),
        markdown(&report.kubernetes_version)
    )
}

fn problems(report: &Report) -> Vec<String> {
    let load = report.load_problems.iter().map(|problem| {
        let place = format!("{}:{}", problem.source.name(), problem.place().line);
        format!(
            "- {} {}\n",
            markdown_code(&place),
            markdown_prose(&problem.message)
        )
    });
    let failures = shown::failures(report).into_iter().map(|failed| {
        let failure = failed.failure;
        format!(
            "- {} couldn't be evaluated ({}) on {}, first in {}: {}\n",
            markdown_code(failure.policy.as_str()),
            failure.class,
            number(failed.count, "object", "objects"),
            markdown_code(&failed.first.file),
            markdown_prose(&failure.message)
        )
    });
    let unreadable = report.coverage.unreadable.iter().map(|unread| {
        let place = match unread.line {
            0 => unread.path.clone(),
            line => format!("{}:{line}:{}", unread.path, unread.column),
        };
        format!(
            "- {} {}\n",
            markdown_code(&place),
            markdown_prose(&unread.message)
        )
    });
    load.chain(failures).chain(unreadable).collect()
}

fn by_policy(shown: &[Shown<'_>]) -> Vec<String> {
    let mut policies: BTreeMap<&PolicyId, (Severity, &str, u64)> = BTreeMap::new();
    for found in shown {
        let entry = policies.entry(&found.finding.policy).or_insert((
            found.finding.severity,
            found.title(),
            0,
        ));
        entry.0 = entry.0.max(found.finding.severity);
        entry.2 += 1;
    }
    if policies.is_empty() {
        return Vec::new();
    }
    let header = "| policy | severity | findings | |\n|---|---|---|---|\n".to_owned();
    let rows = policies.iter().map(|(id, (severity, title, count))| {
        format!(
            "| {} | {severity} | {count} | {} |\n",
            markdown_code(id.as_str()),
            markdown(title)
        )
    });
    std::iter::once(header).chain(rows).collect()
}

fn row(shown: &Shown<'_>) -> String {
    let finding = shown.finding;
    let word = match finding.enforcement {
        Enforcement::Deny => "error",
        Enforcement::Warn => "warning",
        Enforcement::Audit => "note",
    };
    let place = finding.location.as_ref().map_or_else(
        || shown.judged.file.clone(),
        |at| format!("{}:{}:{}", at.source.name(), at.place.line, at.place.column),
    );
    let template = shown.judged.resource.template.as_ref();
    let rendered = template.map_or(String::new(), |t| {
        format!(", rendered from {}", markdown_code(t))
    });
    format!(
        "| {word} | {}<br>{}{rendered} | {}<br>{} | {} |\n",
        markdown_code(&place),
        markdown(&shown::object_name(shown.judged)),
        markdown_prose(&finding.message),
        markdown_prose(shown.remediation()),
        markdown_code(finding.policy.as_str())
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_report_is_complete() {
        insta::assert_snapshot!("report", render(&fixture::full()));
        insta::assert_snapshot!("clean", render(&fixture::clean()));
    }

    #[test]
    fn a_full_summary_says_how_much_is_left_out() {
        let text = render_limited(&fixture::full(), 1200);
        assert!(text.len() < 1200 + 200, "{}", text.len());
        assert!(
            text.trim_end()
                .ends_with("rows are left out: the summary is full."),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn hostile_names_stay_in_their_cells(text in "(?s)(.|[|`<>\n\r*_~]){0,60}") {
            let shown = render(&fixture::hostile(&text));
            let harmless = render(&fixture::hostile("x"));
            prop_assert_eq!(shown.lines().count(), harmless.lines().count(), "{}", shown);
            let cells = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
            for (line, other) in shown.lines().zip(harmless.lines()) {
                prop_assert_eq!(cells(line), cells(other), "{}", line);
                let without_code: String = line.split('`').step_by(2).collect();
                for tag in without_code.split('<').skip(1) {
                    let known = ["code>", "/code>", "br>"].iter().any(|name| tag.starts_with(name));
                    prop_assert!(known, "{}", line);
                }
            }
        }
    }
}
