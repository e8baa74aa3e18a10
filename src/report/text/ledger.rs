//! What was looked at: one line always, the whole of it on demand.
//!
//! Never leaves a case out: what isn't named is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::model::{Coverage, NotKnown, Report};
use crate::report::escape::visible;
use crate::report::shown::number;

/// `judged 356 objects in 132 files with 58 policies · skipped …`; with `verbose` each case on a line of its own below it.
#[must_use]
pub fn ledger(report: &Report, verbose: bool) -> String {
    let mut text = line(&report.coverage);
    text.push('\n');
    if verbose {
        details(&mut text, &report.coverage);
    }
    text
}

/// The one line, without a line break.
pub(crate) fn line(coverage: &Coverage) -> String {
    let mut parts = vec![format!(
        "judged {} in {} with {}",
        number(coverage.objects, "object", "objects"),
        number(coverage.files_judged, "file", "files"),
        number(coverage.policies, "policy", "policies"),
    )];
    parts.extend(skipped(coverage));
    let unreadable: BTreeSet<&str> = coverage
        .unreadable
        .iter()
        .map(|unread| unread.path.as_str())
        .collect();
    let charts = coverage.charts_not_rendered.len();
    let not_run = coverage.not_run.len();
    for (count, said) in [
        (
            coverage.not_recognised.len(),
            format!("{} not recognised", coverage.not_recognised.len()),
        ),
        (unreadable.len(), format!("{} unreadable", unreadable.len())),
        (
            charts,
            format!("{} not rendered", number(charts as u64, "chart", "charts")),
        ),
        (
            not_run,
            format!("{} not run", number(not_run as u64, "policy", "policies")),
        ),
    ] {
        if count > 0 {
            parts.push(said);
        }
    }
    parts.extend(not_known(coverage));
    parts.join(" · ")
}

/// `not known: role of 1 object`: facts that policies asked for; each was judged with what is known.
fn not_known(coverage: &Coverage) -> Option<String> {
    let mut objects: BTreeMap<&str, u64> = BTreeMap::new();
    for case in &coverage.not_known {
        let count = objects.entry(&case.reason).or_default();
        *count = case.count.max(*count);
    }
    let facts: Vec<String> = objects
        .iter()
        .map(|(fact, count)| format!("{fact} of {}", number(*count, "object", "objects")))
        .collect();
    (!facts.is_empty()).then(|| format!("not known: {}", facts.join(", ")))
}

/// `skipped 8 files: 5 template, 3 symlink`; a file counts once for each reason.
fn skipped(coverage: &Coverage) -> Option<String> {
    let files: BTreeSet<&str> = coverage
        .skipped
        .iter()
        .map(|skip| skip.path.as_str())
        .collect();
    let cases: BTreeSet<_> = coverage
        .skipped
        .iter()
        .map(|s| (s.reason, s.path.as_str()))
        .collect();
    let mut reasons = BTreeMap::new();
    for (reason, _) in cases {
        *reasons.entry(reason).or_insert(0_u64) += 1;
    }
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(reason, count)| format!("{count} {}", reason.as_str()))
        .collect();
    let files = number(files.len() as u64, "file", "files");
    (!reasons.is_empty()).then(|| format!("skipped {files}: {}", reasons.join(", ")))
}

fn details(text: &mut String, coverage: &Coverage) {
    let mut say = |line: String| {
        let _ = writeln!(text, "  {}", visible(&line));
    };
    for skip in &coverage.skipped {
        let detail = skip
            .detail
            .as_ref()
            .map_or(String::new(), |detail| format!(" ({detail})"));
        say(format!(
            "skipped {}: {}{detail}",
            skip.path,
            skip.reason.as_str()
        ));
    }
    for path in &coverage.not_recognised {
        say(format!("not recognised {path}"));
    }
    for unread in &coverage.unreadable {
        let place = match unread.line {
            0 => String::new(),
            line => format!(":{line}:{}", unread.column),
        };
        say(format!(
            "unreadable {}{place}: {}",
            unread.path, unread.message
        ));
    }
    for chart in &coverage.charts_not_rendered {
        say(format!(
            "chart not rendered {chart}: pipe `helm template {chart}` into `portcullis scan -`"
        ));
    }
    for policy in &coverage.not_run {
        say(format!("not run {}: {}", policy.policy, policy.reason));
    }
    let on = |case: &NotKnown| number(case.count, "object", "objects");
    for case in &coverage.not_applicable {
        say(format!(
            "not applicable {} on {}: {}",
            case.policy,
            on(case),
            case.reason
        ));
    }
    for case in &coverage.not_known {
        say(format!(
            "not known {} on {}: {}",
            case.policy,
            on(case),
            case.reason
        ));
    }
}
