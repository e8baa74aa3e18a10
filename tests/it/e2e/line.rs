//! A line between a replica and its API server that can be missing, dead or cut.
//!
//! Never between the API server and a replica: calls come as before.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::installed::Installed;
use crate::control_plane::programs::free_ports;

/// A TCP line; cut at first: connections are refused.
pub(super) struct Line {
    address: SocketAddr,
    server: SocketAddr,
    carrying: Option<JoinHandle<()>>,
    silent: watch::Sender<bool>,
}

impl Line {
    /// Replicas that start from now on have nothing but this line.
    pub(super) fn before(installed: &mut Installed) -> Self {
        let [port] = free_ports();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self {
            address,
            server: installed.ask_at(address),
            carrying: None,
            silent: watch::Sender::new(false),
        }
    }

    /// It carries.
    pub(super) async fn open(&mut self) {
        self.cut().await;
        self.silent.send_replace(false);
        let listener = TcpListener::bind(self.address).await.unwrap();
        let carrying = carry(listener, self.server, self.silent.subscribe());
        self.carrying = Some(tokio::spawn(carrying));
    }

    /// Connections break, and new ones are refused.
    pub(super) async fn cut(&mut self) {
        if let Some(carrying) = self.carrying.take() {
            carrying.abort();
            // Whatever it held is dropped by then.
            let _ = carrying.await;
        }
    }

    /// Connections stay and are made, and nothing comes through any more.
    pub(super) fn silence(&self) {
        self.silent.send_replace(true);
    }
}

async fn carry(listener: TcpListener, server: SocketAddr, silent: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut silent = silent.clone();
        connections.spawn(async move {
            tokio::select! {
                biased;
                () = dead(&mut silent) => std::future::pending().await,
                _ = join(&mut client, server) => {}
            }
        });
    }
}

async fn dead(silent: &mut watch::Receiver<bool>) {
    // A line that is gone is cut by who waits for this.
    let _ = silent.wait_for(|silent| *silent).await;
}

async fn join(client: &mut TcpStream, server: SocketAddr) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional(client, &mut server).await?;
    Ok(())
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(carrying) = &self.carrying {
            carrying.abort();
        }
    }
}
