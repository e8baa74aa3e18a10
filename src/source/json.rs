//! Finds the values of a chunk that starts like JSON.
//!
//! Never builds a value: spans and values come from the loader, slice by slice.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::split::{Chunk, MAX_DOCUMENTS};

/// The JSON values at the head of `chunk` and what follows them, which isn't JSON; `None` if it doesn't start with `{` or `[`.
///
/// kubectl reads such a chunk as JSON first and as YAML if that fails, and drops what follows the first value: here nothing is
/// dropped. Ends with one value more than [`MAX_DOCUMENTS`].
pub(super) fn values(chunk: Chunk<'_>) -> Option<(Vec<Chunk<'_>>, Option<Chunk<'_>>)> {
    if !chunk.text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(chunk.text).into_iter::<IgnoredAny>();
    let mut start = 0;
    while let Some(Ok(_)) = stream.next() {
        let end = stream.byte_offset();
        values.extend(slice(chunk, start, end));
        start = end;
        if values.len() > MAX_DOCUMENTS {
            return Some((values, None));
        }
    }
    let rest = slice(chunk, start, chunk.text.len());
    Some((values, rest.filter(|rest| !rest.text.trim().is_empty())))
}

/// Whether the broken JSON object `text` has `apiVersion` or `kind` among the keys before its error.
pub(super) fn names_object(text: &str) -> bool {
    let mut found = false;
    let mut reader = serde_json::Deserializer::from_str(text);
    // The error is known already; what counts is what stood before it.
    let _ = reader.deserialize_map(Keys(&mut found));
    found
}

/// Looks at the keys of a map as they come.
struct Keys<'f>(&'f mut bool);

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            *self.0 |= matches!(&*key, "apiVersion" | "kind");
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

fn slice(chunk: Chunk<'_>, start: usize, end: usize) -> Option<Chunk<'_>> {
    Some(Chunk {
        text: chunk.text.get(start..end)?,
        base: chunk.base + start,
    })
}
