//! The same object in every face: what a scan decides of it is what the webhook decides, says in process, and says over the wire.
//!
//! By design two things differ. A finding that a more specific policy stands for (`superseded_by`) knows only its own entry's
//! policies, so that a warning may stand beside a denial of the same place: it isn't compared. Comments exempt nothing in a
//! cluster: neither do they in these scans. And a policy's time is measured by the wall: an object on which one runs past its
//! limit in the webhook, three times, is counted instead of compared.

use std::io::Write;
use std::path::Path;

use super::alike::{Difference, Faces, Subject, request};
use super::set::Set;
use crate::project::repository;
use crate::require;

/// Compares every face on every object below `folders` of `directory`; how many there were.
#[track_caller]
fn check(directory: &Path, folders: &[&str]) -> usize {
    let set = Set::new(directory, folders);
    let mut faces = Faces::of(&set);
    let (mut faults, mut judged, mut slow) = (Vec::new(), 0, 0);
    for (review, scanned) in set.reviews.iter().zip(&set.scanned) {
        let subject = Subject {
            name: format!("{} {} {}", scanned.file, review.kind.kind, review.name),
            request: request(review),
            scanned: &scanned.decision,
        };
        judged += 1;
        // On a busy machine a second attempt may have the time that the first had not.
        let mut attempts = (0..3).map(|_| subject.compare(&set, &mut faces));
        match attempts.find(|compared| !matches!(compared, Err(Difference::Time))) {
            Some(Ok(())) => {}
            Some(Err(Difference::Fault(fault))) => faults.push(fault),
            _ => slow += 1,
        }
    }
    let line = format!("parity: {slow} of {judged} objects of {folders:?} ran past a time limit\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(slow * 50 <= judged + 50, "{line}");
    assert!(
        faults.is_empty(),
        "{} of {judged}\n{}",
        faults.len(),
        faults[..faults.len().min(10)].join("\n")
    );
    judged
}

#[test]
fn the_fixtures_are_judged_alike_in_every_face() {
    for folder in ["shop", "shop-clean", "careful"] {
        assert!(
            check(&repository(), &[&format!("testdata/{folder}")]) >= 20,
            "{folder}"
        );
    }
}

#[test]
fn the_cases_of_every_policy_are_judged_alike_in_every_face() {
    // A debug build, which is slow, takes one category.
    let folder = if cfg!(debug_assertions) {
        "policies/network"
    } else {
        "policies"
    };
    let judged = check(&repository(), &[folder]);
    assert!(
        judged >= if cfg!(debug_assertions) { 50 } else { 600 },
        "{judged}"
    );
}

#[test]
fn the_corpora_are_judged_alike_in_every_face() {
    for (corpus, least) in [
        ("pss", 380),
        ("gatekeeper-samples", 300),
        ("regolibrary", 1_200),
        ("polaris", 300),
        ("checkov-k8s", 290),
    ] {
        let Some(folder) = require::corpus(corpus) else {
            continue;
        };
        // A debug build, which is slow, takes the smallest.
        if cfg!(debug_assertions) && corpus != "gatekeeper-samples" {
            continue;
        }
        let judged = check(&folder, &["files"]);
        assert!(judged >= least, "{corpus}: {judged}");
    }
}
