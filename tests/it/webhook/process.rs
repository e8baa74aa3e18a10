//! The real binary as a server: started with its files, spoken to over TLS, ended by a signal, and everything that it wrote.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use super::client::Target;
use super::server::Keys;
use crate::project::{Project, binary};

/// A running server; killed on drop.
pub(crate) struct Process {
    pub(crate) target: Target,
    child: Child,
    stderr: Option<JoinHandle<String>>,
    _project: Project,
}

/// What a server wrote until its end.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    /// Starts `portcullis webhook` in `project`, with a certificate and these further words, logging everything.
    pub(crate) fn start(project: Project, words: &str) -> Self {
        Self::start_with(project, words, &[])
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_with(project: Project, words: &str, variables: &[(&str, &str)]) -> Self {
        let keys = Keys::new(jiff::Timestamp::now());
        project.write("tls.crt", &keys.chain);
        project.write("tls.key", &keys.key);
        let mut child = binary()
            .args("webhook --listen 127.0.0.1:0 --tls-cert tls.crt --tls-key tls.key".split(' '))
            .args(words.split_whitespace())
            .env("RUST_LOG", "trace")
            .envs(variables.iter().copied())
            .current_dir(project.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (mut text, mut address) = (String::new(), None);
        while address.is_none() {
            let mut line = String::new();
            assert!(
                lines.read_line(&mut line).unwrap() > 0,
                "it has ended:\n{text}"
            );
            address = address_of(&line);
            text.push_str(&line);
        }
        // Read on, so that it never waits for a reader.
        let stderr = std::thread::spawn(move || {
            lines.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            target: Target::new(address.unwrap(), &keys.authority),
            child,
            stderr: Some(stderr),
            _project: project,
        }
    }

    /// Ends it by SIGTERM.
    pub(crate) fn end(mut self) -> Ended {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let code = self.child.wait().unwrap().code();
        let mut stdout = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ended {
            code,
            stdout,
            stderr,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of the line that says that it listens.
fn address_of(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("address=")?;
    rest.split_whitespace().next()?.parse().ok()
}
