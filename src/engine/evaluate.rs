//! The door: expand, select, run, locate, weigh, conclude.
//!
//! Total: whatever a policy does, the others are judged and a decision comes out; nothing here waits or reads a clock.

mod input;
mod merge;
mod place;
mod result;
mod select;

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::policy_set::{Bindings, PolicySet, Rule};
use super::rego::RunError;
use super::verdict::{self, Before};
use crate::model::{
    Decision, Enforcement, Evidence, Fact, Failure, FailureClass, Finding, NotApplicable,
    Operation, Policy, PolicyId, Review,
};

use input::Inputs;
use merge::Merged;
use result::Violation;
pub(super) use select::{Selected, may_apply, select};

/// Judges `review`: what the bound policies find in it, and whether that allows it.
///
/// The same set, bindings, review, evidence and time give the same decision, byte for byte.
#[must_use]
pub fn evaluate(
    set: &PolicySet,
    bindings: &Bindings,
    review: &Review,
    evidence: &Evidence,
    now: Timestamp,
) -> Decision {
    evaluate_until(
        set,
        bindings,
        review,
        evidence,
        now,
        &AtomicBool::new(false),
    )
}

/// The same, but stops between two policies once `cancel` is set; those not run have failed by their deadline.
#[must_use]
pub fn evaluate_until(
    set: &PolicySet,
    bindings: &Bindings,
    review: &Review,
    evidence: &Evidence,
    now: Timestamp,
    cancel: &AtomicBool,
) -> Decision {
    evaluate_observed(set, bindings, review, evidence, now, cancel, &mut |_| {})
}

/// What one policy came to in a decision.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// The policy.
    pub policy: &'a PolicyId,
    /// The strictest enforcement of its bindings that match.
    pub enforcement: Enforcement,
    /// Whether it found nothing and didn't fail.
    pub passed: bool,
    /// Why it failed, if it did.
    pub failed: Option<FailureClass>,
}

/// The same, and tells `observe` of every policy once it has run, so that a face can time it.
#[must_use]
pub fn evaluate_observed(
    set: &PolicySet,
    bindings: &Bindings,
    review: &Review,
    evidence: &Evidence,
    now: Timestamp,
    cancel: &AtomicBool,
    observe: &mut dyn FnMut(Ran<'_>),
) -> Decision {
    let selected = select(set, bindings, review);
    let mut decision = Decision::default();
    if selected.is_empty() {
        return decision;
    }
    if review.operation == Operation::Update && verdict::only_finishes_deletion(review) {
        decision.not_applicable = selected.iter().map(finishes_deletion).collect();
        verdict::conclude(&mut decision, &[]);
        return decision;
    }
    let mut run = Run {
        bindings,
        review,
        now,
        cancel,
        inputs: Inputs::new(review, evidence),
        decision,
    };
    for (position, one) in selected.iter().enumerate() {
        if cancel.load(Ordering::Relaxed) {
            run.cancelled(selected.get(position..).unwrap_or_default());
            break;
        }
        let findings = run.decision.findings.len();
        let failures = run.decision.failures.len();
        run.judge(one);
        let failed = run.decision.failures.get(failures);
        observe(Ran {
            policy: &one.metadata().id,
            enforcement: one.strictest(),
            passed: run.decision.findings.len() == findings && failed.is_none(),
            failed: failed.map(|failure| failure.class),
        });
    }
    run.weigh_what_was_there(&selected);
    if verdict::is_mirror(review) {
        verdict::record_only(&mut run.decision);
    }
    let policies: Vec<&Policy> = selected.iter().map(Selected::metadata).collect();
    verdict::conclude(&mut run.decision, &policies);
    run.decision
}

/// The decision on a review that can't be judged at all: every policy that applies has failed.
#[must_use]
pub fn unjudged(
    set: &PolicySet,
    bindings: &Bindings,
    review: &Review,
    class: FailureClass,
    message: &str,
) -> Decision {
    let selected = select(set, bindings, review);
    let failure = |one: &Selected<'_>| {
        one.failure(RunError {
            class,
            message: message.to_owned(),
            place: None,
            help: None,
        })
    };
    let mut decision = Decision {
        failures: selected.iter().map(failure).collect(),
        ..Decision::default()
    };
    if verdict::is_mirror(review) {
        verdict::record_only(&mut decision);
    }
    verdict::conclude(&mut decision, &[]);
    decision
}

fn finishes_deletion(one: &Selected<'_>) -> NotApplicable {
    NotApplicable {
        policy: one.metadata().id.clone(),
        reason: "the update only lets the deletion finish".to_owned(),
    }
}

/// One decision in the making.
struct Run<'a> {
    bindings: &'a Bindings,
    review: &'a Review,
    now: Timestamp,
    cancel: &'a AtomicBool,
    inputs: Inputs<'a>,
    decision: Decision,
}

impl Run<'_> {
    /// One policy, on the object and on its templates' Pods, with each of its parameters.
    fn judge(&mut self, one: &Selected<'_>) {
        let failures = self.decision.failures.len();
        self.missing_evidence(one);
        let mut merged = Merged::default();
        for (target, rules) in runs(one) {
            match self.run(one, target, &rules, Side::New) {
                Ok(violations) => {
                    for violation in violations {
                        let finding = violation.into_finding(one.metadata(), self.review);
                        merged.push(finding, &rules, target != 0);
                    }
                }
                Err(failure) => self.decision.failures.push(failure),
            }
        }
        let exemptions = self.bindings.ready_exemptions();
        let findings = merged.finish(&one.metadata().id, |finding| {
            exemptions.lift(finding, self.review, self.now);
        });
        self.decision.findings.extend(findings);
        if self.decision.failures.len() == failures {
            self.decision.judged += 1;
        }
    }

    /// The violations that one run gives, their paths in the real object; elements that are none are failures.
    fn run(
        &mut self,
        one: &Selected<'_>,
        target: usize,
        rules: &[&Rule],
        side: Side,
    ) -> Result<Vec<Violation>, Failure> {
        let fail = |error: RunError| one.failure(error);
        let parameters = rules
            .first()
            .and_then(|rule| one.policy.parameters.get(rule.parameters));
        let template = select::template(one, target);
        let Some(document) = self.inputs.document(template, side).map_err(fail)? else {
            return Ok(Vec::new());
        };
        let unit = &one.policy.unit;
        let prepared = unit.prepared().map_err(|error| fail(error.clone()))?;
        let asked = unit.rules_for(&document.object);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let input = self
            .inputs
            .input(document, template, one.metadata(), parameters)
            .map_err(fail)?;
        let value = prepared
            .evaluate_all(&asked, input, self.now, self.cancel)
            .map_err(fail)?;
        let reading = result::Reading {
            policy: one.metadata(),
            review: self.review,
            evidence: self.inputs.evidence(),
            template: template.map(|template| &template.path),
        };
        let (violations, broken) = reading.violations(&value);
        if let (Some(error), Side::New) = (broken, side) {
            self.decision.failures.push(one.failure(error));
        }
        Ok(violations)
    }

    /// Evidence that a policy asks for and that isn't there: counted if a file scan can't have it, else a failure.
    fn missing_evidence(&mut self, one: &Selected<'_>) {
        let policy = one.metadata();
        let asked = one
            .targets
            .iter()
            .flat_map(|target| policy.evidence.iter().map(move |fact| (*target, fact)));
        for (target, fact) in asked {
            let template = select::template(one, target).map(|template| &template.path);
            let why = match self.inputs.evidence().fact(*fact, template) {
                Some(Fact::Known(_)) => continue,
                Some(Fact::Unavailable(why)) if !why.is_of_a_scan() => why,
                _ => {
                    self.decision.not_known.push(NotApplicable {
                        policy: policy.id.clone(),
                        reason: fact.as_str().to_owned(),
                    });
                    continue;
                }
            };
            let failure = one.failure(RunError {
                class: FailureClass::Evidence,
                message: format!("`{}` is unavailable: {}", fact.as_str(), why.message),
                place: None,
                help: None,
            });
            self.decision.failures.push(failure);
        }
    }

    fn cancelled(&mut self, rest: &[Selected<'_>]) {
        let failures = rest.iter().map(|one| one.failure(RunError::called_off()));
        self.decision.failures.extend(failures);
    }

    /// On an update, what the old object had already, unchanged, warns.
    fn weigh_what_was_there(&mut self, selected: &[Selected<'_>]) {
        if self.review.operation != Operation::Update || self.review.old_object.is_none() {
            return;
        }
        let mut before = Before::default();
        for one in selected {
            let id = &one.metadata().id;
            let denies = |finding: &Finding| finding.policy == *id && finding.denies();
            if !self.decision.findings.iter().any(denies) || self.cancel.load(Ordering::Relaxed) {
                continue;
            }
            for (target, rules) in runs(one) {
                // A binding that didn't select the old object has found nothing in it.
                let selects = |rule: &&Rule| selected_before(rule, self.review);
                let rules: Vec<&Rule> = rules.into_iter().filter(selects).collect();
                if rules.is_empty() {
                    continue;
                }
                // What can't be judged wasn't there: its findings stay new.
                let found = self.run(one, target, &rules, Side::Old).unwrap_or_default();
                for violation in found {
                    let severity = violation.severity(one.metadata());
                    before.push(id.clone(), violation.path, severity);
                }
            }
        }
        let review = self.review;
        let stays = |policy: &PolicyId| {
            let own = selected.iter().find(|one| one.metadata().id == *policy);
            own.is_some_and(Selected::denies_existing)
        };
        for finding in &mut self.decision.findings {
            if finding.denies() && before.had(finding, review) {
                finding.pre_existing = true;
                if !stays(&finding.policy) {
                    finding.enforcement = Enforcement::Warn;
                }
            }
        }
    }
}

/// Whether a binding's label selector selects the old object.
fn selected_before(rule: &Rule, review: &Review) -> bool {
    let selector = rule.matches.label_selector.as_ref();
    selector.is_none_or(|selector| {
        let old = review.old_object.as_deref();
        old.is_some_and(|object| selector.selects(object))
    })
}

/// What has to be run: each target with each of the parameters, and the bindings that have them.
fn runs<'s>(one: &Selected<'s>) -> Vec<(usize, Vec<&'s Rule>)> {
    let mut runs = Vec::new();
    for target in &one.targets {
        for position in 0..one.policy.parameters.len() {
            let rules: Vec<&Rule> = one
                .rules
                .iter()
                .copied()
                .filter(|rule| rule.parameters == position)
                .collect();
            if !rules.is_empty() {
                runs.push((*target, rules));
            }
        }
    }
    runs
}

/// Which object of a review is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The object.
    New,
    /// The old object, as if it were written again unchanged.
    Old,
}
