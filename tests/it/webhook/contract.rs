//! Every outcome of a review that can be judged, at both entries, whatever the failure policy: what the API server is told.

use portcullis::model::Enforcement;
use serde_json::json;

use super::answer::{Said, ask};
use super::review::{UID, create, pod, privileged, service, update};
use super::served::{ENDLESS, Served, finds};

const ENFORCE: &str = "/validate/enforce?timeout=5s";
const OBSERVE: &str = "/validate/observe?timeout=3s";

/// The answers of both entries, which don't depend on the failure policy.
#[track_caller]
fn both(served: impl Fn() -> Served, request: &serde_json::Value) -> (Said, Said) {
    let closed = served().state();
    let open = served().fail_open().state();
    let answers = [ENFORCE, OBSERVE].map(|entry| {
        let said = ask(&closed, entry, request);
        assert_eq!(said, ask(&open, entry, request), "{entry}");
        said
    });
    let [enforce, observe] = answers;
    assert!(observe.allowed, "observe never denies: {observe:?}");
    (enforce, observe)
}

#[test]
fn a_finding_denies_at_enforce_and_isn_t_judged_twice() {
    let (enforce, observe) = both(|| Served::profile("baseline"), &create(privileged()));
    enforce.is_denied_by(&["least-privilege/privileged-container"]);
    let [(policy, path, message)] = enforce.causes.as_slice() else {
        panic!("{enforce:?}")
    };
    assert_eq!(policy, "least-privilege/privileged-container");
    assert_eq!(path, "spec.containers[0].securityContext.privileged");
    for said in [policy, path, message, "fix: ", "docs: "] {
        assert!(enforce.message.contains(said), "{}", enforce.message);
    }
    let violation = format!("{policy} {path}");
    assert_eq!(enforce.annotations["violations"], violation);
    assert_eq!(enforce.annotations["decision"], UID);
    assert_eq!(enforce.annotations["policy-set"].len(), 12);
    assert!(enforce.message.contains(&enforce.annotations["policy-set"]));
    observe.is_silent();
}

#[test]
fn all_violations_stand_in_one_answer() {
    let mut bad = privileged();
    bad["spec"]["hostNetwork"] = json!(true);
    bad["spec"]["volumes"] = json!([{"name": "v", "hostPath": {"path": "/"}}]);
    let (enforce, _) = both(|| Served::profile("baseline"), &create(bad));
    enforce.is_denied_by(&[
        "least-privilege/host-namespace",
        "least-privilege/host-path-volume",
        "least-privilege/privileged-container",
    ]);
}

#[test]
fn more_violations_than_a_message_holds_are_counted() {
    let mut many = privileged();
    let bad = many["spec"]["containers"][0].clone();
    let containers = (0..40).map(|number| {
        let mut container = bad.clone();
        container["name"] = json!(format!("app-{number}"));
        container
    });
    many["spec"]["containers"] = containers.collect();
    let (enforce, _) = both(|| Served::profile("baseline"), &create(many));
    assert_eq!(enforce.causes.len(), 16);
    assert!(enforce.message.starts_with("40 violations (policy set "));
    let shown = enforce.message.matches("\n- ").count();
    assert!((1..=16).contains(&shown), "{}", enforce.message);
    let rest = format!("\n+{} more, decision {UID}", 40 - shown);
    assert!(enforce.message.ends_with(&rest), "{}", enforce.message);
}

#[test]
fn a_clean_object_is_allowed_without_a_word() {
    for request in [create(pod()), create(service()), update(pod(), pod())] {
        let (enforce, observe) = both(|| Served::profile("strict"), &request);
        enforce.is_silent();
        observe.is_silent();
    }
}

#[test]
fn what_no_policy_is_about_is_allowed_without_annotations() {
    let (enforce, observe) = both(|| Served::profile("restricted"), &create(service()));
    enforce.is_silent();
    observe.is_silent();
    assert!(enforce.annotations.is_empty() && observe.annotations.is_empty());
}

#[test]
fn a_binding_that_warns_does_so_at_observe_and_one_that_audits_leaves_a_record() {
    let config = |enforcement: &str| {
        format!(
            "version: 1\nprofiles: []\npolicies:\n  least-privilege/privileged-container: {{enforcement: {enforcement}}}\n"
        )
    };
    let served = |enforcement| move || Served::nothing().config(&config(enforcement));
    let (enforce, observe) = both(served("warn"), &create(privileged()));
    enforce.is_silent();
    assert_eq!(observe.warning(), ["least-privilege/privileged-container"]);
    assert!(observe.annotations.contains_key("violations"));
    let (enforce, observe) = both(served("audit"), &create(privileged()));
    enforce.is_silent();
    observe.is_silent();
    assert!(observe.annotations.contains_key("violations"));
}

#[test]
fn a_cluster_that_only_warns_denies_nothing() {
    for (most, warns) in [(Enforcement::Warn, true), (Enforcement::Audit, false)] {
        let served = || Served::profile("baseline").at_most(most);
        let (enforce, observe) = both(served, &create(privileged()));
        enforce.is_silent();
        assert_eq!(observe.warnings.is_empty(), !warns, "{observe:?}");
        assert!(observe.annotations.contains_key("violations"));
    }
}

/// A policy that can't be evaluated, in each of the ways that it may fail.
const FAILING: [(&str, &str); 3] = [
    (
        "error",
        "violation contains {\"path\": [], \"msg\": x} if x := upper(input.review.object)",
    ),
    (
        "result",
        "violation contains x if x := input.review.object.metadata.name",
    ),
    ("deadline", ""),
];

#[test]
fn a_policy_that_can_t_be_evaluated_denies_at_enforce_and_warns_at_observe() {
    for (how, body) in FAILING {
        let body = match how {
            "deadline" => &finds(ENDLESS),
            _ => body,
        };
        for (severity, denies) in [("high", true), ("low", false)] {
            let custom = json!({"severity": severity});
            let served = || Served::nothing().policy("broken", &custom, body);
            let (enforce, observe) = both(served, &create(pod()));
            let told = if denies { &enforce } else { &observe };
            let failure = &told.annotations["failures"];
            assert!(failure.starts_with("own/broken "), "{how}: {failure}");
            if denies {
                enforce.is_denied_by(&["own/broken"]);
                assert!(enforce.message.contains("could not be evaluated"), "{how}");
                assert!(enforce.causes[0].2.starts_with("could not be evaluated: "));
                observe.is_silent();
            } else {
                enforce.is_silent();
                assert_eq!(observe.warning(), ["own/broken"], "{how}");
                assert!(observe.warnings[0].contains("could not be evaluated"));
            }
        }
    }
}

#[test]
fn a_policy_that_fails_harms_no_other() {
    let served = || Served::profile("baseline").policy("broken", &json!({}), FAILING[0].1);
    let (enforce, _) = both(served, &create(privileged()));
    enforce.is_denied_by(&["least-privilege/privileged-container", "own/broken"]);
    assert!(
        enforce
            .message
            .starts_with("1 violation, 1 policy that could not be evaluated")
    );
    let (enforce, _) = both(served, &create(pod()));
    enforce.is_denied_by(&["own/broken"]);
}

#[test]
fn what_was_there_before_warns_unless_the_binding_says_otherwise() {
    let mut edited = privileged();
    edited["metadata"]["labels"]["team"] = json!("a");
    let request = update(edited, privileged());
    let (enforce, _) = both(|| Served::profile("baseline"), &request);
    assert!(enforce.allowed);
    assert_eq!(enforce.warning(), ["least-privilege/privileged-container"]);
    assert!(enforce.warnings[0].contains("was there before"));
    let config = "version: 1\nprofiles: [baseline]\npolicies:\n  least-privilege/privileged-container: {existingViolations: deny}\n";
    let (enforce, _) = both(|| Served::nothing().config(config), &request);
    enforce.is_denied_by(&["least-privilege/privileged-container"]);
}

#[test]
fn a_flood_of_warnings_stays_within_what_the_api_server_passes_on() {
    let served = || {
        let policies = (0..60).map(|number| format!("warns-{number}"));
        let long = "x".repeat(300);
        let body = format!("violation contains {{\"path\": [\"spec\"], \"msg\": \"{long}\"}}\n");
        policies.fold(Served::nothing(), |served, name| {
            served.policy(&name, &json!({"severity": "low"}), &body)
        })
    };
    let (_, observe) = both(served, &create(pod()));
    assert!(observe.warnings.len() > 5, "{observe:?}");
    let last = observe.warnings.last().unwrap();
    assert!(last.contains("more warnings"), "{last}");
    let violations = &observe.annotations["violations"];
    assert!(violations.contains("more"), "{violations}");
}

#[test]
fn a_dry_run_is_judged_alike() {
    let mut request = create(privileged());
    request["dryRun"] = json!(true);
    let (enforce, _) = both(|| Served::profile("baseline"), &request);
    enforce.is_denied_by(&["least-privilege/privileged-container"]);
}
