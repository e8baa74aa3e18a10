//! Updates and deletions of everything that files hold: what was there before is never the price of an edit, what is new always is.

use portcullis::engine;
use portcullis::model::{Object, Operation, Review, Verdict};
use serde_json::{Value, json};

use super::served::now;
use super::set::Set;
use crate::project::repository;

/// What denies a review.
fn judged(set: &Set, review: &Review) -> Vec<String> {
    let needs = set.policies.needs(&set.bindings, review);
    let evidence = set.objects.gather(&needs, review);
    let decision = engine::evaluate(&set.policies, &set.bindings, review, &evidence, now());
    assert!(decision.failures.is_empty(), "{:?}", decision.failures);
    let findings = decision.findings.iter().filter(|one| one.denies());
    let lines: Vec<String> = findings
        .map(|one| format!("{} {}: {}", one.policy, one.path, one.message))
        .collect();
    assert_eq!(lines.is_empty(), decision.verdict == Verdict::Allow);
    lines
}

/// The review with another operation and sides.
fn changed(
    review: &Review,
    operation: Operation,
    object: Option<Object>,
    old: Option<Object>,
) -> Review {
    Review {
        operation,
        object,
        old_object: old,
        name: review.name.clone(),
        namespace: review.namespace.clone(),
        ..Review::create(review.kind.clone(), Value::Null, review.origin.clone())
    }
}

/// The object with nothing but its names: what it was before somebody filled it.
fn emptied(object: &Value) -> Value {
    let name = |key: &str| {
        object
            .get("metadata")
            .and_then(|metadata| metadata.get(key))
    };
    json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"],
        "metadata": {"name": name("name"), "namespace": name("namespace")},
    })
}

#[test]
fn an_update_costs_what_it_adds_and_a_deletion_nothing() {
    // A debug build, which is slow, takes one category.
    let folder = if cfg!(debug_assertions) {
        "policies/network"
    } else {
        "policies"
    };
    let set = Set::new(&repository(), &[folder, "testdata/shop"]);
    let (mut faults, mut denied) = (Vec::new(), 0);
    for review in &set.reviews {
        let object = review.object.clone().unwrap();
        let empty = Object::from(emptied(&object));
        let change = |operation, object: Option<&Object>, old: Option<&Object>| {
            judged(
                &set,
                &changed(review, operation, object.cloned(), old.cloned()),
            )
        };
        let created = judged(&set, review);
        denied += usize::from(!created.is_empty());
        // What even the empty object violates may have been there before.
        let before = change(Operation::Create, Some(&empty), None);
        let new = created.iter().filter(|line| !before.contains(line));
        let filled = change(Operation::Update, Some(&object), Some(&empty));
        let same = change(Operation::Update, Some(&object), Some(&object));
        let deleted = change(Operation::Delete, None, Some(&object));
        for (what, faulty) in [
            (
                "lost by an update",
                new.filter(|line| !filled.contains(line)).collect(),
            ),
            (
                "gained by an update",
                filled
                    .iter()
                    .filter(|line| !created.contains(line))
                    .collect(),
            ),
            ("updated without a change", same.iter().collect()),
            ("deleted", deleted.iter().collect::<Vec<&String>>()),
        ] {
            if !faulty.is_empty() {
                let Review { kind, name, .. } = review;
                let file = review.origin.source().map_or("", |source| source.name());
                faults.push(format!("{file} {} {name}: {what}: {faulty:?}", kind.kind));
            }
        }
    }
    assert!(denied >= 40, "{denied} of {} are denied", set.reviews.len());
    assert!(
        faults.is_empty(),
        "{} of {}\n{}",
        faults.len(),
        set.reviews.len(),
        faults.join("\n")
    );
}
