//! The certificate that the webhook serves with, and how it is swapped while connections stay open.
//!
//! Never prints the key, and never drops a connection: a handshake takes the certificate of its moment.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{ClientHello, NoServerSessionStorage, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, RootCertStore, ServerConfig};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

use super::{CaCertificate, CryptoError, Validity};

/// A leaf certificate with its intermediates and its key.
pub struct ServingCertificate {
    certified: Arc<CertifiedKey>,
    validity: Validity,
    names: Vec<String>,
}

impl ServingCertificate {
    /// Reads the leaf followed by its intermediates from `chain` and the leaf's private key from `key`, both PEM.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CryptoError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| CryptoError::Certificate)?;
        let leaf = chain.first().ok_or(CryptoError::NoCertificate)?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(leaf).map_err(|_| CryptoError::Certificate)?;
        let validity = Validity::of(&parsed)?;
        let names = names(&parsed)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CryptoError::Key)?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
            .map_err(|error| match error {
                Error::InconsistentKeys(_) => CryptoError::Mismatch,
                _ => CryptoError::Key,
            })?;
        Ok(Self {
            certified: Arc::new(certified),
            validity,
            names,
        })
    }

    /// When the leaf is valid.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The leaf's subject alternative names: DNS names and IP addresses, as written.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a client that trusts `authority` alone accepts this certificate at `now`, whatever the authority's own dates.
    ///
    /// As Go does it for the API server (`crypto/x509`, `Certificate.Verify`), a certificate that is trusted itself is accepted too.
    #[must_use]
    pub fn chains_to(&self, authority: &CaCertificate, now: Timestamp) -> bool {
        let Some((leaf, intermediates)) = self.certified.cert.split_first() else {
            return false;
        };
        if *leaf == authority.der {
            return self.validity.holds(now);
        }
        signed_by(leaf, intermediates, authority, now).is_ok()
    }
}

impl fmt::Debug for ServingCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServingCertificate")
            .field("names", &self.names)
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

fn names(leaf: &X509Certificate<'_>) -> Result<Vec<String>, CryptoError> {
    let extension = leaf.subject_alternative_name();
    let Some(names) = extension.map_err(|_| CryptoError::Certificate)? else {
        return Ok(Vec::new());
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    Ok(names.value.general_names.iter().filter_map(text).collect())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

fn signed_by(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    authority: &CaCertificate,
    now: Timestamp,
) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der.clone())?;
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    verify_server_cert_signed_by_trust_anchor(
        &ParsedCertificate::try_from(leaf)?,
        &roots,
        intermediates,
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .all,
    )
}

/// The certificate in force: each handshake takes the last one set. As long as there is none, handshakes fail.
#[derive(Debug, Default)]
pub struct InForce(ArcSwapOption<ServingCertificate>);

impl InForce {
    /// Serves new connections with `certificate` from now on; open ones go on as they are.
    pub fn set(&self, certificate: Arc<ServingCertificate>) {
        self.0.store(Some(certificate));
    }

    /// The certificate in force.
    #[must_use]
    pub fn current(&self) -> Option<Arc<ServingCertificate>> {
        self.0.load_full()
    }
}

impl ResolvesServerCert for InForce {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.load();
        current.as_ref().map(|one| Arc::clone(&one.certified))
    }
}

/// TLS 1.2 and 1.3 with the certificate in force: HTTP/1.1 only, no client certificates.
///
/// Without session tickets and cache: the API server has none to use, and a ticket costs each handshake a little.
pub fn server_config(in_force: Arc<InForce>) -> Arc<ServerConfig> {
    super::install();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_cert_resolver(in_force);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Arc::new(config)
}

#[cfg(test)]
mod tests;
