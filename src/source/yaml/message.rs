//! What is wrong with a text that doesn't parse, in words for its author.
//!
//! Never repeats text of the file beyond one escaped character.

use granit_parser::{ErrorKind, ScanError};

use crate::model::{Span, SyntaxError};

use super::tree::MAX_DEPTH;

/// Why a chunk ended early.
pub(super) enum Refusal {
    /// It is deeper than we read.
    Limit(SyntaxError),
    /// It isn't valid YAML.
    Syntax(SyntaxError),
}

/// The parser's error in our words, its place in the whole text.
pub(super) fn refusal(error: &ScanError, text: &str, base: u32) -> Refusal {
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let length = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .filter(|next| !matches!(next, '\n' | '\r'))
        .map_or(0, char::len_utf8);
    let offset = |at: usize| base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let found = SyntaxError {
        message: message(error.kind()),
        span: Span::new(offset(at), offset(at + length)),
        other: None,
    };
    match error.kind() {
        ErrorKind::RecursionLimitExceeded | ErrorKind::TooManyComments => Refusal::Limit(found),
        _ => Refusal::Syntax(found),
    }
}

fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            format!("the document is nested deeper than {MAX_DEPTH} levels")
        }
        ErrorKind::UnknownAnchor => "no anchor of that name stands before this alias".into(),
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            "a key isn't allowed here: check the indentation, or put the text in quotes".into()
        }
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed => "a tab can't indent: use spaces".into(),
        ErrorKind::UnclosedQuotedScalar => "the quoted text isn't closed".into(),
        ErrorKind::UnclosedFlowCollection { open } => format!("the `{open}` isn't closed"),
        ErrorKind::BomInsideDocument => "a byte order mark stands inside the document".into(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!(
                "the character `{}` can't stand here",
                character.escape_debug()
            )
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a line without `:` stands where a key is expected".into()
        }
        ErrorKind::ExpectedBlockMappingKey => {
            "a key is expected here: check the indentation".into()
        }
        _ => kind.to_string(),
    }
}
