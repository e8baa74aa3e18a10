//! Documents for tests, written out from values; only tests have it.
//!
//! The text is no YAML that anyone reads back: each key and scalar stands in it once, plain, under its own span.

use std::sync::Arc;

use serde_json::Value;

use super::error::{At, ConfigError};
use crate::model::{Document, SourceText, Span, SpanNode, Spans};

/// A document `name` that holds `value`, with spans.
pub(super) fn document(name: &str, value: &Value) -> Document {
    let mut writer = Writer {
        text: String::new(),
        nodes: vec![SpanNode::default()],
    };
    writer.value(value, 0, 0);
    Document {
        source: Arc::new(SourceText::new(name, writer.text)),
        value: Arc::new(value.clone()),
        spans: Spans::new(writer.nodes, 0),
        comments: Vec::new(),
    }
}

/// What a test sees of an error: the marked text, the message, the help.
pub(super) fn said(errors: &[ConfigError]) -> Vec<(String, String, String)> {
    let marked = |at: &At| match at {
        At::Text { source, span } => source.slice(*span).to_owned(),
        At::Flag(flag) => (*flag).to_owned(),
        At::Run => String::new(),
    };
    errors
        .iter()
        .map(|error| {
            (
                marked(error.at()),
                error.to_string(),
                error.help().unwrap_or_default(),
            )
        })
        .collect()
}

/// Fails unless `errors` are the `expected` rows of marked text, message and help.
#[track_caller]
pub(super) fn assert_said(errors: &[ConfigError], expected: &[(&str, &str, &str)]) {
    let said = said(errors);
    let said: Vec<_> = said
        .iter()
        .map(|(at, text, help)| (at.as_str(), text.as_str(), help.as_str()))
        .collect();
    assert_eq!(said, expected);
}

struct Writer {
    text: String,
    nodes: Vec<SpanNode>,
}

impl Writer {
    fn value(&mut self, value: &Value, index: usize, depth: usize) {
        let start = self.at();
        let first = self.nodes.len();
        let children: Vec<(Option<&str>, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (Some(key.as_str()), value))
                .collect(),
            Value::Array(items) => items.iter().map(|item| (None, item)).collect(),
            _ => Vec::new(),
        };
        self.nodes
            .resize(first + children.len(), SpanNode::default());
        for (offset, (key, child)) in children.iter().enumerate() {
            self.text.push('\n');
            self.text.push_str(&"  ".repeat(depth));
            self.nodes[first + offset].key = match key {
                Some(key) => self.word(key),
                None => Span::default(),
            };
            self.text.push_str(if key.is_some() { ": " } else { "- " });
            self.value(child, first + offset, depth + 1);
        }
        match value {
            Value::String(text) if !text.is_empty() => self.text.push_str(text),
            Value::Null => {}
            Value::Object(_) | Value::Array(_) if !children.is_empty() => {}
            scalar => self.text.push_str(&scalar.to_string()),
        }
        let node = &mut self.nodes[index];
        node.value = Span::new(start, u32::try_from(self.text.len()).unwrap());
        if node.value.is_empty() {
            node.value = node.key;
        }
        node.first_child = u32::try_from(first).unwrap();
        node.children = u32::try_from(children.len()).unwrap();
    }

    fn word(&mut self, word: &str) -> Span {
        let start = self.at();
        self.text.push_str(word);
        Span::new(start, self.at())
    }

    fn at(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap()
    }
}
