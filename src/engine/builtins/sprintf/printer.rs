//! The format of `sprintf`: verbs with flags, width, precision and numbers of values, as Go's `doPrintf` reads them.
//!
//! Total: every format prints something, but for a width that is over the limit.

use super::{Argument, Fault, Flags};

/// Columns of a width and digits of a precision.
const MAX_WIDTH: u64 = 1_000;

/// The format filled with the values.
pub(super) fn print(format: &str, values: &[Argument]) -> Result<String, Fault> {
    let mut printer = Printer {
        rest: format,
        values,
        next: 0,
        reordered: false,
        out: String::with_capacity(format.len() + 32),
    };
    printer.print()?;
    Ok(printer.out)
}

struct Printer<'a> {
    rest: &'a str,
    values: &'a [Argument],
    next: usize,
    reordered: bool,
    out: String,
}

impl Printer<'_> {
    fn print(&mut self) -> Result<(), Fault> {
        while let Some((text, rest)) = self.rest.split_once('%') {
            self.out.push_str(text);
            self.rest = rest;
            self.verb()?;
        }
        self.out.push_str(self.rest);
        self.surplus();
        Ok(())
    }

    /// One verb with everything before it, as `doPrintf` reads it.
    fn verb(&mut self) -> Result<(), Fault> {
        let mut flags = self.flags();
        let mut good = self.index();
        match self.size("%!(BADWIDTH)")? {
            Some(width) if width < 0 => {
                flags.minus = true;
                flags.width = usize::try_from(width.unsigned_abs()).ok();
            }
            width => flags.width = width.and_then(|width| usize::try_from(width).ok()),
        }
        if self.take('.') {
            good &= self.index();
            let none = if self.rest.starts_with('*') {
                None
            } else {
                Some(0)
            };
            let precision = self.size("%!(BADPREC)")?.or(none);
            flags.precision = precision.and_then(|precision| usize::try_from(precision).ok());
        }
        good &= self.index();
        let Some(verb) = self.rest.chars().next() else {
            self.out.push_str("%!(NOVERB)");
            return Ok(());
        };
        self.rest = self.rest.get(verb.len_utf8()..).unwrap_or_default();
        self.value(verb, flags, good);
        Ok(())
    }

    fn value(&mut self, verb: char, mut flags: Flags, good: bool) {
        if verb == '%' {
            self.out.push('%');
        } else if !good {
            self.out
                .extend(["%!", verb.encode_utf8(&mut [0; 4]), "(BADINDEX)"]);
        } else if let Some(value) = self.values.get(self.next) {
            self.next += 1;
            // In `%+v` the plus asks for field names, not for a sign.
            flags.plus &= verb != 'v';
            self.out.push_str(&value.printed(verb, &flags));
        } else {
            self.out
                .extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]);
        }
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.rest.as_bytes().first() {
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b'#') => flags.sharp = true,
                Some(b' ') => flags.space = true,
                Some(b'0') => flags.zero = true,
                _ => return flags,
            }
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `[n]`: the next value is the n-th; false if there is no such value.
    fn index(&mut self) -> bool {
        let Some(inside) = self.rest.strip_prefix('[') else {
            return true;
        };
        self.reordered = true;
        let Some((number, rest)) = inside.split_once(']') else {
            self.rest = inside;
            return false;
        };
        self.rest = rest;
        let number: Option<usize> = number.parse().ok();
        match number.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < self.values.len() => {
                self.next = index;
                true
            }
            _ => false,
        }
    }

    /// A width or precision: digits, or `*` for the next value.
    fn size(&mut self, fault: &str) -> Result<Option<i64>, Fault> {
        let size = if self.take('*') {
            let value = self.values.get(self.next);
            self.next += 1;
            if let Some(Argument::Integer(size)) = value {
                Some(*size)
            } else {
                self.out.push_str(fault);
                None
            }
        } else {
            let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
            self.rest = rest;
            match digits {
                "" => None,
                digits => Some(digits.parse().map_err(|_| Fault::Limit)?),
            }
        };
        match size {
            Some(size) if size.unsigned_abs() > MAX_WIDTH => Err(Fault::Limit),
            size => Ok(size),
        }
    }

    /// Values that no verb took are named at the end, unless the format picks its values by number.
    fn surplus(&mut self) {
        let left = self.values.get(self.next..).unwrap_or_default();
        if self.reordered || left.is_empty() {
            return;
        }
        let flags = Flags::default();
        let shown: Vec<String> = left
            .iter()
            .map(|value| format!("{}={}", value.type_name(), value.printed('v', &flags)))
            .collect();
        self.out
            .extend(["%!(EXTRA ", shown.join(", ").as_str(), ")"]);
    }
}
