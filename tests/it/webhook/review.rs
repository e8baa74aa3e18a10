//! Reviews as the API server writes them, from an object and what is done to it.

use serde_json::{Value, json};

use super::cases::base;

/// The uid of every request that says no other.
pub(crate) const UID: &str = "0c9a8d74-9cb7-44dd-b98e-09fd62def2f4";

/// A Pod that every profile allows.
pub(crate) fn pod() -> Value {
    base("pod")
}

/// The same Pod with a privileged container.
pub(crate) fn privileged() -> Value {
    let mut pod = pod();
    pod["spec"]["containers"][0]["securityContext"] = base("bad-context");
    pod
}

/// A Service that every profile allows.
pub(crate) fn service() -> Value {
    base("service")
}

/// The request that creates an object.
pub(crate) fn create(object: Value) -> Value {
    request("CREATE", object, Value::Null)
}

/// The request that changes an object.
pub(crate) fn update(object: Value, old: Value) -> Value {
    request("UPDATE", object, old)
}

/// A request; kind, resource and names are those of its object, or of its old one.
pub(crate) fn request(operation: &str, object: Value, old: Value) -> Value {
    let named = if object.is_null() { &old } else { &object };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text(&named["apiVersion"]), text(&named["kind"]));
    let (group, version) = version.rsplit_once('/').unwrap_or(("", &version));
    let own = json!({"group": group, "version": version, "kind": kind});
    let resource = json!({"group": group, "version": version, "resource": resource(&kind)});
    // The API server names a namespace as its own.
    let at = if group.is_empty() && kind == "Namespace" {
        "name"
    } else {
        "namespace"
    };
    let mut request = json!({
        "uid": UID,
        "kind": own, "requestKind": own,
        "resource": resource, "requestResource": resource,
        "name": text(&named["metadata"]["name"]),
        "namespace": text(&named["metadata"][at]),
        "operation": operation,
        "userInfo": {"username": "jane", "uid": "u-1", "groups": ["system:authenticated"]},
        "object": null, "oldObject": null,
        "dryRun": false,
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    });
    request["object"] = object;
    request["oldObject"] = old;
    request
}

/// The resource of a kind: its plural in lower case.
pub(crate) fn resource(kind: &str) -> String {
    let name = kind.to_lowercase();
    match name.strip_suffix('y') {
        Some(stem) if !name.ends_with("ay") => format!("{stem}ies"),
        _ if name.ends_with('s') => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// The body of a call.
pub(crate) fn body(request: &Value) -> Vec<u8> {
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request,
    });
    serde_json::to_vec(&review).unwrap()
}
