//! What the object must hold for a body: where its references lead, and what they are compared with.
//!
//! What isn't told for sure is left out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::rego::{Condition, Holds, Step, Val};
use crate::engine::syntax::{Body, Expr, ExprKind, Operator, Statement, StatementKind};
use crate::model::Span;

/// What has to be in the object for all statements of `body` to hold; `text` is its module's.
pub(super) fn of(body: &Body, text: &str) -> Vec<Condition> {
    let mut seen = Seen {
        text,
        parts: BTreeMap::new(),
        keys: BTreeMap::new(),
        conditions: Vec::new(),
    };
    // A `with` changes what a reference means.
    let statements = || body.statements.iter().filter(|own| own.with.is_empty());
    // The order of statements says nothing: until nothing new is learnt.
    loop {
        let known = (seen.parts.len(), seen.keys.len());
        statements().for_each(|statement| seen.learn(statement));
        if (seen.parts.len(), seen.keys.len()) == known {
            break;
        }
    }
    for statement in statements() {
        match &statement.kind {
            StatementKind::Expr(expr) => seen.hold(expr),
            StatementKind::SomeIn { collection, .. } => seen.element(collection),
            StatementKind::Some(_) | StatementKind::Not(_) | StatementKind::Every { .. } => {}
        }
    }
    seen.conditions
}

/// What is known of a body: the variables that stand for a part of the object, and what has to be there.
struct Seen<'a> {
    text: &'a str,
    parts: BTreeMap<String, Vec<Step>>,
    /// The variables that are one of some strings.
    keys: BTreeMap<String, Vec<Val>>,
    conditions: Vec<Condition>,
}

impl Seen<'_> {
    /// `part := input.review.object.…`, `some part in input.review.object.…`.
    fn learn(&mut self, statement: &Statement) {
        let (name, of, last) = match &statement.kind {
            StatementKind::SomeIn {
                value, collection, ..
            } => (value, collection, Some(Step::Any)),
            StatementKind::Expr(Expr {
                kind:
                    ExprKind::Binary {
                        operator: Operator::Assign,
                        left,
                        right,
                    },
                ..
            }) => (left.as_ref(), right.as_ref(), None),
            _ => return,
        };
        let ExprKind::Var(name) = &name.kind else {
            return;
        };
        if let Some(mut steps) = self.steps(of) {
            steps.extend(last.clone());
            self.parts.entry(name.clone()).or_insert(steps);
        }
        // `some key in ["a", "b"]`.
        if let (Some(Step::Any), Some(keys)) = (last, strings(of)) {
            self.keys.entry(name.clone()).or_insert(keys);
        }
    }

    /// The way that `expr` leads into the object, if it does.
    fn steps(&self, expr: &Expr) -> Option<Vec<Step>> {
        if is_object(expr) {
            return Some(Vec::new());
        }
        let (base, step) = match &expr.kind {
            ExprKind::Var(name) => return self.parts.get(name).cloned(),
            ExprKind::Field { base, field } => (base, Step::Of(vec![Val::string(field)])),
            ExprKind::Index { base, index } => (base, self.step(index)),
            _ => return None,
        };
        let mut steps = self.steps(base)?;
        steps.push(step);
        Some(steps)
    }

    fn step(&self, index: &Expr) -> Step {
        let keys = match &index.kind {
            ExprKind::String(key) => Some(vec![Val::string(key)]),
            ExprKind::Var(name) => self.keys.get(name).cloned(),
            _ => None,
        };
        keys.map_or(Step::Any, Step::Of)
    }

    /// A statement that has to be defined, and not false.
    fn hold(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Binary {
                operator: operator @ (Operator::Equal | Operator::Compare | Operator::Unify),
                left,
                right,
            } => {
                let equal = match operator {
                    Operator::Compare if !self.differs(left.span, right.span) => None,
                    Operator::Compare => Some(false),
                    _ => Some(true),
                };
                self.compare(left, right, equal);
                self.compare(right, left, equal);
            }
            _ if self.steps(expr).is_some() => self.need(expr, Holds::Not(Val::FALSE)),
            _ => self.define(expr),
        }
    }

    /// `expr` compared with `with`: `true` for equality, `false` for `!=`, `None` for order.
    fn compare(&mut self, expr: &Expr, with: &Expr, equal: Option<bool>) {
        let holds = match (equal, self.constant(with)) {
            (Some(true), Some(value)) => Holds::This(value),
            (Some(false), Some(value)) => Holds::Not(value),
            _ => Holds::Something,
        };
        self.need(expr, holds);
    }

    /// Whether `!=` stands between two operands.
    fn differs(&self, left: Span, right: Span) -> bool {
        let between = self.text.get(left.end as usize..right.start as usize);
        // The engine's spans leave out quotes and brackets at the end.
        let trimmed = |text: &str| {
            text.trim_matches(|c: char| !matches!(c, '!' | '=' | '<' | '>'))
                .to_owned()
        };
        between.is_some_and(|between| trimmed(between) == "!=")
    }

    /// The value of a string, an integer of 64 bits, a boolean or null as it is written; larger numbers and fractions may be read
    /// otherwise by the engine.
    fn constant(&self, expr: &Expr) -> Option<Val> {
        match &expr.kind {
            ExprKind::String(text) => Some(Val::string(text)),
            ExprKind::Scalar => {
                let span = expr.span;
                let text = self.text.get(span.start as usize..span.end as usize)?;
                let value: Value = serde_json::from_str(text).ok()?;
                let exact = !value.is_number() || value.is_i64();
                exact.then(|| Val::from_json(&value).ok())?
            }
            _ => None,
        }
    }

    /// `expr` has to be a collection with an element.
    fn element(&mut self, collection: &Expr) {
        match self.steps(collection) {
            Some(mut steps) => {
                steps.push(Step::Any);
                self.push(steps, Holds::Something);
                self.parts_of(collection);
            }
            None => self.define(collection),
        }
    }

    /// `expr` has to be defined, and if it leads into the object, to hold that.
    fn need(&mut self, expr: &Expr, holds: Holds) {
        match self.steps(expr) {
            Some(steps) => {
                self.push(steps, holds);
                self.parts_of(expr);
            }
            None => self.define(expr),
        }
    }

    /// What of a reference has to be defined besides what it leads to: the indices.
    fn parts_of(&mut self, reference: &Expr) {
        match &reference.kind {
            ExprKind::Field { base, .. } => self.parts_of(base),
            ExprKind::Index { base, index } => {
                self.define(index);
                self.parts_of(base);
            }
            _ => {}
        }
    }

    /// Conditions without which `expr` is undefined.
    fn define(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Var(_) | ExprKind::Field { .. } | ExprKind::Index { .. }
                if self.steps(expr).is_some() =>
            {
                self.need(expr, Holds::Something);
            }
            ExprKind::Field { base, .. } => self.define(base),
            ExprKind::Index { base, index } => {
                self.define(base);
                self.define(index);
            }
            // What is assigned to is a pattern.
            ExprKind::Binary {
                operator: Operator::Assign,
                right,
                ..
            } => self.define(right),
            ExprKind::Binary { left, right, .. } => {
                self.define(left);
                self.define(right);
            }
            ExprKind::Membership {
                key,
                value,
                collection,
            } => {
                if let Some(key) = key {
                    self.define(key);
                }
                self.define(value);
                self.define(collection);
            }
            // `print` alone takes what is undefined.
            ExprKind::Call {
                function,
                arguments,
                ..
            } if *function != ["print"] => {
                for argument in arguments {
                    self.define(argument);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, steps: Vec<Step>, holds: Holds) {
        let condition = Condition { steps, holds };
        if !condition.steps.is_empty() && !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }
}

/// The elements of a list of nothing but strings.
fn strings(list: &Expr) -> Option<Vec<Val>> {
    let ExprKind::List(items) = &list.kind else {
        return None;
    };
    let string = |item: &Expr| match &item.kind {
        ExprKind::String(text) => Some(Val::string(text)),
        _ => None,
    };
    items.iter().map(string).collect()
}

/// Whether `expr` is `input.review.object`.
fn is_object(expr: &Expr) -> bool {
    expr.path()
        .is_some_and(|path| path == ["input", "review", "object"])
}
