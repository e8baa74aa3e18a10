//! The clock beside the judging: tells a worker that its review has run out of time.
//!
//! The engine has no clock; it looks at a flag between policies.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place of the scan that measures time"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(20);

/// Deadlines, and the flags to raise.
type UnderWay = Vec<(Instant, Arc<AtomicBool>)>;

/// The reviews under way, with their deadlines.
#[derive(Debug)]
pub(super) struct Watch {
    timeout: Duration,
    under_way: Arc<Mutex<UnderWay>>,
}

impl Watch {
    /// Starts the clock; it ends with the watch.
    pub(super) fn start(timeout: Duration) -> Self {
        let under_way: Arc<Mutex<UnderWay>> = Arc::default();
        let seen = Arc::downgrade(&under_way);
        thread::spawn(move || {
            while let Some(reviews) = seen.upgrade() {
                let now = Instant::now();
                for (deadline, flag) in &*reviews.lock().unwrap_or_else(PoisonError::into_inner) {
                    if now >= *deadline {
                        flag.store(true, Ordering::Relaxed);
                    }
                }
                drop(reviews);
                thread::sleep(TICK);
            }
        });
        Self { timeout, under_way }
    }

    /// Runs `work` with a flag that is raised once the time is over.
    pub(super) fn guard<T>(&self, work: impl FnOnce(&AtomicBool) -> T) -> T {
        let flag = Arc::new(AtomicBool::new(false));
        let deadline = Instant::now() + self.timeout;
        self.lock().push((deadline, Arc::clone(&flag)));
        let result = work(&flag);
        self.lock().retain(|(_, other)| !Arc::ptr_eq(other, &flag));
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, UnderWay> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
