//! Tests of bindings.

use serde_json::{Value, json};

use super::super::fixture::{assert_said, document};
use super::super::{profiles, read};
use super::*;
use crate::model::{Confidence, KindPattern, Operation, Scope, Severity};

const POLICIES: [(&str, Severity); 6] = [
    ("pods/critical", Severity::Critical),
    ("pods/high", Severity::High),
    ("pods/low", Severity::Low),
    ("pods/medium", Severity::Medium),
    ("network/open", Severity::Medium),
    ("own/extra", Severity::Low),
];

fn policies() -> Vec<Arc<Policy>> {
    let policy = |(id, severity): &(&str, Severity)| {
        Arc::new(Policy {
            id: id.parse().unwrap(),
            title: String::new(),
            description: String::new(),
            severity: *severity,
            confidence: Confidence::High,
            scope: Scope {
                kinds: vec![KindPattern::parse("Pod").unwrap()],
                operations: vec![Operation::Create],
                subresources: Vec::new(),
                templates: true,
            },
            parameters: None,
            evidence: Vec::new(),
            remediation: String::new(),
            references: Vec::new(),
            related_resources: Vec::new(),
            supersedes: Vec::new(),
            since: None,
            file: String::new(),
        })
    };
    POLICIES.iter().map(policy).collect()
}

fn shipped() -> Profiles {
    let value = json!({"profiles": {
        "default": {"description": "d", "bindings": [
            {"policy": "pods/critical"},
            {"policy": "pods/low", "parameters": {"a": 1, "b": 1}},
            {"policy": "pods/high", "from": "1.30", "until": "1.35"},
        ]},
        "strict": {"description": "s", "bindings": [
            {"policy": "pods/critical"},
            {"policy": "pods/low", "parameters": {"a": 2, "b": 1}},
            {"policy": "pods/medium"},
        ]},
    }});
    profiles(&document("profiles.yaml", &value)).unwrap()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// What is typed in one run.
#[derive(Default)]
struct Typed {
    config: Value,
    selected: &'static [&'static str],
    only: &'static [&'static str],
    skip: &'static [&'static str],
    fail_on: &'static str,
    version: u16,
    extra: &'static [&'static str],
    not_loaded: &'static [&'static str],
}

fn run(typed: &Typed) -> Result<Resolved, Vec<ConfigError>> {
    let config = match &typed.config {
        Value::Null => Config::default(),
        value => {
            let mut value = value.clone();
            value["version"] = json!(1);
            read(&document(".portcullis.yaml", &value)).unwrap()
        }
    };
    let ids = |texts: &[&str]| -> Vec<PolicyId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    };
    let not_loaded = ids(typed.not_loaded);
    let policies: Vec<_> = policies()
        .into_iter()
        .filter(|policy| !not_loaded.contains(&policy.id))
        .collect();
    resolve(&Resolve {
        profiles: &shipped(),
        config: &config,
        policies: &policies,
        not_loaded: &not_loaded,
        extra: &ids(typed.extra),
        version: KubernetesVersion {
            minor: typed.version,
        },
        selected: &strings(typed.selected),
        only: &strings(typed.only),
        skip: &strings(typed.skip),
        fail_on: FailOn::from_name(typed.fail_on),
    })
}

/// `policy enforcement parameters source`, with `!` if bound by name.
#[track_caller]
fn binds(typed: &Typed, expected: &[&str]) -> Resolved {
    let resolved = run(typed).unwrap_or_else(|errors| panic!("{errors:?}"));
    let shown: Vec<String> = resolved
        .bindings
        .iter()
        .map(|binding| {
            let enforcement = binding.enforcement.map_or("-", Enforcement::as_str);
            let parameters = Value::Object(binding.parameters.clone());
            let named = if binding.from_profile { "" } else { "!" };
            format!(
                "{} {enforcement} {parameters} {}{named}",
                binding.policy, binding.source
            )
        })
        .collect();
    assert_eq!(shown, expected);
    resolved
}

#[track_caller]
fn refuses(typed: &Typed, expected: &[(&str, &str, &str)]) {
    assert_said(&run(typed).unwrap_err(), expected);
}

#[test]
fn without_configuration_the_default_profile_holds() {
    binds(
        &Typed::default(),
        &[
            "pods/critical - {} profile default",
            r#"pods/low - {"a":1,"b":1} profile default"#,
        ],
    );
}

#[test]
fn a_binding_of_a_profile_is_in_force_for_its_versions() {
    for (version, bound) in [(29, false), (30, true), (34, true), (35, false)] {
        let resolved = run(&Typed {
            version,
            ..Typed::default()
        })
        .unwrap();
        let high = resolved
            .bindings
            .iter()
            .any(|binding| binding.policy.as_str() == "pods/high");
        assert_eq!(high, bound, "1.{version}");
    }
}

#[test]
fn several_profiles_are_united_and_equal_bindings_are_one() {
    binds(
        &Typed {
            selected: &["default", "strict", "default"],
            ..Typed::default()
        },
        &[
            "pods/critical - {} profile default, profile strict",
            r#"pods/low - {"a":1,"b":1} profile default"#,
            r#"pods/low - {"a":2,"b":1} profile strict"#,
            "pods/medium - {} profile strict",
        ],
    );
}

#[test]
fn the_flag_replaces_the_profiles_of_the_configuration() {
    let config = json!({"profiles": ["strict"]});
    let strict = [
        "pods/critical - {} profile strict",
        r#"pods/low - {"a":2,"b":1} profile strict"#,
        "pods/medium - {} profile strict",
    ];
    binds(
        &Typed {
            config: config.clone(),
            ..Typed::default()
        },
        &strict,
    );
    binds(
        &Typed {
            config,
            selected: &["default"],
            ..Typed::default()
        },
        &[
            "pods/critical - {} profile default",
            r#"pods/low - {"a":1,"b":1} profile default"#,
        ],
    );
}

#[test]
fn an_entry_changes_what_it_names_in_every_binding_of_its_policy() {
    binds(
        &Typed {
            config: json!({
                "profiles": ["default", "strict"],
                "policies": {"pods/low": {"enforcement": "audit", "parameters": {"b": 9}}},
            }),
            ..Typed::default()
        },
        &[
            "pods/critical - {} profile default, profile strict",
            r#"pods/low audit {"a":1,"b":9} profile default, .portcullis.yaml:6!"#,
            r#"pods/low audit {"a":2,"b":9} profile strict, .portcullis.yaml:6!"#,
            "pods/medium - {} profile strict",
        ],
    );
}

#[test]
fn bindings_that_an_entry_makes_equal_become_one() {
    binds(
        &Typed {
            config: json!({
                "policies": {"pods/low": {"parameters": {"a": 3}}},
                "profiles": ["default", "strict"],
                "skip": ["pods/critical", "pods/medium"],
            }),
            ..Typed::default()
        },
        &[r#"pods/low - {"a":3,"b":1} profile default, .portcullis.yaml:3, profile strict!"#],
    );
}

#[test]
fn an_entry_binds_a_policy_that_no_profile_binds() {
    let resolved = binds(
        &Typed {
            config: json!({"profiles": [], "policies": {
                "network/open": {"match": {"namespaces": ["prod-*"]}},
                "pods/high": {},
            }}),
            ..Typed::default()
        },
        &[
            "network/open - {} .portcullis.yaml:4!",
            "pods/high - {} .portcullis.yaml:8!",
        ],
    );
    assert_eq!(resolved.bindings[0].matches.namespaces, ["prod-*"]);
}

#[test]
fn policies_of_the_user_are_bound_by_severity_unless_bound_already() {
    let config =
        json!({"profiles": ["default"], "policies": {"own/extra": {"enforcement": "deny"}}});
    let typed = Typed {
        extra: &["own/extra", "pods/critical"],
        ..Typed::default()
    };
    binds(
        &typed,
        &[
            "own/extra - {} --policy",
            "pods/critical - {} profile default",
            r#"pods/low - {"a":1,"b":1} profile default"#,
        ],
    );
    let resolved = run(&Typed { config, ..typed }).unwrap();
    assert_eq!(resolved.bindings[0].enforcement, Some(Enforcement::Deny));
    assert_eq!(resolved.bindings.len(), 3);
}

#[test]
fn what_is_skipped_is_told() {
    let resolved = binds(
        &Typed {
            config: json!({"skip": ["network/*", "pods/c*"]}),
            selected: &["default", "strict"],
            skip: &["pods/low"],
            ..Typed::default()
        },
        &["pods/medium - {} profile strict"],
    );
    let said: Vec<String> = resolved
        .not_run
        .iter()
        .map(|it| format!("{}: {}", it.policy, it.reason))
        .collect();
    assert_eq!(
        said,
        [
            "pods/critical: skipped by `skip` in .portcullis.yaml:4",
            "pods/low: skipped by `--skip`",
        ]
    );
}

#[test]
fn only_keeps_what_it_names() {
    binds(
        &Typed {
            only: &["*/critical"],
            ..Typed::default()
        },
        &["pods/critical - {} profile default"],
    );
}

#[test]
fn only_never_ends_in_judging_nothing() {
    refuses(
        &Typed {
            only: &["pods/medium", "network/*"],
            ..Typed::default()
        },
        &[
            (
                "--only",
                "no policy in force matches `pods/medium`",
                "choose a profile that binds it (`strict`), or bind it under `policies` of the configuration",
            ),
            (
                "--only",
                "no policy in force matches `network/*`",
                "bind it by name under `policies` of the configuration, or look at its Kubernetes versions",
            ),
        ],
    );
    refuses(
        &Typed {
            only: &["pods/low"],
            skip: &["pods/low"],
            ..Typed::default()
        },
        &[(
            "--only",
            "no policy in force matches `pods/low`",
            "it is left out by `--skip`",
        )],
    );
}

#[test]
fn a_run_without_any_policy_is_refused() {
    let expected = [(
        "",
        "no policy is in force",
        "choose a profile, or bind policies by name under `policies` of the configuration",
    )];
    refuses(
        &Typed {
            config: json!({"profiles": []}),
            ..Typed::default()
        },
        &expected,
    );
    refuses(
        &Typed {
            skip: &["*"],
            ..Typed::default()
        },
        &expected,
    );
}

#[test]
fn names_that_do_not_exist_are_refused_with_the_nearest() {
    refuses(
        &Typed {
            config: json!({"skip": ["netwrk/*"], "policies": {"pods/hihg": {}}}),
            selected: &["defualt", "none"],
            only: &["pods/lwo"],
            skip: &["high"],
            ..Typed::default()
        },
        &[
            (
                "--profile",
                "no profile is named `defualt`",
                "did you mean `default`? (known: `default`, `strict`)",
            ),
            (
                "--profile",
                "no profile is named `none`",
                "known: `default`, `strict`",
            ),
            (
                "pods/hihg",
                "no policy is named `pods/hihg`",
                "did you mean `pods/high`?",
            ),
            (
                "netwrk/*",
                "no policy matches `netwrk/*`",
                "did you mean `network/*`?",
            ),
            (
                "--skip",
                "no policy matches `high`",
                "did you mean `pods/high`?",
            ),
            (
                "--only",
                "no policy is named `pods/lwo`",
                "did you mean `pods/low`?",
            ),
        ],
    );
}

#[test]
fn a_policy_that_did_not_load_may_be_named() {
    binds(
        &Typed {
            config: json!({"policies": {"network/open": {}}, "skip": ["network/*"]}),
            not_loaded: &["network/open", "pods/critical"],
            only: &["pods/*", "network/open"],
            extra: &["network/open"],
            ..Typed::default()
        },
        &[r#"pods/low - {"a":1,"b":1} profile default"#],
    );
}

#[test]
fn fail_on_decides_what_denies() {
    let config = json!({"profiles": [], "policies": {
        "pods/critical": {"enforcement": "warn"},
        "pods/high": {},
        "pods/medium": {"enforcement": "audit"},
        "pods/low": {"enforcement": "deny"},
    }});
    // By policy: critical, high, low, medium.
    for (fail_on, expected) in [
        ("", ["warn", "-", "deny", "audit"]),
        ("low", ["deny", "deny", "deny", "audit"]),
        ("medium", ["-", "-", "-", "audit"]),
        ("high", ["deny", "deny", "warn", "audit"]),
        ("critical", ["deny", "warn", "warn", "audit"]),
        ("never", ["warn", "warn", "warn", "audit"]),
    ] {
        let resolved = run(&Typed {
            config: config.clone(),
            fail_on,
            ..Typed::default()
        })
        .unwrap();
        let enforcements: Vec<&str> = resolved
            .bindings
            .iter()
            .map(|binding| binding.enforcement.map_or("-", Enforcement::as_str))
            .collect();
        assert_eq!(enforcements, expected, "{fail_on}");
    }
    for name in FailOn::NAMES {
        assert!(FailOn::from_name(name).is_some(), "{name}");
    }
    assert_eq!(FailOn::from_name("none"), None);
}
