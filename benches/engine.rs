//! What the door costs over bare regorus: the same policies, the same review, one thread.
//!
//! `cargo bench --bench engine`; the policies are those of `policies/`, under metadata of the bench's own.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench may fail loudly, and reads the policies"
)]

#[path = "engine/fixture.rs"]
mod fixture;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use portcullis::engine::{build, evaluate};
use portcullis::model::{Evidence, InlineMode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn door(criterion: &mut Criterion) {
    let (set, bindings) = fixture::ready();
    let evidence = Evidence::default();
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut group = criterion.benchmark_group("door");
    let decision = evaluate(&set, &bindings, &fixture::review(), &evidence, now);
    assert_eq!(decision.failures, [], "the policies run");
    let policies = decision.judged;
    group.bench_function(
        format!("{policies} policies, first look at a Pod"),
        |bench| {
            bench.iter_batched(
                fixture::review,
                |review| evaluate(&set, &bindings, &review, &evidence, now),
                BatchSize::SmallInput,
            );
        },
    );
    let review = fixture::review();
    group.bench_function(format!("{policies} policies, converted already"), |bench| {
        bench.iter(|| evaluate(&set, &bindings, black_box(&review), &evidence, now));
    });
    let deployment = fixture::deployment();
    group.bench_function(
        format!("{policies} policies, inside a Deployment"),
        |bench| {
            bench.iter_batched(
                || deployment.clone(),
                |review| evaluate(&set, &bindings, &review, &evidence, now),
                BatchSize::SmallInput,
            );
        },
    );
    let other = fixture::config_map();
    group.bench_function("nothing applies", |bench| {
        bench.iter(|| evaluate(&set, &bindings, black_box(&other), &evidence, now));
    });
    group.bench_function("needs", |bench| {
        bench.iter(|| set.needs(&bindings, black_box(&review)));
    });
}

fn bare(criterion: &mut Criterion) {
    let units = fixture::bare_units();
    let object = fixture::pod();
    let mut group = criterion.benchmark_group("bare regorus");
    group.bench_function(format!("{} policies, from JSON", units.len()), |bench| {
        bench.iter(|| {
            let input = fixture::bare_input(black_box(&object));
            for unit in &units {
                black_box(unit.violations(&input));
            }
        });
    });
    let input = fixture::bare_input(&object);
    group.bench_function(
        format!("{} policies, converted already", units.len()),
        |bench| {
            bench.iter(|| {
                for unit in &units {
                    black_box(unit.violations(black_box(&input)));
                }
            });
        },
    );
    let unit = units.first().unwrap();
    group.bench_function("clone of one unit", |bench| bench.iter(|| unit.clone()));
    group.bench_function("conversion alone", |bench| {
        bench.iter(|| fixture::bare_input(black_box(&object)));
    });
}

fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(20);
    for shipped in [true, false] {
        let sources = fixture::sources(shipped);
        let name = if shipped {
            "shipped: metadata alone"
        } else {
            "from outside: checked and prepared"
        };
        group.bench_function(name, |bench| {
            bench.iter(|| build(black_box(sources.clone()), &fixture::options()));
        });
    }
    let (set, _) = build(fixture::sources(false), &fixture::options());
    group.bench_function("bind", |bench| {
        bench.iter(|| set.bind(fixture::bindings(&set), Vec::new(), InlineMode::Allow));
    });
}

criterion_group!(benches, door, bare, load);
criterion_main!(benches);
