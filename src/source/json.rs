//! Finds the values of a chunk that starts like JSON.
//!
//! Never builds a value: spans and values come from the loader, slice by slice.

use serde::de::IgnoredAny;

use super::split::Chunk;

/// The JSON values at the head of `chunk` and what follows them, which isn't JSON; `None` if it doesn't start with `{` or `[`.
///
/// kubectl reads such a chunk as JSON first and as YAML if that fails, and drops what follows the first value: here nothing is
/// dropped.
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
    }
    let rest = slice(chunk, start, chunk.text.len());
    Some((values, rest.filter(|rest| !rest.text.trim().is_empty())))
}

fn slice(chunk: Chunk<'_>, start: usize, end: usize) -> Option<Chunk<'_>> {
    Some(Chunk {
        text: chunk.text.get(start..end)?,
        base: chunk.base + start,
    })
}
