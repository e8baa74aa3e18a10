//! What names of a unit mean: its rules and functions by their whole paths, and each module's imports.

use std::collections::{BTreeMap, BTreeSet};

use super::Module;
use crate::engine::syntax::{self, Rule, RuleKind};

/// All rules of one path.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    /// The rules, each with the number of its module.
    pub(super) rules: Vec<(usize, &'a Rule)>,
}

/// The names of a unit.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// Rules by whole path without `data`.
    pub(super) rules: BTreeMap<Vec<String>, Named<'a>>,
    /// All packages.
    pub(super) packages: BTreeSet<Vec<String>>,
    /// Each module's names of imports, with their paths.
    imports: Vec<BTreeMap<String, Vec<String>>>,
    /// Each module's package.
    own: Vec<Vec<String>>,
}

/// What the head of a reference is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something below `data`, by its path from there.
    Data(Vec<String>),
    /// Something below `input`.
    Input,
    /// A variable of the body, or a builtin.
    Local,
}

impl<'a> Scope<'a> {
    pub(super) fn new(modules: &[(&'a Module, &'a syntax::Module)]) -> Self {
        let mut scope = Self {
            rules: BTreeMap::new(),
            packages: BTreeSet::new(),
            imports: Vec::new(),
            own: Vec::new(),
        };
        for (number, (module, tree)) in modules.iter().enumerate() {
            scope.packages.insert(module.package.clone());
            scope.own.push(module.package.clone());
            let imports = tree
                .imports
                .iter()
                .map(|import| (import.name.clone(), import.path.clone()));
            scope.imports.push(imports.collect());
            for rule in &tree.rules {
                let path: Vec<String> = module.package.iter().chain(&rule.name).cloned().collect();
                scope
                    .rules
                    .entry(path)
                    .or_default()
                    .rules
                    .push((number, rule));
            }
        }
        scope
    }

    /// What a path (names and fields) of module `number` means.
    pub(super) fn meaning(&self, number: usize, path: &[String]) -> Meaning {
        let Some((head, rest)) = path.split_first() else {
            return Meaning::Local;
        };
        match head.as_str() {
            "data" => return Meaning::Data(rest.to_vec()),
            "input" => return Meaning::Input,
            _ => {}
        }
        if let Some(import) = self
            .imports
            .get(number)
            .and_then(|imports| imports.get(head))
        {
            return match import.split_first() {
                Some((root, below)) if root == "data" => {
                    Meaning::Data(below.iter().chain(rest).cloned().collect())
                }
                Some((root, _)) if root == "input" => Meaning::Input,
                _ => Meaning::Local,
            };
        }
        let own = self.own.get(number).map(Vec::as_slice).unwrap_or_default();
        let is_rule = self
            .rules
            .keys()
            .any(|rule| rule.starts_with(own) && rule.get(own.len()) == Some(head));
        if is_rule {
            return Meaning::Data(own.iter().chain(path).cloned().collect());
        }
        Meaning::Local
    }

    /// The rules that a path below `data` reads: the rule on the way to it, or all rules below it.
    pub(super) fn read(&self, path: &[String]) -> Vec<&Vec<String>> {
        let on_the_way = (1..=path.len())
            .rev()
            .filter_map(|length| self.rules.get_key_value(path.get(..length)?));
        match on_the_way.map(|(name, _)| name).next() {
            Some(name) => vec![name],
            None => self
                .rules
                .keys()
                .filter(|rule| rule.starts_with(path))
                .collect(),
        }
    }

    /// The function of a whole path, with its number of arguments.
    pub(super) fn function(&self, path: &[String]) -> Option<usize> {
        let named = self.rules.get(path)?;
        let (_, rule) = named
            .rules
            .iter()
            .find(|(_, rule)| rule.kind == RuleKind::Function)?;
        Some(rule.arguments.len())
    }

    /// The name that module `number` gives an import, if `name` is one.
    pub(super) fn is_import(&self, number: usize, name: &str) -> bool {
        self.imports
            .get(number)
            .is_some_and(|imports| imports.contains_key(name))
    }
}
