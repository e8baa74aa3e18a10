//! Tests of the facts: what is known of other objects, and where it is written.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::model::{
    Document, Evidence, Fact, FactName, FileOrigin, GroupVersionKind, Needs, Origin, Path, Review,
    SourceText, Spans,
};

const RBAC: &str = "rbac.authorization.k8s.io/v1";

/// The object as the file `name` holds it.
fn review(name: &str, object: Value) -> Review {
    let text = |key: &str| object[key].as_str().unwrap().to_owned();
    let kind = GroupVersionKind::from_api_version(&text("apiVersion"), &text("kind"));
    let object = Arc::new(object);
    let document = Document {
        source: Arc::new(SourceText::new(name, "")),
        value: Arc::clone(&object),
        spans: Spans::default(),
        comments: Vec::new(),
    };
    let origin = FileOrigin {
        document: Arc::new(document),
        number: 1,
        prefix: Path::root(),
        template: None,
        inline: Vec::new(),
    };
    Review::create(kind, object, Origin::File(Box::new(origin)))
}

fn cluster_role(name: &str, rules: &Value, more: &Value) -> Value {
    let mut role = json!({"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules});
    for (key, value) in more.as_object().into_iter().flatten() {
        match key.as_str() {
            "labels" => role["metadata"]["labels"] = value.clone(),
            _ => role[key] = value.clone(),
        }
    }
    role
}

fn binding(kind: &str, role: &str) -> Value {
    json!({
        "apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
    })
}

fn role_binding(kind: &str, role: &str) -> Value {
    let mut binding = binding(kind, role);
    binding["kind"] = json!("RoleBinding");
    binding
}

fn rule(resource: &str) -> Value {
    json!({"apiGroups": [""], "resources": [resource], "verbs": ["get"]})
}

/// A set of the objects, each in the file of its position.
fn objects(extent: Extent, all: &[Value]) -> Objects {
    let mut objects = Objects::new(extent);
    for (position, object) in all.iter().enumerate() {
        objects.insert(&review(&format!("{position}.yaml"), object.clone()));
    }
    objects
}

fn gather(objects: &Objects, name: FactName, templates: &[&str], object: &Value) -> Evidence {
    let needs = Needs {
        facts: BTreeSet::from([name]),
        templates: templates
            .iter()
            .map(|path| Path::parse(path).unwrap())
            .collect(),
        applies: true,
    };
    objects.gather(&needs, &review("judged.yaml", object.clone()))
}

/// The fact as policies see it; the code of what isn't known.
fn fact(objects: &Objects, name: FactName, object: &Value) -> Value {
    shown(gather(objects, name, &[], object).fact(name, None))
}

fn shown(fact: Option<&Fact>) -> Value {
    match fact {
        Some(Fact::Known(known)) => known.value.clone(),
        Some(Fact::Unavailable(why)) => Value::from(why.code.clone()),
        None => Value::from("nothing"),
    }
}

/// Resource and file of each rule that a binding of `role` hands out.
fn handed_out(objects: &Objects, role: &str) -> Vec<String> {
    let evidence = gather(objects, FactName::Role, &[], &binding("ClusterRole", role));
    let Some(Fact::Known(known)) = evidence.fact(FactName::Role, None) else {
        return vec!["unavailable".to_owned()];
    };
    let rules = known.value["rules"].as_array().unwrap();
    let one = |(position, rule): (usize, &Value)| {
        let place = known.locate(&Path::parse(&format!("rules[{position}].resources[0]")).unwrap());
        let file = place.map_or("no file".to_owned(), |place| place.source.name().to_owned());
        let resource = rule["resources"][0].as_str().unwrap_or("urls").to_owned();
        format!("{resource} {file}")
    };
    rules.iter().enumerate().map(one).collect()
}

#[test]
fn a_binding_knows_its_role_from_another_file() {
    let objects = objects(
        Extent::Whole,
        &[
            cluster_role("other", &json!([rule("pods")]), &json!({})),
            cluster_role("a", &json!([rule("secrets")]), &json!({})),
        ],
    );
    assert_eq!(handed_out(&objects, "a"), ["secrets 1.yaml"]);
    let value = fact(&objects, FactName::Role, &binding("ClusterRole", "a"));
    assert_eq!(value["metadata"]["name"], "a");
    assert_eq!(
        (&value["builtIn"], &value["bootstrap"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn what_is_not_there_says_how_much_was_looked_at() {
    for (extent, code) in [(Extent::Whole, "not_in_set"), (Extent::Part, "not_scanned")] {
        let objects = objects(extent, &[]);
        for missing in [
            binding("ClusterRole", "gone"),
            role_binding("Role", "cluster-admin"),
            role_binding("Pod", "x"),
        ] {
            assert_eq!(fact(&objects, FactName::Role, &missing), code, "{missing}");
        }
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": {}});
        assert_eq!(fact(&objects, FactName::ServiceAccount, &pod), code);
    }
    for broken in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"kind": 5, "name": "x"}),
    ] {
        let mut one = role_binding("Role", "x");
        one["roleRef"] = broken;
        assert_eq!(
            fact(&objects(Extent::Whole, &[]), FactName::Role, &one),
            "not_scanned"
        );
    }
}

#[test]
fn a_cluster_wide_binding_of_a_role_refers_to_nothing() {
    let role = json!({"apiVersion": RBAC, "kind": "Role", "metadata": {"name": "a", "namespace": "shop"}, "rules": []});
    let objects = objects(Extent::Whole, &[role]);
    let found = |binding: &Value| fact(&objects, FactName::Role, binding);
    assert_eq!(found(&binding("Role", "a")), Value::Null);
    assert_eq!(found(&role_binding("Role", "a"))["metadata"]["name"], "a");
}

#[test]
fn of_two_roles_of_one_name_the_rules_of_both_count() {
    let objects = objects(
        Extent::Whole,
        &[
            cluster_role("a", &json!([rule("pods")]), &json!({})),
            cluster_role("a", &json!([rule("secrets")]), &json!({})),
        ],
    );
    assert_eq!(handed_out(&objects, "a"), ["pods 0.yaml", "secrets 1.yaml"]);
}

#[test]
fn roles_flow_into_roles_also_in_circles() {
    let selects = |label: &str| json!({"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]});
    let objects = objects(
        Extent::Whole,
        &[
            cluster_role(
                "all",
                &json!([]),
                &json!({"aggregationRule": selects("to-all")}),
            ),
            cluster_role(
                "some",
                &json!([rule("pods")]),
                &json!({"labels": {"to-all": "true"}, "aggregationRule": selects("to-some")}),
            ),
            cluster_role(
                "part",
                &json!([rule("secrets")]),
                &json!({"labels": {"to-some": "true"}, "aggregationRule": selects("to-all")}),
            ),
            cluster_role(
                "apart",
                &json!([rule("nodes")]),
                &json!({"labels": {"to-some": "false"}}),
            ),
        ],
    );
    for role in ["all", "some", "part"] {
        let mut rules = handed_out(&objects, role);
        rules.sort();
        assert_eq!(rules, ["pods 1.yaml", "secrets 2.yaml"], "{role}");
    }
}

#[test]
fn wrong_types_flow_nowhere() {
    for wrong in [
        json!(null),
        json!(5),
        json!("x"),
        json!([5]),
        json!([{"matchLabels": 5, "matchExpressions": [5]}]),
    ] {
        let selects = json!({"clusterRoleSelectors": wrong});
        let role = cluster_role("a", &json!("rules"), &json!({"aggregationRule": selects}));
        assert_eq!(
            handed_out(&objects(Extent::Whole, &[role]), "a"),
            Vec::<String>::new()
        );
    }
}

#[test]
fn roles_of_kubernetes_are_known_by_name() {
    let none = objects(Extent::Part, &[]);
    let admin = fact(
        &none,
        FactName::Role,
        &binding("ClusterRole", "cluster-admin"),
    );
    assert_eq!(
        admin["rules"][0],
        json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})
    );
    assert_eq!(
        (&admin["builtIn"], &admin["bootstrap"]),
        (&json!(true), &json!(false))
    );
    let edits = handed_out(&none, "edit");
    assert!(
        edits
            .iter()
            .any(|rule| rule.starts_with("secrets") || rule.contains("no file")),
        "{edits:?}"
    );
    assert!(edits.len() > 10);
    let flowing = json!({"labels": {"rbac.authorization.k8s.io/aggregate-to-edit": "true"}});
    let more = objects(
        Extent::Part,
        &[cluster_role("mine", &json!([rule("widgets")]), &flowing)],
    );
    for role in ["edit", "admin"] {
        assert!(
            handed_out(&more, role).contains(&"widgets 0.yaml".to_owned()),
            "{role}"
        );
    }
}

#[test]
fn an_object_is_kubernetes_own_only_if_it_grants_no_more() {
    let none = objects(Extent::Whole, &[]);
    let all = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    let own = |object: &Value| fact(&none, FactName::Role, object)["bootstrap"] == json!(true);
    assert!(own(&cluster_role("cluster-admin", &all, &json!({}))));
    assert!(own(&cluster_role(
        "view",
        &json!([rule("pods")]),
        &json!({})
    )));
    // The label is anyone's to set.
    let labelled = json!({"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}});
    assert!(!own(&cluster_role("mine", &all, &labelled)));
    assert!(!own(&cluster_role(
        "view",
        &json!([rule("secrets")]),
        &labelled
    )));
    let flowing = json!({"labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}});
    assert!(!own(&cluster_role("cluster-admin", &all, &flowing)));
}

#[test]
fn a_binding_is_kubernetes_own_only_with_its_subjects() {
    let none = objects(Extent::Whole, &[]);
    let check = |name: &str, role: &str, subject: Value, expected: bool| {
        let mut object = binding("ClusterRole", role);
        object["metadata"]["name"] = json!(name);
        object["subjects"] = json!([subject]);
        assert_eq!(
            fact(&none, FactName::Role, &object)["bootstrap"],
            json!(expected),
            "{object}"
        );
    };
    let group = |name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name});
    check(
        "cluster-admin",
        "cluster-admin",
        group("system:masters"),
        true,
    );
    check("cluster-admin", "cluster-admin", group("dev"), false);
    check("mine", "cluster-admin", group("system:masters"), false);
    check(
        "system:discovery",
        "system:discovery",
        group("system:authenticated"),
        true,
    );
    check(
        "system:discovery",
        "cluster-admin",
        group("system:authenticated"),
        false,
    );
}

#[test]
fn a_pod_knows_its_account() {
    let account = |namespace: &str, name: &str, mounts: Value| {
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "automountServiceAccountToken": mounts,
            "metadata": {"name": name, "namespace": namespace}, "secrets": [{"name": "token"}]})
    };
    let objects = objects(
        Extent::Whole,
        &[
            account("shop", "api", json!(false)),
            account("shop", "default", json!(true)),
            account("ops", "api", json!(true)),
        ],
    );
    let pod = |namespace: &str, spec: Value| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace}, "spec": spec});
    let mounts = |namespace: &str, spec: Value| {
        let value = fact(&objects, FactName::ServiceAccount, &pod(namespace, spec));
        assert!(value.get("secrets").is_none());
        value
            .get("automountServiceAccountToken")
            .cloned()
            .unwrap_or(value)
    };
    assert_eq!(
        mounts("shop", json!({"serviceAccountName": "api"})),
        json!(false)
    );
    assert_eq!(
        mounts(
            "shop",
            json!({"serviceAccount": "api", "serviceAccountName": ""})
        ),
        json!(false)
    );
    assert_eq!(mounts("shop", json!({})), json!(true));
    assert_eq!(
        mounts("ops", json!({"serviceAccountName": "api"})),
        json!(true)
    );
    assert_eq!(
        mounts("ops", json!({"serviceAccountName": null})),
        json!("not_in_set")
    );
    // Whose namespace isn't written may be of either: the one that mounts counts.
    assert_eq!(
        mounts("", json!({"serviceAccountName": "api"})),
        json!(true)
    );
}

#[test]
fn each_template_has_its_own_account() {
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api"}});
    let objects = objects(Extent::Whole, &[account]);
    let spec = |name: &str| json!({"spec": {"serviceAccountName": name}});
    let pair = json!({"apiVersion": "example.com/v1", "kind": "Pair", "a": spec("api"), "b": spec("gone")});
    let evidence = gather(&objects, FactName::ServiceAccount, &["a", "b"], &pair);
    let of =
        |path: &str| shown(evidence.fact(FactName::ServiceAccount, Path::parse(path).as_ref()));
    assert_eq!(of("a")["metadata"]["name"], "api");
    assert_eq!(of("b"), "not_in_set");
    assert_eq!(
        shown(evidence.fact(FactName::ServiceAccount, None)),
        "not_scanned"
    );
}

#[test]
fn network_policies_are_those_of_the_namespace() {
    let policy = |namespace: &str| json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": namespace, "name": namespace}, "spec": {"podSelector": {}}});
    let all = [policy("shop"), policy("ops"), policy("")];
    let names = |extent: Extent, namespace: &str| {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace}, "spec": {}});
        let value = fact(&objects(extent, &all), FactName::NetworkPolicies, &pod);
        let name = |policy: &Value| policy["metadata"]["name"].as_str().unwrap().to_owned();
        match value.as_array() {
            Some(list) => list.iter().map(name).collect::<Vec<_>>().join(","),
            None => value.to_string(),
        }
    };
    assert_eq!(names(Extent::Whole, "shop"), "shop,");
    assert_eq!(names(Extent::Whole, ""), "shop,ops,");
    assert_eq!(names(Extent::Whole, "dev"), "");
    assert_eq!(names(Extent::Part, "shop"), "\"not_scanned\"");
}

#[test]
fn a_namespace_is_known_by_its_labels() {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}});
    let objects = objects(Extent::Whole, &[namespace]);
    let pod = |namespace: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace}, "spec": {}});
    assert_eq!(
        fact(&objects, FactName::Namespace, &pod("shop"))["metadata"]["labels"],
        json!({"team": "a"})
    );
    assert_eq!(
        fact(&objects, FactName::Namespace, &pod("gone")),
        "not_in_set"
    );
    assert_eq!(fact(&objects, FactName::Namespace, &pod("")), "not_scanned");
}

#[test]
fn subjects_exist_or_not_or_are_unknown() {
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "api", "namespace": "shop"}});
    let subject = |kind: &str, namespace: &str, name: &str| json!({"kind": kind, "namespace": namespace, "name": name});
    let mut object = binding("ClusterRole", "view");
    object["subjects"] = json!([
        subject("ServiceAccount", "shop", "api"),
        subject("ServiceAccount", "shop", "gone"),
        subject("ServiceAccount", "shop", "default"),
        subject("ServiceAccount", "elsewhere", "api"),
        subject("User", "", "api"),
        {"kind": "ServiceAccount", "name": "api"},
        null,
    ]);
    let of = |extent: Extent| {
        fact(
            &objects(extent, std::slice::from_ref(&account)),
            FactName::Subjects,
            &object,
        )
    };
    assert_eq!(
        of(Extent::Whole),
        json!([true, false, null, null, null, true, null])
    );
    assert_eq!(
        of(Extent::Part),
        json!([true, null, null, null, null, true, null])
    );
}
