//! Tests of bundles: reading, writing, and whom they trust.

use std::time::Duration;

use super::*;
use crate::crypto::Authority;

fn authority(year: i16) -> Authority {
    Authority::generate(new_year(year), Duration::from_hours(365 * 24)).unwrap()
}

fn new_year(year: i16) -> Timestamp {
    format!("{year}-01-01T00:00:00Z").parse().unwrap()
}

fn serving(authority: &Authority, now: Timestamp) -> ServingCertificate {
    let names = ["a.b.svc".to_owned()];
    let issued = authority
        .issue(&names, now, Duration::from_hours(24 * 365))
        .unwrap();
    ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap()
}

#[test]
fn a_bundle_reads_back_what_it_wrote_in_order_and_once() {
    let (old, new) = (authority(2025), authority(2026));
    let text = format!(
        "# the authorities\n{}{}{}",
        new.certificate_pem(),
        old.certificate_pem(),
        new.certificate_pem()
    );
    let bundle = CaBundle::from_pem(text.as_bytes()).unwrap();
    assert_eq!(bundle.iter().count(), 2);
    assert_eq!(
        bundle.to_pem(),
        new.certificate_pem() + &old.certificate_pem()
    );
    assert_eq!(CaBundle::from_pem(bundle.to_pem().as_bytes()), Ok(bundle));
}

#[test]
fn a_bundle_takes_no_key_along() {
    let authority = authority(2026);
    let text = authority.key_pem() + &authority.certificate_pem();
    let bundle = CaBundle::from_pem(text.as_bytes()).unwrap();
    assert!(!bundle.to_pem().contains("KEY"));
}

#[test]
fn text_without_certificates_is_no_bundle() {
    let broken = authority(2026).certificate_pem().replace("MII", "MIJ");
    for (text, expected) in [
        ("", CryptoError::NoCertificate),
        ("no PEM at all", CryptoError::NoCertificate),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n",
            CryptoError::Certificate,
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            CryptoError::Certificate,
        ),
        (&broken, CryptoError::Certificate),
    ] {
        assert_eq!(CaBundle::from_pem(text.as_bytes()), Err(expected), "{text}");
    }
}

#[test]
fn only_an_authority_that_signed_and_is_valid_is_trusted() {
    let (old, new) = (authority(2025), authority(2026));
    let june = new_year(2026) + Duration::from_hours(150 * 24);
    let leaf = serving(&new, june);
    let bundle = |authorities: &[&Authority]| {
        let certificates = authorities.iter().map(|one| one.certificate().clone());
        certificates.collect::<CaBundle>()
    };
    for (authorities, now, expected) in [
        (&[&new][..], june, true),
        (&[&old, &new], june, true),
        (&[&old], june, false),
        (&[], june, false),
        (&[&new], new_year(2028), false),
        (&[&new], new_year(2024), false),
    ] {
        assert_eq!(
            bundle(authorities).trusts(&leaf, now),
            expected,
            "{authorities:?} {now}"
        );
    }
    // A leaf that outlives its authority isn't trusted any longer.
    let expired = serving(&old, new_year(2025));
    assert!(bundle(&[&old]).trusts(&expired, new_year(2025)));
    assert!(!bundle(&[&old]).trusts(&expired, june));
}
