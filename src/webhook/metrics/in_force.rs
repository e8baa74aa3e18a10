//! What metrics say of policies and exemptions in force, and of what doesn't hold as it was written.
//!
//! Never keeps a series of what isn't in force any more.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::labels::{DigestLabel, ExemptionLabel, OneLabel, ResultLabel, TroubleLabels};
use super::{Metrics, seconds, set};
use crate::config;
use crate::webhook::policies::{Entry, InForce};
use crate::webhook::reload::Trouble;

impl Metrics {
    /// What is in force from now on.
    pub(in crate::webhook) fn loaded(&self, in_force: &InForce, troubles: &[Trouble]) {
        let degraded = troubles.iter().filter(|trouble| trouble.degraded).count();
        let failed = troubles.len() - degraded;
        let ready = in_force.policies().saturating_sub(degraded);
        for (state, count) in [("ready", ready), ("degraded", degraded), ("failed", failed)] {
            set(&self.policies.get_or_create(&OneLabel { state }), count);
        }
        self.policy_set.clear();
        let digest = in_force.digest.clone();
        set(&self.policy_set.get_or_create(&DigestLabel { digest }), 1);
        self.load(if troubles.is_empty() { "ok" } else { "partly" });
        self.troubled(troubles);
        self.exemption_expiries.clear();
        for exemption in in_force.bindings(Entry::Enforce).exemptions() {
            let Some(end) = end_of(exemption.expires) else {
                continue;
            };
            let exemption = format!("{}:{}", exemption.file, exemption.line);
            let labels = ExemptionLabel { exemption };
            let gauge = self.exemption_expiries.get_or_create(&labels);
            gauge.set(seconds(end));
        }
    }

    /// A change that couldn't be taken at all, for these reasons.
    pub(in crate::webhook) fn refused(&self, troubles: &[Trouble]) {
        self.load("refused");
        self.troubled(troubles);
    }

    fn load(&self, result: &'static str) {
        self.loads.get_or_create(&ResultLabel { result }).inc();
    }

    /// What doesn't hold as it was written, each by its place.
    fn troubled(&self, troubles: &[Trouble]) {
        self.troubles.clear();
        for trouble in troubles.iter().take(Trouble::SHOWN) {
            let policy = trouble.policy.as_ref().map(ToString::to_string);
            let labels = TroubleLabels {
                policy: policy.unwrap_or_default(),
                state: trouble.state(),
                file: trouble.file.clone(),
                line: trouble.line,
                column: trouble.column,
            };
            set(&self.troubles.get_or_create(&labels), 1);
        }
    }

    /// How many exemptions lift something today, how many of them end within two weeks, how many lift nothing any more.
    pub(in crate::webhook) fn exempt(&self, in_force: &InForce, now: Timestamp) {
        let exemptions = in_force.bindings(Entry::Enforce).exemptions();
        let today = now.to_zoned(TimeZone::UTC).date();
        let expired = config::expired(exemptions, today).len();
        let expiring = config::expiring(exemptions, today, config::EXPIRY_NOTICE_DAYS).len();
        let active = exemptions.len() - expired;
        for (state, count) in [
            ("active", active),
            ("expiring", expiring),
            ("expired", expired),
        ] {
            set(&self.exemptions.get_or_create(&OneLabel { state }), count);
        }
    }
}

/// The end of a day in UTC: the last one still counts. `None`: there is no later day.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(next.timestamp())
}
