//! When to write next: at once where all is well, slower after failures and while somebody else keeps changing our entries.
//!
//! Pure: time is handed in.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How far back changes by others count.
const WINDOW: Duration = Duration::from_mins(10);

/// So many changes by others within the window are no accident.
const PERSISTENT: usize = 5;

/// The longest wait after failures.
const LONGEST_RETRY: Duration = Duration::from_secs(10);

/// The longest wait before we change back what somebody else has changed.
const LONGEST_REPAIR: Duration = Duration::from_mins(1);

/// When to write next.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Not before then; `None`: at once.
    pub(super) not_before: Option<Instant>,
    failures: u32,
    drifts: VecDeque<Instant>,
}

impl Pace {
    /// Nothing stands in the way: what is wanted has changed.
    pub(super) fn hurry(&mut self) {
        self.not_before = None;
        self.failures = 0;
    }

    /// A write succeeded, or nothing is to be written.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// A write failed at `now`: again in 1, 2, 4 … seconds.
    pub(super) fn failed(&mut self, now: Instant) {
        self.not_before = Some(now + doubled(self.failures).min(LONGEST_RETRY));
        self.failures += 1;
    }

    /// Somebody else changed our entries at `now`: the first time we mend it at once, then in 1, 2, 4 … seconds.
    ///
    /// Says whether it has become persistent.
    pub(super) fn drifted(&mut self, now: Instant) -> bool {
        self.drifts.retain(|&at| now - at < WINDOW);
        let before = u32::try_from(self.drifts.len()).unwrap_or(u32::MAX);
        self.drifts.push_back(now);
        self.not_before = before
            .checked_sub(1)
            .map(|count| now + doubled(count).min(LONGEST_REPAIR));
        self.drifts.len() >= PERSISTENT
    }

    /// Whether a write has to wait at `now`.
    pub(super) fn holds(&self, now: Instant) -> bool {
        self.not_before.is_some_and(|then| now < then)
    }
}

/// 1, 2, 4 … seconds.
fn doubled(count: u32) -> Duration {
    Duration::from_secs(1 << count.min(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pace: &Pace, now: Instant) -> u64 {
        pace.not_before.map_or(0, |then| (then - now).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_tried_again_ever_later_until_one_succeeds() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let waited: Vec<u64> = (0..6)
            .map(|_| {
                pace.failed(now);
                waits(&pace, now)
            })
            .collect();
        assert_eq!(waited, [1, 2, 4, 8, 10, 10]);
        assert!(pace.holds(now) && !pace.holds(now + Duration::from_secs(10)));
        pace.hurry();
        assert!(!pace.holds(now));
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_by_others_is_mended_at_once_and_a_repeated_one_ever_later() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let seen: Vec<(bool, u64)> = (0..9)
            .map(|_| (pace.drifted(now), waits(&pace, now)))
            .collect();
        let waited: Vec<u64> = seen.iter().map(|one| one.1).collect();
        assert_eq!(waited, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(seen.iter().position(|one| one.0), Some(4));
        let later = now + WINDOW;
        assert!(!pace.drifted(later));
        assert_eq!(waits(&pace, later), 0);
    }
}
