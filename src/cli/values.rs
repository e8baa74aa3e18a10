//! Values of flags: durations, sizes, dates and versions as people write them.
//!
//! Every error says what was expected.

use std::time::Duration;

use jiff::civil::Date;

use crate::config::FailOn;
use crate::model::KubernetesVersion;

/// `500ms`, `2s`, `1m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let error = || format!("`{text}` is not a time such as `2s` or `500ms`");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
    let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
    let number: u64 = number.parse().map_err(|_| error())?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60).ok_or_else(error)?),
        _ => return Err(error()),
    };
    if duration.is_zero() || duration > Duration::from_hours(1) {
        return Err(format!("`{text}` is not between `1ms` and `60m`"));
    }
    Ok(duration)
}

/// A life or a pause: `0s`, `90d`, `24h`, and what [`duration`] takes.
#[cfg(feature = "webhook")]
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let error = || format!("`{text}` is not a time such as `90d`, `24h` or `15s`");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
    let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
    let number: u64 = number.parse().map_err(|_| error())?;
    let (seconds, millis) = match unit {
        "ms" => (0, 1),
        "s" => (1, 0),
        "m" => (60, 0),
        "h" => (3600, 0),
        "d" => (86400, 0),
        _ => return Err(error()),
    };
    let seconds = number.checked_mul(seconds).ok_or_else(error)?;
    let millis = number.checked_mul(millis).ok_or_else(error)?;
    Ok(Duration::from_secs(seconds) + Duration::from_millis(millis))
}

/// `20MiB`, `512KiB`, `1048576`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let error = || format!("`{text}` is not a size such as `20MiB` or `512KiB`");
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
    let number: u64 = number.parse().map_err(|_| error())?;
    let factor = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(error()),
    };
    let size = number.checked_mul(factor).ok_or_else(error)?;
    // Spans are 32 bits wide.
    if size > u64::from(u32::MAX) / 2 {
        return Err(format!(
            "`{text}` is more than the 2047MiB that can be read"
        ));
    }
    Ok(size)
}

/// `2027-03-01`.
pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a date such as `2027-03-01`"))
}

/// `14d`.
pub(super) fn days(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    number
        .parse()
        .ok()
        .filter(|days| *days <= 3650)
        .ok_or_else(|| format!("`{text}` is not a number of days such as `14d`"))
}

/// `1.34`, `v1.34.2`.
pub(super) fn kubernetes_version(text: &str) -> Result<KubernetesVersion, String> {
    text.parse()
        .map_err(|error: crate::model::ParseVersionError| error.to_string())
}

/// `low`, …, `critical`, `never`.
pub(super) fn fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::from_name(text)
        .ok_or_else(|| format!("`{text}` is none of {}", FailOn::NAMES.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_with_their_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(size("20MiB"), Ok(20 << 20));
        assert_eq!(size("7"), Ok(7));
        assert_eq!(days("14d"), Ok(14));
        for text in [
            "",
            "2",
            "s",
            "2h",
            "0s",
            "99999m",
            "-1s",
            "9999999999999999999999s",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["", "MiB", "20MB", "1e3", "999999GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
        assert!(date("2027-13-01").is_err());
        assert!(days("x").is_err());
    }
}
