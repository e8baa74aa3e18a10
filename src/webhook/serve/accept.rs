//! Connections: at most so many, counted, each known to its requests.
//!
//! Never refuses by silence: one connection too many is closed at once.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::Request;
use axum_server::accept::Accept;
use hyper::body::Incoming;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

use super::Connection;
use crate::webhook::State;

/// Most connections at once: the API server keeps 25 idle ones each.
const CONNECTIONS: usize = 1024;

/// An acceptor within limits.
#[derive(Clone)]
pub(super) struct Limited<A> {
    inner: A,
    state: Arc<State>,
    permits: Arc<Semaphore>,
}

impl<A> Limited<A> {
    pub(super) fn new(inner: A, state: Arc<State>) -> Self {
        Self {
            inner,
            state,
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }
}

/// A place among the open connections; given back on drop.
struct Place {
    state: Arc<State>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn new(state: Arc<State>, permit: OwnedSemaphorePermit) -> Self {
        state.metrics.connections.inc();
        Self {
            state,
            _permit: permit,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.state.metrics.connections.dec();
    }
}

type Accepted<T, S> = Pin<Box<dyn Future<Output = io::Result<(T, Counted<S>)>> + Send>>;

impl<A, S> Accept<TcpStream, S> for Limited<A>
where
    A: Accept<TcpStream, S> + Clone + Send + Sync + 'static,
    A::Future: Send,
    A::Stream: Send + 'static,
    A::Service: Send + 'static,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = Counted<A::Service>;
    type Future = Accepted<A::Stream, A::Service>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Self {
            inner,
            state,
            permits,
        } = self.clone();
        Box::pin(async move {
            let permit = permits
                .try_acquire_owned()
                .map_err(|_| io::Error::other("there are too many connections"))?;
            let place = Arc::new(Place::new(Arc::clone(&state), permit));
            // Answers are small and the caller waits for them.
            stream.set_nodelay(true)?;
            let connection = Connection::new(stream.peer_addr()?);
            let (stream, service) = inner.accept(stream, service).await?;
            state.metrics.handshake(true);
            let service = Counted {
                inner: service,
                connection,
                _place: place,
            };
            Ok((stream, service))
        })
    }
}

/// The service of one connection: its requests know the connection, which is counted as long as it lives.
#[derive(Clone)]
pub(super) struct Counted<S> {
    inner: S,
    connection: Connection,
    _place: Arc<Place>,
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.connection);
        self.inner.call(request)
    }
}
