//! What the floors promise each other (`lib.rs`): held by reading the source.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::repository;

const FLOORS: [&[&str]; 8] = [
    &["model"],
    &["source", "engine", "report", "config"],
    &["crypto"],
    &["bundle", "evidence"],
    &["cluster"],
    &["setup"],
    &["scan", "author", "webhook"],
    &["cli", "lib", "main"],
];

/// Floors that are pure: values in, values out.
const PURE: usize = 2;

/// What a pure floor never names.
const EFFECTS: [&str; 11] = [
    "tokio",
    "kube::",
    "axum",
    "rustls",
    "reqwest",
    "clap",
    "std::fs",
    "std::env",
    "std::net",
    "Instant::now",
    "SystemTime::now",
];

/// Crates that one module alone may name.
const NAMED_ONCE: [(&str, &str); 2] =
    [("regorus", "engine/rego"), ("granit_parser", "source/yaml")];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// A file's lines of code, without comments and without its tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let product = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    product
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

/// Every source file below `src`, with its path from there.
fn sources() -> Vec<(String, String)> {
    let root = repository().join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let name = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (name, fs::read_to_string(&file).unwrap())
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The top module of a file: `engine/rego/unit.rs` → `engine`.
fn module(name: &str) -> &str {
    name.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Every `crate::<module>` that a file of `module` names and that isn't below it.
fn faults(module: &str, text: &str) -> Vec<String> {
    let Some(own) = floor(module) else {
        return vec![format!("{module} stands on no floor: give it one")];
    };
    text.split("crate::")
        .skip(1)
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .filter(|import| *import != module && floor(import).is_none_or(|other| other >= own))
        .map(|import| format!("{module} names crate::{import}: move what both need down a floor"))
        .collect()
}

#[test]
fn no_module_names_its_own_floor_or_one_above() {
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|(name, text)| {
            faults(module(name), text)
                .into_iter()
                .map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_upward_or_sideways_import_is_found() {
    assert_eq!(
        faults("engine", "use crate::model::Review;"),
        Vec::<String>::new()
    );
    assert_eq!(faults("engine", "use crate::report::text;").len(), 1);
    assert_eq!(faults("model", "use crate::engine;").len(), 1);
    assert_eq!(faults("scan", "crate::author::run()").len(), 1);
    assert_eq!(faults("unheard_of", "").len(), 1);
}

#[test]
fn pure_floors_name_no_effect() {
    for (name, text) in sources() {
        if floor(module(&name)).is_some_and(|floor| floor < PURE) && !name.contains("tests") {
            for effect in EFFECTS {
                let found = code(&text).filter(|line| line.contains(effect)).count();
                assert_eq!(
                    found, 0,
                    "{name} names {effect}: hand its result in as a parameter"
                );
            }
        }
    }
}

#[test]
fn a_crate_that_must_stay_replaceable_has_one_home() {
    for (name, text) in sources() {
        for (crate_name, home) in NAMED_ONCE {
            let at_home = name == format!("{home}.rs") || name.starts_with(&format!("{home}/"));
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let named = code
                .filter(|line| line.contains(&format!("{crate_name}::")))
                .count();
            assert!(
                at_home || named == 0,
                "{name} names {crate_name}: go through {home}"
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    for (name, text) in sources() {
        assert!(text.starts_with("//!"), "{name} doesn't begin with `//!`");
        let lines = text.lines().count();
        assert!(
            lines <= 500,
            "{name} has {lines} lines: split it by subject"
        );
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let mut section = "";
    let mut previous = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && line.contains(" = ")
            && !line.starts_with(' ')
        {
            assert!(
                line.contains('#') || previous.starts_with('#'),
                "no reason for: {line}"
            );
        }
        previous = line;
    }
}

#[test]
fn the_tree_holds_no_second_provider() {
    for name in ["ring", "openssl-sys", "rsa"] {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--locked",
                "--offline",
                "--target",
                "all",
                "-e",
                "all",
                "-i",
                name,
            ])
            .current_dir(repository())
            .output()
            .unwrap();
        let tree = String::from_utf8_lossy(&output.stdout);
        assert!(!tree.contains(name), "{name} is in the tree:\n{tree}");
    }
}
