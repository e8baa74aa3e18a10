//! What operators are told without asking for a decision: facts, exemptions that end, and what doesn't hold as it was written.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use portcullis::evidence::{Answer, Extent, Lookup, LookupKind, Objects};
use portcullis::model::Enforcement;
use portcullis::webhook::reload::{Loader, Terms, Texts};
use portcullis::webhook::{self, Cap, Facts, State};
use serde_json::json;

use super::answer::ask;
use super::review::{create, pod};
use super::served::{self, Served, TODAY, finds, source};
use super::server::through;

/// What an operator reads at `path`.
fn read(state: &Arc<State>, path: &str) -> String {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (_, _, body) = through(webhook::admin(Arc::clone(state)), request);
    String::from_utf8(body).unwrap()
}

/// The series of a metric, sorted.
fn series(state: &Arc<State>, name: &str) -> Vec<String> {
    let text = read(state, "/metrics");
    let prefix = format!("portcullis_{name}{{");
    let lines = text.lines().filter_map(|line| line.strip_prefix(&prefix));
    let mut series: Vec<String> = lines.map(str::to_owned).collect();
    series.sort();
    series
}

/// The configuration of an operator who changes it again and again.
struct Operator {
    loader: Loader,
    state: Arc<State>,
}

impl Operator {
    fn new() -> Self {
        let terms = Terms {
            cap: Cap {
                enforcement: Enforcement::Deny,
                live: false,
            },
            profiles: Vec::new(),
            version: None,
            server: None,
        };
        let state = Served::profile("baseline").state();
        state.health().policies_are_known();
        state.health().is_listening();
        let end = "2027-01-01T00:00:00Z".parse().unwrap();
        state.health().certificate_until(end);
        Self {
            loader: Loader::new(terms, Texts::default()),
            state,
        }
    }

    fn write(&mut self, texts: Texts) {
        let loaded = self.loader.load(texts, TODAY.parse().unwrap());
        let loaded = loaded.unwrap_or_else(|errors| panic!("{errors:?}"));
        self.state.put_in_force(loaded.in_force, loaded.troubles);
    }

    fn modules(&mut self, modules: &[(&str, &str)]) {
        let module = |(name, text): &(&str, &str)| source(name, text);
        self.write(Texts {
            modules: modules.iter().map(module).collect(),
            ..Texts::default()
        });
    }
}

#[test]
fn a_bad_policy_is_named_with_line_and_column_until_it_is_mended() {
    let good = served::policy("one", &json!({}), &finds("input.review.name == \"x\""));
    let bad = good.replace("input.review.name ==", "input.review.name = = ");
    let line = 1 + bad.lines().position(|line| line.contains("= =")).unwrap();
    let mut operator = Operator::new();
    operator.modules(&[("configmap/own/one.rego", &good)]);
    let ready = read(&operator.state, "/readyz");
    assert!(
        ready.starts_with("ready: ") && ready.lines().count() == 1,
        "{ready}"
    );
    assert!(series(&operator.state, "policy_trouble_info").is_empty());

    operator.modules(&[
        ("configmap/own/one.rego", &bad),
        (
            "configmap/own/two.rego",
            "package policies.own.two\n\nviolation := }\n",
        ),
    ]);
    let troubles = series(&operator.state, "policy_trouble_info");
    let [failed, degraded] = troubles.as_slice() else {
        panic!("{troubles:?}")
    };
    let place = format!(r#"file="configmap/own/one.rego",line="{line}",column="#);
    assert!(
        degraded.starts_with(r#"policy="own/one",state="degraded","#),
        "{degraded}"
    );
    assert!(
        degraded.contains(&place) && degraded.ends_with("} 1"),
        "{degraded}"
    );
    let place = r#"policy="",state="failed",file="configmap/own/two.rego",line="3",column="14"} 1"#;
    assert_eq!(failed, place);
    let status = read(&operator.state, "/readyz?verbose");
    let mut lines = status.lines();
    assert!(lines.next().unwrap().starts_with("ready: "), "{status}");
    let place = format!("degraded: own/one configmap/own/one.rego:{line}:");
    assert!(status.contains(&place), "{status}");
    assert!(
        status.contains("\nfailed: configmap/own/two.rego:3:14: "),
        "{status}"
    );
    assert_eq!(lines.count(), 2, "{status}");

    operator.modules(&[("configmap/own/one.rego", &good)]);
    assert!(series(&operator.state, "policy_trouble_info").is_empty());
    assert_eq!(read(&operator.state, "/readyz"), ready);
}

#[test]
fn a_flood_of_bad_policies_ends_in_a_count() {
    let mut operator = Operator::new();
    let names: Vec<String> = (0..100)
        .map(|number| format!("p{number:02}.rego"))
        .collect();
    let modules: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), "violation := }"))
        .collect();
    operator.modules(&modules);
    assert_eq!(series(&operator.state, "policy_trouble_info").len(), 64);
    let status = read(&operator.state, "/readyz");
    assert_eq!(status.lines().count(), 66);
    assert!(status.ends_with("and 36 more\n"), "{status}");
}

#[test]
fn an_exemption_says_when_it_ends_as_long_as_it_is_configured() {
    let exemptions = |text: &str| Texts {
        exemptions: vec![source("configmap/own/exemptions.yaml", text)],
        ..Texts::default()
    };
    let one = "- {policy: network/*, reason: r, owner: o, expires: 2026-12-01}\n";
    let other = "- {policy: rbac/*, reason: r, owner: o, expires: 2027-02-28}\n";
    let first = r#"exemption="configmap/own/exemptions.yaml:2"} 1796169600.0"#;
    let mut operator = Operator::new();
    operator.write(exemptions(&format!("exemptions:\n{one}{other}")));
    let name = "exemption_expiry_timestamp_seconds";
    // The last day counts: it ends at the next midnight.
    let second = r#"exemption="configmap/own/exemptions.yaml:3"} 1803859200.0"#;
    assert_eq!(series(&operator.state, name), [first, second]);
    operator.write(exemptions(&format!("exemptions:\n{one}")));
    assert_eq!(series(&operator.state, name), [first]);
    operator.write(Texts::default());
    assert!(series(&operator.state, name).is_empty());
}

#[test]
fn facts_are_counted_by_kind_and_by_what_came_of_them() {
    let mut objects = Objects::new(Extent::Live);
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "known"}});
    for (name, answer) in [
        ("known", Answer::Found(Arc::new(object))),
        ("absent", Answer::Absent),
        ("far", Answer::Unreachable("it can't be reached".to_owned())),
    ] {
        let lookup = Lookup {
            kind: LookupKind::Namespace,
            namespace: String::new(),
            name: name.to_owned(),
        };
        objects.answer(lookup, answer);
    }
    let state = Served::nothing()
        .policy("one", &json!({"evidence": ["namespace"]}), &finds("false"))
        .facts(Facts::Objects(Arc::new(objects)))
        .state();
    assert!(series(&state, "evidence_results_total").is_empty());
    for name in ["known", "known", "absent", "far"] {
        let mut pod = pod();
        pod["metadata"]["namespace"] = json!(name);
        ask(&state, "/validate/enforce", &create(pod));
    }
    assert_eq!(
        series(&state, "evidence_results_total"),
        [
            r#"kind="namespace",result="absent"} 1"#,
            r#"kind="namespace",result="known"} 2"#,
            r#"kind="namespace",result="unavailable"} 1"#,
        ]
    );
}
