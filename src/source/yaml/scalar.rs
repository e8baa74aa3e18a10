//! What the text of a scalar means: as Kubernetes, OPA, YAML 1.2's core schema or JSON read it.
//!
//! Never looks at context: a value here is the same value everywhere in its document.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value};

use super::number;

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
        Some(b'.') => number::not_finite(text).or_else(|| {
            let between_digits = !text.contains('_') || number::underscores_part_digits(text);
            between_digits.then(|| number::float(&number::without_underscores(text)))?
        }),
        Some(b'+' | b'-' | b'0'..=b'9') => number::not_finite(text).or_else(|| {
            let plain = number::without_underscores(text);
            number::go_integer(&plain).or_else(|| number::float(&plain))
        }),
        Some(_) => None,
    }
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
                return number::integer(None, 8, digits);
            }
            if let Some(digits) = text.strip_prefix("0x") {
                return number::integer(None, 16, digits);
            }
            let (sign, digits) = number::split_sign(text);
            number::not_finite(text)
                .or_else(|| number::integer(sign, 10, digits))
                .or_else(|| number::float(text))
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
            Self::Float(value) => number::number(value),
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
            Self::Float(value) => Some(number::go_short_float(value)),
            Self::Null | Self::Unsigned(_) | Self::Refused(..) => None,
        }
    }
}
