//! The lines around a mark, ready to be shown.
//!
//! Never hands the renderer a whole file, a line of unbounded length or a character that a terminal would obey.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Origin, Renderer, Snippet};

use crate::model::{Place, SourceText, Span};
use crate::report::escape::{escape_of, is_hidden, visible};

use super::redact::{REDACTED, Redact, opens_secret_block};

/// Longest part of a line that is shown, in bytes.
const LINE_LIMIT: usize = 160;
/// How much of a long line is shown before the mark, in bytes.
const BEFORE_MARK: usize = 60;
/// Most lines that a mark covers; of a longer one the first line is marked.
const MARK_LINES: u32 = 6;
/// How far back the beginning of a block scalar is looked for, in lines.
const LOOK_BACK: u32 = 200;

/// What an excerpt points at.
pub(crate) struct Mark {
    /// The marked range.
    pub(crate) place: Place,
    /// What stands there.
    pub(crate) label: Option<String>,
    /// Whether it is what the message is about, else it is related.
    pub(crate) primary: bool,
}

/// `--> file:line:column` and the lines of the mark with `context` lines before and after.
pub(crate) fn elements(
    source: &SourceText,
    mark: &Mark,
    context: u32,
    redact: Redact,
) -> Vec<Element<'static>> {
    let place = mark.place;
    let origin = Origin::path(visible(source.name()).into_owned())
        .line(place.line as usize)
        .char_column(place.column as usize);
    let mut elements: Vec<Element<'static>> = vec![origin.into()];
    if source.text().trim().is_empty() {
        return elements;
    }
    let excerpt = excerpt(source, place, context, redact);
    let kind = if mark.primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation: Annotation<'static> = kind.span(excerpt.mark).label(mark.label.clone());
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.first_line as usize)
        .fold(false);
    elements.push(snippet.annotation(annotation).into());
    elements
}

/// `group` as text that ends with a line break.
///
/// The renderer counts columns in the lines that it is given, and ours may be cut or redacted; so the place comes as an element
/// of its own, and the empty `:::` that the renderer puts before a snippet without a path goes.
pub(crate) fn print(renderer: &Renderer, group: &Group<'_>) -> String {
    let text = renderer.render(std::slice::from_ref(group));
    let lines = text
        .lines()
        .filter(|line| without_style(line).trim() != ":::");
    lines.flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn without_style(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
    std::iter::once(first).chain(rest).collect()
}

struct Excerpt {
    text: String,
    first_line: u32,
    mark: Range<usize>,
}

fn excerpt(source: &SourceText, place: Place, context: u32, redact: Redact) -> Excerpt {
    let context = if redact.allows_context() { context } else { 0 };
    let marked = marked_lines(source, place, redact);
    let first = marked.start.saturating_sub(context).max(1);
    let last = marked.end.saturating_add(context).min(source.line_count());
    let mut text = String::new();
    let mut mark: Option<Range<usize>> = None;
    for line in first..=last {
        let Some(span) = source.line_span(line) else {
            continue;
        };
        if line > first {
            text.push('\n');
        }
        let inside = (marked.start..=marked.end)
            .contains(&line)
            .then(|| part(place.span, span));
        if inside.is_none() && redact == Redact::Names && below_secret(source, line) {
            text.push_str(REDACTED);
            continue;
        }
        let shown = push_line(&mut text, source.slice(span), inside.as_ref(), redact);
        if inside.is_some() {
            mark = Some(mark.map_or(shown.clone(), |mark| mark.start..shown.end));
        }
    }
    let mark = mark.unwrap_or(0..0);
    Excerpt {
        mark: mark.start..mark.end.max(mark.start),
        text,
        first_line: first,
    }
}

/// First and last line that the mark covers.
fn marked_lines(source: &SourceText, place: Place, redact: Redact) -> Range<u32> {
    let first = place.line.clamp(1, source.line_count());
    // A mark that ends at the beginning of a line doesn't cover it.
    let end = place.end_line - u32::from(place.end_column == 1 && place.end_line > place.line);
    let end = end.clamp(first, source.line_count());
    if redact.allows_context() && end - first < MARK_LINES {
        first..end
    } else {
        first..first
    }
}

/// The part of `line` that `mark` covers, in bytes of the line.
fn part(mark: Span, line: Span) -> Range<usize> {
    let inside = |at: u32| (at.clamp(line.start, line.end.max(line.start)) - line.start) as usize;
    inside(mark.start)..inside(mark.end.max(mark.start))
}

/// Appends `line` with replacements for what mustn't be shown; the range of `text` that the mark covers then.
fn push_line(
    text: &mut String,
    line: &str,
    mark: Option<&Range<usize>>,
    redact: Redact,
) -> Range<usize> {
    let window = window(line, mark);
    let mut withheld = redact.ranges(line, mark).into_iter().peekable();
    let (mut start, mut end) = (None, None);
    if window.start > 0 {
        text.push('…');
    }
    for (offset, c) in line.get(window.clone()).unwrap_or_default().char_indices() {
        let at = window.start + offset;
        if mark.is_some_and(|mark| at >= mark.end) {
            end.get_or_insert(text.len());
        }
        if mark.is_some_and(|mark| at >= mark.start) {
            start.get_or_insert(text.len());
        }
        while withheld.next_if(|(range, _)| range.end <= at).is_some() {}
        match withheld.peek() {
            Some((range, instead)) if range.start <= at => {
                if range.start == at || at == window.start {
                    text.push_str(instead);
                }
            }
            _ if c != '\t' && is_hidden(c) => text.push_str(&escape_of(c)),
            _ => text.push(c),
        }
    }
    let shown = text.len();
    if window.end < line.len() {
        text.push('…');
    }
    start.unwrap_or(shown)..end.unwrap_or(shown)
}

/// The part of a long line that is shown: a little before the mark, and what follows.
fn window(line: &str, mark: Option<&Range<usize>>) -> Range<usize> {
    if line.len() <= LINE_LIMIT {
        return 0..line.len();
    }
    let from = mark.map_or(0, |mark| mark.start.saturating_sub(BEFORE_MARK));
    let start = line.floor_char_boundary(from);
    start..line.floor_char_boundary(start + LINE_LIMIT)
}

/// Whether `line` stands in a block scalar whose key sounds like a secret.
fn below_secret(source: &SourceText, line: u32) -> bool {
    let text = |line: u32| {
        source
            .line_span(line)
            .map(|span| source.slice(span))
            .unwrap_or_default()
    };
    let indent = |text: &str| text.len() - text.trim_start().len();
    let mut own = indent(text(line));
    for above in (line.saturating_sub(LOOK_BACK).max(1)..line).rev() {
        let text = text(above);
        if !text.trim().is_empty() && indent(text) < own {
            own = indent(text);
            if opens_secret_block(text) {
                return true;
            }
        }
    }
    false
}
