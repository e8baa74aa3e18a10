//! The modules of a set of files, and which of them a policy is evaluated from.
//!
//! Never reads a module's rules: that is `compat`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::PolicySource;
use crate::engine::compat::{self, Checks};
use crate::model::LoadProblem;

/// Loaded modules in the order of their files' names.
pub(crate) struct Modules {
    all: Vec<Arc<compat::Module>>,
    shipped: Vec<bool>,
    by_package: BTreeMap<Vec<String>, Vec<usize>>,
}

impl Modules {
    /// Loads all sources that `wanted` picks; the problems of the others, too.
    pub(crate) fn load(
        sources: &[PolicySource],
        wanted: impl Fn(&PolicySource) -> bool,
    ) -> (Self, Vec<LoadProblem>) {
        let mut sources: Vec<&PolicySource> =
            sources.iter().filter(|source| wanted(source)).collect();
        // Shipped ones first: a file from outside can't take a shipped policy's place.
        sources.sort_by_key(|source| (!source.shipped, source.text.name()));
        let mut modules = Self {
            all: Vec::new(),
            shipped: Vec::new(),
            by_package: BTreeMap::new(),
        };
        let mut problems = Vec::new();
        for source in sources {
            match compat::load(&source.text, source.shipped) {
                Ok(module) => modules.push(module, source.shipped),
                Err(found) => problems.extend(found),
            }
        }
        (modules, problems)
    }

    fn push(&mut self, module: compat::Module, shipped: bool) {
        let package = module.package.clone();
        let position = self.all.len();
        self.by_package.entry(package).or_default().push(position);
        self.all.push(Arc::new(module));
        self.shipped.push(shipped);
    }

    /// The positions of modules that may hold a policy: all but tests.
    pub(crate) fn entries(&self) -> Vec<usize> {
        self.positions(|package| !is_test(package))
    }

    /// The positions of modules whose package fits.
    pub(crate) fn positions(&self, fits: impl Fn(&[String]) -> bool) -> Vec<usize> {
        (0..self.all.len())
            .filter(|position| {
                let module = self.all.get(*position);
                module.is_some_and(|module| fits(&module.package))
            })
            .collect()
    }

    /// The module at `position`.
    pub(crate) fn module(&self, position: usize) -> Option<&Arc<compat::Module>> {
        self.all.get(position)
    }

    /// Whether `module` is embedded.
    pub(crate) fn is_shipped(&self, module: &Arc<compat::Module>) -> bool {
        let position = self.all.iter().position(|own| Arc::ptr_eq(own, module));
        position.is_some_and(|position| self.shipped.get(position) == Some(&true))
    }

    /// Checks the modules from outside that no policy uses, so that their problems are said, too.
    pub(crate) fn check_unused<'a>(
        &self,
        used: impl Iterator<Item = &'a Arc<compat::Module>>,
    ) -> Vec<LoadProblem> {
        let used: BTreeSet<*const compat::Module> = used.map(Arc::as_ptr).collect();
        let unused =
            self.all.iter().enumerate().filter(|(_, module)| {
                !used.contains(&Arc::as_ptr(module)) && !self.is_shipped(module)
            });
        unused
            .filter_map(|(position, _)| {
                let parts = closure(self, position);
                let parts: Vec<_> = parts.iter().map(Arc::as_ref).collect();
                compat::unit(&parts, None, Checks::Full, None, &[]).err()
            })
            .flatten()
            .collect()
    }

    /// Modules that `import data.<path>` can mean: the package itself, those below it, or the one that holds the rule.
    fn imported(&self, path: &[String]) -> Vec<usize> {
        let below: Vec<usize> = self
            .by_package
            .range(path.to_vec()..)
            .take_while(|(package, _)| package.starts_with(path))
            .flat_map(|(_, positions)| positions.iter().copied())
            .collect();
        if !below.is_empty() {
            return below;
        }
        // `import data.policies.lib.pods.containers`, or a reference that goes on into an object.
        (1..path.len())
            .rev()
            .filter_map(|length| path.get(..length))
            .find_map(|package| self.by_package.get(package))
            .cloned()
            .unwrap_or_default()
    }
}

/// Whether a package holds tests.
pub(crate) fn is_test(package: &[String]) -> bool {
    package.last().is_some_and(|name| name.ends_with("_test"))
}

/// The module at `entry`, the others of its package, and all that they import, entry first.
pub(crate) fn closure(modules: &Modules, entry: usize) -> Vec<Arc<compat::Module>> {
    let mut order = vec![entry];
    let mut seen = BTreeSet::from([entry]);
    let mut next = 0;
    while let Some(position) = order.get(next).copied() {
        next += 1;
        let Some(module) = modules.module(position) else {
            continue;
        };
        let same = modules.by_package.get(&module.package);
        let own = same.into_iter().flatten().copied();
        let imports = module.imports.iter();
        let imported = imports.flat_map(|path| modules.imported(path));
        for position in own.chain(imported) {
            if seen.insert(position) {
                order.push(position);
            }
        }
    }
    order
        .into_iter()
        .filter_map(|position| modules.module(position).cloned())
        .collect()
}
