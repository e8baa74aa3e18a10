//! From the report's types to the shapes that are written.
//!
//! Never judges or sorts: what comes out stands in the order in which it came in.

use std::borrow::Cow;

use crate::model::{self, Judged, LoadProblem, Related};
use crate::report::place::widened;
use crate::report::shown::Shown;
use crate::report::text::may_be_secret;

use super::shape::{
    Coverage, Exemption, Failure, Finding, Location, NotRun, Place, PolicyCount, Range, Reference,
    Resource, Run, SCHEMA, Skipped, Tool, Unreadable, Warning,
};

pub(super) fn run(report: &model::Report) -> Run<'_> {
    let evaluated = report.judged.iter().flat_map(|judged| {
        judged
            .decision
            .failures
            .iter()
            .map(move |failed| failure(judged, failed))
    });
    Run {
        schema: SCHEMA,
        tool: Tool {
            version: &report.version,
            policy_set_digest: report.policy_set_digest.to_string(),
            bindings_digest: report.bindings_digest.to_string(),
            kubernetes_version: &report.kubernetes_version,
        },
        verdict: report.verdict.as_str(),
        exit_code: report.exit_code,
        coverage: coverage(&report.coverage),
        failures: report
            .load_problems
            .iter()
            .map(load_problem)
            .chain(evaluated)
            .collect(),
        warnings: report.notices.iter().map(warning).collect(),
    }
}

fn coverage(coverage: &model::Coverage) -> Coverage<'_> {
    Coverage {
        files_seen: coverage.files_seen,
        files_judged: coverage.files_judged,
        objects: coverage.objects,
        policies: coverage.policies,
        skipped: coverage
            .skipped
            .iter()
            .map(|skip| Skipped {
                path: &skip.path,
                reason: skip.reason.as_str(),
                detail: skip.detail.as_deref(),
            })
            .collect(),
        unreadable: coverage
            .unreadable
            .iter()
            .map(|unread| Unreadable {
                path: &unread.path,
                line: (unread.line > 0).then_some(unread.line),
                column: (unread.line > 0).then_some(unread.column.max(1)),
                message: &unread.message,
            })
            .collect(),
        not_recognised: &coverage.not_recognised,
        charts_not_rendered: &coverage.charts_not_rendered,
        not_applicable: coverage.not_applicable.iter().map(count).collect(),
        not_known: coverage.not_known.iter().map(count).collect(),
        not_run: coverage
            .not_run
            .iter()
            .map(|policy| NotRun {
                policy: policy.policy.as_str(),
                reason: &policy.reason,
            })
            .collect(),
    }
}

fn count(case: &model::NotKnown) -> PolicyCount<'_> {
    PolicyCount {
        policy: case.policy.as_str(),
        reason: &case.reason,
        count: case.count,
    }
}

fn warning(notice: &model::Notice) -> Warning<'_> {
    Warning {
        level: if notice.warning { "warning" } else { "notice" },
        message: &notice.message,
        place: notice.place.as_deref(),
        help: notice.help.as_deref(),
    }
}

fn failure<'a>(judged: &'a Judged, failure: &'a model::Failure) -> Failure<'a> {
    Failure {
        policy: Some(failure.policy.as_str()),
        class: failure.class.as_str(),
        code: None,
        enforcement: Some(failure.enforcement.as_str()),
        message: &failure.message,
        resource: Some(resource(&judged.resource)),
        file: Some(&judged.file),
        place: failure.place.as_ref().map(|place| Place {
            file: &place.file,
            line: place.line.max(1),
            column: place.column.max(1),
        }),
        help: failure.help.as_deref(),
    }
}

fn load_problem(problem: &LoadProblem) -> Failure<'_> {
    let place = problem.place();
    Failure {
        policy: problem.policy.as_ref().map(model::PolicyId::as_str),
        class: model::FailureClass::Load.as_str(),
        code: Some(problem.code),
        enforcement: None,
        message: &problem.message,
        resource: None,
        file: None,
        place: Some(Place {
            file: problem.source.name(),
            line: place.line,
            column: place.column,
        }),
        help: problem.help.as_deref(),
    }
}

fn resource(resource: &model::Resource) -> Resource<'_> {
    Resource {
        api_version: &resource.api_version,
        kind: &resource.kind,
        namespace: &resource.namespace,
        name: &resource.name,
        document: resource.document,
        template: resource.template.as_deref(),
    }
}

pub(super) fn finding<'a>(shown: &Shown<'a>) -> Finding<'a> {
    let finding = shown.finding;
    let references = shown
        .policy
        .map(|policy| policy.references.as_slice())
        .unwrap_or_default();
    Finding {
        policy: finding.policy.as_str(),
        title: shown
            .policy
            .map_or(finding.policy.as_str(), |policy| &policy.title),
        severity: finding.severity.as_str(),
        confidence: finding.confidence.as_str(),
        enforcement: finding.enforcement.as_str(),
        status: finding.status.as_str(),
        message: &finding.message,
        resource: resource(&shown.judged.resource),
        locations: locations(finding),
        missing: finding.missing.as_deref(),
        found: finding
            .found
            .as_ref()
            .filter(|_| !may_be_secret(shown.judged, finding)),
        wanted: finding.wanted.as_ref(),
        container: finding.container.as_deref(),
        folded: shown.folded.iter().map(|id| id.as_str()).collect(),
        remediation: shown.policy.map_or("", |policy| &policy.remediation),
        docs: format!("portcullis explain {}", finding.policy),
        references: references
            .iter()
            .map(|reference| Reference {
                framework: &reference.framework,
                id: &reference.id,
            })
            .collect(),
        fingerprint: &finding.fingerprint,
        exemption: finding.exemption.as_ref().map(|exemption| Exemption {
            file: &exemption.file,
            line: exemption.line,
            inline: exemption.inline,
            reason: &exemption.reason,
            owner: exemption.owner.as_deref(),
            expires: exemption.expires.map(|date| date.to_string()),
        }),
    }
}

fn locations(finding: &model::Finding) -> Vec<Location<'_>> {
    let label = || {
        let container = finding.container.as_ref();
        container.map(|container| Cow::Owned(format!("container {container}")))
    };
    let primary = finding.location.as_ref().map(|location| Location {
        role: "primary",
        label: location.label.as_deref().map(Cow::Borrowed).or_else(label),
        ..place(location)
    });
    primary
        .into_iter()
        .chain(finding.related.iter().map(related))
        .collect()
}

fn related(related: &Related) -> Location<'_> {
    let label = related.message.as_deref().map(Cow::Borrowed);
    let of = related.of.as_deref();
    match &related.location {
        Some(location) => Location {
            label,
            of,
            ..place(location)
        },
        None => Location {
            role: "related",
            file: None,
            range: None,
            path: related.path.to_pointer(),
            label,
            of,
        },
    }
}

fn place(location: &model::Location) -> Location<'_> {
    let place = widened(location.place);
    Location {
        role: "related",
        file: Some(location.source.name()),
        range: Some(Range {
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            byte_start: place.span.start,
            byte_end: place.span.end,
        }),
        path: location.path.to_pointer(),
        label: None,
        of: None,
    }
}
