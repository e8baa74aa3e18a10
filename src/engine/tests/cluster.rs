//! What only a cluster asks of the engine: prices on updates and templates, mirror pods, reviews that can't be judged.

use serde_json::json;

use super::support::{
    bind, binding, create, deployment, finds, lines, now, pod, policy, privileged, set, update,
};
use crate::engine::{PolicySource, evaluate, unjudged};
use crate::model::{
    Binding, Enforcement, Evidence, ExistingViolations, FailureClass, LabelSelector, Match,
    Operation, Review,
};

fn privileged_policy() -> PolicySource {
    finds(
        "a/privileged",
        &json!({}),
        "spec.containers[0]",
        "input.review.object.spec.containers[0].securityContext.privileged",
    )
}

#[track_caller]
fn check(change: impl FnOnce(&mut Binding), review: &Review, expected: &[&str]) {
    let set = set(&[privileged_policy()]);
    let mut bound = binding("a/privileged");
    change(&mut bound);
    let bindings = bind(&set, vec![bound], Vec::new());
    let decision = evaluate(&set, &bindings, review, &Evidence::default(), now());
    let all = lines(&decision);
    let shown: Vec<&str> = all
        .iter()
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn what_was_there_before_costs_what_its_binding_says() {
    let labelled = |label: &str| {
        let mut pod = pod(&privileged());
        pod["metadata"]["labels"] = json!({"app": label});
        pod
    };
    let review = update(labelled("a"), labelled("b"));
    check(|_| {}, &review, &["allow", "new warn spec.containers[0]"]);
    check(
        |bound| bound.existing = ExistingViolations::Deny,
        &review,
        &["deny", "new deny spec.containers[0]"],
    );
}

#[test]
fn a_template_costs_what_its_binding_says() {
    let review = create(deployment(&pod(&privileged())));
    let path = "new deny spec.template.spec.containers[0]";
    check(|_| {}, &review, &["deny", path]);
    check(
        |bound| bound.templates = Some(Enforcement::Warn),
        &review,
        &["allow", "new warn spec.template.spec.containers[0]"],
    );
    let own = create(pod(&privileged()));
    check(
        |bound| bound.templates = Some(Enforcement::Warn),
        &own,
        &["deny", "new deny spec.containers[0]"],
    );
}

#[test]
fn a_mirror_pod_is_recorded_if_its_node_reports_it() {
    let mirror = |user: &str, group: &str| {
        let mut object = pod(&privileged());
        object["metadata"]["annotations"] = json!({"kubernetes.io/config.mirror": "x"});
        Review {
            user_info: Some(json!({"username": user, "groups": [group]}).into()),
            ..create(object)
        }
    };
    let denied = ["deny", "new deny spec.containers[0]"];
    check(
        |_| {},
        &mirror("system:node:a", "system:nodes"),
        &["allow", "new audit spec.containers[0]"],
    );
    check(|_| {}, &mirror("jane", "system:nodes"), &denied);
    check(|_| {}, &mirror("system:node:a", "users"), &denied);
    let plain = Review {
        user_info: Some(json!({"username": "system:node:a", "groups": ["system:nodes"]}).into()),
        ..create(pod(&privileged()))
    };
    check(|_| {}, &plain, &denied);
}

#[test]
fn a_review_that_cant_be_judged_fails_every_policy_that_applies() {
    let set = set(&[
        privileged_policy(),
        policy("a/other", &json!({}), "violation contains {} if false"),
    ]);
    let selector = LabelSelector {
        match_labels: vec![("app".to_owned(), "web".to_owned())],
        ..LabelSelector::default()
    };
    let selected = Binding {
        matches: Match {
            label_selector: Some(selector),
            ..Match::default()
        },
        ..binding("a/other")
    };
    let bindings = bind(&set, vec![binding("a/privileged"), selected], Vec::new());
    let review = create(pod(&json!({})));
    let decision = unjudged(&set, &bindings, &review, FailureClass::Error, "too deep");
    assert_eq!(lines(&decision), ["deny", "error deny: too deep"]);
    let service = create(json!({"apiVersion": "v1", "kind": "Service"}));
    let decision = unjudged(&set, &bindings, &service, FailureClass::Error, "too deep");
    assert_eq!(lines(&decision), ["allow"]);
}

#[test]
fn what_may_apply_is_known_before_the_objects_are() {
    let set = set(&[privileged_policy()]);
    let bindings = bind(&set, vec![binding("a/privileged")], Vec::new());
    let head = |review: Review, sub_resource: Option<&str>| Review {
        object: None,
        sub_resource: sub_resource.map(str::to_owned),
        ..review
    };
    let pod = || create(pod(&json!({})));
    for (review, may) in [
        (head(pod(), None), true),
        (head(pod(), Some("ephemeralcontainers")), true),
        (head(pod(), Some("unheard-of")), true),
        (head(create(deployment(&json!({"spec": {}}))), None), true),
        (
            head(create(deployment(&json!({"spec": {}}))), Some("status")),
            false,
        ),
        (
            head(create(json!({"apiVersion": "v1", "kind": "Secret"})), None),
            false,
        ),
        (
            Review {
                operation: Operation::Connect,
                ..head(
                    create(json!({"apiVersion": "v1", "kind": "PodExecOptions"})),
                    Some("exec"),
                )
            },
            false,
        ),
    ] {
        assert_eq!(set.may_apply(&bindings, &review), may, "{review:?}");
    }
}
