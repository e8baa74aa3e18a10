//! From policy files to a set: modules, metadata, units, the index of who judges what, digests.
//!
//! One bad policy harms no other: `build` never fails whole, and says everything that is wrong with every file.

mod bindings;
mod digest;
mod modules;
mod parameters;
mod required;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::compat::{self, Checks};
use super::rego::{Prepared, RunError, Settings, Val};
use super::{Options, PolicySource, metadata};
use crate::model::{
    Digest, FailureClass, LoadProblem, Needs, PodTemplate, Policy, PolicyId, Review, Span,
};

pub use bindings::{BindProblem, Bindings};
pub(crate) use bindings::{BoundPolicy, Rule};
pub(crate) use modules::{Modules, closure, is_test};
use required::Required;

/// The rule of a policy that holds its violations.
const ENTRY: &str = "violation";

/// All policies in force, prepared when first needed; shared by all threads.
pub struct PolicySet {
    units: Vec<Arc<Unit>>,
    policies: Vec<Arc<Policy>>,
    pod_templates: Vec<PodTemplate>,
    digest: Digest,
}

/// A policy with the modules that it is evaluated from.
pub(crate) struct Unit {
    /// Its metadata.
    pub(crate) policy: Arc<Policy>,
    modules: Vec<Arc<compat::Module>>,
    checked: bool,
    settings: Settings,
    prepared: OnceLock<Result<Prepared, RunError>>,
    parameters: OnceLock<Option<parameters::Schema>>,
    required: OnceLock<Required>,
}

/// Builds a set of all sources that load, and says what is wrong with the others.
///
/// Files of tests are left out: they are no part of what decides.
#[must_use]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the set keeps the texts alive: the caller has no further use for the list"
)]
pub fn build(sources: Vec<PolicySource>, options: &Options) -> (PolicySet, Vec<LoadProblem>) {
    let settings = options.settings();
    let digest = digest::of_set(&sources, options);
    let (modules, mut problems) = Modules::load(&sources, |source| !is_test_file(source));
    let mut units: BTreeMap<PolicyId, Arc<Unit>> = BTreeMap::new();
    for position in modules.entries() {
        let Some(module) = modules.module(position) else {
            continue;
        };
        let (policy, found) = metadata::read(module, options.yaml);
        problems.extend(found);
        let Some(policy) = policy else { continue };
        if let Some(first) = units.get(&policy.id) {
            problems.push(duplicate(module, &policy, &first.policy));
            continue;
        }
        match Unit::new(policy, &modules, position, &settings) {
            Ok(unit) => {
                units.insert(unit.policy.id.clone(), Arc::new(unit));
            }
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(modules.check_unused(units.values().flat_map(|unit| &unit.modules)));
    let units: Vec<Arc<Unit>> = units.into_values().collect();
    let set = PolicySet {
        policies: units.iter().map(|unit| Arc::clone(&unit.policy)).collect(),
        units,
        pod_templates: options.pod_templates.clone(),
        digest,
    };
    (set, problems)
}

impl PolicySet {
    /// A digest over everything that decides: sources, base data, pod templates, our version and regorus'.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The policies that loaded, sorted by id.
    #[must_use]
    pub fn policies(&self) -> &[Arc<Policy>] {
        &self.policies
    }

    /// The policy of that id; `None` if none loaded.
    #[must_use]
    pub fn policy(&self, id: &PolicyId) -> Option<&Arc<Policy>> {
        self.unit(id).map(|unit| &unit.policy)
    }

    /// What has to be known before `review` can be judged.
    #[must_use]
    pub fn needs(&self, bindings: &Bindings, review: &Review) -> Needs {
        let selected = super::evaluate::select(self, bindings, review);
        Needs {
            applies: !selected.is_empty(),
            facts: selected
                .iter()
                .flat_map(|one| one.policy.unit.policy.evidence.iter().copied())
                .collect(),
            templates: selected
                .iter()
                .map(super::evaluate::Selected::template_paths)
                .max_by_key(Vec::len)
                .unwrap_or_default(),
        }
    }

    /// Whether any policy may judge `review`, whatever its objects say: kind, operation and subresource decide.
    #[must_use]
    pub fn may_apply(&self, bindings: &Bindings, review: &Review) -> bool {
        super::evaluate::may_apply(self, bindings, review)
    }

    /// Whether the policy may give a violation a severity of its own; told by its text, so sooner yes than no.
    #[must_use]
    pub fn grades_violations(&self, id: &PolicyId) -> bool {
        let texts = |unit: &Arc<Unit>| {
            let mut modules = unit.modules.iter();
            modules.any(|module| module.source.text().contains("severity\""))
        };
        self.unit(id).is_some_and(texts)
    }

    /// Prepares the bound units now instead of when they are first needed.
    pub fn prepare_bound(&self, bindings: &Bindings) {
        for unit in bindings.units() {
            // A unit that can't be prepared says so as a failure of each review.
            let _ = unit.prepared();
        }
    }

    /// Prepares all units now instead of when they are first needed.
    pub fn prepare_all(&self) {
        for unit in &self.units {
            // A unit that can't be prepared says so as a failure of each review.
            let _ = unit.prepared();
        }
    }

    /// Prepares the units that judge `review`, the last one first: who judges it at the same time begins with the first.
    pub fn prepare(&self, bindings: &Bindings, review: &Review) {
        for one in super::evaluate::select(self, bindings, review).iter().rev() {
            let _ = one.policy.unit.prepared();
        }
    }

    pub(crate) fn pod_templates(&self) -> &[PodTemplate] {
        &self.pod_templates
    }

    fn unit(&self, id: &PolicyId) -> Option<&Arc<Unit>> {
        let position = self
            .units
            .binary_search_by(|unit| unit.policy.id.cmp(id))
            .ok()?;
        self.units.get(position)
    }
}

impl Unit {
    /// The unit of the policy at `position`; policies from outside are checked and prepared at once.
    fn new(
        policy: Policy,
        modules: &Modules,
        position: usize,
        settings: &Settings,
    ) -> Result<Self, Vec<LoadProblem>> {
        let parts = closure(modules, position);
        let unit = Self {
            checked: !parts.iter().all(|module| modules.is_shipped(module)),
            modules: parts,
            policy: Arc::new(policy),
            settings: settings.clone(),
            prepared: OnceLock::new(),
            parameters: OnceLock::new(),
            required: OnceLock::new(),
        };
        if unit.checked {
            let edited = unit.edit(Checks::Full)?;
            let prepared =
                Prepared::new(&edited, settings).map_err(|error| vec![unit.problem(&error)])?;
            // The cell is new: nobody has set it.
            let _ = unit.prepared.set(Ok(prepared));
        }
        Ok(unit)
    }

    /// The unit ready to run, prepared on first use.
    pub(crate) fn prepared(&self) -> Result<&Prepared, &RunError> {
        let prepare = || {
            let unit = self.edit(Checks::None).map_err(|problems| RunError {
                class: FailureClass::Load,
                message: problems.first().map_or_else(
                    || "the policy doesn't load".to_owned(),
                    |problem| problem.message.clone(),
                ),
                place: None,
                help: Some("`portcullis test` says what is wrong with it"),
            })?;
            Prepared::new(&unit, &self.settings)
        };
        self.prepared.get_or_init(prepare).as_ref()
    }

    /// The rules that may find anything in `object`, `data.…`: together they are all of its violations.
    pub(crate) fn rules_for(&self, object: &Val) -> Vec<&str> {
        self.required().of(object)
    }

    fn required(&self) -> &Required {
        self.required
            .get_or_init(|| Required::new(&self.modules, ENTRY))
    }

    /// The schema of its parameters; `None` if it takes none.
    pub(crate) fn parameters(&self) -> Option<&parameters::Schema> {
        let compile = || self.policy.parameters.as_ref().map(parameters::Schema::new);
        self.parameters.get_or_init(compile).as_ref()
    }

    fn edit(&self, checks: Checks) -> Result<compat::Unit, Vec<LoadProblem>> {
        let modules: Vec<_> = self.modules.iter().map(Arc::as_ref).collect();
        let renames = self.required().renames();
        compat::unit(
            &modules,
            Some(ENTRY),
            checks,
            Some(&self.policy.id),
            renames,
        )
    }

    /// What regorus refuses although our checks passed.
    fn problem(&self, error: &RunError) -> LoadProblem {
        let place = error.place.as_ref();
        let module = self
            .modules
            .iter()
            .find(|module| place.is_none_or(|place| place.file == module.source.name()));
        let source = module.or(self.modules.first()).map_or_else(
            || Arc::new(crate::model::SourceText::new(self.policy.file.clone(), "")),
            |module| Arc::clone(&module.source),
        );
        let span = place.and_then(|place| source.line_span(place.line));
        LoadProblem {
            policy: Some(self.policy.id.clone()),
            source,
            span: span.unwrap_or_default(),
            code: "engine-refuses",
            message: format!("the engine can't prepare the policy: {}", error.message),
            help: error.help.map(str::to_owned),
        }
    }
}

/// `data.a.b.rule`, with brackets where a part isn't a plain name.
pub(crate) fn rule_path(package: &[String], rule: &str) -> String {
    let mut path = String::from("data");
    for part in package.iter().map(String::as_str).chain([rule]) {
        let plain = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain {
            path.push('.');
            path.push_str(part);
        } else {
            path.extend(["[", &serde_json::Value::from(part).to_string(), "]"]);
        }
    }
    path
}

fn is_test_file(source: &PolicySource) -> bool {
    source.text.name().ends_with("_test.rego")
}

fn duplicate(module: &compat::Module, policy: &Policy, first: &Policy) -> LoadProblem {
    LoadProblem {
        policy: Some(policy.id.clone()),
        source: Arc::clone(&module.source),
        span: Span::default(),
        code: "duplicate-policy",
        message: format!(
            "the policy `{}` is there already, in {}",
            policy.id, first.file
        ),
        help: Some("give one of them another folder and package".to_owned()),
    }
}

#[cfg(test)]
mod tests;
