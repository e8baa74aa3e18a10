//! What couldn't be judged: policies that failed or didn't load, files that couldn't be read.
//!
//! Never milder than it is: a failure under `deny` is an error.

use annotate_snippets::{Group, Level, Origin, Padding};

use crate::model::{Enforcement, LoadProblem, Unreadable};
use crate::report::escape::visible;
use crate::report::shown::{self, FailureGroup, number};

use super::excerpt::{Mark, elements};
use super::redact::Redact;

/// A policy that couldn't be evaluated, with the objects concerned.
pub(super) fn group<'a>(failed: &FailureGroup<'a>) -> Group<'a> {
    let failure = failed.failure;
    let level = match failure.enforcement {
        Enforcement::Deny => Level::ERROR,
        Enforcement::Warn | Enforcement::Audit => Level::WARNING,
    };
    let message = format!(
        "couldn't be evaluated ({}): {}",
        failure.class, failure.message
    );
    let mut group = Group::with_title(
        level
            .primary_title(visible(&message).into_owned())
            .id(failure.policy.as_str()),
    );
    if let Some(place) = &failure.place {
        let origin = Origin::path(visible(&place.file)).line(place.line as usize);
        group = group
            .element(origin.char_column(place.column as usize))
            .element(Padding);
    }
    let first = format!(
        "{} in {}",
        shown::object_name(failed.first),
        failed.first.file
    );
    let on = match failed.count {
        1 => format!("on {first}"),
        count => format!("on {}, first {first}", number(count, "object", "objects")),
    };
    group = group.element(Level::NOTE.message(visible(&on).into_owned()));
    if failure.enforcement == Enforcement::Deny {
        group = group.element(Level::NOTE.message("what can't be judged is denied"));
    }
    match &failure.help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}

/// A policy that didn't load.
pub(super) fn load_problem(problem: &LoadProblem) -> Group<'_> {
    let title = Level::ERROR
        .primary_title(visible(&problem.message))
        .id(problem.code);
    let mark = Mark {
        place: problem.place(),
        label: None,
        primary: true,
    };
    let mut group = Group::with_title(title);
    for element in elements(&problem.source, &mark, 0, Redact::Nothing) {
        group = group.element(element);
    }
    if let Some(policy) = &problem.policy {
        let note = format!("policy `{policy}` isn't in force");
        group = group.element(Level::NOTE.message(note));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}

/// An input that couldn't be read whole.
pub(super) fn unreadable(unread: &Unreadable) -> Group<'_> {
    let title = Level::ERROR
        .primary_title(visible(&unread.message))
        .id("unreadable");
    let origin = Origin::path(visible(&unread.path));
    title.element(match unread.line {
        0 => origin,
        line => origin
            .line(line as usize)
            .char_column(unread.column.max(1) as usize),
    })
}
