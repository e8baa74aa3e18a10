//! SARIF 2.1.0, as GitHub code scanning reads it.
//!
//! Never writes a column or line below 1, and never leaves `results` out: an empty list is what closes old alerts.

mod notify;
mod rules;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{self, ExemptionUse, PolicyId, Related, Report, Status};
use crate::report::escape::visible;
use crate::report::json::write;
use crate::report::place::{self, address, widened};
use crate::report::shown::{self, Shown};

use shape::{
    ArtifactLocation, AutomationDetails, Driver, Location, Log, Message, PhysicalLocation, Region,
    RunResult, Suppression, Tool,
};

/// What the report itself can't know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SarifOptions {
    /// The working directory's path in its repository, with `/`; empty at its root.
    pub uri_prefix: String,
}

/// Most results that GitHub takes; more are cut, the worst ones kept.
const RESULT_LIMIT: usize = 25_000;

/// The report as one run, indented.
#[must_use]
pub fn render(report: &Report, options: &SarifOptions) -> String {
    render_limited(report, options, RESULT_LIMIT)
}

fn render_limited(report: &Report, options: &SarifOptions, limit: usize) -> String {
    let mut shown = shown::shown(report);
    shown.retain(|shown| shown.finding.status != Status::Baseline);
    let left_out = shown.len().saturating_sub(limit);
    if left_out > 0 {
        shown::worst_first(&mut shown);
        shown.truncate(limit);
    }
    let named: BTreeSet<&PolicyId> = report
        .policies
        .keys()
        .chain(shown.iter().map(|shown| &shown.finding.policy))
        .collect();
    let index: BTreeMap<&PolicyId, usize> = named
        .iter()
        .enumerate()
        .map(|(index, id)| (*id, index))
        .collect();
    let prefix = &options.uri_prefix;
    let run = shape::Run {
        tool: Tool {
            driver: Driver {
                name: "portcullis",
                semantic_version: &report.version,
                rules: named.iter().map(|id| rules::rule(report, id)).collect(),
            },
        },
        automation_details: AutomationDetails { id: "portcullis/" },
        column_kind: "unicodeCodePoints",
        invocations: vec![notify::invocation(report, prefix, left_out)],
        results: shown
            .iter()
            .map(|shown| result(shown, &index, prefix))
            .collect(),
        properties: shape::RunProperties {
            policy_set_digest: report.policy_set_digest.to_string(),
            bindings_digest: report.bindings_digest.to_string(),
            kubernetes_version: &report.kubernetes_version,
            verdict: report.verdict.as_str(),
        },
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: vec![run],
    };
    let mut text = write(&log, true);
    text.push('\n');
    text
}

fn result<'a>(
    shown: &Shown<'a>,
    index: &BTreeMap<&PolicyId, usize>,
    prefix: &str,
) -> RunResult<'a> {
    let finding = shown.finding;
    let place = place::of_finding(prefix, shown.judged, finding);
    let object = shown::object_name(shown.judged);
    let text = format!("{}. In {object}.", place::message(&finding.message, &place));
    let mut fingerprints = BTreeMap::new();
    // GitHub reads the first one alone.
    fingerprints.insert("primaryLocationLineHash", finding.fingerprint.as_str());
    fingerprints.insert("portcullis/v1", finding.fingerprint.as_str());
    RunResult {
        rule_id: finding.policy.as_str(),
        rule_index: index.get(&finding.policy).copied().unwrap_or_default(),
        level: rules::level(finding.severity),
        message: message(&text),
        locations: vec![Location {
            message: None,
            physical_location: physical(&place.path, Some(place.place)),
        }],
        related_locations: finding
            .related
            .iter()
            .filter_map(|r| related(r, prefix))
            .collect(),
        partial_fingerprints: fingerprints,
        suppressions: finding
            .exemption
            .as_ref()
            .map(|exemption| vec![suppression(exemption)]),
    }
}

fn related(related: &Related, prefix: &str) -> Option<Location> {
    let location = related.location.as_ref()?;
    let path = place::repository_path(prefix, location.source.name());
    Some(Location {
        message: related.message.as_deref().map(message),
        physical_location: physical(&path, Some(widened(location.place))),
    })
}

fn suppression(exemption: &ExemptionUse) -> Suppression {
    let owner = exemption
        .owner
        .as_ref()
        .map_or(String::new(), |owner| format!(", {owner}"));
    let until = exemption
        .expires
        .map_or(String::new(), |date| format!(", until {date}"));
    Suppression {
        kind: if exemption.inline {
            "inSource"
        } else {
            "external"
        },
        justification: format!("{}{owner}{until}", exemption.reason),
    }
}

fn physical(path: &str, place: Option<model::Place>) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: address(path) },
        region: place.map(|place| Region {
            start_line: place.line,
            start_column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        }),
    }
}

/// A message of plain text: brackets would begin a link (SARIF 2.1.0 §3.11.6).
fn message(text: &str) -> Message {
    let text = visible(text)
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]");
    Message {
        text,
        markdown: None,
    }
}

#[cfg(test)]
mod tests;
