//! Any bytes are survived, every span slices to its own scalar, JSON comes back as it was.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{named, yaml};
use crate::model::{Document, Origin, SourceText, SpanNode};
use crate::source::yaml::{read_core, read_opa, to_yaml};
use crate::source::{FileRead, ReadOptions, read};

/// Pieces that YAML is made of, so that random texts get far.
const PIECES: &[&str] = &[
    "apiVersion: v1\n",
    "kind: Pod\n",
    "kind: List\n",
    "items:\n",
    "a: ",
    "b:\n",
    "- ",
    "  ",
    "    ",
    "\n",
    "\r\n",
    "\r",
    "---\n",
    "--- ",
    "...\n",
    "%YAML 1.2\n",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    "? ",
    "# c\n",
    "# portcullis: ignore[x/y] reason=r\n",
    "|\n",
    ">-\n",
    "|+2\n",
    "\"",
    "'",
    "\\",
    "\\u0041",
    "&a ",
    "*a",
    "<<: ",
    "!!int ",
    "!!binary ",
    "!x ",
    "yes",
    "~",
    "0x1F",
    ".inf",
    "1e400",
    "text",
    "é",
    "😀",
    "\u{2028}",
    "\u{85}",
    "\u{FEFF}",
    "\t",
    "{{ .x }}",
    "{% x %}",
    "\0",
    "@",
    "`",
    "x: 1\n",
];

fn document(read: &FileRead) -> impl Iterator<Item = &Arc<Document>> {
    read.reviews
        .iter()
        .filter_map(|review| match &review.origin {
            Origin::File(file) => Some(&file.document),
            Origin::Admission { .. } => None,
        })
}

/// Every node lies in the text, has as many children as its value, and a plain scalar's span is its text.
fn spans_fit(document: &Document) {
    let mut open = vec![(&*document.value, document.spans.root())];
    while let Some((value, node)) = open.pop() {
        let children = document.spans.children(node);
        let values: Vec<&Value> = match value {
            Value::Object(map) => map.values().collect(),
            Value::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        assert_eq!(children.len(), values.len());
        assert!(node.value.start <= node.value.end);
        assert!(node.value.end as usize <= document.source.text().len());
        scalar_fits(document, value, node);
        open.extend(values.into_iter().zip(children.iter().copied()));
    }
}

fn scalar_fits(document: &Document, value: &Value, node: SpanNode) {
    let (Value::String(text), true) = (value, node.anchor.is_empty()) else {
        return;
    };
    let slice = document.source.slice(node.value);
    let plain = !slice.contains([
        '\n', '\r', '\'', '"', '\\', ' ', '|', '>', '!', '\u{85}', '\u{2028}', '\u{2029}',
    ]);
    if plain && !slice.is_empty() && slice.len() == text.len() {
        assert_eq!(slice, text);
    }
}

fn survive(name: &str, bytes: &[u8]) {
    for chart_template in [false, true] {
        let options = ReadOptions {
            name,
            kind: None,
            chart_template,
        };
        let found = read(bytes, &options);
        document(&found).for_each(|document| spans_fit(document));
        for review in &found.reviews {
            assert!(review.origin.locate(&crate::model::Path::root()).is_some());
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let text = "[a-zA-Z0-9 .:#'\"\\\\/{}\\[\\],&*!|>%@`~\n\t_é😀-]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(|number| json!(number)),
        text.prop_map(Value::from),
        Just(json!("yes")),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A scalar as it is written, and the value it has.
fn scalar() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        "[a-z]{3}[a-z0-9é]{0,8}z".prop_map(|text| (text.clone(), json!(text))),
        "[a-zé😀 :#{},]{0,9}".prop_map(|text| (format!("\"{text}\""), json!(text))),
        "[a-zé😀 :#{},]{0,9}".prop_map(|text| (format!("'{text}'"), json!(text))),
        any::<i32>().prop_map(|number| (number.to_string(), json!(number))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        survive("x.yaml", &bytes);
    }

    #[test]
    fn any_yaml_like_text_is_survived(pieces in vec(prop::sample::select(PIECES), 0..40), object: bool) {
        let head = if object { "apiVersion: v1\nkind: Pod\n" } else { "" };
        let text = format!("{head}{}", pieces.concat());
        survive("x.yaml", text.as_bytes());
        let _ = read_opa(&text);
        let _ = read_core(Arc::new(SourceText::new("x", text.as_str())));
    }

    #[test]
    fn every_span_slices_to_its_own_scalar(scalars in vec(scalar(), 1..8), flow: bool, lead in "(# é\n)?(---\n)?") {
        let mut text = format!("{lead}apiVersion: v1\nkind: Pod\nx: ");
        let items = scalars.iter().map(|(written, _)| written.as_str());
        if flow {
            writeln!(text, "[{}]", items.collect::<Vec<_>>().join(", ")).unwrap();
        } else {
            items.for_each(|written| write!(text, "\n- {written} # c").unwrap());
        }
        let found = yaml(&text);
        let document = document(&found).next().unwrap();
        let path = crate::model::Path::parse("x").unwrap();
        let node = document.spans.locate(&document.value, path.elements()).node;
        for ((written, value), (child, read)) in
            scalars.iter().zip(document.spans.children(node).iter().zip(document.value["x"].as_array().unwrap()))
        {
            prop_assert_eq!(read, value);
            prop_assert_eq!(document.source.slice(child.value), written);
        }
    }

    #[test]
    fn json_that_is_written_back_loads_equal(value in json_value(), pretty: bool) {
        let object = json!({"apiVersion": "v1", "kind": "Pod", "x": value});
        let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap();
        let found = named("x.json", &text);
        prop_assert_eq!(&found.unreadable, &[]);
        let review = found.reviews.first().unwrap();
        prop_assert_eq!(review.object.as_deref(), Some(&object));
        document(&found).for_each(|document| spans_fit(document));
    }

    #[test]
    fn yaml_that_is_written_loads_equal(value in json_value()) {
        let text = to_yaml(&json!({"x": value}));
        let read = read_opa(&text).unwrap();
        let whole = |value: &Value| serde_json::to_string(value).unwrap().replace(".0,", ",").replace(".0]", "]").replace(".0}", "}");
        let sorted: std::collections::BTreeMap<String, Value> = [("x".to_owned(), value.clone())].into();
        prop_assert_eq!(whole(&sort(&read.value)), whole(&sort(&json!(sorted))), "{}", text);
    }

    #[test]
    fn depth_is_bounded(depth in 0_usize..400, flow: bool) {
        let text = if flow {
            format!("x: {}{}\n", "[".repeat(depth), "]".repeat(depth))
        } else {
            format!("x:\n  {}1\n", "- ".repeat(depth))
        };
        let found = yaml(&super::object(&text));
        prop_assert_eq!(found.unreadable.len() + found.reviews.len(), 1);
        prop_assert_eq!(found.reviews.len() == 1, depth < 200);
    }
}

/// The same value with sorted keys.
fn sort(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: std::collections::BTreeMap<_, _> = map
                .iter()
                .map(|(key, value)| (key.clone(), sort(value)))
                .collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sort).collect(),
        other => other.clone(),
    }
}
