//! Namespaces as what matches ask about: one counts as in itself, whoever asks and whatever is done to it.

use serde_json::{Value, json};

use super::*;
use crate::engine::evaluate;
use crate::model::{
    Binding, Evidence, Exemption, ExemptionMatch, Match, Operation, PolicyPattern, Review, Status,
};

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// Every way in which the Namespace `sandbox` is judged.
fn reviews() -> Vec<(&'static str, Review)> {
    let file = create(namespace("sandbox"));
    let changed = update(namespace("sandbox"), namespace("sandbox"));
    let of = |sub_resource: &str| Review {
        sub_resource: Some(sub_resource.to_owned()),
        ..changed.clone()
    };
    let deleted = Review {
        operation: Operation::Delete,
        object: None,
        ..changed.clone()
    };
    let unnamed = Review {
        name: String::new(),
        ..deleted.clone()
    };
    let named = Review {
        old_object: None,
        ..deleted.clone()
    };
    vec![
        ("a file", file),
        ("an update", changed.clone()),
        ("its status", of("status")),
        ("its finalize", of("finalize")),
        ("a deletion", deleted),
        ("a deletion in a collection", unnamed),
        ("a deletion without the old object", named),
    ]
}

const SCOPE: &str = r#"{"kinds": ["*"], "operations": ["CREATE", "UPDATE", "DELETE"], "subresources": ["status", "finalize"]}"#;

fn judged(review: &Review, matches: Match, exempt: &[&str]) -> Vec<Status> {
    let scope: Value = serde_json::from_str(SCOPE).unwrap();
    let set = set(&[finds(
        "a/b",
        &json!({"scope": scope}),
        "metadata.name",
        "true",
    )]);
    let binding = Binding {
        matches,
        ..binding("a/b")
    };
    let exemption = |glob: &&str| Exemption {
        policy: PolicyPattern::new("a/*"),
        matches: ExemptionMatch {
            namespaces: vec![(*glob).to_owned()],
            ..ExemptionMatch::default()
        },
        reason: "because".to_owned(),
        owner: "team".to_owned(),
        expires: "2030-01-01".parse().unwrap(),
        ticket: None,
        file: "exemptions.yaml".to_owned(),
        line: 2,
    };
    let exemptions = exempt.iter().map(exemption).collect();
    let bindings = bind(&set, vec![binding], exemptions);
    let decision = evaluate(&set, &bindings, review, &Evidence::default(), now());
    assert!(decision.failures.is_empty(), "{:?}", decision.failures);
    let findings = decision.findings.iter();
    findings.map(|finding| finding.status).collect()
}

#[test]
fn a_namespace_is_in_the_one_that_it_names() {
    let namespaces = |glob: &str| Match {
        namespaces: vec![glob.to_owned()],
        ..Match::default()
    };
    let excluded = |glob: &str| Match {
        excluded_namespaces: vec![glob.to_owned()],
        ..Match::default()
    };
    for (what, review) in reviews() {
        for (matches, is_judged) in [
            (Match::default(), true),
            (namespaces("sand*"), true),
            (namespaces("shop"), false),
            (excluded("sandbox"), false),
            (excluded("shop"), true),
        ] {
            let found = judged(&review, matches.clone(), &[]);
            assert_eq!(found.len() == 1, is_judged, "{what}: {matches:?}");
        }
        let exempt = |glob: &str| judged(&review, Match::default(), &[glob]);
        assert_eq!(exempt("sandbox"), [Status::Exempt], "{what}");
        assert_eq!(exempt("shop"), [Status::New], "{what}");
    }
}

#[test]
fn a_namespace_without_a_name_is_unknown_and_only_kubernetes_own_kind_is_one() {
    let everything = Match {
        excluded_namespaces: vec!["*".to_owned()],
        ..Match::default()
    };
    let mut generated = namespace("x");
    generated["metadata"] = json!({"generateName": "sandbox-"});
    let unknown = create(generated);
    assert_eq!(judged(&unknown, everything.clone(), &["*"]), [Status::New]);
    let mut other = namespace("sandbox");
    other["apiVersion"] = json!("example.com/v1");
    assert_eq!(judged(&create(other), everything, &["*"]), [Status::New]);
}
