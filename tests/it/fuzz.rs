//! Hostile documents and policies: no abort, no hang, no value of a document in any text.
//!
//! A short run in every test; `PORTCULLIS_FUZZ_SECONDS=3600 cargo test --release --test it fuzz::` for a long one. Seeds are counted
//! up from `PORTCULLIS_FUZZ_SEED` (default 0), so that a failure names the seed that shows it; such seeds are kept in `KEPT`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis::engine::{self, Options, PolicySource};
use portcullis::model::{
    Binding, Decision, Enforcement, Evidence, InlineMode, KubernetesVersion, LoadProblem,
    SourceText,
};
use portcullis::source::{self, ReadOptions};

/// Stands for a secret: must never be in a text of ours.
const CANARY: &str = "c4n4ry-Z9";

/// Seeds that once showed something.
const KEPT: &[u64] = &[];

/// No single input may take longer.
const HANG: Duration = Duration::from_secs(1);

/// A small generator of numbers (splitmix64): the same bytes for the same seed, on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const YAML: &[&str] = &[
    "apiVersion: v1\n",
    "kind: Pod\n",
    "kind: List\n",
    "items:\n",
    "metadata:\n",
    "  name: x\n",
    "spec:\n",
    "  containers:\n",
    "  - name: app\n",
    "    securityContext:\n",
    "      privileged: true\n",
    "      privileged: yes\n",
    "---\n",
    "...\n",
    "- ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    ":",
    "? ",
    "&a ",
    "*a",
    "<<: ",
    "<<: *a\n",
    "!!str ",
    "!!binary ",
    "!x ",
    "| \n",
    ">-\n",
    "\"",
    "'",
    "\\u00e9",
    "# c\n",
    "# portcullis: ignore[a/b] reason=\"x\"\n",
    "# Source: a/templates/b.yaml\n",
    "%YAML 1.2\n",
    "{{ .x }}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "é",
    "😀",
    "null",
    "~",
    "0x1F",
    "1e3",
    ".inf",
    "010",
    CANARY,
    "hostNetwork: true\n",
    "a: ",
    "\"a\": ",
    "@",
    "`",
    "\u{0}",
];

const REGO: &[&str] = &[
    "violation contains {\"msg\": m, \"path\": p} if {\n",
    "}\n",
    "\tm := ",
    "\tp := ",
    "input.review.object",
    ".metadata.name",
    ".spec",
    "[i]",
    "[_]",
    "some i\n",
    "some x in ",
    "every x in ",
    " { ",
    " } ",
    "not ",
    "with input as ",
    "input",
    "data.portcullis.kubernetesVersion",
    "sprintf(\"%v %d %s\", [",
    "])",
    "count(",
    "to_number(",
    "object.get(",
    "regex.match(",
    "strings.count(",
    "json.marshal(",
    "object.subset(",
    "concat(",
    "walk(",
    "numbers.range(1, 3)",
    ")",
    "(",
    "[",
    "]",
    "{",
    ",",
    ":",
    "|",
    ":= ",
    "== ",
    "= ",
    "!= ",
    "+ ",
    "- ",
    "* ",
    "/ ",
    "% ",
    "& ",
    "\n",
    ";",
    "\"a\"",
    "`r`",
    "1",
    "null",
    "true",
    "false",
    "f(x) := x\n",
    "f(x)",
    "g(1)",
    "g(x) if f(x)\n",
    "else := 1 ",
    "default a := 1\n",
    "import data.policies.lib.pods\n",
    "set()",
    "$\"{x}\"",
    "print(",
    "time.now_ns()",
    "\"c\"",
];

/// `count` pieces, strung together.
fn soup(dice: &mut Dice, pieces: &[&str], count: usize) -> String {
    (0..count).map(|_| dice.pick(pieces)).collect()
}

/// A valid manifest with a few pieces replaced, or a soup.
fn manifest(dice: &mut Dice) -> Vec<u8> {
    let valid = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {CANARY}\n  annotations: {{a: {CANARY}}}\nspec:\n  hostNetwork: true\n  containers:\n  - name: app\n    env: [{{name: A, value: {CANARY}}}]\n    securityContext:\n      privileged: true\n"
    );
    let mut text = match dice.roll(3) {
        0 => {
            let length = dice.roll(60);
            soup(dice, YAML, length)
        }
        _ => valid,
    };
    for _ in 0..dice.roll(6) {
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let at = places[dice.roll(places.len())];
        if dice.roll(2) == 0 {
            text.insert_str(at, dice.pick(YAML));
        } else {
            let end = places[dice.roll(places.len())];
            let (first, last) = (at.min(end), at.max(end));
            let near = places
                .iter()
                .copied()
                .take_while(|place| *place <= last.min(first + 12));
            text.replace_range(first..near.last().unwrap_or(first).max(first), "");
        }
    }
    let mut bytes = text.into_bytes();
    if dice.roll(8) == 0 && !bytes.is_empty() {
        let at = dice.roll(bytes.len());
        bytes[at] = u8::try_from(dice.roll(256)).unwrap();
    }
    bytes
}

/// A policy with sound metadata and a hostile body.
fn policy(dice: &mut Dice) -> String {
    let head = "# METADATA\n# title: Fuzz\n# description: A hostile policy.\n# custom:\n#   severity: high\n#   scope: {kinds: [\"*\"], operations: [CREATE]}\n#   remediation: None.\npackage policies.test.fuzz\n\n";
    let body = match dice.roll(3) {
        0 => {
            let length = dice.roll(40);
            soup(dice, REGO, length)
        }
        1 => {
            let length = dice.roll(12);
            format!(
                "violation contains {{\"msg\": m, \"path\": []}} if {{\n\tm := {}\n}}\n",
                soup(dice, REGO, length)
            )
        }
        _ => {
            let length = dice.roll(10);
            let name = dice.pick(&[
                "to_number",
                "count",
                "upper",
                "json.unmarshal",
                "time.parse_rfc3339_ns",
                "regex.match",
                "base64.decode",
            ]);
            format!(
                "violation contains {{\"msg\": m, \"path\": []}} if {{\n\tx := {name}(input.review.object{})\n\tm := sprintf(\"%v\", [x])\n{}\n}}\n",
                dice.pick(&["", ".metadata", ".metadata.name", ".spec.containers"]),
                soup(dice, REGO, length)
            )
        }
    };
    format!("{head}{body}")
}

fn options() -> Options {
    Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Duration::from_millis(250),
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    }
}

/// No text that isn't the policy's own message holds a value of the document.
#[track_caller]
fn silent(seed: u64, problems: &[LoadProblem], decision: Option<&Decision>) {
    for problem in problems {
        assert!(
            !problem.message.contains(CANARY),
            "seed {seed}: {}",
            problem.message
        );
    }
    for failure in decision.iter().flat_map(|decision| &decision.failures) {
        let text = format!(
            "{}{}",
            failure.message,
            failure.help.as_deref().unwrap_or_default()
        );
        assert!(!text.contains(CANARY), "seed {seed}: {text}");
    }
}

fn one(seed: u64, shipped: &(engine::PolicySet, engine::Bindings)) {
    let mut dice = Dice(seed);
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    let bytes = manifest(&mut dice);
    let read = source::read(
        &bytes,
        &ReadOptions {
            name: "fuzz.yaml",
            kind: None,
            chart_template: dice.roll(8) == 0,
        },
    );
    for unreadable in &read.unreadable {
        assert!(
            !unreadable.message.contains(CANARY),
            "seed {seed}: {}",
            unreadable.message
        );
    }
    for review in &read.reviews {
        silent(
            seed,
            &[],
            Some(&engine::evaluate(
                &shipped.0,
                &shipped.1,
                review,
                &Evidence::default(),
                now,
            )),
        );
    }
    let text = Arc::new(SourceText::new(
        "policies/test/fuzz/policy.rego",
        policy(&mut dice),
    ));
    let (set, problems) = engine::build(
        vec![PolicySource {
            text,
            shipped: false,
        }],
        &options(),
    );
    silent(seed, &problems, None);
    for policy in set.policies() {
        let (bindings, _) = set.bind(
            vec![binding(policy.id.clone())],
            Vec::new(),
            InlineMode::Allow,
        );
        for review in &read.reviews {
            silent(
                seed,
                &[],
                Some(&engine::evaluate(
                    &set,
                    &bindings,
                    review,
                    &Evidence::default(),
                    now,
                )),
            );
        }
    }
}

fn binding(policy: portcullis::model::PolicyId) -> Binding {
    Binding {
        enforcement: Some(Enforcement::Deny),
        ..Binding::new(policy, "test")
    }
}

#[test]
fn hostile_documents_and_policies_end_in_data() {
    let seconds = std::env::var("PORTCULLIS_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let first = std::env::var("PORTCULLIS_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(3));
    let (set, problems) = engine::build(portcullis::bundle::shipped(), &options());
    assert!(problems.is_empty());
    let all = set
        .policies()
        .iter()
        .map(|policy| binding(policy.id.clone()))
        .collect();
    let (bindings, _) = set.bind(all, Vec::new(), InlineMode::Allow);
    let shipped = (set, bindings);
    let mut seeds = KEPT.iter().copied().chain(first..);
    let mut done = 0_u64;
    while Instant::now() < until {
        let Some(seed) = seeds.next() else { break };
        let started = Instant::now();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| one(seed, &shipped)));
        // A policy may use up its time limit on each of a few objects; a hang is what goes on beyond that.
        let spent = started.elapsed();
        assert!(ended.is_ok(), "seed {seed}: panicked after {spent:?}");
        assert!(spent <= HANG * 4, "seed {seed}: hung for {spent:?}");
        done += 1;
    }
    assert!(done > 20, "only {done} inputs in {seconds:?} seconds");
}
