//! The two forms of an object: the value that policies see, and its JSON, which only labels, updates and findings ask for.
//!
//! Each is made once, of the other.

use super::rego::{TooDeep, Unreadable, Val};
use crate::model::{Memo, Object};

/// Deepest nesting of a text that is judged, as in files.
const DEEPEST: usize = 200;

/// An object as policies see it.
type Converted = Result<Val, TooDeep>;

/// The object that the text `json` is.
pub fn read(json: &[u8]) -> Result<Object, Unreadable> {
    let value = Val::of_text(json, DEEPEST)?;
    let converted: Converted = Ok(value.clone());
    Ok(Object::lazy(Memo::of(converted), move || value.to_json()))
}

/// `object` as policies see it.
pub(super) fn value(object: &Object) -> Result<Val, TooDeep> {
    let convert = || Val::from_json(object);
    match object.memo().get_or_init(convert) {
        Some(kept) => Converted::clone(&kept),
        None => convert(),
    }
}

#[cfg(test)]
mod tests;
