//! Where things stand in a text: byte spans, lines and columns, and the spans of a document's values.
//!
//! Never reads a file and never fails: a path that a document doesn't contain has a nearest parent.

use std::sync::Arc;

use serde_json::Value;

use super::path::PathElement;

/// A half-open range of bytes of a decoded text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A span as people and report formats read it: lines and columns count from 1, columns in characters, the end is exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// First line.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the character after the last one.
    pub end_line: u32,
    /// Column of the character after the last one.
    pub end_column: u32,
    /// The same range in bytes of the decoded text.
    pub span: Span,
}

/// A named text whose byte offsets can be turned into lines and columns.
///
/// Lines end at `\n`, `\r\n` and a lone `\r`, as YAML and Kubernetes read them.
#[derive(Debug)]
pub struct SourceText {
    name: String,
    text: String,
    lines: Vec<u32>,
}

impl SourceText {
    /// Indexes `text`, which people know as `name` (a path with `/`, or `<stdin>`).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                lines.push(offset(at + 1));
            }
        }
        Self {
            name: name.into(),
            text,
            lines,
        }
    }

    /// The name that people know the text by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole decoded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`; empty where the span isn't one of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Lines and columns of `span`.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let (line, column) = self.position(span.start);
        let (end_line, end_column) = self.position(span.end.max(span.start));
        Place {
            line,
            column,
            end_line,
            end_column,
            span,
        }
    }

    /// The span of line `line` (from 1) without its line break; `None` past the end.
    #[must_use]
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.lines.get(index)?;
        let end = self
            .lines
            .get(index + 1)
            .copied()
            .unwrap_or(offset(self.text.len()));
        let kept = self
            .slice(Span::new(start, end))
            .trim_end_matches(['\n', '\r'])
            .len();
        Some(Span::new(start, start + offset(kept)))
    }

    /// The number of lines, at least 1.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        offset(self.lines.len())
    }

    /// The line (from 1) that byte `at` stands on; unlike [`SourceText::place`] its cost doesn't depend on the line's length.
    #[must_use]
    pub fn line(&self, at: u32) -> u32 {
        offset(self.lines.partition_point(|start| *start <= at).max(1))
    }

    /// Where the line that byte `at` stands on ends, before its line break.
    #[must_use]
    pub fn line_end(&self, at: u32) -> u32 {
        self.line_span(self.line(at)).map_or(at, |line| line.end)
    }

    fn position(&self, at: u32) -> (u32, u32) {
        let line = self.line(at);
        let start = self.lines.get(line as usize - 1);
        let span = Span::new(start.copied().unwrap_or_default(), at);
        let column = self.slice(span).chars().count();
        (line, offset(column + 1))
    }
}

/// Byte offsets are 32 bits wide: no face reads a text of 4 GiB.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The spans of one value of a document, its children in the order in which the value holds them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpanNode {
    /// The member's key; empty for list elements and the root.
    pub key: Span,
    /// The value; the key's span again where the value is absent (`a:`). A collection's span ends with its last child.
    pub value: Span,
    /// Where the value was defined, if it came through an alias or a merge; else empty.
    pub anchor: Span,
    /// Index of the first child in the arena.
    pub first_child: u32,
    /// Number of children: members of an object, elements of an array.
    pub children: u32,
}

/// The spans of all values of one document: an arena whose root is `nodes[root]`.
///
/// INVARIANT: the children of a node stand side by side, in the order of the members (or elements) of its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    nodes: Vec<SpanNode>,
    root: u32,
}

/// What of a path a document contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The spans of the deepest value of the path that exists.
    pub node: SpanNode,
    /// How many elements of the path exist.
    pub depth: usize,
}

impl Spans {
    /// The arena `nodes` with its root at `root`.
    #[must_use]
    pub const fn new(nodes: Vec<SpanNode>, root: u32) -> Self {
        Self { nodes, root }
    }

    /// The root's spans.
    #[must_use]
    pub fn root(&self) -> SpanNode {
        self.node(self.root)
    }

    /// The children of `node`, in order.
    #[must_use]
    pub fn children(&self, node: SpanNode) -> &[SpanNode] {
        let first = node.first_child as usize;
        self.nodes
            .get(first..first + node.children as usize)
            .unwrap_or_default()
    }

    /// The deepest value along `path` that `value`, the document's root, contains.
    #[must_use]
    pub fn locate(&self, value: &Value, path: &[PathElement]) -> Located {
        let mut node = self.root();
        let mut value = value;
        for (depth, element) in path.iter().enumerate() {
            let step = match (value, element) {
                (Value::Object(members), PathElement::Key(key)) => members
                    .iter()
                    .position(|(member, _)| member == key)
                    .and_then(|index| Some((index, members.get(key.as_str())?))),
                (Value::Array(items), PathElement::Index(index)) => {
                    items.get(*index).map(|item| (*index, item))
                }
                _ => None,
            };
            let Some((child, next)) =
                step.and_then(|(index, next)| Some((*self.children(node).get(index)?, next)))
            else {
                return Located { node, depth };
            };
            node = child;
            value = next;
        }
        Located {
            node,
            depth: path.len(),
        }
    }

    fn node(&self, index: u32) -> SpanNode {
        self.nodes.get(index as usize).copied().unwrap_or_default()
    }
}

/// A comment of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its text without the `#`.
    pub text: String,
    /// The comment with its `#`.
    pub span: Span,
}

/// One loaded document: its value, and where each part of it stands in its text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text that the spans point into.
    pub source: Arc<SourceText>,
    /// The value as the kind of file reads it.
    pub value: Arc<Value>,
    /// The spans of `value`.
    pub spans: Spans,
    /// Comments inside and right above the document, in order.
    pub comments: Vec<Comment>,
}

impl Document {
    /// The span that stands for `path`: the key of a member (to the end of its value if that is a scalar on the same line),
    /// the scalar or first key of a list element; of the nearest existing parent if elements are missing. `true` if all of
    /// `path` exists.
    #[must_use]
    pub fn mark(&self, path: &[PathElement]) -> (Span, bool) {
        let found = self.spans.locate(&self.value, path);
        let whole = found.depth == path.len();
        (self.span_of(found.node, whole), whole)
    }

    fn span_of(&self, node: SpanNode, whole: bool) -> Span {
        if !node.key.is_empty() {
            let scalar =
                node.children == 0 && !self.source.slice(node.value).contains(['\n', '\r']);
            let same_line = node.value.start >= node.key.end
                && !self
                    .source
                    .slice(Span::new(node.key.end, node.value.start))
                    .contains(['\n', '\r']);
            let flat = whole && scalar && same_line;
            return Span::new(
                node.key.start,
                if flat {
                    node.value.end.max(node.key.end)
                } else {
                    node.key.end
                },
            );
        }
        match self.spans.children(node).first() {
            Some(child) if !child.key.is_empty() => child.key,
            Some(child) => self.span_of(*child, true),
            None => node.value,
        }
    }
}

/// Why a text can't be read as a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, lower case, without a value of the text.
    pub message: String,
    /// Where.
    pub span: Span,
    /// A second place, such as the first of two equal keys.
    pub other: Option<Span>,
}

/// Reads one YAML text as OPA does; handed to `engine` (METADATA, YAML builtins) by the faces.
pub type YamlReader = fn(&str) -> Result<Document, SyntaxError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, span: (u32, u32), expected: (u32, u32, u32, u32)) {
        let place = SourceText::new("x", text).place(Span::new(span.0, span.1));
        assert_eq!(
            (place.line, place.column, place.end_line, place.end_column),
            expected
        );
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        check("a: b\n", (0, 4), (1, 1, 1, 5));
        check("a: b\nc: d", (5, 6), (2, 1, 2, 2));
        check("é😀: x", (6, 8), (1, 3, 1, 5));
        check("a\r\nb\rc", (3, 4), (2, 1, 2, 2));
        check("a\r\nb\rc", (5, 6), (3, 1, 3, 2));
    }

    #[test]
    fn a_span_outside_the_text_is_empty_and_never_panics() {
        let text = SourceText::new("x", "é");
        assert_eq!(text.slice(Span::new(1, 9)), "");
        assert_eq!(text.place(Span::new(7, 9)).line, 1);
        assert_eq!(text.line_span(3), None);
        assert_eq!(text.line_span(1), Some(Span::new(0, 2)));
    }
}
