//! Objects parsed as deep as every face reads them, and no deeper.
//!
//! Never recurses over what it hasn't measured first.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Deepest nesting that is judged, as in files.
const DEEPEST: usize = 200;

/// Parses a part, or says why it can't be judged.
pub(super) fn parse(part: &[u8]) -> Result<Value, &'static str> {
    if depth(part) > DEEPEST {
        return Err("the object is nested deeper than 200 levels");
    }
    let mut deserializer = serde_json::Deserializer::from_slice(part);
    deserializer.disable_recursion_limit();
    // The syntax was checked with the head; what is left is a number that no double holds.
    Value::deserialize(&mut deserializer).map_err(|_| "the object holds a number out of range")
}

/// How deep arrays and objects nest; brackets in strings don't count.
fn depth(json: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    let mut in_string = false;
    let mut escaped = false;
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The labels and annotations of an object that can't be parsed whole: what bindings select by.
pub(super) fn labels(part: &[u8]) -> Value {
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        metadata: Metadata,
    }
    #[derive(Deserialize, Default)]
    struct Metadata {
        #[serde(default)]
        labels: Map<String, Value>,
        #[serde(default)]
        annotations: Map<String, Value>,
    }
    let object = serde_json::from_slice(part);
    let metadata = object.map_or_else(|_| Metadata::default(), |object: Object| object.metadata);
    json!({"metadata": {"labels": metadata.labels, "annotations": metadata.annotations}})
}
