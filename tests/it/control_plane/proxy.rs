//! A load balancer in front of replicas, as a Service is: it gives a backend that drains no new connections and keeps its old ones.
//!
//! Never looks into a connection and never tries a second backend: a refused connection is the caller's to see.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A round-robin TCP proxy on 127.0.0.1; its connections end when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    balance: Arc<Mutex<Balance>>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Balance {
    backends: Vec<SocketAddr>,
    turn: usize,
    /// Connections given to each backend, open or not.
    given: BTreeMap<SocketAddr, usize>,
}

impl Proxy {
    /// Starts one on the caller's runtime.
    pub(crate) async fn start(backends: &[SocketAddr]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let balance = Arc::new(Mutex::new(Balance {
            backends: backends.to_vec(),
            ..Balance::default()
        }));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&balance)));
        Self {
            address,
            balance,
            accepting,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who gets the connections from now on; with nobody, they are closed at once.
    pub(crate) fn set_backends(&self, backends: &[SocketAddr]) {
        self.balance.lock().unwrap().backends = backends.to_vec();
    }

    /// How many connections a backend was given so far.
    pub(crate) fn given(&self, backend: SocketAddr) -> usize {
        let balance = self.balance.lock().unwrap();
        balance.given.get(&backend).copied().unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Balance {
    fn next(&mut self) -> Option<SocketAddr> {
        let backend = *self.backends.get(self.turn % self.backends.len().max(1))?;
        self.turn += 1;
        *self.given.entry(backend).or_default() += 1;
        Some(backend)
    }
}

async fn accept(listener: TcpListener, balance: Arc<Mutex<Balance>>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        while connections.try_join_next().is_some() {}
        let backend = balance.lock().unwrap().next();
        if let Some(backend) = backend {
            connections.spawn(carry(client, backend));
        }
    }
}

/// Carries bytes both ways until both sides have ended, or one has failed.
async fn carry(mut client: TcpStream, backend: SocketAddr) -> io::Result<()> {
    let mut server = TcpStream::connect(backend).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::Proxy;

    /// Answers each byte of each connection with its own `mark`.
    async fn backend(mark: u8) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    while stream.read_u8().await.is_ok() {
                        stream.write_u8(mark).await.unwrap();
                    }
                });
            }
        });
        address
    }

    /// Who answers on the connection; `None` if it is closed.
    async fn ask(stream: &mut TcpStream) -> Option<u8> {
        stream.write_u8(0).await.ok()?;
        stream.read_u8().await.ok()
    }

    #[tokio::test]
    async fn a_draining_backend_keeps_its_connections_and_gets_no_new_ones() {
        let (a, b) = (backend(b'a').await, backend(b'b').await);
        let proxy = Proxy::start(&[a, b]).await;
        let connect = || TcpStream::connect(proxy.address());
        let mut old = Vec::new();
        for _ in 0..4 {
            old.push(connect().await.unwrap());
        }
        for (stream, mark) in old.iter_mut().zip(*b"abab") {
            assert_eq!(ask(stream).await, Some(mark));
        }

        proxy.set_backends(&[b]);
        for _ in 0..3 {
            assert_eq!(ask(&mut connect().await.unwrap()).await, Some(b'b'));
        }
        assert_eq!(ask(&mut old[0]).await, Some(b'a'));
        assert_eq!((proxy.given(a), proxy.given(b)), (2, 5));

        proxy.set_backends(&[]);
        assert_eq!(ask(&mut connect().await.unwrap()).await, None);
        assert_eq!(ask(&mut old[1]).await, Some(b'b'));
    }
}
