//! What every kind of serving starts with: runtime, log, signals.
//!
//! Never writes a review's content: the log's fields are names and words of ours.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::cli::args::webhook::LogFormat;
use crate::cli::problem::{Problem, Problems};
use crate::webhook::serve::ServeError;

/// Threads of the reactor: it only moves bytes.
const REACTORS: usize = 2;

/// The runtime that waits.
pub(super) fn runtime() -> Result<Runtime, Problems> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(REACTORS)
        .enable_all()
        .build();
    runtime.map_err(|error| super::cant_start(&error))
}

/// Writes the log to stderr, what failed in our own words: the client's hold answers of the API server; `RUST_LOG` chooses what.
pub(super) fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,kube_client=off,kube_runtime=off,tower=off"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false);
    // An `Err` only says that a log is there already.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// SIGTERM and SIGINT.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Signals from now on; to be called on the runtime.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// A server that can't serve.
pub(super) fn problem(error: &ServeError) -> Problems {
    Problem::new(error.to_string(), error.help()).into()
}
