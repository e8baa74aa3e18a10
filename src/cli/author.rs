//! `portcullis test` and `portcullis docs`: the author face from the command line.
//!
//! Runs and renders nothing itself: `author` and `report` do.
#![expect(
    clippy::disallowed_methods,
    reason = "reads and writes pages and `.expected` files: part of the shell"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use super::args::{DocsArguments, TestArguments};
use super::load;
use super::output::{self, Output};
use super::problem::{Problem, Problems};
use super::scan::now;
use crate::author::{self, Files, FilesError, Page, Settings, Tested};
use crate::model::TestStatus;
use crate::report::docs::{self, PolicyPage};
use crate::report::tests_report;
use crate::report::text::TextOptions;

const FORMATS: &[&str] = &["text", "json", "junit"];

impl From<FilesError> for Problems {
    fn from(error: FilesError) -> Self {
        Problem::new(
            error.to_string(),
            "name a folder of policies, or a `.rego` file",
        )
        .into()
    }
}

/// `portcullis test`.
pub(super) fn test(directory: &Path, arguments: &TestArguments) -> Result<u8, Problems> {
    let outputs = output::outputs(&arguments.format, FORMATS)?;
    let settings = Settings {
        run: pattern(arguments.run.as_deref())?,
        case: pattern(arguments.case.as_deref())?,
        timeout: arguments.timeout,
        now: now(None),
        threads: arguments.jobs,
    };
    let files = || -> Result<Files, Problems> {
        if arguments.builtin {
            return Ok(Files::shipped());
        }
        Ok(Files::read(directory, &paths(directory, &arguments.paths))?)
    };
    let mut tested = author::test(&files()?, &settings);
    if arguments.update && !tested.updates.is_empty() {
        for update in &tested.updates {
            write(directory, &update.file, &update.text)?;
            output::stderr(&format!("wrote {}\n", update.file));
        }
        tested = author::test(&files()?, &settings);
    }
    for output in &outputs {
        output::write(directory, output, &render(&tested, output, arguments))?;
    }
    Ok(exit_code(&tested))
}

/// The first of 5, 4, 2, 3, 1 that applies.
fn exit_code(tested: &Tested) -> u8 {
    let count = |status| tested.report.count(status);
    let run = count(TestStatus::Pass) + count(TestStatus::Fail) + count(TestStatus::Error);
    match () {
        () if tested.panicked => 5,
        () if count(TestStatus::Error) > 0 => 4,
        () if !tested.report.load_problems.is_empty() => 2,
        () if run == 0 => 3,
        () if count(TestStatus::Fail) > 0 => 1,
        () => 0,
    }
}

fn render(tested: &Tested, output: &Output, arguments: &TestArguments) -> String {
    match output.format {
        "json" => tests_report::json(&tested.report),
        "junit" => tests_report::junit(&tested.report),
        _ => {
            let options = TextOptions {
                colour: output.file.is_none() && output::colour(arguments.color),
                verbose: arguments.verbose,
                ..TextOptions::default()
            };
            tests_report::text(&tested.report, &options)
        }
    }
}

/// `portcullis docs`.
pub(super) fn pages(directory: &Path, arguments: &DocsArguments) -> Result<u8, Problems> {
    let root = arguments
        .path
        .clone()
        .unwrap_or_else(|| PathBuf::from("policies"));
    let shown = super::shown(directory, &root)
        .trim_end_matches('/')
        .to_owned();
    let (set, problems) = load::policies(directory, std::slice::from_ref(&root))?;
    super::say_load(&problems);
    let files = Files::read(directory, std::slice::from_ref(&root))?;
    let texts: BTreeMap<String, String> = files
        .names()
        .filter_map(|name| {
            Some((
                name.to_owned(),
                String::from_utf8_lossy(files.get(name)?).into_owned(),
            ))
        })
        .collect();
    let known = load::profiles()?;
    let own: Vec<_> = set
        .policies()
        .iter()
        .filter(|policy| texts.contains_key(&policy.file))
        .collect();
    let listed: Vec<PolicyPage<'_>> = own
        .iter()
        .map(|policy| author::page(policy, &texts, load::names(&known, &policy.id)))
        .collect();
    let mut pages = author::pages(&shown, &listed);
    pages.extend(readme(directory, &listed));
    let stale = author::stale(pages, |file| fs::read_to_string(directory.join(file)).ok());
    for page in &stale {
        if arguments.check {
            output::stderr(&format!("stale: {} (run `portcullis docs`)\n", page.file));
        } else {
            write(directory, &page.file, &page.text)?;
            output::stderr(&format!("wrote {}\n", page.file));
        }
    }
    Ok(match () {
        () if !problems.is_empty() => 2,
        () if own.is_empty() => 3,
        () => u8::from(arguments.check && !stale.is_empty()),
    })
}

/// README with its table of policies, if there is one with the table's markers.
fn readme(directory: &Path, listed: &[PolicyPage<'_>]) -> Option<Page> {
    let text = fs::read_to_string(directory.join("README.md")).ok()?;
    Some(Page {
        file: "README.md".to_owned(),
        text: docs::with_table(&text, &docs::readme_table(listed))?,
    })
}

fn paths(directory: &Path, typed: &[PathBuf]) -> Vec<PathBuf> {
    if !typed.is_empty() {
        return typed.to_vec();
    }
    let usual = directory.join("policies").is_dir();
    vec![PathBuf::from(if usual { "policies" } else { "." })]
}

fn pattern(text: Option<&str>) -> Result<Option<Regex>, Problems> {
    text.map(Regex::new).transpose().map_err(|error| {
        Problem::new(
            format!("not a regular expression: {error}"),
            "write for example `--run test_init`",
        )
        .into()
    })
}

fn write(directory: &Path, file: &str, text: &str) -> Result<(), Problems> {
    fs::write(directory.join(file), text).map_err(|error| {
        Problem::new(
            format!("`{file}` can't be written: {error}"),
            "make its folder writable",
        )
        .into()
    })
}
