//! Where policies come from: the ones shipped in the binary, and folders or files of Rego.
//!
//! Reads bytes and hands texts on; never parses Rego and never judges.
#![expect(
    clippy::disallowed_methods,
    reason = "reads policy folders: part of the shell"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_embed::RustEmbed;

use crate::engine::PolicySource;
use crate::model::SourceText;

/// The shipped policies with their tests and cases, paths below the folder.
#[derive(RustEmbed)]
#[folder = "policies/"]
#[exclude = "*.md"]
#[exclude = "concepts.yaml"]
struct Shipped;

/// Where the shipped policies stand in the repository; their paths begin with it.
const ROOT: &str = "policies";

/// Deepest folder below a policy path: a loop of links ends there.
const MAX_DEPTH: usize = 32;

/// Why policies can't be read from a path that a user named.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The path doesn't exist or can't be opened.
    #[error("the policy path `{path}` can't be read: {reason}")]
    Unreadable {
        /// As the user wrote it, or a file below it.
        path: String,
        /// The system's word for it.
        reason: String,
    },
    /// There is no Rego below the path.
    #[error("the policy path `{path}` holds no `.rego` file")]
    Empty {
        /// As the user wrote it.
        path: String,
    },
    /// A file isn't UTF-8.
    #[error("the policy file `{path}` isn't UTF-8")]
    NotText {
        /// The file.
        path: String,
    },
}

impl BundleError {
    /// The way out.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "name an existing folder of policies, or a `.rego` file",
            Self::Empty { .. } => {
                "policies stand in `<category>/<id>/policy.rego` below the folder"
            }
            Self::NotText { .. } => "save it as UTF-8",
        }
    }
}

/// The shipped policies and their libraries, without tests, by path.
#[must_use]
pub fn shipped() -> Vec<PolicySource> {
    shipped_files()
        .into_iter()
        .filter(|(path, _)| is_policy(path))
        .map(|(path, text)| PolicySource {
            text: Arc::new(SourceText::new(path, text)),
            shipped: true,
        })
        .collect()
}

/// Every shipped file (policies, tests, cases, profiles) by its path, which begins with `policies/`.
#[must_use]
pub fn shipped_files() -> BTreeMap<String, String> {
    Shipped::iter()
        .filter_map(|path| {
            let file = Shipped::get(&path)?;
            Some((
                format!("{ROOT}/{path}"),
                String::from_utf8_lossy(&file.data).into_owned(),
            ))
        })
        .collect()
}

/// The shipped profiles' text.
#[must_use]
pub fn shipped_profiles() -> Arc<SourceText> {
    let text =
        Shipped::get("profiles.yaml").map(|file| String::from_utf8_lossy(&file.data).into_owned());
    Arc::new(SourceText::new(
        format!("{ROOT}/profiles.yaml"),
        text.unwrap_or_default(),
    ))
}

/// The policies and libraries at `path`, a `.rego` file or a folder of them, without tests, by path.
pub fn read(path: &Path) -> Result<Vec<PolicySource>, BundleError> {
    let sources: Vec<PolicySource> = rego_files(path)?
        .into_iter()
        .filter(|file| is_policy(&shown(file)))
        .map(|file| read_one(&file))
        .collect::<Result<_, _>>()?;
    if sources.is_empty() {
        return Err(BundleError::Empty { path: shown(path) });
    }
    Ok(sources)
}

/// All `.rego` files at `path`, tests among them, sorted.
pub fn rego_files(path: &Path) -> Result<Vec<PathBuf>, BundleError> {
    let unreadable = |error: &io::Error| BundleError::Unreadable {
        path: shown(path),
        reason: error.to_string(),
    };
    if !fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .is_dir()
    {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    collect(path, 0, &mut files).map_err(|error| unreadable(&error))?;
    files.sort();
    Ok(files)
}

/// One `.rego` file from disk.
pub fn read_one(path: &Path) -> Result<PolicySource, BundleError> {
    let name = shown(path);
    let bytes = fs::read(path).map_err(|error| BundleError::Unreadable {
        path: name.clone(),
        reason: error.to_string(),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| BundleError::NotText { path: name.clone() })?;
    Ok(PolicySource {
        text: Arc::new(SourceText::new(name, text)),
        shipped: false,
    })
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if depth < MAX_DEPTH {
                collect(&path, depth + 1, files)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rego")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a path is a module of a policy set: Rego, and not a test.
fn is_policy(path: &str) -> bool {
    path.strip_suffix(".rego")
        .is_some_and(|stem| !stem.ends_with("_test"))
}

/// A path as people read it: `/` between its parts, no leading `./`.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// Sources of one's own beside the shipped ones; a module replaces the shipped one of the same package.
#[must_use]
pub fn with_shipped(own: Vec<PolicySource>) -> Vec<PolicySource> {
    let packages: BTreeSet<String> = own
        .iter()
        .filter_map(|source| package(source.text.text()))
        .collect();
    let kept = |source: &PolicySource| {
        package(source.text.text()).is_none_or(|name| !packages.contains(&name))
    };
    shipped().into_iter().filter(kept).chain(own).collect()
}

/// The package that a module's `package` line names.
fn package(text: &str) -> Option<String> {
    let line = text
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("package "))?;
    Some(line.split('#').next()?.trim().to_owned())
}

/// Sources beside the shipped libraries that they don't replace; the shipped policies themselves stay out.
#[must_use]
pub fn with_libraries(own: Vec<PolicySource>) -> Vec<PolicySource> {
    let packages: BTreeSet<String> = own
        .iter()
        .filter_map(|source| package(source.text.text()))
        .collect();
    let kept = |source: &PolicySource| {
        let library = source.text.name().starts_with("policies/lib/");
        library && package(source.text.text()).is_none_or(|name| !packages.contains(&name))
    };
    shipped().into_iter().filter(kept).chain(own).collect()
}
