//! What a candidate does with a record that it saw: the rules of the election.
//!
//! Never asks a clock or the network: the record and both times are handed in.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use tokio::time::Instant;

use super::LeaseTimings;

/// What to do next with the Lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Write our name into it: there is none, or it is given back, or its holder is gone.
    Take,
    /// Write that we are still there.
    Renew,
    /// Leave it: another one holds it.
    Wait,
}

/// One candidate: what it saw, and how long it leads.
#[derive(Debug)]
pub(super) struct Candidate {
    identity: String,
    timings: LeaseTimings,
    seen: Option<(LeaseSpec, Instant)>,
    leads_until: Option<Instant>,
}

impl Candidate {
    pub(super) fn new(identity: &str, timings: LeaseTimings) -> Self {
        Self {
            identity: identity.to_owned(),
            timings,
            seen: None,
            leads_until: None,
        }
    }

    pub(super) fn timings(&self) -> LeaseTimings {
        self.timings
    }

    /// Looks at the record as it stands now.
    pub(super) fn observe(&mut self, record: Option<&LeaseSpec>, now: Instant) -> Step {
        let Some(record) = record else {
            return Step::Take;
        };
        let since = self.unchanged_since(record, now);
        match record.holder_identity.as_deref() {
            None | Some("") => Step::Take,
            Some(holder) if holder == self.identity => Step::Renew,
            Some(_) => {
                self.leads_until = None;
                let gone = now.saturating_duration_since(since) >= self.timings.duration;
                if gone { Step::Take } else { Step::Wait }
            }
        }
    }

    fn unchanged_since(&mut self, record: &LeaseSpec, now: Instant) -> Instant {
        match &self.seen {
            Some((seen, since)) if seen == record => *since,
            _ => {
                self.seen = Some((record.clone(), now));
                now
            }
        }
    }

    /// A write that was asked for at `asked` has succeeded: others wait at least from then on.
    pub(super) fn won(&mut self, asked: Instant) {
        self.leads_until = asked.checked_add(self.timings.renew_deadline);
    }

    pub(super) fn resign(&mut self) {
        self.leads_until = None;
    }

    pub(super) fn leads(&self, now: Instant) -> bool {
        self.leads_until.is_some_and(|until| now < until)
    }

    /// When an attempt that begins `now` must be over: a leader's at its deadline.
    pub(super) fn attempt_ends(&self, now: Instant) -> Instant {
        let deadline = self.leads_until.filter(|until| now < *until);
        let own = now.checked_add(self.timings.renew_deadline);
        deadline.or(own).unwrap_or(now)
    }

    /// When a pause that begins `now` is over: a leader's at its deadline at the latest.
    pub(super) fn pause_ends(&self, now: Instant, pause: Duration) -> Instant {
        let next = now.checked_add(pause).unwrap_or(now);
        let deadline = self.leads_until.filter(|until| now < *until);
        deadline.map_or(next, |until| next.min(until))
    }

    /// The record to write for `step`.
    pub(super) fn record(
        &self,
        step: Step,
        record: Option<&LeaseSpec>,
        now: Timestamp,
    ) -> LeaseSpec {
        let mut next = record.cloned().unwrap_or_default();
        if step == Step::Take {
            let before = next.lease_transitions.map(|count| count.max(0));
            next.lease_transitions = Some(before.map_or(0, |count| count.saturating_add(1)));
            next.acquire_time = Some(MicroTime(now));
        }
        let seconds = i32::try_from(self.timings.duration.as_secs()).unwrap_or(i32::MAX);
        next.lease_duration_seconds = Some(seconds.max(1));
        next.holder_identity = Some(self.identity.clone());
        next.renew_time = Some(MicroTime(now));
        next
    }

    /// The record that gives the lease back, if it is ours.
    pub(super) fn released(&self, record: &LeaseSpec) -> Option<LeaseSpec> {
        (record.holder_identity.as_deref() == Some(&self.identity)).then(|| LeaseSpec {
            holder_identity: Some(String::new()),
            ..record.clone()
        })
    }
}

#[cfg(test)]
mod tests;
