//! Where the engine and OPA differ: what is refused at load, what is edited before it is prepared.
//!
//! A pattern whose remedy isn't built is a load problem, never the engine's raw answer (`checks`). Edits never insert or remove a
//! line break, so every line number stays true (`map`).

mod calls;
mod checks;
mod graph;
mod head;
mod map;
mod negation;
mod rewrite;
mod scope;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::rego;
use super::syntax;
use super::syntax::lexer::{self, Token};
use crate::model::{LoadProblem, PolicyId, SourceText, Span};

pub(crate) use map::{EditMap, characters};

/// The function of ours that iterations go through: a collection is itself, anything else undefined (row 18).
pub(crate) const COLLECTION: &str = "portcullis.collection";

/// A module as it was written.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its text.
    pub(crate) source: Arc<SourceText>,
    /// Its package's path without `data`.
    pub(crate) package: Vec<String>,
    /// Where the `package` statement stands.
    pub(crate) package_span: Span,
    /// What it imports from `data`, without `data`.
    pub(crate) imports: Vec<Vec<String>>,
    tokens: Vec<Token>,
    tree: OnceLock<Result<syntax::Module, rego::ParseError>>,
}

/// An entry module and all it imports, edited and ready for the engine.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The files, the entry's first.
    pub(crate) files: Vec<EditedFile>,
    /// Builtins that it calls and that need one of ours.
    pub(crate) extensions: BTreeSet<&'static str>,
    /// The tests of the entry's package.
    pub(crate) tests: Vec<Test>,
}

/// One file of a unit.
#[derive(Debug)]
pub(crate) struct EditedFile {
    /// The edited text.
    pub(crate) text: String,
    /// From its places to those of `source`.
    pub(crate) map: EditMap,
    /// What it was made from.
    pub(crate) source: Arc<SourceText>,
}

/// A Rego test.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// `test_x`; `test_x#01` for the second rule of that name.
    pub(crate) name: String,
    /// The rule's name in the edited text.
    pub(crate) rule: String,
    /// Its file.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// Whether its author left it out (`todo_test_…`).
    pub(crate) todo: bool,
}

/// A rule that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rename {
    /// Which module of the unit it is of.
    pub(crate) module: usize,
    /// Where its name stands.
    pub(crate) span: Span,
    /// Its name in the edited text.
    pub(crate) name: String,
}

/// Which load checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checks {
    /// All.
    Full,
    /// None: they ran in the gate.
    None,
}

/// Loads a module: tokens, package and imports; a module from outside is parsed whole.
pub(crate) fn load(source: &Arc<SourceText>, shipped: bool) -> Result<Module, Vec<LoadProblem>> {
    let problem = |span: Span, code: &'static str, message: String, help: &str| {
        vec![LoadProblem {
            policy: None,
            source: Arc::clone(source),
            span,
            code,
            message,
            help: Some(help.to_owned()),
        }]
    };
    let tokens = lexer::tokens(source.text());
    let Some((package, package_span)) = head::package(source.text(), &tokens) else {
        let first = tokens.first().map(|token| token.span).unwrap_or_default();
        return Err(problem(
            first,
            "syntax",
            "the module has no `package`".to_owned(),
            "begin with `package policies.<category>.<name>`",
        ));
    };
    let module = Module {
        imports: head::imports(source.text(), &tokens),
        source: Arc::clone(source),
        package,
        package_span,
        tokens,
        tree: OnceLock::new(),
    };
    if !shipped && let Err(error) = module.tree() {
        let (message, help) = checks::newer_syntax(&module, error.span).unwrap_or_else(|| {
            (
                error.message.clone(),
                "mend the syntax; policies are Rego v1",
            )
        });
        return Err(problem(error.span, "syntax", message, help));
    }
    Ok(module)
}

impl Module {
    /// Its tokens, comments among them.
    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Its tree, parsed on first use.
    pub(crate) fn tree(&self) -> Result<&syntax::Module, &rego::ParseError> {
        self.tree
            .get_or_init(|| rego::parse(self.source.text()))
            .as_ref()
    }
}

/// Whether the rules at `path` may be called `names` instead: nothing reads what they are together, and no rule has such a name.
pub(crate) fn may_rename(modules: &[Arc<Module>], path: &[String], names: &[Vec<String>]) -> bool {
    let parsed = parsed(modules);
    let scope = scope::Scope::new(&parsed);
    !names.iter().any(|name| scope.rules.contains_key(name)) && !graph::is_read(&scope, path)
}

/// The modules whose trees there are.
fn parsed(modules: &[Arc<Module>]) -> Vec<(&Module, &syntax::Module)> {
    let trees = modules.iter().map(|module| (&**module, module.tree().ok()));
    trees
        .filter_map(|(module, tree)| Some((module, tree?)))
        .collect()
}

/// Checks and edits the modules of a unit, the entry first; `entry` is the rule that it is asked for.
pub(crate) fn unit(
    modules: &[&Module],
    entry: Option<&str>,
    checks: Checks,
    policy: Option<&PolicyId>,
    renames: &[Rename],
) -> Result<Unit, Vec<LoadProblem>> {
    let mut problems = Vec::new();
    let mut parsed: Vec<(&Module, &syntax::Module)> = Vec::new();
    for module in modules {
        match module.tree() {
            Ok(tree) => parsed.push((module, tree)),
            Err(error) => problems.push(checks::problem(
                module,
                error.span,
                "syntax",
                &error.message,
                "mend the syntax; policies are Rego v1",
            )),
        }
    }
    if problems.is_empty() && checks == Checks::Full {
        problems = checks::run(&parsed, entry);
    }
    let scope = scope::Scope::new(&parsed);
    let tests = rewrite::tests(&parsed);
    let mut files = Vec::new();
    for (number, (module, tree)) in parsed.iter().enumerate() {
        let own = renames.iter().filter(|rename| rename.module == number);
        let (text, map) = rewrite::module(module, tree, &tests, own);
        files.push(EditedFile {
            text,
            map,
            source: Arc::clone(&module.source),
        });
    }
    if problems.is_empty() {
        return Ok(Unit {
            files,
            extensions: calls::extensions(&parsed, &scope),
            tests: tests.into_iter().map(|test| test.test).collect(),
        });
    }
    for problem in &mut problems {
        problem.policy = policy.cloned();
    }
    Err(problems)
}
