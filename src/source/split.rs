//! Cuts a text into the chunks that Kubernetes parses one by one.
//!
//! Never parses: a broken chunk costs only itself, and anchors don't cross.

/// A part of a text that is parsed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// Where it starts in the whole text, in bytes.
    pub(super) base: usize,
}

/// Documents of one file that are read; a text of nothing but `[]` has more.
pub(super) const MAX_DOCUMENTS: usize = 100_000;

const SEPARATOR: &str = "---";

/// The chunks of `text`: cut at every line that starts with `---` and goes on with nothing, a blank or a `#`
/// (`YAMLReader` of k8s.io/apimachinery).
///
/// Ends with one chunk more than [`MAX_DOCUMENTS`]. Text after the separator belongs to the chunk that it opens. Directives stay with the document that they are for.
pub(super) fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for (at, content) in separators(text) {
        let chunk = text.get(start..at).unwrap_or_default();
        if only_directives(chunk) {
            continue;
        }
        chunks.extend(chunk_at(text, start, at));
        start = content;
        if chunks.len() > MAX_DOCUMENTS {
            break;
        }
    }
    chunks.extend(chunk_at(text, start, text.len()));
    chunks
}

/// Where each separator stands, and where the chunk behind it starts: at the separator itself if text follows it on its line.
fn separators(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let first = text.starts_with(SEPARATOR).then_some(0);
    let others = text.match_indices("\n---").map(|(at, _)| at + 1);
    first.into_iter().chain(others).filter_map(|at| {
        let content = at + SEPARATOR.len();
        let rest = text.get(content..)?;
        let line = rest.split('\n').next().unwrap_or_default();
        match line.chars().next() {
            None | Some('#') => Some((at, content)),
            Some(' ' | '\t' | '\r') => {
                let bare = line.trim_start().starts_with(['#']) || line.trim().is_empty();
                Some((at, if bare { content } else { at }))
            }
            Some(_) => None,
        }
    })
}

/// The chunk between `start` and `end` without a leading byte order mark; `None` if it is blank.
fn chunk_at(text: &str, start: usize, end: usize) -> Option<Chunk<'_>> {
    let whole = text.get(start..end)?;
    let content = whole.trim_start_matches([' ', '\t', '\r', '\n']);
    if content.is_empty() {
        return None;
    }
    let text = content.strip_prefix('\u{FEFF}').unwrap_or(whole);
    Some(Chunk {
        text,
        base: end - text.len(),
    })
}

/// Whether a chunk holds directives and nothing else but comments: then the separator behind it opens its document.
fn only_directives(chunk: &str) -> bool {
    let mut directives = false;
    for line in chunk.lines() {
        match line.trim_start().chars().next() {
            None | Some('#' | '\u{FEFF}') => {}
            Some('%') if line.starts_with('%') => directives = true,
            Some(_) => return false,
        }
    }
    directives
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let found: Vec<_> = chunks(text).iter().map(|c| (c.base, c.text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_that_start_with_three_dashes_cut() {
        check("a: 1\n---\nb: 2\n", &[(0, "a: 1\n"), (8, "\nb: 2\n")]);
        check(
            "---\na: 1\n--- # x\nb: 2\n---",
            &[(3, "\na: 1\n"), (12, " # x\nb: 2\n")],
        );
        check(
            "a: 1\r\n---\r\nb: 2\r\n",
            &[(0, "a: 1\r\n"), (9, "\r\nb: 2\r\n")],
        );
        check("a: 1\n---#x\nb: 2", &[(0, "a: 1\n"), (8, "#x\nb: 2")]);
        check("a: |\n  x\n  ---\n  y\n", &[(0, "a: |\n  x\n  ---\n  y\n")]);
        check("a: 1\n----\n---x", &[(0, "a: 1\n----\n---x")]);
        check("\n\n", &[]);
    }

    #[test]
    fn text_after_the_separator_belongs_to_its_chunk() {
        check(
            "a: 1\n--- {b: 2}\n---\nc: 3",
            &[(0, "a: 1\n"), (5, "--- {b: 2}\n"), (19, "\nc: 3")],
        );
    }

    #[test]
    fn directives_stay_with_their_document() {
        check(
            "%YAML 1.2\n---\na: 1\n---\nb: 2",
            &[(0, "%YAML 1.2\n---\na: 1\n"), (22, "\nb: 2")],
        );
    }

    #[test]
    fn a_byte_order_mark_at_the_head_of_a_chunk_is_harmless() {
        check("a: 1\n---\n\u{FEFF}b: 2", &[(0, "a: 1\n"), (12, "b: 2")]);
    }
}
