//! Calls: is there such a function, with so many arguments, and who supplies it?

use std::collections::BTreeSet;

use super::checks::problem;
use super::rewrite;
use super::scope::{Meaning, Scope};
use super::{COLLECTION, Module};
use crate::engine::builtins::{self, Kind};
use crate::engine::rego;
use crate::engine::syntax::{self, Expr, ExprKind, Statement, StatementKind};
use crate::model::{LoadProblem, Span};

/// What a call's path names.
enum Callee {
    /// A function of the unit, with its number of arguments.
    Own(usize),
    /// A builtin.
    Builtin(&'static builtins::Builtin),
    /// Nothing.
    Unknown,
}

fn callee(number: usize, path: &[String], scope: &Scope<'_>) -> Callee {
    if let Meaning::Data(whole) = scope.meaning(number, path)
        && let Some(arity) = scope.function(&whole)
    {
        return Callee::Own(arity);
    }
    builtins::lookup(&path.join(".")).map_or(Callee::Unknown, Callee::Builtin)
}

/// Every call of a module against what there is.
pub(super) fn check(
    number: usize,
    module: &Module,
    tree: &syntax::Module,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    let mut see = |expr: &Expr| {
        if let ExprKind::Call {
            function,
            function_span,
            arguments,
        } = &expr.kind
        {
            call(
                number,
                module,
                (function, *function_span),
                arguments.len(),
                scope,
                problems,
            );
        }
    };
    tree.rules.iter().for_each(|rule| rule.each_expr(&mut see));
    for rule in &tree.rules {
        rule.each_statement(&mut |statement| {
            for (target, value) in &statement.with {
                mock(number, module, target, value, scope, problems);
            }
        });
    }
}

fn call(
    number: usize,
    module: &Module,
    (path, span): (&[String], Span),
    given: usize,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    let name = path.join(".");
    let mut add =
        |code, message: &str, help: &str| problems.push(problem(module, span, code, message, help));
    let arity = match callee(number, path, scope) {
        Callee::Own(arity) => arity,
        Callee::Builtin(builtin) => {
            if let Kind::Refused(reason) = builtin.kind {
                return add(
                    "unsupported-function",
                    &format!("`{name}` isn't supported: {reason}"),
                    "do without it, or ask for the fact as evidence",
                );
            }
            usize::from(builtin.arity)
        }
        Callee::Unknown if name.is_empty() => {
            return add(
                "unknown-function",
                "what is called here is no function",
                "call a function by its name",
            );
        }
        Callee::Unknown => {
            return add(
                "unknown-function",
                &format!("no function is named `{name}`"),
                &nearest(&name, module, scope),
            );
        }
    };
    if name == "print" {
        return;
    }
    if given == arity + 1 {
        add(
            "output-argument",
            &format!("`{name}` is given its result as an argument"),
            &format!("write `result := {name}(…)`"),
        );
    } else if given != arity {
        add(
            "arity",
            &format!("`{name}` takes {arity} arguments, not {given}"),
            "give it exactly those",
        );
    }
}

fn nearest(name: &str, module: &Module, scope: &Scope<'_>) -> String {
    let own = scope
        .rules
        .iter()
        .filter(|(path, _)| path.starts_with(&module.package) && scope.function(path).is_some());
    let own = own.filter_map(|(path, _)| path.last().map(String::as_str));
    let known = builtins::TABLE
        .iter()
        .map(|builtin| builtin.name)
        .chain(own);
    let near = known
        .map(|known| (strsim::levenshtein(known, name), known))
        .filter(|(distance, _)| *distance <= 2)
        .min();
    near.map_or_else(
        || "define it, or import its package".to_owned(),
        |(_, near)| format!("did you mean `{near}`?"),
    )
}

/// `with f as g`: row 9 of the table of differences.
fn mock(
    number: usize,
    module: &Module,
    target: &Expr,
    value: &Expr,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    let builtin = |expr: &Expr| {
        let path = expr.path()?;
        match callee(number, &path, scope) {
            Callee::Builtin(builtin) if scope.meaning(number, &path) == Meaning::Local => {
                Some(builtin.name)
            }
            _ => None,
        }
    };
    let mut add = |span, message: &str| {
        problems.push(problem(
            module,
            span,
            "unsupported-mock",
            message,
            "call it through a function of your own, and mock that",
        ));
    };
    if let Some(name) = builtin(target)
        && !rego::native_exists(name)
    {
        add(
            target.span,
            &format!("`{name}` can't be replaced by `with`"),
        );
    }
    if let Some(name) = builtin(value) {
        add(
            value.span,
            &format!("the builtin `{name}` can't stand in for another function"),
        );
    }
}

/// The builtins that a unit calls and that need one of ours.
pub(super) fn extensions(
    modules: &[(&Module, &syntax::Module)],
    scope: &Scope<'_>,
) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for (number, (_, tree)) in modules.iter().enumerate() {
        let mut see = |expr: &Expr| {
            if let ExprKind::Call { function, .. } = &expr.kind
                && let Callee::Builtin(builtin) = callee(number, function, scope)
                && builtin.kind == Kind::Extension
            {
                found.insert(builtin.name);
            }
        };
        tree.rules.iter().for_each(|rule| rule.each_expr(&mut see));
        let mut guarded = |statement: &Statement| match &statement.kind {
            StatementKind::SomeIn {
                collection: expr, ..
            }
            | StatementKind::Every { domain: expr, .. }
                if !rewrite::is_collection(expr) =>
            {
                found.insert(COLLECTION);
            }
            _ => {}
        };
        tree.rules
            .iter()
            .for_each(|rule| rule.each_statement(&mut guarded));
    }
    found
}
