//! The cases of `testdata/admission`: read, put together from their bases, and written as the API server writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use portcullis::model::SourceText;
use portcullis::source;
use portcullis::webhook::reload::Texts;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::review;
use super::served::source;
use crate::project::repository;

/// A way around a policy that is tried, and what has to come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(rename = "why")]
    _why: String,
    pub(crate) config: Option<String>,
    #[serde(default)]
    object: Value,
    #[serde(default)]
    old: Value,
    #[serde(default)]
    request: Map<String, Value>,
    pad: Option<usize>,
    #[serde(default)]
    replace: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) deny: Vec<String>,
    #[serde(default)]
    pub(crate) warn: Vec<String>,
    #[serde(default)]
    pub(crate) lifted: Vec<String>,
    #[serde(default)]
    pub(crate) answered: bool,
    pub(crate) open: Option<String>,
}

static BASES: LazyLock<Value> = LazyLock::new(|| read(&folder().join("bases.yaml")));

pub(crate) fn folder() -> PathBuf {
    repository().join("testdata/admission")
}

/// An object that no policy finds anything in.
pub(crate) fn base(name: &str) -> Value {
    let base = BASES.get(name);
    base.unwrap_or_else(|| panic!("no base `{name}`")).clone()
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap();
    let source = Arc::new(SourceText::new(file.to_string_lossy(), text));
    let document = source::yaml::read_core(source);
    let document = document.unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
    (*document.value).clone()
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// All cases, each with the class that its file is.
pub(crate) fn all() -> Vec<(String, Case)> {
    let files = files(&folder().join("bypass"));
    let read = |file: &PathBuf| {
        let class = file.file_stem().unwrap().to_string_lossy().into_owned();
        let cases: Vec<Case> = serde_json::from_value(read(file))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        cases.into_iter().map(move |case| (class.clone(), case))
    };
    files.iter().flat_map(read).collect()
}

/// What is in force under `config/<name>`.
pub(crate) fn config(name: &str) -> Texts {
    let mut texts = Texts::default();
    for file in files(&folder().join("config").join(name)) {
        let file_name = file.file_name().unwrap().to_string_lossy();
        let text = source(&file_name, &fs::read_to_string(&file).unwrap());
        match &*file_name {
            "portcullis.yaml" => texts.configs.push(text),
            "exemptions.yaml" => texts.exemptions.push(text),
            _ => texts.modules.push(text),
        }
    }
    texts
}

impl Case {
    /// The body of the call, as Go writes JSON.
    pub(crate) fn body(&self) -> Vec<u8> {
        let (object, old) = (expanded(&self.object), expanded(&self.old));
        let operation = if old.is_null() { "CREATE" } else { "UPDATE" };
        let operation = self
            .request
            .get("operation")
            .and_then(Value::as_str)
            .unwrap_or(operation);
        let mut request = review::request(operation, object, old);
        for (key, value) in &self.request {
            request[key] = value.clone();
        }
        if let Some(length) = self.pad {
            pad(&mut request, length);
        }
        let mut text = as_go(&review::body(&request));
        for (from, to) in &self.replace {
            assert!(text.contains(from), "{}: no {from}", self.name);
            text = text.replace(from, to);
        }
        text.into_bytes()
    }
}

/// The value with every `{base: …, set: …, unset: …}` in it put together.
fn expanded(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(expanded).collect(),
        Value::Object(members) if members.contains_key("base") => {
            let mut object = base(members["base"].as_str().unwrap());
            for (key, value) in members {
                match key.as_str() {
                    "base" => {}
                    "set" => {
                        for (pointer, value) in value.as_object().unwrap() {
                            set(&mut object, pointer, expanded(value));
                        }
                    }
                    "unset" => {
                        for pointer in value.as_array().unwrap() {
                            unset(&mut object, pointer.as_str().unwrap());
                        }
                    }
                    key => panic!("`{key}` beside `base`"),
                }
            }
            object
        }
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(key, value)| (key.clone(), expanded(value)))
                .collect()
        }
        value => value.clone(),
    }
}

/// The steps of a JSON Pointer (RFC 6901).
fn steps(pointer: &str) -> Vec<String> {
    let rest = pointer
        .strip_prefix('/')
        .unwrap_or_else(|| panic!("`{pointer}` is no pointer"));
    let step = |text: &str| text.replace("~1", "/").replace("~0", "~");
    rest.split('/').map(step).collect()
}

/// Sets what `pointer` names, and makes the objects on the way.
fn set(object: &mut Value, pointer: &str, value: Value) {
    let mut place = object;
    for step in steps(pointer) {
        if let Value::Array(items) = place {
            let at = step.parse().unwrap_or(items.len());
            if at == items.len() {
                items.push(Value::Null);
            }
            place = &mut items[at];
        } else {
            if !place.is_object() {
                *place = json!({});
            }
            place = place
                .as_object_mut()
                .unwrap()
                .entry(step)
                .or_insert(Value::Null);
        }
    }
    *place = value;
}

fn unset(object: &mut Value, pointer: &str) {
    let (parent, _) = pointer.rsplit_once('/').unwrap();
    let parent = object.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let removed = parent.shift_remove(steps(pointer).last().unwrap());
    assert!(removed.is_some(), "there is no {pointer}");
}

/// An annotation that makes the body `length` bytes long, before the rest of the object.
fn pad(request: &mut Value, length: usize) {
    let members = request["object"].as_object().unwrap().clone();
    let mut padded = Map::new();
    let mut metadata = members["metadata"].clone();
    metadata["annotations"]["padding"] = json!("");
    padded.insert("metadata".to_owned(), metadata);
    padded.extend(members.into_iter().filter(|(key, _)| key != "metadata"));
    request["object"] = Value::Object(padded);
    let missing = length - as_go(&review::body(request)).len();
    request["object"]["metadata"]["annotations"]["padding"] = json!("x".repeat(missing));
}

/// JSON as Go's encoder escapes it.
fn as_go(json: &[u8]) -> String {
    let text = std::str::from_utf8(json).unwrap();
    let escaped = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
    ];
    escaped
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
