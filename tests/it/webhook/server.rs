//! A server under test: in this process, or the real binary.
//!
//! Ends with the test, whatever becomes of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum_server::Handle;
use portcullis::crypto::{self, Authority, InForce, LOCAL_NAMES, ServingCertificate};
use portcullis::webhook::serve::{bind, serve};
use portcullis::webhook::{self, State};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower::ServiceExt;

use super::client::{Reply, Target};

/// The webhook over TLS in a thread of its own; ended on drop.
pub(crate) struct Server {
    pub(crate) state: Arc<State>,
    pub(crate) target: Target,
    /// Who issued its certificate, PEM.
    pub(crate) authority: String,
    handle: Handle<SocketAddr>,
    thread: Option<JoinHandle<()>>,
    leaps: UnboundedSender<Leap>,
}

/// How far the server's clock is moved, and who waits for it.
type Leap = (Duration, std::sync::mpsc::Sender<()>);

/// A certificate for this machine, and the authority (PEM) that issued it.
pub(crate) struct Keys {
    pub(crate) authority: String,
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Keys {
    /// Of a day, from `now` on.
    pub(crate) fn new(now: jiff::Timestamp) -> Self {
        crypto::install();
        let day = Duration::from_hours(24);
        let authority = Authority::generate(now, day).unwrap();
        let names = LOCAL_NAMES.map(str::to_owned);
        let leaf = authority.issue(&names, now, day).unwrap();
        Self {
            authority: authority.certificate_pem(),
            chain: leaf.chain,
            key: leaf.key,
        }
    }
}

impl Server {
    pub(crate) fn start(state: Arc<State>) -> Self {
        // The client compares with the clock on the wall.
        let keys = Keys::new(jiff::Timestamp::now());
        let serving = ServingCertificate::from_pem(keys.chain.as_bytes(), keys.key.as_bytes());
        let in_force = Arc::new(InForce::default());
        in_force.set(Arc::new(serving.unwrap()));
        let tls = crypto::server_config(in_force);
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let target = Target::new(listener.local_addr().unwrap(), &keys.authority);
        let handle = Handle::new();
        let (leaps, mut told) = unbounded_channel::<Leap>();
        let (own, ends) = (Arc::clone(&state), handle.clone());
        let thread = std::thread::spawn(move || {
            // One thread, so that its clock can be moved.
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::spawn(async move {
                    while let Some((time, done)) = told.recv().await {
                        tokio::time::pause();
                        tokio::time::advance(time).await;
                        tokio::time::resume();
                        done.send(()).unwrap();
                    }
                });
                serve(own, listener, tls, ends).await.unwrap();
            });
        });
        Self {
            state,
            target,
            authority: keys.authority,
            handle,
            thread: Some(thread),
            leaps,
        }
    }

    /// Lets time pass for the server's connections: deadlines of calls don't come nearer by it, so calls are made before.
    pub(crate) fn leap(&self, time: Duration) {
        let (done, waits) = std::sync::mpsc::channel();
        self.leaps.send((time, done)).unwrap();
        waits.recv().unwrap();
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Reply {
        self.target.post(path, body)
    }

    /// A value of `/metrics`: that of the line that begins with `name`.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        metric(&self.state, name)
    }

    /// Waits until a value of `/metrics` is `wanted`.
    pub(crate) fn until(&self, name: &str, wanted: f64) {
        while (self.metric(name) - wanted).abs() > 0.1 {
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.shutdown();
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

fn metric(state: &Arc<State>, name: &str) -> f64 {
    let request = axum::http::Request::get("/metrics").body(axum::body::Body::empty());
    let (status, _, body) = through(webhook::admin(Arc::clone(state)), request.unwrap());
    assert_eq!(status, 200);
    let text = String::from_utf8(body).unwrap();
    let mut lines = text.lines();
    let line = lines.find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// What a router answers, without a socket: status, content type, body.
pub(crate) fn through(
    router: axum::Router,
    request: axum::http::Request<axum::body::Body>,
) -> (u16, String, Vec<u8>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let kind = response.headers().get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        (status, kind, body.unwrap().to_vec())
    })
}
