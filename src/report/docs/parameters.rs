//! A policy's parameters as a page lists them, from their JSON Schema.
//!
//! Never checks a value: that is the engine's.

use serde_json::Value;

use crate::model::Policy;

/// One parameter.
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: String,
    /// `string`, `array of string`, `one of "a", "b"`.
    pub(super) kind: String,
    /// Its default as JSON.
    pub(super) default: Option<String>,
    /// Whether a binding must give it.
    pub(super) required: bool,
    /// What it means.
    pub(super) description: String,
}

/// The policy's parameters, in the order of its metadata.
pub(super) fn of(policy: &Policy) -> Vec<Parameter> {
    let schema = policy.parameters.as_ref();
    let properties = schema
        .and_then(|schema| schema.get("properties"))
        .and_then(Value::as_object);
    let required = schema
        .and_then(|schema| schema.get("required"))
        .and_then(Value::as_array);
    let is_required = |name: &str| {
        required.is_some_and(|required| required.iter().any(|key| key.as_str() == Some(name)))
    };
    let text = |schema: &Value, key: &str| {
        schema
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let parameter = |(name, schema): (&String, &Value)| Parameter {
        name: name.clone(),
        kind: kind(schema),
        default: schema.get("default").map(ToString::to_string),
        required: is_required(name),
        description: text(schema, "description"),
    };
    properties.into_iter().flatten().map(parameter).collect()
}

fn kind(schema: &Value) -> String {
    let choices = schema.get("enum").and_then(Value::as_array);
    if let Some(choices) = choices {
        let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
        return format!("one of {}", choices.join(", "));
    }
    let own = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".to_owned(),
    };
    match schema.get("items") {
        Some(items) if own == "array" => format!("array of {}", kind(items)),
        _ => own,
    }
}
