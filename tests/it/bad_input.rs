//! Bad input: each kind gives a clear message with its place and a way out, the right exit code, and loses nothing else.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::project::{Project, Run, binary, pod, privileged};

const PRIVILEGED: &str = "least-privilege/privileged-container";

/// A project with one good and one bad manifest, whose findings must survive whatever else is there.
fn project() -> Project {
    Project::new()
        .file("good.yaml", pod("good", ""))
        .file("bad.yaml", privileged("bad"))
}

/// The run exits with `code`, still reports the finding of `bad.yaml`, and says each of `texts`.
#[track_caller]
fn check(run: &Run, code: i32, texts: &[&str]) {
    assert!(
        run.stdout.contains(PRIVILEGED) && run.stdout.contains("bad.yaml:15:7"),
        "the other findings are lost:\n{run:#?}"
    );
    says(run, code, texts);
}

#[track_caller]
fn says(run: &Run, code: i32, texts: &[&str]) {
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

/// A policy of one's own, with `body` behind its metadata.
fn policy(id: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: {id}\n# description: A policy of a test.\n# custom:\n#   severity: high\n#   scope: {{kinds: [Pod], operations: [CREATE]}}\n#   remediation: Mend it.\npackage policies.test.{}\n\n{body}\n",
        id.replace('-', "_")
    )
}

#[test]
fn a_malformed_file_costs_only_itself() {
    let run = project().file("broken.yaml", "a: [1\nb: {\n").run("scan .");
    check(&run, 3, &["broken.yaml:", "1 unreadable"]);
}

#[test]
fn a_broken_document_leaves_the_others_of_its_file() {
    let text = format!("a: \"unclosed\n---\n{}", privileged("second"));
    let run = project().file("mixed.yaml", text).run("scan .");
    check(&run, 3, &["mixed.yaml:1:", "mixed.yaml:17:7"]);
}

#[test]
fn nothing_to_judge_is_not_success() {
    let empty = Project::new();
    says(&empty.run("scan ."), 3, &["judged 0 objects"]);
    says(&empty.run("scan . --allow-empty"), 0, &["judged 0 objects"]);
    let foreign = Project::new()
        .file("notes.md", "# x")
        .file("data.json", "{\"a\": 1}");
    says(&foreign.run("scan ."), 3, &["2 not recognised"]);
}

#[test]
fn an_unknown_name_is_an_error_with_the_nearest_name() {
    let project = project();
    for (line, texts) in [
        (
            "scan . --profile restrited",
            ["restrited", "did you mean `restricted`?"],
        ),
        (
            "scan . --only least-privilege/host-prt",
            ["host-prt", "did you mean `least-privilege/host-port`?"],
        ),
        (
            "scan . --skip nothing/*",
            ["nothing/*", "portcullis policies"],
        ),
        ("scan . -f sarf", ["sarf", "did you mean `sarif`?"]),
        ("scan . --kubernetes-version 2.0", ["2.0", "1.37"]),
        ("scan . --policy nowhere", ["nowhere", "policies"]),
        (
            "explain least-privilege/host-prt",
            ["host-prt", "did you mean `least-privilege/host-port`?"],
        ),
        ("scan . -f text -f json", ["stdout", "-f sarif=out.sarif"]),
        ("scan . --config nowhere.yaml", ["nowhere.yaml", "exists"]),
        (
            "scan . --exemptions nowhere.yaml",
            ["nowhere.yaml", "exists"],
        ),
        ("scan . --today tomorrow", ["tomorrow", "2027-03-01"]),
        ("scan . --max-file-size big", ["big", "20MiB"]),
        ("scan . --nonsense", ["--nonsense", "--help"]),
    ] {
        let run = project.run(line);
        says(&run, 2, &texts);
        assert_eq!(run.stdout, "", "{line}: nothing is judged");
    }
}

#[test]
fn a_path_that_does_not_exist_is_unreadable() {
    check(
        &project().run("scan . nowhere.yaml"),
        3,
        &["nowhere.yaml", "no such file"],
    );
    let run = project().run("scan . nowhere.yaml --allow-unreadable");
    check(&run, 1, &["1 unreadable"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_unreadable() {
    use std::os::unix::fs::PermissionsExt;
    let project = project().file("locked.yaml", "a: 1");
    fs::set_permissions(
        project.path().join("locked.yaml"),
        fs::Permissions::from_mode(0o000),
    )
    .unwrap();
    if fs::File::open(project.path().join("locked.yaml")).is_ok() {
        // The super-user reads everything: a folder of that name can't be read as a file by anyone.
        return;
    }
    check(
        &project.run("scan ."),
        3,
        &["locked.yaml", "permission denied"],
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_counted_and_not_followed() {
    let project = project();
    std::os::unix::fs::symlink("bad.yaml", project.path().join("link.yaml")).unwrap();
    std::os::unix::fs::symlink(".", project.path().join("loop")).unwrap();
    check(&project.run("scan ."), 1, &["2 symlink"]);
}

#[test]
fn a_broken_configuration_judges_nothing() {
    for (config, texts) in [
        (
            "version: 1\nprofile: [default]\n",
            ["`profile`", "did you mean `profiles`?"],
        ),
        (
            "version: 1\nkubernetesVersion: 1.30\n",
            ["kubernetesVersion", "\"1.30\""],
        ),
        ("version: 1\nprofiles: [nope]\n", ["nope", "baseline"]),
        ("version: 1\n  x: [\n", [".portcullis.yaml:", "^"]),
        (
            "version: 1\npolicies:\n  least-privilege/host-prt: {enforcement: deny}\n",
            ["host-prt", "did you mean"],
        ),
        (
            "version: 1\npolicies:\n  least-privilege/host-port: {enforcement: dney}\n",
            ["dney", "did you mean `deny`?"],
        ),
    ] {
        let run = project().file(".portcullis.yaml", config).run("scan .");
        says(&run, 2, &texts);
        says(&run, 2, &[".portcullis.yaml:"]);
        assert_eq!(run.stdout, "", "{config}");
    }
}

#[test]
fn a_broken_exemption_judges_nothing() {
    for (text, said) in [
        (
            "exemptions:\n- policy: least-privilege/host-port\n  owner: a\n  expires: 2026-12-01\n",
            "reason",
        ),
        (
            "exemptions:\n- policy: least-privilege/host-prt\n  reason: r\n  owner: a\n  expires: 2026-12-01\n",
            "did you mean",
        ),
        (
            "exemptions:\n- policy: least-privilege/host-port\n  reason: r\n  owner: a\n  expires: 2026-13-01\n",
            "2026-13-01",
        ),
        (
            "exemptions:\n- policy: least-privilege/host-port\n  reason: r\n  owner: a\n  expires: 2036-12-01\n",
            "180",
        ),
    ] {
        let run = project()
            .file(".portcullis-exemptions.yaml", text)
            .run("scan . --today 2026-11-25");
        says(&run, 2, &[said, ".portcullis-exemptions.yaml:"]);
        assert_eq!(run.stdout, "", "{text}");
    }
}

#[test]
fn a_policy_that_does_not_load_harms_no_other() {
    let no_entry = policy("broken", "allow := true");
    let recursion = policy(
        "broken",
        "f(x) := f(x)\n\nviolation contains {\"msg\": \"m\", \"path\": []} if f(1)",
    );
    let unknown = policy(
        "broken",
        "violation contains {\"msg\": \"m\", \"path\": []} if no.such(1)",
    );
    let network = policy(
        "broken",
        "violation contains {\"msg\": \"m\", \"path\": []} if http.send({\"url\": \"x\"})",
    );
    let syntax = policy("broken", "violation contains {\"msg\": } if true");
    for (text, said) in [
        (no_entry, "violation"),
        (recursion, "recurs"),
        (unknown, "no.such"),
        (network, "http.send"),
        (syntax, "broken.rego:10:"),
    ] {
        let run = project()
            .file("own/broken.rego", text)
            .run("scan good.yaml bad.yaml --policy own");
        check(&run, 2, &[said, "broken.rego:"]);
    }
}

#[test]
fn a_policy_that_fails_denies_and_harms_no_other() {
    let no_message = policy("broken", "violation contains {\"path\": []} if true");
    let error = policy(
        "broken",
        "violation contains {\"msg\": \"m\", \"path\": []} if to_number(input.review.object.metadata.name) == 1",
    );
    let endless = policy(
        "broken",
        "violation contains {\"msg\": \"m\", \"path\": []} if {\n\tsome i in numbers.range(1, 5000)\n\tsome j in numbers.range(1, 5000)\n\ti * j == -1\n}",
    );
    for (text, class) in [
        (no_message, "result-shape"),
        (error, "error"),
        (endless, "deadline"),
    ] {
        let run = project()
            .file("own/broken.rego", text)
            .run("scan good.yaml bad.yaml --policy own");
        check(&run, 4, &["test/broken", class]);
    }
}

#[test]
fn invalid_utf8_hides_nothing() {
    let mut bytes = privileged("odd").into_bytes();
    bytes.extend_from_slice(b"# \xff\xfe\n");
    check(
        &project().file("odd.yaml", bytes).run("scan ."),
        1,
        &["odd.yaml:15:7"],
    );
}

#[test]
fn a_document_over_the_limit_is_unreadable() {
    let large = format!("{}# {}\n", privileged("large"), "x".repeat(30 << 20));
    let project = project().file("large.yaml", large);
    check(
        &project.run("scan ."),
        3,
        &["large.yaml", "--max-file-size"],
    );
    check(
        &project.run("scan . --max-file-size 64MiB"),
        1,
        &["large.yaml:15:7"],
    );
}

#[test]
fn bombs_end_in_a_line_of_the_ledger() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        let line = format!("a{level}: &a{level} [{}]\n", before.trim_end_matches(", "));
        laughs.push_str(&line);
    }
    let run = project().file("laughs.yaml", laughs).run("scan .");
    check(&run, 3, &["laughs.yaml:"]);
    let run = project()
        .file("deep.yaml", "[".repeat(100_000))
        .run("scan .");
    check(&run, 3, &["deep.yaml:"]);
    let run = project()
        .file("deep.json", "{\"a\":".repeat(100_000))
        .run("scan .");
    assert!(
        run.stdout.contains(PRIVILEGED) && (run.code == 3 || run.code == 1),
        "{run:?}"
    );
}

#[test]
fn what_is_no_object_is_not_recognised() {
    let project = project()
        .file("scalar.yaml", "just text\n")
        .file("kindless.yaml", "apiVersion: v1\nmetadata: {name: x}\n")
        .file("empty.yaml", "");
    check(&project.run("scan ."), 1, &["2 not recognised"]);
}

#[test]
fn a_file_that_vanishes_is_unreadable() {
    // A dangling link given by hand is what a file is that vanished between listing and reading.
    let project = project();
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone.yaml", project.path().join("link.yaml")).unwrap();
    check(
        &project.run("scan bad.yaml link.yaml"),
        3,
        &["link.yaml", "no such file"],
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut project = project();
    for number in 0..300 {
        project = project.file(&format!("more/{number}.yaml"), privileged("more"));
    }
    let mut child = binary()
        .args(["scan", "."])
        .current_dir(project.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 64];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("internal error"));
}
