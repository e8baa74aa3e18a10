//! The loader: text to values with exact spans. The only module that names the YAML parser.
//!
//! Never reads a file, never recurses over the text, never prints a value in an error.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{Document, SourceText, Span, SpanNode, Spans, SyntaxError};

mod events;
mod key;
mod message;
mod number;
mod scalar;
mod tree;
mod write;

pub(super) use events::{Input, Loaded, LoadedDocument, Stop, load};
pub(super) use scalar::Schema;

/// Reads one document as OPA does (METADATA, `yaml.unmarshal`); nothing at all is null.
///
/// Errors are the author's: what doesn't parse, a key that stands twice, a second document.
pub fn read_opa(text: &str) -> Result<Document, SyntaxError> {
    one(Arc::new(SourceText::new("", text)), Schema::Opa)
}

/// Reads one document of our own files by YAML 1.2's core schema; nothing at all is null.
///
/// Errors are the author's: what doesn't parse, a key that stands twice, a merge key, a second document.
pub fn read_core(source: Arc<SourceText>) -> Result<Document, SyntaxError> {
    one(source, Schema::Core)
}

/// Writes a value as YAML, as OPA's `yaml.marshal` does: block style, two blanks per level.
///
/// Keys are in the order of their bytes; goyaml orders digits inside them by number, and writes a key of several lines with `?`.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    write::to_yaml(value)
}

const SECOND: &str = "one document is expected: remove the second";

fn one(source: Arc<SourceText>, schema: Schema) -> Result<Document, SyntaxError> {
    let text = source.text();
    let input = Input {
        text: text.strip_prefix('\u{FEFF}').unwrap_or(text),
        base: if text.starts_with('\u{FEFF}') { 3 } else { 0 },
        schema,
        max_documents: 2,
        note_quoted: false,
    };
    let mut loaded = load(input);
    match loaded.stop.take() {
        Some(Stop::Syntax { error, .. } | Stop::Limit(error)) => return Err(error),
        Some(Stop::TooMany(span)) => {
            return Err(refused(SECOND, span));
        }
        Some(Stop::Template) | None => {}
    }
    let mut documents = loaded.documents.into_iter();
    let Some(first) = documents.next() else {
        let root = vec![SpanNode::default()];
        return Ok(Document {
            source,
            value: Arc::new(Value::Null),
            spans: Spans::new(root, 0),
            comments: Vec::new(),
        });
    };
    if let Some(second) = documents.next() {
        return Err(refused(SECOND, second.spans.root().value));
    }
    if let Some(complaint) = first.complaints.into_iter().next() {
        return Err(complaint);
    }
    Ok(Document {
        source,
        value: Arc::new(first.value),
        spans: first.spans,
        comments: first.comments,
    })
}

fn refused(message: &str, span: Span) -> SyntaxError {
    SyntaxError {
        message: message.to_owned(),
        span,
        other: None,
    }
}
