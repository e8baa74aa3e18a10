//! The outcome of judging one review: verdict, findings and failures.
//!
//! A failure is never an allow: a `Deny` policy that can't be evaluated denies.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::path::Path;
use super::policy::{Confidence, Enforcement, PolicyId, Severity};
use super::span::{Place, SourceText};

/// Whether the review passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing in force denies.
    #[default]
    Allow,
    /// A finding or a failure denies.
    Deny,
}

impl Verdict {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// A place in a text that a finding points at.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file's text.
    pub source: Arc<SourceText>,
    /// Lines and columns.
    pub place: Place,
    /// The path in the document (`items[0].spec…` for an object of a list).
    pub path: Path,
    /// What stands there, for people.
    pub label: Option<String>,
}

/// A second place of a finding.
#[derive(Debug, Clone)]
pub struct Related {
    /// Path in the object, or in the fact that `of` names.
    pub path: Path,
    /// What stands there.
    pub message: Option<String>,
    /// The evidence fact that holds it; `None`: the object under review.
    pub of: Option<String>,
    /// Where it stands, if it has a file.
    pub location: Option<Location>,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It counts.
    #[default]
    New,
    /// A baseline lists it.
    Baseline,
    /// An exemption lifts it.
    Exempt,
}

impl Status {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Baseline => "baseline",
            Self::Exempt => "exempt",
        }
    }
}

/// The exemption that lifts a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionUse {
    /// Where it is written: file and line (from 1).
    pub file: String,
    /// Its line.
    pub line: u32,
    /// Whether it is a comment in the judged file.
    pub inline: bool,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its last valid day.
    pub expires: Option<Date>,
    /// Which of the bindings' exemptions it is; `None` for a comment.
    pub index: Option<usize>,
}

/// A violation with everything that the engine knows of it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The policy.
    pub policy: PolicyId,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the policy is.
    pub confidence: Confidence,
    /// What it costs.
    pub enforcement: Enforcement,
    /// What became of it.
    pub status: Status,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// The path in the object under review (a Deployment's, not its template's Pod).
    pub path: Path,
    /// The value at fault, where the policy says it and it can't be a secret.
    pub found: Option<Value>,
    /// The value wanted.
    pub wanted: Option<Value>,
    /// The container concerned.
    pub container: Option<String>,
    /// Further details, as the policy gives them.
    pub details: Option<Value>,
    /// The primary place; `None` for a review without a file.
    pub location: Option<Location>,
    /// The first element of the path that the object lacks.
    pub missing: Option<String>,
    /// Further places.
    pub related: Vec<Related>,
    /// The exemption that lifts it.
    pub exemption: Option<ExemptionUse>,
    /// A more specific policy that found the same place: reports fold this finding into that one.
    pub superseded_by: Option<PolicyId>,
    /// Whether the old object of an UPDATE has it too, unchanged.
    pub pre_existing: bool,
    /// Stable identity across edits of other lines; empty until a face sets it.
    pub fingerprint: String,
}

impl Finding {
    /// Whether it denies: in force, enforced and not lifted.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.enforcement == Enforcement::Deny && self.status == Status::New
    }
}

/// Why a policy couldn't be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// It didn't load.
    Load,
    /// Its evaluation ended in an error.
    Error,
    /// It ran past its limit.
    Deadline,
    /// It panicked.
    Panic,
    /// Its result isn't a set of violations.
    ResultShape,
    /// Evidence it needs is missing.
    Evidence,
}

impl FailureClass {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Error => "error",
            Self::Deadline => "deadline",
            Self::Panic => "panic",
            Self::ResultShape => "result-shape",
            Self::Evidence => "evidence",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a policy's file, from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyPlace {
    /// The file.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

/// A policy that couldn't be evaluated on this review; never an allow, never a value of the review in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The policy.
    pub policy: PolicyId,
    /// What kind of failure.
    pub class: FailureClass,
    /// What happened, without values.
    pub message: String,
    /// Where in the policy.
    pub place: Option<PolicyPlace>,
    /// The way out.
    pub help: Option<String>,
    /// The strictest enforcement of its bindings: `Deny` denies.
    pub enforcement: Enforcement,
}

/// A selected policy that can't apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotApplicable {
    /// The policy.
    pub policy: PolicyId,
    /// Why, for people.
    pub reason: String,
}

/// The outcome of judging one review.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Whether it passes.
    pub verdict: Verdict,
    /// Sorted by path, policy, message.
    pub findings: Vec<Finding>,
    /// Sorted by policy.
    pub failures: Vec<Failure>,
    /// Selected policies that couldn't apply, with the reason.
    pub not_applicable: Vec<NotApplicable>,
    /// Facts that a policy asked for and a file scan doesn't have: policy and fact.
    pub not_known: Vec<NotApplicable>,
    /// How many policies judged it.
    pub judged: u32,
}
