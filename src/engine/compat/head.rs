//! Package and imports out of tokens, without parsing the rest.

use crate::engine::syntax::lexer::{Token, TokenKind};
use crate::model::Span;

/// The package's path without `data`, and where its statement stands.
pub(super) fn package(text: &str, tokens: &[Token]) -> Option<(Vec<String>, Span)> {
    let mut code = tokens
        .iter()
        .filter(|token| token.kind != TokenKind::Comment);
    let first = code.next().filter(|token| token.text(text) == "package")?;
    let rest: Vec<Token> = code.copied().collect();
    let (path, last) = path(text, &rest)?;
    Some((path, Span::new(first.span.start, last.span.end)))
}

/// What is imported from `data`, without `data`.
pub(super) fn imports(text: &str, tokens: &[Token]) -> Vec<Vec<String>> {
    let code: Vec<Token> = tokens
        .iter()
        .filter(|token| token.kind != TokenKind::Comment)
        .copied()
        .collect();
    let starts = code
        .iter()
        .enumerate()
        .filter(|(_, token)| token.text(text) == "import");
    starts
        .filter_map(|(at, _)| path(text, code.get(at + 1..)?))
        .filter_map(|(path, _)| {
            path.strip_prefix(&["data".to_owned()])
                .map(<[String]>::to_vec)
        })
        .collect()
}

/// A dotted path at the head of `tokens`, `["…"]` included, and its last token.
fn path(text: &str, tokens: &[Token]) -> Option<(Vec<String>, Token)> {
    let mut tokens = tokens.iter().peekable();
    let mut last = *tokens
        .next()
        .filter(|token| token.kind == TokenKind::Name)?;
    let mut path = vec![last.text(text).to_owned()];
    while let Some(token) = tokens.peek() {
        match token.text(text) {
            "." => {
                tokens.next();
                last = *tokens.next()?;
                path.push(last.text(text).to_owned());
            }
            "[" => {
                tokens.next();
                let key = tokens
                    .next()
                    .filter(|token| token.kind == TokenKind::String)?;
                path.push(serde_json::from_str(key.text(text)).ok()?);
                last = *tokens.next()?;
            }
            _ => break,
        }
    }
    Some((path, last))
}
