//! What is bound to the entries of our webhook configuration.
//!
//! Pure. Sets every field that the API server knows, so that a changed one shows, and never an object selector: labels are the user's.

use std::collections::BTreeSet;

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    MatchCondition, ServiceReference, ValidatingWebhook, ValidatingWebhookConfiguration,
    WebhookClientConfig,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use kube::core::ObjectMeta;

use super::discovery::Discovered;
use super::rules::{Known, Registrable, rules};
use super::{Call, ENFORCE, Entry, FailurePolicy, NAME, OBSERVE, Reach, Settings, Wanted};
use crate::source::yaml::to_yaml;

/// The entries to register, and what can't be.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// By name; an entry without rules isn't there.
    pub entries: Vec<ValidatingWebhook>,
    /// Kinds (`example.com/Gadget`) and subresources (`*/name`) in scope for which no rule could be made, in order.
    pub unregistered: Vec<String>,
    /// Whether kinds are in scope that only discovery knows.
    pub needs_discovery: bool,
}

/// A warning is worth neither a refusal nor a longer wait.
const OBSERVING: Call = Call {
    failure_policy: FailurePolicy::Ignore,
    timeout_seconds: 3,
};

/// Match conditions run in the API server, so they hold while we are down. One that fails means the failure policy without a call:
/// a field that may be absent is asked for first. On DELETE there is no `object`, so none names it.
const CONDITIONS: [(&str, &str); 2] = [
    (
        "skip-heartbeats",
        "!(request.resource.group == 'coordination.k8s.io' || \
         (request.resource.group in ['', 'events.k8s.io'] && request.resource.resource == 'events') || \
         (request.resource.group == '' && request.resource.resource == 'endpoints') || \
         (request.resource.group == 'discovery.k8s.io' && request.resource.resource == 'endpointslices'))",
    ),
    (
        "skip-garbage-collection",
        "!(request.operation == 'DELETE' && has(request.userInfo.username) && request.userInfo.username in \
         ['system:kube-controller-manager', \
         'system:serviceaccount:kube-system:generic-garbage-collector', \
         'system:serviceaccount:kube-system:namespace-controller'])",
    ),
];

/// What to register for `wanted`, with the kinds that discovery has found.
#[must_use]
pub fn plan(wanted: &Wanted, discovered: &Discovered) -> Plan {
    let known = Known {
        discovered,
        pod_templates: &wanted.pod_templates,
    };
    let settings = &wanted.settings;
    let enforce = rules(&wanted.enforce, known);
    let observe = rules(&wanted.observe, known);
    let unregistered = enforce.unregistered.union(&observe.unregistered);
    Plan {
        unregistered: unregistered.cloned().collect(),
        needs_discovery: enforce.custom || observe.custom,
        entries: [
            entry(&ENFORCE, settings, settings.enforce, enforce),
            entry(&OBSERVE, settings, OBSERVING, observe),
        ]
        .into_iter()
        .flatten()
        .collect(),
    }
}

/// The whole object as YAML, for `kubectl apply`.
#[must_use]
pub fn manifest(plan: &Plan) -> String {
    // Text, numbers and lists: nothing that can't be a value.
    to_yaml(&serde_json::to_value(configuration(plan)).unwrap_or_default())
}

/// The object as it is applied: its name and our entries.
pub(super) fn configuration(plan: &Plan) -> ValidatingWebhookConfiguration {
    ValidatingWebhookConfiguration {
        metadata: ObjectMeta {
            name: Some(NAME.to_owned()),
            ..ObjectMeta::default()
        },
        webhooks: Some(plan.entries.clone()),
    }
}

fn entry(
    entry: &Entry,
    settings: &Settings,
    call: Call,
    found: Registrable,
) -> Option<ValidatingWebhook> {
    (!found.rules.is_empty()).then(|| ValidatingWebhook {
        name: entry.name.to_owned(),
        client_config: client_config(settings, entry.path),
        rules: Some(found.rules),
        failure_policy: Some(call.failure_policy.as_str().to_owned()),
        match_policy: Some("Equivalent".to_owned()),
        namespace_selector: Some(namespaces(settings)),
        // Empty, yet ours: one that somebody else sets is taken back.
        object_selector: Some(LabelSelector::default()),
        side_effects: "None".to_owned(),
        timeout_seconds: Some(i32::from(call.timeout_seconds)),
        admission_review_versions: vec!["v1".to_owned()],
        match_conditions: Some(conditions()),
    })
}

fn client_config(settings: &Settings, path: &str) -> WebhookClientConfig {
    let (service, url) = match &settings.reach {
        Reach::Service {
            namespace,
            name,
            port,
        } => {
            let service = ServiceReference {
                namespace: namespace.clone(),
                name: name.clone(),
                path: Some(path.to_owned()),
                port: Some(i32::from(*port)),
            };
            (Some(service), None)
        }
        Reach::Url(base) => (None, Some(format!("{}{path}", base.trim_end_matches('/')))),
    };
    WebhookClientConfig {
        ca_bundle: Some(ByteString(settings.ca_bundle.clone().into_bytes())),
        service,
        url,
    }
}

/// All namespaces but ours, `kube-system` and those that the settings leave out, by the one label that no user can change.
fn namespaces(settings: &Settings) -> LabelSelector {
    let own = match &settings.reach {
        Reach::Service { namespace, .. } => Some(namespace.clone()),
        Reach::Url(_) => None,
    };
    let excluded: BTreeSet<String> = own
        .into_iter()
        .chain(["kube-system".to_owned()])
        .chain(settings.excluded_namespaces.iter().cloned())
        .collect();
    LabelSelector {
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: "kubernetes.io/metadata.name".to_owned(),
            operator: "NotIn".to_owned(),
            values: Some(excluded.into_iter().collect()),
        }]),
        match_labels: None,
    }
}

fn conditions() -> Vec<MatchCondition> {
    let condition = |(name, expression): (&str, &str)| MatchCondition {
        name: name.to_owned(),
        expression: expression.to_owned(),
    };
    CONDITIONS.map(condition).into()
}

#[cfg(test)]
mod tests;
