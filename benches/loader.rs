//! How fast `source::read` turns manifests into reviews: events, values, spans and comments, on one core.
//!
//! The text is made here from a seed; `MB/s` is criterion's throughput in decimal megabytes of input.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portcullis::source::{ReadOptions, read};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A small generator (xorshift64*), so that two runs measure the same text.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 12] = [
            "web",
            "cache",
            "ledger",
            "gateway",
            "worker",
            "queue",
            "metrics",
            "search",
            "billing",
            "frontend",
            "scheduler",
            "archive",
        ];
        let word = usize::try_from(self.below(12)).ok();
        word.and_then(|word| WORDS.get(word))
            .copied()
            .unwrap_or("web")
    }
}

fn deployment(out: &mut String, random: &mut Random, number: usize) {
    let name = random.word();
    let _ = write!(
        out,
        "---\n# Source: shop/templates/{name}.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}-{number}\n  namespace: prod\n  labels:\n    app.kubernetes.io/name: {name}\n    app.kubernetes.io/version: \"{}.{}\"\nspec:\n  replicas: {}\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      securityContext:\n        runAsNonRoot: true\n      containers:\n",
        random.below(9),
        random.below(30),
        random.below(7)
    );
    for container in 0..=random.below(2) {
        let image = random.word();
        let _ = write!(
            out,
            "      - name: {image}-{container}\n        image: registry.example/{image}:{}.{}.{}\n        args: [\"--listen=:8080\", \"--level={}\"]\n        ports:\n        - containerPort: 8080 # the service's\n          protocol: TCP\n        resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n          limits:\n            memory: 256Mi\n        securityContext:\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n          capabilities:\n            drop: [\"ALL\"]\n        env:\n",
            random.below(5),
            random.below(20),
            random.below(40),
            random.below(4)
        );
        for variable in 0..random.below(8) {
            let _ = write!(
                out,
                "        - name: {}_{variable}\n          value: \"{}\"\n",
                random.word().to_uppercase(),
                random.below(1_000_000)
            );
        }
    }
}

fn config_map(out: &mut String, random: &mut Random, number: usize) {
    let _ = write!(
        out,
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{number}\ndata:\n  app.conf: |\n"
    );
    for _ in 0..random.below(20) {
        let (left, right) = (random.word(), random.word());
        let _ = writeln!(out, "    {left}.{right} = {}", random.below(10_000));
    }
}

/// About `bytes` of many small documents.
fn manifests(bytes: usize) -> String {
    let mut random = Random(0x5eed);
    let mut out = String::with_capacity(bytes + 4096);
    let mut number = 0;
    while out.len() < bytes {
        if random.below(4) == 0 {
            config_map(&mut out, &mut random, number);
        } else {
            deployment(&mut out, &mut random, number);
        }
        number += 1;
    }
    out
}

/// Documents like those of large custom resource definitions: deep, with long descriptions.
fn definitions(bytes: usize) -> String {
    let mut random = Random(0xc0de);
    let mut out = String::with_capacity(bytes + 4096);
    let mut number = 0;
    while out.len() < bytes {
        let _ = write!(
            out,
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things{number}.example.org\nspec:\n  group: example.org\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n"
        );
        for property in 0..400 {
            let name = random.word();
            let _ = write!(
                out,
                "          {name}{property}:\n            description: The {name} of the thing, which the controller of {} reads when it starts and\n              whenever its {} changes; leave it empty for the default.\n            properties:\n              name:\n                maxLength: {}\n                type: string\n              enabled:\n                type: boolean\n            required:\n            - name\n            type: object\n",
                random.word(),
                random.word(),
                random.below(253)
            );
        }
        number += 1;
    }
    out
}

fn loader(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("loader");
    group.sample_size(20);
    let json = {
        let text = manifests(2_000_000);
        let read = read(text.as_bytes(), &options());
        let objects = read
            .reviews
            .iter()
            .filter_map(|review| review.object.as_deref());
        objects.fold(String::new(), |text, object| {
            text + &object.to_string() + "\n"
        })
    };
    for (name, text) in [
        ("manifests", manifests(5_000_000)),
        ("definitions", definitions(5_000_000)),
        ("json", json),
    ] {
        group.throughput(Throughput::BytesDecimal(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &text, |bencher, text| {
            bencher.iter(|| {
                black_box(read(black_box(text.as_bytes()), &options()))
                    .reviews
                    .len()
            });
        });
    }
    group.finish();
}

fn options() -> ReadOptions<'static> {
    ReadOptions {
        name: "bench.yaml",
        ..ReadOptions::default()
    }
}

criterion_group!(benches, loader);
criterion_main!(benches);
