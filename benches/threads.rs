//! CPU time of one review at one, two and all threads: clones share counters, and this shows what that costs.
//! A set for each thread shows what the machine itself costs.
//!
//! `cargo bench --bench threads`; time on CPU comes from `/proc`, so other load doesn't count.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
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
    let all = thread::available_parallelism().unwrap().get();
    let mut counts = vec![1, 2, all];
    counts.dedup();
    let mut alone = None;
    println!("threads   one set for all   against one   a set each   against one");
    for count in counts {
        let shared = vec![fixture::ready()];
        let own: Vec<(PolicySet, Bindings)> = (0..count).map(|_| fixture::ready()).collect();
        let (shared, own) = (best(&shared, count), best(&own, count));
        let (base, base_own) = *alone.get_or_insert((shared, own));
        let more = |microseconds: f64, base: f64| (microseconds / base - 1.0) * 100.0;
        println!(
            "{count:7}   {shared:12.1} µs   {:+9.1} %   {own:7.1} µs   {:+9.1} %",
            more(shared, base),
            more(own, base_own),
        );
    }
}

/// The best of five: other load can only add.
fn best(sets: &[(PolicySet, Bindings)], count: usize) -> f64 {
    (0..5)
        .map(|_| measure(sets, count))
        .fold(f64::MAX, f64::min)
}

fn measure(sets: &[(PolicySet, Bindings)], count: usize) -> f64 {
    let barrier = Barrier::new(count);
    let total: u64 = thread::scope(|scope| {
        let threads: Vec<_> = sets
            .iter()
            .cycle()
            .take(count)
            .map(|(set, bindings)| scope.spawn(|| work(set, bindings, &barrier)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    let reviews = f64::from(REVIEWS) * f64::from(u32::try_from(count).unwrap());
    f64::from(u32::try_from(total / 1_000).unwrap()) / reviews
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
