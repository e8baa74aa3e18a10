//! From when to when a certificate is valid, and when it is time for the next.
//!
//! Never asks the clock.

use std::time::Duration;

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;

use super::CryptoError;

/// The span of time in which a certificate is valid (RFC 5280, 4.1.2.5): both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: Timestamp,
    /// The last second.
    pub not_after: Timestamp,
}

/// How far a certificate reaches back, for clocks that are behind ours.
const BACKDATED: Duration = Duration::from_hours(1);

impl Validity {
    /// `lifetime` from `now` on, and a little back: an hour, or a tenth of a lifetime shorter than ten hours.
    ///
    /// A fixed hour would make a short-lived certificate due for renewal as soon as it is made.
    pub(super) fn starting(now: Timestamp, lifetime: Duration) -> Result<Self, CryptoError> {
        let back = BACKDATED.min(lifetime / 10);
        Ok(Self {
            not_before: now.checked_sub(back).map_err(|_| CryptoError::Date)?,
            not_after: now.checked_add(lifetime).map_err(|_| CryptoError::Date)?,
        })
    }

    pub(super) fn of(certificate: &X509Certificate<'_>) -> Result<Self, CryptoError> {
        let validity = certificate.validity();
        let second = |time: i64| Timestamp::from_second(time).map_err(|_| CryptoError::Date);
        Ok(Self {
            not_before: second(validity.not_before.timestamp())?,
            not_after: second(validity.not_after.timestamp())?,
        })
    }

    /// Whether `now` lies within.
    #[must_use]
    pub fn holds(self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// When two thirds of the life are over and the next certificate is due.
    #[must_use]
    pub fn renewal(self) -> Timestamp {
        let life = self.not_after.duration_since(self.not_before);
        self.not_before
            .checked_add(life / 3 * 2)
            .unwrap_or(self.not_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_due_after_two_thirds_of_its_life() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let days = |days: u64| Duration::from_hours(days * 24);
        let leaf = Validity::starting(now, days(90)).unwrap();
        assert_eq!(leaf.not_before, now - Duration::from_hours(1));
        let expected = now + days(60) - Duration::from_mins(20);
        assert_eq!(leaf.renewal(), expected);
        assert!(leaf.holds(now) && leaf.holds(now + days(90)));
        assert!(!leaf.holds(now + days(91)) && !leaf.holds(now - days(1)));
    }

    #[test]
    fn a_short_lived_certificate_is_not_due_at_once() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for seconds in [3, 60, 3600, 36_000] {
            let lifetime = Duration::from_secs(seconds);
            let validity = Validity::starting(now, lifetime).unwrap();
            assert!(validity.renewal() > now + lifetime / 2, "{seconds}");
        }
    }

    #[test]
    fn a_life_beyond_all_dates_is_an_error() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            Validity::starting(now, Duration::MAX),
            Err(CryptoError::Date)
        );
    }
}
