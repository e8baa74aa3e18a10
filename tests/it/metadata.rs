//! What a policy says of itself: every mistake has its place and a way out, and keeps only that policy from loading.

use std::sync::Arc;
use std::time::Duration;

use portcullis::engine::{self, Options, PolicySource};
use portcullis::model::{KubernetesVersion, Severity, SourceText};
use portcullis::source;

const SOUND: &str = "# METADATA\n# title: Host port\n# description: Why.\n# custom:\n#   severity: high\n#   scope: {kinds: [Pod, apps/Deployment], operations: [CREATE, UPDATE]}\n#   parameters:\n#     type: object\n#     properties: {ports: {type: array, default: []}}\n#   remediation: Drop it.\n#   references:\n#   - {framework: CIS, id: 5.2}\n#   supersedes: [a/b]\npackage policies.test.host_port\n\nviolation contains {\"path\": [], \"msg\": \"m\"} if input.parameters.ports\n";

fn build(name: &str, text: &str) -> (engine::PolicySet, Vec<portcullis::model::LoadProblem>) {
    let options = Options {
        kubernetes_version: KubernetesVersion::NEWEST,
        pod_templates: Vec::new(),
        time_limit: Duration::from_secs(1),
        yaml: source::yaml::read_opa,
        to_yaml: source::yaml::to_yaml,
    };
    let text = Arc::new(SourceText::new(name, text));
    engine::build(
        vec![PolicySource {
            text,
            shipped: false,
        }],
        &options,
    )
}

/// With `from` replaced by `to`, the one problem stands at `place` and says `message` and `help`.
#[track_caller]
fn check(from: &str, to: &str, place: (u32, u32), message: &str, help: &str) {
    assert!(
        SOUND.contains(from),
        "`{from}` is no part of the sound text"
    );
    let (set, problems) = build(
        "policies/test/host-port/policy.rego",
        &SOUND.replacen(from, to, 1),
    );
    assert!(
        set.policies().is_empty(),
        "a policy with a mistake isn't in force"
    );
    let problem = problems.first().expect("a problem");
    let at = problem.place();
    assert!(problem.message.contains(message), "{}", problem.message);
    assert!(
        problem.help.as_deref().unwrap_or_default().contains(help),
        "{:?}",
        problem.help
    );
    assert_eq!((at.line, at.column), place, "{}", problem.message);
}

#[test]
fn a_sound_block_is_read_whole() {
    let (set, problems) = build("policies/test/host-port/policy.rego", SOUND);
    assert!(problems.is_empty(), "{problems:?}");
    let policy = &set.policies()[0];
    assert_eq!(policy.id.as_str(), "test/host-port");
    assert_eq!(
        (policy.title.as_str(), policy.severity),
        ("Host port", Severity::High)
    );
    assert_eq!(policy.scope.kinds.len(), 2);
    assert_eq!(policy.references[0].id, "5.2");
    let schema = policy.parameters.as_ref().unwrap();
    assert_eq!(
        schema["additionalProperties"], false,
        "closed unless it says otherwise"
    );
}

#[test]
fn every_mistake_has_its_place_and_a_way_out() {
    check(
        "# title: Host port\n",
        "",
        (1, 1),
        "no `title`",
        "add `title",
    );
    check(
        "# title:",
        "# tilte:",
        (2, 3),
        "no key `tilte`",
        "did you mean `title`?",
    );
    check(
        "severity: high",
        "severity: hgih",
        (5, 5),
        "`hgih` is no severity",
        "did you mean `high`?",
    );
    check(
        "#   severity: high\n",
        "",
        (4, 3),
        "no `severity`",
        "severity",
    );
    check(
        "[Pod, apps/Deployment]",
        "[Pod, deployment]",
        (6, 26),
        "`deployment`",
        "kinds",
    );
    check(
        "[CREATE, UPDATE]",
        "[CREATE, UDPATE]",
        (6, 65),
        "`UDPATE`",
        "did you mean `UPDATE`?",
    );
    check(
        "scope: {kinds",
        "scoep: {kinds",
        (6, 5),
        "no key `scoep`",
        "did you mean `scope`?",
    );
    check(
        "operations: [CREATE, UPDATE]",
        "operations: CREATE",
        (6, 44),
        "`operations`",
        "list",
    );
    check(
        "type: object",
        "type: strange",
        (7, 5),
        "`parameters` must be",
        "object",
    );
    check(
        "{type: array, default: []}",
        "{type: arrow}",
        (7, 5),
        "`parameters` isn't a JSON Schema",
        "2020-12",
    );
    check(
        "#   remediation: Drop it.\n",
        "",
        (4, 3),
        "no `remediation`",
        "remediation",
    );
    check(
        "{framework: CIS, id: 5.2}",
        "{framework: CIS}",
        (11, 5),
        "`references`",
        "framework and id",
    );
    check("[a/b]", "[a_b]", (13, 18), "`a_b`", "ids such as");
    check(
        "# description: Why.",
        "# description: [1",
        (4, 9),
        "isn't YAML",
        "mend",
    );
    check(
        "package policies.test.host_port",
        "package policies.test.other",
        (14, 1),
        "`test/other`",
        "name both alike",
    );
    check(
        "# METADATA\n",
        "# METADATA\n# title: Twice\n\n# METADATA\n",
        (4, 1),
        "two METADATA blocks",
        "join them",
    );
}

#[test]
fn a_policy_without_metadata_is_refused() {
    let text =
        "package policies.test.bare\n\nviolation contains {\"path\": [], \"msg\": \"m\"} if true\n";
    let (set, problems) = build("bare.rego", text);
    assert!(set.policies().is_empty());
    assert_eq!(problems[0].code, "metadata-missing");
}
