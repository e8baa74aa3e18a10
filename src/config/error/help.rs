//! The way out of each mistake.
//!
//! Never repeats the message: one line on what to write instead.

use super::ConfigError;

impl ConfigError {
    /// The way out, one line; `None` where the message says it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Syntax { .. } | Self::EmptyRange { .. } | Self::Range { .. } => None,
            Self::Needs { key, needs, .. } => Some(format!("add {needs}, or remove `{key}`")),
            Self::Type { wanted, got, .. } => Some(type_help(wanted, got).to_owned()),
            Self::UnknownKey { nearest, known, .. } => {
                Some(did_you_mean(*nearest).unwrap_or_else(|| format!("its keys are {}", list(known))))
            }
            Self::ClusterKey { .. } => Some(
                "the labels of a namespace are known in a cluster only: match its name by `namespaces`"
                    .to_owned(),
            ),
            Self::MissingKey { example, .. } => Some(format!("add `{example}`")),
            Self::Empty { .. } => Some("give it a value, or remove it".to_owned()),
            Self::UnknownName { what, nearest, known, .. } => {
                Some(name_help(what, nearest.as_deref(), known))
            }
            Self::NoMatch { nearest, .. } => Some(
                did_you_mean(nearest.as_deref())
                    .unwrap_or_else(|| "`portcullis policies` lists all policies".to_owned()),
            ),
            Self::NotBound { profiles, skipped, .. } => {
                Some(not_bound_help(profiles, skipped.as_deref()))
            }
            Self::NothingBound { .. } => Some(
                "choose a profile, or bind policies by name under `policies` of the configuration"
                    .to_owned(),
            ),
            Self::Malformed { help, .. } => help.clone(),
            Self::UnquotedVersion { text, .. } => Some(format!("put it in quotes: `\"{text}\"`")),
            Self::UnsupportedVersion { .. } => Some("write `version: 1`, or update portcullis".to_owned()),
            Self::TooFarAhead { latest, .. } => Some(format!(
                "the latest day is {latest}; `exemptionMaxDays` of the configuration moves the limit"
            )),
            Self::SelectorValues { takes, .. } => Some(
                if *takes { "list the label's values, such as `values: [web]`" } else { "remove `values`" }
                    .to_owned(),
            ),
            Self::Duplicate { .. } => Some("remove one of the two".to_owned()),
            Self::Parameters { policy, .. } => {
                Some(format!("`portcullis explain {policy}` lists its parameters"))
            }
        }
    }
}

fn type_help(wanted: &str, got: &str) -> &'static str {
    match (wanted, got) {
        ("text", "a number" | "a boolean") => "put it in quotes",
        ("a mapping", "nothing") => "write `{}` for an empty one, or remove the key",
        ("a list", "nothing") => "write `[]` for an empty one, or remove the key",
        (_, "nothing") => "give it a value, or remove the key",
        ("a list", _) => "put it in brackets: `[…]`",
        ("a mapping", _) => "write keys with values: `{key: value}`",
        ("true or false", "text") => "write it without quotes: `true` or `false`",
        _ => "`portcullis schema config` and `portcullis schema exemptions` print what is expected",
    }
}

fn name_help(what: &str, nearest: Option<&str>, known: &[String]) -> String {
    let all = match known {
        [] if what == "policy" => "`portcullis policies` lists all policies".to_owned(),
        [] => format!("there is no {what} at all"),
        known => format!("known: {}", list(known)),
    };
    match did_you_mean(nearest) {
        Some(question) if known.is_empty() => question,
        Some(question) => format!("{question} ({all})"),
        None => all,
    }
}

fn not_bound_help(profiles: &[String], skipped: Option<&str>) -> String {
    match (skipped, profiles) {
        (Some(who), _) => format!("it is left out by {who}"),
        (None, []) => {
            "bind it by name under `policies` of the configuration, or look at its Kubernetes versions"
                .to_owned()
        }
        (None, profiles) => format!(
            "choose a profile that binds it ({}), or bind it under `policies` of the configuration",
            list(profiles)
        ),
    }
}

fn did_you_mean(nearest: Option<&str>) -> Option<String> {
    nearest.map(|name| format!("did you mean `{name}`?"))
}

/// `` `a`, `b` `` for people.
fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    quoted.join(", ")
}
