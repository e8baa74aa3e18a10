//! Builtins that are random or read the machine elsewhere: here they are functions of their arguments alone.
//!
//! The same review gives the same decision; no clock, no environment, no source of randomness.

use sha2::{Digest as _, Sha256};

use super::arguments::{integer, string};
use super::{Context, Fault};
use crate::engine::rego::Val;

/// `rand.intn(key, n)`: a number from 0 to |n| - 1 that depends on both; 0 for n = 0.
pub(super) fn intn(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let key = string(arguments, 0)?;
    let bound = integer(arguments, 1)?.unsigned_abs();
    let hash = hash(key);
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let number = u64::from_be_bytes(bytes).checked_rem(bound);
    Ok(Val::integer(i128::from(number.unwrap_or(0))))
}

/// `uuid.rfc4122(key)`: a version 4 UUID made of the key.
pub(super) fn uuid(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let hash = hash(string(arguments, 0)?);
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let number = u128::from_be_bytes(bytes);
    let version = number & !(0xf << 76) | (4 << 76);
    let variant = version & !(0b11 << 62) | (0b10 << 62);
    let digits = format!("{variant:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let text = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-");
    Ok(Val::string(&text))
}

/// `opa.runtime()`: nothing about the machine.
#[expect(clippy::unnecessary_wraps, reason = "all builtins have one type")]
pub(super) fn runtime(_: &[Val], _: &Context) -> Result<Val, Fault> {
    Ok(Val::object([]))
}

/// `trace(note)`: true; the note goes nowhere.
pub(super) fn trace(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    string(arguments, 0).map(|_| Val::TRUE)
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
