//! Parameters of a binding: completed with the schema's defaults at every level, then checked.
//!
//! Never says a value in a message: parameters may be what a user keeps to himself.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::model::{Path, PathElement};

/// References that are followed into each other; a schema that refers to itself must end.
const MAX_DEPTH: usize = 32;

/// The schema of a policy's parameters, compiled once.
pub(crate) struct Schema {
    schema: Value,
    validator: Result<Validator, String>,
}

/// What is wrong with the parameters.
pub(super) struct Fault {
    /// Required parameters that are missing, each with those that would do instead; empty for any other fault.
    pub(super) missing: Vec<String>,
    /// Where in the parameters.
    pub(super) path: Path,
    /// What, without values.
    pub(super) message: String,
}

impl Schema {
    /// The schema as metadata hold it; unknown parameters are errors unless it says otherwise.
    pub(super) fn new(schema: &Value) -> Self {
        let mut schema = schema.clone();
        if let Value::Object(members) = &mut schema {
            members
                .entry("additionalProperties")
                .or_insert(Value::Bool(false));
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .build(&schema)
            .map_err(|error| error.masked().to_string());
        Self { schema, validator }
    }

    /// The parameters with defaults, or everything that is wrong with them.
    pub(super) fn complete(&self, parameters: &Map<String, Value>) -> Result<Value, Vec<Fault>> {
        let mut value = Value::Object(parameters.clone());
        self.fill(&self.schema, &mut value, 0);
        let validator = self.validator.as_ref().map_err(|message| {
            vec![Fault {
                missing: Vec::new(),
                path: Path::root(),
                message: format!("the policy's schema of parameters doesn't compile: {message}"),
            }]
        })?;
        let missing = self.missing(&value);
        let mut faults = Vec::new();
        if !missing.is_empty() {
            faults.push(Fault {
                message: format!("needs {}", missing.join(", ")),
                missing,
                path: Path::root(),
            });
        }
        let said = |keyword: &str| match keyword {
            "required" => true,
            "anyOf" => self.alternatives(&value).is_some(),
            _ => false,
        };
        let others = validator.iter_errors(&value).filter(|error| {
            let is_root = error.instance_path().as_str().is_empty();
            !(is_root && said(error.kind().keyword()))
        });
        faults.extend(others.map(|error| Fault {
            missing: Vec::new(),
            path: path(error.instance_path().as_str()),
            message: error.masked().to_string(),
        }));
        if faults.is_empty() {
            Ok(value)
        } else {
            Err(faults)
        }
    }

    fn missing(&self, value: &Value) -> Vec<String> {
        let names = required(&self.schema).filter(|name| value.get(name).is_none());
        names
            .map(|name| format!("`{name}`"))
            .chain(self.alternatives(value))
            .collect()
    }

    /// The parameters of which one is needed (`anyOf` with nothing but `required`), if none is there.
    fn alternatives(&self, value: &Value) -> Option<String> {
        let branches = self.schema.get("anyOf")?.as_array()?;
        let names: Vec<&str> = branches.iter().flat_map(required).collect();
        let only_names = |branch: &Value| branch.as_object().is_some_and(|it| it.len() == 1);
        let none = names.iter().all(|name| value.get(name).is_none());
        (none && !names.is_empty() && branches.iter().all(only_names)).then(|| {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            quoted.join(" or ")
        })
    }

    /// Puts defaults where members are absent, in objects and in the elements of arrays.
    fn fill(&self, schema: &Value, value: &mut Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let local = schema.get("$ref").and_then(Value::as_str);
        let target = local.and_then(|text| self.schema.pointer(text.strip_prefix('#')?));
        if let Some(target) = target {
            self.fill(target, value, depth + 1);
        }
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.fill(part, value, depth + 1);
        }
        match value {
            Value::Object(members) => {
                let properties = schema.get("properties").and_then(Value::as_object);
                for (name, property) in properties.into_iter().flatten() {
                    if let Some(default) = property.get("default")
                        && !members.contains_key(name)
                    {
                        members.insert(name.clone(), default.clone());
                    }
                    if let Some(member) = members.get_mut(name) {
                        self.fill(property, member, depth + 1);
                    }
                }
                if let Some(others @ Value::Object(_)) = schema.get("additionalProperties") {
                    let known = |name: &str| properties.is_some_and(|all| all.contains_key(name));
                    for (name, member) in members.iter_mut() {
                        if !known(name) {
                            self.fill(others, member, depth + 1);
                        }
                    }
                }
            }
            Value::Array(items) => {
                if let Some(element) = schema.get("items") {
                    for item in items {
                        self.fill(element, item, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names that a schema requires.
fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

/// A JSON Pointer of the validator, in which digits are list positions.
fn path(pointer: &str) -> Path {
    Path::parse(pointer)
        .unwrap_or_else(|| std::iter::once(PathElement::Key(pointer.to_owned())).collect())
}
