//! The policies' pages, their index and README's table: what they should say, and which of them are stale.
//!
//! Gathers the parts; `report::docs` writes the text, the caller the files.

use std::collections::BTreeMap;

use crate::model::Policy;
use crate::report::docs::{self, CaseText, PolicyPage};

/// A generated file: its path and text.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it belongs.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// The page of one policy, with its examples out of `files` (texts by path).
#[must_use]
pub fn page<'a>(
    policy: &'a Policy,
    files: &BTreeMap<String, String>,
    profiles: Vec<String>,
) -> PolicyPage<'a> {
    let folder = policy
        .file
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    PolicyPage {
        policy,
        deny: example(folder, "deny", files),
        allow: example(folder, "allow", files),
        profiles,
    }
}

/// Every generated file below `root`: a page for each policy, and their index.
#[must_use]
pub fn pages(root: &str, pages: &[PolicyPage<'_>]) -> Vec<Page> {
    let of = |page: &PolicyPage<'_>| {
        let folder = page
            .policy
            .file
            .rsplit_once('/')
            .map_or(".", |(folder, _)| folder);
        Page {
            file: format!("{folder}/README.md"),
            text: docs::page(page),
        }
    };
    let index = Page {
        file: format!("{root}/README.md"),
        text: docs::index(pages),
    };
    pages.iter().map(of).chain([index]).collect()
}

/// The pages whose files (as `read` gives them) say something else.
pub fn stale(pages: Vec<Page>, read: impl Fn(&str) -> Option<String>) -> Vec<Page> {
    pages
        .into_iter()
        .filter(|page| read(&page.file).as_ref() != Some(&page.text))
        .collect()
}

/// The case of a kind that a page shows: `example.*` if there is one, else the first by name of those that need no sidecar,
/// else the first.
fn example(folder: &str, kind: &str, files: &BTreeMap<String, String>) -> Option<CaseText> {
    let prefix = format!("{folder}/cases/{kind}/");
    let is_case = |name: &str| {
        !name.ends_with(".expected")
            && !name.ends_with(".case.yaml")
            && !name.ends_with(".old.yaml")
    };
    let beside = |name: &str, extension: &str| {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        files.get(&format!("{stem}.{extension}"))
    };
    let cases = files
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
        .filter(|(name, _)| is_case(name));
    let (name, text) = cases.min_by_key(|(name, _)| {
        let is_example = name.starts_with(&format!("{prefix}example."));
        (!is_example, beside(name, "case.yaml").is_some())
    })?;
    let expected = beside(name, "expected").map(|text| text.lines().map(str::to_owned));
    Some(CaseText {
        text: text.clone(),
        language: name.rsplit_once('.').map_or("", |(_, it)| it).to_owned(),
        expected: expected.map(Iterator::collect).unwrap_or_default(),
        judged_with: beside(name, "case.yaml").cloned().unwrap_or_default(),
    })
}
