//! What must hold for any policies, exemptions, reviews and threads.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::engine::{Bindings, PolicySet, PolicySource, evaluate};
use crate::model::{
    Enforcement, Evidence, Exemption, ExemptionMatch, PolicyPattern, Review, Verdict,
};

/// Policies of every outcome: findings of all severities, failures, nothing.
fn pool() -> Vec<PolicySource> {
    let severity = |severity: &str| json!({"severity": severity});
    vec![
        policy("a/privileged", &severity("high"), PRIVILEGED),
        finds(
            "a/host",
            &severity("medium"),
            "spec.hostNetwork",
            "input.review.object.spec.hostNetwork",
        ),
        finds(
            "a/name",
            &severity("low"),
            "metadata.name",
            "input.review.object.metadata.name == \"web\"",
        ),
        finds(
            "b/special",
            &json!({"supersedes": ["a/host"]}),
            "spec.hostNetwork",
            "input.review.object.spec.hostNetwork",
        ),
        finds(
            "b/strict",
            &severity("critical"),
            "spec",
            "upper(input.review.object.spec.hostname) == \"X\"",
        ),
        policy(
            "b/shape",
            &severity("high"),
            "violation contains 5 if input.review.object.spec.hostPID",
        ),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    (
        any::<[bool; 4]>(),
        prop::sample::select(vec!["web", "db"]),
        prop::sample::select(vec![json!("x"), json!(5), json!(null)]),
    )
        .prop_map(|([bad, network, process, workload], name, hostname)| {
            let mut object = pod(&if bad { privileged() } else { json!({}) });
            object["metadata"]["name"] = json!(name);
            object["spec"]["hostNetwork"] = json!(network);
            object["spec"]["hostPID"] = json!(process);
            object["spec"]["hostname"] = hostname;
            if workload {
                deployment(&object)
            } else {
                object
            }
        })
}

fn review() -> impl Strategy<Value = Review> {
    (object(), prop::option::of(object())).prop_map(|(new, old)| match old {
        Some(old) => update(old, new),
        None => create(new),
    })
}

fn exemption() -> impl Strategy<Value = Exemption> {
    let policies = prop::sample::select(vec!["*", "a/*", "a/privileged", "b/special"]);
    let days = prop::sample::select(vec!["2026-11-24", "2026-11-25", "2027-01-01"]);
    let names = prop::sample::select(vec![vec![], vec!["web".to_owned()]]);
    (policies, days, names).prop_map(|(policy, day, names)| Exemption {
        policy: PolicyPattern::new(policy),
        matches: ExemptionMatch {
            names,
            ..ExemptionMatch::default()
        },
        reason: "because".to_owned(),
        owner: "team".to_owned(),
        expires: day.parse().unwrap(),
        ticket: None,
        file: "x".to_owned(),
        line: 1,
    })
}

/// The sources picked by bits, bound with enforcement by severity, or all alike.
fn ready(
    picked: u8,
    exemptions: Vec<Exemption>,
    enforcement: Option<Enforcement>,
    backwards: bool,
) -> (PolicySet, Bindings) {
    let mut sources: Vec<PolicySource> = pool()
        .into_iter()
        .enumerate()
        .filter(|(position, _)| picked & (1 << position) != 0)
        .map(|(_, source)| source)
        .collect();
    if backwards {
        sources.reverse();
    }
    let set = set(&sources);
    let mut bindings: Vec<_> = set
        .policies()
        .iter()
        .map(|policy| binding(policy.id.as_str()))
        .collect();
    for binding in &mut bindings {
        binding.enforcement = enforcement;
    }
    if backwards {
        bindings.reverse();
    }
    let bindings = bind(&set, bindings, exemptions);
    (set, bindings)
}

fn bytes((set, bindings): &(PolicySet, Bindings), review: &Review) -> String {
    format!(
        "{:#?}",
        evaluate(set, bindings, review, &Evidence::default(), now())
    )
}

fn verdict((set, bindings): &(PolicySet, Bindings), review: &Review) -> Verdict {
    evaluate(set, bindings, review, &Evidence::default(), now()).verdict
}

fn enforcement() -> impl Strategy<Value = Option<Enforcement>> {
    prop::option::of(prop::sample::select(Enforcement::ALL.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_policies_changes_no_byte(picked in 0_u8..64, review in review(), enforcement in enforcement(), exemption in exemption()) {
        let one = ready(picked, vec![exemption.clone()], enforcement, false);
        let other = ready(picked, vec![exemption], enforcement, true);
        prop_assert_eq!(bytes(&one, &review), bytes(&other, &review));
        prop_assert_eq!(one.0.digest(), other.0.digest());
        prop_assert_eq!(one.1.digest(), other.1.digest());
    }

    #[test]
    fn another_exemption_never_turns_allow_into_deny(picked in 0_u8..64, review in review(), enforcement in enforcement(), before in exemption(), more in exemption()) {
        let fewer = ready(picked, vec![before.clone()], enforcement, false);
        let all = ready(picked, vec![before, more], enforcement, false);
        prop_assert!(verdict(&all, &review) <= verdict(&fewer, &review));
    }

    #[test]
    fn another_policy_never_turns_deny_into_allow(picked in 0_u8..64, more in 0_u8..64, review in review(), enforcement in enforcement(), exemption in exemption()) {
        let fewer = ready(picked, vec![exemption.clone()], enforcement, false);
        let all = ready(picked | more, vec![exemption], enforcement, false);
        prop_assert!(verdict(&all, &review) >= verdict(&fewer, &review));
    }
}

#[test]
fn threads_change_no_byte() {
    let shared = Arc::new(ready(63, Vec::new(), None, false));
    let review = create(deployment(&pod(&privileged())));
    let expected = bytes(&ready(63, Vec::new(), None, false), &review);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (shared, review) = (Arc::clone(&shared), review.clone());
            std::thread::spawn(move || -> Vec<String> {
                (0..20).map(|_| bytes(&shared, &review)).collect()
            })
        })
        .collect();
    for thread in threads {
        for found in thread.join().unwrap() {
            assert_eq!(found, expected);
        }
    }
}
