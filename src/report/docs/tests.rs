//! What the pages of policies must hold.
//!
//! Never reads a policy or manifest of the repository: the fixture is built.

use serde_json::{Value, json};

use super::*;
use crate::model::{FactName, Severity};
use crate::report::fixture;

fn rich() -> Policy {
    Policy {
        parameters: Some(json!({
            "type": "object",
            "required": ["registries"],
            "properties": {
                "registries": {"type": "array", "items": {"type": "string"}, "description": "Trusted | registries."},
                "mode": {"enum": ["any", "all"], "default": "any"},
                "ratio": {"type": ["number", "null"]},
            },
        })),
        evidence: vec![FactName::Namespace],
        supersedes: vec!["least-privilege/privilege-escalation".parse().unwrap()],
        ..fixture::policy("least-privilege/privileged-container", Severity::Critical)
    }
}

fn rich_page(policy: &Policy) -> PolicyPage<'_> {
    let deny = CaseText {
        text: "# An init container.\nkind: Pod # ```\nspec: {}\n".into(),
        language: "yaml".into(),
        expected: vec!["3:1 spec.initContainers[0]  container \"init\" is privileged".into()],
        judged_with: "parameters: {max: 3}\n".into(),
    };
    let allow = CaseText {
        text: "kind: Pod\n".into(),
        language: "yaml".into(),
        expected: Vec::new(),
        judged_with: String::new(),
    };
    PolicyPage {
        policy,
        deny: Some(deny),
        allow: Some(allow),
        profiles: vec!["baseline".into(), "restricted".into()],
    }
}

fn bare_page(policy: &Policy) -> PolicyPage<'_> {
    PolicyPage {
        policy,
        deny: None,
        allow: None,
        profiles: Vec::new(),
    }
}

fn bare() -> Policy {
    let mut policy = fixture::policy("images/not-pinned", Severity::Low);
    policy.scope.templates = false;
    policy.scope.subresources.clear();
    policy.references.clear();
    policy.related_resources.clear();
    policy.since = None;
    policy
}

#[test]
fn a_page_has_one_anatomy() {
    insta::assert_snapshot!("page", page(&rich_page(&rich())));
    insta::assert_snapshot!("bare_page", page(&bare_page(&bare())));
}

#[test]
fn the_terminal_says_the_same() {
    insta::assert_snapshot!("explain", explain(&rich_page(&rich())));
}

#[test]
fn lists_name_every_policy() {
    let (rich, bare) = (rich(), bare());
    let pages = [rich_page(&rich), bare_page(&bare)];
    insta::assert_snapshot!("index", index(&pages));
    insta::assert_snapshot!("table", policies_table(&pages));
    let list: Value = serde_json::from_str(&policies_json(&pages)).unwrap();
    assert_eq!(list["policies"][0]["scope"]["kinds"], json!(["Pod"]));
    assert_eq!(list["policies"][1]["id"], "images/not-pinned");
    assert_eq!(list["policies"][1]["parameters"], Value::Null);
}

#[test]
fn the_readme_changes_between_its_markers_only() {
    let readme = format!("# a\n{TABLE_BEGIN}\nold\n{TABLE_END}\nb\n");
    let policy = bare();
    let table = readme_table(&[bare_page(&policy)]);
    let written = with_table(&readme, &table).unwrap();
    assert!(written.starts_with("# a\n") && written.ends_with(&format!("|\n{TABLE_END}\nb\n")));
    assert!(written.contains("(policies/images/not-pinned/README.md)") && !written.contains("old"));
    assert_eq!(with_table(&written, &table), Some(written.clone()));
    assert_eq!(with_table("# a\n", &table), None);
}
