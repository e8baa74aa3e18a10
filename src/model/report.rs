//! All decisions of a run, and what was skipped and why.
//!
//! Data only: `report` renders it, faces fill it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decision::{Decision, Verdict};
use super::load::LoadProblem;
use super::policy::{Digest, Policy, PolicyId};
use super::review::Resource;

/// One judged object.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The file, as people know it (`/` between its parts).
    pub file: String,
    /// The object.
    pub resource: Resource,
    /// What was decided.
    pub decision: Decision,
}

/// Why a file or document wasn't judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// An unrendered template.
    Template,
    /// Matched by `.gitignore` or `.portcullisignore`.
    Gitignored,
    /// Matched by `exclude`.
    Excluded,
    /// A symbolic link.
    Symlink,
    /// Not text.
    Binary,
    /// Nothing in it.
    Empty,
    /// A format version that isn't known.
    Unsupported,
}

impl SkipReason {
    /// Its name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Gitignored => "gitignored",
            Self::Excluded => "excluded",
            Self::Symlink => "symlink",
            Self::Binary => "binary",
            Self::Empty => "empty",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A file (or one document of it) that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// More, for people: the chart, the line.
    pub detail: Option<String>,
}

/// A recognised input that couldn't be read whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// The file.
    pub path: String,
    /// Line from 1; 0 where no place is known (the file couldn't be opened).
    pub line: u32,
    /// Column from 1, in characters; 0 as above.
    pub column: u32,
    /// What is wrong, with the way out.
    pub message: String,
}

/// How often a policy had to judge without something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotKnown {
    /// The policy.
    pub policy: PolicyId,
    /// What was missing, or why it didn't apply.
    pub reason: String,
    /// How many reviews.
    pub count: u64,
}

/// A policy of a profile that isn't run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotRun {
    /// The policy.
    pub policy: PolicyId,
    /// What it needs, or who switched it off: ``needs `registries` ``.
    pub reason: String,
}

/// What was looked at: the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files met.
    pub files_seen: u64,
    /// Files with at least one judged object.
    pub files_judged: u64,
    /// Objects judged.
    pub objects: u64,
    /// Policies bound.
    pub policies: u64,
    /// Left out, by path.
    pub skipped: Vec<Skipped>,
    /// Not readable, by path and place.
    pub unreadable: Vec<Unreadable>,
    /// Files or documents that are none of ours.
    pub not_recognised: Vec<String>,
    /// Charts met unrendered (their folders).
    pub charts_not_rendered: Vec<String>,
    /// Policies that couldn't apply.
    pub not_applicable: Vec<NotKnown>,
    /// Facts that policies judged without.
    pub not_known: Vec<NotKnown>,
    /// Policies that aren't run.
    pub not_run: Vec<NotRun>,
}

/// Something that a user should hear of besides the findings; goes to stderr and into machine formats.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Whether it is a warning; else a notice.
    pub warning: bool,
    /// What, lower case, one sentence.
    pub message: String,
    /// `file:line` it concerns, if any.
    pub place: Option<String>,
    /// The way out.
    pub help: Option<String>,
}

/// All decisions of a run.
#[derive(Debug, Clone)]
pub struct Report {
    /// Version of portcullis.
    pub version: String,
    /// Digest of the policy set.
    pub policy_set_digest: Digest,
    /// Digest of bindings and exemptions.
    pub bindings_digest: Digest,
    /// The Kubernetes version judged for, `1.37`.
    pub kubernetes_version: String,
    /// `Deny` if any decision denies.
    pub verdict: Verdict,
    /// The process's exit code.
    pub exit_code: u8,
    /// Metadata of every policy that is named anywhere in the report.
    pub policies: BTreeMap<PolicyId, Arc<Policy>>,
    /// Judged objects, sorted by file, document and place.
    pub judged: Vec<Judged>,
    /// Policies that didn't load.
    pub load_problems: Vec<LoadProblem>,
    /// The ledger.
    pub coverage: Coverage,
    /// Unused exemptions and the like.
    pub notices: Vec<Notice>,
}
