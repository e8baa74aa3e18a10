//! Tests of the facts from a cluster: each fact, and each way not to know it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::cluster::fake::{Call, Fake, Reply, event, initial_end};
use crate::model::{Fact, FactName, GroupVersionKind, Operation, Origin, Path};

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1";

/// A cluster that holds these objects by path; `missing` replies to all other calls.
fn cluster(objects: Value, missing: fn() -> Reply) -> Fake {
    Fake::new(move |call| match objects.get(&call.path) {
        _ if call.query.contains("watch") => watched(call),
        Some(object) => Reply::json(200, object),
        None => missing(),
    })
}

/// The watch of namespaces, which know of `shop` only.
fn watched(call: &Call) -> Reply {
    let shop =
        json!({"metadata": {"name": "shop", "labels": {"team": "a"}, "resourceVersion": "3"}});
    let list = [event("ADDED", &shop), initial_end("Namespace")];
    let list = list
        .into_iter()
        .filter(|_| call.query.contains("sendInitialEvents"));
    Reply::events(list)
}

fn not_found() -> Reply {
    Reply::status(404, "NotFound")
}

async fn facts(fake: &Fake) -> Facts {
    let namespaces = Namespaces::watch(fake.client());
    let mut synced = namespaces.synced();
    synced.wait_for(|synced| *synced).await.unwrap();
    Facts::new(fake.client(), namespaces)
}

/// The review of an object of namespace `shop`.
fn review(object: &Value) -> Review {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let kind = GroupVersionKind::from_api_version(text("apiVersion"), text("kind"));
    let uid = "705ab4f5".to_owned();
    let mut review = Review::create(kind, Arc::new(object.clone()), Origin::Admission { uid });
    review.namespace = "shop".to_owned();
    review
}

fn needs(name: FactName, templates: &[&str]) -> Needs {
    let templates = templates.iter().map(|path| Path::parse(path).unwrap());
    Needs {
        facts: BTreeSet::from([name]),
        templates: templates.collect(),
        applies: true,
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(2)
}

/// The fact as policies see it; code and message of what isn't known.
async fn known(facts: &Facts, name: FactName, review: &Review) -> Value {
    let evidence = facts.gather(&needs(name, &[]), review, soon()).await;
    shown(evidence.fact(name, None))
}

fn shown(fact: Option<&Fact>) -> Value {
    match fact {
        Some(Fact::Known(known)) => known.value.clone(),
        Some(Fact::Unavailable(why)) => json!(format!("{}: {}", why.code, why.message)),
        None => json!("nothing"),
    }
}

fn binding(kind: &str, role_kind: &str, role: &str) -> Review {
    review(&json!({
        "apiVersion": RBAC, "kind": kind, "metadata": {"name": "b", "namespace": "shop"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
    }))
}

fn role(kind: &str, name: &str, more: &Value) -> Value {
    let mut role = json!({
        "apiVersion": RBAC, "kind": kind,
        "metadata": {
            "name": name, "uid": "1", "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        },
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        role[key] = value.clone();
    }
    role
}

fn pod(spec: &Value) -> Review {
    review(
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "shop"}, "spec": spec}),
    )
}

#[tokio::test]
async fn a_binding_knows_its_role() {
    let mut of_shop = role("Role", "deploy", &json!({}));
    of_shop["metadata"]["namespace"] = json!("shop");
    let fake = cluster(
        json!({
            format!("{ROLES}/namespaces/shop/roles/deploy"): of_shop,
            format!("{ROLES}/clusterroles/deploy"): role("ClusterRole", "deploy", &json!({"rules": []})),
        }),
        not_found,
    );
    let facts = facts(&fake).await;
    let found = known(
        &facts,
        FactName::Role,
        &binding("RoleBinding", "Role", "deploy"),
    )
    .await;
    assert_eq!(
        found,
        json!({
            "apiVersion": RBAC, "kind": "Role", "metadata": {"name": "deploy", "namespace": "shop"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
            "builtIn": false, "bootstrap": false,
        })
    );
    for kind in ["RoleBinding", "ClusterRoleBinding"] {
        let found = known(
            &facts,
            FactName::Role,
            &binding(kind, "ClusterRole", "deploy"),
        )
        .await;
        assert_eq!(
            (&found["kind"], &found["rules"]),
            (&json!("ClusterRole"), &json!([]))
        );
    }
}

#[tokio::test]
async fn what_does_not_exist_is_known_not_to() {
    let facts = facts(&cluster(json!({}), not_found)).await;
    for missing in [
        binding("RoleBinding", "Role", "gone"),
        binding("RoleBinding", "ClusterRole", "gone"),
        // Kubernetes' own, deleted.
        binding("ClusterRoleBinding", "ClusterRole", "cluster-admin"),
        binding("ClusterRoleBinding", "Role", "deploy"),
    ] {
        assert_eq!(known(&facts, FactName::Role, &missing).await, Value::Null);
    }
    let account = known(&facts, FactName::ServiceAccount, &pod(&json!({}))).await;
    assert_eq!(account, Value::Null);
    let mut elsewhere = pod(&json!({}));
    elsewhere.namespace = "gone".to_owned();
    let namespace = known(&facts, FactName::Namespace, &elsewhere).await;
    assert_eq!(namespace, Value::Null);
}

#[tokio::test]
async fn an_aggregated_role_has_the_rules_that_the_cluster_gave_it() {
    let selects = json!({"clusterRoleSelectors": [{"matchLabels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}}]});
    let widgets =
        json!([{"apiGroups": ["example.com"], "resources": ["widgets"], "verbs": ["get"]}]);
    let more = json!({"rules": widgets, "aggregationRule": selects});
    let mut view = role("ClusterRole", "view", &more);
    view["metadata"]["labels"] = json!({"rbac.authorization.k8s.io/aggregate-to-edit": "true"});
    let fake = cluster(
        json!({
            format!("{ROLES}/clusterroles/view"): view,
            format!("{ROLES}/clusterroles/mine"): role("ClusterRole", "mine", &more),
        }),
        not_found,
    );
    let facts = facts(&fake).await;
    for (name, own) in [("view", true), ("mine", false)] {
        let binding = binding("RoleBinding", "ClusterRole", name);
        let found = known(&facts, FactName::Role, &binding).await;
        assert_eq!(found["rules"], widgets, "{name}");
        assert_eq!(found["builtIn"], own, "{name}");
    }
}

#[tokio::test]
async fn a_role_of_kubernetes_that_grants_more_is_not_its_own() {
    let wide = json!({"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]});
    let no_selectors = json!({"aggregationRule": {}, "rules": wide["rules"]});
    let fake = cluster(
        json!({
            format!("{ROLES}/clusterroles/cluster-admin"): role("ClusterRole", "cluster-admin", &wide),
            format!("{ROLES}/clusterroles/view"): role("ClusterRole", "view", &wide),
            format!("{ROLES}/clusterroles/edit"): role("ClusterRole", "edit", &no_selectors),
        }),
        not_found,
    );
    let facts = facts(&fake).await;
    for (name, own) in [("cluster-admin", true), ("view", false), ("edit", false)] {
        let binding = binding("RoleBinding", "ClusterRole", name);
        let found = known(&facts, FactName::Role, &binding).await;
        assert_eq!(found["builtIn"], own, "{name}");
    }
}

#[tokio::test]
async fn a_role_is_its_own_fact_also_when_it_is_deleted() {
    let fake = cluster(json!({}), not_found);
    let facts = facts(&fake).await;
    let created = review(&role("ClusterRole", "mine", &json!({})));
    let mut deleted = created.clone();
    deleted.operation = Operation::Delete;
    deleted.old_object = deleted.object.take();
    for review in [created, deleted] {
        let found = known(&facts, FactName::Role, &review).await;
        assert_eq!(found["metadata"]["name"], "mine");
    }
    assert!(!fake.calls().iter().any(|call| call.contains("roles")));
}

#[tokio::test]
async fn a_pod_and_each_template_knows_its_account() {
    let account = |name: &str, mounts: bool| {
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "shop"},
            "automountServiceAccountToken": mounts, "secrets": [{"name": "token"}]})
    };
    let path = |name: &str| format!("/api/v1/namespaces/shop/serviceaccounts/{name}");
    let fake = cluster(
        json!({path("api"): account("api", false), path("default"): account("default", true)}),
        not_found,
    );
    let facts = facts(&fake).await;
    let pair = review(&json!({
        "apiVersion": "example.com/v1", "kind": "Pair",
        "spec": {}, "a": {"spec": {"serviceAccountName": "api"}}, "b": {"spec": {"serviceAccount": "gone"}},
    }));
    let needs = needs(FactName::ServiceAccount, &["a", "b"]);
    let evidence = facts.gather(&needs, &pair, soon()).await;
    let of = |path: &str| {
        let found = evidence.fact(FactName::ServiceAccount, Path::parse(path).as_ref());
        shown(found)
    };
    assert_eq!(of("a"), {
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "shop"},
            "automountServiceAccountToken": false})
    });
    assert_eq!(of("b"), Value::Null);
    let whole = shown(evidence.fact(FactName::ServiceAccount, None));
    assert_eq!(whole["metadata"]["name"], "default");
}

#[tokio::test]
async fn a_namespace_is_known_by_the_watch_else_by_the_server() {
    let fake = cluster(
        json!({"/api/v1/namespaces/new": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}}),
        not_found,
    );
    let facts = facts(&fake).await;
    let labels = async |namespace: &str| {
        let mut pod = pod(&json!({}));
        pod.namespace = namespace.to_owned();
        known(&facts, FactName::Namespace, &pod).await["metadata"].clone()
    };
    assert_eq!(
        labels("shop").await,
        json!({"name": "shop", "labels": {"team": "a"}})
    );
    assert!(!fake.calls().iter().any(|call| call.ends_with("/shop")));
    assert_eq!(labels("new").await, json!({"name": "new"}));
    // In no namespace: cluster-scoped objects, and namespaces themselves.
    assert_eq!(labels("").await, Value::Null);
    let itself =
        review(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}));
    let found = known(&facts, FactName::Namespace, &itself).await;
    assert_eq!(found, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_is_unreachable() {
    type Case = (fn() -> Reply, &'static str);
    let cases: [Case; 7] = [
        (|| Reply::status(403, "Forbidden"), "not allowed to read"),
        (
            || Reply::status(500, "InternalError"),
            "the API server answers 500 InternalError",
        ),
        (|| Reply::Broken, "the API server can't be reached"),
        (|| Reply::Silence, "no answer in time"),
        (
            || Reply::Text(200, "<html>".to_owned()),
            "the answer isn't readable",
        ),
        // Of a proxy: nobody has said that the object doesn't exist.
        (
            || Reply::Text(404, "<html>".to_owned()),
            "the API server answers 404",
        ),
        (
            || Reply::json(200, &json!({"kind": "Other"})),
            "wasn't asked for",
        ),
    ];
    for (missing, expected) in cases {
        let facts = facts(&cluster(json!({}), missing)).await;
        let mut elsewhere = pod(&json!({}));
        elsewhere.namespace = "new".to_owned();
        for (name, review) in [
            (FactName::Role, binding("RoleBinding", "Role", "deploy")),
            (FactName::ServiceAccount, pod(&json!({}))),
            (FactName::Namespace, elsewhere),
        ] {
            let found = known(&facts, name, &review).await;
            let found = found.as_str().unwrap_or_default();
            assert!(found.starts_with("unreachable: "), "{expected}: {found}");
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_there_for_the_retry() {
    let fake = cluster(json!({}), || {
        Reply::After(Duration::from_secs(3), Box::new(not_found()))
    });
    let facts = facts(&fake).await;
    let binding = binding("RoleBinding", "Role", "deploy");
    let first = known(&facts, FactName::Role, &binding).await;
    assert_eq!(
        first,
        "unreachable: can't read Role `deploy` of namespace `shop`: no answer in time"
    );
    assert_eq!(known(&facts, FactName::Role, &binding).await, Value::Null);
    let asked = fake
        .calls()
        .iter()
        .filter(|call| call.contains("roles"))
        .count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_review_without_objects_has_no_facts() {
    let facts = facts(&cluster(json!({}), not_found)).await;
    for object in [
        None,
        Some(json!(null)),
        Some(json!("x")),
        Some(json!({"spec": 5})),
    ] {
        let mut review = pod(&json!({}));
        review.object = object.map(Into::into);
        for name in FactName::ALL {
            let found = known(&facts, name, &review).await;
            assert!(
                found.is_null() || found.is_object() || found.is_string() || found == json!([])
            );
        }
    }
}

#[tokio::test]
async fn facts_are_gathered_on_any_thread() {
    let facts = facts(&cluster(json!({}), not_found)).await;
    let gathering = tokio::spawn(async move {
        let needs = needs(FactName::ServiceAccount, &[]);
        facts.gather(&needs, &pod(&json!({})), soon()).await
    });
    let evidence = gathering.await.unwrap();
    assert_eq!(evidence.facts.len(), 1);
}

#[tokio::test]
async fn what_is_made_later_is_not_asked_for() {
    let fake = cluster(json!({}), not_found);
    let facts = facts(&fake).await;
    let found = known(&facts, FactName::NetworkPolicies, &pod(&json!({}))).await;
    assert!(
        found.as_str().unwrap().starts_with("not_scanned"),
        "{found}"
    );
    let mut binding = binding("RoleBinding", "Role", "deploy");
    let object =
        json!({"subjects": [{"kind": "ServiceAccount", "name": "api", "namespace": "shop"}]});
    binding.object = Some(object.into());
    let found = known(&facts, FactName::Subjects, &binding).await;
    assert_eq!(found, json!([null]));
    assert!(!fake.calls().iter().any(|call| call.contains("shop")));
}

#[tokio::test]
async fn without_facts_rules_judge_with_what_a_file_tells() {
    let fake = cluster(json!({}), not_found);
    let whole = facts(&fake).await;
    let facts = Facts::of_namespaces(whole.namespaces);
    let role = known(
        &facts,
        FactName::Role,
        &binding("RoleBinding", "Role", "deploy"),
    )
    .await;
    assert!(role.as_str().unwrap().starts_with("not_scanned"), "{role}");
    let account = known(&facts, FactName::ServiceAccount, &pod(&json!({}))).await;
    assert!(
        account.as_str().unwrap().starts_with("not_scanned"),
        "{account}"
    );
    let namespace = known(&facts, FactName::Namespace, &pod(&json!({}))).await;
    assert_eq!(namespace["metadata"]["labels"], json!({"team": "a"}));
    let mut elsewhere = pod(&json!({}));
    elsewhere.namespace = "gone".to_owned();
    let namespace = known(&facts, FactName::Namespace, &elsewhere).await;
    assert_eq!(namespace, Value::Null);
}
