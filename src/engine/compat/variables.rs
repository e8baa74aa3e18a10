//! Variables that nothing binds, and locals that take an import's name.
//!
//! Sound for valid policies: a variable that stands in any place that could bind it is taken as bound.

use std::collections::BTreeSet;

use super::Module;
use super::checks::problem;
use super::scope::{Meaning, Scope};
use crate::engine::builtins;
use crate::engine::syntax::{self, Expr, ExprKind, Operator, Rule, StatementKind};
use crate::model::LoadProblem;

/// The names that a rule declares itself: arguments, `some`, `:=`, `every`.
pub(super) fn declared(rule: &Rule) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for argument in &rule.arguments {
        argument.each(&mut |expr| variable(expr, &mut names));
    }
    rule.each_statement(&mut |statement| match &statement.kind {
        StatementKind::Some(vars) => names.extend(vars.iter().cloned()),
        StatementKind::SomeIn { key, value, .. } => {
            key.iter()
                .chain([value])
                .for_each(|pattern| pattern.each(&mut |expr| variable(expr, &mut names)));
        }
        StatementKind::Every { key, value, .. } => names.extend(key.iter().chain([value]).cloned()),
        StatementKind::Expr(_) | StatementKind::Not(_) => {}
    });
    rule.each_expr(&mut |expr| {
        if let ExprKind::Binary {
            operator: Operator::Assign,
            left,
            ..
        } = &expr.kind
        {
            left.each(&mut |expr| variable(expr, &mut names));
        }
    });
    names
}

fn variable(expr: &Expr, names: &mut BTreeSet<String>) {
    if let ExprKind::Var(name) = &expr.kind {
        names.insert(name.clone());
    }
}

/// Complains of variables that nothing binds, and of locals with the name of an import (row 16).
pub(super) fn check(
    number: usize,
    module: &Module,
    tree: &syntax::Module,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    for rule in &tree.rules {
        let mut bound = declared(rule);
        for name in bound.iter().filter(|name| scope.is_import(number, name)) {
            let message = format!("the local `{name}` has the name of an import");
            problems.push(problem(
                module,
                rule.name_span,
                "shadowed-import",
                &message,
                "name one of them otherwise",
            ));
        }
        binding_places(rule, &mut bound);
        rule.each_expr(&mut |expr| {
            let ExprKind::Var(name) = &expr.kind else {
                return;
            };
            let known = name.starts_with('_') && name.len() == 1
                || bound.contains(name)
                || builtins::lookup(name).is_some()
                || builtins::TABLE
                    .iter()
                    .any(|builtin| builtin.name.split('.').next() == Some(name))
                || scope.meaning(number, std::slice::from_ref(name)) != Meaning::Local
                || scope.is_import(number, name);
            if !known {
                let message = format!("nothing binds the variable `{name}`");
                problems.push(problem(
                    module,
                    expr.span,
                    "unbound-variable",
                    &message,
                    "bind it by `:=` or `some … in`, or mend its name",
                ));
            }
        });
    }
}

/// Places besides declarations that bind: both sides of `=`, indices of references, and the head's key of a rule.
fn binding_places(rule: &Rule, bound: &mut BTreeSet<String>) {
    let mut see = |expr: &Expr| match &expr.kind {
        ExprKind::Binary {
            operator: Operator::Unify,
            left,
            right,
        } => {
            pattern(left, bound);
            pattern(right, bound);
        }
        ExprKind::Index { index, .. } => pattern(index, bound),
        _ => {}
    };
    rule.each_expr(&mut see);
}

/// The variables of a pattern: the variable itself, or those inside an array or object.
fn pattern(expr: &Expr, bound: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Var(name) => {
            bound.insert(name.clone());
        }
        ExprKind::List(items) => items.iter().for_each(|item| pattern(item, bound)),
        ExprKind::Object(members) => members.iter().for_each(|(_, value)| pattern(value, bound)),
        _ => {}
    }
}
