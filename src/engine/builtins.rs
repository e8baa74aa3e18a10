//! Every builtin of OPA 1.22 by name: regorus' own, ours, or refused at load with its reason.
//!
//! Ours are pure functions over `Val`: no clock, no randomness, no network, no value in an error.

mod arguments;
mod determinism;
mod guard;
mod image;
mod json;
mod pattern;
mod quote;
mod rbac;
mod regexes;
mod schema;
mod sprintf;
mod table;
mod text;
mod times;
mod yaml;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::engine::rego::Val;
use crate::model::YamlReader;

pub(crate) use table::TABLE;

/// The builtin that gives the time of a decision; it is registered anew for each evaluation.
pub(crate) const NOW: &str = "time.now_ns";

/// A builtin function of Rego.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Builtin {
    /// Its name, as policies write it.
    pub(crate) name: &'static str,
    /// How many arguments it takes.
    pub(crate) arity: u8,
    /// Who supplies it.
    pub(crate) kind: Kind,
}

/// Who supplies a builtin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// regorus, as OPA would.
    Native,
    /// We do, over regorus' own if it has one.
    Extension,
    /// Nobody, and why.
    Refused(&'static str),
}

/// What builtins need from outside.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    /// Reads YAML as OPA does.
    pub(crate) yaml: YamlReader,
    /// Writes YAML.
    pub(crate) to_yaml: fn(&Value) -> String,
}

/// Why a builtin gives no value; each says it without any value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An argument has a type that the builtin doesn't take.
    Type,
    /// An argument has the right type and makes no sense.
    Invalid,
    /// An argument is over its limit.
    Limit,
    /// The machine's own time zone was asked for.
    LocalZone,
}

impl Fault {
    /// All faults.
    pub(crate) const ALL: [Self; 4] = [Self::Type, Self::Invalid, Self::Limit, Self::LocalZone];

    /// What went wrong.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Type => "a builtin is called with a value of a type that it doesn't take",
            Self::Invalid => "a builtin can't make anything of its argument",
            Self::Limit => "an argument of a builtin is over its limit",
            Self::LocalZone => "the time zone `Local` depends on the machine",
        }
    }
}

/// A builtin of ours.
pub(crate) type Function = fn(&[Val], &Context) -> Result<Val, Fault>;

/// The builtin of that name; `None` if OPA 1.22 has none.
pub(crate) fn lookup(name: &str) -> Option<&'static Builtin> {
    let position = TABLE
        .binary_search_by(|builtin| builtin.name.cmp(name))
        .ok()?;
    TABLE.get(position)
}

/// Our function of that name; [`NOW`] has none, since it depends on the evaluation.
pub(crate) fn extension(name: &str) -> Option<Function> {
    Some(match name {
        "sprintf" => sprintf::sprintf,
        "strings.count" => text::count,
        "strings.split_n" => text::split_n,
        "strings.replace_n" => text::replace_n,
        "lower" => text::lower,
        "upper" => text::upper,
        "regex.globs_match" => text::globs_match,
        "array.flatten" => json::flatten,
        "object.subset" => json::subset,
        "image.parse" => image::parse,
        "json.marshal" => json::marshal,
        "json.marshal_with_options" => json::marshal_with_options,
        "json.is_valid" => json::is_valid,
        "json.match_schema" => schema::match_schema,
        "json.verify_schema" => schema::verify_schema,
        "yaml.is_valid" => yaml::is_valid,
        "yaml.unmarshal" => yaml::unmarshal,
        "yaml.marshal" => yaml::marshal,
        "rbac.matches" => rbac::matches,
        "rand.intn" => determinism::intn,
        "uuid.rfc4122" => determinism::uuid,
        "opa.runtime" => determinism::runtime,
        "trace" => determinism::trace,
        _ => {
            return regexes::function(name)
                .or_else(|| times::function(name))
                .or_else(|| guard::function(name));
        }
    })
}
