//! scan.md §4.2: line breaks that Kubernetes sees and YAML 1.2 doesn't.

use serde_json::json;

use super::{names, object, unreadable, values, yaml};

const SAID: &str = "Kubernetes ends the line at this character: write it as an escape in double quotes, or remove it";

#[test]
fn a_field_behind_a_comment_is_what_the_cluster_gets() {
    for separator in ["\u{2028}", "\u{2029}", "\u{85}"] {
        let found = yaml(&object(&format!(
            "x:\n  a: yes # note{separator}  b: true\n"
        )));
        assert_eq!(values(&found)[0]["x"], json!({"a": true, "b": true}));
        assert_eq!(unreadable(&found), [format!("4:16 {SAID}")]);
    }
}

#[test]
fn a_whole_object_in_a_comment_is_found() {
    let hidden = object("metadata: {name: a}\n").replace('\n', "\u{2028}");
    let found = yaml(&format!("# note\u{2028}{hidden}"));
    assert_eq!(names(&found), ["Pod/a"]);
    assert_eq!(unreadable(&found)[0], format!("1:7 {SAID}"));
}

#[test]
fn a_next_line_in_a_block_scalar_starts_a_key() {
    let found = yaml(&object("x: |\n  text\u{85}z: 1\n"));
    assert_eq!(unreadable(&found), [format!("4:7 {SAID}")]);
    assert_eq!(values(&found)[0]["z"], 1);
}

#[test]
fn inside_quotes_separators_are_kept() {
    let found = yaml(&object("x: \"a\u{2028}b\"\ny: 'a\u{2029}b'\n"));
    assert_eq!(unreadable(&found), [""; 0]);
    assert_eq!(values(&found)[0]["x"], "a\u{2028}b");
    let found = yaml(&object("x: \"a\u{85}b\"\n"));
    assert_eq!(unreadable(&found), [format!("3:6 {SAID}")]);
    let found = yaml(&object("x: \"a \u{2028}b\"\n"));
    assert_eq!(unreadable(&found), [format!("3:7 {SAID}")]);
}

#[test]
fn escapes_are_no_line_breaks() {
    let found = yaml(&object("x: \"a\\u2028\\Nb\"\n"));
    assert_eq!(unreadable(&found), [""; 0]);
    assert_eq!(values(&found)[0]["x"], "a\u{2028}\u{85}b");
}
