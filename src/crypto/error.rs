//! Why certificates and keys can't be read or made.
//!
//! Never cites what was read: a part of a key could stand in it.

/// Why a certificate or a key can't be used. Reading errors are the fault of whoever wrote the text, `Issue` of the names asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The text holds no certificate.
    #[error("no certificate in PEM form")]
    NoCertificate,
    /// A certificate is there and can't be read.
    #[error("a certificate that isn't PEM of X.509")]
    Certificate,
    /// The text holds no private key that can be read; an encrypted one can't.
    #[error("no private key in PEM form that can be read")]
    Key,
    /// Certificate and key aren't a pair.
    #[error("the private key doesn't belong to the certificate")]
    Mismatch,
    /// The certificate may not sign others.
    #[error("the certificate isn't an authority's")]
    NotAuthority,
    /// A date that lies out of what certificates can hold.
    #[error("a date out of range")]
    Date,
    /// A certificate can't be made, most likely for its names.
    #[error("certificate can't be issued")]
    Issue(#[source] rcgen::Error),
}
