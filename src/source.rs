//! Bytes to reviews: what a file holds, as the cluster will read it, with the exact place of every value.
//!
//! Never opens a file, never fails and never panics: what can't be read is said with its place, and the rest goes on.

use std::sync::Arc;

use crate::model::{Notice, Review, Skipped, SourceText, Unreadable};

mod account;
mod decode;
mod inline;
mod json;
mod kubernetes;
mod line_break;
mod reader;
mod rendered;
mod split;
mod template;
pub mod yaml;

#[cfg(test)]
mod tests;

/// The name of the text that comes from standard input.
pub const STDIN: &str = "<stdin>";

/// What is known of a file before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// The name that people know it by: a path with `/`, or [`STDIN`].
    pub name: &'a str,
    /// What its documents are said to be (`--kind`); `None`: what each of them looks like.
    pub kind: Option<InputKind>,
    /// Whether it stands in the `templates/` folder of a chart.
    pub chart_template: bool,
}

/// What documents can be said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Kubernetes objects: a document that is none can't be read.
    Kubernetes,
}

/// What a file holds.
#[derive(Debug)]
pub struct FileRead {
    /// Its decoded text.
    pub source: Arc<SourceText>,
    /// The objects in it, in order.
    pub reviews: Vec<Review>,
    /// What of it should have been read and couldn't be, in order; a document can be judged and be named here too.
    pub unreadable: Vec<Unreadable>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Documents that are none of ours.
    pub not_recognised: u32,
    /// Why they are none of ours, a line each.
    pub details: Vec<String>,
    /// Inline exemptions that have no effect.
    pub notices: Vec<Notice>,
}

/// Reads `bytes` as Kubernetes manifests.
///
/// The documents are those that the cluster would get (k8s.io/apimachinery's splitting, sigs.k8s.io/yaml's scalars), and those
/// that it would drop without a word.
pub fn read(bytes: &[u8], options: &ReadOptions<'_>) -> FileRead {
    reader::read(bytes, options)
}

/// Whether a file of that name may hold something of ours: `.yaml`, `.yml` and `.json`, in any case.
#[must_use]
pub fn recognised_name(name: &str) -> bool {
    is_yaml(name) || has_extension(name, "json")
}

/// Whether a text of that name must parse as YAML.
fn is_yaml(name: &str) -> bool {
    name == STDIN || has_extension(name, "yaml") || has_extension(name, "yml")
}

fn has_extension(name: &str, extension: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}
