//! CPU time of one review at one, two and all threads: clones share counters, and this shows what that costs.
//!
//! `cargo bench --bench threads`; time on CPU comes from `/proc`, so other load doesn't count.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    dead_code,
    reason = "a bench may fail loudly, reads the policies and prints its table; the fixture serves two benches"
)]

#[path = "engine/fixture.rs"]
mod fixture;

use std::fs;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

use portcullis::engine::{Bindings, PolicySet, evaluate};
use portcullis::model::Evidence;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reviews of each thread.
const REVIEWS: u32 = 2_000;

fn main() {
    let (set, bindings) = fixture::ready();
    let all = thread::available_parallelism().unwrap().get();
    let mut counts = vec![1, 2, all];
    counts.dedup();
    let mut alone = None;
    println!("threads   CPU a review   against one");
    for count in counts {
        let microseconds = (0..3)
            .map(|_| measure(&set, &bindings, count))
            .fold(f64::MAX, f64::min);
        let base = *alone.get_or_insert(microseconds);
        let more = (microseconds / base - 1.0) * 100.0;
        println!("{count:7}   {microseconds:9.1} µs   {more:+8.1} %");
    }
}

fn measure(set: &PolicySet, bindings: &Bindings, count: usize) -> f64 {
    let barrier = Barrier::new(count);
    let total: u64 = thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| scope.spawn(|| work(set, bindings, &barrier)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    let reviews = f64::from(REVIEWS) * f64::from(u32::try_from(count).unwrap());
    let nanoseconds = f64::from(u32::try_from(total / 1_000).unwrap()) * 1_000.0;
    nanoseconds / 1_000.0 / reviews
}

fn work(set: &PolicySet, bindings: &Bindings, barrier: &Barrier) -> u64 {
    let evidence = Evidence::default();
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    barrier.wait();
    let start = on_cpu();
    for _ in 0..REVIEWS {
        black_box(evaluate(set, bindings, &fixture::review(), &evidence, now));
    }
    on_cpu() - start
}

/// Nanoseconds that this thread has spent on a CPU.
fn on_cpu() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}
