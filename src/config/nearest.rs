//! Names in messages: what was probably meant, and how much of a name is repeated.
//!
//! Never suggests a name that isn't among the candidates.

use super::error::{At, ConfigError};
use crate::model::PolicyId;

/// Names are repeated in messages up to this many characters.
const SHOWN: usize = 100;

/// `text` as a message repeats it: on one line, and not all of a long one.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        match c {
            _ if count == SHOWN => {
                shown.push('…');
                break;
            }
            c if c.is_control() => shown.extend(c.escape_debug()),
            c => shown.push(c),
        }
    }
    shown
}

/// The candidate that differs from `name` in case, hyphens and underscores only, else in at most two letters (swapped
/// neighbours count once) and at most a third of it.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > SHOWN {
        return None;
    }
    let distance = |candidate: &str| {
        if folded(candidate) == folded(name) {
            return Some(0);
        }
        let distance = strsim::osa_distance(candidate, name);
        (distance <= 2 && distance * 3 <= candidate.chars().count()).then_some(distance)
    };
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(candidate)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The policy of `known` that `name` probably means; a name without its category finds it too.
pub(super) fn nearest_policy<'a>(name: &str, known: &'a [PolicyId]) -> Option<&'a str> {
    let by_name = || {
        let own = nearest(name, known.iter().map(PolicyId::name))?;
        known
            .iter()
            .find(|id| id.name() == own)
            .map(PolicyId::as_str)
    };
    nearest(name, known.iter().map(PolicyId::as_str)).or_else(by_name)
}

/// The id or `category/*` of `known` that `pattern` probably means.
pub(super) fn nearest_pattern(pattern: &str, known: &[PolicyId]) -> Option<String> {
    if let Some(category) = pattern.strip_suffix("/*") {
        return nearest(category, known.iter().map(PolicyId::category)).map(|it| format!("{it}/*"));
    }
    let category = known.iter().find(|id| id.category() == pattern);
    match category {
        Some(id) => Some(format!("{}/*", id.category())),
        None => nearest_policy(pattern, known).map(str::to_owned),
    }
}

/// The error that `text`, an id or a glob over ids, fits no policy.
pub(super) fn no_policy(text: &str, known: &[PolicyId], at: At) -> ConfigError {
    if text.contains('*') || !text.contains('/') {
        let nearest = nearest_pattern(text, known);
        return ConfigError::NoMatch {
            pattern: shown(text),
            nearest,
            at,
        };
    }
    ConfigError::UnknownName {
        what: "policy",
        name: shown(text),
        nearest: nearest_policy(text, known).map(str::to_owned),
        known: Vec::new(),
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_differs_in_case_or_at_most_two_letters() {
        for (name, expected) in [
            ("polcies", Some("policies")),
            ("kubernetes_version", Some("kubernetesVersion")),
            ("KUBERNETESVERSION", Some("kubernetesVersion")),
            ("skpi", Some("skip")),
            ("skp", Some("skip")),
            ("sip", Some("skip")),
            ("sk", None),
            ("elephant", None),
            ("", None),
        ] {
            let keys = ["policies", "kubernetesVersion", "skip"];
            assert_eq!(nearest(name, keys), expected, "{name}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), ["skip"]), None);
    }

    #[test]
    fn a_policy_is_found_without_its_category() {
        let known: Vec<PolicyId> = ["least-privilege/host-port", "network/open"]
            .iter()
            .map(|id| id.parse().unwrap())
            .collect();
        for (name, expected) in [
            ("host-port", Some("least-privilege/host-port")),
            (
                "least-privilege/host-prt",
                Some("least-privilege/host-port"),
            ),
            (
                "least_privilege/HostPort",
                Some("least-privilege/host-port"),
            ),
            ("images/untrusted", None),
        ] {
            assert_eq!(nearest_policy(name, &known), expected, "{name}");
        }
        for (pattern, expected) in [
            ("netwrk/*", Some("network/*")),
            ("network", Some("network/*")),
            ("images/*", None),
            ("network/opem", Some("network/open")),
        ] {
            assert_eq!(
                nearest_pattern(pattern, &known).as_deref(),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_name_in_a_message_is_short_and_on_one_line() {
        assert_eq!(shown("a\nb\u{7}"), "a\\nb\\u{7}");
        assert_eq!(shown("é"), "é");
        assert_eq!(shown(&"é".repeat(101)), format!("{}…", "é".repeat(100)));
    }
}
