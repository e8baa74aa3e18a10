//! One object of a set, and what of it a fact shows.
//!
//! Never shows a whole object: a fact holds what policies ask for, no secrets.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{Fact, FactPlace, KnownFact, Object, Origin, Path};

/// One object.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) object: Object,
    pub(super) origin: Origin,
}

impl Entry {
    /// Its names and labels, and of the rest only `fields`.
    pub(super) fn value(&self, fields: &[&str]) -> Value {
        let pick = |from: &Value, keys: &[&str]| -> Map<String, Value> {
            let known = keys
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), from.get(key)?.clone())));
            known.collect()
        };
        let mut members = pick(&self.object, &["apiVersion", "kind"]);
        let metadata = self.object.get("metadata").unwrap_or(&Value::Null);
        let metadata = pick(metadata, &["name", "namespace", "labels", "annotations"]);
        members.insert("metadata".to_owned(), Value::Object(metadata));
        members.extend(pick(&self.object, fields));
        Value::Object(members)
    }

    pub(super) fn fact(&self, fields: &[&str]) -> Fact {
        let place = FactPlace {
            at: Path::root(),
            origin: self.origin.clone(),
            path: Path::root(),
        };
        Fact::Known(Arc::new(KnownFact::new(self.value(fields), vec![place])))
    }
}

/// Whether two namespaces may be the same: what isn't written is set later, by `kubectl -n`, Helm or Kustomize.
pub(super) fn compatible(one: &str, other: &str) -> bool {
    one == other || one.is_empty() || other.is_empty()
}
