//! The list of policies: a table for people, JSON for machines.
//!
//! Never leaves a policy out: what no profile binds is listed too.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::model::PolicyId;
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

/// One line per policy: id, severity, profiles, title.
#[must_use]
pub fn policies_table(pages: &[PolicyPage<'_>]) -> String {
    let profiles = |page: &PolicyPage<'_>| match page.profiles.as_slice() {
        [] => "-".to_owned(),
        profiles => profiles.join(","),
    };
    let width = |of: &dyn Fn(&PolicyPage<'_>) -> String| {
        pages
            .iter()
            .map(|page| of(page).chars().count())
            .max()
            .unwrap_or_default()
    };
    let id = width(&|page| page.policy.id.to_string());
    let bound = width(&profiles);
    let mut text = String::new();
    for page in pages {
        let policy = page.policy;
        let (severity, profiles) = (policy.severity, profiles(page));
        let title = visible(&policy.title);
        let _ = writeln!(
            text,
            "{:<id$}  {severity:<8}  {profiles:<bound$}  {title}",
            policy.id.as_str()
        );
    }
    text
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
