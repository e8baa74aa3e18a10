//! The keys of mappings: their names, and what is said of those that can't stand.
//!
//! Never puts more of a key into a message than its first 60 characters, escaped.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::model::Span;

use super::scalar::Schema;

/// A key that waits for its value.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Span,
    /// Whether it is a plain `<<`.
    pub(super) merge: bool,
}

pub(super) const REFUSED: &str = "a key must be text, a number or a boolean";
pub(super) const MERGE_REFUSED: &str = "a merge key (`<<`) takes a mapping or a list of mappings";

/// The name that a key stands for which isn't a plain scalar of its own.
pub(super) fn of_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A key as written, for one that has no name.
pub(super) fn written(text: &str, base: u32, span: Span) -> String {
    let start = span.start.saturating_sub(base) as usize;
    let end = span.end.saturating_sub(base) as usize;
    text.get(start..end).unwrap_or_default().to_owned()
}

/// The `-` in front of an absent list element, whose own span is empty.
pub(super) fn dash(text: &str, base: u32, span: Span) -> Span {
    let at = span.start.saturating_sub(base) as usize;
    let before = text.get(..at).unwrap_or_default();
    if before.ends_with('-') {
        Span::new(span.start - 1, span.start)
    } else {
        span
    }
}

/// The `-` of a block sequence's first element; of some sequences the parser says where that element starts instead.
pub(super) fn first_dash(text: &str, base: u32, start: u32) -> u32 {
    let at = start.saturating_sub(base) as usize;
    let before = text.get(..at).unwrap_or_default();
    if text
        .get(at..)
        .is_some_and(|rest| rest.starts_with(['-', '[']))
    {
        return start;
    }
    let dash = before.trim_end_matches([' ', '\t', '\r', '\n']);
    if !dash.ends_with('-') {
        return start;
    }
    base.saturating_add(u32::try_from(dash.len() - 1).unwrap_or(u32::MAX))
}

/// Where each member of `map` stands, all of them written out.
pub(super) fn index(map: &Map<String, Value>) -> HashMap<String, (usize, bool)> {
    let positions = map.keys().enumerate();
    positions
        .map(|(position, name)| (name.clone(), (position, true)))
        .collect()
}

/// What is said of a key that stands twice in one mapping.
pub(super) fn twice(name: &str, schema: Schema) -> String {
    let shown = shown(name);
    match schema {
        Schema::Kubernetes | Schema::Json => {
            format!("key `{shown}` is written twice and Kubernetes keeps the last: remove one")
        }
        Schema::Core | Schema::Opa => format!("key `{shown}` is written twice: remove one"),
    }
}

/// A key as messages show it.
fn shown(name: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = name
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if name.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
