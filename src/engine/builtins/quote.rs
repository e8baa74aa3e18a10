//! Go's quoting (`strconv.Quote`) and Rego's spelling of values, as OPA's `sprintf` prints them.
//!
//! Only formats; what may be shown is decided by who calls.

use std::fmt::Write as _;

use crate::engine::rego::{Val, View};

/// A value in Rego's spelling: `{"a": [1, "x"]}`, `{1, 2}`, `set()`.
pub(super) fn spelled(value: &Val) -> String {
    match value.view() {
        View::Undefined => "<undefined>".to_owned(),
        View::Null => "null".to_owned(),
        View::Bool(value) => value.to_string(),
        View::Number(number) => number.text(),
        View::String(text) => quoted(text, Ascii::No),
        View::Array => format!("[{}]", joined(value)),
        View::Set => match joined(value) {
            empty if empty.is_empty() => "set()".to_owned(),
            elements => format!("{{{elements}}}"),
        },
        View::Object => {
            let members: Vec<String> = value
                .members()
                .unwrap_or_default()
                .iter()
                .map(|(key, value)| format!("{}: {}", spelled(key), spelled(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

fn joined(value: &Val) -> String {
    let elements = value.elements().unwrap_or_default();
    let texts: Vec<String> = elements.iter().map(spelled).collect();
    texts.join(", ")
}

/// Whether characters beyond ASCII are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ascii {
    /// Only if they can't be printed.
    No,
    /// All.
    Only,
}

/// The text in double quotes, as `strconv.Quote` and `strconv.QuoteToASCII`.
pub(super) fn quoted(text: &str, ascii: Ascii) -> String {
    let mut quoted = String::from('"');
    text.chars()
        .for_each(|character| push(&mut quoted, character, '"', ascii));
    quoted.push('"');
    quoted
}

/// The character in single quotes, as `strconv.QuoteRune`.
pub(super) fn quoted_character(character: char, ascii: Ascii) -> String {
    let mut quoted = String::from('\'');
    push(&mut quoted, character, '\'', ascii);
    quoted.push('\'');
    quoted
}

fn push(to: &mut String, character: char, quote: char, ascii: Ascii) {
    let code = u32::from(character);
    match character {
        '\\' => to.push_str("\\\\"),
        _ if character == quote => to.extend(['\\', quote]),
        '\u{7}' => to.push_str("\\a"),
        '\u{8}' => to.push_str("\\b"),
        '\u{c}' => to.push_str("\\f"),
        '\n' => to.push_str("\\n"),
        '\r' => to.push_str("\\r"),
        '\t' => to.push_str("\\t"),
        '\u{b}' => to.push_str("\\v"),
        _ if is_printable(character) && (ascii == Ascii::No || character.is_ascii()) => {
            to.push(character);
        }
        _ => {
            // Writing to a String can't fail.
            let _ = match code {
                0..0x20 | 0x7f => write!(to, "\\x{code:02x}"),
                0..0x1_0000 => write!(to, "\\u{code:04x}"),
                _ => write!(to, "\\U{code:08x}"),
            };
        }
    }
}

/// As Go's `unicode.IsPrint`: marks are printable, which Rust escapes at the head of a text only.
fn is_printable(character: char) -> bool {
    let mut escaped = String::from("a");
    escaped.push(character);
    matches!(character, '"' | '\'' | ' ') || escaped.escape_debug().eq(escaped.chars())
}
