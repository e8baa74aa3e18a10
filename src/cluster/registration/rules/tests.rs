//! Scopes and the rules they make.

use super::*;
use crate::cluster::registration::fixture::{discovered, pod_template, scopes, served};

/// Rules as `group/versions resources operations scope`, and what is missing.
fn shown(found: &Registrable) -> Vec<String> {
    let list = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join(",");
    let rule = |rule: &RuleWithOperations| {
        format!(
            "{}/{} {} {} {}",
            list(&rule.api_groups),
            list(&rule.api_versions),
            list(&rule.resources),
            list(&rule.operations),
            rule.scope.as_deref().unwrap_or_default(),
        )
    };
    let missing = found
        .unregistered
        .iter()
        .map(|one| format!("missing {one}"));
    found.rules.iter().map(rule).chain(missing).collect()
}

#[track_caller]
fn check(texts: &[&str], expected: &[&str]) {
    let gadgets = [
        served("example.com", "Gadget"),
        served("example.com", "Rollout"),
    ];
    let pod_templates = [pod_template("example.com", "Rollout")];
    let known = Known {
        discovered: &discovered(&gadgets),
        pod_templates: &pod_templates,
    };
    assert_eq!(shown(&rules(&scopes(texts), known)), expected);
}

const POD_RULES: [&str; 5] = [
    "/v1 pods,podtemplates,replicationcontrollers CREATE,UPDATE Namespaced",
    "/v1 pods/ephemeralcontainers,pods/resize UPDATE Namespaced",
    "apps/v1 daemonsets,deployments,replicasets,statefulsets CREATE,UPDATE Namespaced",
    "batch/v1 cronjobs,jobs CREATE,UPDATE Namespaced",
    "example.com/v1 rollouts CREATE,UPDATE Namespaced",
];

#[test]
fn a_pod_policy_is_asked_about_templates_and_the_subresources_that_carry_a_pod() {
    let rules = &POD_RULES;
    check(&["Pod CREATE,UPDATE"], rules);
    check(&["Pod CREATE,UPDATE ephemeralcontainers"], rules);
    check(&["Pod CREATE", "Pod UPDATE ephemeralcontainers"], rules);
    check(
        &["Pod CREATE  no-templates"],
        &["/v1 pods CREATE Namespaced"],
    );
    check(
        &["Pod UPDATE  no-templates"],
        &["/v1 pods,pods/ephemeralcontainers,pods/resize UPDATE Namespaced"],
    );
}

#[test]
fn delete_is_registered_only_for_what_a_scope_deletes() {
    check(&["Pod DELETE"], &["/v1 pods DELETE Namespaced"]);
    check(
        &[
            "Secret CREATE",
            "Namespace DELETE",
            "Node DELETE",
            "Secret DELETE",
        ],
        &[
            "/v1 secrets CREATE,DELETE Namespaced",
            "/v1 namespaces,nodes DELETE Cluster",
        ],
    );
}

#[test]
fn the_version_that_policies_judge_is_named_and_the_server_converts_the_others() {
    check(
        &["autoscaling/HorizontalPodAutoscaler CREATE"],
        &["autoscaling/v2 horizontalpodautoscalers CREATE Namespaced"],
    );
    check(
        &["resource.k8s.io/ResourceClaim CREATE"],
        &["resource.k8s.io/v1,v1beta2,v1beta1,v1alpha3 resourceclaims CREATE Namespaced"],
    );
}

#[test]
fn a_subresource_is_registered_if_a_scope_names_it_and_by_the_operation_that_it_has() {
    for (scope, expected) in [
        (
            "PodExecOptions CONNECT exec",
            "/v1 pods/exec CONNECT Namespaced",
        ),
        (
            "PodExecOptions,PodAttachOptions CREATE,CONNECT exec,attach",
            "/v1 pods/attach,pods/exec CONNECT Namespaced",
        ),
        (
            "NodeProxyOptions CONNECT proxy",
            "/v1 nodes/proxy CONNECT Cluster",
        ),
        (
            "policy/Eviction CREATE eviction",
            "/v1 pods/eviction CREATE Namespaced",
        ),
        (
            "authentication.k8s.io/TokenRequest CREATE,UPDATE token",
            "/v1 serviceaccounts/token CREATE Namespaced",
        ),
        (
            "autoscaling/Scale CREATE,UPDATE scale",
            "*/* */scale UPDATE *",
        ),
        ("* CONNECT", "missing *"),
    ] {
        check(&[scope], &[expected]);
    }
    check(
        &["Binding CREATE binding"],
        &["/v1 bindings,pods/binding CREATE Namespaced"],
    );
    check(
        &["Service CREATE,UPDATE status"],
        &[
            "/v1 services CREATE,UPDATE Namespaced",
            "/v1 services/status UPDATE Namespaced",
        ],
    );
    check(
        &["* CONNECT exec,portforward"],
        &["/v1 pods/exec,pods/portforward CONNECT Namespaced"],
    );
}

#[test]
fn any_kind_means_all_resources_and_never_all_subresources() {
    check(
        &["* CREATE,UPDATE"],
        &[
            "/v1 pods/ephemeralcontainers,pods/resize UPDATE Namespaced",
            "*/* * CREATE,UPDATE *",
        ],
    );
    check(&["apps/* CREATE"], &["apps/v1 * CREATE *"]);
    check(&["autoscaling/* CREATE"], &["autoscaling/v2 * CREATE *"]);
    check(&["example.com/* CREATE"], &["example.com/v1 * CREATE *"]);
    check(&["other.example/* CREATE"], &["missing other.example/*"]);
}

#[test]
fn a_custom_kind_comes_by_discovery_and_is_missing_until_then() {
    check(
        &["example.com/Gadget CREATE status"],
        &[
            "example.com/v1 gadgets CREATE Namespaced",
            "missing */status",
        ],
    );
    check(
        &["example.com/Gadget UPDATE status"],
        &["example.com/v1 gadgets,gadgets/status UPDATE Namespaced"],
    );
    check(
        &["example.com/Widget CREATE"],
        &["missing example.com/Widget"],
    );
    let known = Known {
        discovered: &Discovered::default(),
        pod_templates: &[pod_template("example.com", "Rollout")],
    };
    let found = rules(&scopes(&["Pod CREATE"]), known);
    assert!(found.custom && found.unregistered.contains("example.com/Rollout"));
    let found = rules(&scopes(&["Secret,apps/*,policy/Eviction CREATE"]), known);
    assert!(!found.custom);
}

#[test]
fn what_can_never_be_called_is_missing_by_name() {
    for scope in [
        "coordination.k8s.io/Lease CREATE",
        "coordination.k8s.io/* CREATE",
        "discovery.k8s.io/EndpointSlice CREATE",
        "Event CREATE",
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration CREATE",
        "PodExecOptions CONNECT",
        "Secret CONNECT",
        "Pod CONNECT",
    ] {
        let (kind, _) = scope.split_once(' ').unwrap();
        check(&[scope], &[&format!("missing {kind}")]);
    }
    check(
        &["Pod CREATE exec no-templates"],
        &["/v1 pods CREATE Namespaced", "missing */exec"],
    );
}

#[test]
fn kinds_that_only_files_hold_are_neither_registered_nor_missing() {
    check(
        &["networking.k8s.io/Ingress,extensions/Ingress,artifact.portcullis.dev/Workflow CREATE"],
        &["networking.k8s.io/v1 ingresses CREATE Namespaced"],
    );
}

#[test]
fn neither_order_nor_repetition_of_scopes_matters() {
    let texts = [
        "Pod CREATE,UPDATE",
        "Secret DELETE",
        "apps/Deployment UPDATE",
        "* CREATE",
    ];
    let known = Known {
        discovered: &Discovered::default(),
        pod_templates: &[],
    };
    let once = rules(&scopes(&texts), known);
    let turned: Vec<&str> = texts.iter().rev().chain(&texts).copied().collect();
    assert_eq!(rules(&scopes(&turned), known).rules, once.rules);
}
