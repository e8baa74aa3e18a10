//! Builtins of regorus that take unbounded time or memory, or what OPA refuses, behind a check of their arguments.
//!
//! The time limit of a policy doesn't reach inside a builtin, so the arguments are bounded here.

use super::arguments::{any, integer, number, string};
use super::{Context, Fault, Function};
use crate::engine::rego::{Val, native};

/// Values of a range.
const MAX_RANGE: u128 = 100_000;
/// Addresses of a network.
const MAX_ADDRESSES_BITS: u32 = 16;
/// Bits of a shift.
const MAX_SHIFT: i64 = 1_024;
/// Paths through a graph.
const MAX_PATHS: usize = 10_000;

/// The guarded builtin of that name.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "numbers.range" => |arguments, _| range("numbers.range", arguments),
        "numbers.range_step" => |arguments, _| range("numbers.range_step", arguments),
        "net.cidr_expand" => cidr_expand,
        "bits.lsh" => shift,
        "graph.reachable_paths" => reachable_paths,
        "units.parse" => |arguments, _| defined("units.parse", arguments),
        "units.parse_bytes" => |arguments, _| defined("units.parse_bytes", arguments),
        "json.patch" => |arguments, _| defined("json.patch", arguments),
        "indexof" => |arguments, _| not_empty("indexof", arguments),
        "indexof_n" => |arguments, _| not_empty("indexof_n", arguments),
        "to_number" => to_number,
        "urlquery.decode" => urlquery_decode,
        "semver.compare" => |arguments, _| native("semver.compare", &versions(arguments)),
        "semver.is_valid" => semver_is_valid,
        _ => return None,
    })
}

fn range(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    let (from, to) = (integer(arguments, 0)?, integer(arguments, 1)?);
    let step = match arguments.get(2) {
        Some(_) => integer(arguments, 2)?,
        None => 1,
    };
    if step < 1 {
        return Err(Fault::Invalid);
    }
    let length = i128::from(from).abs_diff(i128::from(to)) / u128::from(step.unsigned_abs());
    if length >= MAX_RANGE {
        return Err(Fault::Limit);
    }
    native(name, arguments)
}

fn cidr_expand(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let network = string(arguments, 0)?;
    let (address, prefix) = network.split_once('/').ok_or(Fault::Invalid)?;
    let width = if address.contains(':') { 128_u32 } else { 32 };
    let prefix: u32 = prefix.parse().map_err(|_| Fault::Invalid)?;
    if width.saturating_sub(prefix) > MAX_ADDRESSES_BITS {
        return Err(Fault::Limit);
    }
    // regorus gives an array where OPA gives a set.
    let addresses = native("net.cidr_expand", arguments)?;
    addresses.elements().map(Val::set).ok_or(Fault::Invalid)
}

fn shift(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    number(arguments, 0)?;
    if integer(arguments, 1)? > MAX_SHIFT {
        return Err(Fault::Limit);
    }
    native("bits.lsh", arguments)
}

/// Counts before it lists: a graph of 30 diamonds has a thousand million paths.
fn reachable_paths(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let graph = any(arguments, 0)?;
    let roots = any(arguments, 1)?.elements().ok_or(Fault::Type)?;
    let mut budget = MAX_PATHS;
    let mut open: Vec<Vec<Val>> = roots.into_iter().map(|root| vec![root]).collect();
    while let Some(path) = open.pop() {
        budget = budget.checked_sub(1).ok_or(Fault::Limit)?;
        let Some(node) = path.last() else { continue };
        let edges = graph.lookup(node).and_then(|edges| edges.elements());
        for next in edges.unwrap_or_default() {
            if graph.lookup(&next).is_some() && !path.contains(&next) {
                open.push(path.iter().cloned().chain([next]).collect());
            }
        }
    }
    native("graph.reachable_paths", arguments)
}

/// Where OPA has an error, regorus has nothing, strict or not; a rule that quietly doesn't fire is an allow.
fn defined(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    match native(name, arguments)? {
        nothing if nothing.is_undefined() => Err(Fault::Invalid),
        value => Ok(value),
    }
}

/// Nothing can be looked for nowhere: an error in OPA, a position in regorus.
fn not_empty(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    if string(arguments, 1)?.is_empty() {
        return Err(Fault::Invalid);
    }
    native(name, arguments)
}

/// regorus takes blanks around a number.
fn to_number(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = any(arguments, 0)?.as_str().unwrap_or_default();
    if text.contains(char::is_whitespace) {
        return Err(Fault::Invalid);
    }
    native("to_number", arguments)
}

/// regorus leaves a broken escape as it stands.
fn urlquery_decode(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let text = string(arguments, 0)?;
    let mut escapes = text.split('%').skip(1);
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !escapes.all(is_escape) {
        return Err(Fault::Invalid);
    }
    native("urlquery.decode", arguments)
}

/// OPA takes one `v` in front of a version.
fn versions(arguments: &[Val]) -> Vec<Val> {
    let plain = |argument: &Val| match argument.as_str() {
        Some(text) => Val::string(text.strip_prefix('v').unwrap_or(text)),
        None => argument.clone(),
    };
    arguments.iter().map(plain).collect()
}

fn semver_is_valid(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    match any(arguments, 0)?.as_str() {
        Some(_) => native("semver.is_valid", &versions(arguments)),
        None => Ok(Val::FALSE),
    }
}
