//! What the API server asks about, and what it never does.

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, DeleteParams, ListParams};
use serde_json::{Value, json};

use super::installed::{Installed, NAMESPACE};
use super::own::{alone, refusing};
use super::user::{accepted, create, in_force, refused_by, run};
use crate::control_plane::wait::eventually;

/// A policy on any kind, for the objects of one namespace.
fn anything_in(name: &str, namespaces: &str, operations: &str) -> String {
    let scope = format!("{{kinds: [\"*\"], operations: [{operations}]}}");
    refusing(
        name,
        &scope,
        &format!("input.review.namespace in {{{namespaces}}}"),
    )
}

fn map(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}})
}

/// The same in force, and no change of an object lifted because it was no better before.
fn strictly(policies: &[(&str, String)]) -> Value {
    let mut data = alone(policies);
    data["portcullis.yaml"] =
        "version: 1\nprofiles: []\npolicies: {own/change: {existingViolations: deny}}\n".into();
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_and_system_namespaces_are_never_asked_about() {
    let Some(installed) = Installed::with_replicas(1, &[]).await else {
        return;
    };
    installed.kubectl(&["create", "namespace", "shop"]);
    let namespaces = format!("\"shop\", \"kube-system\", \"{NAMESPACE}\"");
    let policies = [(
        "creation",
        anything_in("creation", &namespaces, "CREATE, UPDATE, DELETE"),
    )];
    in_force(&installed, &alone(&policies), &map("shop", "any")).await;

    refused_by(&create(&installed, &map("shop", "any")), "creation");
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "any", "namespace": "shop"}});
    refused_by(&create(&installed, &account), "creation");
    let metadata = json!({"name": "any", "namespace": "shop"});
    let about = json!({"apiVersion": "v1", "kind": "Pod", "name": "any", "namespace": "shop"});
    for heartbeat in [
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}),
        json!({"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about}),
        json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "other", "namespace": "shop"}, "regarding": about,
            "eventTime": "2026-01-01T00:00:00.000000Z", "reportingController": "test", "reportingInstance": "test", "action": "test",
            "reason": "Test", "type": "Normal",
        }),
        json!({"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}),
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4", "endpoints": []}),
    ] {
        accepted(&create(&installed, &heartbeat));
        let name = heartbeat["metadata"]["name"].as_str().unwrap();
        let (version, kind) = (
            heartbeat["apiVersion"].as_str().unwrap(),
            heartbeat["kind"].as_str().unwrap(),
        );
        let group = version
            .split_once('/')
            .map_or(String::new(), |(group, version)| {
                format!(".{version}.{group}")
            });
        accepted(&run(
            &installed,
            &format!("-n shop annotate {kind}{group} {name} changed=yes"),
        ));
        accepted(&run(
            &installed,
            &format!("-n shop delete {kind}{group} {name}"),
        ));
    }
    for namespace in ["kube-system", NAMESPACE] {
        accepted(&create(&installed, &map(namespace, "any")));
        accepted(&run(
            &installed,
            &format!("-n {namespace} delete configmap any"),
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_never_wedged() {
    let Some(installed) = Installed::with_replicas(1, &[]).await else {
        return;
    };
    if !installed.plane.controller_manager() {
        return;
    }
    for namespace in ["shop", "kept"] {
        installed.kubectl(&["create", "namespace", namespace]);
    }
    let containers = json!([{"name": "app", "image": "registry.example/app:1"}]);
    let template =
        json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}});
    installed.apply(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }));
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), "shop");
    eventually("two Pods", async || {
        let pods = pods.list(&ListParams::default()).await.unwrap();
        (pods.items.len() == 2).then_some(())
    })
    .await;
    for namespace in ["shop", "kept"] {
        installed.apply(&map(namespace, "any"));
    }
    // Whoever owns it can go: it is of no namespace.
    let owner = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "owner"}});
    installed.apply(&owner);
    let uid = installed.kubectl(&[
        "get",
        "clusterrole",
        "owner",
        "-o",
        "jsonpath={.metadata.uid}",
    ]);
    let mut dependent = map("kept", "owned");
    dependent["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "name": "owner", "uid": uid,
    }]);
    installed.apply(&dependent);
    let mut finalized = map("kept", "finalized");
    finalized["metadata"]["finalizers"] = json!(["example.com/keep"]);
    installed.apply(&finalized);

    let update = "{kinds: [ConfigMap], operations: [CREATE, UPDATE]}";
    let change =
        "input.review.namespace == \"kept\"\n\tinput.review.name in {\"finalized\", \"new\"}";
    let policies = [
        (
            "deletion",
            anything_in("deletion", "\"shop\", \"kept\"", "DELETE"),
        ),
        ("change", refusing("change", update, change)),
    ];
    in_force(&installed, &strictly(&policies), &map("kept", "new")).await;

    // By a user: refused. By garbage collection and with the namespace: not.
    refused_by(&run(&installed, "-n shop delete configmap any"), "deletion");
    refused_by(
        &run(&installed, "-n shop delete deployment web"),
        "deletion",
    );
    refused_by(
        &run(&installed, "-n kept delete configmap owned"),
        "deletion",
    );
    accepted(&run(&installed, "delete clusterrole owner"));
    let kept: Api<ConfigMap> = Api::namespaced(installed.plane.client(), "kept");
    eventually("what was owned is gone", async || {
        kept.get_opt("owned").await.unwrap().is_none().then_some(())
    })
    .await;
    accepted(&run(&installed, "delete namespace shop --wait=false"));
    let namespaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(installed.plane.client());
    eventually("the namespace is gone", async || {
        namespaces
            .get_opt("shop")
            .await
            .unwrap()
            .is_none()
            .then_some(())
    })
    .await;
    assert!(kept.get_opt("any").await.unwrap().is_some());

    // A change is refused, but for the one that lets a deleted object go.
    let label = "-n kept label configmap finalized changed=yes";
    refused_by(&run(&installed, label), "change");
    let now = policies[1].1.clone();
    in_force(
        &installed,
        &strictly(&[("change", now)]),
        &map("kept", "new"),
    )
    .await;
    eventually("it is deleted", async || {
        kept.delete("finalized", &DeleteParams::default())
            .await
            .ok()
    })
    .await;
    assert!(kept.get_opt("finalized").await.unwrap().is_some());
    refused_by(&run(&installed, label), "change");
    let patch = r#"{"metadata":{"finalizers":null}}"#;
    let patch = [
        "-n",
        "kept",
        "patch",
        "configmap",
        "finalized",
        "--type=merge",
        "-p",
        patch,
    ];
    accepted(&installed.plane.kubectl(&patch, "").unwrap());
    assert!(kept.get_opt("finalized").await.unwrap().is_none());
}
