//! The commands as a user types them: exit codes, inputs, exemptions, baselines.

use crate::project::{Project, Run, pod, privileged, repository, run_in};

#[track_caller]
fn check(run: &Run, code: i32, texts: &[&str]) {
    let all = format!("{}{}", run.stdout, run.stderr);
    for text in texts {
        assert!(
            all.contains(text),
            "`{text}` is not said:\n{}\n{}",
            run.stdout,
            run.stderr
        );
    }
    assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn a_clean_folder_is_0_and_a_denial_1() {
    let project = Project::new().file("good.yaml", pod("good", ""));
    check(&project.run("scan ."), 0, &["judged 1 object in 1 file"]);
    project.write("bad.yaml", privileged("bad"));
    check(
        &project.run("scan ."),
        1,
        &[
            "error[least-privilege/privileged-container]",
            "bad.yaml:15:7",
        ],
    );
    check(&project.run("scan . --exit-zero"), 0, &["bad.yaml:15:7"]);
    check(&project.run("scan good.yaml"), 0, &[]);
}

#[test]
fn the_exit_code_does_not_depend_on_the_format() {
    let project = Project::new().file("bad.yaml", privileged("bad"));
    for format in [
        "text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown",
    ] {
        check(
            &project.run(&format!("scan . -f {format}")),
            1,
            &["privileged-container"],
        );
    }
}

#[test]
fn fail_on_moves_the_gate() {
    let project = Project::new().file("bad.yaml", privileged("bad"));
    check(
        &project.run("scan . --fail-on critical"),
        1,
        &["error[least-privilege/privileged-container]"],
    );
    check(
        &project.run("scan . --fail-on never"),
        0,
        &["warning[least-privilege/privileged-container]"],
    );
    let medium = Project::new().file(
        "port.yaml",
        pod("port", "    ports: [{containerPort: 80, hostPort: 80}]\n"),
    );
    check(
        &medium.run("scan ."),
        1,
        &["error[least-privilege/host-port]"],
    );
    check(
        &medium.run("scan . --fail-on high"),
        0,
        &["warning[least-privilege/host-port]"],
    );
}

#[test]
fn several_formats_go_to_their_files() {
    let project = Project::new().file("bad.yaml", privileged("bad"));
    let run = project.run("scan . -f text -f sarif=out.sarif -f json=out.json");
    check(&run, 1, &["bad.yaml:15:7"]);
    assert!(project.read("out.sarif").contains("\"2.1.0\""));
    assert!(
        project
            .read("out.json")
            .contains("portcullis.dev/report/v1")
    );
}

#[test]
fn a_stream_is_read_from_stdin_and_names_its_templates() {
    let project = Project::new();
    let stream = format!(
        "---\n# Source: shop/templates/web.yaml\n{}",
        privileged("web")
    );
    let run = project.run_with("scan -", stream.as_bytes());
    check(&run, 1, &["<stdin>:17:7", "shop/templates/web.yaml"]);
    let run = project.run_with("scan - --stdin-filename rendered.yaml", stream.as_bytes());
    check(&run, 1, &["rendered.yaml:17:7"]);
    check(&project.run_with("scan -", b""), 3, &["judged 0 objects"]);
}

#[test]
fn the_index_is_judged_and_not_the_work_tree() {
    let project = Project::new().file("web.yaml", privileged("web"));
    project.git("init -q");
    project.git("add web.yaml");
    project.write("web.yaml", pod("web", ""));
    check(&project.run("scan --staged"), 1, &["web.yaml:15:7"]);
    check(&project.run("scan ."), 0, &[]);
    project.git("add web.yaml");
    project.write("web.yaml", privileged("web"));
    check(&project.run("scan --staged"), 0, &["judged 1 object"]);
}

#[test]
fn staged_names_with_blanks_and_deletions_are_read() {
    let project = Project::new()
        .file("a b/\u{e9} web.yaml", privileged("web"))
        .file("old.yaml", privileged("old"));
    project.git("init -q");
    project.git("add old.yaml");
    project.git("commit -q -m x");
    project.git("rm -q old.yaml");
    project.git("add -A");
    check(
        &project.run("scan --staged"),
        1,
        &["a b/\u{e9} web.yaml:15:7", "judged 1 object"],
    );
    check(&Project::new().run("scan --staged"), 2, &["git"]);
}

#[test]
fn changed_files_are_those_since_the_branch_left() {
    let project = Project::new().file("old.yaml", privileged("old"));
    project.git("init -q");
    project.git("add -A");
    project.git("commit -q -m one");
    project.git("branch base");
    project.write("new.yaml", privileged("new"));
    project.git("add -A");
    project.git("commit -q -m two");
    let run = project.run("scan --changed-since base");
    check(&run, 1, &["new.yaml:15:7", "judged 1 object"]);
    check(
        &project.run("scan --changed-since nowhere"),
        2,
        &["nowhere"],
    );
}

#[test]
fn ignored_files_are_counted() {
    let project = Project::new()
        .file("good.yaml", pod("good", ""))
        .file("vendor/bad.yaml", privileged("vendored"))
        .file("build/bad.yaml", privileged("built"))
        .file(".gitignore", "build/\n")
        .file(".hidden/bad.yaml", pod("hidden", ""));
    check(
        &project.run("scan . --exclude vendor/"),
        0,
        &[
            "skipped 2 files: 1 gitignored, 1 excluded",
            "judged 2 objects",
        ],
    );
    check(
        &project.run("scan . --exclude vendor/ --no-gitignore"),
        1,
        &["build/bad.yaml:15:7"],
    );
    check(&project.run("scan build"), 1, &["build/bad.yaml:15:7"]);
    check(
        &project.run("scan . --include good.yaml"),
        0,
        &["judged 1 object"],
    );
}

#[test]
fn a_config_binds_and_skips() {
    let project = Project::new().file("bad.yaml", privileged("bad")).file(
        ".portcullis.yaml",
        "version: 1\npolicies:\n  least-privilege/privileged-container: {enforcement: warn}\n",
    );
    check(
        &project.run("scan ."),
        0,
        &["warning[least-privilege/privileged-container]"],
    );
    check(
        &project.run("scan . --no-config"),
        1,
        &["error[least-privilege/privileged-container]"],
    );
    project.write(
        ".portcullis.yaml",
        "version: 1\nskip: [least-privilege/privileged-container]\n",
    );
    check(&project.run("scan ."), 0, &["judged 1 object"]);
    project.write(
        ".portcullis.yaml",
        "version: 1\nprofiles: [restricted]\npodTemplates: [{group: argoproj.io, kind: Rollout, path: spec.template}]\n",
    );
    project.write(
        "bad.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec:\n  template:\n    spec:\n      hostNetwork: true\n      containers: []\n",
    );
    check(
        &project.run("scan ."),
        1,
        &["bad.yaml:7:7", "least-privilege/host-namespace"],
    );
}

#[test]
fn an_exemption_lifts_a_finding_until_its_day_is_over() {
    let exemptions = "exemptions:\n- policy: least-privilege/privileged-container\n  match: {names: [bad]}\n  reason: needs the device\n  owner: team-a\n  expires: 2026-12-01\n";
    let project = Project::new()
        .file("bad.yaml", privileged("bad"))
        .file(".portcullis-exemptions.yaml", exemptions);
    check(
        &project.run("scan . --today 2026-12-01"),
        0,
        &["expires on 2026-12-01"],
    );
    check(
        &project.run("scan . --today 2026-12-02"),
        1,
        &["expired on 2026-12-01", "team-a"],
    );
    check(
        &project.run("scan . --today 2026-12-01 --no-exemptions"),
        1,
        &[],
    );
    check(
        &project.run("scan . --today 2026-12-01 --show-exempt"),
        0,
        &["needs the device"],
    );
    check(
        &project.run("exemptions check --today 2026-11-01 --expiring 14d"),
        0,
        &["1 exemption"],
    );
    check(
        &project.run("exemptions check --today 2026-11-25 --expiring 14d"),
        1,
        &["team-a"],
    );
    project.write("bad.yaml", pod("bad", ""));
    check(
        &project.run("scan . --today 2026-11-01"),
        0,
        &["matched nothing", ".portcullis-exemptions.yaml:2"],
    );
}

#[test]
fn a_comment_exempts_where_the_switch_lets_it() {
    let comment = "      # portcullis: ignore[least-privilege/privileged-container] reason=\"device\" owner=team-a until=2026-12-01\n      privileged: true\n";
    let project = Project::new().file("bad.yaml", pod("bad", comment));
    check(&project.run("scan . --today 2026-11-25"), 0, &[]);
    check(
        &project.run("scan . --today 2026-12-02"),
        1,
        &["bad.yaml:16:7"],
    );
    check(
        &project.run("scan . --today 2026-11-25 --no-inline"),
        1,
        &["bad.yaml:16:7"],
    );
    project.write(".portcullis.yaml", "version: 1\ninline: low-only\n");
    check(
        &project.run("scan . --today 2026-11-25"),
        1,
        &["bad.yaml:16:7"],
    );
    let malformed = Project::new().file(
        "bad.yaml",
        pod("bad", &comment.replace("reason=\"device\" ", "")),
    );
    check(
        &malformed.run("scan . --today 2026-11-25"),
        1,
        &["reason", "bad.yaml:15"],
    );
}

#[test]
fn a_baseline_covers_what_was_there_and_nothing_new() {
    let project = Project::new().file("bad.yaml", privileged("bad"));
    check(
        &project.run("scan . --write-baseline baseline.json"),
        1,
        &[],
    );
    check(
        &project.run("scan . --baseline baseline.json"),
        0,
        &["1 in the baseline"],
    );
    project.write("bad.yaml", format!("# moved\n{}", privileged("bad")));
    check(&project.run("scan . --baseline baseline.json"), 0, &[]);
    project.write("new.yaml", privileged("new"));
    check(
        &project.run("scan . --baseline baseline.json"),
        1,
        &["new.yaml:15:7"],
    );
    project.write("bad.yaml", pod("bad", ""));
    check(
        &project.run("scan . --baseline baseline.json"),
        1,
        &["1 entry of the baseline matches no finding"],
    );
    check(
        &project.run("baseline prune baseline.json ."),
        0,
        &["dropped 1 of 1"],
    );
    check(
        &project.run("baseline show baseline.json"),
        0,
        &["0 entries"],
    );
}

#[test]
fn versions_are_read_and_said() {
    let probe = "    livenessProbe: {httpGet: {port: 80, host: 127.0.0.1}}\n";
    let project = Project::new().file("probe.yaml", pod("probe", probe));
    check(&project.run("scan . --kubernetes-version 1.33"), 0, &[]);
    check(
        &project.run("scan . --kubernetes-version v1.34.2"),
        1,
        &["host-probe"],
    );
    check(
        &project.run("scan . --kubernetes-version 1.99"),
        1,
        &["judged as 1.37"],
    );
}

#[test]
fn unrendered_templates_are_counted() {
    let project = Project::new()
        .file("good.yaml", pod("good", ""))
        .file(
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        )
        .file(
            "chart/templates/web.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        );
    check(&project.run("scan ."), 0, &["1 template", "not rendered"]);
}

#[test]
fn inputs_and_parse_show_what_is_seen() {
    let project = Project::new()
        .file("bad.yaml", privileged("bad"))
        .file("notes.txt", "x")
        .file("broken.yaml", "a: [");
    check(
        &project.run("inputs ."),
        3,
        &[
            "read",
            "bad.yaml  1 Pod",
            "not recognised  notes.txt",
            "unreadable      broken.yaml",
        ],
    );
    check(
        &project.run("parse bad.yaml"),
        0,
        &[
            "spec.containers[0].securityContext.privileged → 15:7",
            "\"operation\": \"CREATE\"",
        ],
    );
    check(&project.run("parse notes.txt"), 3, &["no object"]);
    check(&project.run("parse nowhere.yaml"), 3, &["no such file"]);
}

#[test]
fn the_small_commands_answer() {
    let project = Project::new();
    check(
        &project.run("policies"),
        0,
        &["least-privilege/host-port", "medium"],
    );
    let json: serde_json::Value =
        serde_json::from_str(&project.run("policies --json").stdout).unwrap();
    assert!(json["policies"].as_array().unwrap().len() >= 18);
    check(
        &project.run("explain least-privilege/privileged-container"),
        0,
        &["privileged: false", "baseline"],
    );
    for document in ["report", "finding", "config", "exemptions"] {
        let schema: serde_json::Value =
            serde_json::from_str(&project.run(&format!("schema {document}")).stdout).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{document}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        check(
            &project.run(&format!("completions {shell}")),
            0,
            &["portcullis"],
        );
    }
    check(&project.run("--version"), 0, &[env!("CARGO_PKG_VERSION")]);
    check(&project.run("scan --help"), 0, &["Exit codes:", "--staged"]);
}

#[test]
fn two_runs_give_the_same_bytes_whatever_the_threads() {
    let line = |jobs: u32| {
        format!("scan testdata/shop --profile restricted -f json --today 2026-11-25 -j {jobs}")
    };
    let one = run_in(&repository(), &line(1), b"");
    let four = run_in(&repository(), &line(4), b"");
    assert_eq!(one.stdout, four.stdout);
    assert_eq!(one.stderr, four.stderr);
}

#[test]
fn the_shop_has_mistakes_and_its_twin_none() {
    let shop = run_in(&repository(), "scan testdata/shop", b"");
    assert_eq!(shop.code, 1, "{}", shop.stderr);
    for profile in ["default", "baseline", "restricted", "strict"] {
        let clean = run_in(
            &repository(),
            &format!("scan testdata/shop-clean --profile {profile}"),
            b"",
        );
        assert_eq!(clean.code, 0, "{}{}", clean.stdout, clean.stderr);
    }
}
