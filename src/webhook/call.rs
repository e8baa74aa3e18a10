//! One call, step by step: head, policies that may apply, objects, facts, judgement, answer.
//!
//! Never lets anything past it: whatever goes wrong, a call whose uid is known gets an answer with that uid.

mod worker;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;

use super::State;
use super::answer::{Reply, Unserved};
use super::log;
use super::metrics::Outcome;
use super::policies::{Entry, InForce};
use super::pool::{Cancel, CancelOnDrop};
use super::review::{self, Malformed, Request};
use super::traces::Span;
use crate::model::{Decision, Evidence, Needs, Operation, Policy, PolicyId, Review};
use crate::report::admission::{self, Context};

use worker::{Judged, Turn, Worker};

/// How long an answer may still take after its deadline: one rule of a policy ends within its own limit, a quarter of a second.
const GRACE: Duration = Duration::from_millis(350);
/// What is left for judging when facts are late; of a short call half of its time.
const RESERVE: Duration = Duration::from_secs(1);

/// What to send back.
pub(super) enum Sent {
    /// An `AdmissionReview`.
    Review(Answer),
    /// The body has no uid to answer: text, and HTTP's word for it.
    NoReview(String),
}

/// An answer and what it came to.
pub(super) struct Answer {
    pub(super) json: String,
    pub(super) allowed: bool,
    pub(super) outcome: Outcome,
}

impl Answer {
    fn sent(reply: &Reply<'_>, outcome: Outcome) -> Sent {
        Sent::Review(Self {
            json: reply.to_json(),
            allowed: reply.allows(),
            outcome,
        })
    }
}

/// One call on its way.
pub(super) struct Call<'a> {
    pub(super) state: &'a Arc<State>,
    pub(super) entry: Entry,
    /// When its first byte came.
    pub(super) start: Instant,
    /// When it must have been answered.
    pub(super) deadline: Instant,
    /// What is told of it to a collector of traces.
    pub(super) span: &'a Span,
}

impl Call<'_> {
    /// Answers `body`.
    pub(super) async fn answer(&self, body: &Bytes) -> Sent {
        self.state.metrics.received(body.len());
        let request = match review::read(body) {
            Ok(request) => request,
            Err(malformed) => return self.malformed(malformed),
        };
        let in_force = self.state.in_force.load_full();
        self.span
            .request(&request.review, &request.uid, &in_force.digest);
        let operation = request.review.operation;
        let dry_run = request.review.dry_run;
        let bindings = in_force.bindings(self.entry);
        if !in_force.set.may_apply(bindings, &request.review) {
            let reply = Reply::nothing_applies(&request.uid);
            self.done(Some(operation), dry_run, Outcome::Allowed);
            return Answer::sent(&reply, Outcome::Allowed);
        }
        let uid = request.uid.clone();
        let head = request.review.clone();
        match self.judge(&in_force, request).await {
            Ok(judged) => self.judged(&uid, &in_force, &judged),
            Err(why) => {
                let judged = Judged {
                    head,
                    decision: Decision::default(),
                };
                self.unserved(&uid, why, &in_force, &judged)
            }
        }
    }

    /// Parses, gathers facts, evaluates.
    async fn judge(&self, in_force: &Arc<InForce>, request: Request) -> Result<Judged, Unserved> {
        let cancel = Cancel::default();
        // A client that hangs up drops this future, and with it the guard.
        let _guard = CancelOnDrop(cancel.clone());
        let worker = Worker {
            state: Arc::clone(self.state),
            in_force: Arc::clone(in_force),
            entry: self.entry,
            cancel: cancel.clone(),
            queued: Instant::now(),
            under: self.span.under(),
        };
        let first = worker.clone();
        let turn = self.run(&cancel, move || first.first(request)).await?;
        match turn {
            Turn::Judged(judged) => Ok(judged),
            Turn::Asks(review, needs) => {
                let evidence = self.gather(&needs, &review).await;
                let queued = Instant::now();
                let second = Worker { queued, ..worker };
                self.run(&cancel, move || second.second(review, &evidence))
                    .await
            }
        }
    }

    /// Runs `work` on a worker; at the deadline the policies not run yet are called off, and shortly after nobody waits any more.
    async fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unserved> {
        let work = self.state.pool.run(self.deadline, work);
        tokio::pin!(work);
        let deadline = tokio::time::Instant::from_std(self.deadline);
        tokio::select! {
            biased;
            done = &mut work => done,
            () = tokio::time::sleep_until(deadline) => {
                cancel.cancel();
                let late = tokio::time::timeout(GRACE, work).await;
                late.unwrap_or(Err(Unserved::Late))
            }
        }
    }

    async fn gather(&self, needs: &Needs, review: &Review) -> Evidence {
        let _span = self.span.under().begin("evidence");
        let start = Instant::now();
        let left = self.deadline.saturating_duration_since(start);
        let until = start + left.saturating_sub(RESERVE).max(left / 2);
        let until = tokio::time::Instant::from_std(until);
        let evidence = self.state.facts.gather(needs, review, until).await;
        self.state.metrics.gathered(start.elapsed(), &evidence);
        evidence
    }

    fn judged(&self, uid: &str, in_force: &InForce, judged: &Judged) -> Sent {
        let policies = |id: &PolicyId| in_force.set.policy(id).map(AsRef::<Policy>::as_ref);
        let context = Context {
            policies: &policies,
            policy_set: &in_force.digest,
            decision: uid,
            denies: self.entry == Entry::Enforce,
        };
        let answer = admission::answer(&judged.decision, &context);
        let failed = answer.denial.is_some()
            && !judged
                .decision
                .findings
                .iter()
                .any(crate::model::Finding::denies);
        let reply = Reply::judged(uid, answer);
        self.state.metrics.decided(&judged.decision);
        let outcome = match (reply.allows(), failed) {
            (true, _) => Outcome::Allowed,
            (false, true) => Outcome::Failed,
            (false, false) => Outcome::Denied,
        };
        let review = &judged.head;
        self.done(Some(review.operation), review.dry_run, outcome);
        self.log(uid, &in_force.digest, reply.allows(), None, judged);
        Answer::sent(&reply, outcome)
    }

    fn log(
        &self,
        uid: &str,
        policy_set: &str,
        allowed: bool,
        unchecked: Option<Unserved>,
        judged: &Judged,
    ) {
        let call = log::Call {
            uid: Some(uid),
            allowed: Some(allowed),
            unchecked: unchecked.map(Unserved::as_str),
            ..self.logged(policy_set)
        };
        let log = &self.state.log;
        self.lost(log.record(&call, &judged.head, &judged.decision));
    }

    /// A call of which nothing is known yet.
    fn logged<'c>(&self, policy_set: &'c str) -> log::Call<'c> {
        log::Call {
            time: (self.state.now)(),
            entry: self.entry.as_str(),
            uid: None,
            policy_set,
            allowed: None,
            took: self.start.elapsed(),
            unchecked: None,
        }
    }

    fn lost(&self, line: bool) {
        if line {
            self.state.metrics.log_dropped.inc();
        }
    }

    fn malformed(&self, malformed: Malformed) -> Sent {
        tracing::warn!(entry = self.entry.as_str(), why = %malformed.why, "a body that is no review");
        let why = Unserved::Malformed;
        let Some(uid) = malformed.uid else {
            self.unread(why.as_str(), None, None);
            return Sent::NoReview(malformed.why);
        };
        let denies = self.state.denies_failures(self.entry);
        let reply = Reply::unserved(&uid, why, &malformed.why, denies);
        self.unread(why.as_str(), Some(&uid), Some(reply.allows()));
        Answer::sent(&reply, Outcome::Malformed)
    }

    /// Counts and logs a call whose body isn't read, or is no review.
    pub(super) fn unread(&self, why: &'static str, uid: Option<&str>, allowed: Option<bool>) {
        self.done(None, false, Outcome::Malformed);
        let in_force = self.state.in_force.load();
        let call = log::Call {
            uid,
            allowed,
            unchecked: Some(why),
            ..self.logged(&in_force.digest)
        };
        self.lost(self.state.log.record_unread(&call));
    }

    /// The answer to a request of which only the head is known.
    fn unserved(&self, uid: &str, why: Unserved, in_force: &InForce, judged: &Judged) -> Sent {
        let (outcome, message) = match why {
            Unserved::Overload => (
                Outcome::Overloaded,
                "there is more to judge than the time allows; try again",
            ),
            Unserved::Late => (Outcome::Failed, "its time was over before it was judged"),
            Unserved::Panic => (Outcome::Failed, "internal error, see the log"),
            Unserved::Malformed => (Outcome::Malformed, "it isn't a review"),
        };
        self.done(Some(judged.head.operation), judged.head.dry_run, outcome);
        let denies = self.state.denies_failures(self.entry);
        let reply = Reply::unserved(uid, why, message, denies);
        self.log(uid, &in_force.digest, reply.allows(), Some(why), judged);
        Answer::sent(&reply, outcome)
    }

    fn done(&self, operation: Option<Operation>, dry_run: bool, outcome: Outcome) {
        let took = self.start.elapsed();
        let metrics = &self.state.metrics;
        metrics.called(self.entry, operation, dry_run, outcome, took);
        self.span.ended(outcome);
    }
}
