//! Which template an object was rendered from, as Helm and kustomize write it into their output.
//!
//! Never invents a line: a template is a name, and the stream keeps its own lines.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{Document, SourceText};

use super::yaml;

/// The chart's template that Helm names in a comment above the document (`# Source: chart/templates/x.yaml`).
pub(super) fn by_comment(document: &Document) -> Option<String> {
    let root = document.spans.root().value.start;
    let above = document
        .comments
        .iter()
        .take_while(|comment| comment.span.start < root);
    let mut named = above.filter_map(|comment| {
        let path = comment.text.strip_prefix(" Source: ")?.trim();
        (!path.is_empty() && !path.contains(char::is_whitespace)).then(|| path.to_owned())
    });
    named.next()
}

/// The file that kustomize names in the object's annotation (`buildMetadata: [originAnnotations]`).
pub(super) fn by_annotation(object: &Value) -> Option<String> {
    let text = object
        .pointer("/metadata/annotations/config.kubernetes.io~1origin")?
        .as_str()?;
    let origin = yaml::read_core(Arc::new(SourceText::new("", text))).ok()?;
    let path = origin.value.get("path")?.as_str()?;
    Some(path.to_owned())
}
