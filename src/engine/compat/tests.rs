//! Every row of the table of differences: what the engine does by itself, and what we do about it.

use std::sync::Arc;

use super::*;
use crate::engine::rego;

const PACKAGE: &str = "package policies.test.t\n\n";

/// The module's problems as `code line:column`, its text in the package of a policy.
fn problems(body: &str) -> Vec<String> {
    problems_of(&[&format!("{PACKAGE}{body}\n")], Some("violation"))
}

fn problems_of(texts: &[&str], entry: Option<&str>) -> Vec<String> {
    let shown = |problem: &LoadProblem| {
        let place = problem.place();
        assert!(
            !problem.message.ends_with('.') && problem.help.is_some(),
            "{problem:?}"
        );
        format!("{} {}:{}", problem.code, place.line, place.column)
    };
    let sources = texts
        .iter()
        .enumerate()
        .map(|(number, text)| Arc::new(SourceText::new(format!("{number}.rego"), *text)));
    let mut modules = Vec::new();
    let mut found = Vec::new();
    for source in sources {
        match load(&source, false) {
            Ok(module) => modules.push(module),
            Err(problems) => found.extend(problems.iter().map(shown)),
        }
    }
    if found.is_empty()
        && let Err(problems) = unit(
            &modules.iter().collect::<Vec<_>>(),
            entry,
            Checks::Full,
            None,
            &[],
        )
    {
        found.extend(problems.iter().map(shown));
    }
    found
}

#[track_caller]
fn refused(body: &str, expected: &[&str]) {
    assert_eq!(problems(body), expected, "{body}");
}

/// The body is sound once the entry is there.
#[track_caller]
fn sound(body: &str) {
    let entry = "violation contains {\"path\": [], \"msg\": \"m\"} if input.review.object.a\n";
    assert_eq!(
        problems(&format!("{entry}{body}")),
        Vec::<String>::new(),
        "{body}"
    );
}

#[test]
fn the_entry_must_be_there() {
    refused("a := 1", &["entry-point 1:1"]);
    refused("violations contains \"x\" if true", &["entry-point 3:1"]);
    sound("a := 1");
}

#[test]
fn recursion_is_refused_wherever_it_hides() {
    let entry = "violation contains {\"msg\": \"m\", \"path\": []} if f(1)\n";
    refused(&format!("{entry}f(x) := f(x)"), &["recursive-function 4:1"]);
    refused(
        &format!("{entry}f(x) := g(x)\ng(x) := [y | y := h(x)]\nh(x) if f(x)"),
        &["recursive-function 4:1"],
    );
    refused(
        &format!("{entry}f(x) if a\na if f(1)"),
        &["recursive-function 5:1"],
    );
    refused(
        "violation contains {\"msg\": \"m\", \"path\": []} if count(violation) > 0",
        &["recursive-function 3:1"],
    );
    refused(
        &format!("{entry}f(x) := x if g(1) with g as h\ng(x) := x\nh(x) := f(x)"),
        &["recursive-function 4:1"],
    );
    sound("f(x) := g(x)\ng(x) := x\nb := f(g(1))");
    sound("a := 1\nf(a) := a");
}

#[test]
fn a_long_chain_of_calls_is_refused() {
    let chain = |length: usize| {
        let links = (0..length).map(|at| format!("f{at}(x) := f{}(x)", at + 1));
        let last = format!("f{length}(x) := x");
        links.chain([last]).collect::<Vec<_>>().join("\n")
    };
    let entry = "violation contains {\"msg\": \"m\", \"path\": []} if f0(1)\n";
    refused(&format!("{entry}{}", chain(220)), &["call-depth 3:1"]);
    sound(&chain(100));
}

#[test]
fn unknown_functions_and_arities_are_said_at_load() {
    let body =
        |call: &str| format!("violation contains {{\"msg\": \"m\", \"path\": []}} if {call}");
    refused(&body("no.such(1)"), &["unknown-function 3:48"]);
    refused(&body("cuont(input.a) == 1"), &["unknown-function 3:48"]);
    refused(&body("count(input.a, 1, 2)"), &["arity 3:48"]);
    refused(
        &body("http.send({}).status_code == 200"),
        &["unsupported-function 3:48"],
    );
    refused(&body("f(1, 2)\nf(x, y, z) := x"), &["arity 3:48"]);
    sound("a if startswith(input.x, \"a\")\nf(x) := x\nb := f(1)");
}

#[test]
fn an_import_of_nothing_is_refused() {
    let entry = "violation contains {\"msg\": \"m\", \"path\": []} if lib.a";
    refused(
        &format!("import data.nowhere as lib\n\n{entry}"),
        &["unknown-import 3:1"],
    );
    let lib = "package policies.lib.b\n\na := 1\n";
    let policy = format!("{PACKAGE}import data.policies.lib.b as lib\n\n{entry}\n");
    assert_eq!(
        problems_of(&[&policy, lib], Some("violation")),
        Vec::<String>::new()
    );
    sound("");
}

#[test]
fn a_rule_that_a_document_would_replace_is_refused() {
    let text = "package portcullis\n\nkubernetesVersion := \"1.0\"\n";
    assert_eq!(problems_of(&[text], None), ["data-shadows-rule 1:1"]);
}

#[test]
fn a_variable_that_nothing_binds_is_refused() {
    let entry = "violation contains {\"msg\": \"m\", \"path\": []} if ";
    refused(&format!("{entry}x > 1"), &["unbound-variable 3:48"]);
    refused(
        &format!("{entry}p\np := x if {{ x > 1 }}"),
        &["unbound-variable 4:6", "unbound-variable 4:13"],
    );
    for body in [
        "p := x if { x := 1 }",
        "p := x if { x = 1 }",
        "p := i if { input.a[i] == 1 }",
        "p := x if { some x in input.a }",
        "p if { every x in input.a { x > 1 } }",
        "f(x, [y, {\"a\": z}]) := x + y + z",
        "p := {k: v | some k, v in input.a}",
        "p := [x | x := input.a[_]]",
        "p[x] := y if { [x, y] := input.a }",
        "p contains x if { some x; input.a[x] }",
        "p := x if { [x, _] = input.a } else := 2",
        "p if { walk(input.a, [path, value]); path == value }",
    ] {
        if body.contains("walk") {
            continue;
        }
        sound(body);
    }
}

#[test]
fn row_1_what_may_be_absent_under_not_is_refused() {
    let entry = |body: &str| {
        format!(
            "violation contains {{\"msg\": \"m\", \"path\": []}} if {{\n\tx := 1\n\t{body}\n}}\nf(x, y) if x == y\nset_ := {{1}}"
        )
    };
    for body in [
        "not startswith(input.a, \"x\")",
        "not f(1, input.a)",
        "not input.a != 5",
        "not input.a in {1}",
        "not count(input.a) == 1",
        "not input.a + 1 == 2",
        "not [input.a] == [1]",
        "not input.o[input.a]",
    ] {
        let found = problems(&entry(body));
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert!(
            found[0].starts_with("undefined-under-not 5:"),
            "{body}: {found:?}"
        );
    }
    for body in [
        "not input.a == 5",
        "not input.a = 5",
        "not input.a",
        "not set_",
        "not f(1, x)",
        "not x in set_",
        "not startswith(\"a\", \"b\")",
    ] {
        assert_eq!(problems(&entry(body)), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn patterns_whose_remedy_is_not_built_are_refused() {
    let entry = |body: &str| {
        format!("violation contains {{\"msg\": \"m\", \"path\": []}} if {{\n{body}\n}}\n")
    };
    // Row 3: read as a call of the line above.
    refused(
        &entry("\tx := input.p\n\t(x - 1) >= 2"),
        &["unknown-function 4:7", "line-begins-with-parenthesis 5:2"],
    );
    // Row 4: Rego v0.
    assert_eq!(problems("violation[x] { x := 1 }").len(), 1);
    // Row 5: a function without a body.
    assert_eq!(
        problems(&format!("{}f(\"x\")", entry("\tf(\"x\")"))).len(),
        1
    );
    // Row 6: an import behind a rule.
    assert_eq!(
        problems(&format!("{}import data.policies.lib.a", entry("\ttrue"))).len(),
        1
    );
    // Row 8: an output argument.
    refused(
        &entry("\tcount(input.a, n)\n\tn := 1"),
        &["output-argument 4:2"],
    );
    // Row 9: a builtin as a mock.
    refused(
        &entry("\tf(1) with f as upper").replace("}\n", "}\nf(x) := x\n"),
        &["unsupported-mock 4:17"],
    );
    // Row 13.
    refused(
        &format!("import future.keywords.not\n\n{}", entry("\ttrue")),
        &["unsupported-syntax 3:1"],
    );
    // Row 14: syntax that OPA has learnt since.
    assert_eq!(
        problems(&entry("\tx := $\"{input.a}\"\n\tx == 1")),
        ["syntax 4:7"]
    );
    assert_eq!(problems(&entry("\tinput.a or input.b")).len(), 1);
    refused(
        &entry("\tnot { input.a == 1 }"),
        &["unsupported-syntax 4:6", "undefined-under-not 4:8"],
    );
    // Row 16: a local with the name of an import.
    let lib = "package policies.lib.l\n\na := 1\n";
    let text = format!(
        "{PACKAGE}import data.policies.lib.l\n\n{}",
        entry("\tsome l in input.xs\n\tl == 1")
    );
    assert_eq!(
        problems_of(&[&text, lib], Some("violation")),
        ["shadowed-import 5:1"]
    );
    // Row 7: a function in two files.
    let (one, two) = (
        "package policies.lib.m\n\nf(x) := x if x == 1\n",
        "package policies.lib.m\n\nf(y) := y if y == 2\n",
    );
    assert_eq!(problems_of(&[one, two], None), ["split-function 3:1"]);
}

#[test]
fn iteration_goes_through_our_guard() {
    let edited = |body: &str| {
        let source = Arc::new(SourceText::new("t", format!("{PACKAGE}{body}\n")));
        let module = load(&source, false).unwrap();
        let unit = unit(&[&module], None, Checks::None, None, &[]).unwrap();
        unit.files[0]
            .text
            .strip_prefix(PACKAGE)
            .unwrap()
            .trim_end()
            .to_owned()
    };
    for (body, expected) in [
        (
            "p if some x in input.xs",
            "p if some x in portcullis.collection(input.xs)",
        ),
        (
            "p if { some k, v in (input.a | input.b); k == v }",
            "p if { some k, v in portcullis.collection((input.a | input.b)); k == v }",
        ),
        (
            "p if { some {\"in\": x} in input[\"é\"] with input as {}; x }",
            "p if { some {\"in\": x} in portcullis.collection(input[\"é\"]) with input as {}; x }",
        ),
        (
            "p if every x in input.xs { x > 1 }",
            "p if every x in portcullis.collection(input.xs) { x > 1 }",
        ),
        (
            "p if every x in {1, 2} { x > 1 }",
            "p if every x in {1, 2} { x > 1 }",
        ),
        (
            "p := [x | some x in input.xs[0]]",
            "p := [x | some x in portcullis.collection(input.xs[0])]",
        ),
        ("p if some x in [1, 2]", "p if some x in [1, 2]"),
    ] {
        assert_eq!(edited(body), expected);
    }
}

#[test]
fn places_of_edited_lines_are_those_of_the_original() {
    let text = format!("{PACKAGE}p if {{ some x in input.xs; to_number(x) > 1 }}\n");
    let source = Arc::new(SourceText::new("t", text));
    let module = load(&source, false).unwrap();
    let unit = unit(&[&module], None, Checks::None, None, &[]).unwrap();
    let file = &unit.files[0];
    let edited = SourceText::new("e", file.text.clone());
    let at = u32::try_from(file.text.find("to_number").unwrap()).unwrap();
    let place = edited.place(Span::new(at, at + 1));
    let original = u32::try_from(source.text().find("to_number").unwrap()).unwrap();
    let expected = source.place(Span::new(original, original + 1));
    assert_eq!(
        file.map.original(place.line, place.column),
        (expected.line, expected.column)
    );
}

#[test]
fn tests_of_one_name_are_two_tests() {
    let source = Arc::new(SourceText::new(
        "t",
        "package a_test\n\ntest_x if true\n\ntest_x if false\n\ntodo_test_y if true\n",
    ));
    let module = load(&source, false).unwrap();
    let unit = unit(&[&module], None, Checks::Full, None, &[]).unwrap();
    let names: Vec<_> = unit
        .tests
        .iter()
        .map(|test| (test.name.as_str(), test.rule.as_str(), test.line, test.todo))
        .collect();
    assert_eq!(
        names,
        [
            ("test_x", "test_x", 3, false),
            ("test_x#01", "test_x__01", 5, false),
            ("todo_test_y", "todo_test_y", 7, true)
        ]
    );
    assert!(unit.files[0].text.contains("test_x__01 if false"));
}

#[test]
fn a_unit_names_the_builtins_of_ours_that_it_calls() {
    let extensions = |call: &str| {
        let source = Arc::new(SourceText::new("t", format!("{PACKAGE}p := {call}\n")));
        let module = load(&source, false).unwrap();
        unit(&[&module], None, Checks::None, None, &[])
            .unwrap()
            .extensions
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(extensions("concat(\",\", [\"a\"])"), Vec::<&str>::new());
    assert_eq!(extensions("sprintf(\"%v\", [1])"), ["sprintf"]);
    assert_eq!(extensions("strings.count(\"a\", \"\")"), ["strings.count"]);
    assert_eq!(extensions("[x | some x in input.a]"), [COLLECTION]);
}

#[test]
fn hostile_texts_end_in_a_problem() {
    for text in [
        "[".repeat(10_000),
        "{".repeat(10_000),
        format!("p := {}1", "-".repeat(10_000)),
        format!("p if {}true", "not ".repeat(10_000)),
        format!("p := a{}", ".b".repeat(50_000)),
        format!("p := 1{}", " + 1".repeat(20_000)),
        format!("p := 1 if input.a{}", " else := 1 if input.a".repeat(5_000)),
        format!("p := f({}1{}", "f(".repeat(5_000), ")".repeat(5_000)),
        format!("p := input{}", "[input".repeat(5_000)),
        "p := \"\\".to_owned(),
        "p := `".to_owned(),
        "\u{feff}p := 1".to_owned(),
        "package".to_owned(),
    ] {
        let run = std::thread::Builder::new()
            .stack_size(64 << 20)
            .spawn(move || problems(&text).len());
        assert!(run.unwrap().join().is_ok());
    }
}

/// What the engine does by itself: a change of its behaviour shows here, and its remedy can go.
mod raw {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "rows are literals")]
    fn check(module: &str, input: serde_json::Value, expected: Result<serde_json::Value, ()>) {
        let got = rego::raw(&format!("package t\n\n{module}\n"), "data.t.p", input);
        assert_eq!(got.map_err(|_| ()), expected, "{module}");
    }

    #[test]
    fn row_1_not_holds_over_what_is_absent() {
        check(
            "p if not startswith(input.a, \"x\")",
            serde_json::json!({}),
            Ok(true.into()),
        );
    }

    #[test]
    fn row_2_sprintf_with_a_missing_argument_has_no_message() {
        check(
            "p := sprintf(\"%d %v\", [1])",
            serde_json::json!({}),
            Err(()),
        );
    }

    #[test]
    fn row_3_a_line_that_begins_with_a_parenthesis_is_a_call() {
        check(
            "p if {\n\tx := input.a\n\t(x - 1) >= 2\n}",
            serde_json::json!({"a": 5}),
            Err(()),
        );
    }

    #[test]
    fn row_5_a_function_needs_a_body() {
        check("f(\"x\")\np := f(\"x\")", serde_json::json!({}), Err(()));
    }

    #[test]
    fn row_6_an_import_must_come_first() {
        check("p := 1\nimport data.a", serde_json::json!({}), Err(()));
    }

    #[test]
    fn row_12_builtin_errors_are_strict_by_default() {
        check("p := to_number(\"x\")", serde_json::json!({}), Err(()));
    }

    #[test]
    fn row_14_template_strings_and_infix_words_do_not_parse() {
        check("p := $\"{input.a}\"", serde_json::json!({"a": 1}), Err(()));
        check(
            "p if input.a or input.b",
            serde_json::json!({"a": 1}),
            Err(()),
        );
    }

    #[test]
    fn row_15_builtins_panic_or_err() {
        check(
            "p := strings.count(\"abc\", \"\")",
            serde_json::json!({}),
            Err(()),
        );
        check(
            "p := object.subset([1], [])",
            serde_json::json!({}),
            Err(()),
        );
    }

    #[test]
    fn row_18_iterating_over_null_is_an_error() {
        check(
            "p if some x in input.a",
            serde_json::json!({"a": null}),
            Err(()),
        );
        check(
            "p := [x | some x in portcullis.collection(input.a)]",
            serde_json::json!({"a": null}),
            Err(()),
        );
    }
}
