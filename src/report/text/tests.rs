//! What the text form must hold.
//!
//! Never reads a policy or manifest of the repository: the fixture is built.

use proptest::prelude::*;

use super::*;
use crate::model::{Finding, Location, SourceText, Span};
use crate::report::fixture;

fn plain() -> TextOptions {
    TextOptions::default()
}

#[test]
fn a_report_reads_like_cargo() {
    insta::assert_snapshot!("report", render(&fixture::full(), &plain()));
}

#[test]
fn verbose_and_exempt_findings_are_shown_on_demand() {
    let options = TextOptions {
        verbose: true,
        show_exempt: true,
        quiet: true,
        ..plain()
    };
    let all = render(&fixture::full(), &options);
    let own = render(
        &fixture::full(),
        &TextOptions {
            quiet: true,
            ..plain()
        },
    );
    let added: Vec<&str> = all
        .split("\n\n")
        .filter(|block| !own.contains(block))
        .collect();
    insta::assert_snapshot!("more", added.join("\n\n"));
}

#[test]
fn a_clean_report_says_so() {
    assert_eq!(render(&fixture::clean(), &plain()), "allow: no findings\n");
    assert_eq!(
        render(
            &fixture::clean(),
            &TextOptions {
                quiet: true,
                ..plain()
            }
        ),
        ""
    );
}

#[test]
fn the_ledger_is_one_line_or_the_whole() {
    let full = fixture::full();
    assert_eq!(
        ledger(&full, false),
        "judged 4 objects in 4 files with 6 policies · skipped 3 files: 2 template, 1 symlink · \
         2 not recognised · 1 unreadable · 1 chart not rendered · 1 policy not run · not known: role of 1 object\n"
    );
    insta::assert_snapshot!("ledger", ledger(&full, true));
    let mut one = fixture::clean();
    one.coverage.policies = 1;
    assert_eq!(
        ledger(&one, true),
        "judged 1 object in 1 file with 1 policy\n"
    );
}

#[test]
fn colours_and_links_only_on_demand() {
    let report = fixture::full();
    let styled = TextOptions {
        colour: true,
        hyperlinks: true,
        ..plain()
    };
    let styled = render(&report, &styled);
    assert!(
        styled.contains("\u{1b}]8;;https://kubernetes.io/"),
        "{styled}"
    );
    assert!(!styled.contains(":::\n"), "{styled}");
    let linkless = render(
        &report,
        &TextOptions {
            colour: true,
            ..plain()
        },
    );
    assert!(linkless.contains("\u{1b}[") && !linkless.contains("\u{1b}]8"));
    assert!(!render(&report, &plain()).contains('\u{1b}'));
}

#[test]
fn notices_name_their_place_and_way_out() {
    insta::assert_snapshot!("notices", notices(&fixture::full(), &plain()));
    assert_eq!(notices(&fixture::clean(), &plain()), "");
}

#[test]
fn a_value_that_may_be_a_secret_is_never_shown() {
    let mut report = fixture::full();
    let secret = &mut report.judged[2];
    assert_eq!(secret.resource.kind, "Secret");
    secret.decision.findings[0].found = Some("hunter2".into());
    let options = TextOptions {
        verbose: true,
        show_exempt: true,
        snippet_lines: 9,
        ..plain()
    };
    let texts = [
        render(&report, &options),
        crate::report::json::report(&report),
        crate::report::junit::render(&report),
        crate::report::markdown::render(&report),
        crate::report::sarif::render(&report, &crate::report::sarif::SarifOptions::default()),
        crate::report::github::render(&report, &crate::report::github::GithubOptions::default()),
        crate::report::gitlab::render(&report, ""),
    ];
    for text in texts {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// One finding at the first `needle` of `text`, as text with `context` lines around it.
fn snippet(text: &str, needle: &str, path: &str, context: u32) -> String {
    let source = fixture::source("a.yaml", text);
    let finding = Finding {
        location: Some(fixture::at(&source, needle, path)),
        ..fixture::finding("a/x", path, "m")
    };
    let report = fixture::report(vec![fixture::judged("a.yaml", vec![finding])]);
    render(
        &report,
        &TextOptions {
            snippet_lines: context,
            quiet: true,
            ..plain()
        },
    )
}

#[test]
fn lines_around_a_mark_never_show_what_sounds_secret() {
    let text = "env:\n- name: A\n  value: hunter2\nx: y\ntoken: |\n  hunter2\n\n  hunter2\nz: 1\n";
    let shown = snippet(text, "x: y", "x", 9);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(
        shown.contains("name: A") && shown.contains("z: 1"),
        "{shown}"
    );
    let shown = snippet(text, "value: hunter2", "env[0].value", 9);
    assert!(
        shown.contains("value: <redacted>") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn a_long_line_is_cut_around_its_mark() {
    let text = format!("{}privileged: true{}", "ä".repeat(500), "ü".repeat(500));
    let shown = snippet(&text, "privileged: true", "x", 0);
    assert!(shown.contains("--> a.yaml:1:501\n"), "{shown}");
    assert!(shown.contains("…ä") && shown.contains("äprivileged: trueü") && shown.contains("ü…"));
    let marks = shown.lines().find(|line| line.contains("^^^")).unwrap();
    assert_eq!(
        marks.matches('^').count(),
        "privileged: true".len(),
        "{shown}"
    );
    assert!(
        shown.lines().all(|line| line.chars().count() < 200),
        "{shown}"
    );
}

#[test]
fn marks_stand_below_the_marked_text_even_after_escapes() {
    let shown = snippet("a\u{202e}b: c # \u{1b}[2J\n", "c", "x", 0);
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains(" | ")).collect();
    let [code, marks] = &lines[..] else {
        panic!("{shown}")
    };
    assert_eq!(*code, "1 | a\\u{202e}b: c # \\u{1b}[2J");
    assert_eq!(code.find('c'), marks.find('^'), "{shown}");
}

#[test]
fn a_problem_names_place_and_way_out() {
    let text = "exemptions:\n- policy: least-privilege/privilged-container\n";
    let source = SourceText::new(".portcullis-exemptions.yaml", text);
    let problem = problem(
        &Problem {
            title: "no policy is named `least-privilege/privilged-container`",
            place: Some((&source, Span::new(22, 57))),
            help: Some("did you mean `least-privilege/privileged-container`?"),
            ..Problem::default()
        },
        &plain(),
    );
    insta::assert_snapshot!(problem, @r"
    error: no policy is named `least-privilege/privilged-container`
     --> .portcullis-exemptions.yaml:2:11
      |
    2 | - policy: least-privilege/privilged-container
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `least-privilege/privileged-container`?
    ");
}

proptest! {
    /// Any span of any text can be shown, and nothing that a terminal obeys gets through.
    #[test]
    fn any_place_of_any_text_can_be_shown(
        text in "(?s).{0,300}",
        start in 0_u32..400,
        length in 0_u32..200,
        context in 0_u32..3,
        path in "(spec|env\\[0\\]\\.value)",
    ) {
        let source = fixture::source(&text, &text);
        let span = Span::new(start, start + length);
        let path = crate::model::Path::parse(&path).unwrap();
        let location = Location { place: source.place(span), source, path: path.clone(), label: Some(text.clone()) };
        let finding = Finding { location: Some(location), path, ..fixture::finding("a/x", "", &text) };
        let report = fixture::report(vec![fixture::judged(&text, vec![finding])]);
        let shown = render(&report, &TextOptions { snippet_lines: context, ..plain() });
        prop_assert!(!shown.chars().any(|c| c != '\n' && crate::report::escape::is_hidden(c)), "{shown:?}");
    }

    #[test]
    fn hostile_names_stay_on_their_lines(text in "(?s).{0,60}") {
        let options = TextOptions { verbose: true, show_exempt: true, ..plain() };
        let report = fixture::hostile(&text);
        for shown in [render(&report, &options), ledger(&report, true)] {
            prop_assert!(!shown.chars().any(|c| c != '\n' && crate::report::escape::is_hidden(c)), "{shown:?}");
        }
        let harmless = render(&fixture::hostile("x"), &options);
        prop_assert_eq!(render(&report, &options).lines().count(), harmless.lines().count());
    }
}
