//! The workers that parse and judge: dedicated threads with deep stacks, behind a queue bounded by deadlines.
//!
//! Never lets a job wait for nothing: what can't be done in time is refused at once, what is late is dropped undone.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::answer::Unserved;

/// Deep documents and policies must not end the process.
const STACK_BYTES: usize = 64 << 20;
/// More workers than this don't pay: evaluation is short.
const MOST_WORKERS: usize = 8;
/// Weight of the newest job in the smoothed service time: 1/8.
const SMOOTHING: u32 = 3;
/// A worker that is silent for longer is lost.
const SILENCE: Duration = Duration::from_mins(1);

/// Workers and their queue; dropping it ends the workers after their jobs.
pub(super) struct Pool {
    shared: Arc<Shared>,
    workers: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    /// What each worker waits on.
    calls: Vec<Condvar>,
    /// Smoothed time of one job, in nanoseconds.
    service: AtomicU64,
    busy: AtomicUsize,
    started: Instant,
    /// When each worker last took or finished a job, in milliseconds since `started`; `IDLE` while it waits.
    beats: Vec<AtomicU64>,
}

const IDLE: u64 = u64::MAX;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Who waits for a job, the last to finish one at the end: its caches are warm.
    idle: Vec<usize>,
    closed: bool,
}

struct Job {
    deadline: Instant,
    work: Box<dyn FnOnce(Turn) -> Tell + Send>,
}

/// Tells whoever waits for a job: when the worker counts as free again, so that the next call isn't refused for this one.
type Tell = Box<dyn FnOnce()>;

/// Whether a job's turn came in time.
enum Turn {
    Now,
    TooLate,
}

impl Pool {
    /// A pool of `workers` threads; `None`: one for each core that the process may use.
    pub(super) fn new(workers: Option<usize>) -> std::io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = workers.unwrap_or(cores.min(MOST_WORKERS)).max(1);
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            calls: (0..workers).map(|_| Condvar::new()).collect(),
            service: AtomicU64::new(0),
            busy: AtomicUsize::new(0),
            started: Instant::now(),
            beats: (0..workers).map(|_| AtomicU64::new(IDLE)).collect(),
        });
        for worker in 0..workers {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("judge-{worker}"))
                .stack_size(STACK_BYTES)
                .spawn(move || shared.work(worker))?;
        }
        Ok(Self { shared, workers })
    }

    /// Does `work` on a worker; refused at once if that can't end in half of the time that is left.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unserved> {
        if !self.has_room(deadline) {
            return Err(Unserved::Overload);
        }
        let (sender, receiver) = oneshot::channel();
        let work = Box::new(move |turn| {
            let outcome = match turn {
                Turn::TooLate => Err(Unserved::Late),
                // One of the two places that catch a panic (architecture.md, invariant 4): one review must not end the process.
                Turn::Now => {
                    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| Unserved::Panic)
                }
            };
            Box::new(move || {
                // Who has stopped waiting has answered already.
                let _ = sender.send(outcome);
            }) as Tell
        });
        self.shared.push(Job { deadline, work });
        receiver.await.unwrap_or(Err(Unserved::Panic))
    }

    /// Whether a job that comes now is done before half of its time is over.
    fn has_room(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let service = self.service();
        let ahead = self.queued() + self.busy();
        // An idle worker tries: what a slow review before took says nothing of this one.
        if ahead < self.workers {
            return true;
        }
        let waves = u32::try_from(ahead / self.workers).unwrap_or(u32::MAX);
        service.saturating_mul(waves.saturating_add(1)) <= left / 2
    }

    /// The smoothed time of one job.
    pub(super) fn service(&self) -> Duration {
        Duration::from_nanos(self.shared.service.load(Ordering::Relaxed))
    }

    /// Jobs that wait.
    pub(super) fn queued(&self) -> usize {
        self.shared.queue().jobs.len()
    }

    /// Jobs in work.
    pub(super) fn busy(&self) -> usize {
        self.shared.busy.load(Ordering::Relaxed)
    }

    /// Whether every worker is idle or has shown life within a minute.
    pub(super) fn is_alive(&self) -> bool {
        let now = self.shared.now();
        self.shared.beats.iter().all(|beat| {
            let beat = beat.load(Ordering::Relaxed);
            beat == IDLE || u128::from(now.saturating_sub(beat)) < SILENCE.as_millis()
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.calls.iter().for_each(Condvar::notify_all);
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(IDLE - 1)
    }

    fn work(&self, worker: usize) {
        while let Some(job) = self.next(worker) {
            self.beat(worker, self.now());
            self.busy.fetch_add(1, Ordering::Relaxed);
            let start = Instant::now();
            let tell = if job.deadline <= start {
                (job.work)(Turn::TooLate)
            } else {
                let tell = (job.work)(Turn::Now);
                self.measure(start.elapsed());
                tell
            };
            self.busy.fetch_sub(1, Ordering::Relaxed);
            self.beat(worker, IDLE);
            tell();
        }
    }

    fn push(&self, job: Job) {
        let mut queue = self.queue();
        queue.jobs.push_back(job);
        let worker = queue.idle.pop();
        drop(queue);
        if let Some(call) = worker.and_then(|worker| self.calls.get(worker)) {
            call.notify_one();
        }
    }

    /// The next job; `None`: there will be none.
    fn next(&self, worker: usize) -> Option<Job> {
        let call = self.calls.get(worker)?;
        let mut queue = self.queue();
        loop {
            // It may wake without having been called.
            queue.idle.retain(|idle| *idle != worker);
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue.idle.push(worker);
            queue = call.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn beat(&self, worker: usize, at: u64) {
        if let Some(beat) = self.beats.get(worker) {
            beat.store(at, Ordering::Relaxed);
        }
    }

    fn measure(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let before = self.service.load(Ordering::Relaxed);
        let smoothed = match before {
            0 => took,
            before => before - (before >> SMOOTHING) + (took >> SMOOTHING),
        };
        self.service.store(smoothed, Ordering::Relaxed);
    }
}

/// Tells a worker to stop between two policies, when whoever asked goes away or answers himself.
#[derive(Clone, Default)]
pub(super) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the worker to stop.
    pub(super) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// What the engine looks at between two policies.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

/// Cancels when it is dropped: a client that hangs up frees its worker.
pub(super) struct CancelOnDrop(pub(super) Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests;
