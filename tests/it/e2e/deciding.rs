//! What users and controllers meet: denials, warnings, admissions, by kubectl and by the API.

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::installed::Installed;
use crate::control_plane::wait::eventually;
use crate::project::pod;

const ENFORCE: &str = "admission webhook \"enforce.portcullis.dev\" denied the request: ";

pub(super) fn object(name: &str, container: &Value) -> Pod {
    let mut app = json!({"name": "app", "image": "registry.example/app:1"});
    for (key, value) in container.as_object().unwrap() {
        app[key] = value.clone();
    }
    serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [app]},
    }))
    .unwrap()
}

/// The Pod as kubectl reads it.
fn kubectl_object(pod: &Pod) -> String {
    let mut object = serde_json::to_value(pod).unwrap();
    object["apiVersion"] = json!("v1");
    object["kind"] = json!("Pod");
    object.to_string()
}

/// The refusal's message.
#[track_caller]
pub(super) fn refused<T: std::fmt::Debug>(answer: kube::Result<T>) -> String {
    let error = answer.unwrap_err();
    let kube::Error::Api(status) = &error else {
        assert_eq!(error.to_string(), "a refusal");
        return String::new();
    };
    assert_eq!(status.code, 403, "{status:?}");
    status.message.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_gets_the_decision_that_a_scan_gives() {
    let Some(mut installed) = Installed::new(&["--profile=baseline,default"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let name = shop.name();
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), name);
    let create = PostParams::default();
    // What was there before anybody judged.
    let dirty = object("old", &json!({"securityContext": {"privileged": true}}));
    pods.create(&create, &dirty).await.unwrap();

    installed.start().await;
    installed.start().await;
    installed.registered().await;
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let bad = object("bad", &json!({"securityContext": {"privileged": true}}));
    let message = eventually("a bad Pod is denied", async || {
        let tried = pods.create(&dry, &bad).await;
        tried.is_err().then(|| refused(tried))
    })
    .await;
    assert!(message.starts_with(ENFORCE), "{message}");
    for part in [
        "least-privilege/privileged-container (critical) at spec.containers[0].securityContext.privileged",
        "found: true, wanted: false",
        "fix: Set `privileged: false`",
        "docs: portcullis explain least-privilege/privileged-container",
    ] {
        assert!(message.contains(part), "{message}");
    }

    // The same by kubectl, and the twin without the mistake.
    let arguments = ["-n", name, "apply", "-f", "-"];
    let run = installed
        .plane
        .kubectl(&arguments, &kubectl_object(&bad))
        .unwrap();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains(ENFORCE), "{run:?}");
    let run = installed
        .plane
        .kubectl(&arguments, &pod("good", ""))
        .unwrap();
    assert_eq!(run.code, 0, "{run:?}");

    // Names that the server makes, templates of workloads, a template deep in a CronJob.
    let mut generated = bad.clone();
    generated.metadata.name = None;
    generated.metadata.generate_name = Some("bad-".to_owned());
    refused(pods.create(&create, &generated).await);
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": name},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": bad.spec}},
    });
    let run = installed
        .plane
        .kubectl(&["apply", "-f", "-"], &deployment.to_string())
        .unwrap();
    assert!(
        run.stderr
            .contains("spec.template.spec.containers[0].securityContext.privileged"),
        "{run:?}"
    );

    // A container that joins a running Pod.
    let joins = |privileged: bool| {
        json!({"spec": {"ephemeralContainers": [{
            "name": "debug", "image": "registry.example/debug:1", "securityContext": {"privileged": privileged},
        }]}})
    };
    let patch = PatchParams::default();
    let (joining, harmless) = (
        Patch::Strategic(joins(true)),
        Patch::Strategic(joins(false)),
    );
    let joined = pods.patch_subresource("ephemeralcontainers", "good", &patch, &joining);
    let message = refused(joined.await);
    assert!(
        message.contains("spec.ephemeralContainers[0].securityContext.privileged"),
        "{message}"
    );
    let joined = pods.patch_subresource("ephemeralcontainers", "good", &patch, &harmless);
    joined.await.unwrap();

    // What was there before warns when something else is edited, and is denied when it is touched.
    let label = ["-n", name, "label", "pod", "old", "edited=yes"];
    let run = installed.plane.kubectl(&label, "").unwrap();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("Warning: [least-privilege/privileged-container]"),
        "{run:?}"
    );
    assert!(run.stderr.contains("(was there before)"), "{run:?}");
    let image =
        json!({"spec": {"containers": [{"name": "app", "image": "registry.example/app:2"}]}});
    refused(pods.patch("old", &patch, &Patch::Strategic(image)).await);

    // Deletions pass, one by one and all at once.
    pods.delete("old", &DeleteParams::default().grace_period(0))
        .await
        .unwrap();

    // The namespace that is never judged.
    let system: Api<Pod> = Api::namespaced(installed.plane.client(), "kube-system");
    system.create(&dry, &bad).await.unwrap();

    let annotations = installed.plane.audit_annotations("create", name, "bad");
    let own = |key: &str| {
        annotations[&format!("enforce.portcullis.dev/{key}")]
            .as_str()
            .unwrap()
    };
    assert!(
        own("violations").contains("least-privilege/privileged-container"),
        "{annotations:?}"
    );
    assert_eq!(own("policy-set").len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_of_the_cluster_is_in_force_within_two_seconds() {
    let Some(installed) = Installed::with_replicas(2, &["--profile=default"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let pods: Api<Pod> = Api::namespaced(installed.plane.client(), shop.name());
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let bad = object("bad", &json!({"securityContext": {"privileged": true}}));
    eventually("a bad Pod is denied", async || {
        pods.create(&dry, &bad).await.is_err().then_some(())
    })
    .await;

    let warn =
        "version: 1\npolicies:\n  least-privilege/privileged-container: {enforcement: warn}\n";
    installed.configure("own", &json!({"portcullis.yaml": warn}));
    eventually("it only warns", async || {
        pods.create(&dry, &bad).await.is_ok().then_some(())
    })
    .await;

    // A configuration that breaks changes nothing, and is named with its place.
    installed.configure(
        "own",
        &json!({"portcullis.yaml": "version: 1\npolicies:\n  surprise: {}\n"}),
    );
    eventually("the mistake is told", async || {
        installed
            .logs()
            .contains("configmap/own/portcullis.yaml:3")
            .then_some(())
    })
    .await;
    pods.create(&dry, &bad).await.unwrap();
    eventually("the metric says so", async || {
        let metrics = installed.metrics(0).await;
        metrics
            .contains("portcullis_policies{state=\"degraded\"} 1")
            .then_some(())
    })
    .await;

    // A policy of one's own denies; when it breaks, its last good version still does.
    let rego = "# METADATA\n# title: No pods named late\n# description: A test.\n# custom:\n#   severity: high\n#   remediation: Name it otherwise.\n#   scope: {kinds: [Pod], operations: [CREATE]}\npackage policies.own.late_pod\n\nviolation contains {\"path\": [\"metadata\", \"name\"], \"msg\": \"late\"} if input.review.object.metadata.name == \"late\"\n";
    installed.configure("own", &json!({"portcullis.yaml": warn}));
    installed.configure("more", &json!({"late.rego": rego}));
    let late = object("late", &json!({}));
    eventually("the policy denies", async || {
        pods.create(&dry, &late).await.is_err().then_some(())
    })
    .await;
    installed.configure(
        "more",
        &json!({"late.rego": rego.replace("contains {", "contains {{")}),
    );
    eventually("the mistake is told", async || {
        installed
            .logs()
            .contains("configmap/more/late.rego:")
            .then_some(())
    })
    .await;
    assert!(refused(pods.create(&dry, &late).await).contains("own/late-pod"));
}
