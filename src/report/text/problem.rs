//! One mistake of a user, with its place and the way out.
//!
//! The same shape for arguments, configuration, exemptions and policies; never a debug form of a type.

use annotate_snippets::{Group, Level, Origin, Padding};

use crate::model::{Notice, Report, SourceText, Span};
use crate::report::escape::visible;

use super::TextOptions;
use super::excerpt::{Mark, elements, print};
use super::redact::Redact;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProblemLevel {
    /// The run ends, or a part of it doesn't count.
    #[default]
    Error,
    /// It goes on.
    Warning,
    /// Worth knowing.
    Note,
}

/// What [`problem`] renders; only the title is required.
#[derive(Debug, Clone, Copy, Default)]
pub struct Problem<'a> {
    /// How bad it is.
    pub level: ProblemLevel,
    /// What is wrong: lower case, no full stop.
    pub title: &'a str,
    /// Where.
    pub place: Option<(&'a SourceText, Span)>,
    /// What stands there.
    pub label: Option<&'a str>,
    /// Further sentences.
    pub notes: &'a [String],
    /// The way out.
    pub help: Option<&'a str>,
}

/// `problem` as text that ends with a line break.
#[must_use]
pub fn problem(problem: &Problem<'_>, options: &TextOptions) -> String {
    let level = match problem.level {
        ProblemLevel::Error => Level::ERROR,
        ProblemLevel::Warning => Level::WARNING,
        ProblemLevel::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(visible(problem.title)));
    if let Some((source, span)) = problem.place {
        let label = problem.label.map(|label| visible(label).into_owned());
        let mark = Mark {
            place: source.place(span),
            label,
            primary: true,
        };
        for element in elements(source, &mark, options.snippet_lines, Redact::Nothing) {
            group = group.element(element);
        }
    }
    for note in problem.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if let Some(help) = problem.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    print(&options.renderer(), &group)
}

/// The warnings and notices of a run, as talk for stderr; empty if there are none.
#[must_use]
pub fn notices(report: &Report, options: &TextOptions) -> String {
    let groups = report.notices.iter().map(notice);
    groups
        .map(|group| print(&options.renderer(), &group))
        .collect()
}

fn notice(notice: &Notice) -> Group<'_> {
    let level = if notice.warning {
        Level::WARNING
    } else {
        Level::NOTE
    };
    let mut group = Group::with_title(level.primary_title(visible(&notice.message)));
    if let Some(place) = &notice.place {
        group = group.element(Origin::path(visible(place)));
        if notice.help.is_some() {
            group = group.element(Padding);
        }
    }
    match &notice.help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}
