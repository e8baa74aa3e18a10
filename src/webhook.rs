//! The webhook face: the validating admission contract over HTTP.
//!
//! Never decides anything itself: a request becomes a `Review`, the engine judges it, and the decision becomes the answer.
#![expect(
    clippy::disallowed_methods,
    reason = "watches the clock: deadlines and latencies are the face's own business"
)]

mod answer;
mod call;
mod facts;
mod health;
mod http;
mod log;
mod metrics;
pub mod operate;
mod policies;
mod pool;
pub mod reload;
mod review;
pub mod serve;
mod traces;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use jiff::Timestamp;

pub use facts::Facts;
pub use health::Health;
pub use log::DecisionLog;
pub use metrics::Metrics;
pub use policies::{Cap, Entry, InForce};
pub use traces::Traces;

use metrics::Outcome;
use pool::Pool;
use reload::Trouble;

/// What the face is told at its start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Worker threads; `None`: one for each core that the process may use, at most eight.
    pub workers: Option<usize>,
    /// Largest body, in bytes.
    pub max_body: usize,
    /// The registered timeout of a call to `enforce`, where the call doesn't say it.
    pub timeout: Duration,
    /// Whether what can't be judged at all is denied by `enforce`, as its registered failure policy says.
    pub fail_closed: bool,
    /// The clock that exemptions and policies see.
    pub now: fn() -> Timestamp,
    /// Who is told how long each step of a call takes.
    pub traces: Traces,
}

/// Everything that answering needs; shared by all connections.
pub struct State {
    in_force: ArcSwap<InForce>,
    /// What doesn't hold as it was written.
    troubles: ArcSwap<Vec<Trouble>>,
    facts: Facts,
    pool: Pool,
    metrics: Metrics,
    log: DecisionLog,
    health: Health,
    bodies: http::Bodies,
    settings: Settings,
    now: fn() -> Timestamp,
}

impl State {
    /// A state that judges by `in_force`.
    ///
    /// An error if no worker thread can be started.
    pub fn new(
        in_force: InForce,
        facts: Facts,
        log: DecisionLog,
        settings: Settings,
    ) -> std::io::Result<Self> {
        let metrics = Metrics::default();
        metrics.loaded(&in_force, &[]);
        Ok(Self {
            in_force: ArcSwap::from_pointee(in_force),
            troubles: ArcSwap::default(),
            facts,
            pool: Pool::new(settings.workers)?,
            metrics,
            log,
            health: Health::default(),
            bodies: http::Bodies::default(),
            now: settings.now,
            settings,
        })
    }

    /// Puts other policies in force; calls on their way end under the old ones.
    pub fn put_in_force(&self, in_force: InForce, troubles: Vec<Trouble>) {
        self.metrics.loaded(&in_force, &troubles);
        self.in_force.store(Arc::new(in_force));
        self.troubles.store(Arc::new(troubles));
    }

    /// Keeps in force what is, since a change can't be taken at all.
    pub fn refuse(&self, troubles: Vec<Trouble>) {
        self.metrics.refused(&troubles);
        self.troubles.store(Arc::new(troubles));
    }

    /// What is in force.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.load_full()
    }

    /// Whether this process is ready, live, draining.
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// What operators measure.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Whether what couldn't be judged is denied by `entry`.
    fn denies_failures(&self, entry: Entry) -> bool {
        entry == Entry::Enforce && self.settings.fail_closed
    }
}

/// The contract: `POST /validate/enforce` and `POST /validate/observe`.
pub fn app(state: Arc<State>) -> Router {
    Router::new()
        .route("/validate/enforce", post(http::enforce))
        .route("/validate/observe", post(http::observe))
        .route("/noop", post(http::noop))
        .with_state(state)
}

/// What operators ask: `/livez`, `/readyz`, `/healthz`, `/metrics`.
pub fn admin(state: Arc<State>) -> Router {
    Router::new()
        .route("/livez", get(health::live))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(http::metrics))
        .with_state(state)
}

/// The answer to one review, without a socket.
#[derive(Debug)]
pub struct Answered {
    /// The answer's `AdmissionReview`.
    pub json: String,
    /// Whether the request is allowed.
    pub allowed: bool,
    /// Whether it is denied because it couldn't be judged.
    pub failed: bool,
}

impl Answered {
    /// The exit code of a command that shows it: 0 allowed, 1 denied, 4 not judged.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match (self.allowed, self.failed) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 4,
        }
    }
}

/// Judges one body as the server would; an error says why it is no review.
pub async fn answer(state: &Arc<State>, entry: Entry, body: Vec<u8>) -> Result<Answered, String> {
    let start = Instant::now();
    let call = call::Call {
        state,
        entry,
        start,
        deadline: start + state.settings.timeout,
        span: &traces::Span::default(),
    };
    match call.answer(&Bytes::from(body)).await {
        call::Sent::Review(reply) => Ok(Answered {
            json: reply.json,
            allowed: reply.allowed,
            failed: matches!(
                reply.outcome,
                Outcome::Failed | Outcome::Overloaded | Outcome::Malformed
            ),
        }),
        call::Sent::NoReview(why) => Err(why),
    }
}
