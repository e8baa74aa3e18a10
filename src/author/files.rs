//! The files of policies under test: Rego, cases and what belongs to them, from disk or from the binary.
//!
//! Reads bytes only; parses nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the author's files: the face's own IO"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bundle;
use crate::engine::PolicySource;
use crate::model::SourceText;

/// Deepest folder below a given path.
const MAX_DEPTH: usize = 32;
/// How far above a given path its libraries are looked for.
const LIBRARY_HEIGHT: usize = 4;

/// Why an author's files can't be read; the author's to mend.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A path doesn't exist or can't be opened.
    #[error("`{path}` can't be read: {reason}")]
    Unreadable {
        /// As the author wrote it.
        path: String,
        /// The system's word for it.
        reason: String,
    },
    /// Nothing below the paths is Rego.
    #[error("`{path}` holds no `.rego` file")]
    Empty {
        /// As the author wrote it.
        path: String,
    },
}

/// Files by the path that people know them by.
#[derive(Debug, Default)]
pub struct Files {
    /// What is under test.
    own: BTreeMap<String, Vec<u8>>,
    /// Libraries above the given paths.
    libraries: BTreeMap<String, Vec<u8>>,
    /// Whether these are the binary's own.
    shipped: bool,
}

impl Files {
    /// Everything shipped in the binary.
    #[must_use]
    pub fn shipped() -> Self {
        let files = bundle::shipped_files().into_iter();
        Self {
            own: files
                .map(|(name, text)| (name, text.into_bytes()))
                .collect(),
            libraries: BTreeMap::new(),
            shipped: true,
        }
    }

    /// Everything below `paths`, seen from `directory`, with the libraries beside them.
    pub fn read(directory: &Path, paths: &[PathBuf]) -> Result<Self, FilesError> {
        let mut files = Self::default();
        for path in paths {
            let absolute = directory.join(path);
            let before = files.own.keys().filter(|name| is_rego(name)).count();
            collect(directory, &absolute, 0, &mut files.own).map_err(|error| {
                FilesError::Unreadable {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                }
            })?;
            if files.own.keys().filter(|name| is_rego(name)).count() == before {
                return Err(FilesError::Empty {
                    path: path.display().to_string(),
                });
            }
            files.libraries_above(directory, &absolute);
        }
        let own = &files.own;
        files.libraries.retain(|name, _| !own.contains_key(name));
        Ok(files)
    }

    /// The text of one file under test.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.own.get(name).map(Vec::as_slice)
    }

    /// Names of the files under test.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str)
    }

    /// All modules: those under test, libraries beside them, and the shipped libraries that these don't replace.
    pub(super) fn sources(&self) -> Vec<PolicySource> {
        let source = |(name, bytes): (&String, &Vec<u8>)| PolicySource {
            text: Arc::new(SourceText::new(name, String::from_utf8_lossy(bytes))),
            shipped: false,
        };
        let own = self
            .own
            .iter()
            .filter(|(name, _)| is_rego(name))
            .map(source);
        let libraries = self
            .libraries
            .iter()
            .filter(|(name, _)| !is_test(name))
            .map(source);
        let all: Vec<PolicySource> = own.chain(libraries).collect();
        if self.shipped {
            all
        } else {
            bundle::with_libraries(all)
        }
    }

    /// The modules right in `lib/` beside a folder above the path: what its policies import.
    fn libraries_above(&mut self, directory: &Path, path: &Path) {
        for parent in path.ancestors().take(LIBRARY_HEIGHT) {
            let modules = fs::read_dir(parent.join("lib"))
                .into_iter()
                .flatten()
                .flatten();
            for file in modules
                .map(|entry| entry.path())
                .filter(|path| is_rego(&path.to_string_lossy()))
            {
                // What can't be read is missed by its import, at the place of the import.
                if let Ok(bytes) = fs::read(&file) {
                    self.libraries.insert(shown(directory, &file), bytes);
                }
            }
        }
    }
}

/// Whether a file is a module of tests.
pub(super) fn is_test(name: &str) -> bool {
    name.ends_with("_test.rego")
}

fn is_rego(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "rego")
}

fn collect(
    directory: &Path,
    path: &Path,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.insert(shown(directory, path), fs::read(path)?);
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let wanted = wanted(&entry.path());
        if !hidden && wanted && depth < MAX_DEPTH {
            collect(directory, &entry.path(), depth + 1, files)?;
        }
    }
    Ok(())
}

/// A path as people read it, seen from `directory`.
fn shown(directory: &Path, path: &Path) -> String {
    let name = path
        .strip_prefix(directory)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/");
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

/// Folders, Rego, and everything below a `cases` folder.
fn wanted(path: &Path) -> bool {
    let in_cases = path.components().any(|part| part.as_os_str() == "cases");
    path.is_dir()
        || in_cases
        || path
            .extension()
            .is_some_and(|extension| extension == "rego")
}
