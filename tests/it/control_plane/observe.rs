//! What the API server says of itself: its audit log and its metrics.
//!
//! Never changes anything.

use std::fs;

use serde_json::{Map, Value};

use crate::control_plane::ControlPlane;
use crate::control_plane::access;
use crate::control_plane::wait::{apart, eventually};

impl ControlPlane {
    /// The finished audit events (`audit.k8s.io/v1`, level `Metadata`) that `wanted` picks, oldest first; waits for the first.
    pub(crate) fn audit_events(&self, wanted: impl Fn(&Value) -> bool + Sync) -> Vec<Value> {
        let log = self.folder.path().join("audit.log");
        apart(async || {
            eventually("an audit event", async || {
                let text = fs::read_to_string(&log).unwrap_or_default();
                // The last line may not be whole yet.
                let events = text
                    .lines()
                    .filter_map(|line| serde_json::from_str(line).ok());
                let events: Vec<Value> = events.filter(&wanted).collect();
                (!events.is_empty()).then_some(events)
            })
            .await
        })
    }

    /// The annotations of the newest event of this verb (`create`) on the object, as an API user names it; waits for it.
    pub(crate) fn audit_annotations(
        &self,
        verb: &str,
        namespace: &str,
        name: &str,
    ) -> Map<String, Value> {
        let events = self.audit_events(|event| {
            let object = &event["objectRef"];
            event["verb"] == verb && object["namespace"] == namespace && object["name"] == name
        });
        let annotations = events
            .last()
            .and_then(|event| event["annotations"].as_object());
        annotations.cloned().unwrap_or_default()
    }

    /// The API server's `/metrics`.
    pub(crate) fn fetch_metrics(&self) -> String {
        apart(async || {
            access::text(&self.admin.client(), "/metrics")
                .await
                .unwrap()
        })
    }
}

/// The sum of a metric's samples that have all these labels, in Prometheus' text format; 0 where there is none, as of a counter that
/// never counted.
pub(crate) fn metric(text: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    text.lines()
        .filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let rest = series.strip_prefix(name)?;
            let inner = match rest {
                "" => "",
                rest => rest.strip_prefix('{')?.strip_suffix('}')?,
            };
            let listed = format!(",{inner}");
            labels
                .iter()
                .all(|(label, value)| listed.contains(&format!(",{label}=\"{value}\"")))
                .then(|| value.parse::<f64>().ok())?
        })
        .sum()
}

#[test]
fn a_metric_is_the_sum_of_the_samples_that_have_the_labels() {
    let text = "# TYPE a counter\na{x=\"1\",y=\"2\"} 3\na{x=\"1\",y=\"3\"} 4\nab{x=\"1\"} 5\nc 6\na{ax=\"1\"} 7\n";
    let check = |name, labels: &[(&str, &str)], expected: f64| {
        let difference = metric(text, name, labels) - expected;
        assert!(difference.abs() < f64::EPSILON, "{name} {labels:?}");
    };
    check("a", &[("x", "1")], 7.0);
    check("a", &[("x", "1"), ("y", "3")], 4.0);
    check("a", &[], 14.0);
    check("c", &[], 6.0);
    check("b", &[], 0.0);
}
