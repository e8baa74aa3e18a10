//! Changes that are sound, broken, and both.

use super::*;
use crate::model::Enforcement;

const TODAY: &str = "2026-11-27";

fn text(name: &str, text: &str) -> Arc<SourceText> {
    Arc::new(SourceText::new(name, text))
}

fn policy(name: &str, body: &str) -> Arc<SourceText> {
    let package = name.replace('-', "_");
    text(
        &format!("{name}.rego"),
        &format!(
            "# METADATA\n# title: {name}\n# description: A test.\n# custom:\n#   severity: high\n#   remediation: Mend it.\n\
             #   scope: {{kinds: [Service], operations: [CREATE]}}\npackage policies.own.{package}\n\n{body}\n"
        ),
    )
}

const SOUND: &str = "violation contains {\"path\": [\"spec\"], \"msg\": \"bad\"} if input.review.object.spec.type == \"NodePort\"";

fn config(body: &str) -> Arc<SourceText> {
    text(
        "portcullis.yaml",
        &format!("version: 1\nprofiles: [baseline]\n{body}"),
    )
}

fn loader() -> Loader {
    let terms = Terms {
        cap: Cap {
            enforcement: Enforcement::Deny,
            live: false,
        },
        profiles: Vec::new(),
        version: None,
        server: None,
    };
    Loader::new(terms, Texts::default())
}

#[track_caller]
fn load(loader: &mut Loader, texts: Texts) -> Loaded {
    let result = loader.load(texts, TODAY.parse().unwrap());
    result.unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn bound(loaded: &Loaded) -> Vec<String> {
    let entries = super::super::Entry::ALL.into_iter();
    let mut ids: Vec<String> = entries
        .flat_map(|entry| loaded.in_force.bindings(entry).policies())
        .filter(|id| id.category() == "own")
        .map(ToString::to_string)
        .collect();
    ids.sort();
    ids
}

fn told(loaded: &Loaded) -> Vec<String> {
    let line = |trouble: &Trouble| {
        format!(
            "{} {}: {}",
            trouble.state(),
            trouble.place(),
            trouble.message
        )
    };
    loaded.troubles.iter().map(line).collect()
}

#[test]
fn a_policy_that_breaks_keeps_its_last_good_version_and_harms_no_other() {
    let mut loader = loader();
    let good = Texts {
        modules: vec![policy("one", SOUND), policy("two", SOUND)],
        ..Texts::default()
    };
    let first = load(&mut loader, good);
    assert_eq!(bound(&first), ["own/one", "own/two"]);
    let broken = Texts {
        modules: vec![
            policy("one", "violation contains x if {"),
            policy("two", SOUND),
            policy("three", "violation := }"),
        ],
        ..Texts::default()
    };
    let second = load(&mut loader, broken);
    assert_eq!(bound(&second), ["own/one", "own/two"]);
    let of = |file: &str| {
        let mut troubles = second.troubles.iter();
        let trouble = troubles.find(|trouble| trouble.file == file).unwrap();
        trouble.policy.as_ref().map(PolicyId::as_str)
    };
    // Its text says no more whose it is; what stands in does.
    assert_eq!((of("one.rego"), of("three.rego")), (Some("own/one"), None));
    let told = told(&second);
    assert!(
        told.iter()
            .any(|line| line.starts_with("degraded one.rego:")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|line| line.contains("three.rego:")),
        "{told:?}"
    );
    let mended = load(
        &mut loader,
        Texts {
            modules: vec![policy("three", SOUND)],
            ..Texts::default()
        },
    );
    assert_eq!(bound(&mended), ["own/three"]);
    assert_eq!(mended.troubles.len(), 0);
}

#[test]
fn a_configuration_that_breaks_stays_as_it_was() {
    let mut loader = loader();
    let with = |config: Arc<SourceText>| Texts {
        configs: vec![config],
        modules: vec![policy("one", SOUND)],
        ..Texts::default()
    };
    let warn = "policies:\n  own/one: {enforcement: warn}\n";
    let first = load(&mut loader, with(config(warn)));
    for broken in [
        "policies: [",
        "policies:\n  own/none: {}\n",
        "surprise: 1\n",
    ] {
        let next = load(&mut loader, with(config(broken)));
        assert_eq!(next.in_force.digest(), first.in_force.digest(), "{broken}");
        assert!(
            told(&next)[0].starts_with("degraded portcullis.yaml:"),
            "{:?}",
            told(&next)
        );
    }
}

#[test]
fn parameters_that_dont_fit_are_one_policys_trouble() {
    let mut loader = loader();
    let with = |registries: &str, enforcement: &str| Texts {
        configs: vec![config(&format!(
            "policies:\n  images/untrusted-registry: {{parameters: {{registries: {registries}}}}}\n  \
             least-privilege/host-port: {{enforcement: {enforcement}}}\n"
        ))],
        ..Texts::default()
    };
    load(&mut loader, with("[registry.example]", "deny"));
    let next = load(&mut loader, with("7", "warn"));
    let observed = next.in_force.bindings(super::super::Entry::Observe);
    assert!(
        observed
            .policies()
            .any(|id| id.as_str() == "least-privilege/host-port")
    );
    let enforced = next.in_force.bindings(super::super::Entry::Enforce);
    assert!(
        enforced
            .policies()
            .any(|id| id.as_str() == "images/untrusted-registry")
    );
    assert!(
        told(&next)[0].starts_with("degraded portcullis.yaml:4:"),
        "{:?}",
        told(&next)
    );
}

#[test]
fn two_texts_that_bind_one_policy_are_both_refused() {
    let mut loader = loader();
    let other = text(
        "other.yaml",
        "version: 1\npolicies:\n  least-privilege/host-port: {enforcement: audit}\n",
    );
    let texts = Texts {
        configs: vec![
            config("policies:\n  least-privilege/host-port: {enforcement: warn}\n"),
            other,
        ],
        ..Texts::default()
    };
    let told = told(&load(&mut loader, texts));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("failed portcullis.yaml:4:"), "{told:?}");
    assert!(told[1].starts_with("failed other.yaml:3:"), "{told:?}");
}

#[test]
fn exemptions_that_break_lift_what_they_lifted() {
    let mut loader = loader();
    let with = |exemptions: &str| Texts {
        exemptions: vec![text("exemptions.yaml", exemptions)],
        ..Texts::default()
    };
    let sound = "exemptions:\n- {policy: least-privilege/host-port, reason: r, owner: o, expires: 2026-12-01}\n";
    let first = load(&mut loader, with(sound));
    let next = load(
        &mut loader,
        with("exemptions:\n- {policy: least-privilege/host-port}\n"),
    );
    assert_eq!(next.in_force.digest(), first.in_force.digest());
    assert!(
        told(&next)[0].starts_with("degraded exemptions.yaml:2:"),
        "{:?}",
        told(&next)
    );
}

#[test]
fn a_second_text_that_binds_a_policy_leaves_the_first_as_it_was() {
    let mut loader = loader();
    let own = config("policies:\n  least-privilege/host-port: {enforcement: warn}\n");
    let with = |configs: Vec<Arc<SourceText>>| Texts {
        configs,
        ..Texts::default()
    };
    let first = load(&mut loader, with(vec![own.clone()]));
    let other = text(
        "other.yaml",
        "version: 1\npolicies:\n  least-privilege/host-port: {enforcement: audit}\n",
    );
    let next = load(&mut loader, with(vec![own, other]));
    assert_eq!(next.in_force.digest(), first.in_force.digest());
    assert_eq!(told(&next).len(), 2, "{:?}", told(&next));
}

#[test]
fn a_policy_that_goes_takes_only_what_names_it() {
    let mut loader = loader();
    let exemptions = "exemptions:\n- {policy: own/one, reason: r, owner: o, expires: 2026-12-01}\n\
                      - {policy: least-privilege/host-port, reason: r, owner: o, expires: 2026-12-01}\n";
    let with = |modules: Vec<Arc<SourceText>>| Texts {
        configs: vec![config(
            "policies:\n  own/one: {enforcement: warn}\n  least-privilege/host-port: {enforcement: warn}\n",
        )],
        exemptions: vec![text("exemptions.yaml", exemptions)],
        modules,
    };
    load(&mut loader, with(vec![policy("one", SOUND)]));
    let next = load(&mut loader, with(Vec::new()));
    let observed = next.in_force.bindings(super::super::Entry::Observe);
    assert!(
        observed
            .policies()
            .any(|id| id.as_str() == "least-privilege/host-port")
    );
    let lifted: Vec<&str> = observed
        .exemptions()
        .iter()
        .map(|exemption| exemption.policy.as_str())
        .collect();
    assert_eq!(lifted, ["least-privilege/host-port"]);
    let told = told(&next);
    assert!(
        told.iter()
            .any(|line| line.starts_with("failed portcullis.yaml:4:")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with("failed exemptions.yaml:2:")),
        "{told:?}"
    );
}
