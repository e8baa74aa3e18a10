//! Annotations of GitHub Actions: workflow commands, one per line.
//!
//! Never lets a name of a file begin a command of its own.

use crate::model::{Enforcement, Report, Severity, Status};
use crate::report::escape::visible;
use crate::report::place;
use crate::report::shown::{self, Shown};

/// What the report itself can't know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GithubOptions {
    /// The working directory's path in its repository, with `/`; empty at its root.
    pub uri_prefix: String,
    /// Where the full report is, for people: a file's name.
    pub full_report: Option<String>,
}

/// Most annotations of one kind that GitHub shows for a step.
const LIMIT: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Error,
    Warning,
    Notice,
}

struct Annotation {
    kind: Kind,
    file: String,
    /// Line, column, end line, end column.
    range: Option<(u32, u32, u32, u32)>,
    title: String,
    message: String,
}

/// The annotations, worst first, at most ten of a kind, then how many there are in all if some were left out.
#[must_use]
pub fn render(report: &Report, options: &GithubOptions) -> String {
    let mut annotations = problems(report, &options.uri_prefix);
    let mut shown = shown::shown(report);
    shown.retain(|shown| shown.finding.status == Status::New);
    shown::worst_first(&mut shown);
    annotations.extend(
        shown
            .iter()
            .map(|shown| finding(shown, &options.uri_prefix)),
    );
    let of = |kind: Kind| {
        annotations
            .iter()
            .filter(move |annotation| annotation.kind == kind)
    };
    let left_out = [Kind::Error, Kind::Warning, Kind::Notice]
        .iter()
        .any(|kind| of(*kind).count() > LIMIT);
    let mut lines: Vec<String> = Vec::new();
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        // One notice is kept for the count.
        let limit = if left_out && kind == Kind::Notice {
            LIMIT - 1
        } else {
            LIMIT
        };
        lines.extend(of(kind).take(limit).map(command));
    }
    if left_out {
        lines.push(rest(annotations.len(), lines.len(), options));
    }
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

fn rest(all: usize, shown: usize, options: &GithubOptions) -> String {
    let full = match &options.full_report {
        Some(file) => format!("the full report is in {file}"),
        None => "write the full report with `-f text` or `-f sarif=FILE`".to_owned(),
    };
    let text = format!("{shown} of {all} annotations are shown, the worst first; {full}");
    format!("::notice title=portcullis::{}", data(&visible(&text)))
}

fn finding(shown: &Shown<'_>, prefix: &str) -> Annotation {
    let finding = shown.finding;
    let at = place::of_finding(prefix, shown.judged, finding);
    let message = place::message(&finding.message, &at).into_owned();
    let help = match shown.remediation() {
        "" => String::new(),
        remediation => format!("\nhelp: {}", visible(remediation)),
    };
    Annotation {
        kind: match finding.severity {
            Severity::Critical | Severity::High => Kind::Error,
            Severity::Medium => Kind::Warning,
            Severity::Low => Kind::Notice,
        },
        file: at.path,
        range: Some((
            at.place.line,
            at.place.column,
            at.place.end_line,
            at.place.end_column,
        )),
        title: finding.policy.to_string(),
        message: format!("{}{help}", visible(&message)),
    }
}

/// What couldn't be judged: it stands before all findings, so that no cap hides it.
fn problems(report: &Report, prefix: &str) -> Vec<Annotation> {
    let unreadable = report.coverage.unreadable.iter().map(|unread| Annotation {
        kind: Kind::Error,
        file: place::repository_path(prefix, &unread.path),
        range: (unread.line > 0).then(|| point(unread.line, unread.column)),
        title: "unreadable".to_owned(),
        message: visible(&unread.message).into_owned(),
    });
    let load = report.load_problems.iter().map(|problem| {
        let at = problem.place();
        Annotation {
            kind: Kind::Error,
            file: place::repository_path(prefix, problem.source.name()),
            range: Some(point(at.line, at.column)),
            title: problem.code.to_owned(),
            message: visible(&problem.message).into_owned(),
        }
    });
    let failures = shown::failures(report).into_iter().map(|failed| {
        let failure = failed.failure;
        let on = shown::number(failed.count, "object", "objects");
        let message = format!(
            "couldn't be evaluated ({}) on {on}: {}",
            failure.class, failure.message
        );
        Annotation {
            kind: if failure.enforcement == Enforcement::Deny {
                Kind::Error
            } else {
                Kind::Warning
            },
            file: place::of_object(prefix, failed.first),
            range: None,
            title: failure.policy.to_string(),
            message: visible(&message).into_owned(),
        }
    });
    load.chain(failures).chain(unreadable).collect()
}

const fn point(line: u32, column: u32) -> (u32, u32, u32, u32) {
    let column = if column == 0 { 1 } else { column };
    (line, column, line, column + 1)
}

fn command(annotation: &Annotation) -> String {
    let kind = match annotation.kind {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Notice => "notice",
    };
    let place = match annotation.range {
        None => String::new(),
        Some((line, column, end_line, end_column)) => {
            format!(",line={line},endLine={end_line},col={column},endColumn={end_column}")
        }
    };
    let file = property(&visible(&annotation.file));
    let title = property(&visible(&annotation.title));
    format!(
        "::{kind} file={file}{place},title={title}::{}",
        data(&annotation.message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_report_is_complete() {
        insta::assert_snapshot!(
            "report",
            render(&fixture::full(), &GithubOptions::default())
        );
        assert_eq!(render(&fixture::clean(), &GithubOptions::default()), "");
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        for (text, message, title) in [
            ("a%b", "a%25b", "a%25b"),
            ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
            ("a:b,c", "a:b,c", "a%3Ab%2Cc"),
            ("::error::x", "::error::x", "%3A%3Aerror%3A%3Ax"),
        ] {
            assert_eq!(
                (data(text), property(text)),
                (message.to_owned(), title.to_owned())
            );
        }
    }

    #[test]
    fn at_most_ten_of_a_kind_and_the_rest_is_counted() {
        let finding = |n: usize, severity| crate::model::Finding {
            severity,
            ..fixture::finding("a/x", "spec", &format!("message {n}"))
        };
        let high = (0..12).map(|n| finding(n, Severity::High));
        let low = (0..12).map(|n| finding(n, Severity::Low));
        let mut report = fixture::full();
        report
            .judged
            .push(fixture::judged("a.yaml", low.chain(high).collect()));
        let options = GithubOptions {
            full_report: Some("out.txt".into()),
            ..GithubOptions::default()
        };
        let text = render(&report, &options);
        let count = |kind: &str| text.lines().filter(|line| line.starts_with(kind)).count();
        assert_eq!(
            (count("::error "), count("::warning "), count("::notice ")),
            (10, 2, 10)
        );
        let last = text.lines().last().unwrap();
        assert_eq!(
            last,
            "::notice title=portcullis::21 of 33 annotations are shown, the worst first; the full report is in out.txt"
        );
    }

    proptest! {
        #[test]
        fn hostile_names_never_begin_a_command(text in "(?s).{0,60}", newline in "(\n|\r|\r\n)") {
            let shown = render(&fixture::hostile(&format!("{text}{newline}::error::x")), &GithubOptions::default());
            prop_assert_eq!(shown.lines().count(), 2, "{}", shown);
            prop_assert!(!shown.contains('\r'));
            for line in shown.lines() {
                let (properties, _) = line.strip_prefix("::error file=").unwrap().split_once("::").unwrap();
                let names: Vec<&str> = properties.split(',').skip(1).map(|p| p.split('=').next().unwrap()).collect();
                prop_assert_eq!(names.last(), Some(&"title"));
            }
        }
    }
}
