//! Exemptions: those of the configuration and those written as comments, both judged against `now`.
//!
//! Never lifts what it isn't sure to name: an absent namespace or file matches none that asks for one.

use globset::{GlobBuilder, GlobMatcher};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::matches::namespace;
use crate::model::{
    Exemption, ExemptionUse, Finding, GroupVersionKind, InlineExemption, InlineMode, KindPattern,
    Origin, Review, Severity, Status, glob,
};

/// Exemptions made ready: their globs are compiled once.
pub(in crate::engine) struct Exemptions {
    all: Vec<Exemption>,
    /// The globs of `paths`, by position; `None` stands for one that no file can fit.
    paths: Vec<Vec<Option<GlobMatcher>>>,
    inline: InlineMode,
}

impl Exemptions {
    /// Compiles the globs of `all`.
    pub(in crate::engine) fn new(all: Vec<Exemption>, inline: InlineMode) -> Self {
        let paths = all
            .iter()
            .map(|exemption| {
                exemption
                    .matches
                    .paths
                    .iter()
                    .map(|glob| matcher(glob))
                    .collect()
            })
            .collect();
        Self { all, paths, inline }
    }

    /// The exemptions as they were given.
    pub(in crate::engine) fn all(&self) -> &[Exemption] {
        &self.all
    }

    /// Lifts `finding` if an exemption in force names it.
    pub(in crate::engine) fn lift(&self, finding: &mut Finding, review: &Review, now: Timestamp) {
        let today = now.to_zoned(TimeZone::UTC).date();
        let exemption = self
            .configured(finding, review, today)
            .or_else(|| self.commented(finding, review, today));
        if exemption.is_some() {
            finding.status = Status::Exempt;
            finding.exemption = exemption;
        }
    }

    fn configured(&self, finding: &Finding, review: &Review, today: Date) -> Option<ExemptionUse> {
        let candidates = self.all.iter().zip(&self.paths).enumerate();
        candidates
            .filter(|(_, (exemption, _))| exemption.expires >= today)
            .find(|(_, (exemption, paths))| names(exemption, paths, finding, review))
            .map(|(index, (exemption, _))| ExemptionUse {
                file: exemption.file.clone(),
                line: exemption.line,
                inline: false,
                reason: exemption.reason.clone(),
                owner: Some(exemption.owner.clone()),
                expires: Some(exemption.expires),
                index: Some(index),
            })
    }

    fn commented(&self, finding: &Finding, review: &Review, today: Date) -> Option<ExemptionUse> {
        let allowed = match self.inline {
            InlineMode::Allow => true,
            InlineMode::LowOnly => finding.severity == Severity::Low,
            InlineMode::Deny => false,
        };
        let Origin::File(file) = &review.origin else {
            return None;
        };
        let line = finding
            .location
            .as_ref()
            .map(|location| location.place.line);
        let fits = |comment: &&InlineExemption| {
            let mut policies = comment.policies.iter();
            allowed
                && comment.until.is_none_or(|until| until >= today)
                && comment.line.is_none_or(|own| line == Some(own))
                && policies.any(|pattern| pattern.matches(&finding.policy))
        };
        let source = &file.document.source;
        file.inline.iter().find(fits).map(|comment| ExemptionUse {
            file: source.name().to_owned(),
            line: source.place(comment.span).line,
            inline: true,
            reason: comment.reason.clone(),
            owner: comment.owner.clone(),
            expires: comment.until,
            index: None,
        })
    }
}

/// All parts of an exemption's match; an empty part always holds.
fn names(
    exemption: &Exemption,
    paths: &[Option<GlobMatcher>],
    finding: &Finding,
    review: &Review,
) -> bool {
    let matches = &exemption.matches;
    let any = |globs: &[String], text: &str| globs.iter().any(|pattern| glob(pattern, text));
    let file = review.origin.source().map(|source| source.name());
    let namespace = namespace(review);
    exemption.policy.matches(&finding.policy)
        && (paths.is_empty() || file.is_some_and(|file| fits(paths, file)))
        && (matches.kinds.is_empty() || of_kind(&matches.kinds, &review.kind))
        && (matches.namespaces.is_empty()
            || (!namespace.is_empty() && any(&matches.namespaces, namespace)))
        && (matches.names.is_empty() || any(&matches.names, &review.name))
        && matches
            .path
            .as_ref()
            .is_none_or(|path| finding.path.starts_with(path))
}

fn fits(paths: &[Option<GlobMatcher>], file: &str) -> bool {
    let file = file.trim_start_matches("./");
    paths.iter().flatten().any(|path| path.is_match(file))
}

/// A bare name is that kind in any group.
fn of_kind(kinds: &[String], kind: &GroupVersionKind) -> bool {
    kinds.iter().any(|name| match KindPattern::parse(name) {
        Some(pattern) if name.contains('/') => pattern.matches(kind),
        _ => name == "*" || *name == kind.kind,
    })
}

/// `*` stays within a folder, `**` doesn't, as in `.gitignore`.
fn matcher(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(true)
        .build()
        .ok()
        .map(|glob| glob.compile_matcher())
}
