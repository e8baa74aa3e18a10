//! Subresources, and versions that a policy doesn't name.

use serde_json::{Value, json};

use super::installed::Installed;
use super::own::{alone, refusing};
use super::user::{accepted, create, in_force, refused_by, run};

#[tokio::test(flavor = "multi_thread")]
async fn subresources_and_other_versions_are_judged_where_a_policy_names_them() {
    let Some(installed) = Installed::with_replicas(1, &[]).await else {
        return;
    };
    for namespace in ["shop", "free"] {
        installed.kubectl(&["create", "namespace", namespace]);
        let metadata = json!({"name": "web", "namespace": namespace});
        let spec = json!({"containers": [{"name": "app", "image": "registry.example/app:1"}]});
        installed
            .apply(&json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}));
        installed
            .apply(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
        installed.apply(&json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": spec}},
        }));
    }
    let shop = "input.review.namespace == \"shop\"";
    let in_shop = |name: &'static str, scope: &str| (name, refusing(name, scope, shop));
    let many = format!("{shop}\n\tinput.review.object.spec.replicas > 5");
    let busy = "some metric in input.review.object.spec.metrics\n\tmetric.resource.target.averageUtilization > 90";
    let policies = [
        in_shop(
            "exec",
            "{kinds: [PodExecOptions, PodAttachOptions], subresources: [exec, attach], operations: [CONNECT]}",
        ),
        (
            "scale",
            refusing(
                "scale",
                "{kinds: [autoscaling/Scale], subresources: [scale], operations: [UPDATE]}",
                &many,
            ),
        ),
        in_shop(
            "token",
            "{kinds: [authentication.k8s.io/TokenRequest], subresources: [token], operations: [CREATE]}",
        ),
        in_shop(
            "eviction",
            "{kinds: [policy/Eviction], subresources: [eviction], operations: [CREATE]}",
        ),
        in_shop(
            "binding",
            "{kinds: [Binding], subresources: [binding], operations: [CREATE]}",
        ),
        (
            "busy",
            refusing(
                "busy",
                "{kinds: [autoscaling/HorizontalPodAutoscaler], operations: [CREATE]}",
                busy,
            ),
        ),
    ];
    let scaler = |version: &str, spec: &Value| {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        let mut spec = spec.clone();
        spec["scaleTargetRef"] = target;
        spec["maxReplicas"] = 3.into();
        json!({
            "apiVersion": format!("autoscaling/{version}"), "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web", "namespace": "shop"}, "spec": spec,
        })
    };
    let v1 = |percent: u8| scaler("v1", &json!({"targetCPUUtilizationPercentage": percent}));
    let v2 = |percent: u8| {
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
        scaler("v2", &json!({"metrics": [metric]}))
    };
    in_force(&installed, &alone(&policies), &v2(95)).await;
    refused_by(&create(&installed, &v1(95)), "busy");
    accepted(&create(&installed, &v1(50)));

    let about = |namespace: &str| json!({"name": "web", "namespace": namespace});
    let eviction = |namespace: &str| {
        let metadata = about(namespace);
        json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata})
    };
    let binding = |namespace: &str| {
        let (metadata, target) = (about(namespace), json!({"kind": "Node", "name": "node"}));
        json!({"apiVersion": "v1", "kind": "Binding", "metadata": metadata, "target": target})
    };
    let post = |namespace: &str, subresource: &str, body: &Value| {
        let path = format!("/api/v1/namespaces/{namespace}/pods/web/{subresource}");
        installed
            .plane
            .kubectl(&["create", "--raw", &path, "-f", "-"], &body.to_string())
            .unwrap()
    };
    refused_by(&run(&installed, "-n shop exec web -- true"), "exec");
    refused_by(&run(&installed, "-n shop attach web"), "exec");
    refused_by(
        &run(&installed, "-n shop scale deployment web --replicas=6"),
        "scale",
    );
    refused_by(&run(&installed, "-n shop create token web"), "token");
    refused_by(&post("shop", "binding", &binding("shop")), "binding");
    refused_by(&post("shop", "eviction", &eviction("shop")), "eviction");

    // Elsewhere all of it goes on; what there is no kubelet for ends later.
    let exec = run(&installed, "-n free exec web -- true");
    assert!(
        exec.code != 0 && !exec.stderr.contains("admission webhook"),
        "{exec:?}"
    );
    accepted(&run(
        &installed,
        "-n free scale deployment web --replicas=6",
    ));
    accepted(&run(&installed, "-n free create token web"));
    accepted(&post("free", "binding", &binding("free")));
    accepted(&post("free", "eviction", &eviction("free")));
}
