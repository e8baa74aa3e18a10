//! What each metric is called, and what it means.

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Unit;

use super::Metrics;
use super::labels::VersionLabel;

impl Metrics {
    pub(super) fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Family::<VersionLabel, Gauge>::default();
        let own = VersionLabel {
            version: env!("CARGO_PKG_VERSION"),
        };
        version.get_or_create(&own).set(1);
        registry.register("build_info", "The version that runs", version);
        registry.register(
            "admission_requests",
            "Calls by entry, operation and verdict; a call is not a decision that was stored",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "admission_request_duration",
            "Time from the first byte of a body to its answer",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register_with_unit(
            "admission_queue",
            "Time that reviews waited for a worker",
            Unit::Seconds,
            self.queue.clone(),
        );
        registry.register(
            "admission_in_flight",
            "Calls that are being answered",
            self.in_flight.clone(),
        );
        registry.register_with_unit(
            "admission_body",
            "Size of bodies",
            Unit::Bytes,
            self.body_bytes.clone(),
        );
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register(
            "tls_handshakes",
            "TLS handshakes by result",
            self.handshakes.clone(),
        );
        registry.register(
            "policy_results",
            "Findings and passes by policy and enforcement",
            self.results.clone(),
        );
        registry.register_with_unit(
            "policy_evaluation_duration",
            "Time that a policy took for one review",
            Unit::Seconds,
            self.evaluation.clone(),
        );
        registry.register(
            "policy_failures",
            "Policies that could not be evaluated, by reason",
            self.failures.clone(),
        );
        registry.register(
            "policies",
            "Policies that are ready, degraded (the last good version is in force) or failed",
            self.policies.clone(),
        );
        registry.register(
            "policy_trouble_info",
            "What doesn't hold as it was written, by policy and place; absent once it is mended",
            self.troubles.clone(),
        );
        registry.register(
            "policy_set_info",
            "The policy set in force",
            self.policy_set.clone(),
        );
        registry.register(
            "policy_set_loads",
            "Changes of the policy set by result",
            self.loads.clone(),
        );
        registry.register_with_unit(
            "evidence_duration",
            "Time that gathering facts took",
            Unit::Seconds,
            self.evidence.clone(),
        );
        registry.register(
            "evidence_results",
            "Facts by what came of asking for them",
            self.evidence_results.clone(),
        );
        registry.register_with_unit(
            "certificate_expiry_timestamp",
            "When a certificate ends, seconds since 1970",
            Unit::Seconds,
            self.certificates.clone(),
        );
        registry.register(
            "webhook_configuration_in_sync",
            "Whether the registered entries are the wanted ones",
            self.in_sync.clone(),
        );
        registry.register(
            "webhook_configuration_drift",
            "How often someone else changed our entries",
            self.drift.clone(),
        );
        registry.register("leader", "Whether this replica leads", self.leader.clone());
        registry.register(
            "exemptions",
            "Exemptions in force, expiring within two weeks, or expired",
            self.exemptions.clone(),
        );
        registry.register(
            "exemption_uses",
            "Findings lifted, by the exemption's place",
            self.exemption_uses.clone(),
        );
        registry.register_with_unit(
            "exemption_expiry_timestamp",
            "When an exemption ends, seconds since 1970, by its place",
            Unit::Seconds,
            self.exemption_expiries.clone(),
        );
        registry.register(
            "decision_log_dropped",
            "Lines of the decision log that found its queue full",
            self.log_dropped.clone(),
        );
    }
}
