//! The harness itself, held by what it promises the tests.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, ListParams, PostParams};
use kube::{Client, ResourceExt};
use serde_json::json;
use tempfile::TempDir;

use crate::control_plane::ControlPlane;
use crate::control_plane::observe::metric;
use crate::control_plane::programs::{Programs, free_ports};
use crate::control_plane::wait::{apart, eventually};
use crate::project::pod;

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}})).unwrap()
}

/// What a create would give.
async fn try_create(maps: &Api<ConfigMap>) -> kube::Result<ConfigMap> {
    let dry_run = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    maps.create(&dry_run, &config_map("tried")).await
}

async fn user_name(client: Client) -> String {
    let reviews: Api<SelfSubjectReview> = Api::all(client);
    let question = SelfSubjectReview::default();
    let review = reviews.create(&PostParams::default(), &question).await;
    let status = review.unwrap().status.unwrap();
    status.user_info.unwrap().username.unwrap()
}

/// The HTTP status of a refused request.
#[track_caller]
fn refusal<T: std::fmt::Debug>(answer: kube::Result<T>) -> Option<u16> {
    match answer.unwrap_err() {
        kube::Error::Api(status) => Some(status.code),
        _ => None,
    }
}

/// The command lines of the processes that name the folder.
fn processes_of(folder: &Path) -> Vec<String> {
    let name = folder.to_str().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(name))
        .collect()
}

#[tokio::test]
async fn kube_and_kubectl_talk_to_the_same_cluster() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("create");
    let pods: Api<Pod> = Api::namespaced(plane.client(), namespace.name());
    let first = json!({"metadata": {"name": "first"}, "spec": {"containers": [{"name": "app", "image": "app"}]}});
    let first = serde_json::from_value(first).unwrap();
    pods.create(&PostParams::default(), &first).await.unwrap();

    let arguments = ["-n", namespace.name(), "apply", "-f", "-"];
    let Some(run) = plane.kubectl(&arguments, &pod("second", "")) else {
        return;
    };
    assert_eq!(run.stdout, "pod/second created\n", "{run:?}");
    let both = pods.list(&ListParams::default()).await.unwrap();
    let names: BTreeSet<_> = both.iter().map(ResourceExt::name_any).collect();
    assert_eq!(names, ["first", "second"].map(str::to_owned).into());
}

#[tokio::test]
async fn a_user_may_do_what_a_role_grants_and_nothing_else() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("user");
    let client = plane.client_as("alice", &["builders", "readers"]);
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), namespace.name());
    assert_eq!(refusal(try_create(&maps).await), Some(403));

    let group = "rbac.authorization.k8s.io";
    let _binding = plane.create(
        &format!(
            "/apis/{group}/v1/namespaces/{}/rolebindings",
            namespace.name()
        ),
        &json!({
            "metadata": {"name": "readers"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "edit"},
            "subjects": [{"apiGroup": group, "kind": "Group", "name": "readers"}],
        }),
    );
    eventually("the role granted", async || try_create(&maps).await.ok()).await;

    let other: Api<ConfigMap> = Api::namespaced(client.clone(), "default");
    assert_eq!(refusal(try_create(&other).await), Some(403));
    assert_eq!(user_name(client).await, "alice");
    whoami(&plane, &plane.kubeconfig_of("alice", &["readers"]), "alice");
}

#[track_caller]
fn whoami(plane: &ControlPlane, kubeconfig: &Path, user: &str) {
    let kubeconfig = format!("--kubeconfig={}", kubeconfig.display());
    let arguments = [
        &kubeconfig,
        "auth",
        "whoami",
        "-o",
        "jsonpath={.status.userInfo.username}",
    ];
    if let Some(run) = plane.kubectl(&arguments, "") {
        assert_eq!(run.stdout, user, "{run:?}");
    }
}

#[tokio::test]
async fn a_service_account_is_known_by_its_token() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("account");
    let (client, kubeconfig) = plane.service_account_client(namespace.name(), "webhook");
    let name = format!("system:serviceaccount:{}:webhook", namespace.name());
    assert_eq!(user_name(client.clone()).await, name);
    whoami(&plane, &kubeconfig, &name);

    let maps: Api<ConfigMap> = Api::namespaced(client, namespace.name());
    assert_eq!(refusal(maps.list(&ListParams::default()).await), Some(403));
    let (again, _) = plane.service_account_client(namespace.name(), "webhook");
    assert_eq!(user_name(again).await, name);
}

#[tokio::test]
async fn the_audit_log_gives_the_annotations_of_a_request() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("audit");
    let maps: Api<ConfigMap> = Api::namespaced(plane.client(), namespace.name());
    maps.create(&PostParams::default(), &config_map("seen"))
        .await
        .unwrap();
    let annotations = plane.audit_annotations("create", namespace.name(), "seen");
    assert_eq!(annotations["authorization.k8s.io/decision"], "allow");
}

#[tokio::test]
async fn a_webhook_configuration_ends_with_its_guard() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("registered");
    let maps: Api<ConfigMap> = Api::namespaced(plane.client(), namespace.name());
    let [port] = free_ports();
    let configuration = json!({
        "webhooks": [{
            "name": "dead.test.portcullis.dev",
            "clientConfig": {"url": format!("https://127.0.0.1:{port}/validate")},
            "namespaceSelector": {"matchLabels": {"test": namespace.name()}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"], "operations": ["CREATE"]}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }],
    });
    let registered = plane.webhook_configuration("dead", configuration);
    let refused = eventually("the webhook in force", async || {
        try_create(&maps).await.err()
    })
    .await;
    assert!(
        refused.to_string().contains("failed calling webhook"),
        "{refused}"
    );
    let labels = [
        ("name", "dead.test.portcullis.dev"),
        ("error_type", "calling_webhook_error"),
    ];
    let count = metric(
        &plane.fetch_metrics(),
        "apiserver_admission_webhook_rejection_count",
        &labels,
    );
    assert!(count >= 1.0, "{count}");

    drop(registered);
    eventually("the webhook gone", async || try_create(&maps).await.ok()).await;
}

#[tokio::test]
async fn a_controller_manager_makes_the_pods_of_a_deployment() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    if !plane.controller_manager() || !plane.controller_manager() {
        return;
    }
    let namespace = plane.namespace("controllers");
    let _deployment = plane.create(
        &format!("/apis/apps/v1/namespaces/{}/deployments", namespace.name()),
        &json!({
            "metadata": {"name": "app"},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": {"app": "app"}},
                "template": {
                    "metadata": {"labels": {"app": "app"}},
                    "spec": {"containers": [{"name": "app", "image": "app"}]},
                },
            },
        }),
    );
    let pods: Api<Pod> = Api::namespaced(plane.client(), namespace.name());
    eventually("two Pods", async || {
        let list = pods.list(&ListParams::default()).await.unwrap();
        (list.items.len() == 2).then_some(())
    })
    .await;
}

#[test]
fn helm_reaches_the_cluster() {
    let Some(plane) = ControlPlane::start() else {
        return;
    };
    let namespace = plane.namespace("helm");
    if let Some(run) = plane.helm(&["list", "-n", namespace.name(), "-o", "json"]) {
        assert_eq!((run.code, run.stdout.trim()), (0, "[]"), "{run:?}");
    }
}

#[test]
fn a_plane_that_is_dropped_leaves_nothing() {
    let Some(programs) = Programs::find() else {
        return;
    };
    let plane = ControlPlane::launch(&programs);
    let folder = plane.folder.path().to_owned();
    assert!(processes_of(&folder).len() >= 4);
    drop(plane);
    assert_eq!(processes_of(&folder), Vec::<String>::new());
    assert!(!folder.exists());
}

#[test]
fn a_plane_of_a_killed_process_leaves_nothing() {
    if Programs::find().is_none() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut tests = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "control_plane::tests::helm_reaches_the_cluster"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    apart(async || {
        eventually("an API server", async || {
            let lines = processes_of(folder.path());
            lines
                .iter()
                .any(|line| line.contains("--secure-port"))
                .then_some(())
        })
        .await;
        tests.kill().unwrap();
        tests.wait().unwrap();
        eventually("no process and no file left", async || {
            let empty = std::fs::read_dir(folder.path()).unwrap().next().is_none();
            (empty && processes_of(folder.path()).is_empty()).then_some(())
        })
        .await;
    });
}
