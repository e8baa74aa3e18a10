//! The chart, rendered as operators render it: every combination that matters, judged by our own scan, and what the schema refuses.
//!
//! helm is a tool of `tests/control-plane/build`; without it these tests say that they skip.

use std::collections::BTreeSet;
use std::process::Command;

use crate::project::{Run, binary, repository, run_command};
use crate::require;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Values of each rendering that must work.
const TAKEN: &[(&str, &[&str])] = &[
    ("defaults", &[]),
    (
        "everything on",
        &[
            "metrics.serviceMonitor.enabled=true",
            "metrics.prometheusRule.enabled=true",
            "metrics.dashboard.enabled=true",
            "criticalPodQuota=true",
            "maxEnforcement=deny",
            "profiles={restricted}",
            "excludedNamespaces={legacy}",
        ],
    ),
    ("one replica, no facts", &["replicas=1", "facts=false"]),
    ("cert-manager", &["certificates.mode=cert-manager"]),
    (
        "cert-manager with an issuer",
        &[
            "certificates.mode=cert-manager",
            "certificates.certManager.issuerRef.name=corp",
            "certificates.certManager.issuerRef.kind=ClusterIssuer",
        ],
    ),
    ("manual certificates", &["certificates.mode=manual"]),
    (
        "failing open",
        &["enforce.failurePolicy=Ignore", "maxEnforcement=audit"],
    ),
    (
        "private nodes",
        &["containerPort=10250", "criticalPodQuota=true"],
    ),
    (
        "traces",
        &[
            "extraEnv[0].name=OTEL_EXPORTER_OTLP_ENDPOINT",
            "extraEnv[0].value=http://collector.observability:4318",
            "extraEnv[1].name=OTEL_EXPORTER_OTLP_HEADERS",
            "extraEnv[1].valueFrom.secretKeyRef.name=collector",
            "extraEnv[1].valueFrom.secretKeyRef.key=headers",
        ],
    ),
    (
        "configuration",
        &[
            "config.portcullis.version=1",
            "config.portcullis.profiles={restricted}",
            "config.policies.team=package policies.team.x",
        ],
    ),
];

/// Values that the schema refuses.
const REFUSED: &[(&str, &str)] = &[
    ("unknown key", "replica=2"),
    ("unknown nested key", "image.name=x"),
    ("no replicas", "replicas=0"),
    ("a list as text", "profiles=restricted"),
    ("another case", "enforce.failurePolicy=fail"),
    ("another word", "certificates.mode=external"),
    ("too long", "enforce.timeoutSeconds=31"),
    ("a short digest", "image.digest=sha256:abc"),
    ("more than all", "decisionLogSample=1.5"),
    ("a variable without a name", "extraEnv[0].value=x"),
    (
        "no namespace's name",
        "excludedNamespaces={Not_A_Namespace}",
    ),
];

/// `helm template` with these values; `None`: skipped, and said.
fn render(values: &[&str]) -> Option<Run> {
    let chart = repository().join("charts/portcullis");
    let mut command = Command::new(require::asset("helm")?);
    command.args(["template", "portcullis"]).arg(chart);
    command.args(["-n", "portcullis"]);
    for value in values {
        command.args(["--set", value]);
    }
    Some(run_command(&mut command, b""))
}

#[test]
fn every_combination_that_matters_renders_and_our_own_scan_finds_nothing() {
    for (name, values) in TAKEN {
        let digest = format!("image.digest={DIGEST}");
        let values: Vec<&str> = values.iter().copied().chain([&*digest]).collect();
        let Some(run) = render(&values) else {
            return;
        };
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let mut scan = binary();
        scan.args(["scan", "-", "--no-config", "--profile", "restricted"]);
        let scanned = run_command(&mut scan, run.stdout.as_bytes());
        assert_eq!(
            scanned.code, 0,
            "{name}: {}{}",
            scanned.stdout, scanned.stderr
        );
    }
}

#[test]
fn mistakes_in_values_are_refused() {
    for (name, value) in REFUSED {
        let Some(run) = render(&[value]) else {
            return;
        };
        assert_ne!(run.code, 0, "{name} is taken");
    }
}

#[test]
fn the_manifests_without_helm_are_the_charts() {
    let Some(run) = render(&[]) else {
        return;
    };
    let objects = |text: &str| -> BTreeSet<String> {
        let documents = text.split("---\n").map(str::trim);
        documents
            .filter(|text| text.contains("kind:"))
            .map(|text| {
                let lines = text.lines().filter(|line| !line.starts_with('#'));
                lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
            })
            .collect()
    };
    let printed = run_command(binary().args(["print", "manifests"]), b"").stdout;
    let rendered = objects(&run.stdout);
    let printed = objects(&printed);
    let missing: Vec<&String> = rendered.difference(&printed).collect();
    assert!(
        missing.is_empty(),
        "run charts/portcullis/render: {missing:?}"
    );
    let added: Vec<&String> = printed.difference(&rendered).collect();
    assert_eq!(added.len(), 1, "only the namespace is added: {added:?}");
}

#[test]
fn the_deployment_says_only_flags_that_there_are() {
    let printed = run_command(binary().args(["print", "manifests"]), b"").stdout;
    let flags: BTreeSet<&str> = printed
        .lines()
        .filter_map(|line| {
            line.trim()
                .trim_start_matches("- ")
                .trim_matches('"')
                .strip_prefix("--")
        })
        .filter_map(|flag| flag.split(['=', ' ']).next())
        .filter(|flag| flag.starts_with(char::is_alphabetic))
        .collect();
    assert!(flags.len() > 8, "{flags:?}");
    let help = run_command(binary().args(["webhook", "--help"]), b"").stdout;
    let unknown: Vec<&&str> = flags
        .iter()
        .filter(|flag| !help.contains(&format!("--{flag} ")))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
