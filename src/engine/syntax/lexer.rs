//! Rego's tokens with exact byte spans, comments included.
//!
//! Never fails: a string without an end goes to the end of its line, an unknown character is a symbol.

use crate::model::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// `"…"`.
    String,
    /// `` `…` ``.
    RawString,
    /// An operator or bracket, one or two characters.
    Symbol,
    /// `# …` up to the end of its line.
    Comment,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it stands.
    pub(crate) span: Span,
}

impl Token {
    /// Its text.
    pub(crate) fn text(self, source: &str) -> &str {
        source
            .get(self.span.start as usize..self.span.end as usize)
            .unwrap_or_default()
    }
}

/// The tokens of `text`, in order.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        if first.is_whitespace() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (kind, length) = token(rest, first);
        let end = start + length;
        tokens.push(Token {
            kind,
            span: Span::new(offset(start), offset(end)),
        });
        rest = text.get(end..).unwrap_or_default();
    }
    tokens
}

/// Kind and length in bytes of the token that `rest` begins with.
fn token(rest: &str, first: char) -> (TokenKind, usize) {
    let until = |stop: &dyn Fn(char) -> bool| rest.find(|c: char| stop(c)).unwrap_or(rest.len());
    match first {
        '#' => (TokenKind::Comment, until(&|c| c == '\n' || c == '\r')),
        '"' => (TokenKind::String, string(rest)),
        '`' => (TokenKind::RawString, raw_string(rest)),
        c if c.is_alphabetic() || c == '_' => (
            TokenKind::Name,
            until(&|c| !(c.is_alphanumeric() || c == '_')),
        ),
        c if c.is_ascii_digit() => (
            TokenKind::Number,
            until(&|c| !(c.is_ascii_alphanumeric() || c == '.')),
        ),
        c => {
            let two = rest
                .get(..2)
                .is_some_and(|two| matches!(two, ":=" | "==" | "!=" | "<=" | ">="));
            (TokenKind::Symbol, if two { 2 } else { c.len_utf8() })
        }
    }
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string(rest: &str) -> usize {
    rest.char_indices()
        .skip(1)
        .find(|(_, c)| *c == '`')
        .map_or(rest.len(), |(at, _)| at + 1)
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let got: Vec<&str> = tokens(text)
            .into_iter()
            .map(|token| token.text(text))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn tokens_have_their_own_text() {
        check(
            "p := {\"a\\\"\": `b\n\"`} # c",
            &["p", ":=", "{", "\"a\\\"\"", ":", "`b\n\"`", "}", "# c"],
        );
        check(
            "x[i].y >= 1.5e3",
            &["x", "[", "i", "]", ".", "y", ">=", "1.5e3"],
        );
        check("\"open\n`open", &["\"open", "`open"]);
        check("é😀$", &["é", "😀", "$"]);
    }
}
