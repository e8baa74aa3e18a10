//! Calls of regorus' own builtins from ours, which only check the arguments first.
//!
//! Never evaluates Rego: the expressions handed over are placeholders for the places in error texts, which are cut.

use std::sync::OnceLock;

use regorus::unstable::{BUILTINS, Expr, Literal, Parser, Ref, Span};
use regorus::{Source, Value as Raw};

use super::value::Val;
use crate::engine::builtins::Fault;

/// More arguments than any builtin takes.
const PLACEHOLDERS: &str = "f(0, 0, 0, 0, 0, 0)";

struct Place {
    span: Span,
    expressions: Vec<Ref<Expr>>,
}

/// Whether regorus has a builtin of that name.
pub(crate) fn exists(name: &str) -> bool {
    BUILTINS.contains_key(name)
}

/// What regorus' builtin `name` makes of `arguments`, with builtin errors as errors.
pub(crate) fn call(name: &str, arguments: &[Val]) -> Result<Val, Fault> {
    let (Some((function, _)), Some(place)) = (BUILTINS.get(name), place()) else {
        return Err(Fault::Invalid);
    };
    let expressions = place
        .expressions
        .get(..arguments.len())
        .ok_or(Fault::Invalid)?;
    let arguments: Vec<Raw> = arguments
        .iter()
        .map(|argument| argument.0.clone())
        .collect();
    function(&place.span, expressions, &arguments, true)
        .map(Val)
        .map_err(|_| Fault::Invalid)
}

fn place() -> Option<&'static Place> {
    static PLACE: OnceLock<Option<Place>> = OnceLock::new();
    PLACE.get_or_init(parse).as_ref()
}

fn parse() -> Option<Place> {
    let source = Source::from_contents(String::new(), PLACEHOLDERS.to_owned()).ok()?;
    let query = Parser::new(&source).ok()?.parse_user_query().ok()?;
    let Literal::Expr { expr, .. } = &query.stmts.first()?.literal else {
        return None;
    };
    let Expr::Call { span, params, .. } = expr.as_ref() else {
        return None;
    };
    Some(Place {
        span: span.clone(),
        expressions: params.clone(),
    })
}
