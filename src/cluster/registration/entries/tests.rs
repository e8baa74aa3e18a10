//! Entries as they are registered.

use super::*;
use crate::cluster::registration::fixture::wanted;
use crate::cluster::registration::kinds::KINDS;

/// As the shipped policies scope themselves.
const SHIPPED: [&str; 9] = [
    "Pod CREATE,UPDATE ephemeralcontainers",
    "Pod,ServiceAccount CREATE,UPDATE",
    "Pod,Secret CREATE,UPDATE",
    "rbac.authorization.k8s.io/Role,rbac.authorization.k8s.io/ClusterRole CREATE,UPDATE",
    "rbac.authorization.k8s.io/RoleBinding,rbac.authorization.k8s.io/ClusterRoleBinding CREATE,UPDATE",
    "Service CREATE,UPDATE",
    "networking.k8s.io/NetworkPolicy CREATE,UPDATE",
    "networking.k8s.io/Ingress,extensions/Ingress CREATE,UPDATE",
    "Namespace CREATE,UPDATE",
];

fn planned(wanted: &Wanted) -> Plan {
    plan(wanted, &Discovered::default())
}

#[test]
fn the_shipped_scopes_make_one_readable_object() {
    let plan = planned(&wanted(1, &SHIPPED, &["PersistentVolume CREATE,UPDATE"]));
    assert_eq!(plan.unregistered, Vec::<String>::new());
    insta::assert_snapshot!(manifest(&plan));
}

#[test]
fn an_entry_without_rules_is_not_registered() {
    let names = |wanted: &Wanted| -> Vec<String> {
        let entries = planned(wanted).entries;
        entries.into_iter().map(|entry| entry.name).collect()
    };
    let both = wanted(1, &["Pod CREATE"], &["Secret CREATE"]);
    assert_eq!(names(&both), [ENFORCE.name, OBSERVE.name]);
    assert_eq!(names(&wanted(1, &[], &["Secret CREATE"])), [OBSERVE.name]);
    let nothing = wanted(1, &["other.example/Gadget CREATE"], &[]);
    assert_eq!(names(&nothing), [] as [&str; 0]);
    assert_eq!(planned(&nothing).unregistered, ["other.example/Gadget"]);
}

#[test]
fn a_url_gets_the_path_of_the_entry_and_no_namespace_of_ours() {
    let mut wanted = wanted(1, &["Pod CREATE"], &[]);
    wanted.settings.reach = Reach::Url("https://127.0.0.1:8443/".to_owned());
    wanted.settings.enforce.failure_policy = FailurePolicy::Ignore;
    let plan = planned(&wanted);
    let entry = plan.entries.first().unwrap();
    assert_eq!(
        entry.client_config.url.as_deref(),
        Some("https://127.0.0.1:8443/validate/enforce")
    );
    assert_eq!(entry.client_config.service, None);
    assert_eq!(entry.failure_policy.as_deref(), Some("Ignore"));
    let selector = entry.namespace_selector.as_ref().unwrap();
    let values = selector.match_expressions.as_ref().unwrap().first();
    let values = values.unwrap().values.clone().unwrap();
    assert_eq!(values, ["kube-system", "legacy"]);
}

#[test]
fn what_the_conditions_skip_is_never_registered_by_name() {
    let (_, skipped) = CONDITIONS[0];
    let exempt = "admissionregistration.k8s.io";
    for kind in KINDS.iter().filter(|kind| kind.versions.is_empty()) {
        let by_condition = skipped.contains(&format!("'{}'", kind.resource))
            || skipped.contains(&format!("group == '{}' ||", kind.group));
        let read_only = kind.kind == "ComponentStatus";
        assert!(
            by_condition || read_only || kind.group == exempt,
            "{}",
            kind.kind
        );
    }
}
