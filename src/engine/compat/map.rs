//! From places of an edited text to those of the text that was written.
//!
//! Lines never move; only columns do.

use crate::model::{SourceText, Span};

/// One replacement of a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// What is replaced; empty for an insertion.
    pub(crate) span: Span,
    /// What stands there instead.
    pub(crate) text: String,
}

/// Where each edit stands, by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EditMap {
    /// Line, first column of the original, its length, and the length of what replaced it, in characters, by place.
    shifts: Vec<Shift>,
    /// Lines of the edited text that hold tabs, with the tabs' columns.
    tabs: Vec<(u32, Vec<u32>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shift {
    line: u32,
    column: u32,
    removed: u32,
    inserted: u32,
}

/// `source` with `edits` made, and the way back. Edits must not overlap nor hold line breaks; those that do are left out.
pub(crate) fn apply(source: &SourceText, mut edits: Vec<Edit>) -> (String, EditMap) {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut text = String::with_capacity(source.text().len());
    let mut map = EditMap::default();
    let mut done = 0;
    for edit in edits {
        let removed = source.slice(edit.span);
        if edit.span.start < done
            || removed.contains(['\n', '\r'])
            || edit.text.contains(['\n', '\r'])
        {
            continue;
        }
        text.push_str(source.slice(Span::new(done, edit.span.start)));
        text.push_str(&edit.text);
        done = edit.span.end;
        let place = source.place(edit.span);
        map.shifts.push(Shift {
            line: place.line,
            column: place.column,
            removed: length(removed),
            inserted: length(&edit.text),
        });
    }
    let end = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    text.push_str(source.slice(Span::new(done, end)));
    map.tabs = tabs(&text);
    (text, map)
}

/// The engine counts a tab as this many columns.
const TAB_COLUMNS: u32 = 4;

/// The lines of `text` that hold tabs, with the columns (from 1, in characters) of these.
fn tabs(text: &str) -> Vec<(u32, Vec<u32>)> {
    let lines = (1..)
        .zip(text.split('\n'))
        .filter(|(_, line)| line.contains('\t'));
    lines
        .map(|(number, line)| {
            let columns = (1..).zip(line.chars()).filter(|(_, c)| *c == '\t');
            (number, columns.map(|(column, _)| column).collect())
        })
        .collect()
}

/// A column as the engine counts it, in characters; `tabs` are those of its line.
pub(crate) fn characters(column: u32, tabs: &[u32]) -> u32 {
    let wider = TAB_COLUMNS - 1;
    let before = (0..)
        .zip(tabs)
        .take_while(|(count, tab)| **tab + count * wider < column);
    column - u32::try_from(before.count()).unwrap_or_default() * wider
}

impl EditMap {
    /// The original place of what the engine calls `line` and `column` of the edited text.
    pub(crate) fn of_engine(&self, line: u32, column: u32) -> (u32, u32) {
        let found = self.tabs.binary_search_by_key(&line, |(number, _)| *number);
        let tabs = found
            .ok()
            .and_then(|at| self.tabs.get(at))
            .map(|(_, tabs)| tabs.as_slice());
        self.original(line, characters(column, tabs.unwrap_or_default()))
    }

    /// The original place of `line` and `column` (from 1, in characters) of the edited text.
    ///
    /// What lies inside an edit is its beginning.
    pub(crate) fn original(&self, line: u32, column: u32) -> (u32, u32) {
        let mut original = column;
        for shift in self.shifts.iter().filter(|shift| shift.line == line) {
            if original < shift.column {
                break;
            }
            if original < shift.column + shift.inserted {
                return (line, shift.column);
            }
            original = original - shift.inserted + shift.removed;
        }
        (line, original)
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::syntax::lexer;

    proptest! {
        #[test]
        fn every_token_outside_the_edits_maps_to_its_own_bytes(
            words in prop::collection::vec("[a-zé]{1,5}", 1..30),
            breaks in prop::collection::vec(prop::bool::ANY, 30),
            picks in prop::collection::vec((prop::bool::ANY, "[x-z]{0,6}"), 30),
        ) {
            let mut text = String::new();
            for (word, line) in words.iter().zip(&breaks) {
                text.push_str(word);
                text.push(if *line { '\n' } else { ' ' });
            }
            let source = SourceText::new("t", text);
            let edits: Vec<Edit> = lexer::tokens(source.text())
                .iter()
                .zip(&picks)
                .filter(|(_, (picked, _))| *picked)
                .map(|(token, (_, new))| Edit { span: token.span, text: new.to_uppercase() })
                .collect();
            let kept: Vec<_> = lexer::tokens(source.text()).into_iter().filter(|token| edits.iter().all(|edit| edit.span != token.span)).collect();
            let (edited, map) = apply(&source, edits);
            let edited = SourceText::new("e", edited);
            let mut originals = kept.iter();
            for token in lexer::tokens(edited.text()) {
                let text = token.text(edited.text());
                if text.chars().all(char::is_uppercase) && !text.contains('é') {
                    continue;
                }
                let expected = originals.next().unwrap();
                prop_assert_eq!(expected.text(source.text()), text);
                let place = edited.place(token.span);
                let original = source.place(expected.span);
                prop_assert_eq!(map.original(place.line, place.column), (original.line, original.column));
            }
        }
    }
}
