//! Where values stand: `mark` and `locate` of the documents that [`super::read`] gives.

use super::{named, object, yaml};
use crate::model::{FileOrigin, Origin, Path};
use crate::source::FileRead;

fn origin(read: &FileRead, index: usize) -> &FileOrigin {
    match &read.reviews[index].origin {
        Origin::File(file) => file,
        Origin::Admission { .. } => panic!("a file's review"),
    }
}

/// The text of the value at `path`, and what is marked for it.
#[track_caller]
fn check(read: &FileRead, path: &str, value: &str, marked: &str) {
    let document = &origin(read, 0).document;
    let path = Path::parse(path).unwrap();
    let found = document.spans.locate(&document.value, path.elements());
    assert_eq!(found.depth, path.elements().len(), "{path} exists");
    assert_eq!(
        document.source.slice(found.node.value),
        value,
        "value of {path}"
    );
    let (span, _) = document.mark(path.elements());
    assert_eq!(document.source.slice(span), marked, "mark of {path}");
}

#[test]
fn a_node_ends_with_its_last_child() {
    let read = yaml(&object(
        "spec:\n  a:\n  - x: 1\n    z: \"q\"  # c\n\n  # tail\n  b: {k: [v]}   \n\n# end\n",
    ));
    check(
        &read,
        "spec",
        "a:\n  - x: 1\n    z: \"q\"  # c\n\n  # tail\n  b: {k: [v]}",
        "spec",
    );
    check(&read, "spec.a", "- x: 1\n    z: \"q\"", "a");
    check(&read, "spec.a[0]", "x: 1\n    z: \"q\"", "x");
    check(&read, "spec.a[0].z", "\"q\"", "z: \"q\"");
    check(&read, "spec.b", "{k: [v]}", "b");
    check(&read, "spec.b.k", "[v]", "k");
    check(&read, "spec.b.k[0]", "v", "v");
}

#[test]
fn a_block_scalar_ends_with_its_last_line_that_is_not_blank() {
    let read = yaml(&object("a: |  # why\n  one\n  two\n\n\nb: >-\n  x\n"));
    check(&read, "a", "one\n  two", "a");
    check(&read, "b", "x", "b");
}

#[test]
fn an_absent_value_points_at_its_key() {
    let read = yaml(&object("a:\nb: {c: , d}\ne:\n-\n- x\n"));
    check(&read, "a", "a", "a");
    check(&read, "b.c", "c", "c");
    check(&read, "b.d", "d", "d");
    check(&read, "e[0]", "-", "-");
}

#[test]
fn characters_are_counted_not_bytes() {
    let read = yaml(&object("a: {é😀: x}\n"));
    let document = &origin(&read, 0).document;
    let (span, _) = document.mark(Path::parse("a.é😀").unwrap().elements());
    let place = document.source.place(span);
    assert_eq!((place.line, place.column, place.end_column), (3, 5, 10));
}

#[test]
fn an_alias_points_at_its_use_with_the_definition_beside_it() {
    let read = yaml(&object(
        "a: &x\n  k: [1]\nb: *x\nc:\n  <<: *x\n  own: 2\nd:\n  <<: {k: 3}\n",
    ));
    check(&read, "b", "*x", "b");
    check(&read, "b.k", "*x", "*x");
    check(&read, "b.k[0]", "*x", "*x");
    check(&read, "c.k", "*x", "*x");
    check(&read, "c.own", "2", "own: 2");
    check(&read, "d.k", "3", "k: 3");
    let document = &origin(&read, 0).document;
    for (path, defined) in [
        ("b", "k: [1]"),
        ("b.k", "[1]"),
        ("b.k[0]", "1"),
        ("c.k", "[1]"),
        ("d.k", ""),
    ] {
        let path = Path::parse(path).unwrap();
        let node = document.spans.locate(&document.value, path.elements()).node;
        assert_eq!(document.source.slice(node.anchor), defined, "{path}");
    }
}

#[test]
fn a_later_duplicate_has_the_later_span() {
    let read = yaml(&object("a: 1\nb: 2\na: 33\nc: 4\n"));
    check(&read, "a", "33", "a: 33");
    check(&read, "b", "2", "b: 2");
    check(&read, "c", "4", "c: 4");
}

#[test]
fn offsets_are_those_of_the_whole_file() {
    let text = format!(
        "# é\n---\n{}---\r\n{}",
        "x: 1\n",
        object("metadata: {name: w}\n")
    );
    let read = yaml(&text);
    check(&read, "metadata.name", "w", "name: w");
    let (location, missing) = read.reviews[0]
        .origin
        .locate(&Path::parse("spec.x").unwrap())
        .unwrap();
    assert_eq!((location.place.line, location.place.column), (7, 12));
    assert_eq!(missing.as_deref(), Some("spec"));
    assert_eq!(origin(&read, 0).number, 2);
}

#[test]
fn json_has_spans_too() {
    let text = "{\"apiVersion\":\"v1\",\n\t\"kind\": \"Pod\", \"a\": {\"b\": [1.0, \"\\ud83d\\ude00\\/\"]}}";
    let read = named("x.json", text);
    check(&read, "a.b", "[1.0, \"\\ud83d\\ude00\\/\"]", "\"b\"");
    check(
        &read,
        "a.b[1]",
        "\"\\ud83d\\ude00\\/\"",
        "\"\\ud83d\\ude00\\/\"",
    );
    assert_eq!(read.reviews[0].object.as_ref().unwrap()["a"]["b"][1], "😀/");
}

#[test]
fn a_key_of_json_may_be_long() {
    let key = "k".repeat(5000);
    let read = named(
        "x.json",
        &format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"{key}\":1}}"),
    );
    check(&read, &key, "1", &format!("\"{key}\":1"));
}
