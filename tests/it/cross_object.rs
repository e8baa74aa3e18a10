//! Facts from other files, through the real binary: roles of bindings, accounts of Pods, network policies, and what isn't there.

use std::fmt::Write as _;

use serde_json::Value;

use crate::project::{Project, Run, pod};

const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1";

fn role(name: &str, rules: &str) -> String {
    format!("{RBAC}\nkind: ClusterRole\nmetadata: {{name: {name}}}\nrules:\n{rules}")
}

fn binding(role: &str, subjects: &str) -> String {
    format!(
        "{RBAC}\nkind: ClusterRoleBinding\nmetadata: {{name: operator}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\nsubjects:\n{subjects}"
    )
}

const EVERYTHING: &str = "- apiGroups: [\"*\"]\n  resources: [\"*\"]\n  verbs: [\"*\"]\n";
const OPERATOR: &str = "- {kind: ServiceAccount, name: operator, namespace: shop}\n";

fn report(run: &Run) -> Value {
    let report = serde_json::from_str(&run.stdout);
    assert!(report.is_ok(), "{run:#?}");
    report.unwrap()
}

/// Policy, file, line and column of each finding that isn't folded into another, and of its related places.
fn found(run: &Run) -> Vec<String> {
    let report = report(run);
    let findings = report["findings"].as_array().unwrap().iter();
    let place = |location: &Value| {
        let file = location["file"].as_str().unwrap_or("-");
        format!("{file}:{}:{}", location["line"], location["column"])
    };
    let shown = findings.map(|finding| {
        let places: Vec<String> = finding["locations"]
            .as_array()
            .unwrap()
            .iter()
            .map(place)
            .collect();
        format!(
            "{} {}",
            finding["policy"].as_str().unwrap(),
            places.join(" ")
        )
    });
    shown.collect()
}

#[test]
fn a_binding_that_hands_out_everything_shows_both_places() {
    let run = Project::new()
        .file("b/binding.yaml", binding("operator", OPERATOR))
        .file("a/role.yaml", role("operator", EVERYTHING))
        .run("scan . --only rbac/cluster-admin-binding --no-config");
    assert_eq!(run.code, 1, "{run:#?}");
    insta::assert_snapshot!(run.stdout, @r#"
    error[rbac/cluster-admin-binding]: binding hands out cluster role "operator", which can do everything in the cluster
     --> b/binding.yaml:4:67
      |
    4 | roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator}
      |                                                                   ^^^^^^^^^^^^^^ found `"operator"`
      |
     ::: a/role.yaml:5:3
      |
    5 | - apiGroups: ["*"]
      |   --------- every verb on every resource
      |
      = note: in ClusterRoleBinding operator, roleRef.name
      = help: Bind a role that names the resources and verbs in use, in the namespace where they are used:
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}

    help: `portcullis explain rbac/cluster-admin-binding` says more
    help: to exempt a finding, write `# portcullis: ignore[rbac/cluster-admin-binding] reason="…"` above its line, or add it with owner and expiry to `.portcullis-exemptions.yaml`

    deny: 1 error
    "#);
}

#[test]
fn the_same_role_is_found_in_whichever_file_it_lies() {
    let together = format!(
        "{}---\n{}",
        binding("operator", OPERATOR),
        role("operator", EVERYTHING)
    );
    let expected = |line: u32, file: &str| {
        vec![format!(
            "rbac/cluster-admin-binding all.yaml:4:67 {file}:{line}:3"
        )]
    };
    let scan = "scan . --only rbac/cluster-admin-binding -f json";
    let run = Project::new().file("all.yaml", together).run(scan);
    assert_eq!(found(&run), expected(12, "all.yaml"));
    let run = Project::new()
        .file("all.yaml", binding("operator", OPERATOR))
        .file("z.yaml", role("operator", EVERYTHING))
        .run(scan);
    assert_eq!(found(&run), expected(5, "z.yaml"));
}

#[test]
fn a_role_that_is_not_there_is_counted_and_no_failure() {
    let project = Project::new().file("binding.yaml", binding("gone", OPERATOR));
    let run = project.run("scan . -f json");
    assert_eq!(run.code, 0, "{run:#?}");
    let report = report(&run);
    assert_eq!(report["failures"], Value::Array(Vec::new()));
    assert!(
        run.stderr.contains("not known: role of 1 object"),
        "{}",
        run.stderr
    );
    let unknown = report["coverage"]["notKnown"].as_array().unwrap();
    assert!(
        unknown
            .iter()
            .any(|one| one["policy"] == "rbac/secret-access" && one["reason"] == "role"),
        "{unknown:?}"
    );
    let run = project.run("scan . --only rbac/dangling-role-ref --profile strict -f json");
    assert_eq!(found(&run), ["rbac/dangling-role-ref binding.yaml:4:67"]);
}

#[test]
fn staged_files_are_a_part_of_what_there_is() {
    let project = Project::new()
        .file("binding.yaml", binding("operator", OPERATOR))
        .file("role.yaml", role("operator", EVERYTHING));
    project.git("init -q");
    project.git("add binding.yaml");
    let run = project.run("scan --staged --profile strict --timeout 60s -f json");
    let ids: Vec<String> = found(&run);
    assert!(!ids.iter().any(|id| id.starts_with("rbac/")), "{ids:?}");
    assert_eq!(report(&run)["failures"], Value::Array(Vec::new()));
    project.git("add role.yaml");
    let run = project.run("scan --staged --profile strict --timeout 60s -f json");
    assert!(
        found(&run)
            .iter()
            .any(|id| id.starts_with("rbac/cluster-admin-binding binding.yaml:4:67 role.yaml:5:3"))
    );
}

#[test]
fn of_two_roles_of_one_name_neither_hides_the_other() {
    let harmless = "- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [get]\n";
    for files in [["a.yaml", "b.yaml"], ["b.yaml", "a.yaml"]] {
        let run = Project::new()
            .file(files[0], role("operator", harmless))
            .file(files[1], role("operator", EVERYTHING))
            .file("binding.yaml", binding("operator", OPERATOR))
            .run("scan . --only rbac/cluster-admin-binding -f json");
        assert_eq!(
            found(&run),
            [format!(
                "rbac/cluster-admin-binding binding.yaml:4:67 {}:5:3",
                files[1]
            )]
        );
    }
}

#[test]
fn a_role_of_5_000_rules_is_judged() {
    let mut rules = String::new();
    for number in 0..4_999 {
        let _ = writeln!(
            rules,
            "- {{apiGroups: [example{number}.com], resources: [things, pods/exec], verbs: [get, list]}}"
        );
    }
    rules.push_str("- {apiGroups: [\"\"], resources: [secrets], verbs: [get]}\n");
    let run = Project::new()
        .file("role.yaml", role("large", &rules))
        .file("binding.yaml", binding("large", OPERATOR))
        .run("scan . --only rbac/secret-access --timeout 60s -f json");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(report(&run)["failures"], Value::Array(Vec::new()));
    let found = found(&run);
    assert!(
        found.contains(&"rbac/secret-access role.yaml:5004:33".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"rbac/secret-access binding.yaml:4:67 role.yaml:5004:33".to_owned()),
        "{found:?}"
    );
}

#[test]
fn roles_that_flow_into_each_other_end() {
    let flowing = |name: &str, into: &str, from: &str, rules: &str| {
        format!(
            "{RBAC}\nkind: ClusterRole\nmetadata: {{name: {name}, labels: {{{into}: \"true\"}}}}\naggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{from}: \"true\"}}}}]}}\nrules:{rules}"
        )
    };
    let run = Project::new()
        .file("a.yaml", flowing("a", "to-b", "to-a", " []\n"))
        .file(
            "b.yaml",
            flowing("b", "to-a", "to-b", &format!("\n{EVERYTHING}")),
        )
        .file("binding.yaml", binding("a", OPERATOR))
        .run("scan . --only rbac/cluster-admin-binding -f json");
    assert_eq!(
        found(&run),
        ["rbac/cluster-admin-binding binding.yaml:4:67 b.yaml:6:3"]
    );
}

#[test]
fn unknown_groups_and_subjects_without_namespace_are_read() {
    let rules =
        "- apiGroups: [no.such.group]\n  resources: [secrets, pods]\n  verbs: [get, create]\n";
    let subjects =
        "- {kind: ServiceAccount, name: operator}\n- {kind: Robot, name: x}\n- {}\n- null\n- 5\n";
    let run = Project::new()
        .file("role.yaml", role("operator", rules))
        .file("binding.yaml", binding("operator", subjects))
        .run("scan . --profile strict --timeout 60s -f json");
    assert_eq!((run.code, found(&run)), (0, Vec::new()), "{run:#?}");
}

#[test]
fn a_pod_s_token_is_its_account_s_to_mount() {
    let account = |mounts: bool| {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: default}}\nautomountServiceAccountToken: {mounts}\n"
        )
    };
    let scan = |account: &str| {
        let project = Project::new()
            .file("pod.yaml", pod("web", ""))
            .file("account.yaml", account);
        found(
            &project
                .run("scan . --only least-privilege/automounted-token --profile strict -f json"),
        )
    };
    assert_eq!(scan(&account(false)), Vec::<String>::new());
    assert_eq!(
        scan(&account(true)),
        ["least-privilege/automounted-token pod.yaml:5:1 account.yaml:4:1"]
    );
}

#[test]
fn network_policies_of_the_scanned_files_count() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
    let scan = "scan . --only network/missing-network-policy --profile strict -f json";
    let project = Project::new().file("pod.yaml", pod("web", ""));
    assert_eq!(found(&project.run(scan)).len(), 1);
    project.write("policy.yaml", policy);
    assert_eq!(found(&project.run(scan)), Vec::<String>::new());
}

#[test]
fn images_that_are_none_are_never_trusted() {
    let long = "a".repeat(3_000);
    let config = "version: 1\npolicies: {images/untrusted-registry: {parameters: {registries: [registry.example]}}}\n";
    for image in [
        "a:b:c",
        "\"@sha256:\"",
        "registry.example/Shop/Web:1",
        long.as_str(),
        "\"\"",
    ] {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: app\n    image: {image}\n"
        );
        let run = Project::new()
            .file("pod.yaml", text)
            .file(".portcullis.yaml", config)
            .run("scan . --only images/* -f json");
        assert_eq!(run.code, 1, "{image}");
        let found = found(&run);
        assert!(
            found.contains(&"images/untrusted-registry pod.yaml:7:5".to_owned()),
            "{image}: {found:?}"
        );
        assert_eq!(report(&run)["failures"], Value::Array(Vec::new()));
    }
}

#[test]
fn an_organisation_s_lists_come_from_its_configuration() {
    let run = Project::new()
        .file("pod.yaml", pod("web", ""))
        .file(
            ".portcullis.yaml",
            "version: 1\npolicies: {images/untrusted-registry: {}}\n",
        )
        .run("scan .");
    assert_eq!(run.code, 2);
    insta::assert_snapshot!(run.stderr, @r"
    error: parameters of `images/untrusted-registry`: needs `registries` or `denied`
     --> .portcullis.yaml:2:12
      |
    2 | policies: {images/untrusted-registry: {}}
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: `portcullis explain images/untrusted-registry` lists its parameters
    ");
}
