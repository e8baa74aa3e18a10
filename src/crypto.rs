//! Keys and certificates: the one TLS provider, the certificate in force, authorities and the leaves they issue.
//!
//! Never holds a policy or a review, never asks the network or the clock, and never prints a key.

use rustls::crypto::aws_lc_rs;

/// Installs the process's TLS provider; the first call counts, so that every test may make its own.
pub fn install() {
    // An `Err` only says that one is installed already.
    let _ = aws_lc_rs::default_provider().install_default();
}
