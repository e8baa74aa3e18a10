//! Line breaks that Kubernetes sees and YAML 1.2 doesn't: U+0085, U+2028 and U+2029.
//!
//! A comment that one of them ends can hide a field, so nothing of this is ever skipped.

use crate::model::Span;

const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// What is said of such a character.
pub(super) const MESSAGE: &str = "Kubernetes ends the line at this character: write it as an escape in double quotes, or remove it";

/// Where the three characters stand in `text`, as spans from `base` on.
pub(super) fn find(text: &str, base: u32) -> Vec<Span> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.match_indices(BREAKS)
        .map(|(at, found)| {
            let start = base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            Span::new(start, start + u32::try_from(found.len()).unwrap_or(0))
        })
        .collect()
}

/// Those of `breaks` that end a line in Kubernetes: U+2028 and U+2029 are kept inside quotes, but for the blanks around them.
///
/// Both lists are in order; `text` starts at `base`.
pub(super) fn exposed(text: &str, base: u32, breaks: &[Span], quoted: &[Span]) -> Vec<Span> {
    let is_next_line = |found: &Span| found.end - found.start == 2;
    let folds = |found: &Span| {
        let start = found.start.saturating_sub(base) as usize;
        let end = found.end.saturating_sub(base) as usize;
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(end..).and_then(|text| text.chars().next());
        [before, after]
            .into_iter()
            .flatten()
            .any(|c| matches!(c, ' ' | '\t' | '\r' | '\n') || BREAKS.contains(&c))
    };
    breaks
        .iter()
        .filter(|found| {
            let after = quoted.partition_point(|span| span.start <= found.start);
            let inside = after
                .checked_sub(1)
                .and_then(|position| quoted.get(position))
                .is_some_and(|span| found.end <= span.end);
            is_next_line(found) || !inside || folds(found)
        })
        .copied()
        .collect()
}

/// `text` as Kubernetes reads it: each of `exposed` ends a line. Every other byte keeps its place.
pub(super) fn as_kubernetes(text: &str, base: u32, exposed: &[Span]) -> String {
    let mut read = String::with_capacity(text.len());
    let mut kept = 0;
    for found in exposed {
        let start = found.start.saturating_sub(base) as usize;
        let end = found.end.saturating_sub(base) as usize;
        read.push_str(text.get(kept..start).unwrap_or_default());
        read.extend(std::iter::repeat_n(' ', end - start - 1));
        read.push('\n');
        kept = end;
    }
    read.push_str(text.get(kept..).unwrap_or_default());
    read
}
