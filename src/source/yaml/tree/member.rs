//! The members of an object: duplicate keys and merge keys, as each reader treats them.
//!
//! Never compares a key with all others: an index is made once it is needed.

use serde_json::map::Entry;
use serde_json::{Map, Value};

use crate::model::{Span, SpanNode};

use super::super::key;
use super::super::scalar::Schema;
use super::{Members, Tree};

impl Tree<'_> {
    /// Applies `<<`: in document order, and of several values the first wins (goyaml's `merge`).
    pub(super) fn merge(&mut self, value: Value, node: SpanNode, key: Span) {
        match (self.schema, value) {
            (Schema::Core | Schema::Json, _) => {
                self.complain(
                    "merge keys (`<<`) aren't read here: write the members out",
                    key,
                );
            }
            (_, Value::Object(members)) => self.merge_members(members, node),
            (_, Value::Array(items)) => {
                for (offset, item) in items.into_iter().enumerate().rev() {
                    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
                    let child = self.node(node.first_child.saturating_add(offset));
                    match item {
                        Value::Object(members) => self.merge_members(members, child),
                        _ => self.complain(key::MERGE_REFUSED, child.value),
                    }
                }
            }
            _ => self.complain(key::MERGE_REFUSED, key),
        }
    }

    fn merge_members(&mut self, members: Map<String, Value>, node: SpanNode) {
        for (offset, (name, value)) in members.into_iter().enumerate() {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            let child = self.node(node.first_child.saturating_add(offset));
            self.insert(name, value, child, false);
        }
    }

    /// Sets a member; the last one of a name wins. `written`: it stands here itself rather than in a merged value.
    pub(super) fn insert(&mut self, name: String, value: Value, node: SpanNode, written: bool) {
        let merges_win = self.schema != Schema::Opa;
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let first_pending = frame.first_pending;
        let Members::Object { map, index, .. } = &mut frame.members else {
            return;
        };
        if index.is_none() && written {
            match map.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                    self.pending.push(node);
                    return;
                }
                Entry::Occupied(place) => {
                    let name = place.key().clone();
                    *index = Some(key::index(map));
                    self.replace(name, value, node, written);
                    return;
                }
            }
        }
        let index = index.get_or_insert_with(|| key::index(map));
        if index.contains_key(&name) {
            if written || merges_win {
                self.replace(name, value, node, written);
            }
            return;
        }
        index.insert(name.clone(), (self.pending.len() - first_pending, written));
        map.insert(name, value);
        self.pending.push(node);
    }

    /// Overwrites the member `name` of the innermost object, which has an index.
    fn replace(&mut self, name: String, value: Value, node: SpanNode, written: bool) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        let Members::Object {
            map,
            index: Some(index),
            ..
        } = &mut frame.members
        else {
            return;
        };
        let Some((position, before)) = index.get_mut(&name) else {
            return;
        };
        let twice = written && *before;
        *before |= written;
        let place = self.pending.get_mut(frame.first_pending + *position);
        let first = place.map(|place| std::mem::replace(place, node).key);
        let message = twice.then(|| key::twice(&name, self.schema));
        map.insert(name, value);
        if let Some(message) = message {
            self.complain_twice(message, node.key, first);
        }
    }
}
