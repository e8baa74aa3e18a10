//! The certificates and keys of a control plane: P-256, as PEM files in its folder.
//!
//! Never asks the clock: they are valid at any time.

use std::fs;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// Writes an authority (`ca.crt`), the API server's leaf and an administrator's (`server`, `admin`; `.crt` and `.key`), and the
/// key pair of service account tokens (`tokens.key`, `tokens.pub`).
pub(crate) fn write(folder: &Path) {
    let mut authority = parameters("control-plane", &[]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
    fs::write(folder.join("ca.crt"), authority.pem()).unwrap();

    let mut server = parameters("kube-apiserver", &["127.0.0.1", "localhost"]);
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf(folder, "server", &server, &authority);

    let mut admin = parameters("admin", &[]);
    admin
        .distinguished_name
        .push(DnType::OrganizationName, "system:masters");
    admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    leaf(folder, "admin", &admin, &authority);

    let tokens = KeyPair::generate().unwrap();
    fs::write(folder.join("tokens.key"), tokens.serialize_pem()).unwrap();
    fs::write(folder.join("tokens.pub"), tokens.public_key_pem()).unwrap();
}

fn parameters(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    let mut parameters = CertificateParams::new(hosts).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn leaf(
    folder: &Path,
    name: &str,
    parameters: &CertificateParams,
    authority: &CertifiedIssuer<KeyPair>,
) {
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.signed_by(&key, authority).unwrap();
    fs::write(folder.join(format!("{name}.crt")), certificate.pem()).unwrap();
    fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}
