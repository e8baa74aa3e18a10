//! Tests of authorities and of what they issue.

use super::*;
use crate::crypto::ServingCertificate;

fn now() -> Timestamp {
    "2026-03-01T12:00:00.5Z".parse().unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn parsed<T>(pem: &str, look: impl FnOnce(&X509Certificate<'_>) -> T) -> T {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (_, certificate) = x509_parser::parse_x509_certificate(&der).unwrap();
    look(&certificate)
}

#[test]
fn an_authority_may_sign_leaves_and_nothing_else() {
    let authority = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let validity = authority.certificate().validity();
    assert_eq!(validity.not_before.to_string(), "2026-03-01T11:00:00Z");
    assert_eq!(validity.not_after.to_string(), "2036-02-27T12:00:00Z");
    parsed(&authority.certificate_pem(), |certificate| {
        assert_eq!(certificate.subject().to_string(), "CN=portcullis");
        assert_eq!(certificate.issuer(), certificate.subject());
        let constraints = certificate.basic_constraints().unwrap().unwrap();
        assert!(constraints.critical && constraints.value.ca);
        assert_eq!(constraints.value.path_len_constraint, Some(0));
        let usage = certificate.key_usage().unwrap().unwrap();
        assert!(usage.value.key_cert_sign() && !usage.value.digital_signature());
    });
}

#[test]
fn a_leaf_serves_its_names_for_its_life() {
    let authority = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let issued = authority
        .issue(&names(&LOCAL_NAMES), now(), LEAF_LIFETIME)
        .unwrap();
    parsed(&issued.chain, |leaf| {
        assert_eq!(leaf.subject().to_string(), "CN=portcullis webhook");
        assert!(!leaf.is_ca());
        let extended = leaf.extended_key_usage().unwrap().unwrap();
        assert!(extended.value.server_auth && !extended.value.client_auth);
    });
    let serving =
        ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap();
    assert_eq!(serving.names(), LOCAL_NAMES);
    assert!(serving.chains_to(authority.certificate(), now()));
    assert_eq!(
        serving.validity().not_after.to_string(),
        "2026-05-30T12:00:00Z"
    );
}

#[test]
fn a_leaf_ends_with_its_authority() {
    let authority = Authority::generate(now(), Duration::from_hours(24)).unwrap();
    let issued = authority
        .issue(&names(&["a.b.svc"]), now(), LEAF_LIFETIME)
        .unwrap();
    let serving =
        ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap();
    let end = authority.certificate().validity().not_after;
    assert_eq!(serving.validity().not_after, end);
}

#[test]
fn an_authority_read_back_signs_as_before() {
    let made = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let (certificate, key) = (made.certificate_pem(), made.key_pem());
    let read = Authority::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(read.certificate(), made.certificate());
    let issued = read
        .issue(&names(&["a.b.svc"]), now(), LEAF_LIFETIME)
        .unwrap();
    let serving =
        ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap();
    assert!(serving.chains_to(made.certificate(), now()));
}

#[test]
fn what_is_no_authority_is_refused() {
    let one = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let other = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let leaf = one
        .issue(&names(&["a.b.svc"]), now(), LEAF_LIFETIME)
        .unwrap();
    for (certificate, key, expected) in [
        (
            one.certificate_pem(),
            other.key_pem(),
            CryptoError::Mismatch,
        ),
        (
            leaf.chain.clone(),
            leaf.key.clone(),
            CryptoError::NotAuthority,
        ),
        (String::new(), one.key_pem(), CryptoError::NoCertificate),
        (one.certificate_pem(), String::new(), CryptoError::Key),
        (
            one.certificate_pem(),
            one.certificate_pem(),
            CryptoError::Key,
        ),
        (
            one.certificate_pem().replace("MII", "MIJ"),
            one.key_pem(),
            CryptoError::Certificate,
        ),
    ] {
        let read = Authority::from_pem(certificate.as_bytes(), key.as_bytes());
        assert_eq!(read.unwrap_err(), expected);
    }
}

#[test]
fn a_name_that_no_certificate_can_hold_is_an_error() {
    let authority = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let issued = authority.issue(&names(&["größe.b.svc"]), now(), LEAF_LIFETIME);
    assert!(matches!(issued, Err(CryptoError::Issue(_))));
}

#[test]
fn debug_output_holds_no_key() {
    let authority = Authority::generate(now(), AUTHORITY_LIFETIME).unwrap();
    let issued = authority
        .issue(&names(&["a.b.svc"]), now(), LEAF_LIFETIME)
        .unwrap();
    let serving =
        ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap();
    let printed = format!("{authority:?} {issued:?} {serving:?}");
    for key in [authority.key_pem(), issued.key] {
        let mut lines = key.lines().filter(|line| !line.starts_with("-----"));
        assert!(!lines.any(|line| printed.contains(line)));
    }
    assert!(!printed.contains("PRIVATE"));
}
