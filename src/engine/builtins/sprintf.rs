//! `sprintf` as Go's `fmt` prints what OPA hands it: integers, big integers, doubles and strings, all else in Rego's spelling.
//!
//! A verb that doesn't fit prints what is wrong in its place, as Go does: a message is never lost.

mod number;
mod printer;

use super::arguments::{array, string};
use super::quote::{Ascii, quoted, spelled};
use super::{Context, Fault};
use crate::engine::rego::{Val, View};

/// `sprintf(format, values)`.
pub(super) fn sprintf(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let format = string(arguments, 0)?;
    let values: Vec<Argument> = array(arguments, 1)?.iter().map(Argument::new).collect();
    printer::print(format, &values).map(|text| Val::string(&text))
}

/// A value as OPA hands it to Go.
enum Argument {
    Integer(i64),
    Big(Val),
    Float(f64),
    Text(String),
}

impl Argument {
    fn new(value: &Val) -> Self {
        match value.view() {
            View::Number(number) => match number.integer() {
                Some(integer) => Self::Integer(integer),
                None if number.is_integer() => Self::Big(value.clone()),
                None => Self::Float(number.float()),
            },
            View::String(text) => Self::Text(text.to_owned()),
            _ => Self::Text(spelled(value)),
        }
    }

    const fn type_name(&self) -> &'static str {
        match self {
            Self::Integer(_) => "int64",
            Self::Big(_) => "big.Int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
        }
    }

    fn printed(&self, verb: char, flags: &Flags) -> String {
        match (self, verb) {
            (_, 'T') => flags.text(self.type_name()),
            (Self::Integer(value), _) => {
                number::integer(*value, verb, flags).unwrap_or_else(|| self.misfit(verb, flags))
            }
            (Self::Big(value), _) => {
                number::big(value, verb, flags).unwrap_or_else(|| self.misfit(verb, flags))
            }
            (Self::Float(value), _) => {
                number::float(*value, verb, flags).unwrap_or_else(|| self.misfit(verb, flags))
            }
            (Self::Text(text), 's') => flags.text(text),
            (Self::Text(text), 'v') if !flags.sharp => flags.text(text),
            (Self::Text(text), 'v' | 'q') => flags.quoted(text, verb),
            (Self::Text(text), 'x' | 'X') => flags.hex(text, verb),
            (Self::Text(_), _) => self.misfit(verb, flags),
        }
    }

    /// `%!d(string=x)`: Go's words for a verb that doesn't fit.
    fn misfit(&self, verb: char, flags: &Flags) -> String {
        let value = self.printed('v', flags);
        format!("%!{verb}({}={value})", self.type_name())
    }
}

/// Flags, width and precision of one verb.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Go's flags, one by one")]
struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Flags {
    fn padded(&self, text: &str) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            format!("{text}{}", " ".repeat(missing))
        } else {
            let fill = if self.zero { "0" } else { " " };
            format!("{}{text}", fill.repeat(missing))
        }
    }

    fn cut<'a>(&self, text: &'a str) -> &'a str {
        let end = self
            .precision
            .and_then(|count| text.char_indices().nth(count));
        end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
    }

    fn text(&self, text: &str) -> String {
        self.padded(self.cut(text))
    }

    fn quoted(&self, text: &str, verb: char) -> String {
        let text = self.cut(text);
        let plain =
            |c: char| c == '\t' || (c != '`' && c != '\u{7f}' && c >= ' ' && c != '\u{feff}');
        if verb == 'q' && self.sharp && text.chars().all(plain) {
            return self.padded(&format!("`{text}`"));
        }
        let ascii = if verb == 'q' && self.plus {
            Ascii::Only
        } else {
            Ascii::No
        };
        self.padded(&quoted(text, ascii))
    }

    fn hex(&self, text: &str, verb: char) -> String {
        let bytes = text.as_bytes();
        let bytes = self
            .precision
            .and_then(|count| bytes.get(..count))
            .unwrap_or(bytes);
        let prefix = match (self.sharp, verb) {
            (false, _) => "",
            (true, 'X') => "0X",
            (true, _) => "0x",
        };
        let digits = |byte: &u8| match verb {
            'X' => format!("{byte:02X}"),
            _ => format!("{byte:02x}"),
        };
        let digits: Vec<String> = bytes.iter().map(digits).collect();
        let text = match (self.space, digits.is_empty()) {
            (_, true) => String::new(),
            (true, _) => format!("{prefix}{}", digits.join(&format!(" {prefix}"))),
            (false, _) => format!("{prefix}{}", digits.concat()),
        };
        self.padded(&text)
    }
}
