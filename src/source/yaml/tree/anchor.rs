//! Anchors and aliases: values that are used again, bounded in depth and size.
//!
//! Never shares spans: every use of a value has its own place.

use crate::model::{Span, SpanNode};

use super::{Built, Halt, MAX_DEPTH, MAX_NODES, Size, Tree, Value, too_deep};

/// Text that aliases and anchors may copy, in bytes.
const MAX_COPIED: u64 = 64 << 20;

/// A finished value that aliases can name.
pub(super) struct Anchored {
    value: Value,
    node: SpanNode,
    size: Size,
    height: usize,
}

impl Tree<'_> {
    /// The value of anchor `id` again, as it is used at `span`.
    pub(in crate::source::yaml) fn alias(&mut self, id: usize, span: Span) -> Result<(), Halt> {
        let Some(anchored) = self.anchors.get(&id) else {
            let message = "the anchor's value contains itself: write the value out";
            return Err(Halt::Invalid(message.into(), span));
        };
        let (size, height) = (anchored.size, anchored.height);
        if self.frames.len() + height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.copy(size, span)?;
        self.size.bytes += size.bytes;
        self.size.nodes = self.size.nodes.saturating_add(size.nodes);
        self.check_nodes(span)?;
        let Some(anchored) = self.anchors.get(&id) else {
            return Ok(());
        };
        let (value, defined) = (anchored.value.clone(), anchored.node);
        let mut node = self.graft(defined, span);
        node.value = span;
        node.anchor = defined.value;
        self.place(Built {
            value,
            node,
            height,
        });
        Ok(())
    }

    fn copy(&mut self, size: Size, span: Span) -> Result<(), Halt> {
        self.copied.nodes = self.copied.nodes.saturating_add(size.nodes);
        self.copied.bytes += size.bytes;
        if self.copied.nodes <= MAX_NODES && self.copied.bytes <= MAX_COPIED {
            return Ok(());
        }
        let message = "the document's anchors and aliases copy too much: write the values out";
        Err(Halt::Limit(message.into(), span))
    }

    /// Keeps a value that has an anchor.
    pub(super) fn capture(
        &mut self,
        anchor: usize,
        built: &Built,
        before: Size,
    ) -> Result<(), Halt> {
        if anchor == 0 {
            return Ok(());
        }
        let size = Size {
            nodes: self.size.nodes - before.nodes,
            bytes: self.size.bytes - before.bytes,
        };
        self.copy(size, built.node.value)?;
        let anchored = Anchored {
            value: built.value.clone(),
            node: built.node,
            size,
            height: built.height,
        };
        self.anchors.insert(anchor, anchored);
        Ok(())
    }

    /// A copy of `node` whose parts all stand at `site`, the alias.
    fn graft(&mut self, node: SpanNode, site: Span) -> SpanNode {
        let first = self.nodes.len();
        for offset in 0..node.children {
            let child = self.node(node.first_child + offset);
            let defined = if child.anchor.is_empty() {
                child.value
            } else {
                child.anchor
            };
            self.nodes.push(SpanNode {
                key: if child.key.is_empty() {
                    child.key
                } else {
                    site
                },
                value: site,
                anchor: defined,
                ..child
            });
        }
        for position in (first..).take(node.children as usize) {
            let child = self.nodes.get(position).copied().unwrap_or_default();
            let grafted = self.graft(child, site);
            if let Some(place) = self.nodes.get_mut(position) {
                place.first_child = grafted.first_child;
            }
        }
        SpanNode {
            first_child: u32::try_from(first).unwrap_or(u32::MAX),
            ..node
        }
    }
}
