//! From JSON, text or tree, to a value: in one pass, its keys shared.
//!
//! Recurses no deeper than it is told.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use regorus::Value as Raw;
use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::value::Val;

/// Every key of a document once, wherever it stands: the text that all its objects share.
#[derive(Default)]
struct Keys(HashSet<Arc<str>>);

impl Keys {
    fn shared(&mut self, key: &str) -> Arc<str> {
        if let Some(known) = self.0.get(key) {
            return Arc::clone(known);
        }
        let key: Arc<str> = key.into();
        self.0.insert(Arc::clone(&key));
        key
    }
}

/// Why a text is no object that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is nested deeper than allowed.
    TooDeep,
    /// It isn't JSON, or holds a number that no double holds, or half a surrogate pair.
    NotJson,
}

impl Val {
    /// The value that the text `json` is.
    pub(crate) fn of_text(json: &[u8], deepest: usize) -> Result<Self, Unreadable> {
        let json = std::str::from_utf8(json).map_err(|_| Unreadable::NotJson)?;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        // The reader counts by itself.
        deserializer.disable_recursion_limit();
        let read = read(&mut deserializer, deepest)?;
        let ended = deserializer.end().map_err(|_| Unreadable::NotJson);
        ended.map(|()| read)
    }
}

/// The value of anything that deserializes as JSON does.
pub(super) fn read<'de>(from: impl Deserializer<'de>, deepest: usize) -> Result<Val, Unreadable> {
    let mut reader = Reader::default();
    let seed = Element {
        reader: &mut reader,
        left: deepest,
        likely: None,
    };
    match seed.deserialize(from) {
        Ok(value) => Ok(Val(value)),
        Err(_) if reader.too_deep => Err(Unreadable::TooDeep),
        Err(_) => Err(Unreadable::NotJson),
    }
}

#[derive(Default)]
struct Reader {
    keys: Keys,
    too_deep: bool,
}

/// A value where `left` more arrays and objects may nest.
struct Element<'r> {
    reader: &'r mut Reader,
    left: usize,
    /// The keys of the object before it in its array, which are likely its own: it leaves those it has.
    likely: Option<&'r mut Vec<Arc<str>>>,
}

impl Element<'_> {
    /// How deep what is in it may nest.
    fn enter<E: serde::de::Error>(&mut self) -> Result<usize, E> {
        self.left.checked_sub(1).ok_or_else(|| {
            self.reader.too_deep = true;
            E::custom("too deep")
        })
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Raw;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(i64::try_from(value).map_or_else(|_| Raw::from(value), Raw::from))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Raw, A::Error> {
        let left = self.enter()?;
        let mut likely = Vec::new();
        let mut items = Vec::new();
        loop {
            let element = Element {
                reader: self.reader,
                left,
                likely: Some(&mut likely),
            };
            match access.next_element_seed(element)? {
                Some(item) => items.push(item),
                None => return Ok(Raw::from(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Raw, A::Error> {
        let left = self.enter()?;
        let mut members = BTreeMap::new();
        let mut position = 0;
        loop {
            let likely = self.likely.as_ref().and_then(|keys| keys.get(position));
            let key = Key {
                keys: &mut self.reader.keys,
                likely,
            };
            let Some(key) = access.next_key_seed(key)? else {
                return Ok(Raw::from(members));
            };
            if let Some(likely) = &mut self.likely {
                match likely.get_mut(position) {
                    Some(own) if Arc::ptr_eq(own, &key) => {}
                    Some(own) => *own = Arc::clone(&key),
                    None => likely.push(Arc::clone(&key)),
                }
            }
            position += 1;
            let value = Element {
                reader: self.reader,
                left,
                likely: None,
            };
            let value = access.next_value_seed(value)?;
            members.insert(Raw::String(key), value);
        }
    }
}

/// A key of an object.
struct Key<'r> {
    keys: &'r mut Keys,
    likely: Option<&'r Arc<str>>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Arc<str>, E> {
        Ok(match self.likely {
            Some(likely) if **likely == *key => Arc::clone(likely),
            _ => self.keys.shared(key),
        })
    }
}
