//! Stand-in: METADATA whose comment lines are one JSON document.

use super::compat::Module;
use crate::model::*;

pub(crate) fn read(module: &Module, yaml: YamlReader) -> (Option<Policy>, Vec<LoadProblem>) {
    let text = module.source.text();
    let Some((_, block)) = text.split_once("# METADATA\n") else {
        return (None, vec![]);
    };
    let block: String = block
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| format!("{}\n", line.get(2..).unwrap_or_default()))
        .collect();
    let Ok(document) = yaml(&block) else {
        return (None, vec![]);
    };
    let value = &document.value;
    let custom = &value["custom"];
    let strings = |value: &serde_json::Value| {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let package: Vec<&str> = module.package.iter().map(String::as_str).collect();
    let ["policies", category, name] = package.as_slice() else {
        return (None, vec![]);
    };
    let Ok(id) = format!("{category}/{name}").replace('_', "-").parse() else {
        return (None, vec![]);
    };
    (
        Some(Policy {
            id,
            title: value["title"].as_str().unwrap_or_default().into(),
            description: String::new(),
            severity: custom["severity"]
                .as_str()
                .and_then(Severity::from_name)
                .unwrap_or(Severity::High),
            confidence: Confidence::High,
            scope: Scope {
                kinds: strings(&custom["scope"]["kinds"])
                    .iter()
                    .filter_map(|k| KindPattern::parse(k))
                    .collect(),
                operations: strings(&custom["scope"]["operations"])
                    .iter()
                    .filter_map(|o| Operation::from_name(o))
                    .collect(),
                subresources: strings(&custom["scope"]["subresources"]),
                templates: custom["scope"]["templates"].as_bool().unwrap_or(true),
            },
            parameters: custom.get("parameters").cloned(),
            evidence: strings(&custom["evidence"])
                .iter()
                .filter_map(|o| FactName::from_name(o))
                .collect(),
            remediation: String::new(),
            references: vec![],
            related_resources: vec![],
            supersedes: strings(&custom["supersedes"])
                .iter()
                .filter_map(|o| o.parse().ok())
                .collect(),
            since: None,
            file: module.source.name().to_owned(),
        }),
        vec![],
    )
}
