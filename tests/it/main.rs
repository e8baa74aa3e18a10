//! The integration tests, in one binary: the product as its users meet it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads its fixtures"
)]

mod architecture;
mod bad_input;
#[cfg(feature = "webhook")]
mod chart;
mod cli;
#[cfg(feature = "webhook")]
mod control_plane;
mod corpora;
mod cross_object;
mod docs;
#[cfg(feature = "webhook")]
mod e2e;
mod formats;
mod fuzz;
mod metadata;
mod policies;
mod project;
mod require;
mod shapes;
#[cfg(feature = "webhook")]
mod webhook;
