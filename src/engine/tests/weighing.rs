//! Matches, exemptions, updates, deletions, supersedes.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::engine::{PolicySource, evaluate};
use crate::model::{
    Binding, Decision, Enforcement, Evidence, Exemption, ExemptionMatch, InlineExemption,
    InlineMode, KindPattern, LabelRequirement, LabelSelector, Match, Operation, Origin, Path,
    PolicyPattern, RequirementOperator, Review, Span, Status, Verdict,
};

fn privileged_policy() -> PolicySource {
    policy("a/privileged", &json!({}), PRIVILEGED)
}

#[track_caller]
fn matched(matches: Match, review: &Review, judged: bool) {
    let set = set(&[privileged_policy()]);
    let binding = Binding {
        matches,
        ..binding("a/privileged")
    };
    let bindings = bind(&set, vec![binding], Vec::new());
    let decision = evaluate(&set, &bindings, review, &Evidence::default(), now());
    assert_eq!(decision.judged == 1, judged);
    assert_eq!(set.needs(&bindings, review).applies, judged);
}

#[test]
fn a_binding_matches_by_kind_namespace_operation() {
    let review = create(deployment(&pod(&json!({}))));
    let mut unknown = deployment(&pod(&json!({})));
    unknown["metadata"]["namespace"].take();
    let unknown = create(unknown);
    let namespaces = |globs: &[&str]| Match {
        namespaces: globs.iter().map(ToString::to_string).collect(),
        ..Match::default()
    };
    let excluded = |glob: &str| Match {
        excluded_namespaces: vec![glob.to_owned()],
        ..Match::default()
    };
    let kinds = |kind: &str| Match {
        kinds: vec![KindPattern::parse(kind).unwrap()],
        ..Match::default()
    };
    matched(namespaces(&["other", "sh*"]), &review, true);
    matched(namespaces(&["other"]), &review, false);
    matched(namespaces(&["other"]), &unknown, true);
    matched(excluded("sh*"), &review, false);
    matched(excluded("*"), &unknown, true);
    // The object's own kind, never its template's Pod.
    matched(kinds("apps/Deployment"), &review, true);
    matched(kinds("Pod"), &review, false);
    let operations = Match {
        operations: vec![Operation::Update],
        ..Match::default()
    };
    matched(operations.clone(), &review, false);
    let changed = update(deployment(&pod(&json!({}))), deployment(&pod(&json!({}))));
    matched(operations, &changed, true);
}

#[test]
fn a_label_selector_looks_at_both_sides_of_an_update() {
    let labelled = |labels: Value| {
        let mut object = pod(&json!({}));
        object["metadata"]["labels"] = labels;
        object
    };
    let selector = |operator: RequirementOperator, values: &[&str]| Match {
        label_selector: Some(LabelSelector {
            match_labels: Vec::new(),
            match_expressions: vec![LabelRequirement {
                key: "tier".to_owned(),
                operator,
                values: values.iter().map(ToString::to_string).collect(),
            }],
        }),
        ..Match::default()
    };
    let (front, bare) = (labelled(json!({"tier": "front"})), labelled(Value::Null));
    for (operator, values, of_front, of_bare) in [
        (RequirementOperator::In, &["front"][..], true, false),
        (RequirementOperator::In, &["back"], false, false),
        (RequirementOperator::NotIn, &["front"], false, true),
        (RequirementOperator::NotIn, &["back"], true, true),
        (RequirementOperator::Exists, &[], true, false),
        (RequirementOperator::DoesNotExist, &[], false, true),
    ] {
        matched(selector(operator, values), &create(front.clone()), of_front);
        matched(selector(operator, values), &create(bare.clone()), of_bare);
        // Removing the label is no way around.
        let removed = update(front.clone(), bare.clone());
        matched(selector(operator, values), &removed, of_front || of_bare);
    }
}

fn exemption(matches: ExemptionMatch) -> Exemption {
    Exemption {
        policy: PolicyPattern::new("a/*"),
        matches,
        reason: "because".to_owned(),
        owner: "team".to_owned(),
        expires: "2026-11-25".parse().unwrap(),
        ticket: None,
        file: ".portcullis-exemptions.yaml".to_owned(),
        line: 2,
    }
}

fn judge_exempt(review: &Review, exemptions: Vec<Exemption>, now: Timestamp) -> Decision {
    let set = set(&[privileged_policy()]);
    let bindings = bind(&set, vec![binding("a/privileged")], exemptions);
    evaluate(&set, &bindings, review, &Evidence::default(), now)
}

#[test]
fn an_exemption_lifts_what_all_its_parts_name() {
    let strings = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let review = create(deployment(&pod(&privileged())));
    let paths = |glob: &str| ExemptionMatch {
        paths: strings(&[glob]),
        ..ExemptionMatch::default()
    };
    let kinds = |kind: &str| ExemptionMatch {
        kinds: strings(&[kind]),
        ..ExemptionMatch::default()
    };
    let namespaces = |glob: &str| ExemptionMatch {
        namespaces: strings(&[glob]),
        ..ExemptionMatch::default()
    };
    let names = |glob: &str| ExemptionMatch {
        names: strings(&[glob]),
        ..ExemptionMatch::default()
    };
    let path = |text: &str| ExemptionMatch {
        path: Path::parse(text),
        ..ExemptionMatch::default()
    };
    for (matches, lifts) in [
        (ExemptionMatch::default(), true),
        (paths("deploy/*.yaml"), true),
        (paths("./deploy/**"), true),
        (paths("**/app.yaml"), true),
        (paths("*.yaml"), false),
        (paths("["), false),
        (kinds("Deployment"), true),
        (kinds("apps/Deployment"), true),
        (kinds("extensions/Deployment"), false),
        (kinds("Pod"), false),
        (namespaces("sh*"), true),
        (namespaces("other"), false),
        (names("w*"), true),
        (names("other"), false),
        (path("/spec/template/spec/containers/0"), true),
        (path("/spec/template/spec/containers/1"), false),
        (
            ExemptionMatch {
                names: strings(&["other"]),
                ..paths("deploy/**")
            },
            false,
        ),
    ] {
        let decision = judge_exempt(&review, vec![exemption(matches.clone())], now());
        let expected = if lifts { Status::Exempt } else { Status::New };
        assert_eq!(decision.findings[0].status, expected, "{matches:?}");
        assert_eq!(decision.verdict == Verdict::Allow, lifts, "{matches:?}");
    }
    // Neither an absent namespace nor an absent file is named by anything.
    let mut object = pod(&privileged());
    object["metadata"]["namespace"].take();
    let unknown = create(object);
    assert_eq!(
        judge_exempt(&unknown, vec![exemption(namespaces("*"))], now()).verdict,
        Verdict::Deny
    );
    let request = Review {
        origin: Origin::Admission { uid: String::new() },
        ..review
    };
    assert_eq!(
        judge_exempt(&request, vec![exemption(paths("**"))], now()).verdict,
        Verdict::Deny
    );
}

#[test]
fn an_exemption_counts_on_its_last_day_and_not_a_second_longer() {
    let review = create(pod(&privileged()));
    for (time, verdict) in [
        ("2026-11-25T00:00:00Z", Verdict::Allow),
        ("2026-11-25T23:59:59.999Z", Verdict::Allow),
        ("2026-11-26T00:00:00Z", Verdict::Deny),
    ] {
        let exemptions = vec![exemption(ExemptionMatch::default())];
        let decision = judge_exempt(&review, exemptions, time.parse().unwrap());
        assert_eq!(decision.verdict, verdict, "{time}");
    }
}

#[test]
fn the_exemption_that_lifts_is_named() {
    let mut other = exemption(ExemptionMatch::default());
    other.policy = PolicyPattern::new("b/*");
    let exemptions = vec![other, exemption(ExemptionMatch::default())];
    let decision = judge_exempt(&create(pod(&privileged())), exemptions, now());
    let used = decision.findings[0].exemption.as_ref().unwrap();
    assert_eq!((used.index, used.line, used.inline), (Some(1), 2, false));
}

#[test]
fn a_failure_is_never_exempt() {
    let set = set(&[policy("a/b", &json!({}), "violation := true")]);
    let exemptions = vec![exemption(ExemptionMatch::default())];
    let bindings = bind(&set, vec![binding("a/b")], exemptions);
    let review = create(pod(&json!({})));
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert_eq!(decision.verdict, Verdict::Deny);
}

#[test]
fn comments_exempt_as_far_as_their_mode_allows() {
    let comment = |line: Option<u32>, until: Option<&str>| InlineExemption {
        policies: vec![PolicyPattern::new("a/privileged")],
        reason: "because".to_owned(),
        owner: None,
        until: until.map(|day| day.parse().unwrap()),
        line,
        span: Span::new(0, 1),
    };
    let low = json!({"severity": "low"});
    for (comment, mode, custom, lifts) in [
        (comment(None, None), InlineMode::Allow, json!({}), true),
        (
            comment(Some(1), Some("2026-11-25")),
            InlineMode::Allow,
            json!({}),
            true,
        ),
        (comment(Some(2), None), InlineMode::Allow, json!({}), false),
        (
            comment(None, Some("2026-11-24")),
            InlineMode::Allow,
            json!({}),
            false,
        ),
        (comment(None, None), InlineMode::LowOnly, json!({}), false),
        (comment(None, None), InlineMode::LowOnly, low, true),
        (comment(None, None), InlineMode::Deny, json!({}), false),
    ] {
        let mut review = create(pod(&privileged()));
        if let Origin::File(file) = &mut review.origin {
            file.inline = vec![comment];
        }
        let set = set(&[policy("a/privileged", &custom, PRIVILEGED)]);
        let (bindings, _) = set.bind(vec![binding("a/privileged")], Vec::new(), mode);
        let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
        let used = decision.findings[0].exemption.as_ref();
        assert_eq!(used.is_some(), lifts, "{mode:?}");
        assert!(used.is_none_or(|used| used.inline && used.line == 1));
    }
}

#[track_caller]
fn weighed(old: &Value, new: &Value, expected: Enforcement) {
    let review = update(old.clone(), new.clone());
    let decision = judge(&[privileged_policy()], &review);
    assert_eq!(decision.findings[0].enforcement, expected);
    assert_eq!(
        decision.findings[0].pre_existing,
        expected == Enforcement::Warn
    );
    let denied = expected == Enforcement::Deny;
    assert_eq!(decision.verdict == Verdict::Deny, denied);
}

#[test]
fn an_update_of_something_else_warns_of_what_was_there() {
    let bad = pod(&privileged());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut object = bad.clone();
        change(&mut object);
        object
    };
    let labelled = changed(&|object| object["metadata"]["labels"] = json!({"a": "b"}));
    weighed(&bad, &labelled, Enforcement::Warn);
    let tolerating = changed(&|object| object["spec"]["tolerations"] = json!([{"key": "x"}]));
    weighed(&bad, &tolerating, Enforcement::Warn);
    // A container in front: the old one is known by its name.
    let moved = changed(&|object| {
        let app = object["spec"]["containers"][0].take();
        object["spec"]["containers"] = json!([{"name": "side"}, app]);
    });
    weighed(&bad, &moved, Enforcement::Warn);
    let image = changed(&|object| object["spec"]["containers"][0]["image"] = json!("other"));
    weighed(&bad, &image, Enforcement::Deny);
    let renamed = changed(&|object| object["spec"]["containers"][0]["name"] = json!("other"));
    weighed(&bad, &renamed, Enforcement::Deny);
    weighed(&pod(&json!({})), &bad, Enforcement::Deny);
    let scaled = |replicas: u32| {
        let mut object = deployment(&bad);
        object["spec"]["replicas"] = json!(replicas);
        object
    };
    weighed(&scaled(1), &scaled(2), Enforcement::Warn);
}

#[test]
fn a_sin_of_the_pod_is_compared_with_its_parent_object() {
    let host = finds(
        "a/host",
        &json!({}),
        "spec.hostNetwork",
        "input.review.object.spec.hostNetwork",
    );
    let with = |members: Value| {
        let mut object = pod(&json!({}));
        object["spec"]["hostNetwork"] = json!(true);
        for (key, value) in members.as_object().unwrap() {
            object["spec"][key] = value.clone();
        }
        object
    };
    for (members, enforcement) in [
        (json!({}), Enforcement::Warn),
        (
            json!({"terminationGracePeriodSeconds": 5}),
            Enforcement::Warn,
        ),
        (json!({"hostPID": true}), Enforcement::Deny),
    ] {
        let review = update(with(json!({})), with(members));
        let decision = judge(std::slice::from_ref(&host), &review);
        assert_eq!(decision.findings[0].enforcement, enforcement);
    }
}

#[test]
fn a_field_that_is_missing_on_both_sides_was_there_before() {
    let missing = finds(
        "a/missing",
        &json!({}),
        "spec.securityContext.runAsNonRoot",
        "not input.review.object.spec.securityContext.runAsNonRoot",
    );
    let mut old = pod(&json!({}));
    old["spec"]["securityContext"] = json!({"runAsUser": 5});
    let mut new = old.clone();
    new["metadata"]["labels"] = json!({"a": "b"});
    let decision = judge(
        std::slice::from_ref(&missing),
        &update(old.clone(), new.clone()),
    );
    assert!(decision.findings[0].pre_existing);
    new["spec"]["securityContext"]["runAsUser"] = json!(0);
    assert!(!judge(&[missing], &update(old, new)).findings[0].pre_existing);
}

#[test]
fn a_rule_that_compares_both_sides_sees_nothing_in_an_unchanged_object() {
    let grows = finds(
        "a/grows",
        &json!({"scope": {"kinds": ["apps/Deployment"], "operations": ["UPDATE"]}}),
        "spec.replicas",
        "input.review.object.spec.replicas > input.review.oldObject.spec.replicas",
    );
    let old = deployment(&pod(&json!({})));
    let mut new = old.clone();
    new["spec"]["replicas"] = json!(5);
    check(
        &[grows],
        &update(old, new),
        &["deny", "new deny spec.replicas: grows is bad"],
    );
}

#[test]
fn an_update_that_only_lets_a_deletion_finish_passes() {
    let deleting = |finalizers: Value, image: &str, deleted: bool| {
        let mut object = pod(&privileged());
        object["metadata"]["finalizers"] = finalizers;
        object["spec"]["containers"][0]["image"] = json!(image);
        if deleted {
            object["metadata"]["deletionTimestamp"] = json!("2026-11-25T00:00:00Z");
        }
        object
    };
    let old = |deleted| deleting(json!(["a"]), "x", deleted);
    for (old, new, passes) in [
        (old(true), deleting(json!([]), "x", true), true),
        (old(true), deleting(json!([]), "other", true), false),
        (old(false), deleting(json!([]), "other", false), false),
    ] {
        let decision = judge(&[privileged_policy()], &update(old, new));
        assert_eq!(decision.verdict == Verdict::Allow, passes);
        assert_eq!(decision.not_applicable.len(), usize::from(passes));
    }
}

#[test]
fn a_specific_finding_stands_for_a_general_one_at_its_place() {
    let general = finds("a/general", &json!({}), "spec", "true");
    let specific = |severity: &str| {
        finds(
            "a/specific",
            &json!({"severity": severity, "supersedes": ["a/general"]}),
            "spec",
            "true",
        )
    };
    let decision = judge(
        &[general.clone(), specific("high")],
        &create(pod(&json!({}))),
    );
    let by = |decision: &Decision, position: usize| {
        let policy = &decision.findings[position].superseded_by;
        policy.as_ref().map(ToString::to_string)
    };
    assert_eq!(by(&decision, 0).as_deref(), Some("a/specific"));
    assert_eq!(by(&decision, 1), None);
    assert_eq!(decision.verdict, Verdict::Deny);
    // What denies is never folded into what doesn't.
    let decision = judge(&[general, specific("low")], &create(pod(&json!({}))));
    assert_eq!(by(&decision, 0), None);
}

#[test]
fn low_findings_warn_and_nothing_else_denies() {
    let low = finds("a/low", &json!({"severity": "low"}), "spec", "true");
    check(
        &[low],
        &create(pod(&json!({}))),
        &["allow", "new warn spec: low is bad"],
    );
}

#[test]
fn findings_are_sorted_by_path_policy_message() {
    let sources = [
        finds("b/x", &json!({}), "spec", "true"),
        finds("a/x", &json!({}), "spec", "true"),
        finds("c/x", &json!({}), "metadata", "true"),
    ];
    let decision = judge(&sources, &create(pod(&json!({}))));
    let order: Vec<String> = decision
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.path, finding.policy))
        .collect();
    assert_eq!(order, ["metadata c/x", "spec a/x", "spec b/x"]);
}
