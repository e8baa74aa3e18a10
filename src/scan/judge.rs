//! One file's reviews judged: the step between what was read and what is reported.
//!
//! Reads nothing and decides nothing itself: the engine does.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use super::Judging;
use super::watch::Watch;
use crate::engine;
use crate::evidence::Objects;
use crate::model::{
    Coverage, Decision, Judged, NotApplicable, NotKnown, Notice, Review, Skipped, Unreadable,
};
use crate::report;
use crate::source::FileRead;

/// What became of one file.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) judged: Vec<Judged>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) not_recognised: Vec<String>,
    pub(super) notices: Vec<Notice>,
    pub(super) used_exemptions: BTreeSet<usize>,
    pub(super) panicked: bool,
}

/// A file after the first look at it.
#[derive(Debug)]
pub(super) struct First {
    /// Its reviews that facts about others are made of.
    pub(super) sources: Vec<Review>,
    pub(super) then: Then,
}

/// What becomes of a file after the first look.
#[derive(Debug)]
pub(super) enum Then {
    /// Nothing in it asks for facts: it is judged already.
    Judged(Outcome),
    /// It waits for what other files say.
    Waits(FileRead),
}

/// Reviews for which policies are prepared by a second thread while they are judged: a staged file shouldn't wait.
pub(super) const COLD_REVIEWS: usize = 8;

/// What files are judged by.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) judging: Judging<'a>,
    pub(super) watch: &'a Watch,
    /// What facts are made of; `None` while files are still read: then only what asks for none is judged.
    pub(super) objects: Option<&'a Objects>,
    /// How many reviews may still find policies that aren't prepared.
    pub(super) cold: &'a AtomicUsize,
}

impl Judge<'_> {
    /// Keeps what facts are made of, and judges the file if none of its reviews asks for any.
    pub(super) fn first(&self, name: &str, read: FileRead) -> First {
        let asks = |review: &Review| {
            let needs = self.judging.set.needs(self.judging.bindings, review);
            !needs.facts.is_empty()
        };
        let sources = read.reviews.iter().filter(|review| Objects::wants(review));
        First {
            sources: sources.cloned().collect(),
            then: if read.reviews.iter().any(asks) {
                Then::Waits(read)
            } else {
                Then::Judged(self.file(name, read))
            },
        }
    }

    /// Judges every review of a file by what its objects say about others.
    pub(super) fn file(&self, name: &str, read: FileRead) -> Outcome {
        let mut outcome = Outcome {
            unreadable: read.unreadable,
            skipped: read.skipped,
            notices: read.notices,
            ..Outcome::default()
        };
        if read.not_recognised > 0 {
            outcome.not_recognised.push(name.to_owned());
        }
        let mut fingerprints = report::Fingerprints::default();
        for review in read.reviews {
            let Some(mut decision) = self.caught(&review) else {
                outcome.panicked = true;
                outcome.unreadable.push(Unreadable {
                    path: name.to_owned(),
                    line: 0,
                    column: 0,
                    message: format!(
                        "internal error while judging {} `{}`; please report it",
                        review.kind.kind, review.name
                    ),
                });
                continue;
            };
            fingerprints.set(name, &review, &mut decision);
            // In the order in which people read the file; equal places keep the engine's order.
            decision
                .findings
                .sort_by_key(|finding| finding.location.as_ref().map(|location| location.place));
            let used = decision
                .findings
                .iter()
                .filter_map(|finding| finding.exemption.as_ref()?.index);
            outcome.used_exemptions.extend(used);
            outcome.judged.push(Judged {
                file: name.to_owned(),
                resource: review.resource_shown(),
                decision,
            });
        }
        outcome
    }

    /// The decision on one review; `None` if something of ours panicked, so that the file's other reviews go on.
    fn caught(&self, review: &Review) -> Option<Decision> {
        let Judging {
            set, bindings, now, ..
        } = self.judging;
        let judge = |cancel: &_| {
            let gather = |objects: &Objects| objects.gather(&set.needs(bindings, review), review);
            let evidence = self.objects.map(gather).unwrap_or_default();
            engine::evaluate_until(set, bindings, review, &evidence, now, cancel)
        };
        let guarded = || self.watch.guard(judge);
        let one_less = |left: usize| left.checked_sub(1);
        let is_cold = self.cold.fetch_update(Relaxed, Relaxed, one_less).is_ok();
        panic::catch_unwind(AssertUnwindSafe(|| {
            if is_cold {
                rayon::join(guarded, || set.prepare(bindings, review)).0
            } else {
                guarded()
            }
        }))
        .ok()
    }
}

/// Sums up what policies couldn't judge, over all objects.
pub(super) fn count(judged: &[Judged], coverage: &mut Coverage) {
    let sum = |entries: &mut Vec<NotKnown>, found: &NotApplicable| match entries
        .iter_mut()
        .find(|entry| entry.policy == found.policy && entry.reason == found.reason)
    {
        Some(entry) => entry.count += 1,
        None => entries.push(NotKnown {
            policy: found.policy.clone(),
            reason: found.reason.clone(),
            count: 1,
        }),
    };
    for Judged { decision, .. } in judged {
        coverage.objects += 1;
        decision
            .not_applicable
            .iter()
            .for_each(|found| sum(&mut coverage.not_applicable, found));
        decision
            .not_known
            .iter()
            .for_each(|found| sum(&mut coverage.not_known, found));
    }
    coverage.not_applicable.sort();
    coverage.not_known.sort();
}
