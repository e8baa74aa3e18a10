//! Keys that an object must have for a policy to find anything: a policy that can't is not run.
//!
//! Read off the policy's text, as OPA's rule index is; sooner too few keys than too many, so that nothing that could hold is left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::compat;
use crate::engine::rego::Keys;
use crate::engine::syntax::{
    Body, Expr, ExprKind, Operator, Rule, RuleKind, Statement, StatementKind,
};

/// Keys that the Pod of a template has of its own, whatever the object holds.
const OF_EVERY_POD: [&str; 4] = ["apiVersion", "kind", "metadata", "namespace"];

/// What the bodies of a policy's violations ask of the object, wherever in it; `None`: it can't be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Required(Option<Vec<BTreeSet<String>>>);

impl Required {
    /// What `rule` of the first of `modules` asks for.
    pub(super) fn new(modules: &[Arc<compat::Module>], rule: &str) -> Self {
        Self(bodies(modules, rule))
    }

    /// Whether an object with these keys may have a violation.
    pub(super) fn may_be_met_by(&self, keys: &Keys) -> bool {
        self.0.as_ref().is_none_or(|bodies| {
            let met = |body: &BTreeSet<String>| body.iter().all(|key| keys.contains(key));
            bodies.iter().any(met)
        })
    }
}

fn bodies(modules: &[Arc<compat::Module>], rule: &str) -> Option<Vec<BTreeSet<String>>> {
    let mut entry = modules.first()?.package.clone();
    entry.push(rule.to_owned());
    let mut bodies = Vec::new();
    for module in modules {
        for rule in &module.tree().ok()?.rules {
            let path: Vec<&String> = module.package.iter().chain(&rule.name).collect();
            let shared = path.iter().zip(&entry).all(|(own, entry)| *own == entry);
            if !shared {
                continue;
            }
            // What makes more or less than the set itself is told by running it.
            if path.len() != entry.len() || !is_plain(rule) {
                return None;
            }
            bodies.extend(rule.bodies.iter().map(|body| Seen::new().read(body)));
            if rule.bodies.is_empty() {
                bodies.push(BTreeSet::new());
            }
        }
    }
    (!bodies.is_empty()).then_some(bodies)
}

/// Whether a rule adds to a set when all statements of a body hold, and `input` is the input in all of it.
fn is_plain(rule: &Rule) -> bool {
    let no_else = rule.bodies.iter().all(|body| body.value.is_none());
    let mut hidden = false;
    rule.each_statement(&mut |statement| hidden |= declares_input(statement));
    rule.kind == RuleKind::Set && !rule.default && no_else && !hidden
}

fn declares_input(statement: &Statement) -> bool {
    let is_input = |expr: &Expr| matches!(&expr.kind, ExprKind::Var(name) if name == "input");
    match &statement.kind {
        StatementKind::Some(names) => names.iter().any(|name| name == "input"),
        StatementKind::SomeIn { key, value, .. } => key.iter().chain([value]).any(is_input),
        StatementKind::Every { key, value, .. } => {
            value == "input" || key.as_deref() == Some("input")
        }
        StatementKind::Expr(Expr {
            kind: ExprKind::Binary { operator, left, .. },
            ..
        }) => *operator == Operator::Assign && is_input(left),
        _ => false,
    }
}

/// What is known of a body: the variables that stand for a part of the object, and the keys that have to be there.
struct Seen {
    parts: BTreeSet<String>,
    keys: BTreeSet<String>,
}

impl Seen {
    const fn new() -> Self {
        Self {
            parts: BTreeSet::new(),
            keys: BTreeSet::new(),
        }
    }

    /// The keys that have to be there for all statements to hold.
    fn read(mut self, body: &Body) -> BTreeSet<String> {
        // A `with` changes what a reference means.
        let statements = || body.statements.iter().filter(|own| own.with.is_empty());
        // The order of statements says nothing: until nothing new is learnt.
        loop {
            let known = self.parts.len();
            statements().for_each(|statement| self.learn(statement));
            if self.parts.len() == known {
                break;
            }
        }
        for statement in statements() {
            match &statement.kind {
                StatementKind::Expr(expr) => self.require(expr),
                StatementKind::SomeIn { collection, .. } => self.require(collection),
                StatementKind::Some(_) | StatementKind::Not(_) | StatementKind::Every { .. } => {}
            }
        }
        for key in OF_EVERY_POD {
            self.keys.remove(key);
        }
        self.keys
    }

    /// `part := input.review.object.…`, `some part in input.review.object.…`.
    fn learn(&mut self, statement: &Statement) {
        let (name, of) = match &statement.kind {
            StatementKind::SomeIn {
                value, collection, ..
            } => (value, collection),
            StatementKind::Expr(Expr {
                kind:
                    ExprKind::Binary {
                        operator: Operator::Assign,
                        left,
                        right,
                    },
                ..
            }) => (left.as_ref(), right.as_ref()),
            _ => return,
        };
        if let ExprKind::Var(name) = &name.kind
            && self.is_part(of)
        {
            self.parts.insert(name.clone());
        }
    }

    /// Whether `expr` is the object or something in it, if it is anything.
    fn is_part(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Var(name) => self.parts.contains(name),
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => {
                is_object(expr) || self.is_part(base)
            }
            _ => false,
        }
    }

    /// Keys without which `expr` is undefined.
    fn require(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Field { base, field } => {
                if self.is_part(base) {
                    self.keys.insert(field.clone());
                }
                self.require(base);
            }
            ExprKind::Index { base, index } => {
                if let ExprKind::String(key) = &index.kind
                    && self.is_part(base)
                {
                    self.keys.insert(key.clone());
                }
                self.require(base);
                self.require(index);
            }
            // What is assigned to is a pattern.
            ExprKind::Binary {
                operator: Operator::Assign,
                right,
                ..
            } => self.require(right),
            ExprKind::Binary { left, right, .. } => {
                self.require(left);
                self.require(right);
            }
            ExprKind::Membership {
                key,
                value,
                collection,
            } => {
                if let Some(key) = key {
                    self.require(key);
                }
                self.require(value);
                self.require(collection);
            }
            // `print` alone takes what is undefined.
            ExprKind::Call {
                function,
                arguments,
                ..
            } if *function != ["print"] => {
                for argument in arguments {
                    self.require(argument);
                }
            }
            _ => {}
        }
    }
}

/// Whether `expr` is `input.review.object`.
fn is_object(expr: &Expr) -> bool {
    expr.path()
        .is_some_and(|path| path == ["input", "review", "object"])
}

#[cfg(test)]
mod tests;
