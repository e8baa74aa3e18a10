//! Which rule needs which: a cycle would end the process, a long chain its stack.

use std::collections::{BTreeMap, BTreeSet};

use super::Module;
use super::checks::problem;
use super::scope::{Meaning, Scope};
use super::variables;
use crate::engine::syntax::{self, Expr, ExprKind, Rule};
use crate::model::LoadProblem;

/// Longest chain of calls; the engine's stack carries more than twice as many on the smallest thread.
const MAX_CHAIN: usize = 200;

type Path = Vec<String>;

/// Complains of cycles and of chains that are too long.
pub(super) fn check(
    modules: &[(&Module, &syntax::Module)],
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    let mut edges: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (path, named) in &scope.rules {
        let needs = edges.entry(path).or_default();
        for (number, rule) in &named.rules {
            for read in reads(*number, rule, scope) {
                needs.extend(scope.read(&read));
            }
        }
    }
    let mut heights: BTreeMap<&Path, usize> = BTreeMap::new();
    for start in edges.keys().copied() {
        if let Err(cycle) = height(start, &edges, &mut heights) {
            let named = scope
                .rules
                .get(&cycle)
                .and_then(|named| named.rules.first());
            if let Some((number, rule)) = named
                && let Some((module, _)) = modules.get(*number)
            {
                let name = cycle.last().cloned().unwrap_or_default();
                problems.push(problem(
                    module,
                    rule.name_span,
                    "recursive-function",
                    &format!("`{name}` needs itself: recursion would end the process"),
                    "walk the value with `walk`, or unroll it",
                ));
            }
            return;
        }
    }
    let longest = heights.iter().max_by_key(|(_, height)| **height);
    if let Some((path, height)) = longest
        && *height > MAX_CHAIN
        && let Some((number, rule)) = scope.rules.get(*path).and_then(|named| named.rules.first())
        && let Some((module, _)) = modules.get(*number)
    {
        problems.push(problem(
            module,
            rule.name_span,
            "call-depth",
            &format!("a chain of {height} rules hangs on this one; {MAX_CHAIN} are carried"),
            "join some of them",
        ));
    }
}

/// The height of the graph above `start`, or a path that lies on a cycle. Without recursion: chains may be long.
fn height<'a>(
    start: &'a Path,
    edges: &BTreeMap<&'a Path, BTreeSet<&'a Path>>,
    heights: &mut BTreeMap<&'a Path, usize>,
) -> Result<(), Path> {
    let mut open: BTreeSet<&Path> = BTreeSet::new();
    let mut stack = vec![start];
    while let Some(path) = stack.last().copied() {
        if heights.contains_key(path) {
            stack.pop();
            continue;
        }
        let needs = edges.get(path);
        let missing = |next: &&&'a Path| !heights.contains_key(**next);
        open.insert(path);
        let waiting: Vec<&Path> = needs
            .into_iter()
            .flatten()
            .filter(missing)
            .copied()
            .collect();
        if let Some(cycle) = waiting.iter().find(|next| open.contains(*next)) {
            return Err((*cycle).clone());
        }
        if waiting.is_empty() {
            let highest = needs
                .into_iter()
                .flatten()
                .filter_map(|next| heights.get(*next))
                .max();
            heights.insert(path, highest.map_or(1, |highest| highest + 1));
            open.remove(path);
            stack.pop();
        } else {
            stack.extend(waiting.first());
        }
    }
    Ok(())
}

/// Whether any rule reads the rule at `path`, or a part of `data` that has it.
pub(super) fn is_read(scope: &Scope<'_>, path: &[String]) -> bool {
    let mut rules = scope.rules.values().flat_map(|named| &named.rules);
    rules.any(|(number, rule)| {
        let read = reads(*number, rule, scope);
        read.iter()
            .any(|read| scope.read(read).into_iter().any(|own| own == path))
    })
}

/// The paths below `data` that a rule reads or calls, `with f as g` counted as both.
fn reads(number: usize, rule: &Rule, scope: &Scope<'_>) -> Vec<Path> {
    let locals = variables::declared(rule);
    let mut paths = Vec::new();
    let mut bases: BTreeSet<*const Expr> = BTreeSet::new();
    rule.each_expr(&mut |expr: &Expr| {
        let path = match &expr.kind {
            ExprKind::Call { function, .. } => function.clone(),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => {
                // Only the whole reference counts: its base alone would read all of a package.
                bases.insert(std::ptr::from_ref(base.as_ref()));
                if bases.contains(&std::ptr::from_ref(expr)) {
                    return;
                }
                constant_part(expr)
            }
            ExprKind::Var(name) if !bases.contains(&std::ptr::from_ref(expr)) => vec![name.clone()],
            _ => return,
        };
        let local = path.first().is_some_and(|name| locals.contains(name));
        if !local && let Meaning::Data(whole) = scope.meaning(number, &path) {
            paths.push(whole);
        }
    });
    paths
}

/// The names at the head of a reference, up to the first index that isn't constant.
pub(super) fn constant_part(expr: &Expr) -> Path {
    if let Some(path) = expr.path() {
        return path;
    }
    match &expr.kind {
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => constant_part(base),
        _ => Vec::new(),
    }
}
