//! Builtins of regorus that take unbounded time or memory, or read the machine's time zone, behind a check of their arguments.
//!
//! The time limit of a policy doesn't reach inside a builtin, so the arguments are bounded here.

use super::arguments::{any, integer, number, string};
use super::{Context, Fault, Function};
use crate::engine::rego::{Val, View, native};

/// Values of a range.
const MAX_RANGE: u128 = 100_000;
/// Addresses of a network.
const MAX_ADDRESSES_BITS: u32 = 16;
/// Bits of a shift.
const MAX_SHIFT: i64 = 1_024;
/// Paths through a graph.
const MAX_PATHS: usize = 10_000;
/// Bytes of a pattern.
const MAX_PATTERN_BYTES: usize = 10 << 10;

/// The guarded builtin of that name.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "numbers.range" => |arguments, _| range("numbers.range", arguments),
        "numbers.range_step" => |arguments, _| range("numbers.range_step", arguments),
        "net.cidr_expand" => cidr_expand,
        "bits.lsh" => shift,
        "graph.reachable_paths" => reachable_paths,
        "regex.match" => |arguments, _| pattern("regex.match", arguments),
        "regex.is_valid" => |arguments, _| pattern("regex.is_valid", arguments),
        "regex.split" => |arguments, _| pattern("regex.split", arguments),
        "regex.find_n" => |arguments, _| pattern("regex.find_n", arguments),
        "regex.find_all_string_submatch_n" => {
            |arguments, _| pattern("regex.find_all_string_submatch_n", arguments)
        }
        "regex.template_match" => |arguments, _| pattern("regex.template_match", arguments),
        "regex.replace" => replace,
        "time.add_date" => |arguments, _| zoned("time.add_date", arguments),
        "time.clock" => |arguments, _| zoned("time.clock", arguments),
        "time.date" => |arguments, _| zoned("time.date", arguments),
        "time.diff" => |arguments, _| zoned("time.diff", arguments),
        "time.format" => |arguments, _| zoned("time.format", arguments),
        "time.weekday" => |arguments, _| zoned("time.weekday", arguments),
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

fn pattern(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    check_pattern(arguments, 0)?;
    native(name, arguments)
}

/// The only one whose pattern isn't the first argument.
fn replace(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    check_pattern(arguments, 1)?;
    native("regex.replace", arguments)
}

fn check_pattern(arguments: &[Val], index: usize) -> Result<(), Fault> {
    match any(arguments, index)?.as_str() {
        Some(pattern) if pattern.len() > MAX_PATTERN_BYTES => Err(Fault::Limit),
        _ => Ok(()),
    }
}

/// A time may be `[nanoseconds, zone]` and more; the zone `Local` is the machine's.
fn zoned(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    let local = |value: &Val| value.as_str() == Some("Local");
    for argument in arguments {
        if matches!(argument.view(), View::Array) {
            let zone = argument.elements().unwrap_or_default().into_iter().nth(1);
            if zone.is_some_and(|zone| local(&zone)) {
                return Err(Fault::LocalZone);
            }
        }
    }
    native(name, arguments)
}
