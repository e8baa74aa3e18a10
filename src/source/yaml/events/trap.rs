//! What parses as YAML 1.2 and yet is something else to Kubernetes: each is a complaint in its place.
//!
//! Never changes a value: what we see is judged all the same.

use granit_parser::{Event, ScalarStyle};

use crate::model::Span;

use super::super::scalar::Schema;
use super::{Input, Reader};

impl<'t> Reader<'t> {
    /// What Kubernetes reads otherwise inside brackets: `[?a]` has a key there, `{a:}` has the key `a:`, and the tag of
    /// `[!!str, a]` is `!!str,`.
    pub(super) fn flow_traps(&mut self, event: &Event<'t>, span: granit_parser::Span, place: Span) {
        if let Event::Scalar(text, ScalarStyle::Plain, ..) = event {
            let found = match text.chars().next() {
                Some('?') => {
                    Some("Kubernetes reads this `?` as the mark of a key: put the text in quotes")
                }
                Some(':') => {
                    Some("Kubernetes reads this `:` as the mark of a value: put the text in quotes")
                }
                _ if place.is_empty() && self.lacks_blank(place) => {
                    Some("Kubernetes reads this `:` as part of the text: put a blank behind it")
                }
                _ => None,
            };
            if let Some(message) = found {
                self.tree.complain(message, place);
            }
        }
        let Some(tag) = span.tag_span().map(|tag| self.place(tag)) else {
            return;
        };
        let after = tag.end.saturating_sub(self.input.base) as usize;
        let next = self.input.text.as_bytes().get(after);
        if matches!(next, Some(b',' | b'[' | b']')) {
            let message = "Kubernetes reads the tag on to the next blank: put one behind it";
            self.tree.complain(message, tag);
        }
    }

    /// Whether an absent value, which stands at its `:`, is followed by the end of its member.
    fn lacks_blank(&self, place: Span) -> bool {
        let at = place.start.saturating_sub(self.input.base) as usize;
        let rest = self.input.text.as_bytes().get(at..).unwrap_or_default();
        matches!(rest, [b':', b',' | b']' | b'}', ..])
    }

    /// Kubernetes ends an anchor's name at the first character that isn't a letter, a digit, `-` or `_`.
    pub(super) fn anchor_trap(&mut self, name: &str, place: Span) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.input.schema == Schema::Kubernetes && !name.chars().all(plain) {
            let message =
                "Kubernetes reads this anchor's name otherwise: use letters, digits, `-` and `_`";
            self.tree.complain(message, place);
        }
    }
}

/// The first directive before the first document of the chunk.
pub(super) fn directive(input: Input<'_>) -> Option<Span> {
    let mut at = 0;
    for line in input.text.split_inclusive('\n') {
        match line.trim_start().chars().next() {
            None | Some('#') => at += line.len(),
            Some('%') if line.starts_with('%') => {
                let start = input.base.saturating_add(u32::try_from(at).ok()?);
                let length = u32::try_from(line.trim_end().len()).ok()?;
                return Some(Span::new(start, start + length));
            }
            Some(_) => return None,
        }
    }
    None
}
