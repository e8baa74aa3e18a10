//! A small report to render, for the tests of this floor.
//!
//! Never used outside tests.

mod full;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Confidence, Coverage, Decision, Digest, Enforcement, Finding, Judged, KindPattern, Location,
    Operation, Path, Policy, Reference, RelatedResource, Report, Resource, Scope, Severity,
    SourceText, Span, Status, Verdict,
};

pub(crate) use full::{full, hostile};

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
