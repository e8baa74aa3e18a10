//! Facts about other objects: roles, accounts and namespaces as they are in the cluster.

use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};

use super::deciding::refused;
use super::installed::Installed;
use super::own::asking;
use crate::control_plane::wait::eventually;

const GROUP: &str = "rbac.authorization.k8s.io";

fn dry() -> PostParams {
    PostParams {
        dry_run: true,
        ..PostParams::default()
    }
}

fn role(kind: &str, name: &str, verbs: &[&str]) -> Value {
    let metadata = json!({"name": name, "namespace": (kind == "Role").then_some("shop")});
    let rules = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": verbs}]);
    json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": metadata, "rules": rules})
}

fn binding(kind: &str, name: &str) -> RoleBinding {
    serde_json::from_value(json!({
        "metadata": {"name": "any"}, "roleRef": {"apiGroup": GROUP, "kind": kind, "name": name},
        "subjects": [{"apiGroup": GROUP, "kind": "User", "name": "alice"}],
    }))
    .unwrap()
}

fn pod_of(account: &str) -> Pod {
    serde_json::from_value(json!({
        "metadata": {"name": "any"},
        "spec": {"serviceAccountName": account, "containers": [{"name": "app", "image": "registry.example/app:1"}]},
    }))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_knows_what_the_cluster_holds() {
    let Some(installed) = Installed::with_replicas(2, &["--profile=baseline"]).await else {
        return;
    };
    installed.kubectl(&["create", "namespace", "shop"]);
    installed.kubectl(&[
        "label",
        "namespace",
        "shop",
        "pod-security.kubernetes.io/enforce=baseline",
    ]);
    for (name, automount) in [("loud", true), ("quiet", false)] {
        installed.apply(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "shop"},
            "automountServiceAccountToken": automount,
        }));
    }
    for kind in ["ClusterRole", "Role"] {
        installed.apply(&role(kind, "everything", &["*"]));
        installed.apply(&role(kind, "reading", &["get"]));
    }
    let tier = "input.evidence.namespace.value.metadata.labels.tier == \"closed\"";
    let closed = asking(
        "closed",
        "{kinds: [Pod], operations: [CREATE]}",
        "[namespace]",
        tier,
    );
    let policies = json!({
        "rbac/cluster-admin-binding": {}, "least-privilege/automounted-token": {}, "least-privilege/unenforced-namespace": {},
    });
    let config = json!({"version": 1, "policies": policies}).to_string();
    installed.configure(
        "own",
        &json!({"portcullis.yaml": config, "closed.rego": closed}),
    );

    // A role by what it holds, in the cluster and in a namespace.
    let bindings: Api<RoleBinding> = Api::namespaced(installed.plane.client(), "shop");
    for kind in ["ClusterRole", "Role"] {
        let message = eventually("a binding is refused", async || {
            let tried = bindings.create(&dry(), &binding(kind, "everything")).await;
            tried.is_err().then(|| refused(tried))
        })
        .await;
        assert!(
            message.contains("rbac/cluster-admin-binding (critical) at roleRef.name"),
            "{message}"
        );
        bindings
            .create(&dry(), &binding(kind, "reading"))
            .await
            .unwrap();
        // Nobody knows what it will hold, until somebody makes it.
        bindings
            .create(&dry(), &binding(kind, "late"))
            .await
            .unwrap();
        installed.apply(&role(kind, "late", &["*"]));
        eventually("a new role is seen", async || {
            bindings.create(&dry(), &binding(kind, "late")).await.err()
        })
        .await;
    }

    // A Pod by its account.
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), "shop");
    let message = refused(pods.create(&dry(), &pod_of("loud")).await);
    assert!(
        message.contains("pod gets the API token that its service account hands out"),
        "{message}"
    );
    pods.create(&dry(), &pod_of("quiet")).await.unwrap();

    // A namespace by its labels: one of this moment, and one that was changed.
    let namespaces: Api<Namespace> = Api::all(installed.plane.client());
    let unenforced = json!({"metadata": {"name": "unenforced"}});
    let unenforced = serde_json::from_value(unenforced).unwrap();
    let message = refused(namespaces.create(&dry(), &unenforced).await);
    assert!(
        message.contains("least-privilege/unenforced-namespace"),
        "{message}"
    );
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline", "tier": "closed"});
    let closed = json!({"metadata": {"name": "closed", "labels": labels}});
    let closed = serde_json::from_value(closed).unwrap();
    namespaces
        .create(&PostParams::default(), &closed)
        .await
        .unwrap();
    let elsewhere: Api<Pod> = Api::namespaced(installed.plane.client(), "closed");
    for _ in 0..4 {
        let mut pod = pod_of("any");
        pod.spec.as_mut().unwrap().automount_service_account_token = Some(false);
        let message = refused(elsewhere.create(&dry(), &pod).await);
        assert!(message.contains("refused by closed"), "{message}");
    }
    installed.kubectl(&["label", "namespace", "shop", "tier=closed"]);
    let message = eventually("the label is seen", async || {
        let tried = pods.create(&dry(), &pod_of("quiet")).await;
        tried.is_err().then(|| refused(tried))
    })
    .await;
    assert!(message.contains("refused by closed"), "{message}");
    assert!(installed.logs().contains("\"policy\":\"own/closed\""));
}
