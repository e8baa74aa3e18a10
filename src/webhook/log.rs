//! The decision log: one JSON line for each decision that somebody may ask about.
//!
//! Never holds an object or a found value, and never makes a call wait: a full queue drops lines and counts them.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::model::{Decision, Finding, Review, Status};

/// Lines that may wait.
const QUEUE: usize = 1024;

/// Where lines go, and which.
pub struct DecisionLog {
    lines: Option<SyncSender<String>>,
    /// Of so many clean decisions one is written; 0: none.
    every: u64,
    clean: AtomicU64,
}

/// What the log says of a call besides its decision.
pub(super) struct Call<'a> {
    pub(super) time: jiff::Timestamp,
    pub(super) entry: &'static str,
    /// `None`: it couldn't be read.
    pub(super) uid: Option<&'a str>,
    pub(super) policy_set: &'a str,
    /// `None`: there was no answer but HTTP's, so that the entry's failure policy decides.
    pub(super) allowed: Option<bool>,
    pub(super) took: Duration,
    pub(super) unchecked: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'a str>,
    policy_set: &'a str,
    entry: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<bool>,
    #[serde(flatten)]
    request: Option<LoggedRequest<'a>>,
    micros: u64,
    findings: Vec<LoggedFinding<'a>>,
    failures: Vec<LoggedFailure<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchecked: Option<&'static str>,
}

/// What was asked; nothing of a body that is no review.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedRequest<'a> {
    operation: &'static str,
    api_version: String,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_resource: Option<&'a str>,
    namespace: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedFinding<'a> {
    policy: &'a str,
    severity: &'static str,
    enforcement: &'static str,
    status: &'static str,
    path: String,
    message: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pre_existing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    exemption: Option<String>,
}

#[derive(Serialize)]
struct LoggedFailure<'a> {
    policy: &'a str,
    class: &'static str,
    message: &'a str,
}

impl DecisionLog {
    /// A log to `out`, with this share (0 to 1) of the decisions that have nothing to say.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>, sample: f64) -> Self {
        let (lines, waiting) = sync_channel(QUEUE);
        // Without a thread there is no log: lines are then dropped and counted.
        let _ = thread::Builder::new()
            .name("decision-log".to_owned())
            .spawn(move || drain(&waiting, out));
        Self {
            lines: Some(lines),
            every: every(sample),
            clean: AtomicU64::new(0),
        }
    }

    /// No log at all.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self {
            lines: None,
            every: 0,
            clean: AtomicU64::new(0),
        }
    }

    /// Writes a line if the decision has something to say; whether a line was lost.
    pub(super) fn record(&self, call: &Call<'_>, review: &Review, decision: &Decision) -> bool {
        let speaks = !decision.findings.is_empty()
            || !decision.failures.is_empty()
            || call.unchecked.is_some();
        if !speaks && !self.is_sampled() {
            return false;
        }
        self.write(|| line(call, Some(request(review)), decision))
    }

    /// Writes a line about a body that is no review, or wasn't read: nothing of it but a uid; whether the line was lost.
    pub(super) fn record_unread(&self, call: &Call<'_>) -> bool {
        self.write(|| line(call, None, &Decision::default()))
    }

    fn write(&self, line: impl FnOnce() -> String) -> bool {
        let Some(lines) = &self.lines else {
            return false;
        };
        let sent = lines.try_send(line());
        matches!(
            sent,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_))
        )
    }

    fn is_sampled(&self) -> bool {
        self.every > 0
            && self
                .clean
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(self.every)
    }
}

/// Of how many decisions one is written.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and what a float holds"
)]
fn every(sample: f64) -> u64 {
    if sample > 0.0 {
        (1.0 / sample.min(1.0)).round() as u64
    } else {
        0
    }
}

fn drain(lines: &Receiver<String>, mut out: Box<dyn Write + Send>) {
    while let Ok(line) = lines.recv() {
        // A reader that has gone ends the log, not the service.
        if out
            .write_all(line.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
    }
}

fn request(review: &Review) -> LoggedRequest<'_> {
    let user = review
        .user_info
        .as_ref()
        .and_then(|user| user.get("username"))
        .and_then(Value::as_str);
    LoggedRequest {
        operation: review.operation.as_str(),
        api_version: review.kind.api_version(),
        kind: &review.kind.kind,
        sub_resource: review.sub_resource.as_deref(),
        namespace: &review.namespace,
        name: &review.name,
        user,
        dry_run: review.dry_run,
    }
}

fn line(call: &Call<'_>, request: Option<LoggedRequest<'_>>, decision: &Decision) -> String {
    let line = Line {
        time: call.time.to_string(),
        decision: call.uid,
        policy_set: call.policy_set,
        entry: call.entry,
        allowed: call.allowed,
        request,
        micros: u64::try_from(call.took.as_micros()).unwrap_or(u64::MAX),
        findings: decision.findings.iter().map(finding).collect(),
        failures: decision
            .failures
            .iter()
            .map(|failure| LoggedFailure {
                policy: failure.policy.as_str(),
                class: failure.class.as_str(),
                message: &failure.message,
            })
            .collect(),
        unchecked: call.unchecked,
    };
    // Strings and numbers alone: nothing in it can fail to serialise.
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

fn finding(finding: &Finding) -> LoggedFinding<'_> {
    let by = finding
        .exemption
        .as_ref()
        .filter(|_| finding.status == Status::Exempt);
    LoggedFinding {
        policy: finding.policy.as_str(),
        severity: finding.severity.as_str(),
        enforcement: finding.enforcement.as_str(),
        status: finding.status.as_str(),
        path: finding.path.to_string(),
        message: &finding.message,
        pre_existing: finding.pre_existing,
        exemption: by.map(|by| format!("{}:{}", by.file, by.line)),
    }
}

#[cfg(test)]
mod tests;
