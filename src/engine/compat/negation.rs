//! `not` over what may be absent: row 1 of the table of differences.
//!
//! OPA computes operands outside the `not`, so that the whole statement is undefined where one is; the engine computes them
//! inside, so that `not` holds. The two agree where no operand can be undefined.

use super::Module;
use super::checks::problem;
use super::graph::constant_part;
use super::scope::{Meaning, Named, Scope};
use super::variables;
use crate::engine::builtins;
use crate::engine::syntax::{self, Expr, ExprKind, Operator, Rule, RuleKind, StatementKind};
use crate::model::LoadProblem;

/// Complains of every operand under a `not` that may be undefined.
pub(super) fn check(
    number: usize,
    module: &Module,
    tree: &syntax::Module,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    for rule in &tree.rules {
        let locals = variables::declared(rule);
        let defined = |expr: &Expr| is_defined(number, expr, scope, &|name| locals.contains(name));
        rule.each_statement(&mut |statement| {
            let StatementKind::Not(negated) = &statement.kind else {
                return;
            };
            for operand in operands(negated)
                .into_iter()
                .filter(|operand| !defined(operand))
            {
                problems.push(problem(
                    module,
                    operand.span,
                    "undefined-under-not",
                    "this may be undefined, and then the rule doesn't fire",
                    "bind it on a line of its own above the `not`",
                ));
            }
        });
    }
}

/// The parts of a negated expression that OPA computes before the `not`.
fn operands(negated: &Expr) -> Vec<&Expr> {
    match &negated.kind {
        ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        ExprKind::Binary {
            operator: Operator::Equal | Operator::Unify,
            left,
            right,
        } => [left.as_ref(), right.as_ref()]
            .into_iter()
            .flat_map(|side| {
                if is_reference(side) {
                    indices(side)
                } else {
                    side.children()
                }
            })
            .collect(),
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Membership {
            key,
            value,
            collection,
        } => key
            .iter()
            .map(AsRef::as_ref)
            .chain([value.as_ref(), collection.as_ref()])
            .collect(),
        ExprKind::Negative(inner) => vec![inner],
        ExprKind::List(_) | ExprKind::Object(_) => negated.children(),
        ExprKind::Field { .. } | ExprKind::Index { .. } => indices(negated),
        ExprKind::Var(_)
        | ExprKind::Scalar
        | ExprKind::String(_)
        | ExprKind::Comprehension { .. } => Vec::new(),
    }
}

fn is_reference(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Var(_) | ExprKind::Field { .. } | ExprKind::Index { .. }
    )
}

/// The index expressions inside a reference.
fn indices(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Field { base, .. } => indices(base),
        ExprKind::Index { base, index } => {
            let mut found = indices(base);
            found.push(index);
            found
        }
        ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether an expression has a value whatever the input is.
fn is_defined(number: usize, expr: &Expr, scope: &Scope<'_>, local: &dyn Fn(&str) -> bool) -> bool {
    let all = |parts: Vec<&Expr>| {
        parts
            .into_iter()
            .all(|part| is_defined(number, part, scope, local))
    };
    match &expr.kind {
        ExprKind::Scalar | ExprKind::String(_) | ExprKind::Comprehension { .. } => true,
        ExprKind::List(_)
        | ExprKind::Object(_)
        | ExprKind::Binary { .. }
        | ExprKind::Negative(_)
        | ExprKind::Membership { .. } => all(expr.children()),
        // A builtin of defined arguments has a value or is an error; a function of one's own may have none.
        ExprKind::Call { function, .. } => {
            builtins::lookup(&function.join(".")).is_some() && all(expr.children())
        }
        ExprKind::Var(name) => match name.as_str() {
            "input" => false,
            name if local(name) => true,
            _ => names_value(number, expr, scope),
        },
        ExprKind::Field { .. } | ExprKind::Index { .. } => names_value(number, expr, scope),
    }
}

/// Whether a reference is a rule that always has a value: a constant, a set or object, one with a default; or a bound variable.
fn names_value(number: usize, expr: &Expr, scope: &Scope<'_>) -> bool {
    let path = constant_part(expr);
    let whole = expr.path().is_some();
    match scope.meaning(number, &path) {
        Meaning::Data(path) => {
            let base = path.first().is_some_and(|first| first == "portcullis");
            let named = scope.rules.get(&path);
            let always = |named: &Named<'_>| named.rules.iter().any(|(_, rule)| always(rule));
            whole && (base || named.is_some_and(always))
        }
        Meaning::Input => false,
        // A variable bound elsewhere in the body; a field of it may be absent.
        Meaning::Local => matches!(expr.kind, ExprKind::Var(_)),
    }
}

/// Whether a rule has a value whatever the input is.
fn always(rule: &Rule) -> bool {
    let unconditional = rule.bodies.iter().all(|body| body.statements.is_empty());
    let constant = rule.value.as_ref().is_none_or(is_constant);
    let many = matches!(rule.kind, RuleKind::Set | RuleKind::Object);
    many || rule.default || unconditional && constant
}

/// Whether an expression is made of literals and comprehensions alone.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Scalar | ExprKind::String(_) | ExprKind::Comprehension { .. } => true,
        ExprKind::List(_) | ExprKind::Object(_) => expr.children().into_iter().all(is_constant),
        _ => false,
    }
}
