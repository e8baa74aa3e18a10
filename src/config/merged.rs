//! Several configurations read as one: each may bind policies of its own.
//!
//! Never lets one silently beat another: what two of them set, both are told.

use super::error::{At, ConfigError};
use super::file::{Config, DEFAULT_EXEMPTION_MAX_DAYS};
use crate::model::InlineMode;

/// The configurations as one, or what two of them set differently.
pub fn merged(configs: Vec<Config>) -> Result<Config, Vec<ConfigError>> {
    let mut errors = Vec::new();
    let days = configs.iter().map(|config| config.exemption_max_days).min();
    let mut whole = Config {
        exemption_max_days: days.unwrap_or(DEFAULT_EXEMPTION_MAX_DAYS),
        ..Config::default()
    };
    for config in configs {
        merge(&mut whole, config, &mut errors);
    }
    if errors.is_empty() {
        Ok(whole)
    } else {
        Err(errors)
    }
}

fn merge(whole: &mut Config, other: Config, errors: &mut Vec<ConfigError>) {
    for entry in other.policies {
        let same = |known: &&super::file::PolicyEntry| known.policy.value == entry.policy.value;
        if let Some(known) = whole.policies.iter().find(same) {
            for at in [&known.policy.at, &entry.policy.at] {
                errors.push(twice("policy", entry.policy.value.to_string(), at.clone()));
            }
            continue;
        }
        whole.policies.push(entry);
    }
    if let Some(profiles) = other.profiles {
        whole.profiles.get_or_insert_default().extend(profiles);
    }
    whole.skip.extend(other.skip);
    whole.exclude.extend(other.exclude);
    for template in other.pod_templates {
        if !whole.pod_templates.contains(&template) {
            whole.pod_templates.push(template);
        }
    }
    let single = |what: &'static str, name: &str| twice(what, name.to_owned(), At::Run);
    match (whole.kubernetes_version, other.kubernetes_version) {
        (Some(one), Some(other)) if one != other => {
            errors.push(single("key", "kubernetesVersion"));
        }
        (None, version) => whole.kubernetes_version = version,
        _ => {}
    }
    // The strictest counts: nobody's comments reach further than each of them allows.
    if other.inline != InlineMode::Allow && whole.inline != InlineMode::Deny {
        whole.inline = other.inline;
    }
    whole.documents.extend(other.documents);
}

fn twice(what: &'static str, name: String, at: At) -> ConfigError {
    ConfigError::Duplicate { what, name, at }
}
