//! The load checks: what would end the process, be answered wrongly, or never fire, said before a policy is in force.
//!
//! Every problem of every module is collected; a check never judges style.

use std::sync::Arc;

use super::Module;
use super::calls;
use super::graph;
use super::negation;
use super::scope::Scope;
use super::variables;
use crate::engine::syntax::lexer::{Token, TokenKind};
use crate::engine::syntax::{self, RuleKind};
use crate::model::{LoadProblem, Span};

/// Documents below `data` that every unit is given.
pub(super) const BASE: &[&str] = &["portcullis"];

/// Runs all checks on a unit, its entry module first.
pub(super) fn run(modules: &[(&Module, &syntax::Module)], entry: Option<&str>) -> Vec<LoadProblem> {
    let scope = Scope::new(modules);
    let mut problems = Vec::new();
    for (number, (module, tree)) in modules.iter().enumerate() {
        tokens(module, &mut problems);
        imports(module, tree, &scope, &mut problems);
        base(module, tree, &mut problems);
        calls::check(number, module, tree, &scope, &mut problems);
        negation::check(number, module, tree, &scope, &mut problems);
        variables::check(number, module, tree, &scope, &mut problems);
    }
    split_functions(modules, &scope, &mut problems);
    if let (Some(entry), Some((module, tree))) = (entry, modules.first()) {
        entry_point(module, tree, entry, &mut problems);
    }
    graph::check(modules, &scope, &mut problems);
    problems
        .sort_by(|a, b| (a.source.name(), a.span, a.code).cmp(&(b.source.name(), b.span, b.code)));
    problems.dedup_by(|a, b| {
        a.source.name() == b.source.name() && a.span == b.span && a.code == b.code
    });
    problems
}

/// One problem of a module.
pub(super) fn problem(
    module: &Module,
    span: Span,
    code: &'static str,
    message: &str,
    help: &str,
) -> LoadProblem {
    LoadProblem {
        policy: None,
        source: Arc::clone(&module.source),
        span,
        code,
        message: message.to_owned(),
        help: Some(help.to_owned()),
    }
}

/// What a syntax error at `span` really is, if it is syntax that OPA has learnt since.
pub(super) fn newer_syntax(module: &Module, span: Span) -> Option<(String, &'static str)> {
    let text = module.source.text();
    let code: Vec<&Token> = module
        .tokens()
        .iter()
        .filter(|token| token.kind != TokenKind::Comment)
        .collect();
    let at = code.partition_point(|token| token.span.end <= span.start);
    let around = code
        .get(at.saturating_sub(2)..(at + 2).min(code.len()))
        .unwrap_or_default();
    if code.iter().any(|token| token.text(text) == "$") {
        return Some((
            "template strings are OPA 1.12's and not supported".to_owned(),
            "write `sprintf(…)`",
        ));
    }
    if around
        .iter()
        .any(|token| matches!(token.text(text), "and" | "or"))
    {
        return Some((
            "`and` and `or` are OPA 1.20's and not supported".to_owned(),
            "write two bodies, or a helper rule",
        ));
    }
    let rule_v0 = around.iter().any(|token| token.text(text) == "{")
        || around.iter().any(|token| token.text(text) == "]");
    rule_v0.then(|| {
        (
            "not Rego v1".to_owned(),
            "policies are Rego v1: `violation contains x if { … }`; Rego v0 isn't read",
        )
    })
}

/// What shows in tokens alone: rows 3, 13 and 14 of the table of differences.
fn tokens(module: &Module, problems: &mut Vec<LoadProblem>) {
    let text = module.source.text();
    let code: Vec<&Token> = module
        .tokens()
        .iter()
        .filter(|token| token.kind != TokenKind::Comment)
        .collect();
    for pair in code.windows(2) {
        let [before, token] = pair else { continue };
        let (first, second) = (before.text(text), token.text(text));
        let gap = module
            .source
            .slice(Span::new(before.span.end, token.span.start));
        let ends = matches!(before.kind, TokenKind::Name) && !is_keyword(first)
            || matches!(first, "]" | ")");
        if second == "(" && gap.contains('\n') && ends {
            problems.push(problem(
                module,
                token.span,
                "line-begins-with-parenthesis",
                "a line that begins with `(` is read as a call of the line above",
                "bind what the parentheses hold first, or write `;` at the end of the line above",
            ));
        }
        if first == "not"
            && second == "{"
            && !module
                .source
                .slice(Span::new(token.span.start, token.span.end))
                .is_empty()
            && is_block(text, &code, token)
        {
            problems.push(problem(
                module,
                token.span,
                "unsupported-syntax",
                "`not { … }` is OPA 1.17's and not supported",
                "write a helper rule and `not` that",
            ));
        }
    }
    for triple in code.windows(6) {
        let words: Vec<&str> = triple.iter().map(|token| token.text(text)).collect();
        if words == ["import", "future", ".", "keywords", ".", "not"] {
            let span = triple.first().map(|token| token.span).unwrap_or_default();
            problems.push(problem(
                module,
                span,
                "unsupported-syntax",
                "`future.keywords.not` is OPA 1.17's and not supported",
                "remove the import, and bind what may be absent before `not`",
            ));
        }
    }
}

/// Whether braces behind `not` hold statements rather than a set or object: they hold no `,` or `:` or `|` of their own.
fn is_block(text: &str, code: &[&Token], brace: &Token) -> bool {
    let mut depth = 0_i32;
    for token in code
        .iter()
        .skip_while(|token| token.span.start < brace.span.start)
    {
        match token.text(text) {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => {
                depth -= 1;
                if depth == 0 {
                    return true;
                }
            }
            "," | ":" | "|" if depth == 1 => return false,
            _ => {}
        }
    }
    true
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "some"
            | "in"
            | "if"
            | "else"
            | "with"
            | "as"
            | "every"
            | "contains"
            | "default"
            | "import"
            | "package"
    )
}

/// An import of nothing is an empty set for ever.
fn imports(
    module: &Module,
    tree: &syntax::Module,
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    let mut seen: Vec<&syntax::Import> = Vec::new();
    for import in &tree.imports {
        let known = match import.path.split_first() {
            Some((root, below)) if root == "data" => is_known(below, scope),
            Some((root, _)) if root == "input" => true,
            _ => matches!(
                import.path.first().map(String::as_str),
                Some("rego" | "future")
            ),
        };
        if !known {
            let path = import.path.join(".");
            problems.push(problem(
                module,
                import.span,
                "unknown-import",
                &format!("`{path}` is nothing that this policy has"),
                "import a package that lies beside the policy, or one of `data.policies.lib`",
            ));
        }
        if seen
            .iter()
            .any(|other| other.name == import.name && other.path != import.path)
        {
            problems.push(problem(
                module,
                import.span,
                "unknown-import",
                &format!("two imports are named `{}`", import.name),
                "name one of them with `as`",
            ));
        }
        seen.push(import);
    }
}

/// Whether a path below `data` is a package, leads to one, or is a rule or base document.
pub(super) fn is_known(path: &[String], scope: &Scope<'_>) -> bool {
    let base = path
        .first()
        .is_some_and(|first| BASE.contains(&first.as_str()));
    base || scope
        .packages
        .iter()
        .any(|package| package.starts_with(path))
        || scope
            .rules
            .keys()
            .any(|rule| rule.starts_with(path) || path.starts_with(rule))
}

/// Base documents win over rules in silence: a feed could replace a policy.
fn base(module: &Module, tree: &syntax::Module, problems: &mut Vec<LoadProblem>) {
    let mut shadowed = |span: Span| {
        problems.push(problem(
            module,
            span,
            "data-shadows-rule",
            "a rule stands where a document of `data` is given: the document would replace it",
            "name the package otherwise than `portcullis`",
        ));
    };
    let below = module
        .package
        .first()
        .is_some_and(|first| BASE.contains(&first.as_str()));
    if below || module.package.is_empty() {
        return shadowed(module.package_span);
    }
    for rule in tree.rules.iter().filter(|rule| {
        module.package.is_empty()
            && rule
                .name
                .first()
                .is_some_and(|name| BASE.contains(&name.as_str()))
    }) {
        shadowed(rule.name_span);
    }
}

/// A function whose bodies lie in two files: row 7.
fn split_functions(
    modules: &[(&Module, &syntax::Module)],
    scope: &Scope<'_>,
    problems: &mut Vec<LoadProblem>,
) {
    for named in scope.rules.values() {
        let mut functions = named
            .rules
            .iter()
            .filter(|(_, rule)| rule.kind == RuleKind::Function);
        let Some((first, _)) = functions.next() else {
            continue;
        };
        if let Some((number, rule)) = functions.find(|(number, _)| number != first)
            && let Some((module, _)) = modules.get(*number)
        {
            problems.push(problem(
                module,
                rule.name_span,
                "split-function",
                "this function has bodies in two files",
                "keep all bodies of a function in one file",
            ));
        }
    }
}

/// The entry must be there; what it makes is judged when it is run (a `Failure` of class result-shape).
fn entry_point(
    module: &Module,
    tree: &syntax::Module,
    entry: &str,
    problems: &mut Vec<LoadProblem>,
) {
    if tree
        .rules
        .iter()
        .any(|rule| rule.name.first().is_some_and(|name| name == entry))
    {
        return;
    }
    let near = tree.rules.iter().find(|rule| {
        matches!(
            rule.name.first().map(String::as_str),
            Some("violations" | "deny" | "warn")
        )
    });
    let span = near.map_or(module.package_span, |rule| rule.name_span);
    let help = format!("write `{entry} contains {{\"path\": path, \"msg\": msg}} if {{ … }}`");
    problems.push(problem(
        module,
        span,
        "entry-point",
        &format!("the policy has no rule `{entry}`"),
        &help,
    ));
}
