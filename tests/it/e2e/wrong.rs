//! What isn't right yet.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

use super::installed::{Installed, NAMESPACE};
use super::own::{alone, refusing};
use crate::control_plane::wait::{eventually, poll};

/// What is kept for replicas that start, all parts of it.
async fn kept(installed: &Installed) -> String {
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), NAMESPACE);
    let mut whole = String::new();
    for name in ["portcullis-last-good", "portcullis-last-good-2"] {
        let map = maps.get_opt(name).await.unwrap();
        let data = map.and_then(|map| map.data).unwrap_or_default();
        whole.extend(data.get("piece").cloned());
    }
    whole
}

/// A configuration that is refused as a whole changes nothing while a replica lives; the next one must serve, too: the entries stand.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_starts_under_a_configuration_that_is_refused() {
    let Some(mut installed) = Installed::new(&[]).await else {
        return;
    };
    let map = refusing("map", "{kinds: [ConfigMap], operations: [CREATE]}", "true");
    installed.configure("own", &alone(&[("map", map.clone())]));
    installed.start().await;
    eventually("it is kept", async || {
        kept(&installed)
            .await
            .contains("refused by map")
            .then_some(())
    })
    .await;
    for (name, data) in [
        (
            "nothing is bound",
            json!({"portcullis.yaml": "version: 1\nprofiles: []\n"}),
        ),
        (
            "two versions",
            json!({"portcullis.yaml": "version: 1\nkubernetesVersion: \"1.36\"\n", "map.rego": map}),
        ),
    ] {
        installed.configure("own", &data);
        installed.configure(
            "other",
            &json!({"portcullis.yaml": "version: 1\nprofiles: []\nkubernetesVersion: \"1.37\"\n"}),
        );
        eventually("it is refused", async || {
            installed
                .logs()
                .contains("the configuration can't be used")
                .then_some(())
        })
        .await;
        installed.replicas.clear();
        let replica = installed.spawn();
        let ready = poll(Duration::from_secs(15), async || {
            replica.readiness().await.filter(|(code, _)| *code == 200)
        });
        assert!(ready.await.is_some(), "{name}: {}", replica.process.log());
        installed.replicas.push(replica);
    }
}

/// More than one `ConfigMap` is needed; the role names only the first.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_configuration_is_kept_again_when_it_changes() {
    let Some(installed) = Installed::with_replicas(1, &["--profile=baseline"]).await else {
        return;
    };
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), NAMESPACE);
    let params = PatchParams::apply("test").force();
    for said in ["first", "second"] {
        for part in ["one", "two"] {
            let text = refusing(part, "{kinds: [ConfigMap], operations: [CREATE]}", "false");
            let text = format!("{text}# {said} {}\n", "x".repeat(600 << 10));
            let map = json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": part, "labels": {"portcullis.dev/config": "true"}},
                "data": {format!("{part}.rego"): text},
            });
            maps.patch(part, &params, &Patch::Apply(map)).await.unwrap();
        }
        let done = poll(Duration::from_secs(15), async || {
            (kept(&installed)
                .await
                .matches(&format!("# {said} "))
                .count()
                == 2)
                .then_some(())
        });
        assert!(done.await.is_some(), "{said}: {}", installed.logs());
    }
}

/// A bad flag ends a process with 2, as it does without a cluster.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_profile_is_a_bad_argument() {
    let Some(mut installed) = Installed::new(&["--profile=basline"]).await else {
        return;
    };
    let mut replica = installed.spawn();
    let code = poll(Duration::from_secs(15), async || {
        replica.process.exit_code()
    })
    .await;
    assert_eq!(code, Some(2), "{}", replica.process.log());
}
