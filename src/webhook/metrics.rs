//! What operators measure, as `/metrics` says it (`OpenMetrics` text, prefix `portcullis_`).
//!
//! Never has a label with an object's name, a namespace or a message: their number is bounded by policies and constants.

mod in_force;
mod labels;
mod register;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use labels::{
    CallLabels, CertificateLabel, DigestLabel, EvidenceLabels, ExemptionLabel, FailureLabels,
    LeaseLabel, OneLabel, PolicyLabels, ResultLabel, ResultLabels, TroubleLabels,
};

use super::policies::Entry;
use crate::engine::Ran;
use crate::model::{Decision, Enforcement, Evidence, Fact, Operation, PolicyId, Status};

/// Seconds from half a millisecond to ten seconds.
const LATENCY: [f64; 14] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Seconds that one policy takes, from ten microseconds to its limit.
const EVALUATION: [f64; 8] = [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.01, 0.1, 0.25];
/// Bytes of a body.
const BYTES: [f64; 7] = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6];

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Allowed,
    Denied,
    Failed,
    Overloaded,
    Malformed,
}

impl Outcome {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Overloaded => "overloaded",
            Self::Malformed => "malformed",
        }
    }
}

/// Seconds since 1970.
type Time = Gauge<f64, AtomicU64>;
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All metrics of a webhook process.
pub struct Metrics {
    registry: Registry,
    requests: Family<CallLabels, Counter>,
    request_duration: Histograms<CallLabels>,
    queue: Histogram,
    pub(super) in_flight: Gauge,
    body_bytes: Histogram,
    pub(super) connections: Gauge,
    handshakes: Family<ResultLabel, Counter>,
    results: Family<ResultLabels, Counter>,
    evaluation: Histograms<PolicyLabels>,
    failures: Family<FailureLabels, Counter>,
    policies: Family<OneLabel, Gauge>,
    policy_set: Family<DigestLabel, Gauge>,
    loads: Family<ResultLabel, Counter>,
    troubles: Family<TroubleLabels, Gauge>,
    evidence: Histogram,
    evidence_results: Family<EvidenceLabels, Counter>,
    certificates: Family<CertificateLabel, Time>,
    in_sync: Gauge,
    drift: Counter,
    leader: Family<LeaseLabel, Gauge>,
    exemptions: Family<OneLabel, Gauge>,
    exemption_uses: Family<ExemptionLabel, Counter>,
    exemption_expiries: Family<ExemptionLabel, Time>,
    pub(super) log_dropped: Counter,
}

fn latency() -> Histogram {
    Histogram::new(LATENCY)
}

fn evaluation() -> Histogram {
    Histogram::new(EVALUATION)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("portcullis"),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(latency),
            queue: latency(),
            in_flight: Gauge::default(),
            body_bytes: Histogram::new(BYTES),
            connections: Gauge::default(),
            handshakes: Family::default(),
            results: Family::default(),
            evaluation: Family::new_with_constructor(evaluation),
            failures: Family::default(),
            policies: Family::default(),
            policy_set: Family::default(),
            loads: Family::default(),
            troubles: Family::default(),
            evidence: latency(),
            evidence_results: Family::default(),
            certificates: Family::default(),
            in_sync: Gauge::default(),
            drift: Counter::default(),
            leader: Family::default(),
            exemptions: Family::default(),
            exemption_uses: Family::default(),
            exemption_expiries: Family::default(),
            log_dropped: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// The whole exposition.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(super) fn called(
        &self,
        entry: Entry,
        operation: Option<Operation>,
        dry_run: bool,
        outcome: Outcome,
        took: Duration,
    ) {
        let labels = CallLabels {
            entry: entry.as_str(),
            operation: operation.map_or("unknown", Operation::as_str),
            dry_run: if dry_run { "true" } else { "false" },
            verdict: outcome.as_str(),
        };
        self.requests.get_or_create(&labels).inc();
        self.request_duration
            .get_or_create(&labels)
            .observe(took.as_secs_f64());
    }

    #[expect(clippy::cast_precision_loss, reason = "a size in a histogram")]
    pub(super) fn received(&self, bytes: usize) {
        self.body_bytes.observe(bytes as f64);
    }

    pub(super) fn waited(&self, time: Duration) {
        self.queue.observe(time.as_secs_f64());
    }

    /// Facts were gathered in that time.
    pub(super) fn gathered(&self, time: Duration, evidence: &Evidence) {
        self.evidence.observe(time.as_secs_f64());
        let of_templates = evidence.of_templates.values().flatten();
        for (kind, fact) in evidence.facts.iter().chain(of_templates) {
            let result = match fact {
                Fact::Known(known) if known.value.is_null() => "absent",
                Fact::Known(_) => "known",
                Fact::Unavailable(why) if why.is_of_a_scan() => "not_asked",
                Fact::Unavailable(_) => "unavailable",
            };
            let kind = kind.as_str();
            let labels = EvidenceLabels { kind, result };
            self.evidence_results.get_or_create(&labels).inc();
        }
    }

    pub(super) fn handshake(&self, ended_well: bool) {
        let result = if ended_well { "ok" } else { "error" };
        self.handshakes.get_or_create(&ResultLabel { result }).inc();
    }

    /// Counts what a decision came to, by policy.
    pub(super) fn decided(&self, decision: &Decision) {
        for finding in &decision.findings {
            let result = match finding.status {
                Status::Exempt => "exempted",
                _ if finding.pre_existing => "pre_existing",
                _ => "violation",
            };
            self.result(&finding.policy, finding.enforcement, result);
            if let (Status::Exempt, Some(by)) = (finding.status, &finding.exemption) {
                let exemption = format!("{}:{}", by.file, by.line);
                let labels = ExemptionLabel { exemption };
                self.exemption_uses.get_or_create(&labels).inc();
            }
        }
        for failure in &decision.failures {
            self.result(&failure.policy, failure.enforcement, "failure");
            let labels = FailureLabels {
                policy: failure.policy.to_string(),
                reason: failure.class.as_str(),
            };
            self.failures.get_or_create(&labels).inc();
        }
    }

    fn result(&self, policy: &PolicyId, enforcement: Enforcement, result: &'static str) {
        let labels = ResultLabels {
            policy: policy.to_string(),
            enforcement: enforcement.as_str(),
            result,
            source: "admission",
        };
        self.results.get_or_create(&labels).inc();
    }

    /// One policy has run; what it found is counted with the decision.
    pub(super) fn ran(&self, ran: &Ran<'_>, time: Duration) {
        let labels = PolicyLabels {
            policy: ran.policy.to_string(),
        };
        self.evaluation
            .get_or_create(&labels)
            .observe(time.as_secs_f64());
        if ran.passed {
            self.result(ran.policy, ran.enforcement, "pass");
        }
    }

    /// When a certificate ends.
    pub(super) fn certificate(&self, certificate: &'static str, end: Timestamp) {
        let gauge = self
            .certificates
            .get_or_create(&CertificateLabel { certificate });
        gauge.set(seconds(end));
    }

    /// Whether the registered entries are the wanted ones, and how often others have changed them since.
    pub(super) fn registered(&self, in_sync: bool, drifts: u64) {
        set(&self.in_sync, usize::from(in_sync));
        self.drift.inc_by(drifts);
    }

    /// Whether this replica leads.
    pub(super) fn leads(&self, lease: &'static str, leads: bool) {
        set(
            &self.leader.get_or_create(&LeaseLabel { lease }),
            usize::from(leads),
        );
    }
}

fn set(gauge: &Gauge, count: usize) {
    gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a float")]
fn seconds(time: Timestamp) -> f64 {
    time.as_second() as f64
}
