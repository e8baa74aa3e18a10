//! Paths as policies spell them, made one; and the places whose values may be secrets.
//!
//! Never guesses: what isn't a path is an error.

use serde_json::Value;

use crate::engine::rego::{Val, View};
use crate::model::{Path, PathElement};

/// An array of strings and integers, or one of the spellings of a text.
pub(super) fn path(value: &Val) -> Result<Path, String> {
    let error = || "the `path` of a violation isn't a list of strings and integers".to_owned();
    if let Some(text) = value.as_str() {
        return Path::parse(text).ok_or_else(error);
    }
    let View::Array = value.view() else {
        return Err(error());
    };
    let elements = value.elements().unwrap_or_default();
    elements
        .iter()
        .map(|element| match element.view() {
            View::String(key) => Ok(PathElement::Key(key.to_owned())),
            View::Number(number) => number
                .integer()
                .and_then(|index| usize::try_from(index).ok())
                .map(PathElement::Index)
                .ok_or_else(error),
            _ => Err(error()),
        })
        .collect()
}

/// The path with digits as positions where `object` has a list, and as keys where it has an object.
pub(super) fn fitted(path: &Path, object: &Value) -> Path {
    let mut value = Some(object);
    path.elements()
        .iter()
        .map(|element| {
            let fitted = match (element, value) {
                (PathElement::Key(key), Some(Value::Array(_))) => match key.parse() {
                    Ok(index) => PathElement::Index(index),
                    Err(_) => element.clone(),
                },
                (PathElement::Index(index), Some(Value::Object(_))) => {
                    PathElement::Key(index.to_string())
                }
                _ => element.clone(),
            };
            value = value.and_then(|value| match &fitted {
                PathElement::Key(key) => value.get(key.as_str()),
                PathElement::Index(index) => value.get(*index),
            });
            fitted
        })
        .collect()
}

/// Whether `found`, at `path`, is or holds the value of an environment variable.
pub(super) fn holds_env_value(path: &Path, found: &Value) -> bool {
    let elements = path.elements();
    let env = elements
        .iter()
        .rposition(|element| matches!(element, PathElement::Key(key) if key == "env"));
    let inside = env.and_then(|at| elements.get(at + 1..));
    match inside {
        Some([_, PathElement::Key(key), ..]) => key == "value",
        Some(_) => true,
        None => holds_env(found),
    }
}

fn holds_env(found: &Value) -> bool {
    match found {
        Value::Object(members) => members.contains_key("env") || members.values().any(holds_env),
        Value::Array(items) => items.iter().any(holds_env),
        _ => false,
    }
}
