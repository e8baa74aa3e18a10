//! One value of a document, read as the type that its key wants.
//!
//! Never guesses: `1` isn't text, and text isn't a list of one.

use std::fmt;

use serde_json::{Map, Value};

use super::{Fields, Reader, unknown_key};
use crate::config::error::{At, ConfigError, Placed};
use crate::config::nearest::{nearest, shown};
use crate::model::{KubernetesVersion, SpanNode};

/// How messages name a value.
#[derive(Debug, Clone, Copy)]
enum Name<'r> {
    /// The document.
    Whole(&'static str),
    /// The value of a key.
    Key(&'r str),
    /// An entry of a key's list.
    Entry(&'r str),
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(what) => f.write_str(what),
            Self::Key(key) => write!(f, "`{}`", shown(key)),
            Self::Entry(key) => write!(f, "an entry of `{}`", shown(key)),
        }
    }
}

/// One value of the document.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) struct Node<'r> {
    reader: &'r Reader<'r>,
    value: &'r Value,
    spans: SpanNode,
    name: Name<'r>,
}

impl<'r> Node<'r> {
    /// The whole document of `reader`, which people know as `what`.
    pub(super) fn whole(reader: &'r Reader<'r>, what: &'static str) -> Self {
        Self {
            reader,
            value: &reader.document.value,
            spans: reader.document.spans.root(),
            name: Name::Whole(what),
        }
    }

    /// The value as it is.
    pub(in crate::config) const fn value(self) -> &'r Value {
        self.value
    }

    /// Where the value stands: a scalar itself, else its key or first member.
    pub(in crate::config) fn at(self) -> At {
        let scalar = !self.value.is_object() && !self.value.is_array();
        let span = if scalar && !self.spans.value.is_empty() {
            self.spans.value
        } else if !self.spans.key.is_empty() {
            self.spans.key
        } else {
            match self.reader.document.spans.children(self.spans).first() {
                Some(child) if !child.key.is_empty() => child.key,
                Some(child) => child.value,
                None => self.spans.value,
            }
        };
        At::text(&self.reader.document.source, span)
    }

    /// Where the key of the value stands; the value itself in lists.
    pub(in crate::config) fn key_at(self) -> At {
        if self.spans.key.is_empty() {
            return self.at();
        }
        At::text(&self.reader.document.source, self.spans.key)
    }

    /// Keeps `error`.
    pub(in crate::config) fn fail(self, error: ConfigError) {
        self.reader.errors.borrow_mut().push(error);
    }

    /// How many mistakes have been found so far, anywhere in the document.
    pub(in crate::config) fn mistakes(self) -> usize {
        self.reader.errors.borrow().len()
    }

    /// The value as a mapping of the `known` keys; people know it as `of`, by default by its key.
    pub(in crate::config) fn fields(
        self,
        of: Option<String>,
        known: &'static [&'static str],
    ) -> Option<Fields<'r>> {
        let members = self.members()?;
        let of = of.unwrap_or_else(|| self.name.to_string());
        for (key, member) in &members {
            if !known.contains(key) {
                self.fail(unknown_key(key, &of, known, member.key_at()));
            }
        }
        Some(Fields {
            node: self,
            of,
            members,
        })
    }

    /// The value as a mapping with any keys, in the order of the text.
    pub(in crate::config) fn members(self) -> Option<Vec<(&'r str, Node<'r>)>> {
        let Value::Object(members) = self.value else {
            return self.wrong("a mapping");
        };
        let spans = self.reader.document.spans.children(self.spans);
        let node = |(index, (key, value)): (usize, (&'r String, &'r Value))| {
            let spans = spans.get(index).copied().unwrap_or(self.spans);
            (
                key.as_str(),
                Node {
                    value,
                    spans,
                    name: Name::Key(key),
                    ..self
                },
            )
        };
        Some(members.iter().enumerate().map(node).collect())
    }

    /// The value as a mapping with any keys, copied.
    pub(in crate::config) fn map(self) -> Option<Map<String, Value>> {
        match self.value {
            Value::Object(members) => Some(members.clone()),
            _ => self.wrong("a mapping"),
        }
    }

    /// The entries of a list; none if it isn't one.
    pub(in crate::config) fn entries(self) -> Vec<Node<'r>> {
        let Value::Array(items) = self.value else {
            return self.wrong("a list").unwrap_or_default();
        };
        let spans = self.reader.document.spans.children(self.spans);
        let name = match self.name {
            Name::Key(key) | Name::Entry(key) => Name::Entry(key),
            Name::Whole(what) => Name::Whole(what),
        };
        let node = |(index, value): (usize, &'r Value)| {
            let spans = spans.get(index).copied().unwrap_or(self.spans);
            Node {
                value,
                spans,
                name,
                ..self
            }
        };
        items.iter().enumerate().map(node).collect()
    }

    /// A list of which each entry is read by `read`; entries that can't be read are left out.
    pub(in crate::config) fn list<T>(self, read: impl Fn(Node<'r>) -> Option<T>) -> Vec<T> {
        self.entries().into_iter().filter_map(read).collect()
    }

    /// A text with something in it.
    pub(in crate::config) fn text(self) -> Option<&'r str> {
        let Value::String(text) = self.value else {
            return self.wrong("text");
        };
        if text.trim().is_empty() {
            self.fail(ConfigError::Empty {
                what: self.name.to_string(),
                at: self.at(),
            });
            return None;
        }
        Some(text)
    }

    /// A text that may be empty.
    pub(in crate::config) fn any_text(self) -> Option<&'r str> {
        self.value.as_str().or_else(|| self.wrong("text"))
    }

    /// A text and its place.
    pub(in crate::config) fn placed_text(self) -> Option<Placed<String>> {
        let value = self.text()?.to_owned();
        Some(Placed {
            value,
            at: self.at(),
        })
    }

    /// A text that `parse` takes; `wanted` says what it takes.
    pub(in crate::config) fn parsed<T>(
        self,
        wanted: &'static str,
        help: Option<&str>,
        parse: impl FnOnce(&'r str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text()?;
        let parsed = parse(text);
        if parsed.is_none() {
            self.fail(ConfigError::Malformed {
                text: shown(text),
                wanted,
                help: help.map(str::to_owned),
                at: self.at(),
            });
        }
        parsed
    }

    /// True or false.
    pub(in crate::config) fn flag(self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.wrong("true or false"))
    }

    /// A whole number from `least` to `most`.
    pub(in crate::config) fn number(self, least: u32, most: u32) -> Option<u32> {
        if !self.value.is_number() {
            return self.wrong("a number");
        }
        let number = self
            .value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok());
        let fits = number.filter(|number| (least..=most).contains(number));
        if fits.is_none() {
            let what = self.name.to_string();
            self.fail(ConfigError::Range {
                what,
                least,
                most,
                at: self.at(),
            });
        }
        fits
    }

    /// One of the named values of `all`; `what` is what they are. A name that differs from an earlier one in case only is taken,
    /// but not suggested.
    pub(in crate::config) fn one_of<T: Copy>(
        self,
        what: &'static str,
        all: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = all.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let mut known: Vec<String> = Vec::new();
        for (name, _) in all {
            if known.iter().all(|other| !other.eq_ignore_ascii_case(name)) {
                known.push((*name).to_owned());
            }
        }
        self.fail(ConfigError::UnknownName {
            what,
            name: shown(text),
            nearest: nearest(text, known.iter().map(String::as_str)).map(str::to_owned),
            known,
            at: self.at(),
        });
        None
    }

    /// A Kubernetes version, which must be text: the number 1.30 is 1.3.
    pub(in crate::config) fn kubernetes_version(self) -> Option<KubernetesVersion> {
        if let Value::Number(number) = self.value {
            let text = self.reader.document.source.slice(self.spans.value);
            self.fail(ConfigError::UnquotedVersion {
                what: self.name.to_string(),
                text: shown(text),
                number: number.to_string(),
                at: self.at(),
            });
            return None;
        }
        let help = "write `1.` and the minor, in quotes";
        self.parsed("a Kubernetes version such as `1.37`", Some(help), |text| {
            text.parse().ok()
        })
    }

    pub(super) fn wrong<T>(self, wanted: &'static str) -> Option<T> {
        self.fail(ConfigError::Type {
            what: self.name.to_string(),
            wanted,
            got: type_name(self.value),
            at: self.at(),
        });
        None
    }
}

const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
