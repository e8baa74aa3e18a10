//! scan.md §4.3, row by row: what Kubernetes, OPA and YAML 1.2 make of a scalar.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{object, unreadable, values, yaml};
use crate::model::SourceText;
use crate::source::yaml::{read_core, read_opa};

#[track_caller]
fn kubernetes(written: &str, expected: &Value) {
    let found = yaml(&object(&format!("x: {written}\n")));
    assert_eq!(unreadable(&found), [""; 0], "{written}");
    assert_eq!(values(&found)[0]["x"], *expected, "{written}");
}

#[track_caller]
fn refused(written: &str, expected: &str) {
    let found = yaml(&object(&format!("x: {written}\n")));
    assert_eq!(unreadable(&found), [expected], "{written}");
}

#[test]
fn booleans_are_those_of_yaml_1_1() {
    for written in [
        "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE",
    ] {
        kubernetes(written, &json!(true));
    }
    for written in [
        "n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE",
    ] {
        kubernetes(written, &json!(false));
    }
    for written in ["tRue", "yEs", "nope", "'yes'", "\"true\""] {
        kubernetes(written, &json!(written.trim_matches(['\'', '"'])));
    }
}

#[test]
fn null_has_four_spellings_and_the_empty_one() {
    for written in ["~", "null", "Null", "NULL", "", "# nothing"] {
        kubernetes(written, &Value::Null);
    }
    kubernetes("''", &json!(""));
}

#[test]
fn numbers_are_read_as_go_reads_them() {
    for (written, expected) in [
        ("010", json!(8)),
        ("0o10", json!(8)),
        ("0755", json!(493)),
        ("-010", json!(-8)),
        ("0x1F", json!(31)),
        ("-0x1F", json!(-31)),
        ("0b11", json!(3)),
        ("08", json!(8)),
        ("09", json!(9)),
        ("1_000", json!(1000)),
        ("1e5_0", json!(1e50)),
        ("1e3", json!(1000)),
        ("1.0", json!(1)),
        ("5.", json!(5)),
        (".5", json!(0.5)),
        (".5_0", json!(0.5)),
        ("+._5", json!(0.5)),
        ("+7", json!(7)),
        ("0", json!(0)),
        ("-0.0", json!(0)),
        ("1.5", json!(1.5)),
        ("9223372036854775807", json!(i64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("18446744073709551615", json!(u64::MAX)),
        (
            "18446744073709551616",
            json!(18_446_744_073_709_552_000_f64),
        ),
    ] {
        kubernetes(written, &expected);
    }
}

#[test]
fn what_is_no_number_is_text() {
    for written in [
        "1:30",
        "12:30:45",
        "2001-01-01",
        "2001-01-01T10:00:00Z",
        "1e400",
        "0o8",
        "_1",
        "._5",
        ".5_",
        "=",
        "0x",
        "0b12",
        "1.2.3",
        "10Mi",
        "+",
        ".",
        "..",
        "1e",
        "0xg",
    ] {
        kubernetes(written, &json!(written));
    }
}

#[test]
fn tags_apply() {
    for (written, expected) in [
        ("!!str 1", json!("1")),
        ("!!str", json!("")),
        ("!!int '3'", json!(3)),
        ("!!bool yes", json!(true)),
        ("!!float 1", json!(1)),
        ("!!null ''", Value::Null),
        ("!!timestamp 2001-01-01", json!("2001-01-01")),
        ("!!binary aGVsbG8=", json!("hello")),
        ("!foo x", json!("x")),
        ("!foo 1", json!("1")),
        ("! 1", json!("1")),
        ("!<tag:yaml.org,2002:int> '4'", json!(4)),
        ("!!map {a: 1}", json!({"a": 1})),
    ] {
        kubernetes(written, &expected);
    }
}

#[test]
fn a_value_that_kubernetes_refuses_is_unreadable_in_its_place() {
    let infinite = "3:4 JSON has no such number: write it as text, in quotes";
    for written in [".inf", "-.Inf", "+.INF", ".nan", ".NaN"] {
        refused(written, infinite);
    }
    refused(
        "!!int x",
        "3:10 the value isn't of the type that its tag names",
    );
    refused(
        "!!bool 1",
        "3:11 the value isn't of the type that its tag names",
    );
    refused("!!binary '*'", "3:13 `!!binary` isn't base64");
}

#[test]
fn what_kubernetes_reads_otherwise_in_brackets_is_unreadable() {
    let mark = "Kubernetes reads this `?` as the mark of a key: put the text in quotes";
    refused("{?privileged: true}", &format!("3:5 {mark}"));
    refused("[?a]", &format!("3:5 {mark}"));
    let text = "Kubernetes reads this `:` as part of the text: put a blank behind it";
    refused("{a:}", &format!("3:6 {text}"));
    refused("[a :, b]", &format!("3:7 {text}"));
    kubernetes("{a: , b: }", &json!({"a": null, "b": null}));
    kubernetes("{? a : 1, b: '?'}", &json!({"a": 1, "b": "?"}));
    kubernetes("?a", &json!("?a"));
    let tag = "Kubernetes reads the tag on to the next blank: put one behind it";
    refused("[!!str, a]", &format!("3:5 {tag}"));
    kubernetes("[!!str , !!int '3']", &json!(["", 3]));
}

#[test]
fn keys_are_read_as_values_are() {
    for (written, expected) in [
        ("y: 1", "true"),
        ("n: 1", "false"),
        ("on: 1", "true"),
        ("1: 1", "1"),
        ("010: 1", "8"),
        ("1.5: 1", "1.5"),
        ("1e7: 1", "1e+07"),
        ("'y': 1", "y"),
        ("? x\n  : 1", "x"),
        ("!!str y: 1", "y"),
    ] {
        kubernetes(&format!("\n  {written}"), &json!({expected: 1}));
    }
}

#[test]
fn a_key_that_is_no_name_is_unreadable() {
    let expected = "a key must be text, a number or a boolean";
    for (written, place) in [
        ("~: 1", "4:3"),
        ("[a]: 1", "4:3"),
        ("? {a: b}\n  : 1", "4:5"),
        ("null: 1", "4:3"),
    ] {
        refused(&format!("\n  {written}"), &format!("{place} {expected}"));
    }
}

#[test]
fn other_files_are_not_held_to_kubernetes_rules() {
    for text in [
        "x: .inf\n",
        "[a]: b\n",
        "a: 1\na: 2\n",
        "x: !!int y\n",
        "%YAML 1.2\n---\na: b\n",
        "a: 1 # \u{2028} b\n",
    ] {
        let found = yaml(text);
        assert_eq!(unreadable(&found), [""; 0], "{text}");
        assert_eq!(found.not_recognised, 1, "{text}");
    }
}

#[track_caller]
fn core(written: &str, expected: &Value) {
    let source = Arc::new(SourceText::new("x.yaml", format!("x: {written}\n")));
    assert_eq!(
        read_core(source).unwrap().value["x"],
        *expected,
        "{written}"
    );
}

#[test]
fn our_own_files_are_yaml_1_2() {
    for (written, expected) in [
        ("true", json!(true)),
        ("FALSE", json!(false)),
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("010", json!(10)),
        ("0o10", json!(8)),
        ("0x1F", json!(31)),
        ("0b11", json!("0b11")),
        ("1_000", json!("1_000")),
        ("-7", json!(-7)),
        ("1.30", json!(1.3)),
        ("2001-01-01", json!("2001-01-01")),
        ("~", Value::Null),
        ("&a [1]", json!([1])),
    ] {
        core(written, &expected);
    }
}

#[track_caller]
fn core_refuses(text: &str, expected: &str) {
    let source = Arc::new(SourceText::new("x.yaml", text));
    let error = read_core(Arc::clone(&source)).unwrap_err();
    let place = source.place(error.span);
    assert_eq!(format!("{}:{} {error}", place.line, place.column), expected);
}

#[test]
fn our_own_files_are_read_strictly() {
    core_refuses("a: 1\na: 2\n", "2:1 key `a` is written twice: remove one");
    core_refuses(
        "a: 1\n---\nb: 2\n",
        "3:1 one document is expected: remove the second",
    );
    core_refuses(
        "a: .inf\n",
        "1:4 JSON has no such number: write it as text, in quotes",
    );
    core_refuses(
        "a: &a {x: 1}\nb:\n  <<: *a\n",
        "3:3 merge keys (`<<`) aren't read here: write the members out",
    );
    core_refuses("a: [\n", "1:4 the `[` isn't closed");
    core_refuses(
        "a: {{ x }}\n",
        "1:5 a key must be text, a number or a boolean",
    );
}

#[test]
fn an_empty_file_of_ours_is_null() {
    for text in ["", "# nothing\n", "---\n"] {
        let read = read_core(Arc::new(SourceText::new("x.yaml", text))).unwrap();
        assert_eq!(*read.value, Value::Null);
    }
}

#[test]
fn opa_has_its_own_scalars() {
    for (written, expected) in [
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("y", json!("y")),
        ("Off", json!("Off")),
        ("True", json!(true)),
        ("FALSE", json!(false)),
        ("010", json!(8)),
        ("0o10", json!(8)),
        ("08", json!(8)),
        ("1_000", json!(1000)),
        ("0x1F", json!(31)),
        ("0b11", json!(3)),
        ("1e3", json!(1000)),
        ("1:30", json!("1:30")),
        ("2001-01-01", json!("2001-01-01")),
    ] {
        let found = read_opa(&format!("x: {written}\n")).unwrap();
        assert_eq!(found.value["x"], expected, "{written}");
    }
    assert_eq!(
        *read_opa("{a: 1, <<: {a: 2, b: 3}}").unwrap().value,
        json!({"a": 1, "b": 3})
    );
    assert!(read_opa("{a: 1, a: 2}").is_err());
}
