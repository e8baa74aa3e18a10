//! Spans of a call for OpenTelemetry: with the feature `otel` real ones, without it twins that are nothing and do nothing.
//!
//! Never names an object or holds what is in it, and never makes a call wait: what can't be exported in time is lost, and counted.

#[cfg(feature = "otel")]
mod export;
#[cfg(feature = "otel")]
mod spans;
#[cfg(feature = "otel")]
pub use spans::Traces;
#[cfg(feature = "otel")]
pub(super) use spans::{Span, Under};

#[cfg(not(feature = "otel"))]
mod nothing;
#[cfg(not(feature = "otel"))]
pub use nothing::Traces;
#[cfg(not(feature = "otel"))]
pub(super) use nothing::{Span, Under};
