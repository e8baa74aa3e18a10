//! The twins of `spans`: sizes of zero, functions without a body.
//!
//! Never reads the environment or the clock.
#![expect(
    clippy::unused_self,
    reason = "the twins of methods that use what they are given"
)]

use std::time::Instant;

use axum::http::{HeaderMap, StatusCode};

use crate::engine::Ran;
use crate::model::{FailureClass, Review};
use crate::webhook::metrics::Outcome;
use crate::webhook::policies::Entry;

/// Where spans go: nowhere, in this build.
#[derive(Debug, Clone, Default)]
pub struct Traces(());

impl Traces {
    /// What the environment asks for is for builds with the feature `otel`.
    #[must_use]
    pub const fn new(_variable: &dyn Fn(&str) -> Option<String>) -> Self {
        Self(())
    }

    /// There is nothing to export.
    pub const fn finish(&self) {}

    pub(in crate::webhook) const fn call(&self, _: Entry, _: &HeaderMap, _: Instant) -> Span {
        Span(())
    }
}

#[derive(Default)]
pub(in crate::webhook) struct Span(());

impl Span {
    pub(in crate::webhook) const fn request(&self, _: &Review, _: &str, _: &str) {}

    pub(in crate::webhook) const fn ended(&self, _: Outcome) {}

    pub(in crate::webhook) const fn answered(&self, _: StatusCode) {}

    pub(in crate::webhook) const fn failed(&self, _: FailureClass) {}

    pub(in crate::webhook) const fn ran(&self, _: &Ran<'_>, _: Instant, _: Instant) {}

    pub(in crate::webhook) const fn end(self) {}

    pub(in crate::webhook) const fn under(&self) -> Under {
        Under(())
    }
}

#[derive(Clone)]
pub(in crate::webhook) struct Under(());

impl Under {
    pub(in crate::webhook) const fn begin(&self, _: &'static str) -> Span {
        Span(())
    }

    pub(in crate::webhook) const fn did(&self, _: &'static str, _: Instant) {}
}
