//! Reads typed fields out of a document, and collects every mistake with its place.
//!
//! Never ends at the first mistake: what can't be read is `None`, and then an error of it has been kept.

mod node;

use std::cell::RefCell;

use serde_json::Value;

use super::error::{At, ConfigError, Placed};
use super::nearest::{nearest, shown};
use crate::model::{Document, Span};

pub(super) use self::node::Node;

/// A document being read, and the mistakes found so far.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    document: &'a Document,
    errors: RefCell<Vec<ConfigError>>,
}

impl<'a> Reader<'a> {
    /// A reader of `document`.
    pub(super) const fn new(document: &'a Document) -> Self {
        Self {
            document,
            errors: RefCell::new(Vec::new()),
        }
    }

    /// The whole document, which people know as `what`.
    pub(super) fn root(&self, what: &'static str) -> Node<'_> {
        Node::whole(self, what)
    }

    /// `value`, unless a mistake was found.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<ConfigError>> {
        let errors = self.into_errors();
        match value {
            Some(value) if errors.is_empty() => Ok(value),
            _ => Err(errors),
        }
    }

    /// All mistakes, in the order of the text.
    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by_key(|error| match error.at() {
            At::Text { span, .. } => *span,
            At::Flag(_) | At::Run => Span::default(),
        });
        errors
    }
}

/// A mapping whose keys are known.
#[derive(Debug)]
pub(super) struct Fields<'r> {
    node: Node<'r>,
    of: String,
    members: Vec<(&'r str, Node<'r>)>,
}

impl<'r> Fields<'r> {
    /// The value of `key`, if the key is there.
    pub(super) fn optional(&self, key: &str) -> Option<Node<'r>> {
        self.members
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, node)| *node)
    }

    /// The value of `key`; an error shows `example` if the key isn't there.
    pub(super) fn required(&self, key: &'static str, example: &'static str) -> Option<Node<'r>> {
        let found = self.optional(key);
        if found.is_none() {
            let of = self.of.clone();
            self.node.fail(ConfigError::MissingKey {
                key,
                of,
                example,
                at: self.node.at(),
            });
        }
        found
    }

    /// Checks the document's own `version`, which must be the number 1.
    pub(super) fn version_one(&self) {
        let Some(node) = self.required("version", "version: 1") else {
            return;
        };
        match node.value() {
            Value::Number(number) if number.as_u64() == Some(1) => {}
            Value::Number(number) => node.fail(ConfigError::UnsupportedVersion {
                of: self.of.clone(),
                version: number.to_string(),
                at: node.at(),
            }),
            _ => node.wrong("the number 1").unwrap_or_default(),
        }
    }

    /// The texts of the list `key`; none if the key isn't there.
    pub(super) fn texts(&self, key: &str) -> Vec<Placed<String>> {
        self.list(key, Node::placed_text)
    }

    /// The entries of the list `key`, each read by `read`; none if the key isn't there.
    pub(super) fn list<T>(&self, key: &str, read: impl Fn(Node<'r>) -> Option<T>) -> Vec<T> {
        self.optional(key)
            .map(|node| node.list(read))
            .unwrap_or_default()
    }
}

/// Keys that are read where a cluster answers, not in files.
const CLUSTER_KEYS: [&str; 1] = ["namespaceSelector"];

fn unknown_key(key: &str, of: &str, known: &'static [&'static str], at: At) -> ConfigError {
    let of = of.to_owned();
    if CLUSTER_KEYS.contains(&key) && known.contains(&"labelSelector") {
        return ConfigError::ClusterKey {
            key: key.to_owned(),
            of,
            at,
        };
    }
    let nearest = nearest(key, known.iter().copied())
        .and_then(|name| known.iter().find(|known| **known == name).copied());
    ConfigError::UnknownKey {
        key: shown(key),
        of,
        nearest,
        known,
        at,
    }
}
