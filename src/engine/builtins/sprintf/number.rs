//! Numbers as Go's `fmt` prints them; `None` for a verb that doesn't fit.
//!
//! Never rounds otherwise than the shortest text that reads back, or as many digits as were asked for.

use super::Flags;
use crate::engine::builtins::quote::{Ascii, quoted_character};
use crate::engine::rego::{Val, View};

/// An integer of 64 bits.
pub(super) fn integer(value: i64, verb: char, flags: &Flags) -> Option<String> {
    let magnitude = value.unsigned_abs();
    let negative = value < 0;
    Some(match verb {
        'v' | 'd' => digits(negative, &magnitude.to_string(), verb, flags),
        'b' => digits(negative, &format!("{magnitude:b}"), verb, flags),
        'o' | 'O' => digits(negative, &format!("{magnitude:o}"), verb, flags),
        'x' => digits(negative, &format!("{magnitude:x}"), verb, flags),
        'X' => digits(negative, &format!("{magnitude:X}"), verb, flags),
        'c' => flags.padded(&character(value).to_string()),
        'q' => flags.padded(&quoted_character(character(value), ascii(flags))),
        'U' => flags.padded(&unicode(value, flags)),
        _ => return None,
    })
}

/// An integer of more than 64 bits.
pub(super) fn big(value: &Val, verb: char, flags: &Flags) -> Option<String> {
    let View::Number(number) = value.view() else {
        return None;
    };
    let base = match verb {
        'v' | 'd' | 's' => 10,
        'b' => 2,
        'o' | 'O' => 8,
        'x' | 'X' => 16,
        _ => return None,
    };
    let text = number.digits(base);
    let magnitude = text.trim_start_matches('-');
    let magnitude = match verb {
        'X' => magnitude.to_uppercase(),
        _ => magnitude.to_owned(),
    };
    Some(digits(text.starts_with('-'), &magnitude, verb, flags))
}

/// A double.
pub(super) fn float(value: f64, verb: char, flags: &Flags) -> Option<String> {
    let magnitude = value.abs();
    let text = match verb {
        'v' => general(
            magnitude,
            &Flags {
                sharp: false,
                ..flags.clone()
            },
        ),
        'g' => general(magnitude, flags),
        'G' => general(magnitude, flags).to_uppercase(),
        'e' => exponent(magnitude, Some(flags.precision.unwrap_or(6))),
        'E' => exponent(magnitude, Some(flags.precision.unwrap_or(6))).to_uppercase(),
        'x' => binary(magnitude, flags),
        'X' => binary(magnitude, flags).to_uppercase(),
        'b' => mantissa_and_power(magnitude),
        'f' | 'F' => format!("{magnitude:.*}", flags.precision.unwrap_or(6)),
        _ => return None,
    };
    let sign = sign(value.is_sign_negative(), flags);
    let width = flags.width.unwrap_or(0);
    if flags.zero && !flags.minus && !sign.is_empty() {
        let missing = width.saturating_sub(text.len() + sign.len());
        return Some(format!("{sign}{}{text}", "0".repeat(missing)));
    }
    Some(flags.padded(&format!("{sign}{text}")))
}

/// Sign, prefix, leading zeros and digits, as `fmtInteger` puts them together.
fn digits(negative: bool, magnitude: &str, verb: char, flags: &Flags) -> String {
    let sign = sign(negative, flags);
    let wanted = match (flags.precision, flags.width) {
        (Some(0), _) if magnitude == "0" => {
            return Flags {
                zero: false,
                ..flags.clone()
            }
            .padded("");
        }
        (Some(precision), _) => precision,
        (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(sign.len()),
        _ => 0,
    };
    let zeros = "0".repeat(wanted.saturating_sub(magnitude.len()));
    let leads_with_zero = !zeros.is_empty() || magnitude.starts_with('0');
    let prefix = match verb {
        'O' => "0o",
        'b' if flags.sharp => "0b",
        'o' if flags.sharp && !leads_with_zero => "0",
        'x' if flags.sharp => "0x",
        'X' if flags.sharp => "0X",
        _ => "",
    };
    // The zeros are there already: what is left of the width are spaces.
    let spaces = Flags {
        zero: false,
        ..flags.clone()
    };
    spaces.padded(&format!("{sign}{prefix}{zeros}{magnitude}"))
}

const fn sign(negative: bool, flags: &Flags) -> &'static str {
    match (negative, flags.plus, flags.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

/// `%g`: an exponent if it is less than -4, or not less than the precision, which counts as 6 where none is asked for.
fn general(magnitude: f64, flags: &Flags) -> String {
    let precision = flags.precision.map(|precision| precision.max(1));
    let scientific = exponent(magnitude, precision.map(|precision| precision - 1));
    let Some((mantissa, power)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i32 = power.parse().unwrap_or(0);
    let significant = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let threshold = match precision.map(|precision| i32::try_from(precision).unwrap_or(i32::MAX)) {
        None => 6,
        Some(precision) if precision > count && count > power => count,
        Some(precision) => precision,
    };
    let (text, exponent) = if power < -4 || power >= threshold {
        let (_, exponent) = scientific.split_once('e').unwrap_or_default();
        (significant.to_owned(), format!("e{exponent}"))
    } else {
        let decimals = usize::try_from(count - 1 - power).unwrap_or(0);
        (format!("{magnitude:.decimals$}"), String::new())
    };
    if flags.sharp {
        return filled(text, precision.unwrap_or(6)) + &exponent;
    }
    text + &exponent
}

/// The decimal point and the zeros that `#` keeps.
fn filled(mut text: String, digits: usize) -> String {
    let significant = text.trim_start_matches(['0', '.']);
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    if !text.contains('.') {
        text.push('.');
    }
    text + &"0".repeat(digits.saturating_sub(count))
}

/// The integer mantissa and the power of two that it is multiplied with.
const fn parts(magnitude: f64) -> (u64, i64) {
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52).cast_signed() & 0x7ff {
        0 => (fraction, -1074),
        exponent => (fraction | (1 << 52), exponent - 1075),
    }
}

/// `%b`: `6755399441055744p-52`.
fn mantissa_and_power(magnitude: f64) -> String {
    let (mantissa, power) = parts(magnitude);
    format!("{mantissa}p{power:+}")
}

/// `%x`: `0x1.8p+00`, with as many hexadecimal digits as the precision asks for, else as few as are exact.
fn binary(magnitude: f64, flags: &Flags) -> String {
    let (mut mantissa, mut power) = parts(magnitude);
    if mantissa == 0 {
        let zeros = "0".repeat(flags.precision.unwrap_or(0));
        let point = if zeros.is_empty() { "" } else { "." };
        return format!("0x0{point}{zeros}p+00");
    }
    let shift = mantissa.leading_zeros();
    mantissa <<= shift;
    power -= i64::from(shift);
    // The first bit stands before the point, the other 63 behind it.
    if let Some(dropped) = flags
        .precision
        .and_then(|digits| 63_usize.checked_sub(digits * 4))
        && dropped > 0
    {
        let half = 1_u64 << (dropped - 1);
        let odd = (mantissa >> dropped) & 1;
        let (rounded, carried) = mantissa.overflowing_add(half - 1 + odd);
        mantissa = (rounded >> dropped) << dropped;
        if carried {
            mantissa = 1 << 63;
            power += 1;
        }
    }
    let digits = format!("{:016x}", mantissa << 1);
    let digits = match flags.precision {
        Some(wanted) => format!("{digits:0<wanted$.wanted$}"),
        None => digits.trim_end_matches('0').to_owned(),
    };
    let point = if digits.is_empty() { "" } else { "." };
    let power = power + 63;
    let sign = if power < 0 { '-' } else { '+' };
    format!("0x1{point}{digits}p{sign}{:02}", power.unsigned_abs())
}

/// `d.ddde±dd`; the shortest text that reads back where no digits are asked for.
fn exponent(magnitude: f64, digits: Option<usize>) -> String {
    let text = match digits {
        Some(digits) => format!("{magnitude:.digits$e}"),
        None => format!("{magnitude:e}"),
    };
    let Some((mantissa, power)) = text.split_once('e') else {
        return text;
    };
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", power.unsigned_abs())
}

fn character(value: i64) -> char {
    let code = u32::try_from(value).ok();
    code.and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

const fn ascii(flags: &Flags) -> Ascii {
    if flags.plus { Ascii::Only } else { Ascii::No }
}

fn unicode(value: i64, flags: &Flags) -> String {
    let digits = flags.precision.unwrap_or(4).max(4);
    let code = format!("U+{value:0digits$X}");
    if flags.sharp {
        format!("{code} {}", quoted_character(character(value), Ascii::No))
    } else {
        code
    }
}
