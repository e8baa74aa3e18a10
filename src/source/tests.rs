//! Table tests of the whole floor through [`super::read`].

use serde_json::Value;

use super::{FileRead, InputKind, ReadOptions, read};

mod documents;
mod hostile;
mod inline;
mod line_breaks;
mod merges;
mod properties;
mod recognition;
mod scalars;
mod spans;
mod templates;

/// Reads `text` as the file `test.yaml`.
fn yaml(text: &str) -> FileRead {
    named("test.yaml", text)
}

fn named(name: &str, text: &str) -> FileRead {
    let options = ReadOptions {
        name,
        ..ReadOptions::default()
    };
    read(text.as_bytes(), &options)
}

/// Reads `text` as `--kind kubernetes` does.
fn forced(text: &str) -> FileRead {
    let options = ReadOptions {
        name: "test.yaml",
        kind: Some(InputKind::Kubernetes),
        ..ReadOptions::default()
    };
    read(text.as_bytes(), &options)
}

/// An object with `fields` as further lines.
fn object(fields: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\n{fields}")
}

/// The objects that `read` found, as values.
fn values(read: &FileRead) -> Vec<Value> {
    let objects = read
        .reviews
        .iter()
        .filter_map(|review| review.object.as_deref());
    objects.cloned().collect()
}

/// `kind/name` of the objects that were found.
fn names(read: &FileRead) -> Vec<String> {
    let reviews = read.reviews.iter();
    reviews
        .map(|review| format!("{}/{}", review.kind.kind, review.name))
        .collect()
}

/// `line:column message` of what is unreadable.
fn unreadable(read: &FileRead) -> Vec<String> {
    let shown = |found: &crate::model::Unreadable| {
        format!("{}:{} {}", found.line, found.column, found.message)
    };
    read.unreadable.iter().map(shown).collect()
}
