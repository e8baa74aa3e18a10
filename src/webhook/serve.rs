//! The listener: TLS, HTTP/1.1, connections within limits, and a drain that loses no call.
//!
//! Never closes a connection before its client does, unless an answer has said so: a request into a closing one is a lost call.

mod accept;
mod drain;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use super::{State, admin, app};
use accept::Limited;
pub use drain::{Drain, Ended};

/// Go keeps an idle connection for 90 s and may park one that it never used: both must end at its side first.
const IDLE: Duration = Duration::from_secs(150);
/// Longest TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// An older connection is closed after an answer, so that callers meet new replicas.
const OLD: Duration = Duration::from_mins(10);

/// Why the server can't serve; the environment's fault.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can't be bound.
    #[error("`{address}` can't be listened on: {source}")]
    Bind {
        /// The address as given.
        address: SocketAddr,
        /// The system's word for it.
        source: std::io::Error,
    },
    /// Serving ended by itself.
    #[error("serving ended: {0}")]
    Ended(#[from] std::io::Error),
    /// A task of ours ended.
    #[error("a task ended that never should")]
    Lost,
}

impl ServeError {
    /// The way out.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "give a free address of this machine, such as `127.0.0.1:8443`",
            Self::Ended(_) | Self::Lost => "see the log; starting anew may help",
        }
    }
}

/// Which connection a request came over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connection {
    /// When it is old: ten minutes after it was opened, give or take a fifth.
    old: Instant,
}

impl Connection {
    fn new(peer: SocketAddr) -> Self {
        // Ports spread over connections as chance would.
        let spread = OLD * u32::from(peer.port() % 400) / 1000;
        Self {
            old: Instant::now() + OLD * 4 / 5 + spread,
        }
    }

    pub(super) fn is_old(&self) -> bool {
        Instant::now() >= self.old
    }
}

/// Binds an address; port 0 takes a free one.
pub fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).map_err(|source| ServeError::Bind { address, source })
}

/// Serves the contract over TLS until `handle` shuts it down.
pub async fn serve(
    state: Arc<State>,
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    handle: Handle<SocketAddr>,
) -> Result<(), ServeError> {
    state.health.is_listening();
    let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(tls)).handshake_timeout(HANDSHAKE);
    let failed = Arc::clone(&state);
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(Limited::new(acceptor, Arc::clone(&state)))
        .http1_only()
        .first_request_timeout(IDLE)
        .accept_error_handler(move |_, _| failed.metrics.handshake(false))
        .handle(handle);
    server.http_builder().http1().header_read_timeout(IDLE);
    let service: IntoMakeServiceWithConnectInfo<_, SocketAddr> =
        app(state).into_make_service_with_connect_info();
    Ok(server.serve(service).await?)
}

/// Serves what operators ask, without TLS, until `handle` shuts it down.
pub async fn serve_admin(
    state: Arc<State>,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
) -> Result<(), ServeError> {
    let server = axum_server::from_tcp(listener)?
        .http1_only()
        .first_request_timeout(IDLE)
        .handle(handle);
    Ok(server.serve(admin(state).into_make_service()).await?)
}
