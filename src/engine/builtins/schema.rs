//! `json.match_schema` and `json.verify_schema`, in the words and result shape of OPA (gojsonschema).
//!
//! Never fetches a schema: only what the argument holds is used.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::arguments::any;
use super::json::document;
use super::{Context, Fault};
use crate::engine::rego::{Val, View};

/// `json.match_schema(document, schema)`: `[valid, errors]`, an error being `{desc, error, field, type}`.
pub(super) fn match_schema(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let instance = document(any(arguments, 0)?)?;
    let schema = document(schema(arguments, 1)?)?;
    let validator = compile(&schema).ok_or(Fault::Invalid)?;
    let errors: Vec<Val> = validator
        .iter_errors(&instance)
        .flat_map(|error| shown(&error))
        .collect();
    Ok(Val::array([errors.is_empty().into(), Val::array(errors)]))
}

/// `json.verify_schema(schema)`: `[valid, null or a sentence]`.
pub(super) fn verify_schema(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let Ok(schema) = document(schema(arguments, 0)?) else {
        let message = Val::string("jsonschema: invalid JSON string");
        return Ok(Val::array([Val::FALSE, message]));
    };
    Ok(match compile(&schema) {
        Some(_) => Val::array([Val::TRUE, Val::NULL]),
        None => Val::array([Val::FALSE, Val::string("jsonschema: not a valid schema")]),
    })
}

fn schema(arguments: &[Val], index: usize) -> Result<&Val, Fault> {
    let schema = any(arguments, index)?;
    match schema.view() {
        View::String(_) | View::Object => Ok(schema),
        _ => Err(Fault::Type),
    }
}

/// gojsonschema takes a schema without `$schema` as draft 7 and checks formats.
fn compile(schema: &Value) -> Option<Validator> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .should_validate_formats(true)
        .build(schema)
        .ok()
}

/// One error per property where the validator joins several.
fn shown(error: &ValidationError<'_>) -> Vec<Val> {
    let path: Vec<String> = error
        .instance_path()
        .as_str()
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect();
    let field = if path.is_empty() {
        "(Root)".to_owned()
    } else {
        path.join(".")
    };
    described(error, &field)
        .into_iter()
        .map(|(name, description)| {
            Val::object([
                ("desc", Val::string(&description)),
                ("error", Val::string(&format!("{field}: {description}"))),
                ("field", Val::string(&field)),
                ("type", Val::string(name)),
            ])
        })
        .collect()
}

/// gojsonschema's type and sentence of an error.
fn described(error: &ValidationError<'_>, field: &str) -> Vec<(&'static str, String)> {
    let one = |name: &'static str, text: String| vec![(name, text)];
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            one("required", format!("{property} is required"))
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|property| {
                let text = format!("Additional property {property} is not allowed");
                ("additional_property_not_allowed", text)
            })
            .collect(),
        ValidationErrorKind::Type { kind } => {
            let given = type_name(error.instance());
            let text = format!("Invalid type. Expected: {}, given: {given}", expected(kind));
            one("invalid_type", text)
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect();
            let text = format!(
                "{field} must be one of the following: {}",
                options.join(", ")
            );
            one("enum", text)
        }
        ValidationErrorKind::Constant { expected_value } => {
            one("const", format!("{field} does not match: {expected_value}"))
        }
        other => bounded(other),
    }
}

/// The errors whose sentence needs nothing but the schema's bound.
fn bounded(kind: &ValidationErrorKind) -> Vec<(&'static str, String)> {
    let (name, text) = match kind {
        ValidationErrorKind::Minimum { limit } => (
            "number_gte",
            format!("Must be greater than or equal to {limit}"),
        ),
        ValidationErrorKind::Maximum { limit } => (
            "number_lte",
            format!("Must be less than or equal to {limit}"),
        ),
        ValidationErrorKind::ExclusiveMinimum { limit } => {
            ("number_gt", format!("Must be greater than {limit}"))
        }
        ValidationErrorKind::ExclusiveMaximum { limit } => {
            ("number_lt", format!("Must be less than {limit}"))
        }
        ValidationErrorKind::MultipleOf { multiple_of } => (
            "multiple_of",
            format!("Must be a multiple of {multiple_of}"),
        ),
        ValidationErrorKind::MinLength { limit } => (
            "string_gte",
            format!("String length must be greater than or equal to {limit}"),
        ),
        ValidationErrorKind::MaxLength { limit } => (
            "string_lte",
            format!("String length must be less than or equal to {limit}"),
        ),
        ValidationErrorKind::Pattern { pattern } => {
            ("pattern", format!("Does not match pattern '{pattern}'"))
        }
        ValidationErrorKind::Format { format } => {
            ("format", format!("Does not match format '{format}'"))
        }
        ValidationErrorKind::MinItems { limit } => (
            "array_min_items",
            format!("Array must have at least {limit} items"),
        ),
        ValidationErrorKind::MaxItems { limit } => (
            "array_max_items",
            format!("Array must have at most {limit} items"),
        ),
        ValidationErrorKind::UniqueItems => ("unique", "array items must be unique".to_owned()),
        ValidationErrorKind::MinProperties { limit } => (
            "array_min_properties",
            format!("Must have at least {limit} properties"),
        ),
        ValidationErrorKind::MaxProperties { limit } => (
            "array_max_properties",
            format!("Must have at most {limit} properties"),
        ),
        ValidationErrorKind::AnyOf { .. } => (
            "number_any_of",
            "Must validate at least one schema (anyOf)".to_owned(),
        ),
        ValidationErrorKind::OneOfNotValid { .. }
        | ValidationErrorKind::OneOfMultipleValid { .. } => (
            "number_one_of",
            "Must validate one and only one schema (oneOf)".to_owned(),
        ),
        ValidationErrorKind::Not { .. } => (
            "number_not",
            "Must not validate the schema (not)".to_owned(),
        ),
        other => ("schema", format!("Does not satisfy `{}`", other.keyword())),
    };
    vec![(name, text)]
}

fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(types) => {
            let names: Vec<String> = types.iter().map(|one| one.to_string()).collect();
            names.join("/")
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
