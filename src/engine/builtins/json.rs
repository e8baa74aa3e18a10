//! Builtins over collections and JSON texts where regorus panics, errs or answers something else.
//!
//! Never recurses deeper than the values that are handed in.

use super::arguments::{any, array};
use super::{Context, Fault};
use crate::engine::rego::{Val, View, native};

/// `object.subset(super, sub)`: objects by keys, recursively; sets; arrays as a run of elements; a set within an array.
pub(super) fn subset(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (all, part) = (any(arguments, 0)?, any(arguments, 1)?);
    match (all.view(), part.view()) {
        (View::Object, View::Object)
        | (View::Set | View::Array, View::Set)
        | (View::Array, View::Array) => Ok(holds(all, part).into()),
        _ => Err(Fault::Type),
    }
}

fn holds(all: &Val, part: &Val) -> bool {
    match (all.view(), part.view()) {
        (View::Object, View::Object) => {
            let members = part.members().unwrap_or_default();
            members.iter().all(|(key, value)| {
                all.lookup(key).is_some_and(|own| match value.view() {
                    View::Object | View::Array | View::Set => holds(&own, value),
                    _ => own == *value,
                })
            })
        }
        (View::Set | View::Array, View::Set) => {
            let all = all.elements().unwrap_or_default();
            let part = part.elements().unwrap_or_default();
            part.iter().all(|element| all.contains(element))
        }
        (View::Array, View::Array) => {
            let all = all.elements().unwrap_or_default();
            let part = part.elements().unwrap_or_default();
            part.is_empty() || all.windows(part.len()).any(|run| run == part)
        }
        _ => all == part,
    }
}

/// `array.flatten(array)`: its elements, those of its arrays in place of them, one level deep.
pub(super) fn flatten(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let flat = array(arguments, 0)?
        .into_iter()
        .flat_map(|element| match element.view() {
            View::Array => element.elements().unwrap_or_default(),
            _ => vec![element],
        });
    Ok(Val::array(flat))
}

/// `json.marshal(value)`: with the escapes of Go, which make the text safe inside HTML.
pub(super) fn marshal(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    native("json.marshal", arguments).map(|text| escaped(&text))
}

/// `json.marshal_with_options(value, options)`: the same, over several lines.
pub(super) fn marshal_with_options(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    native("json.marshal_with_options", arguments).map(|text| escaped(&text))
}

/// Inside strings only: a prefix of lines is the caller's own.
fn escaped(json: &Val) -> Val {
    let text = json.as_str().unwrap_or_default();
    let special = ['<', '>', '&', '\u{2028}', '\u{2029}'];
    if !text.contains(special) {
        return json.clone();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let (mut inside, mut after_backslash) = (false, false);
    for character in text.chars() {
        if character == '"' && !after_backslash {
            inside = !inside;
        }
        after_backslash = character == '\\' && !after_backslash;
        if inside && special.contains(&character) {
            out.extend(["\\u", &format!("{:04x}", u32::from(character))]);
        } else {
            out.push(character);
        }
    }
    Val::string(&out)
}

/// `json.is_valid(text)`: whether it is one JSON document; false for anything but a string.
pub(super) fn is_valid(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = any(arguments, 0)?.as_str();
    let valid =
        text.is_some_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    Ok(valid.into())
}

/// The document of a JSON text, or the value itself if it isn't a string.
pub(super) fn document(value: &Val) -> Result<serde_json::Value, Fault> {
    match value.as_str() {
        Some(text) => serde_json::from_str(text).map_err(|_| Fault::Invalid),
        None => Ok(value.to_json()),
    }
}
