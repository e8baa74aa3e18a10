//! What SARIF's results can't say: failures, unreadable files, load problems, results left out.
//!
//! Never calls a run successful that couldn't judge everything.

use crate::model::{Enforcement, Place, Report};
use crate::report::place::{of_object, repository_path, widened};
use crate::report::shown;

use super::shape::{Descriptor, Invocation, Location, Notification};
use super::{message, physical};

/// The run with its notifications; `left_out` results didn't fit.
pub(super) fn invocation(report: &Report, prefix: &str, left_out: usize) -> Invocation {
    let mut notifications: Vec<Notification> = Vec::new();
    notifications.extend(unreadable(report, prefix));
    notifications.extend(load_problems(report, prefix));
    notifications.extend(failures(report, prefix));
    let successful = notifications.is_empty();
    if left_out > 0 {
        let text = format!(
            "{left_out} results were left out, the mildest first: code scanning takes no more"
        );
        notifications.push(note("left-out", "warning", &text, None));
    }
    Invocation {
        execution_successful: successful,
        exit_code: report.exit_code,
        tool_execution_notifications: notifications,
        tool_configuration_notifications: notices(report),
    }
}

fn unreadable<'a>(report: &'a Report, prefix: &'a str) -> impl Iterator<Item = Notification> + 'a {
    report.coverage.unreadable.iter().map(move |unread| {
        let place = (unread.line > 0).then(|| point(unread.line, unread.column));
        let at = Some((repository_path(prefix, &unread.path), place));
        note("unreadable", "error", &unread.message, at)
    })
}

fn load_problems<'a>(
    report: &'a Report,
    prefix: &'a str,
) -> impl Iterator<Item = Notification> + 'a {
    report.load_problems.iter().map(move |problem| {
        let place = problem.place();
        let at = Some((
            repository_path(prefix, problem.source.name()),
            Some(point(place.line, place.column)),
        ));
        let policy = problem
            .policy
            .as_ref()
            .map_or(String::new(), |id| format!("{id}: "));
        note("load", "error", &format!("{policy}{}", problem.message), at)
    })
}

fn failures<'a>(report: &'a Report, prefix: &'a str) -> impl Iterator<Item = Notification> + 'a {
    shown::failures(report).into_iter().map(move |failed| {
        let failure = failed.failure;
        let level = match failure.enforcement {
            Enforcement::Deny => "error",
            Enforcement::Warn | Enforcement::Audit => "warning",
        };
        let text = format!(
            "{} couldn't be evaluated ({}) on {}: {}",
            failure.policy,
            failure.class,
            shown::number(failed.count, "object", "objects"),
            failure.message
        );
        let file = of_object(prefix, failed.first);
        note("failure", level, &text, Some((file, None)))
    })
}

fn notices(report: &Report) -> Vec<Notification> {
    let notices = report.notices.iter();
    notices
        .map(|notice| {
            let level = if notice.warning { "warning" } else { "note" };
            let place = notice
                .place
                .as_ref()
                .map_or(String::new(), |place| format!("{place}: "));
            note("notice", level, &format!("{place}{}", notice.message), None)
        })
        .collect()
}

fn note(
    id: &'static str,
    level: &'static str,
    text: &str,
    at: Option<(String, Option<Place>)>,
) -> Notification {
    let location = at.map(|(path, place)| Location {
        message: None,
        physical_location: physical(&path, place),
    });
    Notification {
        descriptor: Descriptor { id },
        level,
        message: message(text),
        locations: location.into_iter().collect(),
    }
}

fn point(line: u32, column: u32) -> Place {
    widened(Place {
        line,
        column,
        end_line: line,
        end_column: column,
        ..Place::default()
    })
}
