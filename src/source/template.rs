//! Tells unrendered templates from manifests.
//!
//! Never by searching a file for `{{`: a Prometheus rule in a block scalar is plain YAML and must be judged.

use crate::model::{SourceText, Span};

/// Whether a syntax error stands on a line with a template's action.
pub(super) fn explains(source: &SourceText, error: Span) -> bool {
    let line = source.line(error.start);
    let text = source
        .line_span(line)
        .map(|span| source.slice(span))
        .unwrap_or_default();
    text.contains("{{") || text.contains("{%")
}

/// Whether a file of a chart's `templates/` folder holds an action in `chunk`: there quoted values are templates too.
pub(super) fn in_chart(chunk: &str) -> bool {
    chunk.contains("{{")
}
