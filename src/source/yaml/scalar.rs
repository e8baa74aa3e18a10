//! What the text of a scalar means: as Kubernetes, OPA, YAML 1.2's core schema or JSON read it.
//!
//! Never looks at context: a value here is the same value everywhere in its document.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};

/// Who reads the scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// sigs.k8s.io/yaml 1.6.0 (YAML 1.1 by goyaml.v2), as kubectl and the API server.
    Kubernetes,
    /// OPA 1.22: goyaml.v3's reading.
    Opa,
    /// YAML 1.2.2 §10.3.
    Core,
    /// JSON (RFC 8259).
    Json,
}

/// The tags that change how a scalar is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScalarTag {
    Bool,
    Int,
    Float,
    Null,
    Binary,
    Merge,
    /// `!!str`, `!!timestamp`, `!` and every tag of one's own: text.
    Text,
}

impl ScalarTag {
    /// The tag `name` of the namespace `tag:yaml.org,2002:`; `None` for any other namespace.
    pub(super) fn from_name(name: Option<&str>) -> Self {
        match name {
            Some("bool") => Self::Bool,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("null") => Self::Null,
            Some("binary") => Self::Binary,
            Some("merge") => Self::Merge,
            _ => Self::Text,
        }
    }
}

/// What a scalar means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'t> {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'t, str>),
    /// The reader refuses it, for this reason.
    Refused(&'static str, Cow<'t, str>),
}

/// Reads a scalar; `plain` if it stands without quotes.
pub(super) fn read(
    schema: Schema,
    text: Cow<'_, str>,
    plain: bool,
    tag: Option<ScalarTag>,
) -> Scalar<'_> {
    match tag {
        None if plain => untagged(schema, text),
        None | Some(ScalarTag::Text | ScalarTag::Merge) => Scalar::Text(text),
        Some(ScalarTag::Binary) => binary(&text),
        Some(tag) => tagged(schema, text, tag),
    }
}

fn tagged(schema: Schema, text: Cow<'_, str>, tag: ScalarTag) -> Scalar<'_> {
    match (tag, untagged(schema, text)) {
        (ScalarTag::Bool, found @ Scalar::Bool(_))
        | (ScalarTag::Int, found @ (Scalar::Integer(_) | Scalar::Unsigned(_)))
        | (
            ScalarTag::Float,
            found @ (Scalar::Float(_) | Scalar::Integer(_) | Scalar::Unsigned(_)),
        )
        | (ScalarTag::Null, found @ Scalar::Null)
        | (_, found @ Scalar::Refused(..)) => found,
        (_, found) => {
            let text = match found {
                Scalar::Text(text) => text.into_owned(),
                _ => String::new(),
            };
            Scalar::Refused(
                "the value isn't of the type that its tag names",
                text.into(),
            )
        }
    }
}

fn binary(text: &str) -> Scalar<'static> {
    let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match STANDARD.decode(packed) {
        Ok(bytes) => Scalar::Text(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())),
        Err(_) => Scalar::Refused("`!!binary` isn't base64", Cow::Borrowed("")),
    }
}

fn untagged(schema: Schema, text: Cow<'_, str>) -> Scalar<'_> {
    let found = match schema {
        Schema::Kubernetes => go(&text, true),
        Schema::Opa => go(&text, false),
        Schema::Core => core(&text),
        Schema::Json => Some(json(&text)),
    };
    match found {
        Some(Scalar::Refused(why, _)) => Scalar::Refused(why, text),
        Some(found) => found,
        None => Scalar::Text(text),
    }
}

const NOT_FINITE: &str = "JSON has no such number: write it as text, in quotes";

/// goyaml's `resolve.go`; `words`: whether `yes`, `no`, `on`, `off`, `y` and `n` are booleans (v2 as sigs.k8s.io/yaml has it).
fn go(text: &str, words: bool) -> Option<Scalar<'static>> {
    match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            match text {
                "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
                "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
                "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
                "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if words => {
                    Some(Scalar::Bool(true))
                }
                "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if words => {
                    Some(Scalar::Bool(false))
                }
                _ => None,
            }
        }
        Some(b'.') => not_finite(text).or_else(|| {
            let between_digits = !text.contains('_') || underscores_part_digits(text);
            between_digits.then(|| float(&without_underscores(text)))?
        }),
        Some(b'+' | b'-' | b'0'..=b'9') => not_finite(text).or_else(|| {
            let plain = without_underscores(text);
            go_integer(&plain).or_else(|| float(&plain))
        }),
        Some(_) => None,
    }
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether every `_` stands between two digits, as Go's `ParseFloat` wants it.
fn underscores_part_digits(text: &str) -> bool {
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

/// YAML 1.2.2 §10.3.2.
fn core(text: &str) -> Option<Scalar<'static>> {
    match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'~') => match text {
            "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
            "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
            "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
            _ => None,
        },
        Some(b'.' | b'+' | b'-' | b'0'..=b'9') => {
            if let Some(digits) = text.strip_prefix("0o") {
                return integer(None, 8, digits);
            }
            if let Some(digits) = text.strip_prefix("0x") {
                return integer(None, 16, digits);
            }
            let (sign, digits) = split_sign(text);
            not_finite(text)
                .or_else(|| integer(sign, 10, digits))
                .or_else(|| float(text))
        }
        Some(_) => None,
    }
}

/// A JSON literal; anything else was refused before.
fn json(text: &str) -> Scalar<'static> {
    match text {
        "null" => return Scalar::Null,
        "true" => return Scalar::Bool(true),
        "false" => return Scalar::Bool(false),
        _ => {}
    }
    if let Ok(integer) = text.parse() {
        return Scalar::Integer(integer);
    }
    if let Ok(unsigned) = text.parse() {
        return Scalar::Unsigned(unsigned);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Scalar::Float(float),
        _ => Scalar::Refused(
            "the number is too large: write it as text, in quotes",
            Cow::Borrowed(""),
        ),
    }
}

fn not_finite(text: &str) -> Option<Scalar<'static>> {
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

fn split_sign(text: &str) -> (Option<char>, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (Some('-'), rest),
        None => text
            .strip_prefix('+')
            .map_or((None, text), |rest| (Some('+'), rest)),
    }
}

/// Go's `strconv.ParseInt` and `ParseUint` with base 0.
fn go_integer(text: &str) -> Option<Scalar<'static>> {
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

fn integer(sign: Option<char>, radix: u32, digits: &str) -> Option<Scalar<'static>> {
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
fn float(text: &str) -> Option<Scalar<'static>> {
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
fn number(value: f64) -> Value {
    if value.fract() == 0.0
        && value.abs() < 1e19
        && let Ok(integer) = value.to_string().parse::<i64>()
    {
        return Value::from(integer);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

impl Scalar<'_> {
    /// The value; what is refused is kept as text, so that policies see something.
    pub(super) fn into_value(self, schema: Schema) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(value) => Value::from(value),
            Self::Unsigned(value) => Value::from(value),
            Self::Float(value) if schema == Schema::Json => {
                Number::from_f64(value).map_or(Value::Null, Value::Number)
            }
            Self::Float(value) => number(value),
            Self::Text(text) | Self::Refused(_, text) => Value::String(text.into_owned()),
        }
    }

    /// The member's name that the scalar stands for as a key (sigs.k8s.io/yaml: `convertToJSONableObject`); `None` if it can't be
    /// one.
    pub(super) fn into_key(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Float(value) => Some(go_short_float(value)),
            Self::Null | Self::Unsigned(_) | Self::Refused(..) => None,
        }
    }
}

/// Go's `FormatFloat(value, 'g', -1, 32)`.
fn go_short_float(value: f64) -> String {
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
