//! Decisions as people and machines read them: text, JSON, SARIF, `JUnit`, GitHub, GitLab, Markdown, pages of policies.
//!
//! Pure: takes values of `model`, gives text; never writes anywhere, never reads a clock, never depends on a hash's order.

pub mod admission;
pub mod docs;
mod escape;
mod fingerprint;
#[cfg(test)]
mod fixture;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
mod place;
pub mod sarif;
mod shown;
pub mod tests_report;
pub mod text;

pub use fingerprint::{Fingerprints, fingerprint, set_fingerprints};
