//! How an installation lives: starts, restarts, renewals, and what is left of it.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams};

use super::installed::{Installed, NAMESPACE, get};
use crate::control_plane::wait::eventually;

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(serde_json::json!({"metadata": {"name": name}})).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_replicas_start_while_the_entries_stand_and_nobody_serves() {
    let Some(mut installed) = Installed::with_replicas(2, &[]).await else {
        return;
    };
    installed.replicas.clear();
    installed.reach();
    // Whatever isn't judged works: the installation needs nothing else to come back.
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), NAMESPACE);
    maps.create(&PostParams::default(), &config_map("free"))
        .await
        .unwrap();
    installed.start().await;
    installed.start().await;
    eventually("they are ready", async || {
        let (code, _) = get(installed.replicas[1].admin, "/readyz").await?;
        (code == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_back_after_the_configuration_was_deleted() {
    let Some(installed) = Installed::with_replicas(2, &[]).await else {
        return;
    };
    let run = installed
        .plane
        .kubectl(
            &["delete", "validatingwebhookconfiguration", "portcullis"],
            "",
        )
        .unwrap();
    assert_eq!(run.code, 0, "{run:?}");
    eventually("the replicas have seen it", async || {
        installed.logs().contains("isn't installed").then_some(())
    })
    .await;
    assert!(installed.entries().await.is_empty());
}
