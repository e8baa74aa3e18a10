//! Certificates of authorities: what a client of ours must trust (`ca.crt`, `caBundle`).
//!
//! Never holds a key, and never judges by today's date unless it is handed in.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::{CryptoError, ServingCertificate, Validity};

/// One authority's certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct CaCertificate {
    pub(super) der: CertificateDer<'static>,
    validity: Validity,
}

impl CaCertificate {
    pub(super) fn from_der(der: CertificateDer<'static>) -> Result<Self, CryptoError> {
        let (_, parsed) =
            x509_parser::parse_x509_certificate(&der).map_err(|_| CryptoError::Certificate)?;
        let validity = Validity::of(&parsed)?;
        Ok(Self { der, validity })
    }

    /// When it is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }
}

impl fmt::Debug for CaCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.validity.fmt(formatter)
    }
}

/// Certificates of authorities in order, each once. Nothing chains to an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaBundle(Vec<CaCertificate>);

impl CaBundle {
    /// Reads the certificates of a PEM text; what stands there beside them is left out. A text without any is an error.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CryptoError> {
        let mut bundle = Self::default();
        for der in CertificateDer::pem_slice_iter(pem) {
            bundle.push(CaCertificate::from_der(
                der.map_err(|_| CryptoError::Certificate)?,
            )?);
        }
        if bundle.is_empty() {
            return Err(CryptoError::NoCertificate);
        }
        Ok(bundle)
    }

    /// The certificates as PEM: two equal bundles give equal text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.0.iter().map(|one| pem(&one.der)).collect()
    }

    /// Adds `certificate` at the end, unless it is there.
    pub fn push(&mut self, certificate: CaCertificate) {
        if !self.contains(&certificate) {
            self.0.push(certificate);
        }
    }

    /// Whether `certificate` is in it.
    #[must_use]
    pub fn contains(&self, certificate: &CaCertificate) -> bool {
        self.0.contains(certificate)
    }

    /// Whether it holds no certificate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The certificates, in order.
    pub fn iter(&self) -> impl Iterator<Item = &CaCertificate> {
        self.0.iter()
    }

    /// Whether a client that trusts this bundle accepts `serving` at `now`: one of the certificates that are valid then signed it.
    #[must_use]
    pub fn trusts(&self, serving: &ServingCertificate, now: Timestamp) -> bool {
        self.iter()
            .filter(|authority| authority.validity.holds(now))
            .any(|authority| serving.chains_to(authority, now))
    }
}

impl FromIterator<CaCertificate> for CaBundle {
    fn from_iter<I: IntoIterator<Item = CaCertificate>>(certificates: I) -> Self {
        let mut bundle = Self::default();
        for certificate in certificates {
            bundle.push(certificate);
        }
        bundle
    }
}

/// RFC 7468: 64 characters a line.
fn pem(der: &[u8]) -> String {
    let body: String = der
        .chunks(48)
        .map(|line| STANDARD.encode(line) + "\n")
        .collect();
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

#[cfg(test)]
mod tests;
