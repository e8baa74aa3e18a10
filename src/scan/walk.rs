//! Which files a scan reads, and which it leaves out and why.
//!
//! Never follows a link that it meets, never reads a file's content.
#![expect(
    clippy::disallowed_methods,
    reason = "walks the file system: the scan face's own IO"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::git::{self, GitError};
use super::ignored::{self, Filter, IgnoreFiles};
use crate::model::{SkipReason, Skipped, Unreadable};
use crate::source;

/// Deepest folder below a given path.
const MAX_DEPTH: usize = 255;

/// Which files a scan looks at.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Files, and everything below folders.
    Paths(Vec<PathBuf>),
    /// The content of the index, below these paths (all of it if none is given).
    Staged(Vec<PathBuf>),
    /// Files of the work tree that differ from where the branch left a revision, below these paths.
    ChangedSince(String, Vec<PathBuf>),
    /// Bytes that are already there, under a name.
    Bytes(String, Vec<u8>),
}

/// A file to read.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// What people know it by: relative to the working directory, `/` between its parts.
    pub(super) name: String,
    /// Its content, if it doesn't come from the work tree.
    pub(super) content: Option<Vec<u8>>,
    /// The chart that it is a template of.
    pub(super) chart: Option<String>,
}

/// What a walk met.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Files to read, sorted by name.
    pub(super) files: Vec<Candidate>,
    /// Files met.
    pub(super) seen: u64,
    /// Left out, with the reason.
    pub(super) skipped: Vec<Skipped>,
    /// Files whose names are none of ours.
    pub(super) not_recognised: Vec<String>,
    /// Paths and folders that couldn't be read.
    pub(super) unreadable: Vec<Unreadable>,
}

/// Finds the files of `selection`, seen from `directory`, the absolute working directory.
pub(super) fn walk(
    directory: &Path,
    selection: Selection,
    filter: &Filter,
    limit: u64,
) -> Result<Walked, GitError> {
    let mut met = Walker {
        directory,
        filter,
        walked: Walked::default(),
        met: BTreeSet::new(),
        charts: BTreeMap::new(),
    };
    match selection {
        Selection::Paths(paths) => paths.iter().for_each(|path| met.given(path)),
        Selection::Staged(below) => {
            let root = git::root(directory)?;
            for file in git::staged(&root, limit)? {
                met.listed(&root, &below, &file.path, file.content, true);
            }
        }
        Selection::ChangedSince(reference, below) => {
            let root = git::root(directory)?;
            for path in git::changed_since(&root, &reference)? {
                met.listed(&root, &below, &path, None, false);
            }
        }
        Selection::Bytes(name, bytes) => {
            met.walked.seen += 1;
            met.walked.files.push(Candidate {
                path: PathBuf::from(&name),
                name,
                content: Some(bytes),
                chart: None,
            });
        }
    }
    let mut walked = met.walked;
    walked.files.sort_by(|a, b| a.name.cmp(&b.name));
    walked.skipped.sort();
    walked.not_recognised.sort();
    walked.unreadable.sort();
    Ok(walked)
}

/// The repository that `directory` lies in.
pub(super) fn repository(directory: &Path) -> Option<&Path> {
    directory
        .ancestors()
        .find(|parent| parent.join(".git").exists())
}

struct Walker<'a> {
    directory: &'a Path,
    filter: &'a Filter,
    walked: Walked,
    met: BTreeSet<PathBuf>,
    charts: BTreeMap<PathBuf, bool>,
}

impl Walker<'_> {
    /// A path that the user named: read even if ignored, followed even if a link.
    fn given(&mut self, path: &Path) {
        let absolute = normal(&self.directory.join(path));
        match fs::metadata(&absolute) {
            Ok(found) if found.is_dir() => {
                let above = IgnoreFiles::above(&absolute, repository(&absolute), self.filter);
                self.folder(&absolute, &above, 0);
            }
            Ok(_) if self.filter.excludes(&absolute, false) => {
                self.walked.seen += 1;
                self.skip(&absolute, SkipReason::Excluded, None);
            }
            Ok(_) => self.file(absolute, None, true),
            Err(error) => {
                self.unreadable(&absolute, format!("can't be opened: {}", reason(&error)));
            }
        }
    }

    fn folder(&mut self, folder: &Path, above: &IgnoreFiles, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                return self.unreadable(
                    folder,
                    format!("the folder can't be read: {}", reason(&error)),
                );
            }
        };
        let files = above.enter(folder, self.filter);
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if let Ok(kind) = entry.file_type() {
                self.entry(&entry.path(), kind, &files, depth);
            }
        }
    }

    fn entry(&mut self, path: &Path, kind: fs::FileType, files: &IgnoreFiles, depth: usize) {
        let is_dir = kind.is_dir();
        if path.file_name().is_some_and(|name| name == ".git") {
            return;
        }
        if !is_dir {
            self.walked.seen += 1;
        }
        let detail = is_dir.then(|| "folder".to_owned());
        if self.filter.excludes(path, is_dir) {
            self.skip(path, SkipReason::Excluded, detail);
        } else if files.ignores(path, is_dir) {
            self.skip(path, SkipReason::Gitignored, detail);
        } else if kind.is_symlink() {
            self.skip(path, SkipReason::Symlink, None);
        } else if is_dir && depth < MAX_DEPTH {
            self.folder(path, files, depth + 1);
        } else if is_dir {
            self.unreadable(
                path,
                format!("the folder lies more than {MAX_DEPTH} folders deep"),
            );
        } else if kind.is_file() {
            self.walked.seen -= 1;
            self.file(path.to_owned(), None, false);
        } else {
            self.skip(
                path,
                SkipReason::Unsupported,
                Some("not a regular file".to_owned()),
            );
        }
    }

    /// A file that git listed.
    fn listed(
        &mut self,
        root: &Path,
        below: &[PathBuf],
        path: &Path,
        content: Option<Vec<u8>>,
        staged: bool,
    ) {
        let absolute = normal(&root.join(path));
        let wanted = |parent: &PathBuf| absolute.starts_with(normal(&self.directory.join(parent)));
        if !below.is_empty() && !below.iter().any(wanted) {
            return;
        }
        let link = if staged {
            content.is_none()
        } else {
            fs::symlink_metadata(&absolute).is_ok_and(|found| found.is_symlink())
        };
        let left_out = ignored::listed(&absolute, root, self.filter)
            .or_else(|| link.then_some(SkipReason::Symlink));
        match left_out {
            Some(reason) => {
                self.walked.seen += 1;
                self.skip(&absolute, reason, None);
            }
            None => self.file(absolute, content, false),
        }
    }

    fn file(&mut self, path: PathBuf, content: Option<Vec<u8>>, by_hand: bool) {
        if !self.met.insert(path.clone()) {
            return;
        }
        self.walked.seen += 1;
        let name = self.name(&path);
        if !by_hand && !source::recognised_name(&name) {
            self.walked.not_recognised.push(name);
            return;
        }
        let chart = self.chart(&path);
        self.walked.files.push(Candidate {
            path,
            name,
            content,
            chart,
        });
    }

    /// The chart that `path` is a template of: it lies below `templates/` beside a `Chart.yaml`.
    fn chart(&mut self, path: &Path) -> Option<String> {
        let charts = &mut self.charts;
        let mut has_chart = |folder: &Path| {
            *charts
                .entry(folder.to_owned())
                .or_insert_with(|| folder.join("Chart.yaml").is_file())
        };
        let chart = path
            .ancestors()
            .skip(1)
            .filter(|parent| parent.file_name().is_some_and(|name| name == "templates"))
            .filter_map(Path::parent)
            .find(|folder| has_chart(folder))?
            .to_owned();
        Some(self.name(&chart))
    }

    fn skip(&mut self, path: &Path, reason: SkipReason, detail: Option<String>) {
        let path = self.name(path);
        self.walked.skipped.push(Skipped {
            path,
            reason,
            detail,
        });
    }

    fn unreadable(&mut self, path: &Path, message: String) {
        let path = self.name(path);
        self.walked.unreadable.push(Unreadable {
            path,
            line: 0,
            column: 0,
            message,
        });
    }

    fn name(&self, path: &Path) -> String {
        shown(self.directory, path)
    }
}

/// A path as people know it: relative to the working directory if it lies below that, `/` between its parts.
pub(super) fn shown(directory: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(directory).unwrap_or(path);
    let text = relative.to_string_lossy().replace('\\', "/");
    if text.is_empty() {
        ".".to_owned()
    } else {
        text
    }
}

/// The path without `.` and `..`, by its text alone.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The system's word for an error, without its number.
pub(super) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_lowercase()
}
