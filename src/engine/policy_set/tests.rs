//! Sets: what loads beside what doesn't, digests, parameters.

use serde_json::{Value, json};

use super::digest::REGORUS;
use super::rule_path;
use crate::engine::tests::*;
use crate::engine::{Options, PolicySource, build, evaluate};
use crate::model::{Binding, Evidence, InlineMode, KubernetesVersion, LoadProblem, PodTemplate};

fn good() -> PolicySource {
    finds("a/good", &json!({}), "spec", "true")
}

fn broken() -> PolicySource {
    policy("a/broken", &json!({}), "violation contains {\"msg\": if")
}

#[track_caller]
fn codes(sources: &[PolicySource]) -> (Vec<String>, Vec<&'static str>) {
    let (set, problems) = build(sources.to_vec(), &options());
    let ids = set.policies().iter().map(|policy| policy.id.to_string());
    let code = |problem: &LoadProblem| problem.code;
    (ids.collect(), problems.iter().map(code).collect())
}

#[test]
fn one_broken_policy_harms_no_other() {
    let (ids, problems) = codes(&[broken(), good()]);
    assert_eq!(ids, ["a/good"]);
    assert!(!problems.is_empty());
}

#[test]
fn an_id_that_is_there_twice_is_a_problem_of_the_second() {
    let mut other = good();
    other.text = source("policies/second.rego", other.text.text()).text;
    let (ids, problems) = codes(&[other.clone(), good()]);
    assert_eq!(
        (ids, problems),
        (vec!["a/good".to_owned()], vec!["duplicate-policy"])
    );
    // A file from outside can't take the place of a shipped policy, whatever its name.
    let shipped = PolicySource {
        shipped: true,
        ..other
    };
    let (set, _) = build(vec![good(), shipped], &options());
    assert_eq!(set.policies()[0].file, "policies/second.rego");
}

#[test]
fn modules_are_shared_and_imported_transitively() {
    let names = source(
        "lib/names.rego",
        "package policies.lib.names\n\nimport data.policies.lib.base\n\nname := base.name\n",
    );
    let base = source(
        "lib/base.rego",
        "package policies.lib.base\n\nname := input.review.object.metadata.name\n",
    );
    let uses = |id: &str| {
        let mut uses = finds(id, &json!({}), "spec", "names.name == \"web\"");
        let text = uses.text.text().replacen(
            "\n\nviolation",
            "\n\nimport data.policies.lib.names\n\nviolation",
            1,
        );
        uses.text = source(uses.text.name(), &text).text;
        uses
    };
    let decision = judge(
        &[uses("a/x"), uses("a/y"), names, base],
        &create(pod(&json!({}))),
    );
    assert_eq!(decision.findings.len(), 2);
}

#[test]
fn an_import_of_nothing_is_a_problem_of_that_policy() {
    let mut uses = good();
    let text = uses.text.text().replacen(
        "\n\nviolation",
        "\n\nimport data.policies.lib.nothing\n\nviolation",
        1,
    );
    uses.text = source(
        "policies/a/uses/policy.rego",
        &text.replace("policies.a.good", "policies.a.uses"),
    )
    .text;
    let (ids, problems) = codes(&[uses, good()]);
    assert_eq!(ids, ["a/good"]);
    assert!(!problems.is_empty());
}

#[test]
fn shipped_policies_are_prepared_when_they_are_needed_and_fail_then() {
    let mut broken = policy(
        "a/bad",
        &json!({}),
        "violation contains x if x := nothing(1)",
    );
    broken.shipped = true;
    let set = set(&[broken]);
    let bindings = bind_all(&set);
    set.prepare_all();
    let review = create(pod(&json!({})));
    let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
    assert_eq!(decision.failures.len(), 1, "{decision:?}");
}

#[test]
fn a_digest_covers_what_decides_and_nothing_else() {
    let digest =
        |sources: &[PolicySource], options: &Options| build(sources.to_vec(), options).0.digest();
    let base = digest(&[good()], &options());
    let test = source(
        "policies/a/good/policy_test.rego",
        "package policies.a.good_test\n",
    );
    let slower = Options {
        time_limit: Options::TIME_LIMIT * 2,
        ..options()
    };
    let newer = Options {
        kubernetes_version: KubernetesVersion { minor: 99 },
        ..options()
    };
    for same in [
        digest(&[good(), test], &options()),
        digest(&[good()], &slower),
        digest(&[good()], &newer),
    ] {
        assert_eq!(same, base);
    }
    let older = Options {
        kubernetes_version: KubernetesVersion { minor: 30 },
        ..options()
    };
    let template = PodTemplate {
        group: "x".to_owned(),
        kind: "Y".to_owned(),
        path: crate::model::Path::root(),
    };
    let templates = Options {
        pod_templates: vec![template],
        ..options()
    };
    let renamed = source("policies/other.rego", good().text.text());
    for other in [
        digest(&[good()], &older),
        digest(&[good()], &templates),
        digest(&[renamed], &options()),
        digest(
            &[good(), finds("a/more", &json!({}), "spec", "true")],
            &options(),
        ),
        digest(&[finds("a/good", &json!({}), "spec", "false")], &options()),
    ] {
        assert_ne!(other, base);
    }
}

#[test]
fn the_engine_version_in_the_digest_is_the_one_in_the_manifest() {
    let manifest = include_str!("../../../Cargo.toml");
    assert!(manifest.contains(&format!("regorus = {{ version = \"={REGORUS}\"")));
}

fn with_parameters(schema: &Value) -> PolicySource {
    let body = "violation contains {\"path\": [], \"msg\": json.marshal(input.parameters)}";
    policy("a/p", &json!({"parameters": schema}), body)
}

/// Missing parameters, path and message of a problem.
type Expected<'a> = (&'a [&'a str], &'a str, &'a str);

#[track_caller]
fn completed(schema: &Value, parameters: Value, expected: Result<&str, &[Expected<'_>]>) {
    let set = set(&[with_parameters(schema)]);
    let Value::Object(parameters) = parameters else {
        panic!("parameters are an object")
    };
    let binding = Binding {
        parameters,
        ..binding("a/p")
    };
    let (bindings, problems) = set.bind(vec![binding], Vec::new(), InlineMode::Allow);
    match expected {
        Ok(text) => {
            assert_eq!(problems, []);
            let review = create(pod(&json!({})));
            let decision = evaluate(&set, &bindings, &review, &Evidence::default(), now());
            assert_eq!(decision.findings[0].message, text);
        }
        Err(expected) => {
            let found: Vec<(Vec<&str>, String, &str)> = problems
                .iter()
                .map(|problem| {
                    let missing = problem.missing.iter().map(String::as_str).collect();
                    (missing, problem.path.to_string(), problem.message.as_str())
                })
                .collect();
            let expected: Vec<(Vec<&str>, String, &str)> = expected
                .iter()
                .map(|(missing, path, message)| (missing.to_vec(), (*path).to_owned(), *message))
                .collect();
            assert_eq!(found, expected);
            assert_eq!(bindings.policies().count(), 0);
        }
    }
}

#[test]
fn defaults_are_put_in_at_every_level() {
    let schema = json!({
        "type": "object",
        "properties": {
            "a": {"type": "integer", "default": 1},
            "o": {"type": "object", "default": {}, "properties": {"b": {"default": [2]}}},
            "l": {"type": "array", "items": {"$ref": "#/$defs/item"}},
        },
        "$defs": {"item": {"type": "object", "properties": {"c": {"default": "x"}}}},
    });
    completed(&schema, json!({}), Ok(r#"{"a":1,"o":{"b":[2]}}"#));
    completed(
        &schema,
        json!({"a": 5, "l": [{}, {"c": "y"}], "o": {"b": []}}),
        Ok(r#"{"a":5,"l":[{"c":"x"},{"c":"y"}],"o":{"b":[]}}"#),
    );
}

#[test]
fn wrong_parameters_are_problems_with_their_place_and_without_values() {
    let schema = json!({
        "type": "object", "required": ["registries", "more"],
        "properties": {
            "registries": {"type": "array", "items": {"type": "string"}},
            "more": {"type": "integer"},
        },
    });
    completed(
        &schema,
        json!({}),
        Err(&[(
            &["`registries`", "`more`"],
            "",
            "needs `registries`, `more`",
        )]),
    );
    completed(
        &schema,
        json!({"registries": ["a", 5], "more": 1}),
        Err(&[(&[], "registries[1]", "value is not of type \"string\"")]),
    );
    completed(
        &schema,
        json!({"registries": [], "more": 1, "hunter2": 1}),
        Err(&[(
            &[],
            "",
            "Additional properties are not allowed ('hunter2' was unexpected)",
        )]),
    );
    let problems = set(&[good()])
        .bind(vec![binding("a/none")], Vec::new(), InlineMode::Allow)
        .1;
    assert_eq!(problems[0].message, "no policy named `a/none` is loaded");
    let mut given = binding("a/good");
    given.parameters.insert("x".to_owned(), json!(1));
    let problems = set(&[good()])
        .bind(vec![given], Vec::new(), InlineMode::Allow)
        .1;
    assert_eq!(problems[0].message, "`a/good` takes no parameters");
}

#[test]
fn one_of_several_parameters_may_be_needed() {
    let schema = json!({
        "type": "object", "anyOf": [{"required": ["registries"]}, {"required": ["denied"]}],
        "properties": {"registries": {"type": "array"}, "denied": {"type": "array"}},
    });
    let needs = "`registries` or `denied`";
    completed(
        &schema,
        json!({}),
        Err(&[(&[needs], "", "needs `registries` or `denied`")]),
    );
    completed(&schema, json!({"denied": []}), Ok(r#"{"denied":[]}"#));
}

#[test]
fn a_digest_of_bindings_ignores_order_and_who_bound_them() {
    let set = set(&[good(), finds("a/more", &json!({}), "spec", "true")]);
    let digest = |bindings: Vec<Binding>| bind(&set, bindings, Vec::new()).digest();
    let base = digest(vec![binding("a/good"), binding("a/more")]);
    let mut other = binding("a/good");
    other.source = "elsewhere".to_owned();
    assert_eq!(digest(vec![binding("a/more"), other.clone()]), base);
    other.enforcement = Some(crate::model::Enforcement::Warn);
    assert_ne!(digest(vec![binding("a/more"), other]), base);
}

#[test]
fn a_package_part_that_is_no_name_is_put_in_brackets() {
    let package = ["a".to_owned(), "b-c".to_owned()];
    assert_eq!(
        rule_path(&package, "violation"),
        r#"data.a["b-c"].violation"#
    );
}
