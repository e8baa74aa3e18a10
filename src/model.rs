//! The words of portcullis as types: what every floor above speaks in.
//!
//! Imports nothing of ours, does no IO, reads no clock.

mod binding;
mod decision;
mod evidence;
mod image;
mod load;
mod object;
mod path;
mod policy;
mod report;
mod review;
mod span;
mod test_report;
mod version;

pub(crate) use binding::glob;
pub use binding::{
    Binding, Exemption, ExemptionMatch, ExistingViolations, InlineMode, LabelRequirement,
    LabelSelector, Match, PolicyPattern, RequirementOperator,
};
pub use decision::{
    Decision, ExemptionUse, Failure, FailureClass, Finding, Location, NotApplicable, PolicyPlace,
    Related, Status, Verdict,
};
pub use evidence::{Evidence, Fact, FactName, FactPlace, KnownFact, Needs, Why};
pub use image::ImageReference;
pub use load::LoadProblem;
pub use object::{Memo, Object};
pub use path::{Path, PathElement};
pub use policy::{
    Confidence, Digest, Enforcement, KindPattern, ParsePolicyIdError, Policy, PolicyId, Reference,
    RelatedResource, Scope, Severity,
};
pub use report::{
    Coverage, Judged, NotKnown, NotRun, Notice, Report, SkipReason, Skipped, Unreadable,
};
pub use review::{
    ExpandedFrom, FileOrigin, GroupVersionKind, GroupVersionResource, InlineExemption, Operation,
    Origin, PodTemplate, Resource, Review,
};
pub use span::{
    Comment, Document, Located, Place, SourceText, Span, SpanNode, Spans, SyntaxError, YamlReader,
};
pub use test_report::{TestKind, TestReport, TestResult, TestStatus, TestedPackage};
pub use version::{KubernetesVersion, ParseVersionError};
