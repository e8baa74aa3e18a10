//! What the door gives: selection, templates, input, evidence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::engine::PolicySource;
use crate::engine::rego::Val;
use crate::engine::{Options, evaluate, evaluate_until};
use crate::model::{
    Evidence, Fact, FactName, Memo, Object, Operation, PathElement, PodTemplate, Review, Why,
};

fn all_pods() -> PolicySource {
    policy(
        "least-privilege/privileged-container",
        &json!({}),
        PRIVILEGED,
    )
}

#[test]
fn a_bad_pod_is_denied_and_a_good_one_allowed() {
    check(
        &[all_pods()],
        &create(pod(&privileged())),
        &[
            "deny",
            "new deny spec.containers[0].securityContext.privileged: container \"app\" is privileged",
        ],
    );
    check(&[all_pods()], &create(pod(&json!({}))), &["allow"]);
}

#[test]
fn a_policy_that_can_find_nothing_is_not_run() {
    // It fails whenever it is run.
    let condition = "to_number(\"x\") == 1\n\tinput.review.object.spec.hostPID";
    let fails = finds("a/b", &json!({}), "spec", condition);
    let policies = std::slice::from_ref(&fails);
    check(policies, &create(pod(&json!({}))), &["allow"]);
    let mut named = pod(&json!({}));
    named["spec"]["containers"][0]["hostPID"] = json!(true);
    named["spec"]["hostPID"] = json!(false);
    check(policies, &create(named.clone()), &["allow"]);
    named["spec"]["hostPID"] = json!(true);
    for object in [deployment(&named), named] {
        let failures = judge(policies, &create(object)).failures;
        assert_eq!(failures.len(), 1, "what it asks for is there");
    }
}

#[test]
fn a_sound_pod_is_judged_without_its_json() {
    let judged = |pod: &Value| {
        let asked = Arc::new(AtomicBool::new(false));
        let (json, told) = (pod.clone(), Arc::clone(&asked));
        let memo = Memo::of(Val::from_json(pod));
        let lazy = Object::lazy(memo, move || {
            told.store(true, Ordering::Relaxed);
            json
        });
        let mut review = update(pod.clone(), pod.clone());
        review.object = Some(lazy);
        let decision = judge(&[all_pods()], &review);
        (decision.findings.len(), asked.load(Ordering::Relaxed))
    };
    assert_eq!(judged(&pod(&json!({}))), (0, false));
    assert_eq!(judged(&pod(&privileged())), (1, true), "for its paths");
}

#[test]
fn a_template_is_judged_as_a_pod_at_the_real_objects_path() {
    let bad = pod(&privileged());
    let cron = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": bad["spec"]}}}},
    });
    let template = json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": {"spec": bad["spec"]}});
    for (object, prefix) in [
        (deployment(&bad), "spec.template."),
        (cron, "spec.jobTemplate.spec.template."),
        (template, "template."),
    ] {
        let expected = format!(
            "new deny {prefix}spec.containers[0].securityContext.privileged: container \"app\" is privileged"
        );
        check(&[all_pods()], &create(object), &["deny", &expected]);
    }
}

#[test]
fn all_workload_kinds_hold_templates() {
    for (api_version, kind) in [
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("v1", "ReplicationController"),
        ("extensions/v1beta1", "Deployment"),
        ("batch/v1", "Job"),
    ] {
        let mut object = deployment(&pod(&privileged()));
        object["apiVersion"] = json!(api_version);
        object["kind"] = json!(kind);
        assert_eq!(
            judge(&[all_pods()], &create(object)).findings.len(),
            1,
            "{kind}"
        );
    }
    let mut other = deployment(&pod(&privileged()));
    other["apiVersion"] = json!("example.com/v1");
    assert_eq!(judge(&[all_pods()], &create(other)).findings.len(), 0);
}

#[test]
fn the_pod_of_a_template_says_where_it_is_from() {
    let body = r#"violation contains {"path": [], "msg": json.marshal([input.review.kind, input.review.name, input.review.namespace, input.review.object.metadata, input.review.expandedFrom, input.review.resource])}"#;
    let decision = judge(
        &[policy("a/b", &json!({}), body)],
        &create(deployment(&pod(&json!({})))),
    );
    assert_eq!(
        decision.findings[0].message,
        r#"[{"group":"","kind":"Pod","version":"v1"},"","shop",{"labels":{"app":"web"},"namespace":"shop"},{"kind":"Deployment","name":"web","path":["spec","template"]},null]"#
    );
}

#[test]
fn a_policy_may_keep_off_templates_and_see_both() {
    let scope = |kinds: Value, templates: bool| json!({"scope": {"kinds": kinds, "operations": ["CREATE"], "templates": templates}});
    let count = |custom: &Value| {
        let body = r#"violation contains {"path": [], "msg": "x"}"#;
        let decision = judge(
            &[policy("a/b", custom, body)],
            &create(deployment(&pod(&json!({})))),
        );
        decision.findings.len()
    };
    assert_eq!(count(&scope(json!(["Pod"]), true)), 1);
    assert_eq!(count(&scope(json!(["Pod"]), false)), 0);
    assert_eq!(count(&scope(json!(["Pod", "apps/Deployment"]), true)), 2);
    // Every object isn't every Pod that it would become.
    assert_eq!(count(&scope(json!(["*"]), true)), 1);
}

#[test]
fn a_missing_template_is_no_pod_and_a_broken_one_a_failure() {
    let configured = Options {
        pod_templates: vec![PodTemplate {
            group: "example.com".to_owned(),
            kind: "Rollout".to_owned(),
            path: ["spec", "template"]
                .map(|key| PathElement::Key(key.to_owned()))
                .into_iter()
                .collect(),
        }],
        ..options()
    };
    let set = set_with(&[all_pods()], &configured);
    let bindings = bind_all(&set);
    let check = |spec: Value, expected: &[&str]| {
        let object = json!({"apiVersion": "example.com/v1", "kind": "Rollout", "metadata": {"name": "x"}, "spec": spec});
        let review = create(object);
        let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
        assert_eq!(lines(&decision), expected);
    };
    check(json!({}), &["allow"]);
    check(json!({"template": null}), &["allow"]);
    let broken = ["deny", "error deny: `spec.template` isn't a pod template"];
    check(json!({"template": 5}), &broken);
    check(json!({"template": {}}), &broken);
    check(json!([]), &broken);
    check(
        json!({"template": {"spec": pod(&privileged())["spec"]}}),
        &[
            "deny",
            "new deny spec.template.spec.containers[0].securityContext.privileged: container \"app\" is privileged",
        ],
    );
}

#[test]
fn every_key_of_the_input_is_there() {
    let body = r#"violation contains {"path": [], "msg": concat(" ", sort(object.keys(input.review)))} 
violation contains {"path": [], "msg": json.marshal([input.parameters, input.evidence, input.review.userInfo, input.review.oldObject, input.review.dryRun, data.portcullis.kubernetesVersion])}"#;
    let decision = judge(&[policy("a/b", &json!({}), body)], &create(pod(&json!({}))));
    let messages: Vec<&str> = decision
        .findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            r#"[{},{},null,null,false,"1.37"]"#,
            "dryRun expandedFrom kind name namespace object oldObject operation options requestKind resource subResource userInfo",
        ]
    );
}

#[test]
fn a_subresource_is_judged_where_the_scope_names_it_and_pods_always_where_they_arrive_whole() {
    let listed =
        json!({"scope": {"kinds": ["Pod"], "operations": ["UPDATE"], "subresources": ["status"]}});
    for (custom, subresource, with_containers, judged) in [
        (json!({}), "ephemeralcontainers", true, true),
        (json!({}), "resize", true, true),
        (json!({}), "unheard-of", true, true),
        (json!({}), "unheard-of", false, false),
        (json!({}), "status", true, false),
        (listed, "status", true, true),
    ] {
        let body = r#"violation contains {"path": [], "msg": "x"}"#;
        let mut object = pod(&json!({}));
        if !with_containers {
            object["spec"] = json!({});
        }
        let mut review = update(object.clone(), object);
        review.sub_resource = Some(subresource.to_owned());
        let decision = judge(&[policy("a/b", &custom, body)], &review);
        assert_eq!(decision.judged == 1, judged, "{subresource}");
    }
}

#[test]
fn missing_evidence_is_counted_or_a_failure_by_its_reason() {
    let custom = json!({"evidence": ["role"]});
    let body = r#"violation contains {"path": [], "msg": input.evidence.role.state}
violation contains {"path": [], "msg": input.evidence.role.value.kind}"#;
    let set = set(&[policy("a/b", &custom, body)]);
    let bindings = bind_all(&set);
    let review = create(pod(&json!({})));
    let check = |fact: Option<Fact>, expected: &[&str], counted: usize| {
        let evidence = Evidence {
            facts: fact
                .map(|fact| (FactName::Role, fact))
                .into_iter()
                .collect(),
            ..Evidence::default()
        };
        let decision = evaluate(&set, &bindings, &review, &evidence, now());
        assert_eq!(lines(&decision), expected);
        assert_eq!(decision.not_known.len(), counted);
    };
    let why = |code: &str| {
        Fact::Unavailable(Why {
            code: code.to_owned(),
            message: "the API server doesn't answer".to_owned(),
        })
    };
    check(None, &["deny", "new deny : unavailable"], 1);
    check(
        Some(why(Why::NOT_SCANNED)),
        &["deny", "new deny : unavailable"],
        1,
    );
    check(
        Some(why("timeout")),
        &[
            "deny",
            "new deny : unavailable",
            "evidence deny: `role` is unavailable: the API server doesn't answer",
        ],
        0,
    );
    check(
        Some(Fact::known(json!({"kind": "Role"}))),
        &["deny", "new deny : Role", "new deny : known"],
        0,
    );
    assert_eq!(set.needs(&bindings, &review).facts, [FactName::Role].into());
}

#[test]
fn a_cancelled_run_fails_what_it_did_not_reach() {
    let set = set(&[all_pods()]);
    let bindings = bind_all(&set);
    let review = create(pod(&json!({})));
    let cancel = AtomicBool::new(true);
    let decision = evaluate_until(
        &set,
        &bindings,
        &review,
        &Evidence::default(),
        now(),
        &cancel,
    );
    assert_eq!(
        lines(&decision),
        [
            "deny",
            "deadline deny: the time for this review was over before the policy ran"
        ]
    );
    assert_eq!(decision.judged, 0);
}

#[test]
fn what_no_policy_concerns_is_allowed_and_says_that_none_judged_it() {
    let set = set(&[all_pods()]);
    let bindings = bind_all(&set);
    let review =
        create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}));
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert_eq!(
        (lines(&decision), decision.judged),
        (vec!["allow".to_owned()], 0)
    );
    assert!(!set.needs(&bindings, &review).applies);
}

#[test]
fn a_deleted_object_is_judged_by_its_old_self() {
    let body = r#"violation contains {"path": ["metadata", "name"], "msg": "kept"} if input.review.oldObject.metadata.name == "web""#;
    let review = Review {
        operation: Operation::Delete,
        object: None,
        old_object: Some(pod(&json!({})).into()),
        ..create(pod(&json!({})))
    };
    check(
        &[policy("a/b", &json!({}), body)],
        &review,
        &["deny", "new deny metadata.name: kept"],
    );
}

#[test]
fn objects_exchanged_after_judging_are_converted_anew() {
    let set = set(&[all_pods()]);
    let bindings = bind_all(&set);
    let good = create(pod(&json!({})));
    let judge = |review: &Review| evaluate(&set, &bindings, review, &Evidence::default(), now());
    assert_eq!(judge(&good).findings.len(), 0);
    let mut bad = good.clone();
    bad.object = Some(pod(&privileged()).into());
    assert_eq!(judge(&bad).findings.len(), 1);
}

#[test]
fn a_review_nested_too_deeply_is_a_failure() {
    let mut deep = json!("x");
    for _ in 0..400 {
        deep = json!([deep]);
    }
    let mut object = pod(&json!({}));
    object["metadata"]["deep"] = deep;
    check(
        &[all_pods()],
        &create(object),
        &[
            "deny",
            "error deny: the review is nested too deeply to be judged",
        ],
    );
}

#[test]
fn depth_that_faces_read_fits_a_small_stack() {
    let mut deep = json!("x");
    for _ in 0..200 {
        deep = json!({"a": [deep]});
    }
    for _ in 0..100 {
        deep = deep["a"][0].take();
    }
    let mut object = pod(&json!({}));
    object["metadata"]["deep"] = deep;
    let run = move || judge(&[all_pods()], &create(object)).findings.len();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    assert_eq!(thread.unwrap().join().unwrap(), 0);
}
