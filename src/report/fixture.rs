//! A small report to render, for the tests of this floor.
//!
//! Never used outside tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::model::{
    Confidence, Coverage, Decision, Digest, Enforcement, ExemptionUse, Failure, FailureClass,
    Finding, Judged, KindPattern, LoadProblem, Location, NotKnown, NotRun, Notice, Operation, Path,
    Policy, PolicyPlace, Reference, Related, RelatedResource, Report, Resource, Scope, Severity,
    SkipReason, Skipped, SourceText, Span, Status, Unreadable, Verdict,
};

pub(crate) const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - name: app
        image: registry.example/app
        env:
        - {name: PASSWORD, value: hunter2}
        securityContext:
          privileged: true
          runAsUser: 0 # \u{202e}tluafed
";

pub(crate) fn source(name: &str, text: &str) -> Arc<SourceText> {
    Arc::new(SourceText::new(name, text))
}

/// The place of the first `needle` in `source`.
#[track_caller]
pub(crate) fn at(source: &Arc<SourceText>, needle: &str, path: &str) -> Location {
    let start = source
        .text()
        .find(needle)
        .expect("the needle stands in the text");
    let span = Span::new(
        u32::try_from(start).expect("small"),
        u32::try_from(start + needle.len()).expect("small"),
    );
    Location {
        source: Arc::clone(source),
        place: source.place(span),
        path: Path::parse(path).expect("a path"),
        label: None,
    }
}

pub(crate) fn policy(id: &str, severity: Severity) -> Policy {
    Policy {
        id: id.parse().expect("an id"),
        title: format!("Title of {id}"),
        description: "A privileged container has every capability of its node.\nWho breaks into it has the node.".into(),
        severity,
        confidence: Confidence::High,
        scope: Scope {
            kinds: vec![KindPattern::parse("Pod").expect("a kind")],
            operations: vec![Operation::Create, Operation::Update],
            subresources: vec!["ephemeralcontainers".into()],
            templates: true,
        },
        parameters: None,
        evidence: Vec::new(),
        remediation: "Set `privileged: false` and add the single capability that the program needs: \
                      `securityContext: {privileged: false}`."
            .into(),
        references: vec![Reference { framework: "PSS".into(), id: "baseline/Privileged Containers".into() }],
        related_resources: vec![RelatedResource {
            reference: "https://kubernetes.io/docs/concepts/security/pod-security-standards/".into(),
            description: None,
        }],
        supersedes: Vec::new(),
        since: Some("0.1.0".into()),
        file: format!("policies/{id}/policy.rego"),
    }
}

/// A denying finding of severity high without a file.
pub(crate) fn finding(policy: &str, path: &str, message: &str) -> Finding {
    Finding {
        policy: policy.parse().expect("an id"),
        severity: Severity::High,
        confidence: Confidence::High,
        enforcement: Enforcement::Deny,
        status: Status::New,
        message: message.into(),
        path: Path::parse(path).expect("a path"),
        found: None,
        wanted: None,
        container: None,
        details: None,
        location: None,
        missing: None,
        related: Vec::new(),
        exemption: None,
        superseded_by: None,
        pre_existing: false,
        fingerprint: format!("fingerprint of {policy} {path}"),
    }
}

pub(crate) fn judged(file: &str, findings: Vec<Finding>) -> Judged {
    let denies = findings.iter().any(Finding::denies);
    Judged {
        file: file.into(),
        resource: Resource {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            namespace: "shop".into(),
            name: "web".into(),
            document: 1,
            template: None,
        },
        decision: Decision {
            verdict: if denies {
                Verdict::Deny
            } else {
                Verdict::Allow
            },
            findings,
            judged: 5,
            ..Decision::default()
        },
    }
}

/// A report of `judged` with metadata for every policy that it names.
pub(crate) fn report(judged: Vec<Judged>) -> Report {
    let verdict = judged
        .iter()
        .map(|judged| judged.decision.verdict)
        .max()
        .unwrap_or_default();
    let ids = judged.iter().flat_map(|judged| {
        let decision = &judged.decision;
        let findings = decision
            .findings
            .iter()
            .map(|finding| (&finding.policy, finding.severity));
        findings.chain(
            decision
                .failures
                .iter()
                .map(|failure| (&failure.policy, Severity::High)),
        )
    });
    let policies = ids
        .map(|(id, severity)| (id.clone(), Arc::new(policy(id.as_str(), severity))))
        .collect();
    let objects = judged.len() as u64;
    Report {
        version: "0.1.0".into(),
        policy_set_digest: Digest([0xab; 32]),
        bindings_digest: Digest([0xcd; 32]),
        kubernetes_version: "1.37".into(),
        verdict,
        exit_code: u8::from(verdict == Verdict::Deny),
        policies,
        judged,
        load_problems: Vec::new(),
        coverage: Coverage {
            files_seen: 1,
            files_judged: 1,
            objects,
            policies: 5,
            ..Coverage::default()
        },
        notices: Vec::new(),
    }
}

/// A report with nothing to say.
pub(crate) fn clean() -> Report {
    let mut report = report(vec![judged("k8s/web.yaml", Vec::new())]);
    report.policies = BTreeMap::new();
    report
}

fn findings(source: &Arc<SourceText>) -> Vec<Finding> {
    let container = "spec.template.spec.containers[0]";
    let path = |rest: &str| format!("{container}.{rest}");
    let privileged = path("securityContext.privileged");
    vec![
        Finding {
            location: Some(at(
                source,
                "hostNetwork: true",
                "spec.template.spec.hostNetwork",
            )),
            enforcement: Enforcement::Warn,
            severity: Severity::Medium,
            ..finding(
                "least-privilege/host-namespace",
                "spec.template.spec.hostNetwork",
                "pod shares the network of its node",
            )
        },
        Finding {
            location: Some(at(source, "securityContext", &path("securityContext"))),
            missing: Some("runAsNonRoot".into()),
            wanted: Some(json!(true)),
            container: Some("app".into()),
            severity: Severity::Medium,
            ..finding(
                "least-privilege/run-as-root-allowed",
                &path("securityContext.runAsNonRoot"),
                r#"neither the pod nor container "app" forbids root"#,
            )
        },
        Finding {
            location: Some(at(source, "privileged: true", &privileged)),
            found: Some(json!(true)),
            wanted: Some(json!(false)),
            container: Some("app".into()),
            severity: Severity::Critical,
            related: vec![
                Related {
                    path: Path::parse("metadata.name").expect("a path"),
                    message: Some("of this object".into()),
                    of: None,
                    location: Some(at(source, "name: web", "metadata.name")),
                },
                Related {
                    path: Path::parse("rules[0]").expect("a path"),
                    message: None,
                    of: Some("role".into()),
                    location: None,
                },
            ],
            ..finding(
                "least-privilege/privileged-container",
                &privileged,
                r#"container "app" is privileged"#,
            )
        },
        Finding {
            location: Some(at(source, "privileged: true", &privileged)),
            superseded_by: Some(
                "least-privilege/privileged-container"
                    .parse()
                    .expect("an id"),
            ),
            ..finding(
                "least-privilege/privilege-escalation",
                &privileged,
                "folded away",
            )
        },
        Finding {
            location: Some(at(
                source,
                "runAsUser: 0",
                &path("securityContext.runAsUser"),
            )),
            status: Status::Exempt,
            exemption: Some(ExemptionUse {
                file: ".portcullis-exemptions.yaml".into(),
                line: 4,
                inline: false,
                reason: "node agent | reads <logs>".into(),
                owner: Some("team-observability".into()),
                expires: Some(jiff::civil::date(2027, 3, 1)),
                index: Some(0),
            }),
            ..finding(
                "least-privilege/root-user",
                &path("securityContext.runAsUser"),
                "container \"app\" runs as root",
            )
        },
        Finding {
            location: Some(at(source, "image: registry.example/app", &path("image"))),
            enforcement: Enforcement::Audit,
            severity: Severity::Low,
            ..finding("images/not-pinned", &path("image"), "image isn't pinned")
        },
        Finding {
            location: Some(at(source, "name: app", &path("name"))),
            status: Status::Baseline,
            ..finding(
                "least-privilege/host-port",
                &path("name"),
                "in the baseline",
            )
        },
    ]
}

fn secret() -> Judged {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {user: admin, password: hunter2}\n";
    let source = source("k8s/secret.yaml", text);
    let finding = Finding {
        location: Some(at(&source, "password: hunter2", "stringData.password")),
        ..finding(
            "secrets/weak-password",
            "stringData.password",
            "password is easy to guess",
        )
    };
    let mut judged = judged("k8s/secret.yaml", vec![finding]);
    judged.resource.api_version = "v1".into();
    judged.resource.kind = "Secret".into();
    judged.resource.name = "db".into();
    judged.resource.namespace = String::new();
    judged
}

fn rendered() -> Judged {
    let source = source(
        "<stdin>",
        "---\n# Source: shop/templates/api.yaml\nkind: Pod\nspec:\n  hostPID: true\n",
    );
    let finding = Finding {
        location: Some(at(&source, "hostPID: true", "spec.hostPID")),
        ..finding(
            "least-privilege/host-namespace",
            "spec.hostPID",
            "pod shares the processes of its node",
        )
    };
    let mut judged = judged("<stdin>", vec![finding]);
    judged.resource.template = Some("shop/templates/api.yaml".into());
    judged.decision.failures = vec![Failure {
        policy: "least-privilege/host-port".parse().expect("an id"),
        class: FailureClass::Deadline,
        message: "ran past its limit of 250 ms".into(),
        place: Some(PolicyPlace {
            file: "policies/least-privilege/host-port/policy.rego".into(),
            line: 22,
            column: 5,
        }),
        help: Some("make the policy cheaper, or raise `--timeout`".into()),
        enforcement: Enforcement::Deny,
    }];
    judged
}

fn load_problem() -> LoadProblem {
    let source = source(
        "own/broken.rego",
        "package policies.own.broken\n\nviolation contains x if {\n\tfoo(x)\n}\n",
    );
    LoadProblem {
        policy: Some("own/broken".parse().expect("an id")),
        span: at(&source, "foo", "").place.span,
        source,
        code: "unknown-function",
        message: "`foo` is not a function".into(),
        help: Some("import the package that defines it".into()),
    }
}

/// A report with everything that there is.
pub(crate) fn full() -> Report {
    let web = judged("k8s/web.yaml", findings(&source("k8s/web.yaml", WEB)));
    let plain = judged("k8s/plain.yaml", Vec::new());
    let mut report = report(vec![rendered(), plain, secret(), web]);
    report.load_problems = vec![load_problem()];
    report.exit_code = 4;
    report.coverage = Coverage {
        files_seen: 14,
        files_judged: 4,
        objects: 4,
        policies: 6,
        skipped: vec![
            skipped(
                "chart/templates/a.yaml",
                SkipReason::Template,
                Some("chart `chart` is not rendered"),
            ),
            skipped("chart/templates/b.yaml", SkipReason::Template, None),
            skipped("link.yaml", SkipReason::Symlink, None),
        ],
        unreadable: vec![Unreadable {
            path: "k8s/broken.yaml".into(),
            line: 3,
            column: 7,
            message: "found a tab where indentation was expected; write spaces".into(),
        }],
        not_recognised: vec!["package.json".into(), "tsconfig.json".into()],
        charts_not_rendered: vec!["chart".into()],
        not_applicable: vec![NotKnown {
            policy: "least-privilege/host-probe".parse().expect("an id"),
            reason: "needs Kubernetes 1.34".into(),
            count: 3,
        }],
        not_known: vec![NotKnown {
            policy: "rbac/escalation".parse().expect("an id"),
            reason: "role not scanned".into(),
            count: 1,
        }],
        not_run: vec![NotRun {
            policy: "images/untrusted-registry".parse().expect("an id"),
            reason: "needs `registries`".into(),
        }],
    };
    report.notices = vec![
        Notice {
            warning: true,
            message: "exemption for `least-privilege/host-port` is used by nothing".into(),
            place: Some(".portcullis-exemptions.yaml:9".into()),
            help: Some("remove it".into()),
        },
        Notice {
            warning: false,
            message: "Kubernetes 1.40 counts as 1.37".into(),
            place: None,
            help: None,
        },
    ];
    report
}

fn skipped(path: &str, reason: SkipReason, detail: Option<&str>) -> Skipped {
    Skipped {
        path: path.into(),
        reason,
        detail: detail.map(Into::into),
    }
}

/// Names and messages as an attacker would choose them.
pub(crate) fn hostile(text: &str) -> Report {
    let name = format!("k8s/{text}.yaml");
    let source = source(
        &name,
        &format!("kind: Pod # {text}\nprivileged: true # {text}\n{text}\n"),
    );
    let finding = Finding {
        location: Some(Location {
            label: Some(text.into()),
            ..at(&source, "privileged: true", "spec")
        }),
        found: Some(json!(text)),
        wanted: Some(json!(text)),
        container: Some(text.into()),
        related: vec![Related {
            path: Path::from(vec![crate::model::PathElement::Key(text.into())]),
            message: Some(text.into()),
            of: Some(text.into()),
            location: Some(at(&source, "kind: Pod", "kind")),
        }],
        ..finding("a/x", "spec", text)
    };
    let exempt = Finding {
        status: Status::Exempt,
        exemption: Some(ExemptionUse {
            file: name.clone(),
            line: 1,
            inline: true,
            reason: text.into(),
            owner: Some(text.into()),
            expires: None,
            index: None,
        }),
        ..finding.clone()
    };
    let mut judged = judged(&name, vec![finding, exempt]);
    judged.resource = Resource {
        api_version: text.into(),
        kind: text.into(),
        namespace: text.into(),
        name: text.into(),
        document: 1,
        template: Some(text.into()),
    };
    let mut report = report(vec![judged]);
    report.coverage.skipped = vec![skipped(&name, SkipReason::Template, Some(text))];
    report.coverage.not_recognised = vec![name.clone()];
    report.coverage.unreadable = vec![Unreadable {
        path: name.clone(),
        line: 0,
        column: 0,
        message: text.into(),
    }];
    report.notices = vec![Notice {
        warning: true,
        message: text.into(),
        place: Some(name),
        help: Some(text.into()),
    }];
    report
}
