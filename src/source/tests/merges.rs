//! Merge keys, duplicate keys, anchors: what the cluster keeps of them.

use serde_json::{Value, json};

use super::{object, unreadable, values, yaml};

#[track_caller]
fn check(written: &str, expected: &Value) {
    let found = yaml(&object(&format!(
        "base: &a {{k: 1, l: 1}}\nother: &b {{k: 2}}\nx: {written}\n"
    )));
    assert_eq!(unreadable(&found), [""; 0], "{written}");
    assert_eq!(values(&found)[0]["x"], *expected, "{written}");
}

#[test]
fn merges_apply_in_document_order() {
    check("{k: 9, <<: {k: 1}}", &json!({"k": 1}));
    check("{<<: {k: 1}, k: 9}", &json!({"k": 9}));
    check("{<<: *a, <<: *b}", &json!({"k": 2, "l": 1}));
    check("{<<: *b, <<: *a}", &json!({"k": 1, "l": 1}));
    check("{<<: [*a, *b]}", &json!({"k": 1, "l": 1}));
    check("{<<: [*b, *a]}", &json!({"k": 2, "l": 1}));
    check("{\"<<\": *b}", &json!({"<<": {"k": 2}}));
    check("{!!merge <<: *b}", &json!({"k": 2}));
    check("*a", &json!({"k": 1, "l": 1}));
    check("[*b, {<<: *b, m: 3}]", &json!([{"k": 2}, {"k": 2, "m": 3}]));
}

#[test]
fn the_last_of_two_keys_is_judged_and_both_places_are_said() {
    for (written, expected, said) in [
        (
            "x: {k: 1, k: 2}",
            json!({"k": 2}),
            "3:11 key `k` is written twice and Kubernetes keeps the last: remove one (first at line 3 column 5)",
        ),
        (
            "x:\n  yes: 1\n  true: 2",
            json!({"true": 2}),
            "5:3 key `true` is written twice and Kubernetes keeps the last: remove one (first at line 4 column 3)",
        ),
        (
            "x: {k: 1, <<: {k: 3}, k: 2}",
            json!({"k": 2}),
            "3:23 key `k` is written twice and Kubernetes keeps the last: remove one (first at line 3 column 16)",
        ),
    ] {
        let found = yaml(&object(&format!("{written}\n")));
        assert_eq!(values(&found)[0]["x"], expected, "{written}");
        assert_eq!(unreadable(&found), [said], "{written}");
    }
}

#[test]
fn a_merged_key_is_no_duplicate() {
    check("{<<: {k: 1}, k: 2}", &json!({"k": 2}));
    check("{k: 2, <<: {k: 1}, <<: {k: 3}}", &json!({"k": 3}));
}

#[test]
fn a_merge_of_something_else_is_unreadable() {
    for (written, place) in [("{<<: 1}", "3:5"), ("{<<: [1]}", "3:10"), ("{<<: }", "3:5")] {
        let found = yaml(&object(&format!("x: {written}\n")));
        let said = format!("{place} a merge key (`<<`) takes a mapping or a list of mappings");
        assert_eq!(unreadable(&found), [said], "{written}");
    }
}

#[test]
fn unknown_and_recursive_anchors_are_unreadable() {
    for (written, said) in [
        (
            "x: *nope\n",
            "3:4 no anchor of that name stands before this alias",
        ),
        (
            "x: &a [*a]\n",
            "3:8 the anchor's value contains itself: write the value out",
        ),
        (
            "x: &a {k: *a}\n",
            "3:11 the anchor's value contains itself: write the value out",
        ),
    ] {
        let found = yaml(&object(written));
        assert_eq!(unreadable(&found), [said], "{written}");
        assert!(found.reviews.is_empty(), "{written}");
    }
}

#[test]
fn anchors_do_not_cross_documents() {
    let found = yaml(&format!(
        "{}---\n{}",
        object("x: &a 1\n"),
        object("x: *a\n")
    ));
    assert_eq!(found.reviews.len(), 1);
    assert_eq!(
        unreadable(&found),
        ["7:4 no anchor of that name stands before this alias"]
    );
}

#[test]
fn an_anchor_name_that_kubernetes_reads_otherwise_is_unreadable() {
    let said = "Kubernetes reads this anchor's name otherwise: use letters, digits, `-` and `_`";
    let found = yaml(&object("x: &a:b c\ny: *a:b\nz: &a-1_B c\n"));
    assert_eq!(
        unreadable(&found),
        [format!("3:4 {said}"), format!("4:4 {said}")]
    );
}

#[test]
fn an_anchor_can_be_named_again_and_used_as_a_key() {
    let found = yaml(&object(
        "a: &a 1\nb: &a 2\nc: *a\nd: {&k key: v}\ne: {*k : w}\n",
    ));
    assert_eq!(unreadable(&found), [""; 0]);
    assert_eq!(values(&found)[0]["c"], json!(2));
    assert_eq!(values(&found)[0]["e"], json!({"key": "w"}));
}
