//! The commands that show something and judge nothing: policies, explain, inputs, parse, schemas, baselines, exemptions.
//!
//! Never changes a file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{
    ExemptionsCheckArguments, ExplainArguments, InputsArguments, ParseArguments, PoliciesArguments,
    SchemaDocument,
};
use super::load::{self, Exempting, Wanted, names};
use super::output;
use super::problem::{Problem, Problems};
use super::scan as scanning;
use crate::author;
use crate::bundle;
use crate::config::{self, baseline};
use crate::model::{Origin, PathElement, Policy, PolicyId, Review};
use crate::report::{docs, json as report_json};
use crate::scan::{self, Filter, Inputs, Looked, Progress, Selection};

/// `portcullis policies`.
pub(super) fn policies(directory: &Path, arguments: &PoliciesArguments) -> Result<u8, Problems> {
    let (set, problems) = load::policies(directory, &arguments.policy)?;
    let profiles = load::profiles()?;
    let page = |policy: &Arc<Policy>| (Arc::clone(policy), names(&profiles, &policy.id));
    let listed: Vec<(Arc<Policy>, Vec<String>)> = set.policies().iter().map(page).collect();
    let none = BTreeMap::new();
    let pages: Vec<_> = listed
        .iter()
        .map(|(policy, names)| author::page(policy, &none, names.clone()))
        .collect();
    let text = if arguments.json {
        docs::policies_json(&pages)
    } else {
        docs::policies_table(&pages)
    };
    output::stdout(&text);
    super::say_load(&problems);
    Ok(if problems.is_empty() { 0 } else { 2 })
}

/// `portcullis explain POLICY`.
pub(super) fn explain(directory: &Path, arguments: &ExplainArguments) -> Result<u8, Problems> {
    let (set, _) = load::policies(directory, &arguments.policy)?;
    let found = arguments
        .id
        .parse::<PolicyId>()
        .ok()
        .and_then(|id| set.policy(&id).cloned());
    let Some(policy) = found else {
        return Err(unknown(&arguments.id, set.policies()).into());
    };
    let files = bundle::shipped_files();
    let page = author::page(&policy, &files, names(&load::profiles()?, &policy.id));
    output::stdout(&docs::explain(&page));
    Ok(0)
}

/// A policy that doesn't exist, with the nearest that does.
fn unknown(name: &str, policies: &[Arc<Policy>]) -> Problem {
    let ids = policies.iter().map(|policy| policy.id.as_str());
    let near = ids
        .map(|id| {
            let short = id.split_once('/').map_or(id, |(_, short)| short);
            (
                strsim::levenshtein(name, id).min(strsim::levenshtein(name, short)),
                id,
            )
        })
        .filter(|(distance, _)| *distance <= 2)
        .min();
    let help = near.map_or_else(
        || "`portcullis policies` lists them".to_owned(),
        |(_, id)| format!("did you mean `{id}`?"),
    );
    Problem::new(format!("no policy is named `{name}`"), help)
}

/// `portcullis inputs PATH`.
pub(super) fn inputs(directory: &Path, arguments: &InputsArguments) -> Result<u8, Problems> {
    let none = super::args::PolicyArguments {
        policy: Vec::new(),
        profile: Vec::new(),
        only: Vec::new(),
        skip: Vec::new(),
        config: None,
        no_config: false,
    };
    let configured = load::configuration(directory, &none)?;
    let inputs = scanning::inputs(directory, &arguments.files, &configured, 0)?;
    let (looked, coverage) = scan::look(inputs, &Progress::default())?;
    let mut lines: Vec<(String, &str, String)> = Vec::new();
    for file in &looked {
        lines.extend(
            states(file)
                .into_iter()
                .map(|(state, detail)| (file.name.clone(), state, detail)),
        );
    }
    for skipped in &coverage.skipped {
        let detail = skipped
            .detail
            .as_ref()
            .map(|detail| format!(" ({detail})"))
            .unwrap_or_default();
        lines.push((
            skipped.path.clone(),
            "skipped",
            format!("{}{detail}", skipped.reason.as_str()),
        ));
    }
    for unreadable in &coverage.unreadable {
        lines.push((
            unreadable.path.clone(),
            "unreadable",
            unreadable.message.clone(),
        ));
    }
    for path in &coverage.not_recognised {
        lines.push((path.clone(), "not recognised", String::new()));
    }
    lines.sort();
    let text = if arguments.json {
        let entries: Vec<Value> = lines
            .iter()
            .map(|(path, state, detail)| json!({"path": path, "state": state, "detail": detail}))
            .collect();
        format!("{:#}\n", Value::Array(entries))
    } else {
        let width = lines
            .iter()
            .map(|(_, state, _)| state.len())
            .max()
            .unwrap_or_default();
        lines
            .iter()
            .fold(String::new(), |mut text, (path, state, detail)| {
                let gap = if detail.is_empty() { "" } else { "  " };
                let _infallible = writeln!(text, "{state:width$}  {path}{gap}{detail}");
                text
            })
    };
    output::stdout(&text);
    let read = lines.iter().any(|(_, state, _)| *state == "read");
    let broken = lines.iter().any(|(_, state, _)| *state == "unreadable");
    Ok(if read && !broken { 0 } else { 3 })
}

/// What a scan would make of a file.
fn states(file: &Looked) -> Vec<(&'static str, String)> {
    let read = &file.read;
    let mut states = Vec::new();
    if !read.reviews.is_empty() {
        let kinds: Vec<&str> = read
            .reviews
            .iter()
            .map(|review| review.kind.kind.as_str())
            .collect();
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for kind in kinds {
            match counted.iter_mut().find(|(name, _)| *name == kind) {
                Some((_, count)) => *count += 1,
                None => counted.push((kind, 1)),
            }
        }
        let named: Vec<String> = counted
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        states.push(("read", named.join(", ")));
    }
    for skipped in &read.skipped {
        let detail = skipped
            .detail
            .as_ref()
            .map(|detail| format!(" ({detail})"))
            .unwrap_or_default();
        states.push(("skipped", format!("{}{detail}", skipped.reason.as_str())));
    }
    for unreadable in &read.unreadable {
        states.push((
            "unreadable",
            format!(
                "{}:{}: {}",
                unreadable.line, unreadable.column, unreadable.message
            ),
        ));
    }
    if read.not_recognised > 0 {
        states.push(("not recognised", read.details.join("; ")));
    }
    states
}

/// `portcullis parse FILE`: the input document of each object, and where each path stands.
pub(super) fn parse(directory: &Path, arguments: &ParseArguments) -> Result<u8, Problems> {
    const LIMIT: u64 = 20 << 20;
    let selection = if arguments.path.as_os_str() == "-" {
        scanning::stdin(None, LIMIT)?
    } else {
        Selection::Paths(vec![PathBuf::from(&arguments.path)])
    };
    let inputs = Inputs {
        directory: directory.to_owned(),
        selection,
        filter: Filter::default(),
        kind: scanning::kind(arguments.kind),
        max_file_size: LIMIT,
        threads: 1,
    };
    let (looked, coverage) = scan::look(inputs, &Progress::default())?;
    let mut text = String::new();
    let mut unreadable = coverage.unreadable;
    for file in &looked {
        for review in &file.read.reviews {
            document(&mut text, &file.name, review);
        }
        unreadable.extend(file.read.unreadable.iter().cloned());
    }
    output::stdout(&text);
    for problem in &unreadable {
        output::stderr(&format!(
            "unreadable: {}:{}:{}: {}\n",
            problem.path, problem.line, problem.column, problem.message
        ));
    }
    let nothing = looked.iter().all(|file| file.read.reviews.is_empty());
    if nothing && unreadable.is_empty() {
        output::stderr("no object was recognised\n");
    }
    Ok(if nothing || !unreadable.is_empty() {
        3
    } else {
        0
    })
}

/// One object: what policies see of it, then `path → line:column`.
fn document(text: &mut String, name: &str, review: &Review) {
    let input = json!({"review": {
        "kind": {"group": review.kind.group, "version": review.kind.version, "kind": review.kind.kind},
        "name": review.name, "namespace": review.namespace, "operation": review.operation.as_str(),
        "object": review.object.as_deref(),
    }});
    let number = match &review.origin {
        Origin::File(file) => file.number,
        Origin::Admission { .. } => 1,
    };
    let _infallible = writeln!(text, "# {name} document {number}\n{input:#}");
    if let Some(object) = &review.object {
        places(text, review, object, &mut Vec::new());
    }
    text.push('\n');
}

fn places(text: &mut String, review: &Review, value: &Value, path: &mut Vec<PathElement>) {
    let here: crate::model::Path = path.clone().into();
    if let Some((location, _)) = review.origin.locate(&here).filter(|_| !path.is_empty()) {
        let _infallible = writeln!(
            text,
            "{here} → {}:{}",
            location.place.line, location.place.column
        );
    }
    let mut step = |element: PathElement, child: &Value| {
        path.push(element);
        places(text, review, child, path);
        path.pop();
    };
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, child)| step(PathElement::Key(key.clone()), child)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, child)| step(PathElement::Index(index), child)),
        _ => {}
    }
}

/// `portcullis baseline show FILE`.
pub(super) fn baseline(directory: &Path, file: &Path) -> Result<u8, Problems> {
    let document = load::document(directory, &directory.join(file))?;
    let baseline = baseline::read(&document)?;
    let text = baseline.entries().fold(String::new(), |mut text, entry| {
        let _infallible = writeln!(
            text,
            "{}  {}  {}",
            entry.file, entry.policy, entry.fingerprint
        );
        text
    });
    output::stdout(&text);
    output::stderr(&format!("{} entries\n", baseline.entries().len()));
    Ok(0)
}

/// `portcullis exemptions check`.
pub(super) fn exemptions(
    directory: &Path,
    arguments: &ExemptionsCheckArguments,
) -> Result<u8, Problems> {
    let configured = load::configuration(directory, &arguments.policies)?;
    let (set, _) = load::policies(directory, &arguments.policies.policy)?;
    let today = scanning::day(scanning::now(arguments.today));
    let wanted = Wanted {
        policies: &arguments.policies,
        version: None,
        fail_on: None,
        exemptions: Exempting {
            file: arguments.exemptions.as_deref(),
            files: true,
            inline: true,
        },
        today,
    };
    let exemptions = load::exemptions(directory, &configured, &wanted, set.policies())?;
    let expired = config::expired(&exemptions, today);
    let expiring = arguments
        .expiring
        .map(|days| config::expiring(&exemptions, today, days))
        .unwrap_or_default();
    let mut text = String::new();
    for (exemption, state) in expired
        .iter()
        .map(|e| (e, "expired"))
        .chain(expiring.iter().map(|e| (e, "expires")))
    {
        let _infallible = writeln!(
            text,
            "{}:{}: {} {state} {} (owner {})",
            exemption.file, exemption.line, exemption.policy, exemption.expires, exemption.owner
        );
    }
    let _infallible = writeln!(
        text,
        "{} exemptions, {} expired, {} expiring",
        exemptions.len(),
        expired.len(),
        expiring.len()
    );
    output::stdout(&text);
    Ok(u8::from(!expired.is_empty() || !expiring.is_empty()))
}

/// `portcullis schema DOCUMENT`.
pub(super) fn schema(document: SchemaDocument) -> String {
    let schema = match document {
        SchemaDocument::Report => report_json::report_schema(),
        SchemaDocument::Finding => report_json::finding_schema(),
        SchemaDocument::Config => config::schema::config(),
        SchemaDocument::Exemptions => config::schema::exemptions(),
    };
    format!("{schema:#}\n")
}
