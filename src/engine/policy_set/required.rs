//! Which rules of a policy can find anything in an object, by the conditions of their bodies: only those are run.
//!
//! Read off the policy's text, as OPA's rule index is; sooner too few conditions than too many, so that nothing that could hold is left out.

mod conditions;

use std::sync::Arc;

use super::rule_path;
use crate::engine::compat::{self, Rename};
use crate::engine::rego::{Condition, Val};
use crate::engine::syntax::{Expr, ExprKind, Operator, Rule, RuleKind, Statement, StatementKind};
use crate::model::Span;

/// Rules that are run one by one cost more than all at once when there are many.
const MOST_GROUPS: usize = 8;

/// The rules that make a policy's violations, in groups that need the same of an object.
#[derive(Debug)]
pub(super) struct Required {
    groups: Vec<Group>,
    renames: Vec<Rename>,
}

/// Rules that are run together.
#[derive(Debug, PartialEq)]
struct Group {
    /// The path of the rules, `data.…`.
    path: String,
    /// What each body needs; it can hold only where all of it is.
    bodies: Vec<Vec<Condition>>,
}

/// A rule whose bodies are known.
struct Known {
    module: usize,
    name_span: Span,
    bodies: Vec<Vec<Condition>>,
}

impl Required {
    /// What the rules `rule` of the first of `modules` need.
    pub(super) fn new(modules: &[Arc<compat::Module>], rule: &str) -> Self {
        let package = modules.first().map(|module| module.package.as_slice());
        let package = package.unwrap_or_default();
        let group = |name: &str, bodies| Group {
            path: rule_path(package, name),
            bodies,
        };
        let together = |bodies| Self {
            groups: vec![group(rule, bodies)],
            renames: Vec::new(),
        };
        let Some(known) = known(modules, package, rule) else {
            return together(vec![Vec::new()]);
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut renames = Vec::new();
        for one in &known {
            let position = groups.iter().position(|own| own.bodies == one.bodies);
            let position = position.unwrap_or_else(|| {
                groups.push(group(&name(rule, groups.len()), one.bodies.clone()));
                groups.len() - 1
            });
            if position > 0 {
                renames.push(Rename {
                    module: one.module,
                    span: one.name_span,
                    name: name(rule, position),
                });
            }
        }
        let path = |name: String| [package, &[name]].concat();
        let names: Vec<_> = (1..groups.len())
            .map(|group| path(name(rule, group)))
            .collect();
        let one = groups.len() == 1;
        if one
            || groups.len() <= MOST_GROUPS
                && compat::may_rename(modules, &path(rule.to_owned()), &names)
        {
            return Self { groups, renames };
        }
        together(known.into_iter().flat_map(|one| one.bodies).collect())
    }

    /// The paths of the rules that may find something in `object`.
    pub(super) fn of(&self, object: &Val) -> Vec<&str> {
        let may_hold = |group: &&Group| {
            let mut bodies = group.bodies.iter();
            bodies.any(|body| body.iter().all(|condition| condition.is_met_by(object)))
        };
        let groups = self.groups.iter().filter(may_hold);
        groups.map(|group| group.path.as_str()).collect()
    }

    /// How the rules have to be called, so that each group has its own path.
    pub(super) fn renames(&self) -> &[Rename] {
        &self.renames
    }
}

/// The name of a group's rules; those of the first keep theirs.
fn name(rule: &str, group: usize) -> String {
    match group {
        0 => rule.to_owned(),
        group => format!("{rule}__{group}"),
    }
}

/// The rules of that name; `None`: it can't be told what they need.
fn known(modules: &[Arc<compat::Module>], package: &[String], rule: &str) -> Option<Vec<Known>> {
    let mut entry = package.to_vec();
    entry.push(rule.to_owned());
    let mut known = Vec::new();
    for (number, module) in modules.iter().enumerate() {
        for rule in &module.tree().ok()?.rules {
            let path: Vec<&String> = module.package.iter().chain(&rule.name).collect();
            let shared = path.iter().zip(&entry).all(|(own, entry)| *own == entry);
            if !shared {
                continue;
            }
            // What makes more or less than the set itself, or from another package, is told by running it.
            if path.len() != entry.len() || rule.name.len() != 1 || !is_plain(rule) {
                return None;
            }
            let bodies = rule.bodies.iter();
            let bodies = bodies.map(|body| conditions::of(body, module.source.text()));
            let mut bodies: Vec<_> = bodies.collect();
            if bodies.is_empty() {
                bodies.push(Vec::new());
            }
            known.push(Known {
                module: number,
                name_span: rule.name_span,
                bodies,
            });
        }
    }
    (!known.is_empty()).then_some(known)
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

#[cfg(test)]
mod tests;
