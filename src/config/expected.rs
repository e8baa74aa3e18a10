//! The findings that a case expects (`<name>.expected`): `line:column path  message`, one a line.
//!
//! Never judges: it reads, writes and compares lines.

use std::fmt;
use std::sync::Arc;

use super::error::{At, ConfigError};
use super::nearest::shown;
use crate::model::{Finding, Path, SourceText};

/// One finding as a case's file writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedFinding {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The path in the object, as people read it; empty for the object itself.
    pub path: Path,
    /// The message, its line breaks written `\n`.
    pub message: String,
}

impl ExpectedFinding {
    /// `finding` as a case would expect it; line and column 0 if it has no place.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let place = finding
            .location
            .as_ref()
            .map(|location| location.place)
            .unwrap_or_default();
        Self {
            line: place.line,
            column: place.column,
            path: finding.path.clone(),
            message: on_one_line(&finding.message),
        }
    }
}

/// The line that a case's file holds.
impl fmt::Display for ExpectedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{} {}  {}",
            self.line, self.column, self.path, self.message
        )
    }
}

/// Reads an `.expected` file; empty lines mean nothing.
pub fn read(source: &Arc<SourceText>) -> Result<Vec<ExpectedFinding>, Vec<ConfigError>> {
    let (mut findings, mut errors) = (Vec::new(), Vec::new());
    for number in 1..=source.line_count() {
        let span = source.line_span(number).unwrap_or_default();
        let line = source.slice(span).trim_end();
        match finding(line) {
            Some(finding) => findings.push(finding),
            None if line.is_empty() => {}
            None => errors.push(ConfigError::Malformed {
                text: shown(line),
                wanted: "a finding such as `6:9 spec.containers[0].image  what is wrong`",
                help: Some("two blanks stand before the message; `portcullis test --update` writes the file".to_owned()),
                at: At::text(source, span),
            }),
        }
    }
    if errors.is_empty() {
        Ok(findings)
    } else {
        Err(errors)
    }
}

/// The text of an `.expected` file that holds `findings`, in their order.
#[must_use]
pub fn write(findings: &[ExpectedFinding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let end = if lines.is_empty() {
        ""
    } else {
        "
"
    };
    lines.join(
        "
",
    ) + end
}

fn finding(line: &str) -> Option<ExpectedFinding> {
    let (place, rest) = line.split_once(' ')?;
    let (number, column) = place.split_once(':')?;
    let (path, message) = rest.split_at_checked(path_end(rest)?)?;
    let message = message.trim_start_matches(' ');
    Some(ExpectedFinding {
        line: count(number)?,
        column: count(column)?,
        path: Path::parse(path)?,
        message: (!message.is_empty()).then(|| message.to_owned())?,
    })
}

/// A number from 1, without sign or leading zero.
fn count(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

/// Where the two blanks behind the path begin; blanks of a quoted key don't count.
fn path_end(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped, mut blank) = (false, false, None);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted && blank.is_some_and(|blank| blank + 1 == at) => return blank,
            ' ' if !quoted => blank = Some(at),
            _ => {}
        }
    }
    None
}

/// `message` with its line breaks and blanks at the ends made visible or dropped, as a line of a file can hold it.
fn on_one_line(message: &str) -> String {
    message
        .trim()
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Arc<SourceText> {
        Arc::new(SourceText::new("init.expected", text))
    }

    #[track_caller]
    fn check(line: &str, place: (u32, u32), path: &str, message: &str) {
        let read = read(&source(line)).unwrap();
        let [finding] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!((finding.line, finding.column), place);
        assert_eq!(finding.path.to_string(), path);
        assert_eq!(finding.message, message);
        assert_eq!(write(&read), format!("{line}\n"));
    }

    #[test]
    fn a_line_is_place_path_and_message() {
        check(
            r#"6:9 spec.initContainers[0].securityContext.privileged  container "init" is privileged"#,
            (6, 9),
            "spec.initContainers[0].securityContext.privileged",
            r#"container "init" is privileged"#,
        );
        check("1:1   no name", (1, 1), "", "no name");
        check(
            r#"3:5 metadata.annotations["a  \"b"].c  two  blanks"#,
            (3, 5),
            r#"metadata.annotations["a  \"b"].c"#,
            "two  blanks",
        );
    }

    #[test]
    fn empty_lines_mean_nothing() {
        assert_eq!(read(&source("")).unwrap(), []);
        assert_eq!(read(&source("\n\n1:2 a  b\r\n\n")).unwrap().len(), 1);
    }

    #[test]
    fn every_malformed_line_is_named() {
        let lines = [
            "6 spec  message",
            "6:9 spec message",
            "0:9 spec  message",
            "6:+9 spec  message",
            "6:9 spec..x  message",
            "6:9 spec",
            "# comment",
            "6:9",
        ];
        let text = lines.join("\n");
        let errors = read(&source(&format!("1:1 a  fine\n{text}\n"))).unwrap_err();
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let wanted = "is not a finding such as `6:9 spec.containers[0].image  what is wrong`";
        assert_eq!(said, lines.map(|line| format!("`{line}` {wanted}")));
        assert_eq!(errors[0].at().to_string(), "init.expected:2");
    }

    #[test]
    fn a_message_of_several_lines_stands_on_one() {
        assert_eq!(on_one_line(" a\nb\r\nc\n"), "a\\nb\\nc");
    }
}
