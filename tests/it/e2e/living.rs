//! How an installation lives: starts, restarts, renewals, and what is left of it.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, PostParams};
use serde_json::json;

use super::caller::Caller;
use super::deciding::{object, refused};
use super::installed::{Installed, NAMESPACE, get};
use super::load::figure;
use super::own::refusing;
use crate::control_plane::observe::metric;
use crate::control_plane::wait::eventually;

fn config_map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}})).unwrap()
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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_good_before_a_mistake_outlives_all_replicas() {
    let Some(mut installed) = Installed::with_replicas(2, &["--profile=baseline"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), shop.name());
    let map = refusing("map", "{kinds: [ConfigMap], operations: [CREATE]}", "true");
    installed.configure("own", &json!({"map.rego": map}));
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let denied = async || {
        let tried = maps.create(&dry, &config_map("any")).await;
        tried.is_err().then(|| refused(tried))
    };
    eventually("the policy denies", denied).await;
    let good: Api<ConfigMap> = Api::namespaced(installed.plane.client(), NAMESPACE);
    eventually("it is kept", async || {
        let kept = good.get_opt("portcullis-last-good").await.unwrap()?;
        kept.data?["piece"].contains("refused by map").then_some(())
    })
    .await;

    let broken = map.replace("contains {", "contains {{");
    installed.configure("own", &json!({"map.rego": broken}));
    for mut replica in installed.replicas.drain(..) {
        replica.process.signal("KILL");
        eventually("its end", async || replica.process.exit_code()).await;
    }
    installed.start().await;
    installed.start().await;
    assert!(denied().await.unwrap().contains("refused by map"));
    let caller = Caller::of(&installed).await.unwrap();
    let any = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "any"}});
    for (number, replica) in installed.replicas.iter().enumerate() {
        let answer = caller.judge(replica.contract, shop.name(), &any).unwrap();
        assert_eq!(answer["allowed"], false, "{answer}");
        let log = replica.process.log();
        assert!(log.contains("configmap/own/map.rego:"), "{log}");
        let metrics = installed.metrics(number).await;
        let degraded = metric(&metrics, "portcullis_policies", &[("state", "degraded")]);
        assert!((degraded - 1.0).abs() < f64::EPSILON, "{degraded}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_in_force_on_all_replicas_within_seconds() {
    let Some(installed) = Installed::with_replicas(2, &["--profile=default"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), shop.name());
    let caller = Caller::of(&installed).await.unwrap();
    let refuses = |kind: &str| {
        let any = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "any"}});
        let mut answers = installed
            .replicas
            .iter()
            .map(|replica| caller.judge(replica.contract, shop.name(), &any).unwrap());
        answers.all(|answer| answer["allowed"] == false)
    };

    // Of a kind that is registered already, by what each replica says.
    let start = Instant::now();
    let pod = refusing("pod", "{kinds: [Pod], operations: [CREATE]}", "true");
    installed.configure("own", &json!({"pod.rego": pod}));
    eventually("each refuses", async || refuses("Pod").then_some(())).await;
    let known = start.elapsed();

    // Of another kind, until the API server asks.
    let start = Instant::now();
    let map = refusing("map", "{kinds: [ConfigMap], operations: [CREATE]}", "true");
    installed.configure("more", &json!({"map.rego": map}));
    eventually("each refuses", async || refuses("ConfigMap").then_some(())).await;
    let new = start.elapsed();
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    eventually("the API server asks", async || {
        maps.create(&dry, &config_map("any")).await.err()
    })
    .await;
    let asked = start.elapsed();
    figure(&format!(
        "a change is in force on all replicas after {known:?}, of a new kind after {new:?}, and asked for after {asked:?}"
    ));
    assert!(known.max(asked) < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_drains_is_not_ready_and_still_takes_new_connections() {
    let Some(mut installed) = Installed::with_replicas(1, &["--drain-delay=60s"]).await else {
        return;
    };
    let replica = &mut installed.replicas[0];
    replica.process.signal("TERM");
    let (contract, admin) = (replica.contract, replica.admin);
    eventually("it says that it drains", async || {
        let (code, why) = get(admin, "/readyz").await?;
        (code == 503 && why.contains("draining")).then_some(())
    })
    .await;
    tokio::net::TcpStream::connect(contract).await.unwrap();
    // And answers over them: a failed call would be another refusal.
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), "default");
    let bad = object("bad", &json!({"securityContext": {"privileged": true}}));
    let message = refused(pods.create(&PostParams::default(), &bad).await);
    assert!(
        message.contains("least-privilege/privileged-container"),
        "{message}"
    );
}
