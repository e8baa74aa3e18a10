//! Tests of exemptions.

use jiff::civil::date;
use serde_json::{Value, json};

use super::super::fixture::{assert_said, document};
use super::*;

const TODAY: Date = date(2027, 1, 1);

fn known() -> Vec<PolicyId> {
    ["least-privilege/host-path-volume", "network/open"]
        .iter()
        .map(|id| id.parse().unwrap())
        .collect()
}

fn read(list: &Value) -> (Vec<Exemption>, Vec<ConfigError>) {
    let document = document(
        ".portcullis-exemptions.yaml",
        &json!({ "exemptions": list }),
    );
    exemptions(&document, &known(), 180, TODAY)
}

/// An exemption with the required fields and `changes`; a null takes a field out.
fn exemption(changes: &Value) -> Value {
    let mut value = json!({
        "policy": "network/open",
        "reason": "agreed",
        "owner": "team",
        "expires": "2027-03-01",
    });
    let fields = value.as_object_mut().unwrap();
    for (key, change) in changes.as_object().unwrap() {
        if change.is_null() {
            fields.remove(key);
        } else {
            fields.insert(key.clone(), change.clone());
        }
    }
    value
}

#[track_caller]
fn refuses(changes: &Value, expected: &[(&str, &str, &str)]) {
    let (read, errors) = read(&json!([exemption(changes)]));
    assert_said(&errors, expected);
    assert!(read.is_empty(), "a faulty exemption must not lift anything");
}

#[test]
fn every_field_of_the_design_is_read() {
    let (read, errors) = read(&json!([
        exemption(&json!({})),
        {
            "policy": "least-privilege/*",
            "match": {
                "paths": ["deploy/agent/**"],
                "kinds": ["DaemonSet", "apps/*"],
                "namespaces": ["kube-system"],
                "names": ["node-*"],
                "path": "/spec/volumes",
            },
            "reason": "node agent reads the log directory",
            "owner": "team-observability",
            "expires": "2027-06-30",
            "ticket": "OPS-412",
        },
    ]));
    assert_said(&errors, &[]);
    assert_eq!(read[0].matches, ExemptionMatch::default());
    let second = &read[1];
    assert_eq!(second.policy.as_str(), "least-privilege/*");
    assert_eq!(second.matches.paths, ["deploy/agent/**"]);
    assert_eq!(second.matches.kinds, ["DaemonSet", "apps/*"]);
    assert_eq!(second.matches.namespaces, ["kube-system"]);
    assert_eq!(second.matches.names, ["node-*"]);
    assert_eq!(
        second.matches.path.as_ref().unwrap().to_string(),
        "spec.volumes"
    );
    assert_eq!(second.ticket.as_deref(), Some("OPS-412"));
    assert_eq!(second.expires, date(2027, 6, 30));
    assert_eq!(second.file, ".portcullis-exemptions.yaml");
    assert!(second.line > read[0].line);
}

#[test]
fn policy_reason_owner_and_expiry_are_required() {
    refuses(
        &json!({"policy": null, "reason": null, "owner": null, "expires": null}),
        &[
            (
                "{}",
                "an exemption has no `policy`",
                "add `policy: category/name`",
            ),
            (
                "{}",
                "an exemption has no `reason`",
                "add `reason: why this may stay as it is`",
            ),
            (
                "{}",
                "an exemption has no `owner`",
                "add `owner: who answers for it`",
            ),
            (
                "{}",
                "an exemption has no `expires`",
                "add `expires: YYYY-MM-DD`",
            ),
        ],
    );
    refuses(
        &json!({"expires": null}),
        &[(
            "policy",
            "exemption for `network/open` has no `expires`",
            "add `expires: YYYY-MM-DD`",
        )],
    );
    refuses(
        &json!({"reason": " "}),
        &[(" ", "`reason` is empty", "give it a value, or remove it")],
    );
}

#[test]
fn a_policy_that_does_not_exist_is_refused_with_the_nearest() {
    for (policy, message, help) in [
        (
            "network/opne",
            "no policy is named `network/opne`",
            "did you mean `network/open`?",
        ),
        (
            "other/thing",
            "no policy is named `other/thing`",
            "`portcullis policies` lists all policies",
        ),
        (
            "netwrk/*",
            "no policy matches `netwrk/*`",
            "did you mean `network/*`?",
        ),
        (
            "network",
            "no policy matches `network`",
            "did you mean `network/*`?",
        ),
    ] {
        refuses(&json!({ "policy": policy }), &[(policy, message, help)]);
    }
}

#[test]
fn a_date_has_one_spelling() {
    for text in [
        "2027-3-1",
        "2027-02-30",
        "20270301",
        "01.03.2027",
        "never",
        "2027-03-01T00:00:00Z",
    ] {
        refuses(
            &json!({ "expires": text }),
            &[(
                text,
                &format!("`{text}` is not a date such as `2027-03-01`"),
                "write year, month and day, as in `2027-03-01`",
            )],
        );
    }
}

#[test]
fn an_exemption_may_not_end_too_far_ahead() {
    let (read, errors) = read(&json!([exemption(&json!({"expires": "2027-06-30"}))]));
    assert_eq!((read.len(), errors.len()), (1, 0), "180 days ahead");
    refuses(
        &json!({"expires": "2027-07-01"}),
        &[(
            "2027-07-01",
            "exemption for `network/open` expires on 2027-07-01, more than 180 days ahead",
            "the latest day is 2027-06-30; `exemptionMaxDays` of the configuration moves the limit",
        )],
    );
}

#[test]
fn a_match_with_a_mistake_never_widens_the_exemption() {
    refuses(
        &json!({"match": {"path": "a..b"}}),
        &[(
            "a..b",
            "`a..b` is not a path such as `/spec/volumes`",
            "write `/spec/volumes` or `spec.volumes`",
        )],
    );
    for (part, message) in [
        (
            json!({"namespace": ["x"]}),
            "`namespace` is not a key of `match`",
        ),
        (
            json!({"paths": ["a[b"]}),
            "`a[b` is not a path or a glob over paths",
        ),
        (
            json!({"kinds": ["pod"]}),
            "`pod` is not a kind such as `DaemonSet`",
        ),
        (
            json!({"namespaces": ["A_b"]}),
            "`A_b` is not a namespace or a glob such as `prod-*`",
        ),
        (json!({"names": "x"}), "`names` must be a list, not text"),
    ] {
        let (read, errors) = read(&json!([exemption(&json!({ "match": part }))]));
        assert_eq!(
            errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [message]
        );
        assert!(read.is_empty(), "{message}");
    }
}

#[test]
fn one_faulty_exemption_leaves_the_others() {
    let (read, errors) = read(&json!([
        exemption(&json!({"typo": 1})),
        exemption(&json!({}))
    ]));
    assert_eq!((read.len(), errors.len()), (1, 1));
    assert_eq!(
        errors[0].to_string(),
        "`typo` is not a key of exemption for `network/open`"
    );
}

#[test]
fn the_expiry_day_still_counts() {
    let (read, errors) = read(&json!([exemption(&json!({"expires": "2026-12-31"}))]));
    assert_said(&errors, &[]);
    for (today, over, soon) in [
        (date(2026, 12, 16), 0, 0),
        (date(2026, 12, 17), 0, 1),
        (date(2026, 12, 31), 0, 1),
        (date(2027, 1, 1), 1, 0),
    ] {
        assert_eq!(expired(&read, today).len(), over, "{today}");
        assert_eq!(
            expiring(&read, today, EXPIRY_NOTICE_DAYS).len(),
            soon,
            "{today}"
        );
    }
    assert_eq!(expiring(&read, Date::MAX, u32::MAX).len(), 0);
}

#[test]
fn whoever_owns_an_ending_exemption_is_named() {
    let (read, _) = read(&json!([
        exemption(&json!({"expires": "2027-01-10"})),
        exemption(&json!({"expires": "2026-12-31"})),
        exemption(&json!({"expires": "2027-06-01"})),
    ]));
    let notices = expiry_notices(&read, TODAY);
    let said: Vec<_> = notices
        .iter()
        .map(|notice| (notice.warning, notice.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                true,
                "exemption for `network/open` of team expired on 2026-12-31"
            ),
            (
                false,
                "exemption for `network/open` of team expires on 2027-01-10"
            ),
        ]
    );
}

#[test]
fn a_document_without_exemptions_is_refused_unless_it_says_so() {
    let (read, errors) = read(&json!([]));
    assert_eq!((read.len(), errors.len()), (0, 0));
    for (value, message) in [
        (
            json!(null),
            "the exemptions file must be a mapping, not nothing",
        ),
        (json!({}), "the exemptions file has no `exemptions`"),
        (
            json!({"exemptions": null}),
            "`exemptions` must be a list, not nothing",
        ),
    ] {
        let (_, errors) = exemptions(&document("e.yaml", &value), &known(), 180, TODAY);
        assert_eq!(
            errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [message]
        );
    }
}
