//! Keys and certificates: the one TLS provider, the certificate in force, authorities and the leaves they issue.
//!
//! Never holds a policy or a review, never asks the network or the clock, and never prints a key.

mod ca_bundle;
mod error;
mod issue;
mod serving;
mod validity;

pub use ca_bundle::{CaBundle, CaCertificate};
pub use error::CryptoError;
pub use issue::{AUTHORITY_LIFETIME, Authority, Issued, LEAF_LIFETIME, LOCAL_NAMES};
pub use serving::{InForce, ServingCertificate, server_config};
pub use validity::Validity;

use std::time::Duration;

use rustls::crypto::aws_lc_rs;

/// Installs the process's TLS provider; the first call counts, so that every test may make its own.
pub fn install() {
    // An `Err` only says that one is installed already.
    let _ = aws_lc_rs::default_provider().install_default();
}

/// `base` with a random part of up to `share` of it added or taken away, so that replicas don't act in step.
pub fn jitter(base: Duration, share: f64) -> Duration {
    let mut bytes = [0; 4];
    // Without chance the pause is a little shorter than meant; that is all.
    let _ = aws_lc_rs::default_provider().secure_random.fill(&mut bytes);
    let chance = f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX);
    let factor = 1.0 + share * (2.0 * chance - 1.0);
    Duration::try_from_secs_f64(base.as_secs_f64() * factor).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_within_its_share() {
        for _ in 0..1000 {
            let pause = jitter(Duration::from_mins(10), 0.1);
            assert!(pause >= Duration::from_mins(9) && pause <= Duration::from_mins(11));
        }
        assert!(
            jitter(Duration::MAX, 0.1) > Duration::from_hours(1),
            "no overflow"
        );
    }
}
