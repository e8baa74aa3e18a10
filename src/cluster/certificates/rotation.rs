//! What is to be done next with the certificates: the state machine of renewal and rotation.
//!
//! Never does it, and never asks a clock. A new authority is published beside the old one first; its leaf comes when API servers have
//! shown for a while that they trust it; the old one goes a day later.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::crypto::{Authority, CaBundle, CryptoError, ServingCertificate};

use super::CertificateTimings;
use super::state::{Live, State};

/// One step: a write to one Secret, or a pause.
#[derive(Debug)]
pub(super) enum Action<'a> {
    /// Make an authority; whoever signed the leaf stays trusted.
    NewAuthority(Reason),
    /// Issue a leaf.
    Issue(&'a Authority, Reason),
    /// Publish the bundle that the authority needs.
    Announce(&'a Authority),
    /// Note that the live configuration shows the authority from now on.
    MarkShown,
    /// Note that it doesn't any longer.
    ClearShown,
    /// Note that the leaf is the authority's from now on.
    MarkSwitched,
    /// Forget earlier authorities.
    DropPrevious,
    /// Look again after this long.
    Wait(Duration),
}

/// Why an authority or a leaf is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// There is none.
    Missing,
    /// What is there can't be used.
    Broken(CryptoError),
    /// It has expired, or isn't valid yet.
    OutOfDate,
    /// It lacks the name that API servers ask for.
    Names,
    /// No authority of ours signed it.
    Foreign,
    /// Two thirds of its life are over.
    Due,
    /// Its authority is replaced.
    Rotation,
}

/// What to do at `now`, for a leaf that holds `names`; the first of them is the one that API servers ask for.
pub(super) fn next<'a>(
    state: &'a State,
    names: &[String],
    now: Timestamp,
    timings: &CertificateTimings,
) -> Action<'a> {
    let authority = match authority(state, now) {
        Ok(authority) => authority,
        Err(reason) => return Action::NewAuthority(reason),
    };
    let serving = match serving(state, authority, names, now) {
        Ok(serving) => serving,
        Err(reason) => return Action::Issue(authority, reason),
    };
    if state.bundle != state.wanted_bundle(authority) {
        return Action::Announce(authority);
    }
    if !serving.chains_to(authority.certificate(), now) {
        return switch(state, authority, now, timings);
    }
    let leaf_due = serving.validity().renewal();
    if now >= leaf_due {
        return Action::Issue(authority, Reason::Due);
    }
    if !state.previous.is_empty() {
        return retire(state, now, timings);
    }
    let authority_due = authority.certificate().validity().renewal();
    if now >= authority_due {
        return Action::NewAuthority(Reason::Due);
    }
    Action::Wait(between(now, leaf_due.min(authority_due)))
}

/// The authority, if it can sign.
fn authority(state: &State, now: Timestamp) -> Result<&Authority, Reason> {
    match &state.authority {
        None => Err(Reason::Missing),
        Some(Err(error)) => Err(Reason::Broken(error.clone())),
        Some(Ok(one)) if !one.certificate().validity().holds(now) => Err(Reason::OutOfDate),
        Some(Ok(one)) => Ok(one),
    }
}

/// The leaf, if API servers accept it once they trust what we publish.
fn serving<'a>(
    state: &'a State,
    authority: &Authority,
    names: &[String],
    now: Timestamp,
) -> Result<&'a ServingCertificate, Reason> {
    let serving = match &state.serving {
        None => return Err(Reason::Missing),
        Some(Err(error)) => return Err(Reason::Broken(error.clone())),
        Some(Ok(serving)) => serving,
    };
    if !serving.validity().holds(now) {
        return Err(Reason::OutOfDate);
    }
    let asked = names.first();
    if asked.is_some_and(|name| !serving.names().contains(name)) {
        return Err(Reason::Names);
    }
    if !state.wanted_bundle(authority).trusts(serving, now) {
        return Err(Reason::Foreign);
    }
    Ok(serving)
}

/// The authority is published, the leaf is an earlier one's: wait until API servers trust the authority.
fn switch<'a>(
    state: &State,
    authority: &'a Authority,
    now: Timestamp,
    timings: &CertificateTimings,
) -> Action<'a> {
    let Live::Bundles(bundles) = &state.live else {
        return Action::Wait(timings.settle);
    };
    if bundles.is_empty() {
        return Action::Issue(authority, Reason::Rotation);
    }
    let shown = |bundle: &CaBundle| bundle.contains(authority.certificate());
    if !bundles.iter().all(shown) {
        return match state.shown_since {
            Some(_) => Action::ClearShown,
            None => Action::Wait(timings.settle),
        };
    }
    match rest(state.shown_since, now, timings.settle) {
        None => Action::MarkShown,
        Some(Duration::ZERO) => Action::Issue(authority, Reason::Rotation),
        Some(rest) => Action::Wait(rest),
    }
}

/// The leaf is the authority's, and earlier ones are trusted still.
fn retire<'a>(state: &State, now: Timestamp, timings: &CertificateTimings) -> Action<'a> {
    match rest(state.switched_at, now, timings.overlap) {
        None => Action::MarkSwitched,
        Some(Duration::ZERO) => Action::DropPrevious,
        Some(rest) => Action::Wait(rest),
    }
}

/// What is left of `span` since a time; `None` if there is no such time, or it lies in the future: then a clock was wrong.
fn rest(since: Option<Timestamp>, now: Timestamp, span: Duration) -> Option<Duration> {
    let since = since.filter(|since| *since <= now)?;
    Some(span.saturating_sub(between(since, now)))
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

impl Action<'_> {
    /// Says what was written, and loudly if something was wrong with what stood there.
    pub(super) fn log(&self, secret: &str) {
        match self {
            Self::NewAuthority(reason) | Self::Issue(_, reason) if reason.is_fault() => {
                tracing::warn!(secret, "replaced what couldn't be used: {self}");
            }
            _ => tracing::info!(secret, "wrote: {self}"),
        }
    }
}

impl Reason {
    fn is_fault(&self) -> bool {
        !matches!(self, Self::Missing | Self::Due | Self::Rotation)
    }
}

impl fmt::Display for Action<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewAuthority(reason) => write!(formatter, "new authority: {reason}"),
            Self::Issue(_, reason) => write!(formatter, "new leaf: {reason}"),
            Self::Announce(_) => formatter.write_str("bundle for the authority"),
            Self::MarkShown => formatter.write_str("API servers trust the authority"),
            Self::ClearShown => formatter.write_str("API servers no longer trust the authority"),
            Self::MarkSwitched => formatter.write_str("the leaf is the authority's"),
            Self::DropPrevious => formatter.write_str("earlier authorities dropped"),
            Self::Wait(pause) => write!(formatter, "wait {} s", pause.as_secs()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Missing => "there is none",
            Self::Broken(error) => return error.fmt(formatter),
            Self::OutOfDate => "expired, or not valid yet",
            Self::Names => "it lacks the service's name",
            Self::Foreign => "no authority of ours signed it",
            Self::Due => "two thirds of its life are over",
            Self::Rotation => "its authority is replaced",
        })
    }
}

#[cfg(test)]
mod tests;
