//! A finding's identity across edits of other lines.
//!
//! Never hashes a value of the object (a secret could be guessed from its hash) nor a line number; names and RBAC rules are
//! identities, not values.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::model::{Decision, Finding, PathElement, Review};

/// The fingerprint of the first finding of its identity: SHA-256 in hexadecimal over policy id, file, object and path.
///
/// List items of the path are named by identity: `name`; subjects by kind, namespace and name; RBAC rules by content; steps by
/// `id`, `name` or `uses`; all else by position.
#[must_use]
pub fn fingerprint(file: &str, review: &Review, finding: &Finding) -> String {
    numbered(&identity(file, review, finding), 0)
}

/// Sets the fingerprints of all findings of one file, its reviews in order.
pub fn set_fingerprints(file: &str, judged: &mut [(&Review, &mut Decision)]) {
    let mut fingerprints = Fingerprints::default();
    for (review, decision) in judged {
        fingerprints.set(file, review, decision);
    }
}

/// Counts how often an identity occurs, so that no two findings share a fingerprint.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: HashMap<[u8; 32], u32>,
}

impl Fingerprints {
    /// Sets the fingerprints of `decision`'s findings; reviews of a file come in their order.
    pub fn set(&mut self, file: &str, review: &Review, decision: &mut Decision) {
        for finding in &mut decision.findings {
            let identity = identity(file, review, finding);
            let count = self.seen.entry(identity).or_default();
            finding.fingerprint = numbered(&identity, *count);
            *count += 1;
        }
    }
}

/// What was hashed stands between lengths, so that no two lists of parts give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn add(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }
}

fn identity(file: &str, review: &Review, finding: &Finding) -> [u8; 32] {
    let mut parts = Parts(Sha256::new());
    let object = [
        &review.kind.group,
        &review.kind.kind,
        &review.namespace,
        &review.name,
    ];
    parts.add("portcullis/v1");
    parts.add(finding.policy.as_str());
    parts.add(file);
    for part in object {
        parts.add(part);
    }
    let mut value = review.object.as_deref();
    let mut list = "";
    for element in finding.path.elements() {
        match element {
            PathElement::Key(key) => {
                parts.add("key");
                parts.add(key);
                value = value.and_then(|object| object.get(key.as_str()));
                list = key;
            }
            PathElement::Index(index) => {
                value = value.and_then(|items| items.get(index));
                add_item(&mut parts, review, list, *index, value);
            }
        }
    }
    parts.0.finalize().into()
}

/// Adds the list item at `index` of the list that stands at key `list`.
fn add_item(parts: &mut Parts, review: &Review, list: &str, index: usize, item: Option<&Value>) {
    let text = |key: &str| item.and_then(|item| item.get(key)).and_then(Value::as_str);
    let rbac = review.kind.group == "rbac.authorization.k8s.io";
    match (list, item) {
        ("rules", Some(rule)) if rbac => {
            parts.add("rule");
            parts.add(&sorted(rule).to_string());
        }
        ("subjects", Some(_)) if rbac => {
            parts.add("subject");
            for key in ["kind", "namespace", "name"] {
                parts.add(text(key).unwrap_or_default());
            }
        }
        _ => {
            let steps: &[&str] = if list == "steps" {
                &["id", "name", "uses"]
            } else {
                &["name"]
            };
            if let Some((key, name)) = steps.iter().find_map(|key| Some((key, text(key)?))) {
                parts.add(key);
                parts.add(name);
            } else {
                parts.add("index");
                parts.add(&index.to_string());
            }
        }
    }
}

/// `value` with the members of its objects in order, so that their order in the file doesn't count.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            members
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        _ => value.clone(),
    }
}

fn numbered(identity: &[u8; 32], occurrence: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(identity);
    hash.update(occurrence.to_le_bytes());
    hexadecimal(hash)
}

/// The digest in hexadecimal digits.
pub(crate) fn hexadecimal(hash: Sha256) -> String {
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::{GroupVersionKind, Origin};
    use crate::report::fixture;

    fn review(api_version: &str, kind: &str, object: Value) -> Review {
        let origin = Origin::Admission { uid: String::new() };
        let kind = GroupVersionKind::from_api_version(api_version, kind);
        Review::create(kind, Arc::new(object), origin)
    }

    fn pod(spec: &Value) -> Review {
        review(
            "v1",
            "Pod",
            json!({"metadata": {"name": "web"}, "spec": spec}),
        )
    }

    fn of(review: &Review, path: &str) -> String {
        fingerprint("a.yaml", review, &fixture::finding("a/x", path, "m"))
    }

    #[test]
    fn a_moved_list_item_keeps_its_fingerprint() {
        let rules = "rbac.authorization.k8s.io/v1";
        let steps = |steps: Value| review("x/v1", "Workflow", json!({"steps": steps}));
        for (before, path_before, after, path_after) in [
            (
                pod(&json!({"containers": [{"name": "a"}, {"name": "b", "image": "x"}]})),
                "spec.containers[1].image",
                pod(&json!({"containers": [{"name": "b", "image": "y"}]})),
                "spec.containers[0].image",
            ),
            (
                review(
                    rules,
                    "Role",
                    json!({"rules": [{}, {"verbs": ["*"], "resources": ["pods"]}]}),
                ),
                "rules[1].verbs",
                review(
                    rules,
                    "Role",
                    json!({"rules": [{"resources": ["pods"], "verbs": ["*"]}]}),
                ),
                "rules[0].verbs",
            ),
            (
                review(
                    rules,
                    "RoleBinding",
                    json!({"subjects": [{}, {"kind": "Group", "name": "g"}]}),
                ),
                "subjects[1]",
                review(
                    rules,
                    "RoleBinding",
                    json!({"subjects": [{"kind": "Group", "name": "g"}]}),
                ),
                "subjects[0]",
            ),
            (
                steps(json!([{"run": "x"}, {"uses": "a/b@v1"}])),
                "steps[1].uses",
                steps(json!([{"uses": "a/b@v1", "name": null}])),
                "steps[0].uses",
            ),
        ] {
            assert_eq!(
                of(&before, path_before),
                of(&after, path_after),
                "{path_before}"
            );
        }
    }

    #[test]
    fn every_part_of_the_identity_counts() {
        let base = pod(&json!({"containers": [{"name": "a"}, {"image": "x"}, {"image": "x"}]}));
        let path = "spec.containers[0].image";
        let own = of(&base, path);
        let other_name = review("v1", "Pod", json!({"metadata": {"name": "api"}}));
        let finding = |policy: &str, path: &str| fixture::finding(policy, path, "m");
        let others = [
            fingerprint("b.yaml", &base, &finding("a/x", path)),
            fingerprint("a.yaml", &base, &finding("a/y", path)),
            of(&base, "spec.containers[0].imag"),
            of(&base, "spec.containers[1].image"),
            of(&base, "spec.containers[2].image"),
            of(&other_name, path),
            of(
                &review("apps/v1", "Pod", json!({"metadata": {"name": "web"}})),
                path,
            ),
        ];
        let mut all: Vec<String> = others.into_iter().chain([own]).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn equal_identities_are_numbered_and_values_do_not_count() {
        let review = pod(&json!({"containers": [{"name": "a"}, {"name": "a"}]}));
        let mut decision = Decision {
            findings: vec![
                fixture::finding("a/x", "spec.containers[0].image", "m"),
                fixture::finding("a/x", "spec.containers[1].image", "other message"),
            ],
            ..Decision::default()
        };
        set_fingerprints("a.yaml", &mut [(&review, &mut decision)]);
        let [first, second] = &decision.findings[..] else {
            panic!("two findings")
        };
        assert_eq!(first.fingerprint, of(&review, "spec.containers[0].image"));
        assert_ne!(first.fingerprint, second.fingerprint);
        assert_eq!(first.fingerprint.len(), 64);
    }

    #[test]
    fn a_fingerprint_is_stable_across_releases() {
        let review = pod(&json!({"containers": [{"name": "a"}]}));
        assert_eq!(
            of(&review, "spec.containers[0].image"),
            "f77b11dae73b2f96629faee6685419d5166517f3dfd6644ed8f7a446d944f79a"
        );
    }
}
