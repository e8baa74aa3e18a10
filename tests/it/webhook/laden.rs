//! Objects, calls and policies laden with canaries: values that must never come out again.

use serde_json::{Value, json};

use super::review::{body, pod};
use super::served::{ENDLESS, finds, policy};
use crate::project::Project;

/// A value of a Secret or of an environment variable: it comes out nowhere.
pub(crate) const SECRET: &str = "canary-7f3a90";
/// Any other value: it comes out where a finding is about it.
pub(crate) const PLAIN: &str = "canary-1c84e2";

/// Fills every text that is no name: those for which `is_secret` holds with the one canary, the others with the other.
fn fill(value: &mut Value, path: &mut Vec<String>, is_secret: &dyn Fn(&[String]) -> bool) {
    match value {
        Value::String(text) => {
            let key = path.last().map_or("", String::as_str);
            if !["apiVersion", "kind", "name", "namespace", "username"].contains(&key) {
                let canary = if is_secret(path) { SECRET } else { PLAIN };
                canary.clone_into(text);
            }
        }
        Value::Array(items) => {
            for item in items {
                path.push("-".to_owned());
                fill(item, path, is_secret);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                path.push(key.clone());
                fill(member, path, is_secret);
                path.pop();
            }
        }
        _ => {}
    }
}

const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A Secret whose every value is one.
pub(crate) fn secret() -> Value {
    let mut secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": "web", "namespace": "shop", "labels": {"app": "x"},
            "annotations": {APPLIED: "x", "kubernetes.io/service-account.name": "x"},
            "managedFields": [{"manager": "x", "operation": "x", "time": "x"}],
        },
        "type": "x", "data": {"password": "x", "key": "x"}, "stringData": {"token": "x"},
    });
    fill(&mut secret, &mut Vec::new(), &|_| true);
    // Else no policy of ours looks at it.
    secret["type"] = json!("kubernetes.io/service-account-token");
    secret
}

/// A Pod with values everywhere, those of its environment secret.
pub(crate) fn laden() -> Value {
    let mut pod = pod();
    pod["metadata"]["annotations"] =
        json!({APPLIED: "x", "container.apparmor.security.beta.kubernetes.io/app": "x"});
    pod["spec"]["nodeSelector"] = json!({"disk": "x"});
    pod["spec"]["volumes"] = json!([{"name": "v", "hostPath": {"path": "x", "type": "x"}}]);
    pod["spec"]["tolerations"] = json!([{"key": "x", "effect": "x"}]);
    pod["spec"]["securityContext"]["sysctls"] = json!([{"name": "kernel.x", "value": "x"}]);
    pod["spec"]["securityContext"]["seLinuxOptions"] = json!({"type": "x", "user": "x"});
    let container = &mut pod["spec"]["containers"][0];
    container["command"] = json!(["x"]);
    container["args"] = json!(["x"]);
    container["env"] = json!([{"name": "PASSWORD", "value": "x"}, {"name": "TOKEN", "value": "x"}]);
    container["securityContext"]["privileged"] = json!(true);
    container["securityContext"]["capabilities"]["add"] = json!(["x"]);
    container["livenessProbe"] = json!({"httpGet": {"host": "x", "path": "x"}});
    let sidecar = container.clone();
    pod["spec"]["initContainers"] = json!([sidecar.clone()]);
    pod["spec"]["ephemeralContainers"] = json!([sidecar]);
    fill(&mut pod, &mut Vec::new(), &|path| {
        path.iter().any(|key| key == "env") || path.iter().any(|key| key == APPLIED)
    });
    pod
}

/// A call with canaries in everything that isn't judged as well.
pub(crate) fn call(mut request: Value) -> Vec<u8> {
    request["userInfo"] = json!({
        "username": "jane", "uid": PLAIN, "groups": [PLAIN], "extra": {"scopes": [PLAIN]},
    });
    request["options"]["fieldManager"] = json!(PLAIN);
    request["unheardOf"] = json!({"x": [PLAIN]});
    body(&request)
}

/// Policies that get hold of secrets and fail with them, or show them as what they found; and slow ones to wait for.
pub(crate) fn project() -> Project {
    let scope = |severity: &str, kind: &str| json!({"severity": severity, "scope": {"kinds": [kind], "operations": ["CREATE", "UPDATE", "DELETE"]}});
    let all = "_values contains input.review.object.data.password\n\n_values contains input.review.object.stringData.token\n\n_values contains input.review.object.spec.containers[_].env[_].value\n";
    let bodies = [
        (
            "error",
            "violation contains {\"path\": [], \"msg\": text} if {\n\tsome value in _values\n\ttext := object.get(value, [\"x\"], 1) + 1\n}\n",
        ),
        (
            "argument",
            "violation contains {\"path\": [], \"msg\": \"x\"} if {\n\tsome value in _values\n\ttime.parse_rfc3339_ns(value)\n\tupper(input.review.object)\n}\n",
        ),
        (
            "shape",
            "violation contains value if some value in _values\n",
        ),
        (
            "key",
            "violation contains {\"path\": [], \"msg\": \"x\", value: 1} if some value in _values\n",
        ),
        (
            "grade",
            "violation contains {\"path\": [], \"msg\": \"x\", \"severity\": value} if some value in _values\n",
        ),
        (
            "found",
            "violation contains {\"path\": path, \"msg\": \"it is there\", \"details\": {\"found\": value, \"wanted\": null}} if {\n\tvalue := input.review.object.data.password\n\tpath := [\"data\", \"password\"]\n}\n\nviolation contains {\"path\": path, \"msg\": \"it is there\", \"details\": {\"found\": value}} if {\n\tsome i\n\tvalue := input.review.object.spec.containers[0].env[i]\n\tpath := [\"spec\", \"containers\", 0, \"env\", i]\n}\n",
        ),
    ];
    let mut project =
        Project::new().file("conf/portcullis.yaml", "version: 1\nprofiles: [strict]\n");
    for (name, text) in bodies {
        for (severity, kind) in [
            ("high", "Secret"),
            ("high", "Pod"),
            ("low", "Secret"),
            ("low", "Pod"),
        ] {
            let name = format!("{name}-{severity}-{}", kind.to_lowercase());
            let text = policy(&name, &scope(severity, kind), &format!("{text}\n{all}"));
            project = project.file(&format!("conf/{name}.rego"), text);
        }
    }
    for number in 0..8 {
        let name = format!("slow-{number}");
        let text = policy(&name, &scope("high", "ConfigMap"), &finds(ENDLESS));
        project = project.file(&format!("conf/{name}.rego"), text);
    }
    project
}
