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

/// The page of one policy, with its first cases out of `files` (texts by path).
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
        deny: first_case(folder, "deny", files),
        allow: first_case(folder, "allow", files),
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

/// The first case of a kind by name: the example that a page shows.
fn first_case(folder: &str, kind: &str, files: &BTreeMap<String, String>) -> Option<CaseText> {
    let prefix = format!("{folder}/cases/{kind}/");
    let is_case = |name: &str| {
        !name.ends_with(".expected")
            && !name.ends_with(".case.yaml")
            && !name.ends_with(".old.yaml")
    };
    let mut cases = files
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix));
    let (name, text) = cases.find(|(name, _)| is_case(name))?;
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    Some(CaseText {
        text: text.clone(),
        language: extension.to_owned(),
        expected: files
            .get(&format!("{stem}.expected"))
            .map(|text| text.lines().map(str::to_owned).collect())
            .unwrap_or_default(),
    })
}
