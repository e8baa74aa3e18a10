//! An API server that isn't there, not any more, or that lets us do too little.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};

use super::deciding::{object, refused};
use super::installed::{Installed, NAMESPACE, manifests};
use super::line::Line;
use super::load::{failed_calls, figure};
use crate::control_plane::wait::eventually;

/// What the API server waits for `enforce`.
const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_api_server_costs_what_only_it_knows() {
    let arguments = ["--profile=default", "--drain-delay=1s"];
    let Some(mut installed) = Installed::new(&arguments).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let mut line = Line::before(&mut installed);

    // Not there at the start: the process waits for it and says so.
    let mut replica = installed.spawn();
    eventually("it says what it misses", async || {
        let (code, why) = replica.readiness().await?;
        assert_eq!(code, 503, "{why}");
        let told = replica
            .process
            .log()
            .contains("the API server can't be reached");
        (told && why.contains("namespaces aren't known yet") && why.contains("no certificate"))
            .then_some(())
    })
    .await;
    assert_eq!(replica.process.exit_code(), None);
    line.open().await;
    replica.is_ready().await;
    installed.replicas.push(replica);
    installed.reach();
    installed.registered().await;

    let judged = Judged::new(&installed, shop.name());
    eventually("a privileged Pod is refused", async || {
        judged.pod(true).await.err()
    })
    .await;
    judged.binding("view").await.unwrap();
    let failed = failed_calls(&installed);

    // Lost: ready still, and judging whatever needs nobody else.
    line.cut().await;
    let (message, took) = judged.binding_refused("edit").await;
    assert!(
        message.contains("rbac/cluster-admin-binding could not be evaluated"),
        "{message}"
    );
    assert!(
        message.contains("can't read ClusterRole `edit`"),
        "{message}"
    );
    figure(&format!(
        "cut off from the API server, a fact is missed after {took:?}"
    ));
    still_judges(&installed, &judged).await;

    // It takes connections and never answers: the deadline holds.
    line.open().await;
    eventually("roles are known again", async || {
        judged.binding("edit").await.ok()
    })
    .await;
    line.silence();
    let (message, took) = judged.binding_refused("admin").await;
    assert!(
        message.contains("can't read ClusterRole `admin`: no answer in time"),
        "{message}"
    );
    assert!(took < TIMEOUT, "{took:?}");
    figure(&format!(
        "from a silent API server, a fact is missed after {took:?}"
    ));
    still_judges(&installed, &judged).await;

    line.open().await;
    eventually("roles are known again", async || {
        judged.binding("admin").await.ok()
    })
    .await;
    let failed = failed_calls(&installed) - failed;
    assert!(failed.abs() < f64::EPSILON, "{failed}");

    // It can end without it.
    line.silence();
    let mut replica = installed.replicas.pop().unwrap();
    replica.process.signal("TERM");
    let code = eventually("its end", async || replica.process.exit_code()).await;
    assert_eq!(code, 0, "{}", replica.process.last_lines(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_isnt_allowed_is_named_and_taken_up_once_it_is() {
    let Some(mut installed) = Installed::new(&["--profile=default"]).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    installed.kubectl(&["delete", "clusterrolebinding", "portcullis"]);
    installed.kubectl(&["-n", NAMESPACE, "delete", "rolebinding", "portcullis"]);
    let mut replica = installed.spawn();
    for what in [
        "not allowed to watch namespaces",
        "not allowed to watch ConfigMaps labelled `portcullis.dev/config=true`",
        "not allowed to watch Secret `portcullis-tls`",
        "not allowed to watch the webhook configuration `portcullis`",
        "not allowed to read Lease `portcullis`",
        "not allowed to read ConfigMap `portcullis-last-good`",
        // The API server's own words.
        r#"cannot watch resource \"namespaces\""#,
    ] {
        eventually(what, async || {
            replica.process.log().contains(what).then_some(())
        })
        .await;
    }
    let (code, why) = replica.readiness().await.unwrap();
    assert_eq!(code, 503, "{why}");
    assert_eq!(replica.process.exit_code(), None);

    let granted = Instant::now();
    let apply = ["apply", "--server-side", "-f", "-"];
    installed.plane.kubectl(&apply, &manifests()).unwrap();
    replica.is_ready().await;
    figure(&format!(
        "permissions are taken up after {:?}",
        granted.elapsed()
    ));
    installed.replicas.push(replica);
    installed.reach();
    installed.registered().await;

    // Of everything but roles: only what asks for them fails, and says why.
    let judged = Judged::new(&installed, shop.name());
    eventually("a privileged Pod is refused", async || {
        judged.pod(true).await.err()
    })
    .await;
    judged.binding("view").await.unwrap();
    let no_roles = r#"[{"op": "replace", "path": "/rules/2/verbs", "value": ["list"]}]"#;
    installed.kubectl(&[
        "patch",
        "clusterrole",
        "portcullis",
        "--type=json",
        "-p",
        no_roles,
    ]);
    let message = eventually("a role can't be read", async || {
        let tried = judged.binding("edit").await;
        tried.is_err().then(|| refused(tried))
    })
    .await;
    assert!(
        message.contains("rbac/cluster-admin-binding could not be evaluated"),
        "{message}"
    );
    assert!(
        message.contains("not allowed to read ClusterRole `edit`"),
        "{message}"
    );
    still_judges(&installed, &judged).await;
}

/// Ready, a good Pod admitted, a bad one refused.
async fn still_judges(installed: &Installed, judged: &Judged) {
    let (code, why) = installed.replicas[0].readiness().await.unwrap();
    assert_eq!(code, 200, "{why}");
    judged.pod(false).await.unwrap();
    refused(judged.pod(true).await);
}

/// Objects that are judged, and never stored.
struct Judged {
    pods: Api<Pod>,
    bindings: Api<ClusterRoleBinding>,
    dry: PostParams,
}

impl Judged {
    fn new(installed: &Installed, namespace: &str) -> Self {
        Self {
            pods: Api::namespaced(installed.plane.client(), namespace),
            bindings: Api::all(installed.plane.client()),
            dry: PostParams {
                dry_run: true,
                ..PostParams::default()
            },
        }
    }

    async fn pod(&self, privileged: bool) -> kube::Result<Pod> {
        let pod = object(
            "judged",
            &json!({"securityContext": {"privileged": privileged}}),
        );
        self.pods.create(&self.dry, &pod).await
    }

    async fn binding(&self, role: &str) -> kube::Result<ClusterRoleBinding> {
        let group = "rbac.authorization.k8s.io";
        let binding: Value = json!({
            "metadata": {"name": "judged"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": group, "kind": "User", "name": "alice"}],
        });
        let binding = serde_json::from_value(binding).unwrap();
        self.bindings.create(&self.dry, &binding).await
    }

    /// The refusal of a binding, and how long it took.
    async fn binding_refused(&self, role: &str) -> (String, Duration) {
        let start = Instant::now();
        let message = refused(self.binding(role).await);
        (message, start.elapsed())
    }
}
