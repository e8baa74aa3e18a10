//! portcullis: policy-as-code admission and supply-chain checking.
//!
//! One sentence: a review goes in, a decision comes out. Faces turn their world into the same [`model::Review`]; one pure function,
//! [`engine::evaluate`], judges it; renderers turn the decision into a report.
//!
//! # Floors, from below
//! | floor | modules | never |
//! |---|---|---|
//! | words | [`model`] | imports anything of ours |
//! | pure | [`source`], [`engine`], [`report`], [`config`] | touch files, clock, threads or the network; import one another |
//! | keys | `crypto` | hold a policy or a review |
//! | shell | [`bundle`], [`evidence`], `cluster` | judge |
//! | making ready | [`setup`] | read a file or a cluster |
//! | faces | [`scan`], [`author`], `webhook` | import one another, print |
//! | command line | [`cli`] | hold anything that a face could need |
//!
//! # The data path
//! ```text
//! POST /validate ─ AdmissionReview ─► Review
//! path ─ walk ─ bytes ─ source::read ─► Review
//! policies/<id>/cases/* ─ source::read ─► Review
//!     set.needs → evidence::Objects::gather → engine::evaluate ─► Decision ─► Report ─► text | json | sarif | junit …, exit code
//! ```
//!
//! # Invariants
//! 1. A failure is never an allow: a policy that denies and can't be evaluated denies, and says so.
//! 2. The same review gives the same decision in every face.
//! 3. Nothing looked at is not success: no files, no policies, an unknown name, an unreadable file have their own exit code.
//! 4. One bad input or policy is one finding or failure, never the end of the run.
//! 5. Nothing opens a socket unless asked.
//! 6. A secret's value is never printed, logged, cached or reported.
//! 7. Output is in a stable order.
//! 8. Every shipped policy proves that it can deny and that it can allow.

pub mod author;
pub mod bundle;
pub mod cli;
#[cfg(feature = "webhook")]
pub mod cluster;
pub mod config;
#[cfg(feature = "webhook")]
pub mod crypto;
pub mod engine;
pub mod evidence;
pub mod model;
pub mod report;
pub mod scan;
pub mod setup;
pub mod source;
#[cfg(feature = "webhook")]
pub mod webhook;
