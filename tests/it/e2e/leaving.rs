//! What is left when it goes: nothing, and no write is refused on the way.

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::api::{Api, ListParams, PostParams};
use serde_json::json;

use super::deciding::object;
use super::installed::{Installed, NAMESPACE, manifests};
use super::load::failed_calls;
use crate::control_plane::ControlPlane;
use crate::control_plane::programs::Programs;
use crate::control_plane::wait::eventually;
use crate::project::{Run, repository};

/// What the program itself has made.
async fn made(installed: &Installed) -> Vec<String> {
    let client = || installed.plane.client();
    let secrets: Api<Secret> = Api::namespaced(client(), NAMESPACE);
    let leases: Api<Lease> = Api::namespaced(client(), NAMESPACE);
    let maps: Api<ConfigMap> = Api::namespaced(client(), NAMESPACE);
    let all = ListParams::default();
    let secrets = secrets.list(&all).await.unwrap().items;
    let leases = leases.list(&all).await.unwrap().items;
    let maps = maps.list(&all).await.unwrap().items;
    let names = secrets.into_iter().map(|one| ("Secret", one.metadata));
    let names = names.chain(leases.into_iter().map(|one| ("Lease", one.metadata)));
    let names = names.chain(maps.into_iter().map(|one| ("ConfigMap", one.metadata)));
    names
        .map(|(kind, metadata)| format!("{kind}/{}", metadata.name.unwrap()))
        .filter(|name| name != "ConfigMap/kube-root-ca.crt")
        .collect()
}

const MADE: [&str; 4] = [
    "Secret/portcullis-ca",
    "Secret/portcullis-tls",
    "Lease/portcullis",
    "ConfigMap/portcullis-last-good",
];

/// Creates a Pod that is refused while we judge, again and again, until it is admitted; any other answer is a failure.
async fn until_admitted(installed: &Installed, namespace: &str) {
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), namespace);
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let bad = object("bad", &json!({"securityContext": {"privileged": true}}));
    eventually("nobody refuses it", async || {
        let message = match pods.create(&dry, &bad).await {
            Ok(_) => return Some(()),
            Err(error) => error.to_string(),
        };
        assert!(message.contains("privileged-container"), "{message}");
        None
    })
    .await;
}

async fn nothing_is_left(installed: &Installed) {
    let webhooks: Api<ValidatingWebhookConfiguration> = Api::all(installed.plane.client());
    eventually("nothing is left", async || {
        let gone = webhooks.get_opt("portcullis").await.unwrap().is_none();
        (gone && made(installed).await.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_after_the_manifests_were_deleted() {
    let Some(installed) = Installed::with_replicas(2, &["--profile=baseline"]).await else {
        return;
    };
    if !installed.plane.controller_manager() {
        return;
    }
    let shop = installed.plane.namespace("shop");
    eventually("all is made", async || {
        let made = made(&installed).await;
        (made == MADE).then_some(())
    })
    .await;
    let failed = failed_calls(&installed);

    // All but the namespace, while replicas run on: what they made goes with their account.
    let mut objects: serde_json::Value = serde_json::from_str(&manifests()).unwrap();
    let items = objects["items"].as_array_mut().unwrap();
    items.retain(|object| object["kind"] != "Namespace");
    let delete = ["delete", "--wait=false", "-f", "-"];
    let run = installed
        .plane
        .kubectl(&delete, &objects.to_string())
        .unwrap();
    assert_eq!(run.code, 0, "{run:?}");
    until_admitted(&installed, shop.name()).await;
    nothing_is_left(&installed).await;
    let failed = failed_calls(&installed) - failed;
    assert!(failed.abs() < f64::EPSILON, "{failed}");
}

/// Runs helm to success.
#[track_caller]
fn helm(plane: &ControlPlane, words: &[&str]) -> Option<Run> {
    let run = plane.helm(words)?;
    assert_eq!(run.code, 0, "{run:?}");
    Some(run)
}

#[tokio::test(flavor = "multi_thread")]
async fn helm_installs_upgrades_and_leaves_nothing() {
    let Some(programs) = Programs::find() else {
        return;
    };
    let plane = ControlPlane::launch(&programs);
    let chart = repository().join("charts/portcullis");
    let chart = chart.to_str().unwrap();
    let install = [
        "install",
        "portcullis",
        chart,
        "-n",
        NAMESPACE,
        "--create-namespace",
        "--set",
        "replicas=1",
    ];
    if helm(&plane, &install).is_none() || !plane.controller_manager() {
        return;
    }
    let mut installed = Installed::around(plane, &["--profile=baseline"]).await;
    installed.start().await;
    installed.start().await;
    installed.registered().await;
    let entries = installed.webhooks().await;
    let shop = installed.plane.namespace("shop");

    // An upgrade leaves the entries alone; the Service is the chart's again.
    let upgrade = [
        "upgrade",
        "portcullis",
        chart,
        "-n",
        NAMESPACE,
        "--set",
        "replicas=2",
    ];
    helm(&installed.plane, &upgrade);
    assert_eq!(installed.webhooks().await, entries);
    installed.lead_to_proxy();
    assert_eq!(installed.webhooks().await, entries);
    let failed = failed_calls(&installed);

    helm(
        &installed.plane,
        &["uninstall", "portcullis", "-n", NAMESPACE],
    );
    until_admitted(&installed, shop.name()).await;
    nothing_is_left(&installed).await;
    let failed = failed_calls(&installed) - failed;
    assert!(failed.abs() < f64::EPSILON, "{failed}");
    let list = helm(&installed.plane, &["list", "-A", "-o", "json"]).unwrap();
    assert_eq!(list.stdout.trim(), "[]");
}
