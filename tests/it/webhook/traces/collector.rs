//! A collector: takes OTLP over HTTP, and reads the protobuf by the numbers of its fields, as opentelemetry.proto has them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::sync::oneshot;

type Calls = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Listens until it is told to end.
pub(super) struct Collector {
    pub(super) url: String,
    calls: Calls,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// What came.
#[derive(Default)]
pub(super) struct Got {
    pub(super) authorization: String,
    pub(super) resource: BTreeMap<String, Value>,
    /// In the order in which they began.
    pub(super) spans: Vec<Span>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Span {
    pub(super) trace: String,
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) name: String,
    /// 1: internal, 2: server.
    pub(super) kind: u64,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) attributes: BTreeMap<String, Value>,
    pub(super) failed: bool,
}

impl Collector {
    pub(super) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Calls::default();
        let (stop, stopped) = oneshot::channel();
        let kept = Arc::clone(&calls);
        let take = move |headers: HeaderMap, body: Bytes| async move {
            kept.lock().unwrap().push((headers, body));
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let router = Router::new().route("/v1/traces", post(take));
                tokio::select! {
                    ended = axum::serve(listener, router) => ended.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self {
            url,
            calls,
            stop,
            thread,
        }
    }

    pub(super) fn end(self) -> Got {
        drop(self.stop);
        self.thread.join().unwrap();
        let mut got = Got::default();
        for (headers, body) in self.calls.lock().unwrap().iter() {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            if let Some(value) = headers.get("authorization") {
                value.to_str().unwrap().clone_into(&mut got.authorization);
            }
            got.bytes.extend_from_slice(body);
            for resource in messages(body, 1) {
                for own in messages(resource, 1) {
                    got.resource.extend(attributes(own, 1));
                }
                for scope in messages(resource, 2) {
                    got.spans.extend(messages(scope, 2).map(span));
                }
            }
        }
        got.spans.sort_by_key(|span| span.start);
        got
    }
}

impl Got {
    /// Whether a text is anywhere in what came.
    pub(super) fn holds(&self, text: &str) -> bool {
        let text = text.as_bytes();
        self.bytes.windows(text.len()).any(|part| part == text)
    }
}

/// A field of a message.
#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    /// Also a fixed one.
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// The fields of a message with this number.
fn fields(mut bytes: &[u8], wanted: u64) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let mut take = |length: usize| {
            let (taken, rest) = bytes.split_at(length);
            bytes = rest;
            taken
        };
        let field = match tag & 7 {
            1 => Field::Number(u64::from_le_bytes(take(8).try_into().unwrap())),
            5 => Field::Number(u32::from_le_bytes(take(4).try_into().unwrap()).into()),
            0 => Field::Number(varint(&mut bytes)),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (taken, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(taken)
            }
            other => panic!("wire type {other}"),
        };
        if tag >> 3 == wanted {
            found.push(field);
        }
    }
    found
}

fn messages(bytes: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    fields(bytes, number).into_iter().map(|field| match field {
        Field::Bytes(bytes) => bytes,
        Field::Number(number) => panic!("{number} is no message"),
    })
}

fn number(bytes: &[u8], field: u64) -> Option<u64> {
    match fields(bytes, field).first()? {
        Field::Number(number) => Some(*number),
        Field::Bytes(bytes) => panic!("{bytes:?} is no number"),
    }
}

fn text(bytes: &[u8], number: u64) -> Option<String> {
    let text = messages(bytes, number).next()?;
    Some(String::from_utf8(text.to_vec()).unwrap())
}

fn hex(bytes: &[u8], number: u64) -> String {
    let bytes = messages(bytes, number).next().unwrap_or_default();
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn attributes(bytes: &[u8], field: u64) -> BTreeMap<String, Value> {
    let attribute = |bytes: &[u8]| {
        let any = messages(bytes, 2).next().unwrap();
        let value = match (text(any, 1), number(any, 2), number(any, 3)) {
            (Some(text), _, _) => json!(text),
            (_, Some(truth), _) => json!(truth == 1),
            (_, _, Some(number)) => json!(number),
            _ => panic!("{any:?}"),
        };
        (text(bytes, 1).unwrap(), value)
    };
    messages(bytes, field).map(attribute).collect()
}

fn span(bytes: &[u8]) -> Span {
    let status = messages(bytes, 15).next().unwrap_or_default();
    Span {
        trace: hex(bytes, 1),
        id: hex(bytes, 2),
        parent: hex(bytes, 4),
        name: text(bytes, 5).unwrap(),
        kind: number(bytes, 6).unwrap_or_default(),
        start: number(bytes, 7).unwrap(),
        end: number(bytes, 8).unwrap(),
        attributes: attributes(bytes, 9),
        failed: number(status, 3) == Some(2),
    }
}
