//! Formats and where they go: one to stdout, the others to files.
//!
//! A closed pipe ends the writing, never the run.
#![expect(
    clippy::disallowed_methods,
    reason = "writes reports to the files that a user names"
)]

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::args::Color;
use super::problem::{Problem, Problems};

/// One format and its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// The format's name, one of those known.
    pub(super) format: &'static str,
    /// The file; `None` is stdout.
    pub(super) file: Option<PathBuf>,
}

/// Reads `-f FORMAT[=FILE]`; `text` to stdout if nothing is asked for.
pub(super) fn outputs(
    typed: &[String],
    known: &'static [&'static str],
) -> Result<Vec<Output>, Problems> {
    let mut outputs = Vec::new();
    let mut problems = Vec::new();
    for word in typed {
        let (name, file) = match word.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (word.as_str(), None),
        };
        match known.iter().find(|format| **format == name) {
            _ if file == Some("") => problems.push(Problem::new(
                format!("`{word}` names no file"),
                format!("write `-f {name}=FILE`"),
            )),
            Some(format) => outputs.push(Output {
                format,
                file: file.map(PathBuf::from),
            }),
            None => problems.push(Problem::new(
                format!("no format is named `{name}`"),
                suggestion(name, known),
            )),
        }
    }
    let to_stdout = outputs
        .iter()
        .filter(|output| output.file.is_none())
        .count();
    if to_stdout > 1 {
        problems.push(Problem::new(
            "two formats can't share stdout",
            "give all but one a file: `-f text -f sarif=out.sarif`",
        ));
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    if outputs.is_empty() {
        outputs.push(Output {
            format: "text",
            file: None,
        });
    }
    Ok(outputs)
}

fn suggestion(name: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .find(|format| strsim::levenshtein(&name.to_lowercase(), format) <= 2);
    match near {
        Some(format) => format!("did you mean `{format}`?"),
        None => format!("formats are {}", known.join(", ")),
    }
}

/// Whether text on stdout gets colours.
pub(super) fn colour(choice: Color) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

/// Whether text on stderr gets colours.
pub(super) fn colour_stderr(choice: Color) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
    }
}

/// Whether stdout is a terminal that understands links.
pub(super) fn hyperlinks(choice: Color) -> bool {
    choice != Color::Never && io::stdout().is_terminal() && colour(choice)
}

/// Writes one report.
pub(super) fn write(directory: &Path, output: &Output, text: &str) -> Result<(), Problems> {
    match &output.file {
        None => {
            stdout(text);
            Ok(())
        }
        Some(file) => fs::write(directory.join(file), text).map_err(|error| {
            Problem::new(
                format!("`{}` can't be written: {error}", file.display()),
                "name a file in a folder that exists",
            )
            .into()
        }),
    }
}

/// Writes to stdout; a reader that has gone is no error.
pub(super) fn stdout(text: &str) {
    let mut out = io::stdout().lock();
    let _reader_gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to stderr; a reader that has gone is no error.
pub(super) fn stderr(text: &str) {
    let mut err = io::stderr().lock();
    let _reader_gone = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["text", "json", "sarif"];

    #[track_caller]
    fn check(typed: &[&str], expected: Result<Vec<(&str, Option<&str>)>, &str>) {
        let typed: Vec<String> = typed.iter().map(|word| (*word).to_owned()).collect();
        let got = outputs(&typed, KNOWN);
        match (got, expected) {
            (Ok(got), Ok(expected)) => {
                let got: Vec<_> = got
                    .iter()
                    .map(|output| (output.format, output.file.as_deref().and_then(Path::to_str)))
                    .collect();
                assert_eq!(got, expected);
            }
            (Err(got), Err(expected)) => assert_eq!(got.0[0].message, expected),
            (got, expected) => panic!("{got:?} is not {expected:?}"),
        }
    }

    #[test]
    fn formats_are_read_with_their_files() {
        check(&[], Ok(vec![("text", None)]));
        check(&["json"], Ok(vec![("json", None)]));
        check(
            &["text", "sarif=a=b.sarif"],
            Ok(vec![("text", None), ("sarif", Some("a=b.sarif"))]),
        );
        check(&["text", "json"], Err("two formats can't share stdout"));
        check(&["sarf"], Err("no format is named `sarf`"));
        check(&["json="], Err("`json=` names no file"));
    }
}
