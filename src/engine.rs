//! The policy engine: policies and a review go in, a decision comes out.
//!
//! Pure, synchronous, total: no clock, no IO, no threads; a policy that fails is a `Failure`, never the end of a run.

mod builtins;
mod compat;
mod evaluate;
mod expand;
mod metadata;
mod object;
mod policy_set;
mod rego;
mod syntax;
pub mod testing;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::model::{KubernetesVersion, PodTemplate, SourceText, YamlReader};

pub use evaluate::{Ran, evaluate, evaluate_observed, evaluate_until, unjudged};
pub use expand::template_kinds;
pub use object::read;
pub use policy_set::{BindProblem, Bindings, PolicySet, build};
pub use rego::Unreadable;

/// One policy file.
#[derive(Debug, Clone)]
pub struct PolicySource {
    /// Its text; the name is its path, such as `policies/least-privilege/host-port/policy.rego`.
    pub text: Arc<SourceText>,
    /// Whether it is embedded: its load checks ran in the gate, so only its METADATA is read at start.
    pub shipped: bool,
}

/// What a policy set is built for.
#[derive(Clone)]
pub struct Options {
    /// The version that `data.portcullis.kubernetesVersion` names.
    pub kubernetes_version: KubernetesVersion,
    /// Custom kinds that hold pod templates.
    pub pod_templates: Vec<PodTemplate>,
    /// Wall time that one rule of a policy may take for one object.
    pub time_limit: Duration,
    /// Reads YAML as OPA does: METADATA and the `yaml.*` builtins.
    pub yaml: YamlReader,
    /// Writes YAML, for `yaml.marshal`.
    pub to_yaml: fn(&Value) -> String,
}

impl Options {
    /// Wall time of one rule where nobody says otherwise.
    pub const TIME_LIMIT: Duration = Duration::from_millis(250);

    /// What all units share.
    fn settings(&self) -> rego::Settings {
        let version = rego::Val::string(&self.kubernetes_version.known().to_string());
        let own = rego::Val::object([("kubernetesVersion", version)]);
        rego::Settings {
            time_limit: self.time_limit,
            context: builtins::Context {
                yaml: self.yaml,
                to_yaml: self.to_yaml,
            },
            data: rego::Val::object([("portcullis", own)]),
        }
    }
}

#[cfg(test)]
mod tests;
