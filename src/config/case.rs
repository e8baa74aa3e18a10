//! The sidecar of a policy's case (`<name>.case.yaml`): everything about the review that isn't the object.
//!
//! Never says whether the case is denied: that is its folder's name, and its `.expected` file's lines.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::error::ConfigError;
use super::file::pod_templates;
use super::matches::OPERATIONS;
use super::reader::{Fields, Node, Reader};
use crate::model::{
    Document, Evidence, Fact, FactName, KubernetesVersion, Operation, PodTemplate, Why,
};

const CASE_KEYS: &[&str] = &[
    "parameters",
    "evidence",
    "kubernetesVersion",
    "podTemplates",
    "now",
    "operation",
    "subResource",
    "userInfo",
    "oldObject",
    "as",
    "why",
    "twins",
];
const EVIDENCE_KEYS: &[&str] = &[
    "namespace",
    "role",
    "serviceAccount",
    "networkPolicies",
    "subjects",
];

/// A case's circumstances; those of a case without a sidecar are the default.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The binding's parameters.
    pub parameters: Map<String, Value>,
    /// The facts gathered.
    pub evidence: Evidence,
    /// The version judged for; `None`: the newest known one.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Kinds of the configuration that hold a pod template.
    pub pod_templates: Vec<PodTemplate>,
    /// The time of the judgement; `None`: the face's.
    pub now: Option<Timestamp>,
    /// What is done to the object; `None`: CREATE, or what an `AdmissionReview` says.
    pub operation: Option<Operation>,
    /// The requested subresource.
    pub sub_resource: Option<String>,
    /// Who does it (`authentication.k8s.io/v1.UserInfo`).
    pub user_info: Option<Value>,
    /// The file of the old object, from the sidecar's folder on; never outside of it.
    pub old_object: Option<String>,
    /// The path that the case's file is recognised by.
    pub as_path: Option<String>,
    /// What the case shows, one sentence.
    pub why: Option<String>,
    /// Whether the case is also judged inside a Deployment, a `CronJob` and as an ephemeral container.
    pub twins: bool,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            parameters: Map::new(),
            evidence: Evidence::default(),
            kubernetes_version: None,
            pod_templates: Vec::new(),
            now: None,
            operation: None,
            sub_resource: None,
            user_info: None,
            old_object: None,
            as_path: None,
            why: None,
            twins: true,
        }
    }
}

/// Reads a sidecar.
pub fn read(document: &Document) -> Result<Case, Vec<ConfigError>> {
    let reader = Reader::new(document);
    let case = reader
        .root("the case")
        .fields(None, CASE_KEYS)
        .map(|fields| case(&fields));
    reader.finish(case)
}

fn case(fields: &Fields<'_>) -> Case {
    let text = |key: &str| fields.optional(key).and_then(Node::text).map(str::to_owned);
    let case = Case {
        parameters: fields
            .optional("parameters")
            .and_then(Node::map)
            .unwrap_or_default(),
        evidence: fields
            .optional("evidence")
            .map(evidence)
            .unwrap_or_default(),
        kubernetes_version: fields
            .optional("kubernetesVersion")
            .and_then(Node::kubernetes_version),
        pod_templates: fields
            .optional("podTemplates")
            .map(pod_templates)
            .unwrap_or_default(),
        now: fields.optional("now").and_then(timestamp),
        operation: fields
            .optional("operation")
            .and_then(|node| node.one_of("operation", &OPERATIONS)),
        sub_resource: text("subResource"),
        user_info: fields
            .optional("userInfo")
            .and_then(Node::map)
            .map(Value::Object),
        old_object: fields.optional("oldObject").and_then(file_below),
        as_path: fields.optional("as").and_then(file_below),
        why: text("why"),
        twins: fields
            .optional("twins")
            .and_then(Node::flag)
            .unwrap_or(true),
    };
    check_together(fields, &case);
    case
}

/// Settings that mean nothing without another are mistakes.
fn check_together(fields: &Fields<'_>, case: &Case) {
    let needs = |key: &'static str, needs: &'static str| {
        if let Some(node) = fields.optional(key) {
            node.fail(ConfigError::Needs {
                key,
                needs,
                at: node.key_at(),
            });
        }
    };
    let has_old = matches!(case.operation, Some(Operation::Update | Operation::Delete));
    // A faulty operation is a mistake already.
    let faulty = case.operation.is_none() && fields.optional("operation").is_some();
    if !has_old && !faulty {
        needs("oldObject", "`operation: UPDATE` or `operation: DELETE`");
    }
    if !case.twins && fields.optional("why").is_none() {
        needs("twins", "`why`");
    }
}

fn timestamp(node: Node<'_>) -> Option<Timestamp> {
    let help = "write date, time and zone, as in `2027-03-01T12:00:00Z`";
    node.parsed(
        "a time such as `2027-03-01T12:00:00Z`",
        Some(help),
        |text| text.parse().ok(),
    )
}

/// A path that can't leave its folder.
fn file_below(node: Node<'_>) -> Option<String> {
    let help = "write it with `/`, from this folder on";
    node.parsed("a path inside the folder", Some(help), |text| {
        let inside = |part: &str| !matches!(part, "" | "." | "..");
        let fits = text.split('/').all(inside) && !text.contains(['\\', ':', '\0']);
        fits.then(|| text.to_owned())
    })
}

fn evidence(node: Node<'_>) -> Evidence {
    let mut evidence = Evidence::default();
    let Some(fields) = node.fields(None, EVIDENCE_KEYS) else {
        return evidence;
    };
    for name in FactName::ALL {
        if let Some(fact) = fields.optional(name.as_str()).and_then(fact) {
            evidence.facts.insert(name, fact);
        }
    }
    evidence
}

/// Reads `{state: known, value: …}` or `{state: unavailable, why: {code, message}}`, as policies see it.
fn fact(node: Node<'_>) -> Option<Fact> {
    let fields = node.fields(None, &["state", "value", "why"])?;
    let state = fields.required("state", "state: known")?;
    let known = state.one_of("state", &[("known", true), ("unavailable", false)])?;
    let misplaced = if known { "why" } else { "value" };
    if let Some(node) = fields.optional(misplaced) {
        let (key, needs) = if known {
            ("why", "`state: unavailable`")
        } else {
            ("value", "`state: known`")
        };
        node.fail(ConfigError::Needs {
            key,
            needs,
            at: node.key_at(),
        });
    }
    if known {
        return fields
            .required("value", "value: {}")
            .map(|node| Fact::known(node.value().clone()));
    }
    let why = fields.required(
        "why",
        "why: {code: not_scanned, message: not in the scanned files}",
    )?;
    let fields = why.fields(None, &["code", "message"])?;
    let code = fields
        .required("code", "code: not_scanned")
        .and_then(Node::text);
    let message = fields
        .required("message", "message: not in the scanned files")
        .and_then(Node::text);
    Some(Fact::Unavailable(Why {
        code: code?.to_owned(),
        message: message?.to_owned(),
    }))
}

#[cfg(test)]
mod tests;
