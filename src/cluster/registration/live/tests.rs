//! What the live object shows, grows by and shrinks by.

use k8s_openapi::api::admissionregistration::v1::MatchCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry};

use super::*;
use crate::cluster::registration::Discovered;
use crate::cluster::registration::entries::{configuration, plan};
use crate::cluster::registration::fixture::wanted;

fn planned(enforce: &[&str], observe: &[&str]) -> Plan {
    plan(&wanted(1, enforce, observe), &Discovered::default())
}

/// The live object after `plan` was applied and `change` made of its first entry.
fn live(plan: &Plan, change: fn(&mut ValidatingWebhook)) -> ValidatingWebhookConfiguration {
    let mut live = configuration(plan);
    change(live.webhooks.as_mut().unwrap().first_mut().unwrap());
    live
}

#[test]
fn any_change_of_our_entries_shows_and_none_of_others() {
    let plan = planned(&["Pod CREATE"], &["Secret CREATE"]);
    let changes: [fn(&mut ValidatingWebhook); 6] = [
        |own| own.timeout_seconds = Some(1),
        |own| own.failure_policy = Some("Ignore".to_owned()),
        |own| own.client_config.ca_bundle = None,
        |own| own.rules = None,
        |own| {
            own.object_selector.get_or_insert_default().match_labels =
                Some([("a".to_owned(), "b".to_owned())].into());
        },
        |own| own.name = "other.example.com".to_owned(),
    ];
    assert!(shows(&live(&plan, |_| {}), &plan));
    let turned = live(&plan, |own| {
        own.match_conditions.as_mut().unwrap().reverse();
    });
    assert!(shows(&turned, &plan));
    for change in changes {
        assert!(!shows(&live(&plan, change), &plan));
    }
    let mut with_another = configuration(&plan);
    with_another
        .webhooks
        .as_mut()
        .unwrap()
        .push(ValidatingWebhook {
            name: "other.example.com".to_owned(),
            ..ValidatingWebhook::default()
        });
    assert!(shows(&with_another, &plan));
    assert_eq!(removals(&with_another, &plan), None);
}

#[test]
fn what_an_apply_leaves_behind_is_removed_by_name() {
    let both = planned(&["Pod CREATE"], &["Secret CREATE"]);
    let one = planned(&["Pod CREATE"], &[]);
    assert_eq!(
        removals(&configuration(&both), &one),
        Some(json!({"webhooks": [{"$patch": "delete", "name": "observe.portcullis.dev"}]}))
    );
    let moved = live(&one, |own| {
        own.client_config.service = None;
        own.client_config.url = Some("https://127.0.0.1".to_owned());
    });
    assert_eq!(
        removals(&moved, &one),
        Some(json!({"webhooks": [{"$patch": "delete", "name": "enforce.portcullis.dev"}]}))
    );
    let switched_off = live(&one, |own| {
        own.match_conditions.as_mut().unwrap().push(MatchCondition {
            name: "never".to_owned(),
            expression: "false".to_owned(),
        });
    });
    assert!(!shows(&switched_off, &one));
    assert_eq!(
        removals(&switched_off, &one),
        Some(json!({"webhooks": [{
            "name": "enforce.portcullis.dev",
            "matchConditions": [{"$patch": "delete", "name": "never"}],
        }]}))
    );
}

#[test]
fn only_fewer_calls_of_the_same_kind_are_a_shrinking() {
    let big = planned(&["Pod CREATE,UPDATE", "Secret CREATE"], &["Node CREATE"]);
    for (enforce, observe, expected) in [
        (
            &["Pod CREATE,UPDATE", "Secret CREATE"][..],
            &["Node CREATE"][..],
            true,
        ),
        (&["Pod UPDATE"], &[], true),
        (&[], &[], true),
        (&["Pod DELETE"], &[], false),
        (&["ConfigMap CREATE"], &[], false),
        (&[], &["Pod CREATE"], false),
    ] {
        let small = planned(enforce, observe);
        assert_eq!(
            shrinks(&configuration(&big), &small),
            expected,
            "{enforce:?}"
        );
    }
    assert!(!shrinks(&ValidatingWebhookConfiguration::default(), &big));
    let other_ca = live(&big, |own| own.client_config.ca_bundle = None);
    assert!(!shrinks(&other_ca, &big));
}

#[test]
fn more_calls_keep_what_stands() {
    let small = planned(&["Pod UPDATE"], &[]);
    let big = planned(&["Pod CREATE,UPDATE"], &["Node CREATE"]);
    assert!(keeps(&ValidatingWebhookConfiguration::default(), &small));
    assert!(keeps(&configuration(&small), &big));
    assert!(!keeps(&configuration(&big), &small));
}

#[test]
fn managers_of_other_fields_are_not_named() {
    let managed = |manager: &str, fields: Value| ManagedFieldsEntry {
        manager: Some(manager.to_owned()),
        fields_v1: Some(FieldsV1(fields)),
        ..ManagedFieldsEntry::default()
    };
    let mut live = ValidatingWebhookConfiguration::default();
    live.metadata.managed_fields = Some(vec![
        managed("kubectl-edit", json!({"f:webhooks": {}})),
        managed("portcullis", json!({"f:webhooks": {}})),
        managed("helm", json!({"f:metadata": {"f:labels": {}}})),
    ]);
    assert_eq!(foreign_managers(&live), ["kubectl-edit".to_owned()].into());
}
