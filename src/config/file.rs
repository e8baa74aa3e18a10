//! The configuration `.portcullis.yaml`: which policies run, for which version, and what isn't looked at.
//!
//! Holds what was written; what comes of it together with profiles and flags is `resolve`'s.

use serde_json::{Map, Value};

use super::error::{At, ConfigError, Placed};
use super::matches::read_match;
use super::nearest::shown;
use super::reader::{Fields, Node, Reader};
use crate::model::{
    Document, Enforcement, ExistingViolations, InlineMode, KindPattern, KubernetesVersion, Match,
    Path, PathElement, PodTemplate, PolicyId, PolicyPattern,
};

/// How many days ahead an exemption may end where the configuration says nothing.
pub const DEFAULT_EXEMPTION_MAX_DAYS: u32 = 180;
/// The most that `exemptionMaxDays` takes: ten years.
pub(super) const MOST_EXEMPTION_DAYS: u32 = 3653;

/// The keys of the configuration.
pub(super) const CONFIG_KEYS: &[&str] = &[
    "version",
    "kubernetesVersion",
    "profiles",
    "policies",
    "podTemplates",
    "skip",
    "exclude",
    "inline",
    "exemptionMaxDays",
];
/// The keys of an entry of `policies`.
pub(super) const ENTRY_KEYS: &[&str] = &[
    "enforcement",
    "templates",
    "existingViolations",
    "parameters",
    "match",
];
/// The keys of an entry of `podTemplates`.
pub(super) const TEMPLATE_KEYS: &[&str] = &["group", "kind", "path"];

/// Enforcements as a configuration writes them; `ValidatingAdmissionPolicyBinding`'s spelling is taken too.
pub(super) const ENFORCEMENTS: [(&str, Enforcement); 6] = [
    ("deny", Enforcement::Deny),
    ("warn", Enforcement::Warn),
    ("audit", Enforcement::Audit),
    ("Deny", Enforcement::Deny),
    ("Warn", Enforcement::Warn),
    ("Audit", Enforcement::Audit),
];

/// The values of `existingViolations`, in either case.
pub(super) const EXISTING: [(&str, ExistingViolations); 4] = [
    ("warn", ExistingViolations::Warn),
    ("deny", ExistingViolations::Deny),
    ("Warn", ExistingViolations::Warn),
    ("Deny", ExistingViolations::Deny),
];

/// The values of `inline`.
pub(super) const INLINE_MODES: [(&str, InlineMode); 3] = [
    ("allow", InlineMode::Allow),
    ("low-only", InlineMode::LowOnly),
    ("deny", InlineMode::Deny),
];

/// A configuration as written; the default is that of a run without one.
#[derive(Debug, Clone)]
pub struct Config {
    /// The Kubernetes version to judge for.
    pub kubernetes_version: Option<KubernetesVersion>,
    /// The profiles; `None`: the default one.
    pub profiles: Option<Vec<Placed<String>>>,
    /// Policies bound or changed by name, in the order of the text.
    pub policies: Vec<PolicyEntry>,
    /// Custom kinds that hold pod templates.
    pub pod_templates: Vec<PodTemplate>,
    /// Policies that aren't run.
    pub skip: Vec<Placed<PolicyPattern>>,
    /// Paths that aren't looked at, as `.gitignore` writes them.
    pub exclude: Vec<String>,
    /// Which comments may exempt.
    pub inline: InlineMode,
    /// How many days ahead an exemption may end.
    pub exemption_max_days: u32,
    pub(super) documents: Vec<Document>,
}

/// An entry of `policies`: binds a policy, or changes what a profile binds.
#[derive(Debug, Clone)]
pub struct PolicyEntry {
    /// The policy.
    pub policy: Placed<PolicyId>,
    /// What a violation costs.
    pub enforcement: Option<Enforcement>,
    /// What a violation in a pod template costs.
    pub templates: Option<Enforcement>,
    /// What becomes of violations that the old object has too.
    pub existing: Option<ExistingViolations>,
    /// Parameters to set.
    pub parameters: Option<Map<String, Value>>,
    /// Which reviews it concerns.
    pub matches: Option<Match>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            kubernetes_version: None,
            profiles: None,
            policies: Vec::new(),
            pod_templates: Vec::new(),
            skip: Vec::new(),
            exclude: Vec::new(),
            inline: InlineMode::default(),
            exemption_max_days: DEFAULT_EXEMPTION_MAX_DAYS,
            documents: Vec::new(),
        }
    }
}

impl Config {
    /// The error that parameters of `policy` don't fit its schema: at `path` of the parameters, where this configuration has them.
    #[must_use]
    pub fn parameters_error(&self, policy: &PolicyId, path: &Path, message: String) -> ConfigError {
        let policy = policy.clone();
        ConfigError::Parameters {
            at: self.parameters_at(&policy, path),
            policy,
            message,
        }
    }

    /// Where the parameters of `policy` stand: the value at `path`, else its nearest parent down to the policy's own key.
    fn parameters_at(&self, policy: &PolicyId, path: &Path) -> At {
        let key = |name: &str| PathElement::Key(name.to_owned());
        let entry = [key("policies"), key(policy.as_str())];
        let mut documents = self.documents.iter();
        let Some(document) = documents.find(|document| document.mark(&entry).1) else {
            return At::Run;
        };
        let mut whole = entry.to_vec();
        whole.push(key("parameters"));
        whole.extend(path.elements().iter().cloned());
        At::text(&document.source, document.mark(&whole).0)
    }
}

/// Reads `.portcullis.yaml`.
pub fn read(document: &Document) -> Result<Config, Vec<ConfigError>> {
    let reader = Reader::new(document);
    let root = reader.root("the configuration");
    let config = root
        .fields(None, CONFIG_KEYS)
        .map(|fields| config(&fields, document));
    reader.finish(config)
}

fn config(fields: &Fields<'_>, document: &Document) -> Config {
    fields.version_one();
    let max_days = fields.optional("exemptionMaxDays");
    let inline = fields.optional("inline");
    Config {
        kubernetes_version: fields
            .optional("kubernetesVersion")
            .and_then(Node::kubernetes_version),
        profiles: fields
            .optional("profiles")
            .map(|node| node.list(Node::placed_text)),
        policies: fields
            .optional("policies")
            .map(policies)
            .unwrap_or_default(),
        pod_templates: fields
            .optional("podTemplates")
            .map(pod_templates)
            .unwrap_or_default(),
        skip: fields.texts("skip").into_iter().map(pattern).collect(),
        exclude: fields
            .texts("exclude")
            .into_iter()
            .map(|path| path.value)
            .collect(),
        inline: inline
            .and_then(|node| node.one_of("inline mode", &INLINE_MODES))
            .unwrap_or_default(),
        exemption_max_days: max_days
            .and_then(|node| node.number(1, MOST_EXEMPTION_DAYS))
            .unwrap_or(DEFAULT_EXEMPTION_MAX_DAYS),
        documents: vec![document.clone()],
    }
}

fn pattern(text: Placed<String>) -> Placed<PolicyPattern> {
    Placed {
        value: PolicyPattern::new(text.value),
        at: text.at,
    }
}

fn policies(node: Node<'_>) -> Vec<PolicyEntry> {
    let members = node.members().unwrap_or_default();
    members
        .into_iter()
        .filter_map(|(id, node)| policy_entry(id, node))
        .collect()
}

fn policy_entry(id: &str, node: Node<'_>) -> Option<PolicyEntry> {
    let policy = policy_id(id, node.key_at());
    if let Err(error) = &policy {
        node.fail(error.clone());
    }
    let fields = node.fields(None, ENTRY_KEYS)?;
    let enforcement = fields.optional("enforcement");
    let matches = fields.optional("match");
    let entry = PolicyEntry {
        policy: Placed {
            value: policy.ok()?,
            at: node.key_at(),
        },
        enforcement: enforcement.and_then(|node| node.one_of("enforcement", &ENFORCEMENTS)),
        templates: fields
            .optional("templates")
            .and_then(|node| node.one_of("enforcement", &ENFORCEMENTS)),
        existing: fields
            .optional("existingViolations")
            .and_then(|node| node.one_of("price of existing violations", &EXISTING)),
        parameters: fields.optional("parameters").and_then(Node::map),
        matches: matches.and_then(read_match),
    };
    Some(entry)
}

/// The policy id `text`, which stands at `at`.
pub(super) fn policy_id(text: &str, at: At) -> Result<PolicyId, ConfigError> {
    text.parse().map_err(|_| ConfigError::Malformed {
        text: shown(text),
        wanted: "a policy id such as `least-privilege/host-port`",
        help: Some("`portcullis policies` lists all policies".to_owned()),
        at,
    })
}

pub(super) fn pod_templates(node: Node<'_>) -> Vec<PodTemplate> {
    let mut templates: Vec<PodTemplate> = Vec::new();
    for node in node.entries() {
        let Some(template) = pod_template(node) else {
            continue;
        };
        if templates.contains(&template) {
            let name = format!("{}/{}", template.group, template.kind);
            node.fail(ConfigError::Duplicate {
                what: "pod template of",
                name,
                at: node.at(),
            });
        }
        templates.push(template);
    }
    templates
}

fn pod_template(node: Node<'_>) -> Option<PodTemplate> {
    let fields = node.fields(Some("a pod template".to_owned()), TEMPLATE_KEYS)?;
    let group = fields
        .required("group", "group: argoproj.io")
        .and_then(Node::any_text);
    let kind = fields.required("kind", "kind: Rollout").and_then(|node| {
        let help = "a kind begins with a capital letter; its group is a key of its own";
        node.parsed("a kind such as `Rollout`", Some(help), |text| {
            KindPattern::parse(text)
                .filter(|it| it.kind.as_deref() == Some(text))
                .map(|_| text)
        })
    });
    let path = fields
        .required("path", "path: spec.template")
        .and_then(|node| {
            let help = "write the keys from the object's top to its template, with dots";
            node.parsed("a path such as `spec.template`", Some(help), Path::parse)
        });
    Some(PodTemplate {
        group: group?.to_owned(),
        kind: kind?.to_owned(),
        path: path?,
    })
}

#[cfg(test)]
mod tests;
