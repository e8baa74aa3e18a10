//! The uid of a body that is broken elsewhere, so that even it gets an answer.
//!
//! Never reads beyond the first mistake.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Longest uid that is repeated: the API server's are 36 characters.
const LONGEST: usize = 256;

/// `request.uid`, if it stands before what is wrong.
pub(super) fn find(body: &[u8]) -> Option<String> {
    let found = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    deserializer.disable_recursion_limit();
    let seek = Seek {
        path: &["request", "uid"],
        found: &found,
    };
    // Whether the rest is well-formed is of no interest here.
    let _ = seek.deserialize(&mut deserializer);
    found
        .into_inner()
        .filter(|uid: &String| !uid.is_empty() && uid.len() <= LONGEST)
}

/// Goes down one key a level and keeps the string at the end.
#[derive(Clone, Copy)]
struct Seek<'a> {
    path: &'a [&'a str],
    found: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            deserializer.deserialize_str(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a review")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.found.borrow_mut() = Some(text.to_owned());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.path.split_first() else {
            return Ok(());
        };
        while let Some(key) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            if key == *wanted {
                members.next_value_seed(Seek { path: rest, ..self })?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
