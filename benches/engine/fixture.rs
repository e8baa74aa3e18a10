//! Policies, reviews and bare engines that both benches measure.

use std::fs;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use portcullis::engine::{Bindings, Options, PolicySet, PolicySource, build};
use portcullis::model::{
    Binding, Document, GroupVersionKind, InlineMode, KubernetesVersion, Origin, Review, SourceText,
    Span, Spans, SyntaxError,
};
use serde_json::{Value, json};

/// JSON is YAML: the bench's metadata are one JSON document, so that it needs no YAML reader.
fn read_json(text: &str) -> Result<Document, SyntaxError> {
    let value: Value = serde_json::from_str(text).map_err(|_| SyntaxError {
        message: "not JSON".to_owned(),
        span: Span::default(),
        other: None,
    })?;
    Ok(Document {
        source: Arc::new(SourceText::new("metadata", text)),
        value: Arc::new(value),
        spans: Spans::default(),
        comments: Vec::new(),
    })
}

pub(crate) fn options() -> Options {
    Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Options::TIME_LIMIT,
        yaml: read_json,
        to_yaml: Value::to_string,
    }
}

/// The libraries that policies of least privilege import: they ask for no builtin of ours, so that bare regorus runs them.
const LIBRARY: [&str; 5] = ["kubernetes", "paths", "pods", "pss", "quantities"];

fn policies() -> Vec<(String, String)> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let named = files.into_iter().map(|file| {
        let name = file
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        (name, fs::read_to_string(file).unwrap())
    });
    named
        .filter(|(name, _)| !name.ends_with("_test.rego") && is_measured(name))
        .collect()
}

fn is_measured(name: &str) -> bool {
    name.starts_with("least-privilege/")
        || LIBRARY
            .iter()
            .any(|library| name == format!("lib/{library}.rego"))
}

fn walk(folder: &FilePath, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rego")
        {
            files.push(path);
        }
    }
}

/// Everything from `package` on, and whether it is a policy.
fn body(text: &str) -> (&str, bool) {
    let start = text.find("\npackage ").map_or(0, |at| at + 1);
    (text.get(start..).unwrap(), text.contains("# METADATA"))
}

pub(crate) fn sources(shipped: bool) -> Vec<PolicySource> {
    let metadata = json!({
        "title": "A policy", "description": "Of the bench.",
        "custom": {
            "severity": "high", "remediation": "Mend it.",
            "scope": {"kinds": ["Pod"], "operations": ["CREATE"]},
            "parameters": {"type": "object", "additionalProperties": true},
        },
    });
    policies()
        .iter()
        .map(|(name, text)| {
            let (body, is_policy) = body(text);
            let head = if is_policy {
                format!("# METADATA\n# {metadata}\n")
            } else {
                String::new()
            };
            PolicySource {
                text: Arc::new(SourceText::new(format!("policies/{name}"), head + body)),
                shipped,
            }
        })
        .collect()
}

pub(crate) fn bindings(set: &PolicySet) -> Vec<Binding> {
    set.policies()
        .iter()
        .map(|policy| Binding::new(policy.id.clone(), "bench"))
        .collect()
}

pub(crate) fn ready() -> (PolicySet, Bindings) {
    let (set, problems) = build(sources(true), &options());
    if let Some(problem) = problems.first() {
        panic!("{}: {}", problem.source.name(), problem.message);
    }
    set.prepare_all();
    let (ready, problems) = set.bind(bindings(&set), Vec::new(), InlineMode::Allow);
    assert_eq!(problems, []);
    (set, ready)
}

/// A Pod of some 9 kB, as a cluster holds them: three containers with ports, probes, mounts and environment.
pub(crate) fn pod() -> Value {
    let probe = json!({"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10});
    let container = |name: &str| {
        let env: Vec<Value> = (0..20)
            .map(|i| json!({"name": format!("SETTING_{i}"), "value": format!("value of setting {i}")}))
            .collect();
        let mounts: Vec<Value> = (0..6)
            .map(|i| json!({"name": format!("volume-{i}"), "mountPath": format!("/var/lib/volume-{i}"), "readOnly": true}))
            .collect();
        json!({
            "name": name, "image": format!("registry.example/shop/{name}:1.2.3"),
            "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}],
            "env": env, "volumeMounts": mounts,
            "livenessProbe": probe, "readinessProbe": probe,
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": false, "runAsNonRoot": true, "readOnlyRootFilesystem": true,
                "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
            },
        })
    };
    let volumes: Vec<Value> = (0..6)
        .map(|i| json!({"name": format!("volume-{i}"), "configMap": {"name": format!("config-{i}")}}))
        .collect();
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "shop", "namespace": "shop", "labels": {"app": "shop", "tier": "web"}},
        "spec": {
            "serviceAccountName": "shop", "automountServiceAccountToken": false,
            "securityContext": {"runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
            "initContainers": [container("migrate")],
            "containers": [container("web"), container("proxy")],
            "volumes": volumes,
        },
    })
}

fn request(group: &str, version: &str, kind: &str, object: Value) -> Review {
    let kind = GroupVersionKind::new(group, version, kind);
    let origin = Origin::Admission { uid: String::new() };
    Review::create(kind, Arc::new(object), origin)
}

pub(crate) fn review() -> Review {
    request("", "v1", "Pod", pod())
}

pub(crate) fn deployment() -> Review {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": "shop"},
        "spec": {"replicas": 2, "template": {"metadata": {}, "spec": pod()["spec"]}},
    });
    request("apps", "v1", "Deployment", object)
}

pub(crate) fn config_map() -> Review {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}});
    request("", "v1", "ConfigMap", object)
}

/// One policy on bare regorus, prepared.
#[derive(Clone)]
pub(crate) struct BareUnit {
    engine: regorus::Engine,
    rule: String,
}

impl BareUnit {
    pub(crate) fn violations(&self, input: &regorus::Value) -> regorus::Value {
        let mut engine = self.engine.clone();
        engine.set_input(input.clone());
        engine.eval_rule(self.rule.clone()).unwrap()
    }
}

/// The same policies, each with all of the library, as someone would use regorus.
pub(crate) fn bare_units() -> Vec<BareUnit> {
    let files = policies();
    let library: Vec<&(String, String)> = files
        .iter()
        .filter(|(name, _)| name.starts_with("lib/"))
        .collect();
    files
        .iter()
        .filter(|(_, text)| body(text).1)
        .map(|(name, text)| {
            let mut engine = regorus::Engine::new();
            engine.set_strict_builtin_errors(true);
            for (name, text) in &library {
                engine.add_policy(name.clone(), text.clone()).unwrap();
            }
            let package = engine.add_policy(name.clone(), text.clone()).unwrap();
            engine
                .add_data_json(r#"{"portcullis": {"kubernetesVersion": "1.37"}}"#)
                .unwrap();
            let unit = BareUnit {
                engine,
                rule: format!("{package}.violation"),
            };
            let mut prepared = unit.clone();
            prepared.engine.set_input(bare_input(&pod()));
            prepared.engine.eval_rule(prepared.rule.clone()).unwrap();
            prepared
        })
        .collect()
}

pub(crate) fn bare_input(object: &Value) -> regorus::Value {
    regorus::Value::from(json!({
        "review": {
            "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": null, "subResource": null,
            "requestKind": null, "name": "shop", "namespace": "shop", "operation": "CREATE", "userInfo": null,
            "object": object, "oldObject": null, "options": null, "dryRun": false, "expandedFrom": null,
        },
        "parameters": {}, "evidence": {},
    }))
}
