//! Tests of the certificate in force, by TLS handshakes in memory at a fixed time.

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion, ServerConnection,
    SupportedProtocolVersion,
};

use super::*;
use crate::crypto::{Authority, Issued};

const HOUR: Duration = Duration::from_hours(1);

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn authority() -> Authority {
    Authority::generate(now(), HOUR * 1000).unwrap()
}

fn issue(authority: &Authority, name: &str) -> Issued {
    let names = [name.to_owned()];
    authority.issue(&names, now(), HOUR * 100).unwrap()
}

fn serving(issued: &Issued) -> Arc<ServingCertificate> {
    let read = ServingCertificate::from_pem(issued.chain.as_bytes(), issued.key.as_bytes());
    Arc::new(read.unwrap())
}

#[derive(Debug)]
struct Noon;

impl TimeProvider for Noon {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(now().as_second()).unwrap();
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

fn client(
    authority: &Authority,
    version: &'static SupportedProtocolVersion,
    protocols: &[&str],
) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().der.clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(Noon))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(16);
    let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
    config.alpn_protocols = protocols.collect();
    Arc::new(config)
}

struct Pair(ClientConnection, ServerConnection);

impl Pair {
    fn shake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Result<Self, Error> {
        let name = ServerName::try_from("a.b.svc").unwrap();
        let client = ClientConnection::new(Arc::clone(client), name).unwrap();
        let server = ServerConnection::new(Arc::clone(server)).unwrap();
        let mut pair = Self(client, server);
        pair.exchange()?;
        Ok(pair)
    }

    /// Carries all that both sides have to say.
    fn exchange(&mut self) -> Result<(), Error> {
        let Self(client, server) = self;
        while client.wants_write() || server.wants_write() {
            let mut wire = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut wire).unwrap();
            }
            server.read_tls(&mut wire.as_slice()).unwrap();
            server.process_new_packets()?;
            let mut wire = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut wire).unwrap();
            }
            if !wire.is_empty() {
                client.read_tls(&mut wire.as_slice()).unwrap();
                client.process_new_packets()?;
            }
        }
        Ok(())
    }

    fn presented(&self) -> &CertificateDer<'static> {
        self.0.peer_certificates().unwrap().first().unwrap()
    }
}

#[test]
fn both_versions_of_tls_are_served_over_http_1_1_alone() {
    let authority = authority();
    let in_force = Arc::new(InForce::default());
    in_force.set(serving(&issue(&authority, "a.b.svc")));
    let server = server_config(in_force);
    for (version, expected) in [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let client = client(&authority, version, &["h2", "http/1.1"]);
        let pair = Pair::shake(&client, &server).unwrap();
        assert_eq!(pair.0.protocol_version(), Some(expected));
        assert_eq!(pair.0.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
    let only_h2 = client(&authority, &TLS13, &["h2"]);
    assert!(Pair::shake(&only_h2, &server).is_err());
}

#[test]
fn no_session_is_resumed() {
    let authority = authority();
    let in_force = Arc::new(InForce::default());
    in_force.set(serving(&issue(&authority, "a.b.svc")));
    let server = server_config(in_force);
    for version in [&TLS12, &TLS13] {
        let client = client(&authority, version, &[]);
        for _ in 0..2 {
            let pair = Pair::shake(&client, &server).unwrap();
            assert_eq!(pair.0.handshake_kind(), Some(HandshakeKind::Full));
            assert_eq!(pair.0.tls13_tickets_received(), 0);
        }
    }
}

#[test]
fn a_new_certificate_serves_new_connections_and_leaves_open_ones_alone() {
    let authority = authority();
    let in_force = Arc::new(InForce::default());
    let server = server_config(Arc::clone(&in_force));
    let client = client(&authority, &TLS13, &[]);
    assert!(Pair::shake(&client, &server).is_err(), "none is in force");

    let (first, second) = (issue(&authority, "a.b.svc"), issue(&authority, "a.b.svc"));
    in_force.set(serving(&first));
    let mut open = Pair::shake(&client, &server).unwrap();
    in_force.set(serving(&second));
    let new = Pair::shake(&client, &server).unwrap();
    assert_ne!(open.presented(), new.presented());
    std::io::Write::write_all(&mut open.0.writer(), b"still here").unwrap();
    open.exchange().unwrap();
    let mut heard = [0; 10];
    std::io::Read::read_exact(&mut open.1.reader(), &mut heard).unwrap();
    assert_eq!(&heard, b"still here");
}

#[test]
fn a_client_that_trusts_another_authority_refuses() {
    let (one, other) = (authority(), authority());
    let in_force = Arc::new(InForce::default());
    in_force.set(serving(&issue(&one, "a.b.svc")));
    let server = server_config(in_force);
    assert!(Pair::shake(&client(&one, &TLS13, &[]), &server).is_ok());
    assert!(Pair::shake(&client(&other, &TLS13, &[]), &server).is_err());
}

#[test]
fn a_certificate_knows_its_names_and_dates() {
    let authority = authority();
    let certificate = serving(&issue(&authority, "a.b.svc"));
    assert_eq!(certificate.names(), ["a.b.svc"]);
    assert_eq!(certificate.validity().not_before, now() - HOUR);
    assert_eq!(certificate.validity().not_after, now() + HOUR * 100);
}

fn cut(pem: &str) -> &str {
    pem.split_at(60).0
}

#[test]
fn a_broken_pair_is_refused_by_its_fault() {
    let authority = authority();
    let (one, other) = (issue(&authority, "a.b.svc"), issue(&authority, "a.b.svc"));
    for (chain, key, expected) in [
        (
            one.chain.as_str(),
            other.key.as_str(),
            CryptoError::Mismatch,
        ),
        ("", &one.key, CryptoError::NoCertificate),
        (&one.key, &one.key, CryptoError::NoCertificate),
        (
            &one.chain.replace("MII", "MIJ"),
            &one.key,
            CryptoError::Certificate,
        ),
        (cut(&one.chain), &one.key, CryptoError::Certificate),
        (&one.chain, "", CryptoError::Key),
        (&one.chain, cut(&one.key), CryptoError::Key),
    ] {
        let read = ServingCertificate::from_pem(chain.as_bytes(), key.as_bytes());
        assert_eq!(read.unwrap_err(), expected);
    }
}

#[test]
fn a_certificate_trusted_by_itself_chains_to_itself() {
    let authority = authority();
    let (certificate, key) = (authority.certificate_pem(), authority.key_pem());
    let itself = ServingCertificate::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    assert!(itself.chains_to(authority.certificate(), now()));
    assert!(!itself.chains_to(authority.certificate(), now() + HOUR * 2000));
}

#[test]
fn an_expired_leaf_chains_to_nothing() {
    let authority = authority();
    let certificate = serving(&issue(&authority, "a.b.svc"));
    for (hours, expected) in [(0, true), (99, true), (101, false)] {
        let then = now() + HOUR * hours;
        assert_eq!(
            certificate.chains_to(authority.certificate(), then),
            expected,
            "{hours}"
        );
    }
}
