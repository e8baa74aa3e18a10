//! METADATA blocks of a module, read into what a policy says of itself.
//!
//! Never evaluates Rego; every mistake has its place in the module and a way out.

mod block;
mod read;

use std::sync::Arc;

use super::compat::Module;
use crate::model::{LoadProblem, Policy, PolicyId, SourceText, Span, YamlReader};
use block::Block;

/// The policy that a module's package block describes; `None` without one (a library, a test), or if it has mistakes.
pub(crate) fn read(module: &Module, yaml: YamlReader) -> (Option<Policy>, Vec<LoadProblem>) {
    let mut problems = Problems::new(&module.source);
    let blocks = block::blocks(&module.source, module.tokens());
    let mut package: Option<&Block> = None;
    for block in &blocks {
        match block.next {
            None => problems.add(
                block.head,
                "metadata-place",
                "a METADATA block belongs to no statement",
                "put it right above `package` or a rule",
            ),
            Some(next) if next.start == module.package_span.start => match package {
                Some(_) => problems.add(
                    block.head,
                    "metadata-place",
                    "the package has two METADATA blocks",
                    "join them into one",
                ),
                None => package = Some(block),
            },
            Some(_) => {}
        }
    }
    let id = id(module);
    let Some(block) = package else {
        if id.is_some() {
            problems.add(
                module.package_span,
                "metadata-missing",
                "the policy has no METADATA block",
                "put `# METADATA` with title, description and custom.severity above `package`",
            );
        }
        return (None, problems.found);
    };
    let Some(id) = id else {
        // Metadata of a library or test: OPA's keys, nothing that we read.
        return (None, problems.found);
    };
    folder(module, &id, &mut problems);
    let policy = read::policy(block, id, &module.source, yaml, &mut problems);
    let sound = problems.found.is_empty();
    (policy.filter(|_| sound), problems.found)
}

/// The id that a package `policies.<category>.<name>` stands for.
fn id(module: &Module) -> Option<PolicyId> {
    let [root, category, name] = module.package.as_slice() else {
        return None;
    };
    let policy = root == "policies" && category != "lib" && !name.ends_with("_test");
    policy
        .then(|| format!("{category}/{name}").replace('_', "-").parse().ok())
        .flatten()
}

/// A file `<category>/<id>/policy.rego` must lie where its package says.
fn folder(module: &Module, id: &PolicyId, problems: &mut Problems) {
    let mut parts = module.source.name().rsplit('/');
    let (file, name, category) = (parts.next(), parts.next(), parts.next());
    if let (Some("policy.rego"), Some(name), Some(category)) = (file, name, category)
        && (name != id.name() || category != id.category())
    {
        problems.add(
            module.package_span,
            "id-mismatch",
            format!("the package says `{id}`, the folder `{category}/{name}`"),
            "name both alike, with `-` in the folder and `_` in the package",
        );
    }
}

/// The mistakes of one module.
pub(super) struct Problems {
    source: Arc<SourceText>,
    pub(super) found: Vec<LoadProblem>,
}

impl Problems {
    fn new(source: &Arc<SourceText>) -> Self {
        Self {
            source: Arc::clone(source),
            found: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(LoadProblem {
            policy: None,
            source: Arc::clone(&self.source),
            span,
            code,
            message: message.into(),
            help: Some(help.into()),
        });
    }
}
