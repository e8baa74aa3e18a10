//! Inputs that are made to hurt: each ends soon, with its place.

use std::fmt::Write as _;

use super::{named, object, unreadable, values, yaml};

#[track_caller]
fn check(name: &str, text: &str, said: &[&str]) {
    let found = named(name, text);
    assert_eq!(unreadable(&found), said);
}

#[test]
fn brackets_end_at_the_depth_limit() {
    let said = "the document is nested deeper than 200 levels";
    for open in ["[", "{a: ", "[{a: "] {
        let found = yaml(&object(&format!("x: {}", open.repeat(100_000))));
        assert_eq!(found.unreadable.len(), 1, "{open}");
        assert_eq!(found.unreadable[0].message, said, "{open}");
    }
    check("x.json", &"[".repeat(100_000), &[&format!("1:201 {said}")]);
    check("x.yaml", &"- ".repeat(100_000), &[&format!("1:401 {said}")]);
    let json = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"x\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(named("x.json", &json).unreadable[0].message, said);
}

#[test]
fn the_deepest_document_is_read() {
    let found = yaml(&object(&format!(
        "x: {}1{}\n",
        "[".repeat(199),
        "]".repeat(199)
    )));
    assert_eq!(unreadable(&found), [""; 0]);
    assert_eq!(found.reviews.len(), 1);
}

#[test]
fn aliases_do_not_deepen_a_document_past_the_limit() {
    let mut text = object("a0: &a0 [x]\n");
    for level in 1..30 {
        let open = "[".repeat(20);
        let close = "]".repeat(20);
        let before = level - 1;
        writeln!(text, "a{level}: &a{level} {open}*a{before}{close}").unwrap();
    }
    let found = yaml(&text);
    assert_eq!(found.unreadable.len(), 1);
    assert_eq!(
        found.unreadable[0].message,
        "the document is nested deeper than 200 levels"
    );
}

#[test]
fn a_billion_laughs_are_unreadable_in_their_place() {
    let mut text = object("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..9 {
        let before = level - 1;
        let aliases = format!("*a{before}, ").repeat(10);
        writeln!(text, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let found = yaml(&text);
    assert_eq!(found.unreadable.len(), 1);
    assert!(
        found.unreadable[0]
            .message
            .ends_with("write the values out"),
        "{}",
        found.unreadable[0].message
    );
    assert!(found.reviews.is_empty());
}

#[test]
fn a_long_text_can_not_be_copied_without_end() {
    let text = object(&format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        "*a, ".repeat(1000)
    ));
    let found = yaml(&text);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn a_long_key_can_not_be_copied_without_end() {
    let key = "k".repeat(1000);
    let text = object(&format!(
        "a: &a {{{key}: 1}}\nb: [{}]\n",
        "*a, ".repeat(100_000)
    ));
    let found = yaml(&text);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn nested_anchors_do_not_multiply() {
    let nested = (0..190).fold(String::new(), |text, level| text + &format!("&a{level} ["));
    let items = "1,".repeat(20_000);
    let found = yaml(&object(&format!("x: {nested}{items}{}\n", "]".repeat(190))));
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn many_duplicate_keys_take_no_longer_than_many_keys() {
    let keys = (0..20_000).fold(String::new(), |text, key| text + &format!("k{key}: 1\n"));
    let found = yaml(&object(&format!("{keys}{keys}")));
    assert_eq!(values(&found)[0].as_object().unwrap().len(), 20_002);
    assert_eq!(found.unreadable.len(), 21);
    assert_eq!(found.unreadable[0].line, 20_003);
}

#[test]
fn many_documents_on_one_line_are_no_square() {
    let found = named("x.json", &"[]".repeat(20_000));
    assert_eq!(found.not_recognised, 20_000);
    let forced = super::forced(&"[] ".repeat(20_000));
    assert_eq!(forced.unreadable.len(), 101);
    assert_eq!(
        forced.unreadable[100].message,
        "and 19900 more places of this file"
    );
}

#[test]
fn a_long_block_of_comments_is_ordinary() {
    let comments = "# x\n".repeat(20_000);
    let found = yaml(&object(&format!("a:\n{comments}  b: 1\n{comments}")));
    assert_eq!(unreadable(&found), [""; 0]);
    assert_eq!(found.reviews.len(), 1);
}

#[test]
fn many_malformed_exemptions_are_told_a_hundred_times() {
    let comments = "# portcullis: x\n".repeat(1000);
    let found = yaml(&object(&comments));
    assert_eq!(found.notices.len(), 101);
    assert_eq!(
        found.notices[100].message,
        "more inline exemptions of this file have no effect"
    );
}

#[test]
fn too_many_documents_are_unreadable_in_their_place() {
    let found = yaml(&"a\n...\n".repeat(100_001));
    assert_eq!(found.not_recognised, 100_000);
    assert_eq!(found.unreadable.len(), 1);
    assert_eq!(found.unreadable[0].line, 200_001);
}

#[test]
fn too_many_values_are_unreadable() {
    let found = yaml(&object(&format!("x: [{}]\n", "1,".repeat(1_000_001))));
    assert_eq!(found.unreadable.len(), 1);
    assert!(
        found.unreadable[0]
            .message
            .starts_with("the document has more than 1000000 values")
    );
}
