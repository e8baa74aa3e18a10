//! What people write to steer a run: configuration, profiles, exemptions, baselines, and the sidecars of cases.
//!
//! Loaded documents go in, words of `model` come out. Never opens a file, and never stops at the first mistake: all of a document's
//! mistakes are named, each with its place.

pub mod baseline;
pub mod case;
mod error;
mod exemptions;
pub mod expected;
mod fail_on;
mod file;
#[cfg(test)]
mod fixture;
mod matches;
mod merged;
mod nearest;
mod profiles;
mod reader;
mod resolve;
pub mod schema;

pub use error::{At, ConfigError, Placed};
pub use exemptions::{EXPIRY_NOTICE_DAYS, exemptions, expired, expiring, expiry_notices};
pub use fail_on::FailOn;
pub use file::{Config, DEFAULT_EXEMPTION_MAX_DAYS, PolicyEntry, read};
pub use merged::merged;
pub use profiles::{Profile, ProfileBinding, Profiles, profiles};
pub use resolve::{DEFAULT_PROFILE, Resolve, Resolved, resolve};

#[cfg(test)]
mod tests;
