//! Replicas that go and come, by a rollout and by accident, and a lease that others write.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

use super::installed::{Installed, NAMESPACE};
use super::load::{Load, figure};
use super::own::refusing;
use crate::control_plane::wait::{eventually, poll};

const RATE: u32 = 200;

/// How long a holder that is gone keeps the lease, and two rounds of a candidate on a busy machine.
const TAKEOVER: Duration = Duration::from_secs(15 + 10);

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_in_a_rollout() {
    let arguments = ["--profile=baseline", "--drain-delay=2s"];
    let Some(mut installed) = Installed::with_replicas(3, &arguments).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let load = Load::start(&installed, shop.name(), RATE).await;
    for _ in 0..3 {
        let mut old = installed.replicas.remove(0);
        old.process.signal("TERM");
        // The endpoint goes when the probe says so; its connections stay.
        eventually("it drains", async || {
            let (code, why) = old.readiness().await?;
            (code == 503 && why.contains("draining")).then_some(())
        })
        .await;
        installed.reach();
        let code = eventually("its end", async || old.process.exit_code()).await;
        assert_eq!(code, 0, "{}", old.process.last_lines(20));
        installed.start().await;
    }
    load.end(&installed, "rollout").await;
    // The last one may find nobody who needs another connection.
    for replica in &installed.replicas[..2] {
        assert!(installed.proxy.given(replica.contract) > 0);
    }
    let _leader = leader(&installed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_leader_is_replaced_and_missed_by_nobody() {
    let Some(mut installed) = Installed::with_replicas(3, &["--profile=baseline"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let secrets = secret_versions(&installed).await;
    let mut dead = installed.replicas.remove(leader(&installed).await);
    dead.process.signal("KILL");
    let killed = Instant::now();
    eventually("its end", async || dead.process.exit_code()).await;
    installed.reach();

    // Configuration doesn't wait for a leader.
    let before = digests(&installed).await;
    let scope = "{kinds: [Pod], operations: [CREATE]}";
    let late = refusing(
        "late",
        scope,
        "input.review.object.metadata.name == \"late\"",
    );
    installed.configure("own", &json!({"late.rego": late}));
    let digests = eventually("the policy is in force", async || {
        let digests = digests(&installed).await;
        (digests.iter().all(|own| !before.contains(own))).then_some(digests)
    })
    .await;
    assert_eq!(digests[0], digests[1]);
    assert_eq!(leaders(&installed).await, [false, false]);
    let load = Load::start(&installed, shop.name(), 20).await;

    // Registration does: a kind that nobody was asked about before.
    let map = refusing("map", "{kinds: [ConfigMap], operations: [CREATE]}", "true");
    installed.configure("more", &json!({"map.rego": map}));
    let next = poll(TAKEOVER, async || leads(&installed).await).await;
    assert!(next.is_some(), "{}", installed.logs());
    figure(&format!(
        "a killed leader is replaced after {:?}",
        killed.elapsed()
    ));
    eventually("the kind is registered", async || {
        let webhooks = installed.webhooks().await;
        let rules = webhooks
            .iter()
            .flat_map(|webhook| webhook.rules.iter().flatten());
        let mut resources = rules.flat_map(|rule| rule.resources.iter().flatten());
        resources.any(|name| name == "configmaps").then_some(())
    })
    .await;
    load.end(&installed, "killed leader").await;
    assert_eq!(secret_versions(&installed).await, secrets);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_others_write_harms_nobody() {
    let Some(mut installed) = Installed::with_replicas(1, &["--profile=baseline"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let secrets = secret_versions(&installed).await;
    leader(&installed).await;
    let first = holder(&installed).await;
    installed.start().await;
    let load = Load::start(&installed, shop.name(), 20).await;

    // Two leaders: the lease changes hands by hand, and whoever held it doesn't know yet.
    let second = eventually("the other one holds it", async || {
        hold(&installed, "").await;
        let next = poll(Duration::from_secs(5), async || {
            let holder = holder(&installed).await;
            (!holder.is_empty()).then_some(holder)
        });
        next.await.filter(|holder| *holder != first)
    })
    .await;
    eventually("it leads alone", async || {
        (leaders(&installed).await == [false, true]).then_some(())
    })
    .await;
    hold(&installed, &first).await;
    eventually("the first one leads alone again", async || {
        (leaders(&installed).await == [true, false]).then_some(())
    })
    .await;

    // Nobody leads while a stranger holds it, and who takes it over in the end is one of us.
    hold(&installed, "a stranger").await;
    eventually("nobody leads", async || {
        (leaders(&installed).await == [false, false]).then_some(())
    })
    .await;
    let next = poll(TAKEOVER, async || leads(&installed).await).await;
    assert!(next.is_some(), "{}", installed.logs());
    assert!([first, second].contains(&holder(&installed).await));

    load.end(&installed, "stolen lease").await;
    assert_eq!(secret_versions(&installed).await, secrets);
    assert_eq!(installed.entries().await, ["enforce.portcullis.dev"]);
}

/// Who leads, by what each says.
async fn leaders(installed: &Installed) -> Vec<bool> {
    let mut all = Vec::new();
    for replica in 0..installed.replicas.len() {
        let text = installed.metrics(replica).await;
        all.push(text.contains("portcullis_leader{lease=\"portcullis\"} 1"));
    }
    all
}

/// The one that leads; `None`: nobody does, or several.
async fn leads(installed: &Installed) -> Option<usize> {
    let all = leaders(installed).await;
    let mut leading = (0..all.len()).filter(|replica| all[*replica]);
    leading.next().filter(|_| leading.next().is_none())
}

/// Waits for one that leads.
pub(super) async fn leader(installed: &Installed) -> usize {
    eventually("one leads", async || leads(installed).await).await
}

/// The policy set that each replica has in force.
async fn digests(installed: &Installed) -> Vec<String> {
    let mut all = Vec::new();
    for replica in &installed.replicas {
        let (_, text) = replica.readiness().await.unwrap();
        all.push(text.trim().rsplit(' ').next().unwrap().to_owned());
    }
    all
}

fn lease(installed: &Installed) -> Api<Lease> {
    Api::namespaced(installed.plane.client(), NAMESPACE)
}

async fn holder(installed: &Installed) -> String {
    let lease = lease(installed).get("portcullis").await.unwrap();
    lease.spec.unwrap().holder_identity.unwrap_or_default()
}

async fn hold(installed: &Installed, holder: &str) {
    let patch = Patch::Merge(json!({"spec": {"holderIdentity": holder}}));
    let params = PatchParams::default();
    let leases = lease(installed);
    leases.patch("portcullis", &params, &patch).await.unwrap();
}

/// The versions of both Secrets: they change with each write.
async fn secret_versions(installed: &Installed) -> Vec<Option<String>> {
    let secrets: Api<Secret> = Api::namespaced(installed.plane.client(), NAMESPACE);
    let mut versions = Vec::new();
    for name in ["portcullis-ca", "portcullis-tls"] {
        let secret = secrets.get(name).await.unwrap();
        versions.push(secret.metadata.resource_version);
    }
    versions
}
