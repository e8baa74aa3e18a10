//! Whether this process is live, ready and draining, each with its reasons.
//!
//! Once ready, neither a bad policy nor a lost API server clears it: only a certificate that is missing or over, or draining.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::State;
use super::reload::Trouble;

/// What readiness is made of.
#[derive(Debug, Default)]
pub struct Health {
    draining: AtomicBool,
    /// Whether namespaces are known, or aren't needed.
    namespaces: AtomicBool,
    /// Whether a policy set is in force.
    policies: AtomicBool,
    /// Whether calls are accepted.
    listening: AtomicBool,
    /// When the certificate in force ends, in seconds since 1970; 0: there is none.
    certificate: AtomicI64,
}

impl Health {
    /// From now on no new work is wanted.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether answers should empty the caller's pool of connections.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Namespaces are known, or nobody asks for them.
    pub fn namespaces_are_known(&self) {
        self.namespaces.store(true, Ordering::Release);
    }

    /// A policy set is in force.
    pub fn policies_are_known(&self) {
        self.policies.store(true, Ordering::Release);
    }

    /// Calls are accepted.
    pub fn is_listening(&self) {
        self.listening.store(true, Ordering::Release);
    }

    /// The certificate in force ends then.
    pub fn certificate_until(&self, end: Timestamp) {
        self.certificate.store(end.as_second(), Ordering::Release);
    }

    /// Why this process isn't ready; empty: it is.
    pub fn reasons(&self, now: Timestamp) -> Vec<&'static str> {
        let end = self.certificate.load(Ordering::Acquire);
        let reasons = [
            (self.is_draining(), "it is draining"),
            (end == 0, "there is no certificate yet"),
            (
                end != 0 && end <= now.as_second(),
                "its certificate has expired",
            ),
            (
                !self.namespaces.load(Ordering::Acquire),
                "namespaces aren't known yet",
            ),
            (
                !self.policies.load(Ordering::Acquire),
                "no policy set is in force yet",
            ),
            (
                !self.listening.load(Ordering::Acquire),
                "no calls are accepted yet",
            ),
        ];
        let holding = reasons.into_iter().filter(|(holds, _)| *holds);
        holding.map(|(_, reason)| reason).collect()
    }
}

pub(super) async fn ready(Extract(state): Extract<Arc<State>>) -> Response {
    let reasons = state.health.reasons((state.now)());
    let troubles = told(&state.troubles.load());
    if reasons.is_empty() {
        let in_force = state.in_force();
        let text = format!(
            "ready: {} policies, policy set {}\n{troubles}",
            in_force.policies(),
            in_force.digest
        );
        return text.into_response();
    }
    let text = format!("not ready: {}\n{troubles}", reasons.join("; "));
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

/// What doesn't hold as it was written, one a line: it makes nothing unready.
fn told(troubles: &[Trouble]) -> String {
    let mut text = String::new();
    for trouble in troubles.iter().take(Trouble::SHOWN) {
        let policy = trouble.policy.as_ref().map(|policy| format!(" {policy}"));
        let (state, policy) = (trouble.state(), policy.unwrap_or_default());
        let (place, message) = (trouble.place(), &trouble.message);
        // Writing to a string can't fail.
        let _ = writeln!(text, "{state}:{policy} {place}: {message}");
    }
    let more = troubles.len().saturating_sub(Trouble::SHOWN);
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    text
}

pub(super) async fn live(Extract(state): Extract<Arc<State>>) -> Response {
    if state.pool.is_alive() {
        return "live\n".into_response();
    }
    let text = "not live: a worker has been silent for a minute\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}
