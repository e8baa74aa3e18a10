//! What each shipped policy costs on a sound Pod of 9 kB, and what whole profiles cost on it inside a Deployment.
//!
//! `cargo bench --bench policies`; microseconds of one thread, the best of several rounds, so that a busy machine shows less.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench may fail loudly, measures time and prints a table"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis::config::{self, Config, Resolve};
use portcullis::engine::{Bindings, Options, PolicySet, build, evaluate};
use portcullis::evidence::{Extent, Objects};
use portcullis::model::{Binding, GroupVersionKind, InlineMode, KubernetesVersion, Origin, Review};
use portcullis::{bundle, source};
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: u32 = 15;
const CALLS: u32 = 100;

fn set() -> PolicySet {
    let options = Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Options::TIME_LIMIT,
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    };
    let (set, problems) = build(bundle::shipped(), &options);
    assert!(problems.is_empty());
    set.prepare_all();
    set
}

/// A Pod of the level restricted, as a cluster holds them.
fn pod() -> Value {
    let probe = json!({"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10});
    let container = |name: &str| {
        let env = |at| json!({"name": format!("SETTING_{at}"), "value": format!("value of setting {at}")});
        let mount = |at| json!({"name": format!("volume-{at}"), "mountPath": format!("/etc/volume-{at}"), "readOnly": true});
        json!({
            "name": name,
            "image": format!("registry.example/shop/{name}:1.2.3@sha256:{}", "0a".repeat(32)),
            "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}],
            "env": (0..20).map(env).collect::<Vec<_>>(),
            "volumeMounts": (0..6).map(mount).collect::<Vec<_>>(),
            "livenessProbe": probe, "readinessProbe": probe,
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
            "securityContext": {
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
            },
        })
    };
    let volume =
        |at| json!({"name": format!("volume-{at}"), "configMap": {"name": format!("config-{at}")}});
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "shop", "namespace": "shop", "labels": {"app": "shop", "tier": "web"}},
        "spec": {
            "serviceAccountName": "shop", "automountServiceAccountToken": false,
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"},
            },
            "initContainers": [container("migrate")],
            "containers": [container("web"), container("proxy")],
            "volumes": (0..6).map(volume).collect::<Vec<_>>(),
        },
    })
}

fn review(kind: GroupVersionKind, object: Value) -> Review {
    let origin = Origin::Admission { uid: String::new() };
    Review::create(kind, Arc::new(object), origin)
}

/// The network policy that selects every Pod of the namespace, for the policies that ask for it.
fn objects() -> Objects {
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": "shop"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    });
    let mut objects = Objects::new(Extent::Whole);
    let kind = GroupVersionKind::new("networking.k8s.io", "v1", "NetworkPolicy");
    objects.insert(&review(kind, policy));
    objects
}

/// The shortest time of one call, in microseconds.
fn microseconds(mut call: impl FnMut()) -> f64 {
    let round = || {
        let started = Instant::now();
        (0..CALLS).for_each(|_| call());
        started.elapsed()
    };
    let mut rounds: Vec<Duration> = std::iter::repeat_with(round)
        .take(ROUNDS as usize)
        .collect();
    rounds.sort();
    rounds[0].as_secs_f64() * 1e6 / f64::from(CALLS)
}

/// Microseconds of judging `object` by `bindings`, the object's conversion counted or done before.
fn cost(
    set: &PolicySet,
    bindings: &Bindings,
    kind: &GroupVersionKind,
    object: &Value,
    converted: bool,
) -> f64 {
    let objects = objects();
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    let kept = review(kind.clone(), object.clone());
    let evidence = objects.gather(&set.needs(bindings, &kept), &kept);
    let decision = evaluate(set, bindings, &kept, &evidence, now);
    assert_eq!(decision.failures, []);
    let shared = Arc::clone(kept.object.as_ref().unwrap().json());
    microseconds(|| {
        let review = if converted {
            kept.clone()
        } else {
            Review::create(kind.clone(), Arc::clone(&shared), kept.origin.clone())
        };
        black_box(evaluate(set, bindings, black_box(&review), &evidence, now));
    })
}

fn profile(set: &PolicySet, name: &str) -> Bindings {
    let document = source::yaml::read_core(bundle::shipped_profiles()).unwrap();
    let resolved = config::resolve(&Resolve {
        profiles: &config::profiles(&document).unwrap(),
        config: &Config::default(),
        selected: &[name.to_owned()],
        only: &[],
        skip: &[],
        fail_on: None,
        not_loaded: &[],
        policies: set.policies(),
        extra: &[],
        version: KubernetesVersion::NEWEST,
    });
    let (bindings, problems) = set.bind(resolved.unwrap().bindings, Vec::new(), InlineMode::Allow);
    assert!(problems.is_empty());
    bindings
}

fn single(set: &PolicySet, id: &str) -> Bindings {
    let mut parameters = Map::new();
    if id == "images/untrusted-registry" {
        parameters.insert(
            "registries".to_owned(),
            json!(["registry.example", "docker.io/library"]),
        );
    }
    let binding = Binding {
        parameters,
        ..Binding::new(id.parse().unwrap(), "bench")
    };
    let (bindings, problems) = set.bind(vec![binding], Vec::new(), InlineMode::Allow);
    assert!(problems.is_empty());
    bindings
}

fn main() {
    let set = set();
    let pod_kind = GroupVersionKind::new("", "v1", "Pod");
    let pod = pod();
    println!("Pod of {} bytes", pod.to_string().len());
    let judges_pods = set.policies().iter().filter(|policy| {
        let mut kinds = policy.scope.kinds.iter();
        kinds.any(|kind| kind.matches(&pod_kind))
    });
    let mut costs: Vec<(f64, String)> = judges_pods
        .map(|policy| {
            let bindings = single(&set, policy.id.as_str());
            (
                cost(&set, &bindings, &pod_kind, &pod, true),
                policy.id.to_string(),
            )
        })
        .collect();
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (microseconds, id) in &costs {
        println!("{microseconds:8.1} µs  {id}");
    }
    let (median, _) = &costs[costs.len() / 2];
    let (most, id) = costs.last().unwrap();
    println!(
        "{} policies: median {median:.1} µs, most {most:.1} µs ({id})",
        costs.len()
    );
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop", "namespace": "shop"},
        "spec": {"replicas": 2, "template": {"metadata": pod["metadata"], "spec": pod["spec"]}},
    });
    let kind = GroupVersionKind::new("apps", "v1", "Deployment");
    for name in ["restricted", "default", "strict"] {
        let bindings = profile(&set, name);
        let microseconds = cost(&set, &bindings, &kind, &deployment, false);
        println!(
            "{microseconds:8.1} µs  profile {name} on the Pod in a Deployment, conversion included"
        );
    }
}
