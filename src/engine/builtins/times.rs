//! `time.*` where regorus reads the machine's zone, clamps a date, or leaves a result undefined.
//!
//! Never reads a clock: the time of a decision is handed in.

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};

use super::arguments::integer;
use super::{Context, Fault, Function};
use crate::engine::rego::{Val, View, native};

/// Layouts by name that print a zone's abbreviation, which regorus prints as an offset.
const NAMED: [(&str, &str); 4] = [
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
];

/// The builtin of that name.
pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "time.add_date" => add_date,
        "time.clock" => |arguments, _| zoned("time.clock", arguments),
        "time.date" => |arguments, _| zoned("time.date", arguments),
        "time.diff" => |arguments, _| zoned("time.diff", arguments),
        "time.format" => format,
        "time.weekday" => |arguments, _| zoned("time.weekday", arguments),
        _ => return None,
    })
}

/// `time.add_date(ns, years, months, days)` in UTC; days past a month's end run into the next one (Go's `AddDate`).
fn add_date(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let time = Timestamp::from_nanosecond(i128::from(integer(arguments, 0)?))
        .map_err(|_| Fault::Invalid)?;
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let [years, months, days] = [
        integer(arguments, 1)?,
        integer(arguments, 2)?,
        integer(arguments, 3)?,
    ];
    let moved = moved(time, years, months, days).ok_or(Fault::Invalid)?;
    let zoned = moved
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_err(|_| Fault::Invalid)?;
    let nanoseconds = zoned.timestamp().as_nanosecond();
    // OPA refuses what doesn't fit 64 bits.
    let fits = i64::try_from(nanoseconds).map_err(|_| Fault::Invalid)?;
    Ok(Val::integer(i128::from(fits)))
}

fn moved(time: DateTime, years: i64, months: i64, days: i64) -> Option<DateTime> {
    let months = i64::from(time.month() - 1).checked_add(months)?;
    let year = i64::from(time.year())
        .checked_add(years)?
        .checked_add(months.div_euclid(12))?;
    let month = months.rem_euclid(12) + 1;
    let first = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
    let days = i64::from(time.day() - 1).checked_add(days)?;
    let date = first.checked_add(Span::new().try_days(days).ok()?).ok()?;
    Some(date.to_datetime(time.time()))
}

/// A time may be `[nanoseconds, zone]` and more.
fn zone(arguments: &[Val]) -> Vec<Option<String>> {
    let zones = arguments.iter().map(|argument| match argument.view() {
        View::Array => {
            let zone = argument.elements().unwrap_or_default().into_iter().nth(1);
            zone.and_then(|zone| zone.as_str().map(str::to_owned))
        }
        _ => None,
    });
    zones.collect()
}

/// The zone `Local` is the machine's: no decision depends on it.
fn zoned(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    if zone(arguments).iter().flatten().any(|zone| zone == "Local") {
        return Err(Fault::LocalZone);
    }
    native(name, arguments)
}

/// `time.format`: regorus prints an offset where Go prints the zone's abbreviation, so that is put in for UTC.
fn format(arguments: &[Val], _: &Context) -> Result<Val, Fault> {
    let parts = match arguments.first().map(Val::view) {
        Some(View::Array) => arguments.first().and_then(Val::elements),
        _ => None,
    };
    let Some([time, zone, layout]) = parts.as_deref() else {
        return zoned("time.format", arguments);
    };
    let Some(layout) = layout.as_str() else {
        return zoned("time.format", arguments);
    };
    let named = NAMED.iter().find(|(name, _)| *name == layout);
    let layout = named.map_or(layout, |(_, layout)| layout);
    if !layout.contains("MST") {
        return zoned("time.format", arguments);
    }
    match zone.as_str() {
        Some("UTC" | "") => {
            let layout = Val::string(&layout.replace("MST", "UTC"));
            let argument = Val::array([time.clone(), Val::string("UTC"), layout]);
            native("time.format", &[argument])
        }
        Some("Local") => Err(Fault::LocalZone),
        _ => Err(Fault::Invalid),
    }
}
