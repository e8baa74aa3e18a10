//! portcullis: policy-as-code admission and supply-chain checking.
//!
//! A review goes in, a decision comes out. Faces turn their world into the same [`model::Review`]; one pure function judges it;
//! renderers turn the decision into a report.

pub mod config;
pub mod engine;
pub mod model;
pub mod source;
pub mod report;
