//! Decoding, splitting, and what one broken chunk costs the others.

use serde_json::json;

use super::{names, object, unreadable, values, yaml};
use crate::model::SkipReason;
use crate::source::{ReadOptions, read};

fn pod(name: &str) -> String {
    object(&format!("metadata: {{name: {name}}}\n"))
}

#[track_caller]
fn check(text: &str, expected: &[&str], broken: &[&str]) {
    let found = yaml(text);
    assert_eq!(names(&found), expected, "{text}");
    assert_eq!(unreadable(&found), broken, "{text}");
}

fn bytes(name: &str, bytes: &[u8]) -> crate::source::FileRead {
    let options = ReadOptions {
        name,
        ..ReadOptions::default()
    };
    read(bytes, &options)
}

#[test]
fn a_broken_chunk_costs_only_itself() {
    let [a, b, c] = ["a", "b", "c"].map(pod);
    check(
        &format!("{a}---\nkind: [\n---\n{b}---\na: b: c\n---\n{c}"),
        &["Pod/a", "Pod/b", "Pod/c"],
        &[
            "5:7 the `[` isn't closed",
            "11:5 a key isn't allowed here: check the indentation, or put the text in quotes",
        ],
    );
}

#[test]
fn nothing_behind_the_first_value_of_a_chunk_is_dropped() {
    let [a, b] = ["a", "b"].map(pod);
    check(&format!("{a}...\n{b}"), &["Pod/a", "Pod/b"], &[]);
    let json = |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}});
    check(
        &format!("{}\n{}{}\n---\n{b}", json("x"), json("y"), json("z")),
        &["Pod/x", "Pod/y", "Pod/z", "Pod/b"],
        &[],
    );
    check(
        &format!("{}\n{{\"a\": tru}}: x\n", json("x")),
        &["Pod/x"],
        &[],
    );
    check(
        &format!("{}\n{{\"kind\"\n", json("x")),
        &["Pod/x"],
        &["2:1 the `{` isn't closed"],
    );
}

#[test]
fn a_chunk_that_only_looks_like_json_is_yaml() {
    check(
        "{apiVersion: v1, kind: Pod, metadata: {name: a,},} # note\n",
        &["Pod/a"],
        &[],
    );
}

#[test]
fn text_behind_a_separator_is_judged() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
    check(
        &format!("---  {pod}\n--- # c\n{pod}\n"),
        &["Pod/a", "Pod/a"],
        &[],
    );
}

#[test]
fn a_directive_makes_an_object_unreadable_and_it_is_judged_all_the_same() {
    let said = "1:1 Kubernetes refuses a directive (`%`) here: remove the line";
    check(
        &format!("%YAML 1.2\n---\n{}", pod("a")),
        &["Pod/a"],
        &[said],
    );
    check(
        &format!("%TAG ! !x-\n---\n{}", pod("a")),
        &["Pod/a"],
        &[said],
    );
    check(
        &format!("{}---\n%YAML 1.1\n---\n{}", pod("a"), pod("b")),
        &["Pod/a", "Pod/b"],
        &["5:1 Kubernetes refuses a directive (`%`) here: remove the line"],
    );
}

#[test]
fn line_ends_of_every_system_work() {
    let text = format!("{}---\n{}", pod("a"), pod("b"));
    check(&text.replace('\n', "\r\n"), &["Pod/a", "Pod/b"], &[]);
    check(&text.replace('\n', "\r"), &["Pod/a", "Pod/b"], &[]);
}

#[test]
fn utf_16_with_a_mark_is_read() {
    let text = pod("größe");
    for (mark, unit) in [
        ([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ([0xFE, 0xFF], u16::to_be_bytes),
    ] {
        let units = text.encode_utf16().flat_map(unit);
        let bytes: Vec<u8> = mark.into_iter().chain(units).collect();
        let found = self::bytes("x.yaml", &bytes);
        assert_eq!(names(&found), ["Pod/größe"]);
        assert_eq!(found.source.text(), text);
    }
    let found = bytes("x.yaml", format!("\u{FEFF}{text}").as_bytes());
    assert_eq!(found.source.text(), text);
}

#[test]
fn an_invalid_byte_does_not_hide_the_file() {
    let mut text = pod("a").into_bytes();
    text.extend(b"x: \"a\xFFb\"\n");
    let found = bytes("x.yaml", &text);
    assert_eq!(values(&found)[0]["x"], "a\u{FFFD}b");
    assert_eq!(unreadable(&found), [""; 0]);
}

#[test]
fn binary_and_empty_files_are_skipped_with_their_reason() {
    for (content, reason) in [
        (&b"\x7fELF\0\0"[..], SkipReason::Binary),
        (b"\xFF\xFE\0\0a\0", SkipReason::Binary),
        (b"", SkipReason::Empty),
        (b"\n \n", SkipReason::Empty),
        (b"# only\n---\n# comments\n", SkipReason::Empty),
        (b"---\n---\n", SkipReason::Empty),
    ] {
        let found = bytes("x.yaml", content);
        let reasons: Vec<_> = found.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, [reason], "{content:?}");
        assert_eq!(found.not_recognised, 0);
    }
}
