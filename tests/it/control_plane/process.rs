//! Processes and a folder that end with the test process, however it ends.
//!
//! Never leaves that to a destructor alone: statics have none, and SIGKILL runs none. A shell beside each reads a pipe of which only
//! this process holds the other end; the kernel closes it when this process ends.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::control_plane::wait::{apart, eventually};

/// Runs the command; each line it reads is the name of a signal for it; the end of input is SIGKILL. Ends with the command's exit code.
const KEEP: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ while read -r signal; do kill -s "$signal" $child; done; kill -9 $child; } <&3 &
wait $child
code=$?
kill $! 2>/dev/null
exit $code
"#;

/// Removes the folder at the end of input; several tries, since what is being killed may still write there.
const SWEEP: &str =
    r#"read -r _; for try in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && break; sleep 1; done"#;

/// A process that ends when this is dropped, or when the test process does.
#[derive(Debug)]
pub(crate) struct Process {
    keeper: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program` with `PATH` and `environment` alone; what it prints goes to the file `log`.
    pub(crate) fn start(
        program: &Path,
        arguments: &[impl AsRef<OsStr>],
        environment: &[(&str, &OsStr)],
        log: &Path,
    ) -> Self {
        let file = File::create(log).unwrap();
        let mut keeper = shell(KEEP);
        keeper
            .arg(program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(environment.iter().copied())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        Self {
            keeper: keeper.spawn().unwrap(),
            log: log.to_owned(),
        }
    }

    /// Sends a signal by its name (`TERM`).
    pub(crate) fn signal(&mut self, name: &str) {
        let pipe = self.keeper.stdin.as_mut().unwrap();
        writeln!(pipe, "{name}").unwrap();
    }

    /// The exit code, once it has ended; 128 and the signal's number where a signal ended it.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.keeper
            .try_wait()
            .unwrap()
            .map(|status| status.code().unwrap_or(-1))
    }

    /// What it has printed so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The last lines of what it has printed.
    pub(crate) fn last_lines(&self, count: usize) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Closes the pipe before it waits.
        let _ = self.keeper.wait();
    }
}

/// A temporary folder that is removed when this is dropped, or when the test process ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    sweeper: Child,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let path = TempDir::with_prefix("portcullis-").unwrap().keep();
        let sweeper = shell(SWEEP).arg(&path).spawn().unwrap();
        Self { path, sweeper }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.sweeper.wait();
    }
}

/// A shell in a process group of its own (a Ctrl-C at the terminal isn't for it), with a pipe to its input.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .stdin(Stdio::piped())
        .process_group(0);
    command
}

#[test]
fn a_process_gets_signals_and_gives_its_exit_code() {
    let folder = Folder::new();
    let script = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done";
    let log = folder.path().join("log");
    let mut process = Process::start(Path::new("sh"), &["-c", script], &[], &log);
    apart(async || {
        let ready = async || (process.log() == "ready\n").then_some(());
        eventually("its first line", ready).await;
        assert_eq!(process.exit_code(), None);
        process.signal("TERM");
        let code = eventually("its end", async || process.exit_code()).await;
        assert_eq!(code, 7);
    });
}
