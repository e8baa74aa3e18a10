//! Builtins over texts where regorus panics or has none.
//!
//! Never loops without end: each step of a glob's product is visited once.

use std::collections::BTreeSet;

use super::arguments::{any, integer, string};
use super::{Context, Fault};
use crate::engine::rego::Val;

/// Bytes of a glob: the product of two is visited whole.
const MAX_GLOB_BYTES: usize = 1_024;

/// `strings.count(text, part)`: how often `part` occurs, without overlaps; characters + 1 for an empty part.
pub(super) fn count(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (text, part) = (string(arguments, 0)?, string(arguments, 1)?);
    let count = if part.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(part).count()
    };
    Ok(Val::integer(count as i128))
}

/// `lower(text)`: character by character, as Go: what would become two characters stays or becomes the first.
pub(super) fn lower(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = string(arguments, 0)?;
    let lower: String = text
        .chars()
        .map(|character| character.to_lowercase().next().unwrap_or(character))
        .collect();
    Ok(Val::string(&lower))
}

/// `upper(text)`: character by character, as Go: what would become two characters stays.
pub(super) fn upper(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = string(arguments, 0)?;
    let upper: String = text
        .chars()
        .map(|character| match character.to_uppercase() {
            mut one if one.len() == 1 => one.next().unwrap_or(character),
            _ => character,
        })
        .collect();
    Ok(Val::string(&upper))
}

/// `strings.replace_n(patterns, text)`: in one pass, the first pattern in order of its text that fits.
pub(super) fn replace_n(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let patterns = any(arguments, 0)?.members().ok_or(Fault::Type)?;
    let pairs: Option<Vec<(&str, &str)>> = patterns
        .iter()
        .map(|(from, to)| Some((from.as_str()?, to.as_str()?)))
        .collect();
    let pairs = pairs.ok_or(Fault::Type)?;
    let mut rest = string(arguments, 1)?;
    let mut out = String::with_capacity(rest.len());
    let mut after_empty = false;
    loop {
        // A pattern of nothing fits once at each place.
        let found = pairs
            .iter()
            .find(|(from, _)| rest.starts_with(from) && !(after_empty && from.is_empty()));
        after_empty = found.is_some_and(|(from, _)| from.is_empty());
        let taken = found.map_or(0, |(from, to)| {
            out.push_str(to);
            from.len()
        });
        rest = rest.get(taken..).unwrap_or_default();
        if taken == 0 && !after_empty {
            let Some(character) = rest.chars().next() else {
                return Ok(Val::string(&out));
            };
            out.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
}

/// `strings.split_n(text, delimiter, n)`: the first `n` parts, or the last ones for a negative `n`.
pub(super) fn split_n(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (text, delimiter) = (string(arguments, 0)?, string(arguments, 1)?);
    let wanted = integer(arguments, 2)?;
    let parts: Vec<Val> = if delimiter.is_empty() {
        text.chars()
            .map(|character| Val::string(character.encode_utf8(&mut [0; 4])))
            .collect()
    } else {
        text.split(delimiter).map(Val::string).collect()
    };
    let count = usize::try_from(wanted.unsigned_abs())
        .unwrap_or(usize::MAX)
        .min(parts.len());
    let skipped = if wanted < 0 { parts.len() - count } else { 0 };
    Ok(Val::array(parts.into_iter().skip(skipped).take(count)))
}

/// `regex.globs_match(a, b)`: whether some text fits both; globs are characters, `.`, `[…]`, each with `*` or `+` behind.
pub(super) fn globs_match(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (left, right) = (
        tokens(string(arguments, 0)?)?,
        tokens(string(arguments, 1)?)?,
    );
    let mut open = vec![(0, 0)];
    let mut seen = BTreeSet::new();
    while let Some((i, j)) = open.pop() {
        if !seen.insert((i, j)) {
            continue;
        }
        let (one, other) = (left.get(i), right.get(j));
        if one.is_none() && other.is_none() {
            return Ok(Val::TRUE);
        }
        if one.is_some_and(|token| token.repeats) {
            open.push((i + 1, j));
        }
        if other.is_some_and(|token| token.repeats) {
            open.push((i, j + 1));
        }
        if let (Some(one), Some(other)) = (one, other)
            && one.meets(other)
        {
            open.push((
                if one.repeats { i } else { i + 1 },
                if other.repeats { j } else { j + 1 },
            ));
        }
    }
    Ok(Val::FALSE)
}

/// One place of a glob: ranges of characters, once or any number of times.
#[derive(Clone)]
struct Token {
    ranges: Vec<(char, char)>,
    repeats: bool,
}

impl Token {
    fn meets(&self, other: &Self) -> bool {
        self.ranges.iter().any(|(from, to)| {
            let mut others = other.ranges.iter();
            others.any(|(start, end)| from <= end && start <= to)
        })
    }
}

fn tokens(glob: &str) -> Result<Vec<Token>, Fault> {
    if glob.len() > MAX_GLOB_BYTES {
        return Err(Fault::Limit);
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut characters = glob.chars();
    while let Some(character) = characters.next() {
        let ranges = match character {
            '*' | '+' => {
                let last = tokens.last_mut().filter(|token| !token.repeats);
                let last = last.ok_or(Fault::Invalid)?;
                let again = Token {
                    repeats: true,
                    ..last.clone()
                };
                if character == '*' {
                    *last = again;
                } else {
                    tokens.push(again);
                }
                continue;
            }
            '.' => vec![('\0', char::MAX)],
            '[' => set(&mut characters)?,
            '\\' => {
                let escaped = characters.next().ok_or(Fault::Invalid)?;
                vec![(escaped, escaped)]
            }
            _ => vec![(character, character)],
        };
        tokens.push(Token {
            ranges,
            repeats: false,
        });
    }
    Ok(tokens)
}

/// The ranges up to the closing bracket.
fn set(characters: &mut std::str::Chars<'_>) -> Result<Vec<(char, char)>, Fault> {
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut is_range = false;
    loop {
        let mut character = characters.next().ok_or(Fault::Invalid)?;
        match character {
            ']' if is_range || ranges.is_empty() => return Err(Fault::Invalid),
            ']' => return Ok(ranges),
            '-' if !is_range && !ranges.is_empty() => {
                is_range = true;
                continue;
            }
            '\\' => character = characters.next().ok_or(Fault::Invalid)?,
            _ => {}
        }
        if is_range {
            let last = ranges.last_mut().ok_or(Fault::Invalid)?;
            if last.0 > character {
                return Err(Fault::Invalid);
            }
            last.1 = character;
            is_range = false;
        } else {
            ranges.push((character, character));
        }
    }
}
