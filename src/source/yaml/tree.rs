//! Builds one document's value and its spans, side by side, from the parser's events.
//!
//! Never recurses over the text and never compares a key with all others: depth, nodes and copies are bounded.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::model::{Span, SpanNode, Spans, SyntaxError};

use super::key::{self, Key};
use super::scalar::{Scalar, Schema};

mod anchor;
mod member;

use anchor::Anchored;

/// Collections inside one another.
pub(super) const MAX_DEPTH: usize = 200;
/// Values of a document, aliases written out.
const MAX_NODES: u32 = 1_000_000;
/// Complaints kept of one document; the rest is counted.
const MAX_COMPLAINTS: usize = 20;

/// Why a document can't be built; ends its chunk.
#[derive(Debug)]
pub(super) enum Halt {
    /// It is larger than we read.
    Limit(String, Span),
    /// It isn't valid.
    Invalid(String, Span),
}

/// A document under construction.
pub(super) struct Tree<'t> {
    schema: Schema,
    /// The text that the spans point into, without what stands before `base`.
    text: &'t str,
    base: u32,
    frames: Vec<Frame>,
    /// Finished children of the open collections, innermost last.
    pending: Vec<SpanNode>,
    /// Children of finished collections, each collection's side by side.
    nodes: Vec<SpanNode>,
    anchors: HashMap<usize, Anchored>,
    size: Size,
    copied: Size,
    complaints: Vec<SyntaxError>,
    complaints_left_out: usize,
    root: Option<(Value, SpanNode)>,
}

/// How much a value holds.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: u32,
    bytes: u64,
}

/// An open collection.
struct Frame {
    members: Members,
    start: u32,
    end: u32,
    anchor: usize,
    first_pending: usize,
    before: Size,
    height: usize,
}

enum Members {
    Object {
        map: Map<String, Value>,
        key: Option<Key>,
        /// Where each member stands, and whether it was written out rather than merged; made when it is first needed.
        index: Option<HashMap<String, (usize, bool)>>,
    },
    Array(Vec<Value>),
}

/// A finished value on its way to its place.
struct Built {
    value: Value,
    node: SpanNode,
    height: usize,
}

/// What of a document was finished.
pub(super) struct Finished {
    pub(super) value: Value,
    pub(super) spans: Spans,
    pub(super) complaints: Vec<SyntaxError>,
}

impl<'t> Tree<'t> {
    pub(super) fn new(schema: Schema, text: &'t str, base: u32) -> Self {
        Self {
            schema,
            text,
            base,
            frames: Vec::new(),
            pending: Vec::new(),
            nodes: Vec::new(),
            anchors: HashMap::new(),
            size: Size::default(),
            copied: Size::default(),
            complaints: Vec::new(),
            complaints_left_out: 0,
            root: None,
        }
    }

    /// The finished document, if it holds anything; the tree is empty afterwards.
    pub(super) fn finish(&mut self) -> Option<Finished> {
        let mut done = std::mem::replace(self, Self::new(self.schema, self.text, self.base));
        let (value, root) = done.root.take()?;
        let place = root.value;
        let index = u32::try_from(done.nodes.len()).unwrap_or(u32::MAX);
        done.nodes.push(root);
        if done.complaints_left_out > 0 {
            let message = format!("and {} more complaints", done.complaints_left_out);
            let last = done.complaints.last().map_or(place, |last| last.span);
            done.complaints.push(complaint(message, last));
        }
        Some(Finished {
            value,
            spans: Spans::new(done.nodes, index),
            complaints: done.complaints,
        })
    }

    /// Whether the document so far has one of `names` as a key of its root.
    pub(super) fn names_any(&self, names: &[&str]) -> bool {
        match self.frames.first().map(|frame| &frame.members) {
            Some(Members::Object { map, key, .. }) => names.iter().any(|name| {
                map.contains_key(*name) || key.as_ref().is_some_and(|key| key.name == *name)
            }),
            _ => false,
        }
    }

    pub(super) fn complain(&mut self, message: impl Into<String>, span: Span) {
        self.complain_twice(message, span, None);
    }

    fn complain_twice(&mut self, message: impl Into<String>, span: Span, other: Option<Span>) {
        if self.complaints.len() < MAX_COMPLAINTS {
            let mut found = complaint(message, span);
            found.other = other;
            self.complaints.push(found);
        } else {
            self.complaints_left_out += 1;
        }
    }

    pub(super) fn open_object(&mut self, start: u32, anchor: usize) -> Result<(), Halt> {
        let members = Members::Object {
            map: Map::new(),
            key: None,
            index: None,
        };
        self.open(members, start, anchor)
    }

    pub(super) fn open_array(&mut self, start: u32, anchor: usize) -> Result<(), Halt> {
        let start = key::first_dash(self.text, self.base, start);
        self.open(Members::Array(Vec::new()), start, anchor)
    }

    fn open(&mut self, members: Members, start: u32, anchor: usize) -> Result<(), Halt> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_deep(Span::new(start, start)));
        }
        self.frames.push(Frame {
            members,
            start,
            end: start,
            anchor,
            first_pending: self.pending.len(),
            before: self.size,
            height: 0,
        });
        Ok(())
    }

    /// Ends the innermost collection, in flow style at `end`; in block style it ends with its last child.
    pub(super) fn close(&mut self, end: Option<u32>) -> Result<(), Halt> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let first_child = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.extend(self.pending.drain(frame.first_pending..));
        let children = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX) - first_child;
        let node = SpanNode {
            value: Span::new(frame.start, end.unwrap_or(frame.end)),
            first_child,
            children,
            ..SpanNode::default()
        };
        let value = match frame.members {
            Members::Object { map, .. } => Value::Object(map),
            Members::Array(items) => Value::Array(items),
        };
        self.count(0, node.value)?;
        let built = Built {
            value,
            node,
            height: frame.height + 1,
        };
        self.capture(frame.anchor, &built, frame.before)?;
        self.place(built);
        Ok(())
    }

    /// A scalar; `span` is empty where it is absent, `merge` marks a plain `<<`.
    pub(super) fn scalar(
        &mut self,
        scalar: Scalar<'_>,
        span: Span,
        merge: bool,
        anchor: usize,
    ) -> Result<(), Halt> {
        if let Scalar::Refused(why, _) = &scalar {
            self.complain(*why, span);
        }
        if anchor == 0 && self.awaits_key() {
            self.key_from(scalar, span, merge);
            return Ok(());
        }
        let before = self.size;
        let value = scalar.into_value(self.schema);
        let bytes = value.as_str().map_or(0, str::len);
        self.count(bytes, span)?;
        let node = SpanNode {
            value: span,
            ..SpanNode::default()
        };
        let built = Built {
            value,
            node,
            height: 0,
        };
        self.capture(anchor, &built, before)?;
        self.place(built);
        Ok(())
    }

    fn count(&mut self, bytes: usize, span: Span) -> Result<(), Halt> {
        self.size.nodes = self.size.nodes.saturating_add(1);
        self.size.bytes += bytes as u64;
        self.check_nodes(span)
    }

    fn check_nodes(&self, span: Span) -> Result<(), Halt> {
        if self.size.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(Halt::Limit(
            format!("the document has more than {MAX_NODES} values, aliases written out: split it"),
            span,
        ))
    }

    fn node(&self, index: u32) -> SpanNode {
        self.nodes.get(index as usize).copied().unwrap_or_default()
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.frames.last().map(|frame| &frame.members),
            Some(Members::Object { key: None, .. })
        )
    }

    fn key_from(&mut self, scalar: Scalar<'_>, span: Span, merge: bool) {
        let name = scalar.into_key().unwrap_or_else(|| {
            self.complain(key::REFUSED, span);
            key::written(self.text, self.base, span)
        });
        self.set_key(Key { name, span, merge });
    }

    fn set_key(&mut self, new: Key) {
        if let Some(frame) = self.frames.last_mut()
            && let Members::Object { key, .. } = &mut frame.members
        {
            self.size.bytes += new.name.len() as u64;
            *key = Some(new);
        }
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, built: Built) {
        let Built {
            value,
            mut node,
            height,
        } = built;
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some((value, node));
            return;
        };
        frame.height = frame.height.max(height);
        match &mut frame.members {
            Members::Array(items) => {
                if node.value.is_empty() {
                    node.value = key::dash(self.text, self.base, node.value);
                }
                frame.end = node.value.end;
                items.push(value);
                self.pending.push(node);
            }
            Members::Object { key: slot, .. } => {
                let Some(key) = slot.take() else {
                    self.value_as_key(&value, node.value);
                    return;
                };
                if node.value.is_empty() {
                    node.value = key.span;
                }
                frame.end = frame.end.max(node.value.end);
                if key.merge {
                    self.merge(value, node, key.span);
                    return;
                }
                node.key = key.span;
                self.insert(key.name, value, node, true);
            }
        }
    }

    /// A collection, an alias or an anchored scalar as a key.
    fn value_as_key(&mut self, value: &Value, span: Span) {
        let name = key::of_value(value).unwrap_or_else(|| {
            self.complain(key::REFUSED, span);
            key::written(self.text, self.base, span)
        });
        self.set_key(Key {
            name,
            span,
            merge: false,
        });
    }
}

fn complaint(message: impl Into<String>, span: Span) -> SyntaxError {
    SyntaxError {
        message: message.into(),
        span,
        other: None,
    }
}

fn too_deep(span: Span) -> Halt {
    Halt::Limit(
        format!("the document is nested deeper than {MAX_DEPTH} levels"),
        span,
    )
}
