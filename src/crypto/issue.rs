//! An authority of our own, and the leaves it issues.
//!
//! Never keeps a leaf's key, never prints any, and asks neither clock nor disk.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;

use super::{CaBundle, CaCertificate, CryptoError, Validity};

/// How long an authority lives: ten years of 365 days.
pub const AUTHORITY_LIFETIME: Duration = Duration::from_hours(3650 * 24);

/// How long a leaf lives: 90 days.
pub const LEAF_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// The names of this machine, for a webhook without a cluster.
pub const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

const AUTHORITY_NAME: &str = "portcullis";

/// Another name than the authority's: a leaf whose subject is its issuer's looks self-signed to OpenSSL.
const LEAF_NAME: &str = "portcullis webhook";

/// An authority: its certificate and the key to sign with.
pub struct Authority {
    certificate: CaCertificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new one (P-256, self-signed) that lives for `lifetime` from `now` on.
    pub fn generate(now: Timestamp, lifetime: Duration) -> Result<Self, CryptoError> {
        let key = KeyPair::generate().map_err(CryptoError::Issue)?;
        let mut params = params(Validity::starting(now, lifetime)?, AUTHORITY_NAME, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).map_err(CryptoError::Issue)?;
        Ok(Self {
            certificate: CaCertificate::from_der(certificate.into())?,
            issuer: Issuer::new(params, key),
        })
    }

    /// Reads one back from PEM; certificate and key must be a pair, and the certificate an authority's.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CryptoError> {
        let der = match CertificateDer::pem_slice_iter(certificate).next() {
            None => return Err(CryptoError::NoCertificate),
            Some(read) => read.map_err(|_| CryptoError::Certificate)?,
        };
        let key = std::str::from_utf8(key).map_err(|_| CryptoError::Key)?;
        let key = KeyPair::from_pem(key).map_err(|_| CryptoError::Key)?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(&der).map_err(|_| CryptoError::Certificate)?;
        if !may_sign(&parsed) {
            return Err(CryptoError::NotAuthority);
        }
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(CryptoError::Mismatch);
        }
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|_| CryptoError::Certificate)?;
        Ok(Self {
            certificate: CaCertificate::from_der(der)?,
            issuer,
        })
    }

    /// The certificate, to be trusted.
    #[must_use]
    pub fn certificate(&self) -> &CaCertificate {
        &self.certificate
    }

    /// The certificate as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        CaBundle::from_iter([self.certificate.clone()]).to_pem()
    }

    /// The private key as PEM: a secret.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// Issues a leaf (P-256, for servers) for DNS names and IP addresses, that lives for `lifetime`, never longer than the authority.
    pub fn issue(
        &self,
        names: &[String],
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Issued, CryptoError> {
        let mut validity = Validity::starting(now, lifetime)?;
        validity.not_after = validity
            .not_after
            .min(self.certificate.validity().not_after);
        let mut params = params(validity, LEAF_NAME, names)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(CryptoError::Issue)?;
        let leaf = params
            .signed_by(&key, &self.issuer)
            .map_err(CryptoError::Issue)?;
        Ok(Issued {
            chain: leaf.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// A leaf just issued, as PEM.
pub struct Issued {
    /// The leaf's certificate; no intermediates.
    pub chain: String,
    /// Its private key: a secret.
    pub key: String,
}

impl fmt::Debug for Issued {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Issued")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

fn params(
    validity: Validity,
    common_name: &str,
    names: &[String],
) -> Result<CertificateParams, CryptoError> {
    let mut params = CertificateParams::new(names).map_err(CryptoError::Issue)?;
    let seconds = |time: Timestamp| u64::try_from(time.as_second()).map(Duration::from_secs);
    let not_before = seconds(validity.not_before).map_err(|_| CryptoError::Date)?;
    let not_after = seconds(validity.not_after).map_err(|_| CryptoError::Date)?;
    // rcgen's time type has no other door here; both sums stay below the year 10000, as jiff's times do.
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + not_before;
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + not_after;
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    Ok(params)
}

fn may_sign(certificate: &X509Certificate<'_>) -> bool {
    let usage = certificate.key_usage();
    certificate.is_ca()
        && usage.is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()))
}

#[cfg(test)]
mod tests;
