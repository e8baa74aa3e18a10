//! Writes a value as YAML, in the form of goyaml's emitter: block style, text plain where it reads back as itself.
//!
//! Never folds a line and never uses anchors.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::number;
use super::scalar::{self, Scalar, Schema};

pub(super) fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => members(&mut out, value, 0, false),
        Value::Array(items) if !items.is_empty() => elements(&mut out, items, 0, false),
        _ => {
            leaf(&mut out, value, 0);
            out.push('\n');
        }
    }
    out
}

/// The members of an object; `inline`: the first one stands behind a dash.
fn members(out: &mut String, value: &Value, indent: usize, inline: bool) {
    let Value::Object(map) = value else { return };
    let mut names: Vec<(&String, &Value)> = map.iter().collect();
    names.sort_by_key(|(name, _)| *name);
    for (position, (name, member)) in names.into_iter().enumerate() {
        if position > 0 || !inline {
            pad(out, indent);
        }
        text(out, name, None);
        out.push(':');
        match member {
            Value::Object(map) if !map.is_empty() => {
                out.push('\n');
                members(out, member, indent + 2, false);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                elements(out, items, indent, false);
            }
            _ => {
                out.push(' ');
                leaf(out, member, indent + 2);
                out.push('\n');
            }
        }
    }
}

fn elements(out: &mut String, items: &[Value], indent: usize, inline: bool) {
    for (position, item) in items.iter().enumerate() {
        if position > 0 || !inline {
            pad(out, indent);
        }
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => members(out, item, indent + 2, true),
            Value::Array(items) if !items.is_empty() => elements(out, items, indent + 2, true),
            _ => {
                leaf(out, item, indent + 2);
                out.push('\n');
            }
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// A scalar or an empty collection; `indent` is that of a block scalar's lines.
fn leaf(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => out.push_str(&number_text(value)),
        Value::String(value) => text(out, value, Some(indent.max(2))),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

fn number_text(value: &Number) -> String {
    match value.as_f64() {
        Some(float) if value.is_f64() => {
            number::go_float(&format!("{float:e}"), &float.to_string())
        }
        _ => value.to_string(),
    }
}

fn text(out: &mut String, value: &str, block: Option<usize>) {
    if let Some(indent) = block
        && value.contains('\n')
        && fits_block(value)
    {
        literal(out, value, indent);
    } else if value.chars().any(needs_escape) {
        escaped(out, value);
    } else if !reads_as_text(value) {
        let _ = write!(out, "\"{value}\"");
    } else if plain_allowed(value) {
        out.push_str(value);
    } else {
        let _ = write!(out, "'{}'", value.replace('\'', "''"));
    }
}

/// Whether the text, plain, would be read as text again (goyaml's `stringv`).
fn reads_as_text(value: &str) -> bool {
    let read = scalar::read(Schema::Kubernetes, value.into(), true, None);
    matches!(read, Scalar::Text(_)) && !is_time(value) && !is_sexagesimal(value)
}

/// `2001-01-01`, with or without a time.
fn is_time(value: &str) -> bool {
    let (date, rest) = value
        .find(['T', 't', ' '])
        .and_then(|at| value.split_at_checked(at))
        .unwrap_or((value, ""));
    let parts: Vec<&str> = date.split('-').collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_date = matches!(parts.as_slice(), [year, month, day]
        if year.len() == 4 && month.len() <= 2 && day.len() <= 2 && [year, month, day].iter().all(|part| digits(part)));
    is_date && (rest.is_empty() || rest.contains(':'))
}

/// `12:30:45`, a number to base 60 in YAML 1.1.
fn is_sexagesimal(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    value.contains(':')
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ':' | '_' | '.'))
}

/// The rules of libyaml's `yaml_emitter_analyze_scalar` for plain text in block style.
fn plain_allowed(value: &str) -> bool {
    let indicator = value.starts_with([
        '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`',
    ]);
    let marker = value.starts_with("---") || value.starts_with("...");
    let lonely = matches!(value, "-" | "?" | ":")
        || ["- ", "? ", ": "]
            .iter()
            .any(|head| value.starts_with(head));
    !(value.is_empty()
        || indicator
        || marker
        || lonely
        || value.starts_with([' ', '\t'])
        || value.ends_with([' ', '\t', ':'])
        || value.contains(": ")
        || value.contains(":\t")
        || value.contains(" #")
        || value.contains("\t#"))
}

fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

/// Whether every line can stand in a block scalar as it is.
fn fits_block(value: &str) -> bool {
    let plain = value.chars().all(|c| c == '\n' || !needs_escape(c));
    plain && value.split('\n').all(|line| !line.ends_with(' '))
}

fn literal(out: &mut String, value: &str, indent: usize) {
    let body = value.trim_end_matches('\n');
    out.push('|');
    if value.starts_with([' ', '\n']) {
        out.push('2');
    }
    match value.len() - body.len() {
        0 => out.push('-'),
        1 if !body.is_empty() => {}
        _ => out.push('+'),
    }
    let kept = value.strip_suffix('\n').unwrap_or(value);
    for line in kept.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

fn escaped(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\0' => out.push_str("\\0"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            character if needs_escape(character) => {
                let code = u32::from(character);
                let _ = if code <= 0xFF {
                    write!(out, "\\x{code:02X}")
                } else {
                    write!(out, "\\u{code:04X}")
                };
            }
            character => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, expected: &str) {
        assert_eq!(to_yaml(value), expected);
    }

    #[test]
    fn collections_are_written_in_block_style_with_sorted_keys() {
        check(
            &json!({"b": [1, {"y": 2, "x": []}, [true, {}]], "a": {"k": null}}),
            "a:\n  k: null\nb:\n- 1\n- x: []\n  \"y\": 2\n- - true\n  - {}\n",
        );
        check(&json!({}), "{}\n");
        check(&json!("x"), "x\n");
    }

    #[test]
    fn text_is_quoted_where_it_would_read_as_something_else() {
        for (value, expected) in [
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("1", "\"1\""),
            ("1:30", "\"1:30\""),
            ("2001-01-01", "\"2001-01-01\""),
            ("a: b", "'a: b'"),
            ("it's", "it's"),
            ("*a", "'*a'"),
            ("a #b", "'a #b'"),
            ("a\u{7}\u{7f}\u{feff}", "\"a\\a\\x7F\\uFEFF\""),
            ("=", "="),
            ("\\", "\\"),
        ] {
            check(&json!(value), &format!("{expected}\n"));
        }
    }

    #[test]
    fn lines_are_written_as_a_block() {
        check(&json!({"a": "x\ny\n"}), "a: |\n  x\n  y\n");
        check(&json!({"a": "x\n\ny"}), "a: |-\n  x\n\n  y\n");
        check(&json!(["x\ny\n\n"]), "- |+\n  x\n  y\n\n");
        check(&json!({"a": " x\ny"}), "a: |2-\n   x\n  y\n");
        check(&json!({"a": "x \ny"}), "a: \"x \\ny\"\n");
        check(&json!({"a": "\n"}), "a: |2+\n\n");
    }

    #[test]
    fn floats_are_written_as_go_does() {
        check(&json!(1.5), "1.5\n");
        check(&json!(1e21), "1e+21\n");
        check(&json!(1_234_567.5), "1.2345675e+06\n");
    }
}
