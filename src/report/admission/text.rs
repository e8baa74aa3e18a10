//! Texts within the contract's limits: one line, so many characters, so many bytes.
//!
//! Never cuts inside a character, and says where something is cut.

use crate::report::escape::visible;

/// The text on one line, without control characters: one of them makes the API server drop a warning without a word.
pub(super) fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    // What can't be seen could turn the text around it.
    visible(&words.collect::<Vec<_>>().join(" ")).into_owned()
}

/// At most `length` characters.
pub(super) fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(length.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// The texts joined by `; `, at most `bytes` long; the rest is counted.
pub(super) fn list(texts: &[String], bytes: usize) -> String {
    const COUNT: usize = 24;
    let mut joined = String::new();
    for (position, text) in texts.iter().enumerate() {
        let text = cut(&one_line(text), bytes / 4);
        if joined.len() + text.len() + COUNT > bytes {
            let rest = texts.len() - position;
            joined.extend([format!("; +{rest} more")]);
            break;
        }
        if position > 0 {
            joined.push_str("; ");
        }
        joined.push_str(&text);
    }
    joined
}
