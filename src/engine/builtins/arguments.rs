//! Arguments of builtins as Rust's types.
//!
//! A wrong number or type is a fault, never a panic.

use super::Fault;
use crate::engine::rego::{Num, Val, View};

/// The argument at `index`.
pub(super) fn any(arguments: &[Val], index: usize) -> Result<&Val, Fault> {
    arguments.get(index).ok_or(Fault::Type)
}

/// The string at `index`.
pub(super) fn string(arguments: &[Val], index: usize) -> Result<&str, Fault> {
    any(arguments, index)?.as_str().ok_or(Fault::Type)
}

/// The number at `index`.
pub(super) fn number(arguments: &[Val], index: usize) -> Result<Num<'_>, Fault> {
    match any(arguments, index)?.view() {
        View::Number(number) => Ok(number),
        _ => Err(Fault::Type),
    }
}

/// The integer at `index`; one beyond 64 bits is over every limit.
pub(super) fn integer(arguments: &[Val], index: usize) -> Result<i64, Fault> {
    let number = number(arguments, index)?;
    if !number.is_integer() {
        return Err(Fault::Type);
    }
    number.integer().ok_or(Fault::Limit)
}

/// The elements of the array at `index`.
pub(super) fn array(arguments: &[Val], index: usize) -> Result<Vec<Val>, Fault> {
    let value = any(arguments, index)?;
    match value.view() {
        View::Array => value.elements().ok_or(Fault::Type),
        _ => Err(Fault::Type),
    }
}
