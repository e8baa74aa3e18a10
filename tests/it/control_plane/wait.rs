//! Waiting for an effect, and for a future where nothing waits.
//!
//! Never sleeps for longer than one look: what has happened is seen within 50 ms.

use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime;

/// How long an effect may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(50);

/// What `look` gives as soon as it gives something; fails and says `what` after 30 seconds.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = poll(PATIENCE, look).await;
    assert!(found.is_some(), "not within {PATIENCE:?}: {what}");
    found.unwrap()
}

/// What `look` gives as soon as it gives something; `None` after `limit`.
pub(crate) async fn poll<T>(
    limit: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        let found = look().await;
        if found.is_some() || Instant::now() >= end {
            return found;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Runs a future to its end on a thread and a runtime of its own: a destructor and a plain test have none, and an async test may not
/// block on its own.
pub(crate) fn apart<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    let run = || {
        let mut runtime = runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(work())
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
