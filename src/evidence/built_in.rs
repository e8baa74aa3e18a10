//! The RBAC objects that the API server creates at its start: `cluster-admin`, `admin`, `edit`, `view`, `system:*`.
//!
//! Believes no label: an object is Kubernetes' own if it grants nothing that Kubernetes' own object of that name doesn't.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

/// Made by `.ci/built-in-roles/generate` from Kubernetes' own tables, one object a line.
const TABLE: &str = include_str!("built_in.json");

/// The label by which roles flow into the roles for users.
const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// Kind, namespace and name of an object; the namespace of cluster-wide ones is empty.
type Key = (String, String, String);

#[derive(Default)]
struct Table {
    roles: BTreeMap<Key, Value>,
    bindings: BTreeMap<Key, Value>,
}

/// All built-in roles of `kind`, as the API would give them.
pub(super) fn roles(kind: &str) -> impl Iterator<Item = &'static Value> {
    let roles = table().roles.iter();
    roles
        .filter(move |((own, ..), _)| own == kind)
        .map(|(_, role)| role)
}

/// The built-in role of that name.
pub(super) fn role(kind: &str, namespace: &str, name: &str) -> Option<&'static Value> {
    table().roles.get(&key(kind, namespace, name))
}

/// Whether the role `object` grants nothing that the built-in role of its name doesn't; `effective` gives the rules of
/// that one, aggregated.
pub(super) fn is_own_role(object: &Value, effective: impl Fn(&Value) -> Vec<Value>) -> bool {
    let Some(own) = role(
        text(object, "kind"),
        meta(object, "namespace"),
        meta(object, "name"),
    ) else {
        return false;
    };
    let selectors = |role: &Value| {
        role.pointer("/aggregationRule/clusterRoleSelectors")
            .cloned()
    };
    let rules = object.get("rules").and_then(Value::as_array);
    let own_rules = effective(own);
    let covered = |rule: &Value| own_rules.iter().any(|own| covers(own, rule));
    (selectors(object).is_none() || selectors(object) == selectors(own))
        && flows_into(object).all(|label| flows_into(own).any(|own| own == label))
        && rules.into_iter().flatten().all(covered)
}

/// Whether the binding `object` hands out nothing that the built-in binding of its name doesn't.
pub(super) fn is_own_binding(object: &Value) -> bool {
    let key = key(
        text(object, "kind"),
        meta(object, "namespace"),
        meta(object, "name"),
    );
    let Some(own) = table().bindings.get(&key) else {
        return false;
    };
    let role = |binding: &Value| {
        let part = |name: &str| binding.pointer(&format!("/roleRef/{name}")).cloned();
        (part("kind"), part("name"))
    };
    let subjects = |binding: &Value| {
        let list = binding.get("subjects").and_then(Value::as_array).cloned();
        list.unwrap_or_default()
    };
    let same = |own: &Value, subject: &Value| {
        ["kind", "namespace", "name"]
            .iter()
            .all(|part| own.get(part) == subject.get(part))
    };
    let own_subjects = subjects(own);
    role(own) == role(object)
        && subjects(object)
            .iter()
            .all(|subject| own_subjects.iter().any(|own| same(own, subject)))
}

/// The roles for users that a role flows into.
fn flows_into(role: &Value) -> impl Iterator<Item = &str> {
    let labels = role.pointer("/metadata/labels").and_then(Value::as_object);
    labels
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.as_str() == Some("true"))
        .filter_map(|(key, _)| key.strip_prefix(AGGREGATE))
}

/// Whether everything that `rule` grants is granted by `own`.
fn covers(own: &Value, rule: &Value) -> bool {
    let list = |rule: &Value, part: &str| {
        let items = rule.get(part).and_then(Value::as_array).cloned();
        items.unwrap_or_default()
    };
    let within = |part: &str| {
        let own = list(own, part);
        list(rule, part).iter().all(|item| own.contains(item))
    };
    let names = list(own, "resourceNames");
    let narrowed =
        names.is_empty() || !list(rule, "resourceNames").is_empty() && within("resourceNames");
    narrowed
        && ["verbs", "apiGroups", "resources", "nonResourceURLs"]
            .into_iter()
            .all(within)
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| {
        let table: Value = serde_json::from_str(TABLE).unwrap_or_default();
        let items = |part: &str| {
            let list = table.get(part).and_then(Value::as_array);
            list.into_iter().flatten()
        };
        let keyed = |item: &Value, object: Value| {
            let part = |name: &str| text(item, name).to_owned();
            ((part("kind"), part("namespace"), part("name")), object)
        };
        Table {
            roles: items("roles")
                .map(|item| keyed(item, role_object(item)))
                .collect(),
            bindings: items("bindings")
                .map(|item| keyed(item, binding_object(item)))
                .collect(),
        }
    })
}

fn role_object(item: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": item.get("kind"),
        "metadata": metadata(item),
        "rules": item.get("rules"),
    });
    let selectors = item.get("aggregate").and_then(Value::as_array);
    if let (Some(selectors), Some(members)) = (selectors, object.as_object_mut()) {
        let selectors: Vec<Value> = selectors
            .iter()
            .map(|labels| json!({"matchLabels": labels}))
            .collect();
        members.insert(
            "aggregationRule".to_owned(),
            json!({"clusterRoleSelectors": selectors}),
        );
    }
    object
}

fn binding_object(item: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": item.get("kind"),
        "metadata": metadata(item),
        "roleRef": {"kind": item.get("roleKind"), "name": item.get("roleName")},
        "subjects": item.get("subjects"),
    })
}

fn metadata(item: &Value) -> Map<String, Value> {
    let parts = ["name", "namespace", "labels"];
    parts
        .into_iter()
        .filter_map(|part| Some((part.to_owned(), item.get(part)?.clone())))
        .collect()
}

fn key(kind: &str, namespace: &str, name: &str) -> Key {
    (kind.to_owned(), namespace.to_owned(), name.to_owned())
}

fn text<'a>(value: &'a Value, part: &str) -> &'a str {
    value.get(part).and_then(Value::as_str).unwrap_or_default()
}

fn meta<'a>(object: &'a Value, part: &str) -> &'a str {
    object
        .get("metadata")
        .map_or("", |metadata| text(metadata, part))
}
