//! `policies/concepts.yaml`: which of our policies each check of the corpora is about.
//!
//! Decided by check, by its parameters where it has some, and by what the judged objects are; never by file.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use portcullis::model::SourceText;
use portcullis::source;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Map, Value};

use super::labels::Label;
use crate::project::repository;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Mapping {
    /// The concepts of the corpora: by concept, corpus and check.
    concepts: BTreeMap<String, Checks>,
    /// Checks beyond them, under names of ours.
    beyond: BTreeMap<String, Checks>,
    /// Labels that we judge otherwise, by corpus: each is explained, and counts all the same.
    misses: BTreeMap<String, Vec<Miss>>,
    /// Checks of no concept of ours, by corpus and reason.
    not_covered: BTreeMap<String, Vec<NotCovered>>,
}

/// A label that we judge otherwise, or whose place is another for us.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Miss {
    pub(crate) check: String,
    pub(crate) row: usize,
    pub(crate) reason: String,
}

/// By corpus and check.
type Checks = BTreeMap<String, BTreeMap<String, Entries>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotCovered {
    reason: String,
    checks: Vec<String>,
}

/// The entries of a check. It has several where its parameters decide what it means: the first that fits counts.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Entries(Vec<Entry>);

impl TryFrom<Value> for Entries {
    type Error = serde_json::Error;

    fn try_from(written: Value) -> Result<Self, Self::Error> {
        let entries = match written {
            Value::Array(entries) => entries,
            one => vec![one],
        };
        let entries = entries.into_iter().map(serde_json::from_value);
        let entries: Vec<Entry> = entries.collect::<Result<_, _>>()?;
        match entries.last() {
            Some(last) if last.when.is_empty() => Ok(Self(entries)),
            _ => Err(serde_json::Error::custom(
                "the last entry must always count",
            )),
        }
    }
}

/// What a check is to us.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Entry {
    /// The parameters that the check must have for this entry to count.
    pub(crate) when: Map<String, Value>,
    /// Any finding of one of them is the check's failure.
    pub(crate) policies: Vec<String>,
    /// Parameters of our policies.
    pub(crate) parameters: BTreeMap<String, Map<String, Value>>,
    /// Parameters of our policies that are read from the check's: our name, and theirs.
    pub(crate) parameters_from: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The check's parameter that holds images whose containers are exempt.
    pub(crate) exempt_images: Option<String>,
    /// The Kubernetes version that the check was written for.
    pub(crate) kubernetes: Option<String>,
    /// Objects that the check judges by another definition than ours.
    pub(crate) differs: Vec<Differs>,
    /// Why all of the check is another definition than ours.
    pub(crate) different_definition: Option<String>,
    /// Why no policy of ours is about it.
    pub(crate) not_covered: Option<String>,
    /// What a reader should know.
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// A kind of object of which the check has another definition; all parts must hold, an absent part always does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Differs {
    /// Why, from the list in the corpora's README or argued here.
    pub(crate) reason: String,
    pub(crate) kinds: Option<Vec<String>>,
    /// Names; `*` at the end stands for any rest.
    pub(crate) names: Option<Vec<String>>,
    pub(crate) labels: Option<BTreeMap<String, String>>,
    /// Annotations that it has, or its pod template.
    pub(crate) annotations: Option<Vec<String>>,
}

/// What becomes of a label.
pub(crate) enum Meaning<'m> {
    /// It is measured.
    Covered(&'m Entry),
    /// It isn't, for a reason.
    Different(&'m str),
    NotCovered(&'m str),
}

/// The concept of checks that no concept names.
pub(crate) const NONE: &str = "not covered";

impl Mapping {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(repository().join("policies/concepts.yaml")).unwrap();
        let source = Arc::new(SourceText::new("policies/concepts.yaml", text));
        let document = source::yaml::read_core(source).unwrap();
        serde_json::from_value((*document.value).clone()).unwrap()
    }

    fn all(&self) -> impl Iterator<Item = (&String, &Checks)> {
        self.concepts.iter().chain(&self.beyond)
    }

    /// The concept of a label's check, and what the check with `parameters` is to us.
    pub(crate) fn meaning(&self, label: &Label, parameters: &Value) -> (&str, Meaning<'_>) {
        let found = self.all().find_map(|(concept, corpora)| {
            let entries = corpora.get(label.corpus.name())?.get(&label.check)?;
            Some((concept.as_str(), entries))
        });
        let Some((concept, Entries(entries))) = found else {
            return (NONE, Meaning::NotCovered(self.not_covered(label)));
        };
        let fits = |entry: &&Entry| {
            let mut wanted = entry.when.iter();
            wanted.all(|(name, value)| parameters.get(name) == Some(value))
        };
        let entry = entries.iter().find(fits).unwrap();
        let meaning = match (&entry.not_covered, &entry.different_definition) {
            (Some(reason), _) => Meaning::NotCovered(reason),
            (None, Some(reason)) => Meaning::Different(reason),
            (None, None) => Meaning::Covered(entry),
        };
        (concept, meaning)
    }

    /// Why no concept has the check of a label.
    fn not_covered(&self, label: &Label) -> &str {
        let groups = self.not_covered.get(label.corpus.name()).unwrap();
        let group = groups
            .iter()
            .find(|group| group.checks.contains(&label.check));
        &group.unwrap().reason
    }

    /// Every check that the table names, once for each time it stands there.
    pub(crate) fn checks(&self) -> Vec<(&str, &str)> {
        let of_concepts = self.all().flat_map(|(_, corpora)| corpora);
        let of_concepts = of_concepts.flat_map(|(corpus, checks)| {
            let checks = checks.keys();
            checks.map(move |check| (corpus.as_str(), check.as_str()))
        });
        let others = self.not_covered.iter().flat_map(|(corpus, reasons)| {
            let checks = reasons.iter().flat_map(|reason| &reason.checks);
            checks.map(move |check| (corpus.as_str(), check.as_str()))
        });
        of_concepts.chain(others).collect()
    }

    /// Every entry with its check.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let checks = self.all().flat_map(|(_, corpora)| corpora.values());
        checks
            .flatten()
            .flat_map(|(check, entries)| entries.0.iter().map(|entry| (check.as_str(), entry)))
    }

    /// Whether it is one of the corpora's concepts.
    pub(crate) fn is_concept(&self, name: &str) -> bool {
        self.concepts.contains_key(name)
    }

    /// The explained misses, with their corpus.
    pub(crate) fn misses(&self) -> impl Iterator<Item = (&str, &Miss)> {
        let corpora = self.misses.iter();
        corpora.flat_map(|(corpus, misses)| misses.iter().map(|miss| (corpus.as_str(), miss)))
    }
}

impl Entry {
    /// Whether it says exactly one thing: policies, another definition, or nothing of ours.
    pub(crate) fn is_decided(&self) -> bool {
        let says = [
            !self.policies.is_empty(),
            self.different_definition.is_some(),
            self.not_covered.is_some(),
        ];
        says.into_iter().filter(|said| *said).count() == 1
    }
}

impl Differs {
    /// Whether `object` is one of them.
    pub(crate) fn concerns(&self, object: &Value) -> bool {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = text(&object["kind"]);
        let name = text(&object["metadata"]["name"]);
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *pattern,
        };
        let labels = &object["metadata"]["labels"];
        let named = self.names.as_ref();
        let kinds = self.kinds.as_ref();
        let annotations = self.annotations.as_ref();
        kinds.is_none_or(|kinds| kinds.contains(&kind))
            && named.is_none_or(|names| names.iter().any(fits))
            && annotations.is_none_or(|names| names.iter().any(|name| is_annotated(object, name)))
            && (self.labels.iter().flatten()).all(|(label, value)| labels[label] == *value)
    }
}

/// Whether annotations anywhere in the object have `name`: its own, or those of a pod template.
fn is_annotated(object: &Value, name: &str) -> bool {
    let members = object.as_object().into_iter().flatten();
    object["metadata"]["annotations"].get(name).is_some()
        || members
            .map(|(_, inner)| inner)
            .any(|inner| is_annotated(inner, name))
}
