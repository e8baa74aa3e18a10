//! What is read off a policy's bodies, and what it never leaves out.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::engine::rego::{Holds, Prepared, Step};
use crate::engine::tests::{now, options};
use crate::model::{FailureClass, SourceText};

/// The groups of `violation`: path, and what each body needs.
fn of(rules: &str) -> Vec<(String, Vec<String>)> {
    of_files(&[&format!("package p.q\n{rules}")])
}

fn of_files(texts: &[&str]) -> Vec<(String, Vec<String>)> {
    let required = Required::new(&modules(texts), "violation");
    let shown = |bodies: &[Vec<Condition>]| {
        let bodies = bodies.iter();
        bodies.map(|places| shown_all(places)).collect()
    };
    let groups = required.groups.iter();
    groups
        .map(|group| (group.path.clone(), shown(&group.bodies)))
        .collect()
}

fn modules(texts: &[&str]) -> Vec<Arc<compat::Module>> {
    let load = |text: &&str| {
        let source = Arc::new(SourceText::new("p.rego", *text));
        Arc::new(compat::load(&source, false).unwrap())
    };
    texts.iter().map(load).collect()
}

/// `a.*.b`, with what must stand there.
fn shown_all(places: &[Condition]) -> String {
    let step = |step: &Step| match step {
        Step::Of(keys) => {
            let keys: Vec<&str> = keys.iter().map(|key| key.as_str().unwrap()).collect();
            keys.join("/")
        }
        Step::Any => "*".to_owned(),
    };
    let place = |place: &Condition| {
        let steps: Vec<String> = place.steps.iter().map(step).collect();
        let holds = match &place.holds {
            Holds::Something => String::new(),
            Holds::This(value) => format!("={}", value.to_json()),
            Holds::Not(value) => format!("!={}", value.to_json()),
        };
        steps.join(".") + &holds
    };
    let places: Vec<String> = places.iter().map(place).collect();
    places.join(" ")
}

fn body(statements: &str) -> String {
    let rule = format!("violation contains {{\"msg\": \"m\"}} if {{ {statements} }}");
    let [(path, bodies)] = of(&rule).try_into().unwrap();
    assert_eq!(path, "data.p.q.violation");
    bodies.join(" | ")
}

#[test]
fn what_must_be_defined_must_be_there() {
    for (statements, places) in [
        ("input.review.object.spec.hostPID", "spec.hostPID!=false"),
        (
            "input.review.object[\"spec\"].hostPID == true",
            "spec.hostPID=true",
        ),
        ("input[\"review\"][\"object\"].spec", "spec!=false"),
        ("input.review.object.a[i].b != 1", "a.*.b!=1"),
        ("1 != input.review.object.a[0].b", "a.*.b!=1"),
        ("input.review.object.a != 1.5", "a"),
        ("input.review.object.a != 18446744073709551617", "a"),
        ("input.review.object.a > 1", "a"),
        ("input.review.object.a = \"x\"", "a=\"x\""),
        ("input.review.object.a == null", "a=null"),
        ("input.review.object.a != \"!=\"", "a!=\"!=\""),
        ("input.review.object.a >= \"!=\"", "a"),
        ("input.review.object.a == input.review.object.b", "a b"),
        (
            "input.review.object[x][input.review.object.y]",
            "*.*!=false y",
        ),
        (
            "spec := input.review.object.spec; spec.a",
            "spec spec.a!=false",
        ),
        // The order says nothing.
        (
            "c.privileged; c := s[l][_]; s := input.review.object.spec",
            "spec.*.*.privileged!=false spec.*.* spec",
        ),
        (
            "some c in input.review.object.cs; c.p",
            "cs.* cs.*.p!=false",
        ),
        (
            "some k, v in input.review.object.data; v.w",
            "data.* data.*.w!=false",
        ),
        (
            "some l in [\"a\", \"b\"]; input.review.object[l][_].c",
            "a/b.*.c!=false",
        ),
        (
            "input.review.object[l].c; some l in {\"a\", x}",
            "*.c!=false",
        ),
        ("x := 1 + input.review.object.n", "n"),
        ("1 in input.review.object.list", "list"),
        ("startswith(input.review.object.name, \"x\")", "name"),
        ("f(input.review.object.a).b", "a"),
        ("object.get(input.review.object.a, \"b\", 1)", "a"),
        ("{\"x\": y} = input.review.object.a", "a"),
        ("x := input.review.object.a; x", "a a!=false"),
    ] {
        assert_eq!(body(statements), places, "{statements}");
    }
}

#[test]
fn what_may_be_undefined_may_be_missing() {
    for statements in [
        "not input.review.object.a",
        "x := [y | y := input.review.object.a]",
        "every x in input.review.object.a { x.b }",
        "print(input.review.object.a)",
        "input.review.object.a with input as {\"review\": {\"object\": {\"a\": 1}}}",
        "x := input.review.object with input.review.object as {\"a\": 1}; x.a",
        "x := [input.review.object]; x[0].a",
        // Another document, or nothing of the object's.
        "input.review.oldObject.a",
        "input.parameters.a",
        "data.a.b",
        "x := f(input.review.object); x.a",
        "x := {\"a\": 1}; x.a",
        "x = input.review.object; x.a",
        "some x in [\"a\"]; x.a",
    ] {
        assert_eq!(body(statements), "", "{statements}");
    }
    // A key is no part of the object.
    assert_eq!(body("some k, v in input.review.object; k.a"), "*");
}

#[test]
fn rules_that_need_the_same_are_run_together_and_others_by_themselves() {
    let rules = "violation contains 1 if input.review.object.a\n\
                 violation contains 2 if { input.review.object.b; input.review.object.c }\n\
                 violation contains 3 if input.review.object.a\n\
                 violation contains 4";
    let path = |end: &str| format!("data.p.q.violation{end}");
    let expected = [("", "a!=false"), ("__1", "b!=false c!=false"), ("__2", "")];
    let expected = expected.map(|(end, body)| (path(end), vec![body.to_owned()]));
    assert_eq!(of(rules), expected);
}

#[test]
fn rules_keep_their_name_where_it_is_asked_for() {
    let two = "violation contains 1 if input.review.object.a\n\
               violation contains 2 if input.review.object.b\n";
    let bodies = vec!["a!=false".to_owned(), "b!=false".to_owned()];
    let together = [("data.p.q.violation".to_owned(), bodies)];
    for more in [
        "more if count(violation) > 0",
        "more if data.p.q.violation[1]",
        "more := data.p.q",
        "more := [x | some x in data.p[_]]",
        "more if f(1) with data.p.q.violation as set()\nf(1) if data.p.q.violation",
        "violation__1 := 1",
    ] {
        assert_eq!(of(&format!("{two}{more}")), together, "{more}");
    }
    let own = format!("package p.q\nimport data.p.r\n{two}");
    let reads = "package p.r\nimport data.p.q\nx := q.violation";
    assert_eq!(of_files(&[&own, reads]), together);
    let other = "package p.r\nviolation contains 1\nx := violation";
    assert_eq!(of_files(&[&own, other]).len(), 2);
}

#[test]
fn what_is_no_plain_set_is_always_run() {
    let always = [("data.p.q.violation".to_owned(), vec![String::new()])];
    for rules in [
        "other contains 1 if input.review.object.a",
        "violation := {1} if input.review.object.a",
        "violation.a contains 1 if input.review.object.a",
        "violation[x] := 1 if x := input.review.object.a",
        "violation(x) := 1 if x := input.review.object.a",
        "violation contains 1 if { some input in [1]; input.review.object.a }",
        "violation contains 1 if { x := [y | some input in [1]; y := input.review.object.a]; x }",
    ] {
        assert_eq!(of(rules), always, "{rules}");
    }
    let own = "package p.q\nviolation contains 1 if input.review.object.a";
    for other in [
        "package p.q.violation\nx := 1",
        "package p\nq := {\"violation\": {1}}",
        "package p\nq := 1",
        "package p\nq.violation contains 2 if input.review.object.b",
    ] {
        assert_eq!(of_files(&[own, other]), always, "{other}");
    }
    let more = "package p.q\nviolation contains 2 if input.review.object.b";
    assert_eq!(of_files(&[own, more]).len(), 2);
    assert_eq!(
        of_files(&[own, "package p.r\nviolation contains 2"]).len(),
        1
    );
}

#[test]
fn a_place_is_found_where_a_reference_would_find_it() {
    let object = serde_json::json!({"a": [{"b": {"c": null}}, {"d": [false, 1]}], "e": "f"});
    let object = Val::from_json(&object).unwrap();
    for (statement, there) in [
        ("input.review.object.a", true),
        ("input.review.object.a[_].b.c == null", true),
        ("input.review.object.a[_].b.c != null", false),
        ("input.review.object.a[0].d[_] == 1.0", true),
        ("input.review.object.a[_].d[_] == 2", false),
        ("some x in input.review.object.a[_].d; x", true),
        ("some x in input.review.object.e", false),
        ("input.review.object[_] == \"f\"", true),
        ("input.review.object.a.b", false),
        ("input.review.object.e.f", false),
    ] {
        let text = format!("package p.q\nviolation contains 1 if {{ {statement} }}");
        let required = Required::new(&modules(&[&text]), "violation");
        assert_eq!(!required.of(&object).is_empty(), there, "{statement}");
    }
}

/// Statements over an object whose keys are `a`, `b` and `c`.
const STATEMENTS: [&str; 26] = [
    "object.K",
    "object.K.L",
    "not object.K",
    "object.K == V",
    "V == object.K",
    "object.K != V",
    "object.K[_].L == V",
    "object[_].K != V",
    "object[i].K; i != V",
    "object.K < V",
    "object.K >= V",
    "object.K = V",
    "x := object.K; x.L",
    "x := object.K; x == V",
    "some x in object.K; x.L == V",
    "some k, v in object.K; v != V",
    "some x in object; x",
    "y := object[object.K]",
    "object.K == object.L",
    "V in object.K",
    "some l in [\"K\", \"L\"]; object[l] == V",
    "some l in [\"K\", \"L\"]; object[_][l].K != V",
    "count(object.K) > 0",
    "every e in object.K { e.L == V }",
    "n := [e | e := object.K[_]]; n[0] == V",
    "z := object.K; some w in z; w.L != V",
];

fn objects() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    let leaf = prop::sample::select(vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!("a"),
        json!("x"),
    ]);
    leaf.prop_recursive(3, 20, 3, |inner| {
        let key = prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key, inner), 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn rules() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let word = |words: Vec<&'static str>| prop::sample::select(words);
    let statement = (
        word(STATEMENTS.to_vec()),
        word(vec!["a", "b", "c"]),
        word(vec!["a", "b", "c"]),
        word(vec!["null", "true", "false", "0", "1", "\"a\"", "\"x\""]),
    );
    let statement = statement.prop_map(|(text, one, other, value)| {
        let text = text.replace('K', one).replace('L', other);
        text.replace('V', value)
            .replace("object", "input.review.object")
    });
    prop::collection::vec(statement, 1..5).prop_map(|statements| {
        let rule = |(number, statement): (usize, &String)| {
            format!("violation contains {number} if {{ {statement} }}")
        };
        let rules: Vec<String> = statements.iter().enumerate().map(rule).collect();
        rules.join("\n")
    })
}

fn prepared(rules: &str) -> (Required, Prepared) {
    let modules = modules(&[&format!("package p.q\n{rules}")]);
    let required = Required::new(&modules, "violation");
    let parts: Vec<&compat::Module> = modules.iter().map(AsRef::as_ref).collect();
    let renames = required.renames();
    let unit = compat::unit(&parts, None, compat::Checks::None, None, renames);
    let prepared = Prepared::new(&unit.unwrap(), &options().settings());
    (required, prepared.unwrap())
}

#[test]
fn what_is_called_off_stops_between_two_rules() {
    let rules = "violation contains 1 if input.a\nviolation contains 2 if input.review.object.a";
    let (required, prepared) = prepared(rules);
    let object = serde_json::json!({"a": 1});
    let asked = required.of(&Val::from_json(&object).unwrap());
    let input = serde_json::json!({"a": 1, "review": {"object": object}});
    let input = Val::from_json(&input).unwrap();
    let run = |rules: &[&str], cancel| {
        let cancel = AtomicBool::new(cancel);
        prepared.evaluate_all(rules, input.clone(), now(), &cancel)
    };
    let all = Val::set([Val::integer(1), Val::integer(2)]);
    assert!(run(&asked, false).unwrap() == all);
    assert!(run(&asked[..1], true).unwrap() == Val::set([Val::integer(1)]));
    assert_eq!(run(&asked, true).unwrap_err().class, FailureClass::Deadline);
}

proptest::proptest! {
    #[test]
    fn what_isnt_run_would_have_found_nothing(rules in rules(), object in objects()) {
        let (required, prepared) = prepared(&rules);
        let document = serde_json::json!({"review": {"object": object}});
        let input = Val::from_json(&document).unwrap();
        let all: Vec<&str> = required.groups.iter().map(|group| group.path.as_str()).collect();
        let run = |rules: &[&str]| prepared.evaluate_all(rules, input.clone(), now(), &AtomicBool::new(false));
        let asked = required.of(&Val::from_json(&object).unwrap());
        // A rule that fails may be left out: one of its statements doesn't hold.
        if let Ok(whole) = run(&all) {
            let found = if asked.is_empty() { Val::set([]) } else { run(&asked).unwrap() };
            proptest::prop_assert!(whole == found, "{rules}");
        }
    }
}
