//! The engine's syntax tree turned at once into ours.
//!
//! Bounds what the engine's parser is given, so that no text can overflow a stack; never lets a tree of the engine out.

use regorus::unstable as raw;
use regorus::{Source, Value};

use crate::engine::compat;
use crate::engine::syntax::lexer::{self, TokenKind};
use crate::engine::syntax::{
    Body, Expr, ExprKind, Import, Module, Operator, Rule, RuleKind, Statement, StatementKind,
};
use crate::model::Span;

/// Longest text of one module, in bytes.
pub(crate) const MAX_BYTES: usize = 4 << 20;
/// Most lines of one module.
pub(crate) const MAX_LINES: usize = 100_000;
/// Longest line, in characters.
pub(crate) const MAX_COLUMNS: u32 = 1 << 20;
/// Deepest brackets inside each other.
const MAX_DEPTH: usize = 64;
/// Longest run of tokens without a bracket or a name between them, such as `not not not` or `---`.
const MAX_RUN: usize = 64;
/// Longest chain of `else` bodies.
const MAX_ELSE: usize = 200;

/// Why a text isn't Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) span: Span,
}

/// Parses a module as Rego v1.
pub(crate) fn parse(text: &str) -> Result<Module, ParseError> {
    bounded(text)?;
    let fail = |error: &dyn std::fmt::Display| failure(text, &error.to_string());
    let bytes = std::num::NonZeroUsize::new(MAX_BYTES).unwrap_or(std::num::NonZeroUsize::MIN);
    let lines = std::num::NonZeroUsize::new(MAX_LINES).unwrap_or(std::num::NonZeroUsize::MIN);
    let columns = std::num::NonZeroU32::new(MAX_COLUMNS).unwrap_or(std::num::NonZeroU32::MIN);
    let source = Source::from_contents_with_limits("0".to_owned(), text.to_owned(), bytes, lines)
        .map_err(|error| fail(&error))?;
    let parsed = raw::Parser::new(&source).and_then(|mut parser| {
        parser.set_max_col(columns);
        parser.enable_rego_v1()?;
        parser.parse()
    });
    let module = parsed.map_err(|error| fail(&error))?;
    Ok(Convert { text }.module(&module))
}

/// Refuses what the engine's parser would recurse on too deeply.
fn bounded(text: &str) -> Result<(), ParseError> {
    let (mut depth, mut run, mut elses) = (0_usize, 0_usize, 0_usize);
    for token in lexer::tokens(text) {
        let word = token.text(text);
        match word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "else" => elses += 1,
            _ => {}
        }
        let plain = matches!(token.kind, TokenKind::Symbol) && !matches!(word, "." | ",")
            || matches!(word, "not" | "some" | "with");
        run = if plain { run + 1 } else { 0 };
        let too_deep = depth > MAX_DEPTH || run > MAX_RUN || elses > MAX_ELSE;
        if too_deep {
            return Err(ParseError {
                message: "nested too deeply".to_owned(),
                span: token.span,
            });
        }
    }
    Ok(())
}

/// Place and message out of the engine's text: `--> file:line:col`, then `error: …`.
fn failure(text: &str, error: &str) -> ParseError {
    let place = error
        .split("--> ")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let mut numbers = place
        .into_iter()
        .flat_map(|place| place.rsplit(':'))
        .map_while(|part| part.trim().parse::<usize>().ok());
    let (column, line) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let message = error
        .rsplit("error: ")
        .next()
        .unwrap_or("not Rego")
        .lines()
        .next()
        .unwrap_or("not Rego");
    let message = message
        .trim()
        .trim_matches('`')
        .trim_end_matches('.')
        .to_owned();
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or_default();
    let tabs: Vec<u32> = (1..)
        .zip(rest.lines().next().unwrap_or_default().chars())
        .filter(|(_, c)| *c == '\t')
        .map(|(column, _)| column)
        .collect();
    let column = compat::characters(offset(column), &tabs) as usize;
    let at = start
        + rest
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(0, |(at, _)| at);
    let end = at
        + text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
    ParseError {
        message: if message.is_empty() {
            "not Rego".to_owned()
        } else {
            message
        },
        span: Span::new(offset(at), offset(end)),
    }
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

struct Convert<'a> {
    text: &'a str,
}

impl Convert<'_> {
    fn module(&self, module: &raw::Module) -> Module {
        Module {
            imports: module
                .imports
                .iter()
                .filter_map(|import| self.import(import))
                .collect(),
            rules: module.policy.iter().map(|rule| self.rule(rule)).collect(),
        }
    }

    fn import(&self, import: &raw::Import) -> Option<Import> {
        let path = self.expr(&import.refr).path()?;
        let name = import.r#as.as_ref().map(|name| name.text().to_owned());
        Some(Import {
            name: name.or_else(|| path.last().cloned())?,
            path,
            span: span(&import.span),
        })
    }

    fn rule(&self, rule: &raw::Rule) -> Rule {
        match rule {
            raw::Rule::Default {
                span: whole,
                refr,
                args,
                value,
                ..
            } => {
                let (name, name_span, _) = self.name(refr);
                Rule {
                    name,
                    name_span,
                    span: span(whole),
                    kind: if args.is_empty() {
                        RuleKind::Complete
                    } else {
                        RuleKind::Function
                    },
                    default: true,
                    arguments: self.exprs(args),
                    key: None,
                    value: Some(self.expr(value)),
                    bodies: Vec::new(),
                }
            }
            raw::Rule::Spec {
                span: whole,
                head,
                bodies,
            } => {
                let mut rule = self.head(head);
                rule.span = span(whole);
                rule.bodies = bodies
                    .iter()
                    .map(|body| Body {
                        value: body.assign.as_ref().map(|assign| self.expr(&assign.value)),
                        statements: self.query(&body.query),
                    })
                    .collect();
                rule
            }
        }
    }

    fn head(&self, head: &raw::RuleHead) -> Rule {
        let (refr, kind, arguments, key, assign) = match head {
            raw::RuleHead::Compr { refr, assign, .. } => {
                (refr, RuleKind::Complete, Vec::new(), None, assign.as_ref())
            }
            raw::RuleHead::Set { refr, key, .. } => (
                refr,
                RuleKind::Set,
                Vec::new(),
                key.as_ref().map(|key| self.expr(key)),
                None,
            ),
            raw::RuleHead::Func {
                refr, args, assign, ..
            } => (
                refr,
                RuleKind::Function,
                self.exprs(args),
                None,
                assign.as_ref(),
            ),
        };
        let (name, name_span, member) = self.name(refr);
        Rule {
            name,
            name_span,
            span: name_span,
            kind: if member.is_some() && kind == RuleKind::Complete {
                RuleKind::Object
            } else {
                kind
            },
            default: false,
            arguments,
            key: key.or(member),
            value: assign.map(|assign| self.expr(&assign.value)),
            bodies: Vec::new(),
        }
    }

    /// Name, its place, and the key of `name[key]`.
    fn name(&self, refr: &raw::Ref<raw::Expr>) -> (Vec<String>, Span, Option<Expr>) {
        let refr = self.expr(refr);
        let place = refr.span;
        if let Some(path) = refr.path() {
            return (path, place, None);
        }
        match refr.kind {
            ExprKind::Index { base, index } => {
                (base.path().unwrap_or_default(), base.span, Some(*index))
            }
            _ => (Vec::new(), place, None),
        }
    }

    fn query(&self, query: &raw::Query) -> Vec<Statement> {
        query
            .stmts
            .iter()
            .map(|statement| self.statement(statement))
            .collect()
    }

    fn statement(&self, statement: &raw::LiteralStmt) -> Statement {
        let kind = match &statement.literal {
            raw::Literal::SomeVars { vars, .. } => {
                StatementKind::Some(vars.iter().map(|name| name.text().to_owned()).collect())
            }
            raw::Literal::SomeIn {
                key,
                value,
                collection,
                ..
            } => StatementKind::SomeIn {
                key: key.as_ref().map(|key| self.expr(key)),
                value: self.expr(value),
                collection: self.expr(collection),
            },
            raw::Literal::Expr { expr, .. } => StatementKind::Expr(self.expr(expr)),
            raw::Literal::NotExpr { expr, .. } => StatementKind::Not(self.expr(expr)),
            raw::Literal::Every {
                key,
                value,
                domain,
                query,
                ..
            } => StatementKind::Every {
                key: key.as_ref().map(|key| key.text().to_owned()),
                value: value.text().to_owned(),
                domain: self.expr(domain),
                body: self.query(query),
            },
        };
        Statement {
            kind,
            span: span(&statement.span),
            with: statement
                .with_mods
                .iter()
                .map(|with| (self.expr(&with.refr), self.expr(&with.r#as)))
                .collect(),
        }
    }

    fn exprs(&self, exprs: &[raw::Ref<raw::Expr>]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&self, expr: &raw::Ref<raw::Expr>) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn expr(&self, expr: &raw::Ref<raw::Expr>) -> Expr {
        use raw::Expr as E;
        let kind = match expr.as_ref() {
            E::String { value, .. } | E::RawString { value, .. } => ExprKind::String(text(value)),
            E::Number { .. } | E::Bool { .. } | E::Null { .. } => ExprKind::Scalar,
            E::Var { value, .. } => ExprKind::Var(text(value)),
            E::Array { items, .. } | E::Set { items, .. } => ExprKind::List(self.exprs(items)),
            E::Object { fields, .. } => ExprKind::Object(
                fields
                    .iter()
                    .map(|(_, key, value)| (self.expr(key), self.expr(value)))
                    .collect(),
            ),
            E::ArrayCompr { term, query, .. } | E::SetCompr { term, query, .. } => {
                ExprKind::Comprehension {
                    terms: vec![self.expr(term)],
                    body: self.query(query),
                }
            }
            E::ObjectCompr {
                key, value, query, ..
            } => ExprKind::Comprehension {
                terms: vec![self.expr(key), self.expr(value)],
                body: self.query(query),
            },
            E::Call { fcn, params, .. } => {
                let function = self.expr(fcn);
                ExprKind::Call {
                    function: function.path().unwrap_or_default(),
                    function_span: function.span,
                    arguments: self.exprs(params),
                }
            }
            E::UnaryExpr { expr, .. } => ExprKind::Negative(self.boxed(expr)),
            E::RefDot { refr, field, .. } => ExprKind::Field {
                base: self.boxed(refr),
                field: text(&field.1),
            },
            E::RefBrack { refr, index, .. } => ExprKind::Index {
                base: self.boxed(refr),
                index: self.boxed(index),
            },
            E::BinExpr { lhs, rhs, .. } => self.binary(Operator::Sets, lhs, rhs),
            E::ArithExpr { lhs, rhs, .. } => self.binary(Operator::Arithmetic, lhs, rhs),
            E::BoolExpr { op, lhs, rhs, .. } => {
                let operator = if *op == raw::BoolOp::Eq {
                    Operator::Equal
                } else {
                    Operator::Compare
                };
                self.binary(operator, lhs, rhs)
            }
            E::AssignExpr { op, lhs, rhs, .. } => {
                let operator = if *op == raw::AssignOp::ColEq {
                    Operator::Assign
                } else {
                    Operator::Unify
                };
                self.binary(operator, lhs, rhs)
            }
            E::Membership {
                key,
                value,
                collection,
                ..
            } => ExprKind::Membership {
                key: key.as_ref().map(|key| self.boxed(key)),
                value: self.boxed(value),
                collection: self.boxed(collection),
            },
        };
        Expr {
            span: self.whole(span(expr.span()), &kind),
            kind,
        }
    }

    fn binary(
        &self,
        operator: Operator,
        left: &raw::Ref<raw::Expr>,
        right: &raw::Ref<raw::Expr>,
    ) -> ExprKind {
        ExprKind::Binary {
            operator,
            left: self.boxed(left),
            right: self.boxed(right),
        }
    }

    /// The engine's spans of strings leave out the quotes.
    fn whole(&self, span: Span, kind: &ExprKind) -> Span {
        let at = |position: u32| self.text.as_bytes().get(position as usize).copied();
        let quoted = matches!(kind, ExprKind::String(_))
            && span.start > 0
            && matches!(at(span.start - 1), Some(b'"' | b'`'))
            && at(span.end) == at(span.start - 1);
        if quoted {
            Span::new(span.start - 1, span.end + 1)
        } else {
            span
        }
    }
}

fn span(span: &raw::Span) -> Span {
    Span::new(span.start, span.end)
}

fn text(value: &Value) -> String {
    value
        .as_string()
        .map(ToString::to_string)
        .unwrap_or_default()
}
