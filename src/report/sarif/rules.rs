//! Policies as SARIF's rules.
//!
//! Never states a level that differs from that of the other formats' severity column.

use crate::model::{Policy, PolicyId, Report, Severity};
use crate::report::docs;
use crate::report::escape::{cut, visible_lines};

use super::shape::{Configuration, Message, Rule, RuleProperties};

/// Longest description that GitHub takes, in characters, less the mark of the cut.
const DESCRIPTION_LIMIT: usize = 1_023;
/// Longest name that GitHub takes.
const NAME_LIMIT: usize = 254;
/// Most tags that GitHub shows.
const TAG_LIMIT: usize = 10;

/// SARIF's level of a severity.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

pub(super) fn rule<'a>(report: &'a Report, id: &'a PolicyId) -> Rule<'a> {
    let policy = report.policies.get(id).map(AsRef::as_ref);
    let plain = |text: &str| Message {
        text: cut(&visible_lines(text), DESCRIPTION_LIMIT).into_owned(),
        markdown: None,
    };
    Rule {
        id: id.as_str(),
        name: cut(id.name(), NAME_LIMIT).into_owned(),
        short_description: plain(policy.map_or(id.as_str(), |policy| &policy.title)),
        full_description: plain(policy.map_or(id.as_str(), |policy| &policy.description)),
        help: Message {
            text: policy.map_or_else(|| format!("portcullis explain {id}"), help),
            markdown: policy.map(docs::help_markdown),
        },
        default_configuration: policy.map(|p| Configuration {
            level: level(p.severity),
        }),
        properties: policy.map(properties),
    }
}

fn help(policy: &Policy) -> String {
    let text = format!(
        "{}\n\n{}\n\n{}",
        policy.description,
        policy.remediation,
        policy.docs()
    );
    visible_lines(&text).into_owned()
}

fn properties(policy: &Policy) -> RuleProperties {
    let references = policy
        .references
        .iter()
        .map(|r| format!("{} {}", r.framework, r.id));
    let own = ["security".to_owned(), policy.id.category().to_owned()];
    RuleProperties {
        tags: own.into_iter().chain(references).take(TAG_LIMIT).collect(),
        precision: policy.confidence.as_str(),
        security_severity: security_severity(policy.severity),
    }
}
