//! Results of policy tests as data: the schema `portcullis.dev/test/v1`.
//!
//! Never loses a field in a later release.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use crate::model::{LoadProblem, PolicyId, TestReport, TestResult, TestStatus, TestedPackage};
use crate::report::json::{schema as schema_of, write};

const SCHEMA: &str = "portcullis.dev/test/v1";

/// All tests of a run.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    /// The schema's name: `portcullis.dev/test/v1`.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// `sha256:` and hexadecimal digits.
    policy_set_digest: String,
    summary: Summary,
    /// What did not load; its tests were not run.
    load_problems: Vec<Unloaded<'a>>,
    /// What authors should know.
    warnings: Vec<Warning<'a>>,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    passed: usize,
    failed: usize,
    errors: usize,
    skipped: usize,
    todo: usize,
}

#[derive(Serialize, JsonSchema)]
struct Unloaded<'a> {
    policy: Option<&'a str>,
    code: &'a str,
    message: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    help: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Warning<'a> {
    package: &'a str,
    message: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Test<'a> {
    /// The package's folder.
    package: &'a str,
    id: &'a str,
    #[schemars(extend("enum" = ["rego", "case"]))]
    kind: &'static str,
    file: &'a str,
    line: u32,
    #[schemars(schema_with = "outcome")]
    outcome: &'static str,
    seconds: f64,
    message: Option<&'a str>,
    expected: &'a [String],
    got: &'a [String],
    prints: &'a [String],
}

fn outcome(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": TestStatus::ALL.map(TestStatus::as_str) })
}

/// The report as JSON, indented.
#[must_use]
pub fn json(report: &TestReport) -> String {
    let packages = report.packages.iter();
    let run = Run {
        schema: SCHEMA,
        policy_set_digest: report.policy_set_digest.to_string(),
        summary: Summary {
            passed: report.count(TestStatus::Pass),
            failed: report.count(TestStatus::Fail),
            errors: report.count(TestStatus::Error),
            skipped: report.count(TestStatus::Skip),
            todo: report.count(TestStatus::Todo),
        },
        load_problems: report.load_problems.iter().map(unloaded).collect(),
        warnings: packages.clone().flat_map(warnings).collect(),
        tests: packages
            .flat_map(|package| package.tests.iter().map(|t| test(package, t)))
            .collect(),
    };
    let mut text = write(&run, true);
    text.push('\n');
    text
}

/// The JSON Schema (2020-12) of [`json`]'s output.
#[must_use]
pub fn schema() -> Value {
    schema_of::<Run<'_>>()
}

fn unloaded(problem: &LoadProblem) -> Unloaded<'_> {
    let place = problem.place();
    Unloaded {
        policy: problem.policy.as_ref().map(PolicyId::as_str),
        code: problem.code,
        message: &problem.message,
        file: problem.source.name(),
        line: place.line,
        column: place.column,
        help: problem.help.as_deref(),
    }
}

fn warnings(package: &TestedPackage) -> impl Iterator<Item = Warning<'_>> {
    package.warnings.iter().map(|message| Warning {
        package: &package.name,
        message,
    })
}

fn test<'a>(package: &'a TestedPackage, test: &'a TestResult) -> Test<'a> {
    Test {
        package: &package.name,
        id: &test.id,
        kind: test.kind.as_str(),
        file: &test.file,
        line: test.line,
        outcome: test.status.as_str(),
        seconds: test.seconds,
        message: test.message.as_deref(),
        expected: &test.expected,
        got: &test.got,
        prints: &test.prints,
    }
}
