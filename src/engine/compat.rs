//! Stand-in: packages, imports and the extensions a unit calls, without any load check.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::builtins::{self, Kind};
use crate::model::{LoadProblem, PolicyId, SourceText};

pub(crate) struct Module {
    pub(crate) source: Arc<SourceText>,
    pub(crate) package: Vec<String>,
    pub(crate) imports: Vec<Vec<String>>,
}

pub(crate) struct Unit {
    pub(crate) files: Vec<EditedFile>,
    pub(crate) extensions: BTreeSet<&'static str>,
    pub(crate) tests: Vec<Test>,
}

pub(crate) struct EditedFile {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) map: EditMap,
    pub(crate) source: Arc<SourceText>,
}

#[derive(Clone, Default)]
pub(crate) struct EditMap;

impl EditMap {
    pub(crate) fn original(&self, line: u32, column: u32) -> (u32, u32) {
        (line, column)
    }
}

pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) rule: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) todo: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checks {
    Full,
    None,
}

pub(crate) fn load(source: &Arc<SourceText>, _shipped: bool) -> Result<Module, Vec<LoadProblem>> {
    let words = |prefix: &str| {
        source
            .text()
            .lines()
            .filter_map(move |line| line.strip_prefix(prefix))
            .map(|path| {
                path.split(' ')
                    .next()
                    .unwrap_or_default()
                    .split('.')
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    let Some(package) = words("package ").into_iter().next() else {
        return Err(vec![LoadProblem {
            policy: None,
            source: Arc::clone(source),
            span: Default::default(),
            code: "syntax",
            message: "no package".into(),
            help: None,
        }]);
    };
    Ok(Module {
        source: Arc::clone(source),
        package,
        imports: words("import data.").into_iter().collect(),
    })
}

pub(crate) fn unit(
    modules: Vec<&Module>,
    entry: Option<&str>,
    checks: Checks,
    policy: Option<&PolicyId>,
) -> Result<Unit, Vec<LoadProblem>> {
    let _ = (entry, policy, checks);
    let mut extensions = BTreeSet::new();
    let mut tests = Vec::new();
    for module in &modules {
        for builtin in builtins::TABLE
            .iter()
            .filter(|builtin| builtin.kind == Kind::Extension)
        {
            if module.source.text().contains(&format!("{}(", builtin.name)) {
                extensions.insert(builtin.name);
            }
        }
        for (at, line) in module.source.text().lines().enumerate() {
            if line.starts_with("test_") || line.starts_with("todo_test_") {
                let name = line
                    .split([' ', '[', ':'])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                tests.push(Test {
                    todo: name.starts_with("todo_"),
                    rule: name.clone(),
                    name,
                    file: module.source.name().to_owned(),
                    line: at as u32 + 1,
                });
            }
        }
    }
    Ok(Unit {
        files: modules
            .iter()
            .map(|module| EditedFile {
                name: module.source.name().to_owned(),
                text: module.source.text().to_owned(),
                map: EditMap,
                source: Arc::clone(&module.source),
            })
            .collect(),
        extensions,
        tests,
    })
}
