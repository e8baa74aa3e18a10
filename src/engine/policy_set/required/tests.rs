//! What is read off a policy's bodies, and what it never leaves out.

use super::*;
use crate::engine::rego::Val;
use crate::model::SourceText;

/// The keys that each body of `violation` asks for; `None`: it can't be told.
fn of(rules: &str) -> Option<Vec<Vec<String>>> {
    of_files(&[&format!("package p.q\n{rules}")])
}

fn of_files(texts: &[&str]) -> Option<Vec<Vec<String>>> {
    let modules: Vec<Arc<compat::Module>> = texts
        .iter()
        .map(|text| {
            let source = Arc::new(SourceText::new("p.rego", *text));
            Arc::new(compat::load(&source, false).unwrap())
        })
        .collect();
    let Required(bodies) = Required::new(&modules, "violation");
    let sorted = |body: BTreeSet<String>| body.into_iter().collect();
    bodies.map(|bodies| bodies.into_iter().map(sorted).collect())
}

fn body(statements: &str) -> String {
    let found = of(&format!(
        "violation contains {{\"msg\": \"m\"}} if {{ {statements} }}"
    ));
    found.unwrap().concat().join(" ")
}

#[test]
fn what_must_be_defined_must_be_there() {
    for (statements, keys) in [
        ("input.review.object.spec.hostPID", "hostPID spec"),
        (
            "input.review.object[\"spec\"].hostPID == true",
            "hostPID spec",
        ),
        ("input[\"review\"][\"object\"].spec", "spec"),
        ("input.review.object.a[i].b != 1", "a b"),
        ("input.review.object[x][input.review.object.y]", "y"),
        ("spec := input.review.object.spec; spec.a", "a spec"),
        // The order says nothing.
        (
            "c.privileged; c := s[l][_]; s := input.review.object.spec",
            "privileged spec",
        ),
        ("some c in input.review.object.cs; c.p", "cs p"),
        ("some k, v in input.review.object.data; v.w", "data w"),
        ("x := 1 + input.review.object.n", "n"),
        ("1 in input.review.object.list", "list"),
        ("startswith(input.review.object.name, \"x\")", "name"),
        ("f(input.review.object.a).b", "a"),
        ("object.get(input.review.object.a, \"b\", 1)", "a"),
        ("{\"x\": y} = input.review.object.a", "a"),
        // A Pod made of a template has these of its own.
        (
            "input.review.object.metadata.namespace == input.review.object.kind",
            "",
        ),
    ] {
        assert_eq!(body(statements), keys, "{statements}");
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
        "some k, v in input.review.object; k.a",
        "some x in [\"a\"]; x.a",
    ] {
        assert_eq!(body(statements), "", "{statements}");
    }
}

#[test]
fn each_body_may_hold_by_itself() {
    let rules = "violation contains 1 if input.review.object.a\n\
                 violation contains 2 if { input.review.object.b; input.review.object.c }";
    let names = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    assert_eq!(of(rules), Some(vec![names(&["a"]), names(&["b", "c"])]));
    let always = of(&format!("{rules}\nviolation contains 3"));
    assert_eq!(always.unwrap().last(), Some(&names(&[])));
}

#[test]
fn what_is_no_plain_set_is_always_run() {
    for rules in [
        "other contains 1 if input.review.object.a",
        "violation := {1} if input.review.object.a",
        "violation.a contains 1 if input.review.object.a",
        "violation[x] := 1 if x := input.review.object.a",
        "violation(x) := 1 if x := input.review.object.a",
        "violation contains 1 if { some input in [1]; input.review.object.a }",
        "violation contains 1 if { x := [y | some input in [1]; y := input.review.object.a]; x }",
    ] {
        assert_eq!(of(rules), None, "{rules}");
    }
    let own = "package p.q\nviolation contains 1 if input.review.object.a";
    for other in [
        "package p.q.violation\nx := 1",
        "package p\nq := {\"violation\": {1}}",
        "package p\nq := 1",
    ] {
        assert_eq!(of_files(&[own, other]), None, "{other}");
    }
    let more = "package p.q\nviolation contains 2 if input.review.object.b";
    let elsewhere = "package p\nq.violation contains 2 if input.review.object.b";
    for more in [more, elsewhere] {
        assert_eq!(of_files(&[own, more]).unwrap().len(), 2, "{more}");
    }
    assert!(of_files(&[own, "package p.r\nviolation contains 2"]).is_some());
}

#[test]
fn keys_are_found_wherever_they_stand() {
    let object = serde_json::json!({"a": [[{"b": {"c": null}}]], "d": "e"});
    let (_, keys) = Val::with_keys(&object).unwrap();
    for key in ["a", "b", "c", "d"] {
        assert!(keys.contains(key), "{key}");
    }
    assert!(!keys.contains("e"), "a value is no key");
}
