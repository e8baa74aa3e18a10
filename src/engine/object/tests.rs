//! An object read from its text is what it would be read from its tree.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn of_text(text: &str) -> Val {
    value(&read(text.as_bytes()).unwrap()).unwrap()
}

#[test]
fn text_and_tree_are_the_same_value() {
    for text in [
        "null",
        "true",
        "0",
        "-1",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1.5",
        "1.0",
        "-0.0",
        "1e300",
        "\"\\u00e9\\n\\ud83d\\ude00\"",
        "[]",
        "{}",
        "[[], {}, [{}]]",
        // The last of two members of one name is the one that counts.
        r#"{"a": 1, "b": {"a": 2}, "a": 3}"#,
        // Members in other orders, more and fewer than in the element before.
        r#"[{"b": 1, "a": 2}, {"b": 3, "a": 4}, {"a": 5, "b": 6}, {"b": 7}, {"b": 8, "c": 9, "a": 10}, 11, {"b": 12}]"#,
    ] {
        let tree: Value = serde_json::from_str(text).unwrap();
        let of_tree = value(&tree.clone().into()).unwrap();
        assert!(of_text(text) == of_tree, "{text}");
        let json = read(text.as_bytes()).unwrap();
        assert_eq!(*json, of_tree.to_json(), "{text}");
    }
}

#[test]
fn what_is_no_object_to_judge_says_why() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (text, why) in [
        (nested(DEEPEST + 1), Unreadable::TooDeep),
        (nested(1_000_000), Unreadable::TooDeep),
        ("{\"a\":".repeat(1_000_000), Unreadable::TooDeep),
        ("1e999".to_owned(), Unreadable::NotJson),
        ("\"\\ud800\"".to_owned(), Unreadable::NotJson),
        ("{} {}".to_owned(), Unreadable::NotJson),
        ("{1: 2}".to_owned(), Unreadable::NotJson),
        (String::new(), Unreadable::NotJson),
    ] {
        assert_eq!(read(text.as_bytes()).err(), Some(why));
    }
    assert_eq!(read(b"\"\xff\"").err(), Some(Unreadable::NotJson));
    assert!(read(nested(DEEPEST).as_bytes()).is_ok());
}

fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| json!(float)),
        ".{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let key = prop_oneof!["[ab]", ".{0,3}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_its_tree(tree in trees()) {
        let text = tree.to_string();
        let reread: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(of_text(&text) == value(&reread.into()).unwrap());
    }
}
