//! The labels of the four corpora of Kubernetes objects, row by row.
//!
//! Never leaves a row out: a count other than the README's fails, and so does a file that isn't there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::require;

/// A corpus of labelled Kubernetes objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Corpus {
    Gatekeeper,
    Regolibrary,
    Polaris,
    Checkov,
}

impl Corpus {
    pub(crate) const ALL: [Self; 4] = [
        Self::Gatekeeper,
        Self::Regolibrary,
        Self::Polaris,
        Self::Checkov,
    ];

    /// Its folder.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gatekeeper => "gatekeeper-samples",
            Self::Regolibrary => "regolibrary",
            Self::Polaris => "polaris",
            Self::Checkov => "checkov-k8s",
        }
    }

    /// Labels that pass and that fail, and checks, as the corpora's README counts them.
    const fn counts(self) -> (usize, usize, usize) {
        match self {
            Self::Gatekeeper => (130, 140, 49),
            Self::Regolibrary => (284, 575, 208),
            Self::Polaris => (136, 166, 47),
            Self::Checkov => (192, 193, 112),
        }
    }
}

/// One label: what a check says of some objects.
#[derive(Debug)]
pub(crate) struct Label {
    pub(crate) corpus: Corpus,
    /// The row of `labels.csv`, from 1, without the header.
    pub(crate) row: usize,
    pub(crate) check: String,
    /// The case within the check; a file has no other name.
    pub(crate) case: String,
    /// The judged files, below the corpus.
    pub(crate) files: Vec<String>,
    /// Files that are known beside them.
    pub(crate) inventory: Vec<String>,
    /// The constraint or the configuration that holds parameters.
    pub(crate) parameters: Option<String>,
    /// The one judged object of the files, and where it stands.
    pub(crate) resource: Option<Resource>,
    /// Whether the check fails them.
    pub(crate) fails: bool,
    /// Offending objects as `Kind/name`; of RBAC rules the subject.
    pub(crate) objects: Vec<String>,
    /// Offending fields of those objects.
    pub(crate) paths: Vec<String>,
}

/// An object of a file, as checkov names it.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `Kind.namespace.name`.
    pub(crate) id: String,
    /// Its first and last line; the id alone isn't unique in a file.
    pub(crate) lines: (u32, u32),
}

/// A column set that holds those of all four files; absent columns are empty.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    suite: String,
    case: String,
    constraint: String,
    object: String,
    inventory: String,
    rule: String,
    inputs: String,
    config: String,
    objects: String,
    paths: String,
    file: String,
    check: String,
    check_id: String,
    resource: String,
    lines: String,
    expected: String,
}

/// The folder and the labels of a corpus; `None` (said on stderr) if it isn't there.
pub(crate) fn read(corpus: Corpus) -> Option<(PathBuf, Vec<Label>)> {
    let folder = require::corpus(corpus.name())?;
    let rows = csv::Reader::from_path(folder.join("labels.csv"))
        .unwrap()
        .into_deserialize();
    let labels: Vec<Label> = rows
        .enumerate()
        .map(|(position, row)| label(corpus, position + 1, row.unwrap()))
        .collect();
    let checks: BTreeSet<&str> = labels.iter().map(|label| label.check.as_str()).collect();
    let failing = labels.iter().filter(|label| label.fails).count();
    for label in &labels {
        for file in label.files.iter().chain(&label.inventory) {
            assert!(path(&folder, file).exists(), "{}: {file}", corpus.name());
        }
    }
    assert_eq!(
        (labels.len() - failing, failing, checks.len()),
        corpus.counts(),
        "{} isn't the corpus described in its README",
        corpus.name()
    );
    Some((folder, labels))
}

fn label(corpus: Corpus, position: usize, row: Row) -> Label {
    let verdict = row.expected.as_str();
    assert!(matches!(verdict, "pass" | "fail"), "no verdict: {verdict}");
    let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let (check, case, files, inventory, parameters) = match corpus {
        Corpus::Gatekeeper => (
            row.suite,
            row.case,
            vec![row.object],
            list(&row.inventory),
            Some(row.constraint),
        ),
        Corpus::Regolibrary => (
            row.rule,
            row.case,
            list(&row.inputs),
            Vec::new(),
            Some(row.config).filter(|config| !config.is_empty()),
        ),
        Corpus::Polaris => (
            row.check,
            row.file.clone(),
            vec![row.file],
            Vec::new(),
            None,
        ),
        // Two ids share a name.
        Corpus::Checkov => (
            format!("{} {}", row.check_id, row.check),
            row.file.clone(),
            vec![row.file],
            Vec::new(),
            None,
        ),
    };
    Label {
        corpus,
        row: position,
        check,
        case,
        files,
        inventory,
        parameters,
        resource: (!row.resource.is_empty()).then(|| resource(row.resource, &row.lines)),
        fails: row.expected == "fail",
        objects: list(&row.objects),
        paths: list(&row.paths),
    }
}

fn resource(id: String, lines: &str) -> Resource {
    let (first, last) = lines.split_once('-').unwrap();
    Resource {
        id,
        lines: (first.parse().unwrap(), last.parse().unwrap()),
    }
}

/// Where a file lies; text that looks like a key is stored in chunks beside the name.
fn path(folder: &Path, file: &str) -> PathBuf {
    let path = folder.join(file);
    if path.exists() {
        path
    } else {
        folder.join(format!("{file}.chunks.json"))
    }
}

/// The content of a file; that of chunks is put together in memory only.
pub(crate) fn bytes(folder: &Path, file: &str) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Chunked {
        chunks: Vec<String>,
    }
    let path = path(folder, file);
    let bytes = fs::read(&path).unwrap();
    if path == folder.join(file) {
        return bytes;
    }
    let chunked: Chunked = serde_json::from_slice(&bytes).unwrap();
    chunked.chunks.concat().into_bytes()
}
