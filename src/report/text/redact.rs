//! Which parts of a shown line are withheld.
//!
//! Errs on the side of withholding: a line can hold a secret beside what a finding is about.

use std::ops::Range;

use crate::model::{Finding, Judged, PathElement};

/// What stands in the place of a withheld value.
pub(crate) const REDACTED: &str = "<redacted>";

/// How careful an excerpt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redact {
    /// Our own texts: nothing is withheld.
    Nothing,
    /// Values of keys that sound like secrets, outside the mark.
    Names,
    /// All but the mark.
    AroundMark,
    /// All but the mark's key.
    AllButKey,
}

/// Whether what `finding` points at may be a secret.
pub(crate) fn may_be_secret(judged: &Judged, finding: &Finding) -> bool {
    Redact::of(judged, finding) == Redact::AllButKey
}

impl Redact {
    /// How careful the excerpts of `finding` are: what may be a secret is never shown.
    pub(crate) fn of(judged: &Judged, finding: &Finding) -> Self {
        let elements = finding.path.elements();
        let key = |at: usize| match elements.get(at) {
            Some(PathElement::Key(key)) => key.as_str(),
            _ => "",
        };
        let in_environment = (0..elements.len()).any(|at| key(at) == "env")
            && elements
                .iter()
                .any(|element| *element == PathElement::Key("value".to_owned()));
        let secret = judged.resource.kind == "Secret" && judged.resource.api_version == "v1";
        if finding.policy.category() == "secrets" || in_environment {
            Self::AllButKey
        } else if secret && key(0) == "metadata" && key(1) != "annotations" {
            Self::AroundMark
        } else if secret {
            Self::AllButKey
        } else {
            Self::Names
        }
    }

    /// Whether lines around the marked ones may be shown.
    pub(crate) const fn allows_context(self) -> bool {
        matches!(self, Self::Nothing | Self::Names)
    }

    /// What of `line` is withheld, in order, and what stands there instead; `mark` is the marked part, if it is on this line.
    pub(crate) fn ranges(
        self,
        line: &str,
        mark: Option<&Range<usize>>,
    ) -> Vec<(Range<usize>, &'static str)> {
        match (self, mark) {
            (Self::Nothing, _) => Vec::new(),
            (Self::Names, _) if line.len() > SEARCHED => Self::AroundMark.ranges(line, mark),
            (Self::Names, _) => sensitive(line)
                .into_iter()
                .filter(|range| {
                    mark.is_none_or(|mark| range.end <= mark.start || range.start >= mark.end)
                })
                .map(|range| (range, REDACTED))
                .collect(),
            (Self::AroundMark | Self::AllButKey, None) => vec![(0..line.len(), REDACTED)],
            (Self::AroundMark, Some(mark)) => {
                let mut ranges = before(line, mark);
                ranges.extend(after(line, mark.end));
                ranges
            }
            (Self::AllButKey, Some(mark)) => {
                let mut ranges = before(line, mark);
                ranges.extend(value(line, mark));
                ranges
            }
        }
    }
}

/// What stands before the mark, but for the indentation and the dash of a list.
fn before(line: &str, mark: &Range<usize>) -> Vec<(Range<usize>, &'static str)> {
    let head = line.get(..mark.start).unwrap_or_default();
    let kept = head.len() - head.trim_start_matches([' ', '\t', '-']).len();
    if kept < head.len() {
        vec![(kept..head.len(), "…")]
    } else {
        Vec::new()
    }
}

fn after(line: &str, from: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = line.get(from..).unwrap_or_default();
    (!rest.trim().is_empty()).then_some((from..line.len(), "…"))
}

/// Everything from the value on: behind the mark's `:` or `=`, behind the mark if it is a key, else the mark itself.
fn value(line: &str, mark: &Range<usize>) -> Option<(Range<usize>, &'static str)> {
    let marked = line.get(mark.clone()).unwrap_or_default();
    let rest = line.get(mark.end..).unwrap_or_default();
    let is_key = rest.trim_start_matches(['"', '\'', ' ']).starts_with(':');
    let from = match marked.find([':', '=']) {
        Some(at) => mark.start + at + 1,
        None if is_key => mark.end + rest.find(':').map_or(0, |at| at + 1),
        None => mark.start,
    };
    let value = line.get(from..).unwrap_or_default();
    let from = from + (value.len() - value.trim_start().len());
    (from < line.len()).then_some((from..line.len(), REDACTED))
}

/// Longest line that is searched for keys; of a longer one only the mark is shown.
const SEARCHED: usize = 64 * 1024;

/// The values of keys that sound like secrets.
fn sensitive(line: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for (colon, _) in line.match_indices(':') {
        let head = line.get(..colon).unwrap_or_default();
        let rest = line.get(colon + 1..).unwrap_or_default();
        let separates = rest.is_empty() || rest.starts_with([' ', '\t', '"', '\'']);
        if colon < done || !separates || !sounds_secret(last_word(head)) {
            continue;
        }
        let start = colon + 1 + (rest.len() - rest.trim_start().len());
        let value = line.get(start..).unwrap_or_default();
        let length = value_length(value, head.contains(['{', '[']));
        if length > 0 && !is_harmless(value.get(..length).unwrap_or_default().trim()) {
            ranges.push(start..start + length);
            done = start + length;
        }
    }
    ranges
}

fn last_word(head: &str) -> &str {
    head.trim_end_matches(['"', '\'', ' '])
        .rsplit(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'))
        .next()
        .unwrap_or_default()
}

fn sounds_secret(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    let words = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "credential",
        "privatekey",
    ];
    key == "value" || words.iter().any(|word| key.contains(word))
}

/// How much of `text`, which begins with a value, is that value.
fn value_length(text: &str, flow: bool) -> usize {
    match text.chars().next() {
        None | Some('{' | '[' | '#') => 0,
        Some(quote @ ('"' | '\'')) => quoted_length(text, quote),
        Some(_) if flow => text.find([',', '}', ']']).unwrap_or(text.len()),
        Some(_) => text.len(),
    }
}

/// `\` escapes between double quotes; a single quote is escaped by another.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            characters.next();
        } else if c == quote
            && characters
                .next_if(|(_, next)| quote == '\'' && *next == quote)
                .is_none()
        {
            return at + 1;
        }
    }
    text.len()
}

/// Whether `line` opens a block scalar whose key sounds like a secret.
pub(crate) fn opens_secret_block(line: &str) -> bool {
    let Some((head, value)) = line.split_once(": ") else {
        return false;
    };
    value.trim_start().starts_with(['|', '>']) && sounds_secret(last_word(head))
}

fn is_harmless(value: &str) -> bool {
    matches!(
        value,
        "true" | "false" | "null" | "~" | "|" | ">" | "|-" | ">-"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `mark` is the marked text, which `line` holds once; empty: nothing on this line.
    #[track_caller]
    fn check(redact: Redact, line: &str, mark: &str, shown: &str) {
        let mark = (!mark.is_empty()).then(|| {
            let start = line.find(mark).unwrap();
            start..start + mark.len()
        });
        let mut text = String::new();
        let mut at = 0;
        for (range, instead) in redact.ranges(line, mark.as_ref()) {
            text.push_str(line.get(at..range.start).unwrap());
            text.push_str(instead);
            at = range.end;
        }
        text.push_str(line.get(at..).unwrap());
        assert_eq!(text, shown);
    }

    #[test]
    fn a_secret_finding_shows_its_key_alone() {
        for (line, mark, shown) in [
            (
                "  password: hunter2 # x",
                "password: hunter2",
                "  password: <redacted>",
            ),
            ("- DB=hunter2", "DB=hunter2", "- DB=<redacted>"),
            ("  password: |", "password", "  password: <redacted>"),
            ("  password:", "password", "  password:"),
            (
                r#"{"a": "s1", "password": "s2"}"#,
                "password",
                r#"…password": <redacted>"#,
            ),
            ("- hunter2", "hunter2", "- <redacted>"),
            ("data: {a: s1, b: s2}", "b: s2", "…b: <redacted>"),
            ("  s3cret line", "", "<redacted>"),
        ] {
            check(Redact::AllButKey, line, mark, shown);
        }
        check(
            Redact::AroundMark,
            "{a: s1, name: x, b: s2}",
            "name: x",
            "…name: x…",
        );
    }

    #[test]
    fn values_beside_a_mark_are_withheld_by_their_key() {
        for (line, mark, shown) in [
            (
                "- {name: P, value: hunter2}",
                "name: P",
                "- {name: P, value: <redacted>}",
            ),
            (
                r#"{"apiToken":"a\"b","x":"y"}"#,
                "",
                r#"{"apiToken":<redacted>,"x":"y"}"#,
            ),
            (
                "  dbPassword: 'it''s' # why",
                "",
                "  dbPassword: <redacted> # why",
            ),
            ("  api-key: abc", "", "  api-key: <redacted>"),
            ("  value: x", "value: x", "  value: x"),
            (
                "automountServiceAccountToken: true",
                "",
                "automountServiceAccountToken: true",
            ),
            ("  secretKeyRef: {name: a}", "", "  secretKeyRef: {name: a}"),
            ("  image: a:b", "", "  image: a:b"),
        ] {
            check(Redact::Names, line, mark, shown);
        }
        check(Redact::Nothing, "password: x", "", "password: x");
        let long = format!("{{value: hunter2, {} name: P}}", "x".repeat(SEARCHED));
        check(Redact::Names, &long, "name: P", "…name: P…");
    }
}
