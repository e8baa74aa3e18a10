//! What holds for every reader, whatever the document.

use std::sync::Arc;

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use super::fixture::document;
use super::{At, ConfigError, baseline, case, exemptions, expected, profiles, read};
use crate::model::SourceText;

/// Keys that lead deep into the readers, and some that nobody reads.
const KEYS: &[&str] = &[
    "version",
    "kubernetesVersion",
    "profiles",
    "policies",
    "a/b",
    "enforcement",
    "parameters",
    "match",
    "kinds",
    "namespaces",
    "namespaceSelector",
    "labelSelector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "operations",
    "podTemplates",
    "group",
    "kind",
    "path",
    "skip",
    "exclude",
    "inline",
    "exemptionMaxDays",
    "exemptions",
    "policy",
    "reason",
    "owner",
    "expires",
    "paths",
    "names",
    "description",
    "bindings",
    "from",
    "until",
    "findings",
    "fingerprint",
    "file",
    "evidence",
    "role",
    "state",
    "value",
    "why",
    "code",
    "message",
    "now",
    "operation",
    "as",
    "oldObject",
    "twins",
    "é\n",
    "",
];
const TEXTS: &[&str] = &[
    "",
    " ",
    "a/b",
    "deny",
    "In",
    "1.34",
    "2027-03-01",
    "CREATE",
    "Pod",
    "spec.x",
    "known",
    "*",
    "[",
    "é\u{85}x",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![
            Just(1.into()),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from)
        ],
        prop_oneof![
            prop::sample::select(TEXTS).prop_map(Value::from),
            any::<String>().prop_map(Value::from)
        ],
    ];
    let key = prop::sample::select(KEYS).prop_map(str::to_owned);
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|it| it.into_iter().collect::<Value>()),
        ]
    })
}

/// Fails unless there are errors, each on one line and at a place of the text.
fn well_said(errors: &[ConfigError]) {
    assert!(!errors.is_empty());
    for error in errors {
        let said = format!("{error}{}", error.help().unwrap_or_default());
        assert!(!said.chars().any(char::is_control), "{said:?}");
        let At::Text { source, span } = error.at() else {
            panic!("{error} has no place")
        };
        assert!(
            source
                .text()
                .get(span.start as usize..span.end as usize)
                .is_some()
        );
    }
}

proptest! {
    #[test]
    fn every_document_is_read_or_refused_with_places(value in any_value()) {
        let document = document("any.yaml", &value);
        let known = ["a/b".parse().unwrap()];
        let (_, errors) = exemptions(&document, &known, 180, date(2027, 1, 1));
        let results = [
            read(&document).map(drop),
            profiles(&document).map(drop),
            baseline::read(&document).map(drop),
            case::read(&document).map(drop),
            if errors.is_empty() { Ok(()) } else { Err(errors) },
        ];
        for errors in results.into_iter().filter_map(Result::err) {
            well_said(&errors);
        }
    }

    #[test]
    fn every_expected_file_is_read_or_refused_with_places(text in "(([0-9]{1,2}:[0-9] )?[a-z.\\[\\]\"\\\\ ]{0,12}(  )?[^\n]{0,5}\n?){0,4}") {
        if let Err(errors) = expected::read(&Arc::new(SourceText::new("x.expected", text))) {
            well_said(&errors);
        }
    }
}
