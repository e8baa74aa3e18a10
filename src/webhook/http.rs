//! The HTTP side of a call: body, limits, deadline, status.
//!
//! Never answers a call whose uid is known with anything but HTTP 200: the API server takes the rest for a failed call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State as Extract;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::State;
use super::call::{Call, Sent};
use super::policies::Entry;
use super::serve::Connection;
use super::traces::Span;

/// All bodies that may be in memory at once, in KiB.
const BODIES_KIB: usize = 128 << 10;
/// Shortest time before the caller's timeout at which we answer ourselves.
const MARGIN: Duration = Duration::from_millis(400);
/// Longest timeout that an API server takes.
const LONGEST: Duration = Duration::from_secs(30);
/// What `observe` is registered with.
const OBSERVE: Duration = Duration::from_secs(3);

/// Memory for bodies, so that many large ones wait instead of ending the process.
pub(super) struct Bodies(Arc<Semaphore>);

impl Default for Bodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BODIES_KIB)))
    }
}

pub(super) async fn enforce(
    Extract(state): Extract<Arc<State>>,
    request: Request<Body>,
) -> Response {
    validate(&state, Entry::Enforce, request).await
}

pub(super) async fn observe(
    Extract(state): Extract<Arc<State>>,
    request: Request<Body>,
) -> Response {
    validate(&state, Entry::Observe, request).await
}

/// Reads a body and does nothing with it: what a call costs without us, for measuring.
pub(super) async fn noop(Extract(state): Extract<Arc<State>>, request: Request<Body>) -> Response {
    match to_bytes(request.into_body(), state.settings.max_body).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

pub(super) async fn metrics(Extract(state): Extract<Arc<State>>) -> Response {
    // Days end without an event: what exemptions come to is counted when it is asked for.
    let in_force = state.in_force();
    state.metrics.exempt(&in_force, (state.now)());
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], state.metrics.render()).into_response()
}

/// A call that is being answered; it ends when its client hangs up, too.
struct InFlight<'a>(&'a State);

impl<'a> InFlight<'a> {
    fn new(state: &'a State) -> Self {
        state.metrics.in_flight.inc();
        Self(state)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

async fn validate(state: &Arc<State>, entry: Entry, request: Request<Body>) -> Response {
    let _counted = InFlight::new(state);
    let connection = request.extensions().get::<Connection>().copied();
    let start = Instant::now();
    let span = state.settings.traces.call(entry, request.headers(), start);
    let mut response = answer(state, entry, request, start, &span).await;
    span.answered(response.status());
    let ends =
        state.health.is_draining() || connection.is_some_and(|connection| connection.is_old());
    if ends {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

async fn answer(
    state: &Arc<State>,
    entry: Entry,
    request: Request<Body>,
    start: Instant,
    span: &Span,
) -> Response {
    let timeout = timeout(request.uri().query()).unwrap_or(match entry {
        Entry::Enforce => state.settings.timeout,
        Entry::Observe => OBSERVE,
    });
    let deadline = start + timeout.saturating_sub(MARGIN.max(timeout / 10));
    let call = Call {
        state,
        entry,
        start,
        deadline,
        span,
    };
    let (_memory, body) = match body(state, request, deadline).await {
        Ok(body) => body,
        Err(unread) => {
            call.unread(unread.as_str(), None, None);
            return unread.answer(state.settings.max_body);
        }
    };
    match call.answer(&body).await {
        Sent::Review(answer) => ([(CONTENT_TYPE, "application/json")], answer.json).into_response(),
        Sent::NoReview(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

/// The body, and its share of the memory for bodies.
async fn body(
    state: &State,
    request: Request<Body>,
    deadline: Instant,
) -> Result<(Vec<OwnedSemaphorePermit>, Bytes), Unread> {
    let most = state.settings.max_body;
    if !is_json(request.headers()) {
        return Err(Unread::ForeignType);
    }
    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Unread::TooLarge);
    }
    let deadline = tokio::time::Instant::from_std(deadline);
    let read = read(state, request.into_body(), most);
    let read = tokio::time::timeout_at(deadline, read).await;
    read.unwrap_or(Err(Unread::TooSlow))
}

/// Why there is no body.
#[derive(Clone, Copy)]
enum Unread {
    ForeignType,
    TooLarge,
    TooSlow,
    BrokenOff,
}

impl Unread {
    /// Its name in the decision log.
    const fn as_str(self) -> &'static str {
        match self {
            Self::ForeignType => "foreign-type",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::BrokenOff => "broken-off",
        }
    }

    fn answer(self, most: usize) -> Response {
        let (status, text) = match self {
            Self::ForeignType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "a review is sent as `application/json`".to_owned(),
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a body of more than {most} bytes isn't read; see `--max-body`"),
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body came too slowly".to_owned(),
            ),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "the body broke off".to_owned()),
        };
        (status, text).into_response()
    }
}

/// Reads a body, its memory taken as it comes: what is only announced holds none.
async fn read(
    state: &State,
    body: Body,
    most: usize,
) -> Result<(Vec<OwnedSemaphorePermit>, Bytes), Unread> {
    let mut memory = Vec::new();
    let mut whole = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::BrokenOff)?;
        if whole.len() + chunk.len() > most {
            return Err(Unread::TooLarge);
        }
        let kib = u32::try_from(chunk.len().div_ceil(1024)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&state.bodies.0).acquire_many_owned(kib).await;
        memory.push(permit.map_err(|_| Unread::BrokenOff)?);
        whole.extend_from_slice(&chunk);
    }
    Ok((memory, Bytes::from(whole)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// `timeout=` of a query as Go writes durations, such as `5s`; `None`: it isn't there, or isn't one.
fn timeout(query: Option<&str>) -> Option<Duration> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let (_, mut text) = pairs.into_iter().find(|(key, _)| *key == "timeout")?;
    let mut sum = Duration::ZERO;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at_checked(digits)?;
        let number: u32 = number.parse().ok()?;
        let (unit, rest) = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
            .into_iter()
            .find_map(|(name, millis)| Some((millis, rest.strip_prefix(name)?)))?;
        sum += Duration::from_millis(unit).saturating_mul(number);
        text = rest;
    }
    (!sum.is_zero()).then_some(sum.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_as_go_writes_it() {
        for (query, millis) in [
            (Some("timeout=5s"), Some(5000)),
            (Some("a=b&timeout=1m10s"), Some(30_000)),
            (Some("timeout=500ms"), Some(500)),
            (Some("timeout=0s"), None),
            (Some("timeout=x"), None),
            (Some("timeout=5"), None),
            (Some("timeout="), None),
            (Some("timeout=99999999999999999999s"), None),
            (None, None),
        ] {
            let got = timeout(query).map(|time| time.as_millis());
            assert_eq!(got, millis, "{query:?}");
        }
    }
}
