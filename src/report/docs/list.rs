//! The list of policies: a table for people, JSON for machines.
//!
//! Never leaves a policy out: what no profile binds is listed too.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::model::{Policy, PolicyId};
use crate::report::escape::visible;
use crate::report::json::write;

use super::PolicyPage;

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    policies: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    description: &'a str,
    severity: &'static str,
    confidence: &'static str,
    scope: Scope<'a>,
    profiles: &'a [String],
    parameters: Option<&'a Value>,
    evidence: Vec<&'static str>,
    remediation: &'a str,
    references: Vec<Reference<'a>>,
    supersedes: Vec<&'a str>,
    since: Option<&'a str>,
    docs: String,
    file: &'a str,
}

#[derive(Serialize)]
struct Scope<'a> {
    kinds: Vec<String>,
    operations: Vec<&'static str>,
    subresources: &'a [String],
    templates: bool,
}

#[derive(Serialize)]
struct Reference<'a> {
    framework: &'a str,
    id: &'a str,
}

/// One line per policy: id, severity, kinds, profiles, title, and the names of its parameters.
#[must_use]
pub fn policies_table(pages: &[PolicyPage<'_>]) -> String {
    let rows: Vec<[String; 4]> = pages.iter().map(columns).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    for (page, row) in pages.iter().zip(&rows) {
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(text, "{cell:<width$}  ");
        }
        text.push_str(&visible(&page.policy.title));
        let names = parameters(page.policy.parameters.as_ref());
        if !names.is_empty() {
            let _ = write!(text, " (parameters: {})", visible(&names.join(", ")));
        }
        text.push('\n');
    }
    text
}

fn columns(page: &PolicyPage<'_>) -> [String; 4] {
    let policy = page.policy;
    let profiles = match page.profiles.as_slice() {
        [] => "by name".to_owned(),
        profiles => profiles.join(","),
    };
    [
        policy.id.to_string(),
        policy.severity.to_string(),
        kinds(policy),
        profiles,
    ]
}

/// The first kinds that it judges, without their groups, and how many more.
fn kinds(policy: &Policy) -> String {
    const SHOWN: usize = 2;
    let names = policy.scope.kinds.iter();
    let mut names: Vec<&str> = names
        .map(|pattern| pattern.kind.as_deref().unwrap_or("*"))
        .collect();
    names.dedup();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    match more {
        0 => names.join(","),
        more => format!("{},+{more}", names.join(",")),
    }
}

/// The names of the parameters that a schema lists.
fn parameters(schema: Option<&Value>) -> Vec<&str> {
    let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
    properties
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect()
}

/// All that metadata says, `{"schema": "portcullis.dev/policies/v1", "policies": […]}`.
#[must_use]
pub fn policies_json(pages: &[PolicyPage<'_>]) -> String {
    let list = List {
        schema: "portcullis.dev/policies/v1",
        policies: pages.iter().map(listed).collect(),
    };
    let mut text = write(&list, true);
    text.push('\n');
    text
}

fn listed<'a>(page: &'a PolicyPage<'_>) -> Listed<'a> {
    let policy = page.policy;
    let scope = &policy.scope;
    let references = policy.references.iter();
    Listed {
        id: policy.id.as_str(),
        title: &policy.title,
        description: &policy.description,
        severity: policy.severity.as_str(),
        confidence: policy.confidence.as_str(),
        scope: Scope {
            kinds: scope.kinds.iter().map(ToString::to_string).collect(),
            operations: scope
                .operations
                .iter()
                .map(|operation| operation.as_str())
                .collect(),
            subresources: &scope.subresources,
            templates: scope.templates,
        },
        profiles: &page.profiles,
        parameters: policy.parameters.as_ref(),
        evidence: policy.evidence.iter().map(|fact| fact.as_str()).collect(),
        remediation: &policy.remediation,
        references: references
            .map(|r| Reference {
                framework: &r.framework,
                id: &r.id,
            })
            .collect(),
        supersedes: policy.supersedes.iter().map(PolicyId::as_str).collect(),
        since: policy.since.as_deref(),
        docs: policy.docs(),
        file: &policy.file,
    }
}
