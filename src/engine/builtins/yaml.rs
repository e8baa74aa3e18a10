//! `yaml.*` through the reader and writer that the faces hand in: one YAML loader in the program, OPA's scalars.
//!
//! Never prints what a text holds.

use super::arguments::{any, string};
use super::{Context, Fault};
use crate::engine::rego::Val;

/// `yaml.is_valid(text)`: whether it is one YAML document; false for anything but a string.
pub(super) fn is_valid(arguments: &[Val], context: &Context) -> Result<Val, Fault> {
    let text = any(arguments, 0)?.as_str();
    Ok(text.is_some_and(|text| (context.yaml)(text).is_ok()).into())
}

/// `yaml.unmarshal(text)`: the document's value.
pub(super) fn unmarshal(arguments: &[Val], context: &Context) -> Result<Val, Fault> {
    let document = (context.yaml)(string(arguments, 0)?).map_err(|_| Fault::Invalid)?;
    Val::from_json(&document.value).map_err(|_| Fault::Limit)
}

/// `yaml.marshal(value)`: its YAML text.
pub(super) fn marshal(arguments: &[Val], context: &Context) -> Result<Val, Fault> {
    let value = any(arguments, 0)?.to_json();
    Ok(Val::string(&(context.to_yaml)(&value)))
}
