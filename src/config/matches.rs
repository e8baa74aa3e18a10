//! The `match` of a binding: which reviews it concerns.
//!
//! Never takes a pattern that could match nothing by its spelling alone: a setting without effect would look like one in force.

use super::error::ConfigError;
use super::reader::Node;
use crate::model::{
    KindPattern, LabelRequirement, LabelSelector, Match, Operation, RequirementOperator,
};

/// The keys of `match`.
pub(super) const MATCH_KEYS: &[&str] = &[
    "kinds",
    "namespaces",
    "excludedNamespaces",
    "labelSelector",
    "operations",
];
/// The keys of `labelSelector`.
pub(super) const SELECTOR_KEYS: &[&str] = &["matchLabels", "matchExpressions"];
/// The keys of a label requirement.
pub(super) const REQUIREMENT_KEYS: &[&str] = &["key", "operator", "values"];

/// All operations by name.
pub(super) const OPERATIONS: [(&str, Operation); 4] = [
    ("CREATE", Operation::Create),
    ("UPDATE", Operation::Update),
    ("DELETE", Operation::Delete),
    ("CONNECT", Operation::Connect),
];

/// Operators of `meta/v1.LabelSelectorRequirement`, and whether they take values.
pub(super) const OPERATORS: [(&str, RequirementOperator); 4] = [
    ("In", RequirementOperator::In),
    ("NotIn", RequirementOperator::NotIn),
    ("Exists", RequirementOperator::Exists),
    ("DoesNotExist", RequirementOperator::DoesNotExist),
];

/// The kinds of the core group that objects of a manifest have.
const CORE_KINDS: &[&str] = &[
    "Binding",
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "ResourceQuota",
    "Secret",
    "Service",
    "ServiceAccount",
];

/// Groups of kinds that people write without their group.
const GROUPS: &[(&str, &str)] = &[
    ("Deployment", "apps"),
    ("StatefulSet", "apps"),
    ("DaemonSet", "apps"),
    ("ReplicaSet", "apps"),
    ("Job", "batch"),
    ("CronJob", "batch"),
    ("Ingress", "networking.k8s.io"),
    ("NetworkPolicy", "networking.k8s.io"),
    ("Role", "rbac.authorization.k8s.io"),
    ("ClusterRole", "rbac.authorization.k8s.io"),
    ("RoleBinding", "rbac.authorization.k8s.io"),
    ("ClusterRoleBinding", "rbac.authorization.k8s.io"),
];

/// Reads a `match`.
pub(super) fn read_match(node: Node<'_>) -> Option<Match> {
    let fields = node.fields(None, MATCH_KEYS)?;
    Some(Match {
        kinds: fields.list("kinds", kind),
        namespaces: fields.list("namespaces", namespace_glob),
        excluded_namespaces: fields.list("excludedNamespaces", namespace_glob),
        label_selector: fields.optional("labelSelector").and_then(label_selector),
        operations: fields.list("operations", |node| node.one_of("operation", &OPERATIONS)),
    })
}

/// A glob over namespaces; a name that no namespace can have is refused.
pub(super) fn namespace_glob(node: Node<'_>) -> Option<String> {
    let help = "namespaces have lower case letters, digits and `-`; `*` stands for any of them";
    node.parsed(
        "a namespace or a glob such as `prod-*`",
        Some(help),
        |text| {
            let fits =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '*');
            text.chars().all(fits).then(|| text.to_owned())
        },
    )
}

fn kind(node: Node<'_>) -> Option<KindPattern> {
    let text = node.text()?;
    let pattern = KindPattern::parse(text);
    let groupless = pattern
        .as_ref()
        .is_some_and(|pattern| pattern.group.as_deref() == Some(""));
    match pattern {
        Some(pattern) if !groupless || CORE_KINDS.contains(&text) => Some(pattern),
        // A core kind that doesn't exist would match nothing, and the binding would be without effect.
        Some(_) => node.parsed(KIND_OF_CORE, Some(&group_help(text)), |_| None),
        None => node.parsed(
            KIND,
            Some("write `Pod`, `apps/Deployment`, `apps/*` or `*`"),
            |_| None,
        ),
    }
}

const KIND: &str = "a kind such as `apps/Deployment`";
const KIND_OF_CORE: &str = "a kind of the core group";

fn group_help(kind: &str) -> String {
    let known = GROUPS.iter().find(|(name, _)| *name == kind);
    match known {
        Some((_, group)) => format!("write `{group}/{kind}`"),
        None => "write its group before it, as in `apps/Deployment`".to_owned(),
    }
}

fn label_selector(node: Node<'_>) -> Option<LabelSelector> {
    let fields = node.fields(None, SELECTOR_KEYS)?;
    let labels = fields
        .optional("matchLabels")
        .and_then(Node::members)
        .unwrap_or_default();
    let label =
        |(key, value): (&str, Node<'_>)| Some((key.to_owned(), value.any_text()?.to_owned()));
    Some(LabelSelector {
        match_labels: labels.into_iter().filter_map(label).collect(),
        match_expressions: fields.list("matchExpressions", requirement),
    })
}

fn requirement(node: Node<'_>) -> Option<LabelRequirement> {
    let fields = node.fields(Some("a label requirement".to_owned()), REQUIREMENT_KEYS)?;
    let key = fields.required("key", "key: app").and_then(Node::text);
    let operator = fields.required("operator", "operator: In");
    let values = fields.list("values", |node| node.any_text().map(str::to_owned));
    let (operator_name, operator) = operator.and_then(|node| {
        let operator = node.one_of("operator", &OPERATORS)?;
        let (name, _) = OPERATORS.iter().find(|(_, other)| *other == operator)?;
        Some((*name, operator))
    })?;
    let takes = matches!(
        operator,
        RequirementOperator::In | RequirementOperator::NotIn
    );
    if takes == values.is_empty() {
        node.fail(ConfigError::SelectorValues {
            operator: operator_name,
            takes,
            at: node.at(),
        });
    }
    Some(LabelRequirement {
        key: key?.to_owned(),
        operator,
        values,
    })
}
