//! What the labels and our verdicts come to, by concept and corpus.
//!
//! Counts every label once: as measured, as another definition, or as not covered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::labels::{Corpus, Label};
use super::mapping::{Mapping, Meaning};
use super::run::{Outcome, Policies};
use super::{constraint, positions};

/// Labels by what became of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Cell {
    /// Fails for the label and for us.
    pub(crate) true_positive: u32,
    /// Passes for the label only.
    pub(crate) false_positive: u32,
    pub(crate) true_negative: u32,
    /// Fails for the label only.
    pub(crate) false_negative: u32,
    pub(crate) different_definition: u32,
    pub(crate) not_covered: u32,
    /// True positives whose label names a place, and those of them that are found there.
    pub(crate) placed: u32,
    pub(crate) in_place: u32,
}

impl Cell {
    pub(crate) fn measured(self) -> u32 {
        self.true_positive + self.false_positive + self.true_negative + self.false_negative
    }

    pub(crate) fn labels(self) -> u32 {
        self.measured() + self.different_definition + self.not_covered
    }

    /// Of what we fail, the share that the labels fail.
    pub(crate) fn precision(self) -> Option<f64> {
        share(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Of what the labels fail, the share that we fail.
    pub(crate) fn recall(self) -> Option<f64> {
        share(self.true_positive, self.true_positive + self.false_negative)
    }

    /// Of all labels, the share that is measured.
    pub(crate) fn coverage(self) -> Option<f64> {
        share(self.measured(), self.labels())
    }

    pub(crate) fn places(self) -> Option<f64> {
        share(self.in_place, self.placed)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.true_positive += other.true_positive;
        self.false_positive += other.false_positive;
        self.true_negative += other.true_negative;
        self.false_negative += other.false_negative;
        self.different_definition += other.different_definition;
        self.not_covered += other.not_covered;
        self.placed += other.placed;
        self.in_place += other.in_place;
    }

    fn verdict(&mut self, label: bool, ours: bool) {
        *match (label, ours) {
            (true, true) => &mut self.true_positive,
            (false, true) => &mut self.false_positive,
            (false, false) => &mut self.true_negative,
            (true, false) => &mut self.false_negative,
        } += 1;
    }
}

fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// A label that isn't as we say.
pub(crate) struct Disagreement {
    pub(crate) corpus: Corpus,
    pub(crate) check: String,
    pub(crate) row: usize,
    /// The case or the file; never what stands in it.
    pub(crate) case: String,
    pub(crate) what: &'static str,
}

/// The figures of all corpora, and everything that isn't as the labels say.
#[derive(Default)]
pub(crate) struct Scores {
    /// By concept and corpus.
    pub(crate) cells: BTreeMap<String, BTreeMap<String, Cell>>,
    /// Labels of another definition, by corpus, check and reason.
    pub(crate) different: BTreeMap<(&'static str, String, String), u32>,
    /// Labels of no policy of ours, by corpus and reason.
    pub(crate) not_covered: BTreeMap<(&'static str, String), u32>,
    pub(crate) disagreements: Vec<Disagreement>,
    /// Policies that couldn't judge.
    pub(crate) failures: Vec<String>,
}

impl Scores {
    /// Judges all labels of a corpus.
    pub(crate) fn measure(
        &mut self,
        corpus: Corpus,
        folder: &Path,
        labels: &[Label],
        mapping: &Mapping,
    ) {
        let mut policies = Policies::default();
        for label in labels {
            let their = constraint::parameters(folder, label);
            let (concept, meaning) = mapping.meaning(label, &their);
            let mut cell = Cell::default();
            match meaning {
                Meaning::NotCovered(reason) => {
                    cell.not_covered = 1;
                    let key = (corpus.name(), reason.to_owned());
                    *self.not_covered.entry(key).or_default() += 1;
                }
                Meaning::Different(reason) => cell = self.differ(label, reason),
                Meaning::Covered(entry) => {
                    let outcome = policies.run(folder, label, entry, &their);
                    let mut differs = entry.differs.iter();
                    let differs = differs.find(|differs| outcome.holds(differs));
                    cell = match differs {
                        Some(differs) => self.differ(label, &differs.reason),
                        None => self.judge(label, &outcome),
                    };
                }
            }
            let corpora = self.cells.entry(concept.to_owned()).or_default();
            corpora
                .entry(corpus.name().to_owned())
                .or_default()
                .add(cell);
        }
    }

    fn differ(&mut self, label: &Label, reason: &str) -> Cell {
        let key = (label.corpus.name(), label.check.clone(), reason.to_owned());
        *self.different.entry(key).or_default() += 1;
        Cell {
            different_definition: 1,
            ..Cell::default()
        }
    }

    fn judge(&mut self, label: &Label, outcome: &Outcome) -> Cell {
        let mut cell = Cell::default();
        let failures = outcome.failures.iter();
        self.failures
            .extend(failures.map(|failure| format!("{} {}: {failure}", label.check, label.row)));
        cell.verdict(label.fails, outcome.fails());
        match (label.fails, outcome.fails()) {
            (true, false) => self.disagree(label, "passes for us"),
            (false, true) => self.disagree(label, "fails for us"),
            (false, false) => {}
            (true, true) => {
                if let Some(hit) = positions::hit(label, outcome) {
                    cell.placed = 1;
                    cell.in_place = u32::from(hit);
                    if !hit {
                        self.disagree(label, "found in another place");
                    }
                }
            }
        }
        cell
    }

    fn disagree(&mut self, label: &Label, what: &'static str) {
        self.disagreements.push(Disagreement {
            corpus: label.corpus,
            check: label.check.clone(),
            row: label.row,
            case: label.case.clone(),
            what,
        });
    }

    /// Disagreements that the table doesn't explain, and explanations that nothing needs.
    pub(crate) fn unexplained(&self, mapping: &Mapping) -> Vec<String> {
        let found = self.disagreements.iter();
        let found: BTreeSet<(&str, &str, usize)> = found
            .map(|one| (one.corpus.name(), one.check.as_str(), one.row))
            .collect();
        let explained: BTreeSet<(&str, &str, usize)> = mapping
            .misses()
            .map(|(corpus, miss)| (corpus, miss.check.as_str(), miss.row))
            .collect();
        let differ = found.symmetric_difference(&explained);
        differ
            .map(|(corpus, check, row)| format!("{corpus} {check}, row {row}"))
            .collect()
    }
}
