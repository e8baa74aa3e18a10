//! What of an object that can't be read whole its bindings select by.
//!
//! Never recurses deeper than `serde_json` does by itself.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The labels and annotations of an object that can't be parsed whole: what bindings select by.
pub(super) fn read(part: &[u8]) -> Value {
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
