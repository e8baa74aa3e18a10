//! A report as data: the schema `portcullis.dev/report/v1`, whole or one finding per line.
//!
//! Never leaves out a finding but for folded ones, and never prints a snippet of a file.

mod convert;
mod shape;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use crate::model::Report;
use crate::report::shown;

pub use shape::SCHEMA;

/// The whole report, indented.
#[must_use]
pub fn report(report: &Report) -> String {
    let shown = shown::shown(report);
    let findings = shown.iter().map(convert::finding).collect();
    let run = convert::run(report);
    let mut text = write(&shape::Report { run, findings }, true);
    text.push('\n');
    text
}

/// One finding per line, then one line with the rest of the report.
#[must_use]
pub fn lines(report: &Report) -> String {
    let mut text = String::new();
    for shown in shown::shown(report) {
        text.push_str(&write(&convert::finding(&shown), false));
        text.push('\n');
    }
    text.push_str(&write(&convert::run(report), false));
    text.push('\n');
    text
}

/// The JSON Schema (2020-12) of [`report`]'s output.
#[must_use]
pub fn report_schema() -> Value {
    schema::<shape::Report<'_>>()
}

/// The JSON Schema (2020-12) of one finding, so of each of [`lines`]' lines but the last.
#[must_use]
pub fn finding_schema() -> Value {
    schema::<shape::Finding<'_>>()
}

/// The JSON Schema of `T` as it is written.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    SchemaGenerator::new(settings)
        .into_root_schema_for::<T>()
        .to_value()
}

/// `value` as JSON; characters that some readers take for the end of a line are escaped.
pub(crate) fn write<T: Serialize>(value: &T, indented: bool) -> String {
    let text = if indented {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    // Our shapes have text keys alone, the one thing that can fail; if it does, the output must say so.
    let text = text.unwrap_or_else(|error| Value::from(error.to_string()).to_string());
    if !text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{7f}']) {
        return text;
    }
    // Outside strings JSON has none of them.
    text.replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests;
