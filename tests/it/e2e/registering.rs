//! What stands in the webhook configuration: no more than is needed, and as long as it is needed.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, PostParams};
use serde_json::{Value, json};

use super::deciding::{object, refused};
use super::installed::Installed;
use super::own::{alone, refusing};
use super::restarting::leader;
use crate::control_plane::observe::metric;
use crate::control_plane::wait::eventually;

const ENFORCE: &str = "enforce.portcullis.dev";
const OBSERVE: &str = "observe.portcullis.dev";
const DRIFT: &str = "portcullis_webhook_configuration_drift_total";

fn dry() -> PostParams {
    PostParams {
        dry_run: true,
        ..PostParams::default()
    }
}

fn privileged() -> Pod {
    object("bad", &json!({"securityContext": {"privileged": true}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_make_of_our_entries_is_mended_and_counted() {
    let arguments = ["--profile=strict", "--exclude-namespace=quiet,calm"];
    let Some(mut installed) = Installed::new(&arguments).await else {
        return;
    };
    installed.kubectl(&["create", "namespace", "loud"]);
    installed.kubectl(&["create", "namespace", "quiet"]);
    installed.start().await;
    installed.start().await;
    installed.registered().await;
    let everything = refusing(
        "everything",
        "{kinds: [\"*\"], operations: [CREATE, DELETE]}",
        "false",
    );
    installed.configure("own", &json!({"everything.rego": everything}));
    eventually("any kind is registered", async || {
        let mut resources = resources(&installed).await.into_iter();
        resources.any(|name| name == "*").then_some(())
    })
    .await;
    let all = resources(&installed).await;
    assert!(all.iter().all(|name| name != "*/*"), "{all:?}");
    let whole = installed.webhooks().await;
    for webhook in &whole {
        let selector = webhook.namespace_selector.clone().unwrap();
        let [ref left_out] = selector.match_expressions.unwrap()[..] else {
            panic!("one expression");
        };
        assert_eq!(left_out.key, "kubernetes.io/metadata.name");
        assert_eq!(left_out.operator, "NotIn");
        let names = left_out.values.clone().unwrap();
        assert_eq!(names, ["calm", "kube-system", "portcullis", "quiet"]);
    }

    // In a namespace that is left out, nothing is judged.
    let pods = |namespace| -> Api<Pod> { Api::namespaced(installed.plane.client(), namespace) };
    eventually("a privileged Pod is refused", async || {
        pods("loud").create(&dry(), &privileged()).await.err()
    })
    .await;
    pods("quiet").create(&dry(), &privileged()).await.unwrap();

    // Others change, add and take away; an entry of theirs stays theirs.
    let foreign = json!({
        "name": "foreign.example.com", "clientConfig": {"url": "https://127.0.0.1:1/"}, "failurePolicy": "Ignore",
        "sideEffects": "None", "admissionReviewVersions": ["v1"], "namespaceSelector": {"matchLabels": {"never": "there"}},
    });
    let never = json!({"name": "never", "expression": "false"});
    let mut expected = 0.0;
    for change in [
        json!([{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]),
        json!([{"op": "remove", "path": "/webhooks/0"}, {"op": "add", "path": "/webhooks/-", "value": foreign}]),
        json!([{"op": "add", "path": "/webhooks/0/matchConditions/-", "value": never}]),
    ] {
        // An entry that was taken away comes back behind the others.
        let drifted = change
            .to_string()
            .replace("/0", &format!("/{}", place(&installed).await));
        installed.kubectl(&[
            "patch",
            "validatingwebhookconfiguration",
            "portcullis",
            "--type=json",
            "-p",
            &drifted,
        ]);
        eventually(&format!("mended: {drifted}"), async || {
            let mut now = installed.webhooks().await;
            now.retain(|webhook| webhook.name != "foreign.example.com");
            now.sort_by(|one, other| one.name.cmp(&other.name));
            (now == whole).then_some(())
        })
        .await;
        expected += 1.0;
        let leader = leader(&installed).await;
        eventually("counted", async || {
            let count = metric(&installed.metrics(leader).await, DRIFT, &[]);
            (count >= expected).then_some(())
        })
        .await;
    }
    assert!(
        installed
            .entries()
            .await
            .contains(&"foreign.example.com".to_owned())
    );
    for replica in 0..2 {
        let text = installed.metrics(replica).await;
        let sync = metric(&text, "portcullis_webhook_configuration_in_sync", &[]);
        assert!((sync - 1.0).abs() < f64::EPSILON, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_stands_as_long_as_a_policy_is_bound_to_it() {
    let Some(mut installed) = Installed::with_replicas(1, &[]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let maps: Api<ConfigMap> = Api::namespaced(installed.plane.client(), shop.name());
    let any: ConfigMap = serde_json::from_value(json!({"metadata": {"name": "any"}})).unwrap();
    let map = refusing("map", "{kinds: [ConfigMap], operations: [CREATE]}", "true");
    let is = async |what: &str, entries: &[&str]| {
        eventually(what, async || {
            (installed.entries().await == entries).then_some(())
        })
        .await;
    };

    installed.configure("own", &alone(&[("map", map.clone())]));
    is("enforce alone", &[ENFORCE]).await;
    assert_eq!(
        resources(&installed).await,
        BTreeSet::from(["configmaps".to_owned()])
    );
    eventually("it denies", async || maps.create(&dry(), &any).await.err()).await;

    let mut warned = alone(&[("map", map)]);
    warned["portcullis.yaml"] =
        "version: 1\nprofiles: []\npolicies: {own/map: {enforcement: warn}}\n".into();
    installed.configure("own", &warned);
    is("observe alone", &[OBSERVE]).await;
    eventually("it admits", async || maps.create(&dry(), &any).await.ok()).await;
    let warned = installed
        .plane
        .kubectl(&["-n", shop.name(), "create", "configmap", "seen"], "")
        .unwrap();
    assert!(warned.stderr.contains("Warning: [own/map]"), "{warned:?}");

    installed.kubectl(&["-n", "portcullis", "delete", "configmap", "own"]);
    is("both", &[ENFORCE, OBSERVE]).await;

    // No more than the operator allows, whatever is bound.
    let mut old = installed.replicas.pop().unwrap();
    old.process.signal("KILL");
    eventually("its end", async || old.process.exit_code()).await;
    installed
        .arguments
        .push("--max-enforcement=audit".to_owned());
    installed.start().await;
    eventually("observe alone", async || {
        (installed.entries().await == [OBSERVE]).then_some(())
    })
    .await;
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), shop.name());
    pods.create(&dry(), &privileged()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_kind_with_a_pod_template_is_judged_as_soon_as_it_is_served() {
    let Some(installed) = Installed::with_replicas(1, &["--profile=baseline"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let template = "podTemplates: [{group: example.com, kind: Rollout, path: spec.template}]";
    let config = json!({"portcullis.yaml": format!("version: 1\n{template}\n")});
    installed.configure("own", &config);
    eventually("it isn't known yet", async || {
        let logs = installed.logs();
        (logs.contains("nothing of this kind is registered")
            && logs.contains("example.com/Rollout"))
        .then_some(())
    })
    .await;
    assert!(!resources(&installed).await.contains("rollouts"));

    installed.apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "rollouts.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"kind": "Rollout", "plural": "rollouts"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": true,
            }}}],
        },
    }));
    installed.kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd/rollouts.example.com",
        "--timeout=20s",
    ]);
    // Looked up each minute, and with each change.
    installed.configure(
        "own",
        &json!({"portcullis.yaml": format!("version: 1\n# Changed.\n{template}\n")}),
    );
    eventually("it is registered", async || {
        resources(&installed)
            .await
            .contains("rollouts")
            .then_some(())
    })
    .await;

    let kind = GroupVersionKind::gvk("example.com", "v1", "Rollout");
    let resource = ApiResource::from_gvk(&kind);
    let rollouts: Api<DynamicObject> =
        Api::namespaced_with(installed.plane.client(), shop.name(), &resource);
    let rollout = |pod: Pod| -> DynamicObject {
        let spec: Value = json!({"template": {"metadata": {}, "spec": pod.spec}});
        serde_json::from_value(json!({
            "apiVersion": "example.com/v1", "kind": "Rollout", "metadata": {"name": "any"}, "spec": spec,
        }))
        .unwrap()
    };
    let message = eventually("a privileged template is refused", async || {
        let tried = rollouts.create(&dry(), &rollout(privileged())).await;
        tried.is_err().then(|| refused(tried))
    })
    .await;
    let place = "spec.template.spec.containers[0].securityContext.privileged";
    assert!(message.contains(place), "{message}");
    let good = rollout(object("good", &json!({})));
    rollouts.create(&dry(), &good).await.unwrap();
}

/// The resources of all rules.
async fn resources(installed: &Installed) -> BTreeSet<String> {
    let webhooks = installed.webhooks().await.into_iter();
    let rules = webhooks.flat_map(|webhook| webhook.rules.unwrap_or_default());
    rules
        .flat_map(|rule| rule.resources.unwrap_or_default())
        .collect()
}

/// Where `enforce` stands.
async fn place(installed: &Installed) -> usize {
    let entries = installed.entries().await;
    entries.iter().position(|name| name == ENFORCE).unwrap()
}
