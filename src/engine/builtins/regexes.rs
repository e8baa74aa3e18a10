//! `regex.*`: regorus' own behind a bound on the pattern, with the pattern as Go reads it.
//!
//! Where regorus splits and matches templates otherwise than Go, it is done here.

use std::borrow::Cow;

use regex::Regex;

use super::arguments::{any, string};
use super::pattern::rust;
use super::{Context, Fault, Function};
use crate::engine::rego::{Val, native};

/// Bytes of a pattern.
const MAX_PATTERN_BYTES: usize = 10 << 10;

/// The builtin of that name.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "regex.match" => |arguments, _| with_pattern("regex.match", arguments, 0),
        "regex.is_valid" => |arguments, _| with_pattern("regex.is_valid", arguments, 0),
        "regex.find_n" => |arguments, _| with_pattern("regex.find_n", arguments, 0),
        "regex.find_all_string_submatch_n" => {
            |arguments, _| with_pattern("regex.find_all_string_submatch_n", arguments, 0)
        }
        "regex.replace" => |arguments, _| with_pattern("regex.replace", arguments, 1),
        "regex.split" => split,
        "regex.template_match" => template_match,
        _ => return None,
    })
}

/// regorus' builtin with its pattern, the argument at `index`, in Rust's spelling.
fn with_pattern(name: &str, arguments: &[Val], index: usize) -> Result<Val, Fault> {
    let Some(pattern) = any(arguments, index)?.as_str() else {
        return native(name, arguments);
    };
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(Fault::Limit);
    }
    match rust(pattern) {
        Cow::Borrowed(_) => native(name, arguments),
        Cow::Owned(pattern) => {
            let mut arguments = arguments.to_vec();
            if let Some(argument) = arguments.get_mut(index) {
                *argument = Val::string(&pattern);
            }
            native(name, &arguments)
        }
    }
}

/// `regex.split(pattern, text)`; a match of nothing at the edges gives no empty part (Go's `Split`).
fn split(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (pattern, text) = (string(arguments, 0)?, string(arguments, 1)?);
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(Fault::Limit);
    }
    let empty = [Val::string(&rust(pattern)), Val::string("")];
    if native("regex.match", &empty)? != Val::TRUE {
        return with_pattern("regex.split", arguments, 0);
    }
    let pattern = Regex::new(&rust(pattern)).map_err(|_| Fault::Invalid)?;
    let (mut start, mut end) = (0, 0);
    let mut parts = Vec::new();
    for found in pattern.find_iter(text) {
        end = found.start();
        if found.end() != 0 {
            parts.push(Val::string(text.get(start..end).unwrap_or_default()));
        }
        start = found.end();
    }
    if end != text.len() || text.is_empty() && !pattern.as_str().is_empty() {
        parts.push(Val::string(text.get(start..).unwrap_or_default()));
    }
    Ok(Val::array(parts))
}

/// `regex.template_match(template, text, start, end)`: patterns between the delimiters, all else literal.
fn template_match(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let (template, text) = (string(arguments, 0)?, string(arguments, 1)?);
    let (start, end) = (delimiter(arguments, 2)?, delimiter(arguments, 3)?);
    if template.len() > MAX_PATTERN_BYTES {
        return Err(Fault::Limit);
    }
    let mut pattern = String::from("^");
    let (mut depth, mut part) = (0_usize, String::new());
    for character in template.chars() {
        if character == start {
            depth += 1;
            if depth == 1 {
                pattern.push_str(&regex::escape(&std::mem::take(&mut part)));
                continue;
            }
        } else if character == end {
            depth = depth.checked_sub(1).ok_or(Fault::Invalid)?;
            if depth == 0 {
                pattern.extend(["(", &rust(&std::mem::take(&mut part)), ")"]);
                continue;
            }
        }
        part.push(character);
    }
    if depth != 0 {
        return Err(Fault::Invalid);
    }
    pattern.push_str(&regex::escape(&part));
    pattern.push('$');
    native("regex.match", &[Val::string(&pattern), Val::string(text)])
}

fn delimiter(arguments: &[Val], index: usize) -> Result<char, Fault> {
    let mut characters = string(arguments, index)?.chars();
    match (characters.next(), characters.next()) {
        (Some(delimiter), None) => Ok(delimiter),
        _ => Err(Fault::Invalid),
    }
}
