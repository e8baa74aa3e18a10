//! A caller as an API server is one: it trusts what is registered and asks for the Service's name.
//!
//! Never keeps a connection: each call shows what a new one meets.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use super::installed::Installed;

const LIMIT: Duration = Duration::from_secs(10);

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Whoever trusts the authorities that were registered when it was made.
pub(super) struct Caller {
    config: Arc<ClientConfig>,
    /// The authorities, as DER.
    pub(super) authorities: Vec<Vec<u8>>,
}

impl Caller {
    /// By what is registered now; `None`: nothing is.
    pub(super) async fn of(installed: &Installed) -> Option<Self> {
        let webhooks = installed.webhooks().await;
        let bundle = webhooks.first()?.client_config.ca_bundle.clone()?;
        let same = |other: &_| other == &Some(bundle.clone());
        let mut others = webhooks.iter();
        assert!(others.all(|webhook| same(&webhook.client_config.ca_bundle)));
        Some(Self::trusting(&bundle.0))
    }

    fn trusting(pem: &[u8]) -> Self {
        let read = CertificateDer::pem_slice_iter(pem);
        let authorities: Vec<_> = read.map(Result::unwrap).collect();
        let mut roots = RootCertStore::empty();
        for authority in &authorities {
            roots.add(authority.clone()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Self {
            config: Arc::new(config),
            authorities: authorities.iter().map(|one| one.to_vec()).collect(),
        }
    }

    /// Shakes hands; the leaf that is shown.
    pub(super) fn leaf(&self, replica: SocketAddr) -> io::Result<Vec<u8>> {
        let stream = self.connect(replica)?;
        let chain = stream.conn.peer_certificates().unwrap_or_default();
        Ok(chain.first().map(|leaf| leaf.to_vec()).unwrap_or_default())
    }

    /// The `response` to a create of `object` in `namespace`, asked of `enforce`.
    pub(super) fn judge(
        &self,
        replica: SocketAddr,
        namespace: &str,
        object: &Value,
    ) -> io::Result<Value> {
        let kind = object["kind"].as_str().unwrap();
        let kind = json!({"group": "", "version": "v1", "kind": kind});
        let resource = json!({"group": "", "version": "v1", "resource": "any"});
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "a", "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource,
            "name": object["metadata"]["name"], "namespace": namespace, "operation": "CREATE",
            "userInfo": {"username": "alice"}, "object": object, "oldObject": null, "dryRun": true,
        }});
        let body = review.to_string();
        let mut stream = self.connect(replica)?;
        let head = format!(
            "POST /validate/enforce?timeout=5s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        let answer: Value = serde_json::from_str(body).map_err(io::Error::other)?;
        Ok(answer["response"].clone())
    }

    fn connect(&self, replica: SocketAddr) -> io::Result<Stream> {
        let name = "portcullis.portcullis.svc".try_into().unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.config), name);
        let mut connection = connection.map_err(io::Error::other)?;
        let mut socket = TcpStream::connect(replica)?;
        socket.set_read_timeout(Some(LIMIT))?;
        socket.set_write_timeout(Some(LIMIT))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(StreamOwned::new(connection, socket))
    }
}
