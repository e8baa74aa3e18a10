//! From bytes to text, as kubectl decodes them.
//!
//! Never refuses a file for one bad byte, which would let that byte hide the file; only what isn't text at all is left out.

/// The text of `bytes` without its byte order mark; `None` if it is binary.
///
/// UTF-8 and UTF-16 by their mark, else UTF-8; what is invalid becomes U+FFFD. A NUL that is left means that it is no text:
/// Kubernetes refuses every control character.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    (!text.as_bytes().contains(&0)).then_some(text)
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut text: String = char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}
