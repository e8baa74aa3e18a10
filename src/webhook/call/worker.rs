//! What a worker does of a call: it parses, and judges.
//!
//! Never waits for anything: facts that it asks for are gathered between its turns.

use std::sync::Arc;
use std::time::Instant;

use crate::engine;
use crate::model::{Decision, Evidence, FailureClass, Needs, Review};
use crate::webhook::State;
use crate::webhook::policies::{Entry, InForce};
use crate::webhook::pool::Cancel;
use crate::webhook::review::{Complete, Request};
use crate::webhook::traces::Under;

/// What a worker has made of a request.
pub(super) struct Judged {
    /// The review without its objects: they are freed where they were made, which is cheaper than on another thread.
    pub(super) head: Review,
    pub(super) decision: Decision,
}

/// A request after its first turn on a worker.
pub(super) enum Turn {
    /// It is judged: nothing asked for facts.
    Judged(Judged),
    /// It waits for facts.
    Asks(Review, Needs),
}

/// What a worker needs of a call.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) state: Arc<State>,
    pub(super) in_force: Arc<InForce>,
    pub(super) entry: Entry,
    pub(super) cancel: Cancel,
    /// Since when it waits for its turn.
    pub(super) queued: Instant,
    /// Where the spans of its stages belong.
    pub(super) under: Under,
}

impl Worker {
    /// Parses the objects, and judges at once if nothing asks for facts.
    pub(super) fn first(self, request: Request) -> Turn {
        self.state.metrics.waited(self.queued.elapsed());
        self.under.did("queue", self.queued);
        let span = self.under.begin("parse");
        let Complete {
            review,
            unreadable,
            finishes_deletion,
        } = request.complete();
        let bindings = self.in_force.bindings(self.entry);
        if let Some(why) = unreadable {
            let class = FailureClass::Error;
            span.failed(class);
            let decision = if finishes_deletion {
                Decision::default()
            } else {
                engine::unjudged(&self.in_force.set, bindings, &review, class, why)
            };
            return Turn::Judged(Judged {
                head: review.without_objects(),
                decision,
            });
        }
        span.end();
        let needs = self.in_force.set.needs(bindings, &review);
        if needs.facts.is_empty() {
            Turn::Judged(self.evaluate(review, &Evidence::default()))
        } else {
            Turn::Asks(review, needs)
        }
    }

    /// Judges with the facts that were asked for.
    pub(super) fn second(self, review: Review, evidence: &Evidence) -> Judged {
        self.under.did("queue", self.queued);
        self.evaluate(review, evidence)
    }

    fn evaluate(self, review: Review, evidence: &Evidence) -> Judged {
        let span = self.under.begin("evaluate");
        let metrics = &self.state.metrics;
        let mut last = Instant::now();
        let mut observe = |ran: engine::Ran<'_>| {
            let now = Instant::now();
            metrics.ran(&ran, now.duration_since(last));
            span.ran(&ran, last, now);
            last = now;
        };
        let decision = engine::evaluate_observed(
            &self.in_force.set,
            self.in_force.bindings(self.entry),
            &review,
            evidence,
            (self.state.now)(),
            self.cancel.flag(),
            &mut observe,
        );
        if let Some(failure) = decision.failures.first() {
            span.failed(failure.class);
        }
        Judged {
            head: review.without_objects(),
            decision,
        }
    }
}
