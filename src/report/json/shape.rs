//! The shapes of `portcullis.dev/report/v1`: what is written, and what its JSON Schema is made from.
//!
//! Never loses a field in a later release: consumers read what they know.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::model::{Confidence, Enforcement, Severity};

/// The name of the schema of a report.
pub const SCHEMA: &str = "portcullis.dev/report/v1";

/// All findings of a run, and what was looked at.
#[derive(Serialize, JsonSchema)]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    pub(super) run: Run<'a>,
    /// Sorted by file, document and place.
    pub(super) findings: Vec<Finding<'a>>,
}

/// A run without its findings.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    /// The schema's name: `portcullis.dev/report/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub(super) schema: &'static str,
    pub(super) tool: Tool<'a>,
    /// Whether anything denies.
    #[schemars(extend("enum" = ["allow", "deny"]))]
    pub(super) verdict: &'static str,
    /// The exit code of the process.
    pub(super) exit_code: u8,
    pub(super) coverage: Coverage<'a>,
    /// Policies that could not be evaluated or loaded; never an allow.
    pub(super) failures: Vec<Failure<'a>>,
    /// Unused exemptions and the like.
    pub(super) warnings: Vec<Warning<'a>>,
}

/// What judged.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tool<'a> {
    /// The version of portcullis.
    pub(super) version: &'a str,
    /// `sha256:` and hexadecimal digits.
    pub(super) policy_set_digest: String,
    /// Of bindings and exemptions.
    pub(super) bindings_digest: String,
    /// Judged for this version.
    pub(super) kubernetes_version: &'a str,
}

/// What was looked at.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coverage<'a> {
    /// Files met.
    pub(super) files_seen: u64,
    /// Files with at least one judged object.
    pub(super) files_judged: u64,
    /// Objects judged.
    pub(super) objects: u64,
    /// Policies bound.
    pub(super) policies: u64,
    /// Files or documents that were left out.
    pub(super) skipped: Vec<Skipped<'a>>,
    /// Recognised inputs that could not be read whole.
    pub(super) unreadable: Vec<Unreadable<'a>>,
    /// Files that are none of ours.
    pub(super) not_recognised: &'a [String],
    /// Folders of charts that were met unrendered.
    pub(super) charts_not_rendered: &'a [String],
    /// Policies that could not apply.
    pub(super) not_applicable: Vec<PolicyCount<'a>>,
    /// Facts that policies judged without.
    pub(super) not_known: Vec<PolicyCount<'a>>,
    /// Policies that are not run.
    pub(super) not_run: Vec<NotRun<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Skipped<'a> {
    pub(super) path: &'a str,
    #[schemars(extend("enum" = ["template", "gitignored", "excluded", "symlink", "binary", "empty", "unsupported"]))]
    pub(super) reason: &'static str,
    pub(super) detail: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Unreadable<'a> {
    pub(super) path: &'a str,
    /// From 1; null where no place is known.
    pub(super) line: Option<u32>,
    /// From 1, in characters; null where no place is known.
    pub(super) column: Option<u32>,
    pub(super) message: &'a str,
}

/// A policy and on how many objects something kept it from judging in full.
#[derive(Serialize, JsonSchema)]
pub(super) struct PolicyCount<'a> {
    pub(super) policy: &'a str,
    pub(super) reason: &'a str,
    pub(super) count: u64,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct NotRun<'a> {
    pub(super) policy: &'a str,
    /// What it needs, or who switched it off.
    pub(super) reason: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Warning<'a> {
    #[schemars(extend("enum" = ["warning", "notice"]))]
    pub(super) level: &'static str,
    pub(super) message: &'a str,
    /// `file:line`.
    pub(super) place: Option<&'a str>,
    pub(super) help: Option<&'a str>,
}

/// A policy that could not be evaluated on an object, or not loaded at all.
#[derive(Serialize, JsonSchema)]
pub(super) struct Failure<'a> {
    /// Null for a load problem of no known policy.
    pub(super) policy: Option<&'a str>,
    #[schemars(extend("enum" = ["load", "error", "deadline", "panic", "result-shape", "evidence"]))]
    pub(super) class: &'static str,
    /// What went wrong in loading; null for other classes.
    pub(super) code: Option<&'a str>,
    /// What a violation of the policy costs; null for load problems.
    #[schemars(schema_with = "optional_enforcement")]
    pub(super) enforcement: Option<&'static str>,
    pub(super) message: &'a str,
    /// The object; null for load problems.
    pub(super) resource: Option<Resource<'a>>,
    /// The object's file; null for load problems.
    pub(super) file: Option<&'a str>,
    /// The place in the policy.
    pub(super) place: Option<Place<'a>>,
    pub(super) help: Option<&'a str>,
}

/// A place from 1, columns in characters.
#[derive(Serialize, JsonSchema)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    #[schemars(range(min = 1))]
    pub(super) line: u32,
    #[schemars(range(min = 1))]
    pub(super) column: u32,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
    /// Empty where the file does not say.
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    /// The document of its file, from 1.
    pub(super) document: u32,
    /// The template that it was rendered from.
    pub(super) template: Option<&'a str>,
}

/// One violation of a policy.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding<'a> {
    /// `category/name`.
    pub(super) policy: &'a str,
    /// The policy's title.
    pub(super) title: &'a str,
    #[schemars(schema_with = "severity")]
    pub(super) severity: &'static str,
    #[schemars(schema_with = "confidence")]
    pub(super) confidence: &'static str,
    #[schemars(schema_with = "enforcement")]
    pub(super) enforcement: &'static str,
    /// Only `new` ones count.
    #[schemars(extend("enum" = ["new", "baseline", "exempt"]))]
    pub(super) status: &'static str,
    /// What is wrong.
    pub(super) message: &'a str,
    pub(super) resource: Resource<'a>,
    /// The primary place first; empty for an object without a file.
    pub(super) locations: Vec<Location<'a>>,
    /// The first element of the path that the object lacks.
    pub(super) missing: Option<&'a str>,
    /// The value at fault; absent where it may be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) found: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wanted: Option<&'a Value>,
    /// The container concerned.
    pub(super) container: Option<&'a str>,
    /// More general policies that found the same place and are not listed themselves.
    pub(super) folded: Vec<&'a str>,
    /// How to mend it.
    pub(super) remediation: &'a str,
    /// Where to read on.
    pub(super) docs: String,
    pub(super) references: Vec<Reference<'a>>,
    /// Stable across edits of other lines.
    pub(super) fingerprint: &'a str,
    /// What lifts it.
    pub(super) exemption: Option<Exemption<'a>>,
}

/// A place in a file: lines and columns from 1, columns in characters, ends exclusive; bytes of the decoded text.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[schemars(extend("enum" = ["primary", "related"]))]
    pub(super) role: &'static str,
    /// Null for a related place that has no file.
    pub(super) file: Option<&'a str>,
    #[serde(flatten)]
    pub(super) range: Option<Range>,
    /// A JSON Pointer into the file's document, or into the evidence that `of` names.
    pub(super) path: String,
    /// What stands there.
    pub(super) label: Option<Cow<'a, str>>,
    /// The fact that holds it; null for the object itself.
    pub(super) of: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Range {
    #[schemars(range(min = 1))]
    pub(super) line: u32,
    #[schemars(range(min = 1))]
    pub(super) column: u32,
    #[schemars(range(min = 1))]
    pub(super) end_line: u32,
    #[schemars(range(min = 1))]
    pub(super) end_column: u32,
    pub(super) byte_start: u32,
    pub(super) byte_end: u32,
}

/// A rule of a published framework.
#[derive(Serialize, JsonSchema)]
pub(super) struct Reference<'a> {
    pub(super) framework: &'a str,
    pub(super) id: &'a str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Exemption<'a> {
    /// Where it is written.
    pub(super) file: &'a str,
    /// Its line, from 1.
    pub(super) line: u32,
    /// Whether it is a comment in the judged file.
    pub(super) inline: bool,
    pub(super) reason: &'a str,
    pub(super) owner: Option<&'a str>,
    /// Its last valid day, `2027-03-01`.
    pub(super) expires: Option<String>,
}

fn names(all: impl Iterator<Item = &'static str>) -> Schema {
    let all: Vec<&str> = all.collect();
    json_schema!({ "type": "string", "enum": all })
}

fn severity(_: &mut SchemaGenerator) -> Schema {
    names(Severity::ALL.iter().map(|severity| severity.as_str()))
}

fn confidence(_: &mut SchemaGenerator) -> Schema {
    names(Confidence::ALL.iter().map(|confidence| confidence.as_str()))
}

fn enforcement(_: &mut SchemaGenerator) -> Schema {
    names(
        Enforcement::ALL
            .iter()
            .map(|enforcement| enforcement.as_str()),
    )
}

fn optional_enforcement(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [enforcement(generator), { "type": "null" }] })
}
