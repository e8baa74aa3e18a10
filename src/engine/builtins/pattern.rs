//! Regular expressions as Go's RE2 reads them, in Rust's spelling.
//!
//! Both take nearly the same texts, and mean other things by some: `\d`, `\w`, `\s` and `\b` are ASCII in Go, `[` and `&`
//! are plain inside a class, `\Q…\E` quotes. A pattern that Go wouldn't take may still be taken here.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0c\r ";

/// The pattern for Rust's `regex`.
pub(super) fn rust(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains(['\\', '[', '{']) {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, &mut out),
            '[' => class(&mut rest, &mut out),
            '{' if !is_repetition(rest.clone()) => out.push_str(r"\{"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// What follows a backslash outside a class.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    match rest.next() {
        Some('d') => out.extend(["[", DIGIT, "]"]),
        Some('D') => out.extend(["[^", DIGIT, "]"]),
        Some('w') => out.extend(["[", WORD, "]"]),
        Some('W') => out.extend(["[^", WORD, "]"]),
        Some('s') => out.extend(["[", SPACE, "]"]),
        Some('S') => out.extend(["[^", SPACE, "]"]),
        Some('b') => out.push_str(r"(?-u:\b)"),
        Some('<') => out.push('<'),
        Some('>') => out.push('>'),
        Some('Q') => quoted(rest, out),
        Some(other) => {
            out.extend(['\\', other]);
            braced(other, rest, out);
        }
        None => out.push('\\'),
    }
}

/// The braces of `\p{L}` and `\x{41}`.
fn braced(kind: char, rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    if !matches!(kind, 'p' | 'P' | 'x') || rest.peek() != Some(&'{') {
        return;
    }
    for character in rest.by_ref() {
        out.push(character);
        if character == '}' {
            return;
        }
    }
}

/// The text up to `\E`, or to the end, taken literally.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut text = String::new();
    while let Some(character) = rest.next() {
        if character == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            break;
        }
        text.push(character);
    }
    out.push_str(&regex::escape(&text));
}

/// A class up to its `]`; whatever stands first in it is one of its characters.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    while let Some(character) = rest.next() {
        match character {
            ']' if first => out.push_str(r"\]"),
            ']' => {
                out.push(']');
                return;
            }
            '[' if rest.peek() == Some(&':') => posix(rest, out),
            '[' | '&' | '~' => out.extend(['\\', character]),
            '\\' => class_escape(rest, out),
            other => out.push(other),
        }
        first = false;
    }
}

/// `[:alpha:]` inside a class.
fn posix(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    for character in rest.by_ref() {
        out.push(character);
        if character == ']' {
            return;
        }
    }
}

fn class_escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    match rest.next() {
        Some('d') => out.push_str(DIGIT),
        Some('w') => out.push_str(WORD),
        Some('s') => out.push_str(SPACE),
        Some('D') => out.extend(["[^", DIGIT, "]"]),
        Some('W') => out.extend(["[^", WORD, "]"]),
        Some('S') => out.extend(["[^", SPACE, "]"]),
        Some(other) => {
            out.extend(['\\', other]);
            braced(other, rest, out);
        }
        None => out.push('\\'),
    }
}

/// Whether `{` begins `{n}`, `{n,}` or `{n,m}`; else it is a plain character.
fn is_repetition(mut rest: Peekable<Chars<'_>>) -> bool {
    let mut digits = 0;
    while rest.next_if(char::is_ascii_digit).is_some() {
        digits += 1;
    }
    if rest.next_if_eq(&',').is_some() {
        while rest.next_if(char::is_ascii_digit).is_some() {}
    }
    digits > 0 && rest.next() == Some('}')
}
