//! `Val`, our wrapper of regorus' value: made from JSON once per review, shared by reference counts from then on.
//!
//! Its `Debug` never shows what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use regorus::Value as Raw;
use serde_json::Value;

use super::read::read;
use crate::model::PathElement;

/// Deeper documents are refused: files stop at 200, requests at 128, and recursion below must fit a 2 MiB stack.
const MAX_DEPTH: usize = 256;

/// A value of Rego: JSON's, sets, and `undefined`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Val(pub(super) Raw);

/// The document is nested deeper than anything that a face reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooDeep;

/// What a value is, for pattern matching.
pub(crate) enum View<'a> {
    /// Not a value at all.
    Undefined,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Num<'a>),
    /// A string.
    String(&'a str),
    /// An array: `elements` has its elements.
    Array,
    /// A set: `elements` has its elements, in order.
    Set,
    /// An object: `members` has its members, in order of their keys.
    Object,
}

/// A number of any size.
#[derive(Clone, Copy)]
pub(crate) struct Num<'a>(&'a Raw);

impl Num<'_> {
    /// The integer, if it is one and fits.
    pub(crate) fn integer(self) -> Option<i64> {
        let number = self.0.as_number().ok()?;
        number.is_integer().then(|| number.as_i64())?
    }

    /// Whether it is an integer of any size.
    pub(crate) fn is_integer(self) -> bool {
        self.0
            .as_number()
            .is_ok_and(|number| number.is_integer() && number.as_big().is_some())
    }

    /// The nearest double.
    pub(crate) fn float(self) -> f64 {
        let exact = match self.0.as_number() {
            Ok(number) => number.as_f64(),
            Err(_) => None,
        };
        // regorus has no double for integers beyond 2^53.
        exact.or_else(|| self.text().parse().ok()).unwrap_or(0.0)
    }

    /// The digits of an integer in base 2, 8, 10 or 16 (lower case), with its sign.
    pub(crate) fn digits(self, base: u32) -> String {
        let Ok(number) = self.0.as_number() else {
            return String::new();
        };
        match base {
            2 => number.format_bin(),
            8 => number.format_octal(),
            16 => number.format_hex(),
            _ => self.text(),
        }
    }

    /// All decimal digits of an integer, or the shortest text of a fraction.
    pub(crate) fn text(self) -> String {
        match self.0.as_number() {
            Ok(number) if self.is_integer() => number.format_decimal(),
            _ => self.0.to_string(),
        }
    }
}

impl Val {
    /// Not a value at all.
    pub(crate) const UNDEFINED: Self = Self(Raw::Undefined);
    /// `null`.
    pub(crate) const NULL: Self = Self(Raw::Null);
    /// `true`.
    pub(crate) const TRUE: Self = Self(Raw::Bool(true));
    /// `false`.
    pub(crate) const FALSE: Self = Self(Raw::Bool(false));

    /// The value of a JSON document; an error if it is nested deeper than any face reads.
    pub(crate) fn from_json(value: &Value) -> Result<Self, TooDeep> {
        // A tree is JSON whatever it holds: its depth alone can be at fault.
        read(value, MAX_DEPTH).map_err(|_| TooDeep)
    }

    /// A string.
    pub(crate) fn string(text: &str) -> Self {
        Self(Raw::String(text.into()))
    }

    /// An integer.
    pub(crate) fn integer(number: i128) -> Self {
        Self(Raw::from(number))
    }

    /// An array.
    pub(crate) fn array(items: impl IntoIterator<Item = Self>) -> Self {
        let items: Vec<Raw> = items.into_iter().map(|item| item.0).collect();
        Self(Raw::from(items))
    }

    /// A set.
    pub(crate) fn set(items: impl IntoIterator<Item = Self>) -> Self {
        let items: BTreeSet<Raw> = items.into_iter().map(|item| item.0).collect();
        Self(Raw::from(items))
    }

    /// An object.
    pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let members: BTreeMap<Raw, Raw> = members
            .into_iter()
            .map(|(key, value)| (Raw::String(key.into()), value.0))
            .collect();
        Self(Raw::from(members))
    }

    /// This object with `value` as member `key`; anything else becomes an object with that member alone.
    pub(crate) fn with(&self, key: &str, value: Self) -> Self {
        let mut members = match &self.0 {
            Raw::Object(members) => members.as_ref().clone(),
            _ => regorus::value::Object::new(),
        };
        members.insert(Raw::String(key.into()), value.0);
        Self(members.into_value())
    }

    /// What it is.
    pub(crate) fn view(&self) -> View<'_> {
        match &self.0 {
            Raw::Undefined => View::Undefined,
            Raw::Null => View::Null,
            Raw::Bool(value) => View::Bool(*value),
            Raw::Number(_) => View::Number(Num(&self.0)),
            Raw::String(text) => View::String(text),
            Raw::Array(_) => View::Array,
            Raw::Set(_) => View::Set,
            Raw::Object(_) => View::Object,
        }
    }

    /// The member `key` of an object, or the element of an array; a reference count, no copy.
    pub(crate) fn step(&self, element: &PathElement) -> Option<Self> {
        let found = match (&self.0, element) {
            (Raw::Object(members), PathElement::Key(key)) => {
                members.get(&Raw::String(key.as_str().into()))
            }
            (Raw::Array(items), PathElement::Index(index)) => items.get(*index),
            _ => None,
        };
        found.cloned().map(Self)
    }

    /// The member `key` of an object.
    pub(crate) fn member(&self, key: &str) -> Option<Self> {
        match &self.0 {
            Raw::Object(members) => members.get(&Raw::String(key.into())).cloned().map(Self),
            _ => None,
        }
    }

    /// The member of an object whose key is `key`, of any type.
    pub(crate) fn lookup(&self, key: &Self) -> Option<Self> {
        match &self.0 {
            Raw::Object(members) => members.get(&key.0).cloned().map(Self),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.0, Raw::Object(_))
    }

    /// Whether it is undefined.
    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self.0, Raw::Undefined)
    }

    /// The text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Raw::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array or a set.
    pub(crate) fn elements(&self) -> Option<Vec<Self>> {
        match &self.0 {
            Raw::Array(items) => Some(items.iter().cloned().map(Self).collect()),
            Raw::Set(items) => Some(items.iter().cloned().map(Self).collect()),
            _ => None,
        }
    }

    /// The elements of a set alone.
    pub(crate) fn set_elements(&self) -> Option<Vec<Self>> {
        matches!(self.0, Raw::Set(_)).then(|| self.elements())?
    }

    /// The members of an object, in order of their keys.
    pub(crate) fn members(&self) -> Option<Vec<(Self, Self)>> {
        match &self.0 {
            Raw::Object(members) => Some(
                members
                    .iter_sorted()
                    .map(|(key, value)| (Self(key.clone()), Self(value.clone())))
                    .collect(),
            ),
            _ => None,
        }
    }

    /// The value as JSON: a set as an array, a key that isn't a string as its JSON text; `undefined` as `null`.
    pub(crate) fn to_json(&self) -> Value {
        json(&self.0)
    }
}

impl fmt::Debug for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Val")
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self(Raw::Bool(value))
    }
}

fn json(value: &Raw) -> Value {
    match value {
        Raw::Undefined | Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(*value),
        Raw::Number(_) => number(Num(value)),
        Raw::String(text) => Value::String(text.to_string()),
        Raw::Array(items) => items.iter().map(json).collect(),
        Raw::Set(items) => items.iter_sorted().map(json).collect(),
        Raw::Object(members) => Value::Object(
            members
                .iter_sorted()
                .map(|(key, value)| (key_text(key), json(value)))
                .collect(),
        ),
    }
}

/// Integers beyond 64 bits become doubles, as everywhere in JSON documents here.
fn number(number: Num<'_>) -> Value {
    let raw = number.0.as_number().ok().filter(|_| number.is_integer());
    let signed = raw.and_then(|raw| raw.as_i64().map(Value::from));
    let integer = signed.or_else(|| raw.and_then(|raw| raw.as_u64().map(Value::from)));
    integer.unwrap_or_else(|| Value::from(number.float()))
}

fn key_text(key: &Raw) -> String {
    match key {
        Raw::String(text) => text.to_string(),
        other => json(other).to_string(),
    }
}
