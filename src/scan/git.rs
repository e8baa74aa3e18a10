//! What git says of staged and changed files.
//!
//! Runs `git` directly, never through a shell, never with the repository's own monitor hook; writes nothing.
#![expect(clippy::disallowed_methods, reason = "the one place that starts git")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Why git couldn't answer; the user's to mend.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// `git` isn't there or couldn't be started.
    #[error("git can't be started: {0}")]
    Missing(String),
    /// `git` answered with an error.
    #[error("git failed: {0}")]
    Failed(String),
}

/// A blob of the index.
#[derive(Debug)]
pub(super) struct StagedFile {
    /// Path from the repository's root.
    pub(super) path: PathBuf,
    /// Its staged content; `None` for a symbolic link.
    pub(super) content: Option<Vec<u8>>,
}

/// The repository's root above `directory`.
pub(super) fn root(directory: &Path) -> Result<PathBuf, GitError> {
    let output = run(directory, &["rev-parse", "--show-toplevel"])?;
    Ok(PathBuf::from(
        String::from_utf8_lossy(&output).trim_end_matches(['\n', '\r']),
    ))
}

/// The content that is staged: the index, not the work tree.
pub(super) fn staged(root: &Path, limit: u64) -> Result<Vec<StagedFile>, GitError> {
    let arguments = [
        "diff",
        "--cached",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--diff-filter=ACMR",
    ];
    let listing = run(root, &arguments)?;
    let mut fields = listing.split(|byte| *byte == 0);
    let mut entries = Vec::new();
    while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
        // `:100644 100644 <old> <new> M`
        let head = String::from_utf8_lossy(head);
        let mut columns = head.split(' ').skip(1);
        if let (Some(mode), Some(_), Some(blob)) = (columns.next(), columns.next(), columns.next())
        {
            entries.push((mode.to_owned(), blob.to_owned(), bytes_path(path)));
        }
    }
    contents(root, entries, limit)
}

/// Files that differ from where the branch left `reference`, from the repository's root.
pub(super) fn changed_since(root: &Path, reference: &str) -> Result<Vec<PathBuf>, GitError> {
    if reference.starts_with('-') {
        return Err(GitError::Failed(format!("`{reference}` is not a revision")));
    }
    let range = format!("{reference}...HEAD");
    let listing = run(
        root,
        &[
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=ACMR",
            &range,
            "--",
        ],
    )?;
    Ok(listing
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
        .map(bytes_path)
        .collect())
}

fn contents(
    root: &Path,
    entries: Vec<(String, String, PathBuf)>,
    limit: u64,
) -> Result<Vec<StagedFile>, GitError> {
    let (links, blobs): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .filter(|(mode, ..)| mode != "160000")
        .partition(|(mode, ..)| mode == "120000");
    let mut files: Vec<StagedFile> = links
        .into_iter()
        .map(|(_, _, path)| StagedFile {
            path,
            content: None,
        })
        .collect();
    if blobs.is_empty() {
        return Ok(files);
    }
    let mut child = git(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| GitError::Missing(error.to_string()))?;
    let lost = || GitError::Failed("the staged content can't be read".to_owned());
    let mut stdin = child.stdin.take().ok_or_else(lost)?;
    let ids: Vec<&str> = blobs.iter().map(|(_, blob, _)| blob.as_str()).collect();
    let wanted = ids.join("\n") + "\n";
    // A thread of its own: git answers while we still ask, and a full pipe must not stop both.
    let asking = thread::spawn(move || stdin.write_all(wanted.as_bytes()));
    let mut stdout = BufReader::new(child.stdout.take().ok_or_else(lost)?);
    for (_, _, path) in blobs {
        let content = read_blob(&mut stdout, limit).ok_or_else(lost)?;
        files.push(StagedFile {
            path,
            content: Some(content),
        });
    }
    let asked = asking.join().is_ok_and(|written| written.is_ok());
    let ended = child.wait().is_ok_and(|status| status.success());
    if asked && ended {
        Ok(files)
    } else {
        Err(lost())
    }
}

/// One answer of `cat-file --batch`: `<id> blob <size>`, the content, a line break. At most one byte over `limit` is kept.
fn read_blob(stdout: &mut impl BufRead, limit: u64) -> Option<Vec<u8>> {
    let mut head = String::new();
    stdout.read_line(&mut head).ok()?;
    let size: u64 = head.trim_end().rsplit(' ').next()?.parse().ok()?;
    let mut content = Vec::new();
    let kept = size.min(limit.saturating_add(1));
    stdout.by_ref().take(kept).read_to_end(&mut content).ok()?;
    std::io::copy(
        &mut stdout.by_ref().take(size - kept + 1),
        &mut std::io::sink(),
    )
    .ok()?;
    (content.len() as u64 == kept).then_some(content)
}

fn run(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let output = git(directory)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| GitError::Missing(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().next().unwrap_or("no message");
    Err(GitError::Failed(
        first.trim_start_matches("fatal: ").to_owned(),
    ))
}

fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-c")
        .arg("core.fsmonitor=false")
        .arg("-C")
        .arg(directory);
    command
}

#[cfg(unix)]
fn bytes_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn bytes_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
