//! Rego as we see it: tokens with comments, and a tree with exact byte spans.
//!
//! Knows nothing of an engine: `rego/parse` turns the engine's tree into this one.

pub(crate) mod lexer;

use crate::model::Span;

/// One module.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    /// Imports, in order.
    pub(crate) imports: Vec<Import>,
    /// Rules, in order.
    pub(crate) rules: Vec<Rule>,
}

/// An `import`.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// The whole path, `data` or `input` first.
    pub(crate) path: Vec<String>,
    /// The name that it has in the module.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) span: Span,
}

/// What a rule's head makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// One value.
    Complete,
    /// An element of a set (`contains`).
    Set,
    /// A member of an object (`name[key] := value`).
    Object,
    /// A function.
    Function,
}

/// A rule, or one of several of the same name.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Its name below the package; more than one part for `a.b := …`.
    pub(crate) name: Vec<String>,
    /// Where its name stands.
    pub(crate) name_span: Span,
    /// Where all of it stands.
    pub(crate) span: Span,
    /// What it makes.
    pub(crate) kind: RuleKind,
    /// Whether it is a `default`.
    pub(crate) default: bool,
    /// A function's arguments.
    pub(crate) arguments: Vec<Expr>,
    /// A set's element or an object's key.
    pub(crate) key: Option<Expr>,
    /// The value in the head.
    pub(crate) value: Option<Expr>,
    /// Its bodies, `else` ones among them.
    pub(crate) bodies: Vec<Body>,
}

/// A body of a rule.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// The value of an `else` body.
    pub(crate) value: Option<Expr>,
    /// Its statements.
    pub(crate) statements: Vec<Statement>,
}

/// A statement of a body.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// What it says.
    pub(crate) kind: StatementKind,
    /// Where it stands.
    pub(crate) span: Span,
    /// `with target as value`.
    pub(crate) with: Vec<(Expr, Expr)>,
}

/// What a statement says.
#[derive(Debug, Clone)]
pub(crate) enum StatementKind {
    /// `some a, b`.
    Some(Vec<String>),
    /// `some k, v in xs`.
    SomeIn {
        key: Option<Expr>,
        value: Expr,
        collection: Expr,
    },
    /// An expression.
    Expr(Expr),
    /// `not` an expression.
    Not(Expr),
    /// `every k, v in xs { … }`.
    Every {
        key: Option<String>,
        value: String,
        domain: Expr,
        body: Vec<Statement>,
    },
}

/// An expression.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    /// What it is.
    pub(crate) kind: ExprKind,
    /// Where it stands.
    pub(crate) span: Span,
}

/// How two operands are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `:=`.
    Assign,
    /// `=`.
    Unify,
    /// `==`.
    Equal,
    /// `!=`, `<`, `<=`, `>`, `>=`.
    Compare,
    /// `+ - * / %`.
    Arithmetic,
    /// `& |`.
    Sets,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// A number, boolean or null.
    Scalar,
    /// A string's value.
    String(String),
    /// A variable.
    Var(String),
    /// An array or a set.
    List(Vec<Expr>),
    /// An object.
    Object(Vec<(Expr, Expr)>),
    /// A comprehension: its terms, then its body.
    Comprehension {
        terms: Vec<Expr>,
        body: Vec<Statement>,
    },
    /// A call; the function's path is empty if it is no plain path.
    Call {
        function: Vec<String>,
        function_span: Span,
        arguments: Vec<Expr>,
    },
    /// `-x`.
    Negative(Box<Expr>),
    /// `base.field`.
    Field { base: Box<Expr>, field: String },
    /// `base[index]`.
    Index { base: Box<Expr>, index: Box<Expr> },
    /// Two operands.
    Binary {
        operator: Operator,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `k, v in xs` as an expression.
    Membership {
        key: Option<Box<Expr>>,
        value: Box<Expr>,
        collection: Box<Expr>,
    },
}

impl Expr {
    /// The path of a plain reference: names, fields and constant string indices; `None` for anything else.
    pub(crate) fn path(&self) -> Option<Vec<String>> {
        match &self.kind {
            ExprKind::Var(name) => Some(vec![name.clone()]),
            ExprKind::Field { base, field } => {
                let mut path = base.path()?;
                path.push(field.clone());
                Some(path)
            }
            ExprKind::Index { base, index } => match &index.kind {
                ExprKind::String(text) => {
                    let mut path = base.path()?;
                    path.push(text.clone());
                    Some(path)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Its direct parts; a comprehension's are its terms.
    pub(crate) fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Scalar | ExprKind::String(_) | ExprKind::Var(_) => Vec::new(),
            ExprKind::List(items) => items.iter().collect(),
            ExprKind::Object(members) => members
                .iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
            ExprKind::Comprehension { terms, .. } => terms.iter().collect(),
            ExprKind::Call { arguments, .. } => arguments.iter().collect(),
            ExprKind::Negative(inner) | ExprKind::Field { base: inner, .. } => vec![inner],
            ExprKind::Index { base, index } => vec![base, index],
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::Membership {
                key,
                value,
                collection,
            } => {
                let mut parts: Vec<&Expr> = key.iter().map(AsRef::as_ref).collect();
                parts.extend([value.as_ref(), collection.as_ref()]);
                parts
            }
        }
    }
}

impl Rule {
    /// Every expression of the rule, outer ones first, those of inner bodies included.
    pub(crate) fn each_expr<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        let head = self.arguments.iter().chain(&self.key).chain(&self.value);
        head.for_each(|expr| expr.each(see));
        for body in &self.bodies {
            body.value.iter().for_each(|expr| expr.each(see));
            each_in(&body.statements, see);
        }
    }

    /// Every statement of the rule, those of inner bodies included.
    pub(crate) fn each_statement<'a>(&'a self, see: &mut dyn FnMut(&'a Statement)) {
        let mut inner = |expr: &'a Expr| {
            if let ExprKind::Comprehension { body, .. } = &expr.kind {
                body.iter().for_each(&mut *see);
            }
        };
        self.each_expr(&mut inner);
        for body in &self.bodies {
            statements(&body.statements, see);
        }
    }
}

impl Expr {
    /// This expression and everything in it, outer ones first.
    pub(crate) fn each<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        see(self);
        self.children()
            .into_iter()
            .for_each(|child| child.each(see));
        if let ExprKind::Comprehension { body, .. } = &self.kind {
            each_in(body, see);
        }
    }
}

impl Statement {
    /// The expressions of the statement itself; an `every`'s body is not among them.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        let mut exprs: Vec<&Expr> = match &self.kind {
            StatementKind::Some(_) => Vec::new(),
            StatementKind::SomeIn {
                key,
                value,
                collection,
            } => key.iter().chain([value, collection]).collect(),
            StatementKind::Expr(expr)
            | StatementKind::Not(expr)
            | StatementKind::Every { domain: expr, .. } => vec![expr],
        };
        exprs.extend(self.with.iter().flat_map(|(target, value)| [target, value]));
        exprs
    }
}

fn each_in<'a>(body: &'a [Statement], see: &mut dyn FnMut(&'a Expr)) {
    for statement in body {
        statement
            .exprs()
            .into_iter()
            .for_each(|expr| expr.each(see));
        if let StatementKind::Every { body, .. } = &statement.kind {
            each_in(body, see);
        }
    }
}

fn statements<'a>(body: &'a [Statement], see: &mut dyn FnMut(&'a Statement)) {
    for statement in body {
        see(statement);
        if let StatementKind::Every { body, .. } = &statement.kind {
            statements(body, see);
        }
    }
}
