//! Numbers of scalars: as Go, the core schema and JSON spell them.
//!
//! Never rounds what fits into 64 bits.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::scalar::Scalar;

const NOT_FINITE: &str = "JSON has no such number: write it as text, in quotes";

pub(super) fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether every `_` stands between two digits, as Go's `ParseFloat` wants it.
pub(super) fn underscores_part_digits(text: &str) -> bool {
    let mut parts = text.split('_').peekable();
    let mut first = true;
    while let Some(part) = parts.next() {
        let starts = first || part.starts_with(|c: char| c.is_ascii_digit());
        let ends = parts.peek().is_none() || part.ends_with(|c: char| c.is_ascii_digit());
        if !starts || !ends {
            return false;
        }
        first = false;
    }
    true
}

pub(super) fn not_finite(text: &str) -> Option<Scalar<'static>> {
    matches!(
        text,
        ".nan"
            | ".NaN"
            | ".NAN"
            | ".inf"
            | ".Inf"
            | ".INF"
            | "+.inf"
            | "+.Inf"
            | "+.INF"
            | "-.inf"
            | "-.Inf"
            | "-.INF"
    )
    .then_some(Scalar::Refused(NOT_FINITE, Cow::Borrowed("")))
}

pub(super) fn split_sign(text: &str) -> (Option<char>, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (Some('-'), rest),
        None => text
            .strip_prefix('+')
            .map_or((None, text), |rest| (Some('+'), rest)),
    }
}

/// Go's `strconv.ParseInt` and `ParseUint` with base 0.
pub(super) fn go_integer(text: &str) -> Option<Scalar<'static>> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', _, ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, digits.get(2..)?),
        [b'0', _, ..] => (8, digits),
        _ => (10, digits),
    };
    integer(sign, radix, digits)
}

pub(super) fn integer(sign: Option<char>, radix: u32, digits: &str) -> Option<Scalar<'static>> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(magnitude)) {
        (Some('-'), _) => 0_i64.checked_sub_unsigned(magnitude).map(Scalar::Integer),
        (_, Ok(value)) => Some(Scalar::Integer(value)),
        (None, Err(_)) => Some(Scalar::Unsigned(magnitude)),
        (Some(_), Err(_)) => None,
    }
}

/// A number of goyaml's `yamlStyleFloat`, which is also the core schema's.
pub(super) fn float(text: &str) -> Option<Scalar<'static>> {
    if !is_float(text) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let (_, text) = split_sign(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_mantissa = digits(before) && digits(after) && (!before.is_empty() || !after.is_empty());
    let has_exponent = exponent.is_none_or(|exponent| {
        let (_, power) = split_sign(exponent);
        !power.is_empty() && digits(power)
    });
    has_mantissa && has_exponent
}

/// A number of YAML. One that Go's JSON prints without a fraction is an integer to the API server.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0
        && value.abs() < 1e19
        && let Ok(integer) = value.to_string().parse::<i64>()
    {
        return Value::from(integer);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Go's `FormatFloat(value, 'g', -1, 32)`.
pub(super) fn go_short_float(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Go rounds to 32 bits here too"
    )]
    let short = value as f32;
    if short.is_infinite() {
        return if short < 0.0 { "-.inf" } else { ".inf" }.to_owned();
    }
    go_float(&format!("{short:e}"), &short.to_string())
}

/// Go's `FormatFloat` with `'g'` and the shortest precision, from the two ways in which Rust writes the number.
pub(super) fn go_float(scientific: &str, decimal: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(power) if !(-4..6).contains(&power) => {
            let sign = if power < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", power.abs())
        }
        _ => decimal.to_owned(),
    }
}
