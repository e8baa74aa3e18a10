//! Which files a walk leaves out: `.gitignore`, `.portcullisignore`, `--include` and `--exclude`.
//!
//! The user's global ignore file and `.git/info/exclude` never count: a laptop and CI see the same files.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::model::SkipReason;

/// Patterns as `.gitignore` reads them, seen from one folder.
#[derive(Debug, Clone)]
pub struct Patterns {
    matcher: Gitignore,
}

impl Patterns {
    /// The patterns `globs`, relative to `folder`; the first one that isn't a pattern is the error.
    pub fn new<'a>(
        folder: &Path,
        globs: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(folder);
        for glob in globs {
            builder
                .add_line(None, glob)
                .map_err(|error| error.to_string())?;
        }
        let matcher = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { matcher })
    }

    fn holds(&self, path: &Path, is_dir: bool) -> bool {
        !self.matcher.is_empty()
            && path.starts_with(self.matcher.path())
            && self.matcher.matched(path, is_dir).is_ignore()
    }

    /// Whether the path itself or a folder above it (below the patterns' own folder) is named.
    fn holds_with_parents(&self, path: &Path) -> bool {
        !self.matcher.is_empty()
            && path.starts_with(self.matcher.path())
            && self
                .matcher
                .matched_path_or_any_parents(path, false)
                .is_ignore()
    }
}

/// What leaves files out besides the ignore files.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these, if any are given.
    pub include: Option<Patterns>,
    /// Never these.
    pub exclude: Vec<Patterns>,
    /// Whether `.gitignore` counts; `.portcullisignore` always does.
    pub gitignore: bool,
}

impl Filter {
    /// Whether a folder or file met in a walk is excluded.
    pub(super) fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        let left_out = |include: &Patterns| !is_dir && !include.holds_with_parents(path);
        self.exclude
            .iter()
            .any(|patterns| patterns.holds(path, is_dir))
            || self.include.as_ref().is_some_and(left_out)
    }

    /// Whether a file that wasn't met in a walk is excluded, by its own name or by a folder above it.
    fn excludes_listed(&self, path: &Path) -> bool {
        self.exclude
            .iter()
            .any(|patterns| patterns.holds_with_parents(path))
            || self.excludes(path, false)
    }
}

/// The ignore files of a folder and those above it, up to the repository's root.
#[derive(Debug, Clone, Default)]
pub(super) struct IgnoreFiles {
    /// Outermost first.
    matchers: Vec<Gitignore>,
}

impl IgnoreFiles {
    /// The ignore files above `folder`, which stands in the repository `root`.
    pub(super) fn above(folder: &Path, root: Option<&Path>, filter: &Filter) -> Self {
        let mut files = Self::default();
        let Some(root) = root.filter(|root| folder.starts_with(root)) else {
            return files;
        };
        let above: Vec<PathBuf> = folder
            .ancestors()
            .skip(1)
            .take_while(|parent| parent.starts_with(root))
            .map(Path::to_owned)
            .collect();
        for parent in above.iter().rev() {
            files = files.enter(parent, filter);
        }
        files
    }

    /// These and those of `folder` itself.
    pub(super) fn enter(&self, folder: &Path, filter: &Filter) -> Self {
        let mut matchers = self.matchers.clone();
        let names: &[&str] = if filter.gitignore {
            &[".gitignore", ".portcullisignore"]
        } else {
            &[".portcullisignore"]
        };
        for name in names {
            let file = folder.join(name);
            if file.is_file() {
                let mut builder = GitignoreBuilder::new(folder);
                // A line that is no pattern is skipped, as git does; the others count.
                let _unusable = builder.add(file);
                matchers.extend(builder.build());
            }
        }
        Self { matchers }
    }

    /// Whether an entry is ignored; the deepest file that speaks of it decides.
    pub(super) fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        let spoken = self
            .matchers
            .iter()
            .rev()
            .map(|matcher| matcher.matched(path, is_dir))
            .find(|found| !found.is_none());
        spoken.is_some_and(|found| found.is_ignore())
    }
}

/// Why a file that git listed (it wasn't met in a walk) is left out; `root` is the repository's.
pub(super) fn listed(path: &Path, root: &Path, filter: &Filter) -> Option<SkipReason> {
    if filter.excludes_listed(path) {
        return Some(SkipReason::Excluded);
    }
    // What git tracks isn't ignored by `.gitignore`, so only our own ignore files speak here.
    let own = Filter {
        gitignore: false,
        ..Filter::default()
    };
    let mut files = IgnoreFiles::default();
    let mut parents: Vec<&Path> = path
        .ancestors()
        .take_while(|parent| parent.starts_with(root))
        .collect();
    parents.reverse();
    for (at, entry) in parents.iter().enumerate() {
        let is_dir = at + 1 < parents.len();
        if at > 0 && files.ignores(entry, is_dir) {
            return Some(SkipReason::Gitignored);
        }
        if is_dir {
            files = files.enter(entry, &own);
        }
    }
    None
}
