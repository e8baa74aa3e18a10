//! Small makers for tests; nothing here decides anything.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::engine::compat::{self, Checks};
use crate::engine::{Bindings, Options, PolicySet, PolicySource, build, evaluate};
use crate::model::{
    Binding, Decision, Document, Evidence, Exemption, FileOrigin, GroupVersionKind, InlineMode,
    KubernetesVersion, Operation, Origin, Path, Review, SourceText, Span, Spans, SyntaxError,
};

/// JSON is YAML: enough for builtins and for METADATA written as one JSON document.
pub(in crate::engine) fn read_json(text: &str) -> Result<Document, SyntaxError> {
    let value: Value = serde_json::from_str(text).map_err(|_| SyntaxError {
        message: "not JSON".to_owned(),
        span: Span::default(),
        other: None,
    })?;
    Ok(Document {
        source: Arc::new(SourceText::new("test", text)),
        value: Arc::new(value),
        spans: Spans::default(),
        comments: Vec::new(),
    })
}

pub(in crate::engine) fn options() -> Options {
    Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Options::TIME_LIMIT,
        yaml: read_json,
        to_yaml: Value::to_string,
    }
}

pub(in crate::engine) fn source(name: &str, text: &str) -> PolicySource {
    PolicySource {
        text: Arc::new(SourceText::new(name, text)),
        shipped: false,
    }
}

/// A unit of one module, unchecked.
pub(in crate::engine) fn unit(text: &str) -> compat::Unit {
    let module = compat::load(&source("t.rego", text).text, false).unwrap();
    compat::unit(&[&module], None, Checks::None, None, &[]).unwrap()
}

/// A policy `id` with these `custom` keys over defaults (severity high, Pods, all operations) and this body.
pub(in crate::engine) fn policy(id: &str, custom: &Value, body: &str) -> PolicySource {
    let mut metadata = json!({
        "title": id, "description": "A test.",
        "custom": {
            "severity": "high", "remediation": "Mend it.",
            "scope": {"kinds": ["Pod"], "operations": ["CREATE", "UPDATE", "DELETE", "CONNECT"]},
        },
    });
    for (key, value) in custom.as_object().unwrap() {
        metadata["custom"][key] = value.clone();
    }
    let package = id.replace('-', "_").replace('/', ".");
    let text = format!("# METADATA\n# {metadata}\npackage policies.{package}\n\n{body}\n");
    source(&format!("policies/{id}/policy.rego"), &text)
}

/// A policy that finds `path` with `msg` wherever the condition holds.
pub(in crate::engine) fn finds(
    id: &str,
    custom: &Value,
    path: &str,
    condition: &str,
) -> PolicySource {
    let name = id.rsplit('/').next().unwrap();
    policy(
        id,
        custom,
        &format!(
            "violation contains {{\"path\": \"{path}\", \"msg\": \"{name} is bad\"}} if {{\n\t{condition}\n}}"
        ),
    )
}

/// The container list of a Pod: privileged ones are found, by name.
pub(in crate::engine) const PRIVILEGED: &str = r#"violation contains {"path": ["spec", "containers", i, "securityContext", "privileged"], "msg": msg} if {
	some i
	container := input.review.object.spec.containers[i]
	container.securityContext.privileged == true
	msg := sprintf("container %q is privileged", [container.name])
}"#;

#[track_caller]
pub(in crate::engine) fn set(sources: &[PolicySource]) -> PolicySet {
    set_with(sources, &options())
}

#[track_caller]
pub(in crate::engine) fn set_with(sources: &[PolicySource], options: &Options) -> PolicySet {
    let (set, problems) = build(sources.to_vec(), options);
    let texts: Vec<String> = problems
        .iter()
        .map(|problem| {
            format!(
                "{}: {} {:?}",
                problem.source.name(),
                problem.message,
                problem.place()
            )
        })
        .collect();
    assert!(problems.is_empty(), "{texts:#?}");
    set
}

pub(in crate::engine) fn binding(id: &str) -> Binding {
    Binding::new(id.parse().unwrap(), "test")
}

/// Every policy of the set, bound once, enforcement by severity.
#[track_caller]
pub(in crate::engine) fn bind_all(set: &PolicySet) -> Bindings {
    let all = set
        .policies()
        .iter()
        .map(|policy| binding(policy.id.as_str()));
    bind(set, all.collect(), Vec::new())
}

#[track_caller]
pub(in crate::engine) fn bind(
    set: &PolicySet,
    bindings: Vec<Binding>,
    exemptions: Vec<Exemption>,
) -> Bindings {
    let (bindings, problems) = set.bind(bindings, exemptions, InlineMode::Allow);
    assert_eq!(problems, []);
    bindings
}

pub(in crate::engine) fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// The object as a manifest of `deploy/app.yaml`.
pub(in crate::engine) fn create(object: Value) -> Review {
    let object = Arc::new(object);
    let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
    let kind = GroupVersionKind::from_api_version(&text("apiVersion"), &text("kind"));
    let document = Document {
        source: Arc::new(SourceText::new("deploy/app.yaml", "x\n")),
        value: Arc::clone(&object),
        spans: Spans::default(),
        comments: Vec::new(),
    };
    let origin = Origin::File(Box::new(FileOrigin {
        document: Arc::new(document),
        number: 1,
        prefix: Path::root(),
        template: None,
        inline: Vec::new(),
    }));
    Review::create(kind, object, origin)
}

pub(in crate::engine) fn update(old: Value, new: Value) -> Review {
    Review {
        operation: Operation::Update,
        old_object: Some(old.into()),
        origin: Origin::Admission { uid: String::new() },
        ..create(new)
    }
}

/// A Pod with one container `app`, and these members of it.
pub(in crate::engine) fn pod(container: &Value) -> Value {
    let mut app = json!({"name": "app", "image": "registry.example/app:1"});
    for (key, value) in container.as_object().unwrap() {
        app[key] = value.clone();
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [app]},
    })
}

pub(in crate::engine) fn privileged() -> Value {
    json!({"securityContext": {"privileged": true}})
}

/// The Pod inside a Deployment.
pub(in crate::engine) fn deployment(pod: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 1, "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod["spec"]}},
    })
}

#[track_caller]
pub(in crate::engine) fn judge(sources: &[PolicySource], review: &Review) -> Decision {
    let set = set(sources);
    let bindings = bind_all(&set);
    evaluate(&set, &bindings, review, &Evidence::default(), now())
}

/// `verdict`, then each finding as `status enforcement path: message` and each failure as `class enforcement: message`.
pub(in crate::engine) fn lines(decision: &Decision) -> Vec<String> {
    let findings = decision.findings.iter().map(|finding| {
        format!(
            "{} {} {}: {}",
            finding.status.as_str(),
            finding.enforcement,
            finding.path,
            finding.message
        )
    });
    let failures = decision.failures.iter().map(|failure| {
        format!(
            "{} {}: {}",
            failure.class, failure.enforcement, failure.message
        )
    });
    let verdict = decision.verdict.as_str().to_owned();
    std::iter::once(verdict)
        .chain(findings)
        .chain(failures)
        .collect()
}

#[track_caller]
pub(in crate::engine) fn check(sources: &[PolicySource], review: &Review, expected: &[&str]) {
    assert_eq!(lines(&judge(sources, review)), expected);
}
