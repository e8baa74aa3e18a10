//! The shipped policies as a closed set: each stands in a profile, proves that it can deny and allow, and has a fresh page.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::{repository, run_in};

/// Every policy folder as `category/id`.
fn folders() -> Vec<String> {
    let root = repository().join("policies");
    let mut found = Vec::new();
    for category in folders_of(&root) {
        if category != "lib" {
            found.extend(
                folders_of(&root.join(&category))
                    .into_iter()
                    .map(|id| format!("{category}/{id}")),
            );
        }
    }
    found.sort();
    found
}

fn folders_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

fn listed() -> Vec<Value> {
    let run = run_in(&repository(), "policies --json", b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    list["policies"].as_array().unwrap().clone()
}

#[test]
fn every_folder_is_in_the_binary() {
    let ids: Vec<String> = listed()
        .iter()
        .map(|policy| policy["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, folders());
    assert!(ids.len() >= 78);
}

#[test]
fn every_policy_stands_in_a_profile_or_says_why_not() {
    let text = fs::read_to_string(repository().join("policies/profiles.yaml")).unwrap();
    let (profiles, by_name) = text.split_once("\nbyName:\n").unwrap();
    for policy in listed() {
        let id = policy["id"].as_str().unwrap();
        let is_bound = !policy["profiles"].as_array().unwrap().is_empty();
        let says_why = by_name.contains(&format!("{{policy: {id}, why: "));
        assert!(is_bound != says_why, "{id}");
        assert_eq!(
            profiles.contains(&format!("{{policy: {id}")),
            is_bound,
            "{id}"
        );
    }
}

#[test]
fn every_policy_can_deny_and_allow() {
    for id in folders() {
        let cases = repository().join("policies").join(&id).join("cases");
        for kind in ["deny", "allow"] {
            let manifests = fs::read_dir(cases.join(kind))
                .unwrap()
                .filter(|entry| {
                    let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
                    Path::new(&name).extension().is_some_and(|it| it == "yaml")
                        && !name.ends_with(".case.yaml")
                })
                .count();
            assert!(manifests >= 2, "{id} has {manifests} {kind} cases");
        }
    }
}

#[test]
fn all_tests_and_cases_pass() {
    let run = run_in(&repository(), "test policies/", b"");
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    let builtin = run_in(&repository(), "test --builtin", b"");
    assert_eq!(builtin.code, 0, "{}\n{}", builtin.stdout, builtin.stderr);
}

#[test]
fn a_deny_case_moved_by_one_column_fails() {
    let project = crate::project::Project::new();
    copy(
        &repository().join("policies"),
        &project.path().join("policies"),
    );
    let folder = "policies/least-privilege/host-port/cases/deny";
    let expected = fs::read_dir(project.path().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.ends_with(".expected"))
        .unwrap();
    let name = format!("{folder}/{expected}");
    let text = project.read(&name);
    let (place, rest) = text.split_once(' ').unwrap();
    let (line, column) = place.split_once(':').unwrap();
    let moved = format!("{line}:{} {rest}", column.parse::<u32>().unwrap() + 1);
    project.write(&name, moved);
    let run = project.run("test policies/least-privilege/host-port");
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let update = project.run("test policies/least-privilege/host-port --update");
    assert_eq!(update.code, 0, "{}\n{}", update.stdout, update.stderr);
    assert_eq!(project.read(&name), text);
}

/// The policies that find something in a folder, under a profile.
fn found_in(folder: &str, profile: &str) -> (Value, Vec<String>) {
    let scan = format!("scan {folder} --profile {profile} --format json");
    let run = run_in(&repository(), &scan, b"");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = findings
        .map(|finding| finding["policy"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.dedup();
    (report, found)
}

#[test]
fn a_careful_team_is_left_alone() {
    let (report, found) = found_in("testdata/careful", "default");
    assert_eq!(found, Vec::<String>::new());
    assert!(report["coverage"]["objects"].as_u64().unwrap() >= 25);
    assert_eq!(report["failures"], Value::Array(Vec::new()));
    assert_eq!(report["coverage"]["unreadable"], Value::Array(Vec::new()));
}

#[test]
fn the_shop_shows_each_category_and_its_clean_twin_none() {
    let (_, found) = found_in("testdata/shop", "strict");
    for category in folders_of(&repository().join("policies")) {
        let shown = found
            .iter()
            .any(|id| id.starts_with(&format!("{category}/")));
        assert!(shown || category == "lib", "{category}");
    }
    let (report, found) = found_in("testdata/shop-clean", "strict");
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(report["failures"], Value::Array(Vec::new()));
}

#[test]
fn pages_index_and_table_are_fresh() {
    let run = run_in(&repository(), "docs --check", b"");
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
}

#[test]
fn nothing_run_is_not_success() {
    let run = run_in(&repository(), "test policies/ --run no_such_test", b"");
    assert_eq!(run.code, 3, "{}\n{}", run.stdout, run.stderr);
    let empty = crate::project::Project::new().run("test .");
    assert!(empty.code == 2 || empty.code == 3, "{empty:?}");
    let missing = crate::project::Project::new().run("test nowhere");
    assert_eq!(missing.code, 2, "{missing:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
