//! An HTTP/1.1 client over TLS that sends what it is told, byte by byte if need be, and shows what comes back.
//!
//! Never repairs a request and never hides an answer: a test sees status, head and body, or that the connection has ended.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};

/// Longer than anything that a server may take; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where a server listens, and whom its certificate is from.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    tls: Arc<ClientConfig>,
}

/// An open connection.
pub(crate) struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
    /// Bytes that came after the last answer.
    read: Vec<u8>,
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Target {
    /// A server whose certificate `authority` (PEM) has issued.
    pub(crate) fn new(address: SocketAddr, authority: &str) -> Self {
        Self::speaking(address, authority, rustls::DEFAULT_VERSIONS)
    }

    /// The same, seen by a caller that speaks these versions of TLS alone.
    pub(crate) fn speaking(
        address: SocketAddr,
        authority: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        portcullis::crypto::install();
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let mut tls = ClientConfig::builder_with_protocol_versions(versions)
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            address,
            tls: Arc::new(tls),
        }
    }

    /// A TCP connection, without TLS.
    pub(crate) fn plain(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// A connection on which both sides have shaken hands.
    pub(crate) fn connect(&self) -> io::Result<Client> {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.tls), name).unwrap();
        let mut stream = StreamOwned::new(connection, self.plain());
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Client {
            stream,
            read: Vec::new(),
        })
    }

    /// Posts a review on a connection of its own.
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Reply {
        self.connect().unwrap().post(path, body)
    }
}

/// A POST of JSON.
pub(crate) fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

impl Client {
    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// The version of TLS that both have agreed on.
    pub(crate) fn version(&self) -> Option<ProtocolVersion> {
        self.stream.conn.protocol_version()
    }

    /// Posts JSON and waits for the answer.
    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> Reply {
        self.send(&post(path, body)).unwrap();
        self.receive().expect("the connection has ended")
    }

    /// The next answer; `None` if the connection ends before it.
    pub(crate) fn receive(&mut self) -> Option<Reply> {
        let end = b"\r\n\r\n";
        let head = loop {
            let found = self.read.windows(end.len()).position(|part| part == end);
            match found {
                Some(at) => break self.read.drain(..at + end.len()).collect::<Vec<u8>>(),
                None => self.more()?,
            }
        };
        let (status, headers) = head_of(&String::from_utf8(head).unwrap());
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        let length = reply.header("content-length");
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        assert!(reply.header("transfer-encoding").is_none(), "{reply:?}");
        while self.read.len() < length {
            self.more()?;
        }
        reply.body = self.read.drain(..length).collect();
        Some(reply)
    }

    /// Reads on; `None` at the end, whether it was said or not.
    fn more(&mut self) -> Option<()> {
        let mut bytes = [0; 16 << 10];
        match self.stream.read(&mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                Some(())
            }
            Err(error) if is_timeout(&error) => panic!("the server says nothing for {PATIENCE:?}"),
            Err(_) => None,
        }
    }

    /// Whether the server ends the connection without another word.
    pub(crate) fn is_ended(&mut self) -> bool {
        self.receive().is_none()
    }

    /// Says that nothing more will be sent, and listens on.
    pub(crate) fn stop_sending(&mut self) {
        self.stream.conn.send_close_notify();
        // The server may have ended the connection already.
        let _ = self.stream.flush();
        let _ = self.stream.sock.shutdown(Shutdown::Write);
    }
}

impl Reply {
    /// A header's value; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Whether a read ended because its time was over.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

fn head_of(head: &str) -> (u16, Vec<(String, String)>) {
    let mut lines = head.trim_end().split("\r\n");
    let status = lines.next().unwrap().strip_prefix("HTTP/1.1 ").unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    });
    (status[..3].parse().unwrap(), headers.collect())
}
