//! The edits: iteration over null (row 18), and tests of one name.
//!
//! Edits are insertions and renames on one line; none changes what a statement means to OPA.

use std::collections::BTreeMap;

use super::map::{self, Edit, EditMap};
use super::{COLLECTION, Module, Rename, Test};
use crate::engine::syntax::lexer::{Token, TokenKind};
use crate::engine::syntax::{self, Expr, ExprKind, Statement, StatementKind};
use crate::model::Span;

/// A test and the rule that is renamed for it, if another one has its name.
pub(super) struct Found {
    pub(super) test: Test,
    renamed: Option<(usize, Span)>,
}

/// The tests of the first module's package.
pub(super) fn tests(modules: &[(&Module, &syntax::Module)]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let Some((entry, _)) = modules.first() else {
        return found;
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (number, (module, tree)) in modules.iter().enumerate() {
        if module.package != entry.package {
            continue;
        }
        for rule in tree.rules.iter().filter(|rule| !rule.default) {
            let Some(name) = rule
                .name
                .first()
                .filter(|name| name.starts_with("test_") || name.starts_with("todo_test_"))
            else {
                continue;
            };
            let count = counts.entry(name.clone()).or_default();
            let again = *count > 0;
            found.push(Found {
                test: Test {
                    name: if again {
                        format!("{name}#{count:02}")
                    } else {
                        name.clone()
                    },
                    rule: if again {
                        format!("{name}__{count:02}")
                    } else {
                        name.clone()
                    },
                    file: module.source.name().to_owned(),
                    line: module.source.place(rule.name_span).line,
                    todo: name.starts_with("todo_"),
                },
                renamed: again.then_some((number, rule.name_span)),
            });
            *count += 1;
        }
    }
    found
}

/// A module's edited text and its map.
pub(super) fn module<'a>(
    module: &Module,
    tree: &syntax::Module,
    tests: &[Found],
    renames: impl Iterator<Item = &'a Rename>,
) -> (String, EditMap) {
    let edit = |rename: &Rename| Edit {
        span: rename.span,
        text: rename.name.clone(),
    };
    let mut edits: Vec<Edit> = renames.map(edit).collect();
    for rule in &tree.rules {
        rule.each_statement(&mut |statement| {
            let collection = match &statement.kind {
                StatementKind::SomeIn { collection, .. } => collection,
                StatementKind::Every { domain, .. } => domain,
                _ => return,
            };
            if !is_collection(collection) {
                edits.extend(guard(module, statement).into_iter().flatten());
            }
        });
    }
    for found in tests {
        if let Some((_, span)) = found
            .renamed
            .filter(|_| found.test.file == module.source.name())
        {
            edits.push(Edit {
                span,
                text: found.test.rule.clone(),
            });
        }
    }
    map::apply(&module.source, edits)
}

/// Whether an expression is a collection by its form, so that iterating over it needs no guard.
pub(super) fn is_collection(expr: &Expr) -> bool {
    let walk =
        matches!(&expr.kind, ExprKind::Call { function, .. } if function == &["walk".to_owned()]);
    walk || matches!(
        expr.kind,
        ExprKind::List(_) | ExprKind::Object(_) | ExprKind::Comprehension { .. }
    )
}

/// `some x in e` → `some x in portcullis.collection(e)`, and `every` likewise: over null or a scalar the statement is undefined.
fn guard(module: &Module, statement: &Statement) -> Option<[Edit; 2]> {
    let (_, word_in) = head(module, statement.span)?;
    let mut tokens = inside(module, statement, word_in);
    let first = tokens.next()?;
    let last = tokens.last().unwrap_or(first);
    Some([
        Edit {
            span: Span::new(first.span.start, first.span.start),
            text: format!("{COLLECTION}("),
        },
        Edit {
            span: Span::new(last.span.end, last.span.end),
            text: ")".to_owned(),
        },
    ])
}

/// The tokens of the collection: behind `in`, up to `with`, an `every`'s brace, or the end of the statement.
///
/// The engine's spans leave out a closing quote, so the statement ends with the last token that begins inside.
fn inside<'a>(
    module: &'a Module,
    statement: &'a Statement,
    word_in: Token,
) -> impl Iterator<Item = Token> + 'a {
    let is_every = matches!(statement.kind, StatementKind::Every { .. });
    let mut depth = 0_i32;
    let mut begun = false;
    code(module)
        .skip_while(move |token| token.span.start < word_in.span.end)
        .take_while(move |token| {
            let text = token.text(module.source.text());
            let ends = depth == 0 && (text == "with" || is_every && begun && text == "{");
            match text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            begun = true;
            !ends && depth >= 0 && token.span.start < statement.span.end
        })
}

/// The first token of a statement, and its `in` outside of all brackets.
fn head(module: &Module, span: Span) -> Option<(Token, Token)> {
    let mut tokens = code(module).skip_while(|token| token.span.start < span.start);
    let first = tokens.next()?;
    let mut depth = 0_i32;
    for token in tokens {
        match token.text(module.source.text()) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "in" if depth == 0 => return Some((first, token)),
            _ => {}
        }
    }
    None
}

fn code(module: &Module) -> impl Iterator<Item = Token> {
    module
        .tokens()
        .iter()
        .copied()
        .filter(|token| token.kind != TokenKind::Comment)
}
