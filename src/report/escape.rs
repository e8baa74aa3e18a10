//! Text of strangers' files made fit for a terminal, a table or an address.
//!
//! Never drops a character silently: what can't be shown is shown as its escape.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether `c` would move, hide or reorder what stands around it.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
        || u32::from(c) & 0xfffe == 0xfffe
}

/// The escape that stands for `c`: `\n`, `\t`, `\u{202e}`.
pub(crate) fn escape_of(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        _ => format!("\\u{{{:x}}}", u32::from(c)),
    }
}

/// `text` on one line, hidden characters as escapes.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    replace(text, is_hidden)
}

/// `text` with its line breaks, other hidden characters as escapes.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| c != '\n' && is_hidden(c))
}

fn replace(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hidden(c) {
            shown.push_str(&escape_of(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// `text` cut to `limit` characters, with `…` where it was cut.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
    }
}

/// `text` as one line of Markdown without any markup of its own, fit for a table's cell.
pub(crate) fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut shown = String::with_capacity(text.len() + 8);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' | '^' => {
                shown.push('\\');
                shown.push(c);
            }
            // Mentions and addresses would become links, and notify people.
            ':' if !rest.as_str().starts_with('/') => shown.push(c),
            '.' if !shown.to_ascii_lowercase().ends_with("www") => shown.push(c),
            '&' | '<' | '>' | '@' | ':' | '.' => {
                let _ = write!(shown, "&#{};", u32::from(c));
            }
            _ => shown.push(c),
        }
    }
    shown
}

/// `text` as code of Markdown, fit for a table's cell.
pub(crate) fn markdown_code(text: &str) -> String {
    let text = visible(text);
    let plain = !text.contains(['`', '|']) && text.trim().len() == text.len();
    if plain && !text.is_empty() {
        return format!("`{text}`");
    }
    // What a span of code can't hold stands in HTML's element, each sign as its number.
    let mut shown = String::from("<code>");
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' {
            shown.push(c);
        } else {
            let _ = write!(shown, "&#{};", u32::from(c));
        }
    }
    shown.push_str("</code>");
    shown
}

/// `text` as [`markdown`], what stands between backticks as code.
pub(crate) fn markdown_prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return markdown(text);
    }
    let parts = parts.iter().enumerate();
    parts
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| {
            if index % 2 == 0 {
                markdown(part)
            } else {
                markdown_code(part)
            }
        })
        .collect()
}

/// `path` percent-encoded for a relative address (RFC 3986): unreserved characters and `/` stay.
pub(crate) fn uri(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_escapes() {
        for (text, shown) in [
            ("plain é 😀", "plain é 😀"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("\u{85}\u{2028}\u{feff}", "\\u{85}\\u{2028}\\u{feff}"),
            (
                "\u{e0041}\u{ffff}\u{1fffe}",
                "\\u{e0041}\\u{ffff}\\u{1fffe}",
            ),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\nb\r\u{7}"), "a\nb\\r\\u{7}");
    }

    #[test]
    fn markdown_has_no_markup_left() {
        for (text, shown) in [
            ("a|b", "a\\|b"),
            ("`rm`", "\\`rm\\`"),
            ("<img src=x>", "&#60;img src=x&#62;"),
            ("@team see http://x: y", "&#64;team see http&#58;//x: y"),
            ("WWW.x.org", "WWW&#46;x.org"),
            ("[a](b)", "\\[a\\](b)"),
            ("a\n| b", "a\\\\n\\| b"),
            ("&lt;", "&#38;lt;"),
        ] {
            assert_eq!(markdown(text), shown);
        }
    }

    #[test]
    fn markdown_code_never_ends_early() {
        for (text, shown) in [
            ("a<b>: c", "`a<b>: c`"),
            ("a|`<b>`", "<code>a&#124;&#96;&#60;b&#62;&#96;</code>"),
            (" a", "<code> a</code>"),
            ("", "<code></code>"),
        ] {
            assert_eq!(markdown_code(text), shown);
        }
        assert_eq!(markdown_prose("set `a: *` *now*"), "set `a: *` \\*now\\*");
        assert_eq!(markdown_prose("one ` only"), "one \\` only");
    }

    #[test]
    fn an_address_keeps_only_unreserved_characters() {
        assert_eq!(uri("a b/ü#?%:x.yaml"), "a%20b/%C3%BC%23%3F%25%3Ax.yaml");
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüx", 3), "äöü…");
    }
}
