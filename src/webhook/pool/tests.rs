//! Workers under load, panics and deadlines.

use std::collections::BTreeSet;
use std::sync::mpsc;

use super::*;

fn pool() -> Pool {
    Pool::new(Some(1)).unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// Keeps the only worker busy until what is returned is dropped.
async fn occupied(pool: &Arc<Pool>) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (started, starts) = oneshot::channel();
    let own = Arc::clone(pool);
    tokio::spawn(async move {
        let work = move || {
            let _ = started.send(());
            let _ = held.recv();
        };
        own.run(soon(), work).await
    });
    starts.await.unwrap();
    release
}

#[tokio::test]
async fn a_job_is_done_on_a_worker() {
    let pool = pool();
    let name = pool.run(soon(), || thread::current().name().map(str::to_owned));
    assert_eq!(name.await, Ok(Some("judge-0".to_owned())));
}

#[tokio::test]
async fn a_panic_is_one_jobs_and_the_worker_goes_on() {
    let pool = pool();
    let broken = pool.run(soon(), || -> u8 { panic!("a review's value") });
    assert_eq!(broken.await, Err(Unserved::Panic));
    assert_eq!(pool.run(soon(), || 7).await, Ok(7));
}

#[tokio::test]
async fn a_job_whose_time_is_over_is_dropped_undone() {
    let pool = Arc::new(pool());
    let release = occupied(&pool).await;
    let deadline = Instant::now() + Duration::from_millis(1);
    let own = Arc::clone(&pool);
    let waiting = tokio::spawn(async move { own.run(deadline, || 7).await });
    while pool.queued() == 0 {
        tokio::task::yield_now().await;
    }
    while Instant::now() <= deadline {
        tokio::task::yield_now().await;
    }
    drop(release);
    assert_eq!(waiting.await.unwrap(), Err(Unserved::Late));
}

#[tokio::test]
async fn what_cant_end_in_half_of_its_time_is_refused_at_once() {
    let pool = Arc::new(pool());
    pool.shared.measure(Duration::from_secs(2));
    assert_eq!(pool.run(soon(), || 7).await, Ok(7), "2 s of 5 s fit");
    pool.shared.service.store(2_000_000_000, Ordering::Relaxed);
    let _release = occupied(&pool).await;
    assert_eq!(pool.run(soon(), || 7).await, Err(Unserved::Overload));
}

#[tokio::test]
async fn whoever_is_told_finds_the_worker_free() {
    let pool = pool();
    for _ in 0..2000 {
        assert_eq!(pool.run(soon(), || 7).await, Ok(7));
        assert_eq!(pool.busy(), 0);
    }
}

#[tokio::test]
async fn of_idle_workers_the_last_to_work_is_asked() {
    let pool = Pool::new(Some(3)).unwrap();
    let name = || thread::current().name().unwrap().to_owned();
    let mut asked = BTreeSet::new();
    for _ in 0..50 {
        // A worker counts as idle shortly after it has told its outcome.
        while pool.shared.queue().idle.len() < 3 {
            thread::yield_now();
        }
        asked.insert(pool.run(soon(), name).await.unwrap());
    }
    assert_eq!(asked.len(), 1, "{asked:?}");
}

#[test]
fn the_service_time_follows_slowly() {
    let pool = pool();
    pool.shared.measure(Duration::from_millis(8));
    assert_eq!(pool.service(), Duration::from_millis(8));
    pool.shared.measure(Duration::from_millis(16));
    assert_eq!(pool.service(), Duration::from_millis(9));
}

#[tokio::test]
async fn a_worker_that_works_is_alive_and_a_silent_one_isnt() {
    let pool = Arc::new(pool());
    let release = occupied(&pool).await;
    assert!(pool.is_alive());
    // Started over a minute ago, as far as the beats know.
    let shared = Shared {
        queue: Mutex::default(),
        calls: vec![Condvar::new()],
        service: AtomicU64::new(0),
        busy: AtomicUsize::new(1),
        started: Instant::now().checked_sub(SILENCE * 2).unwrap(),
        beats: vec![AtomicU64::new(0)],
    };
    let lost = Pool {
        shared: Arc::new(shared),
        workers: 1,
    };
    assert!(!lost.is_alive());
    drop(release);
}
