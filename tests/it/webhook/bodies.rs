//! Bodies that are none, too much, too deep or odd, over the real wire; after each of them others are served as before.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::answer::Said;
use super::client::{Reply, post};
use super::review::{UID, body, create, pod, privileged};
use super::served::Served;
use super::server::Server;

const ENFORCE: &str = "/validate/enforce?timeout=10s";
const MEBIBYTE: usize = 1 << 20;
const PRIVILEGED: &str = "least-privilege/privileged-container";

static SERVER: LazyLock<Server> =
    LazyLock::new(|| Server::start(Served::profile("baseline").workers(2).state()));

/// Sends bytes on a connection of their own; then another call is answered as ever.
#[track_caller]
fn send(bytes: &[u8]) -> Option<Reply> {
    let mut client = SERVER.target.connect().unwrap();
    // A server that has seen enough may close while the rest is still being sent.
    let _ = client.send(bytes);
    let reply = client.receive();
    is_served();
    reply
}

#[track_caller]
fn is_served() {
    let good = SERVER.post(ENFORCE, &body(&create(pod())));
    Said::read(&good, UID).is_silent();
    let bad = SERVER.post(ENFORCE, &body(&create(privileged())));
    Said::read(&bad, UID).is_denied_by(&[PRIVILEGED]);
}

/// A request with these headers between the first line and the body.
fn raw(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {ENFORCE} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// The review of a Pod, padded to `length` bytes; privileged at its very end.
fn padded(length: usize, bad: bool) -> Vec<u8> {
    let mut pod = if bad { privileged() } else { pod() };
    let spec = pod["spec"].take();
    pod["metadata"]["annotations"] = json!({"padding": ""});
    // Keys keep their order: what is at fault stands behind the padding.
    pod["spec"] = spec;
    let missing = length - body(&create(pod.clone())).len();
    pod["metadata"]["annotations"]["padding"] = "x".repeat(missing).into();
    body(&create(pod))
}

#[test]
fn what_has_no_uid_is_bad_request() {
    let without_uid = |change: &dyn Fn(&mut Value)| {
        let mut request = create(pod());
        change(&mut request);
        body(&request)
    };
    let mut not_utf8 = body(&create(pod()));
    not_utf8[3] = 0xff;
    for (what, body) in [
        ("nothing", Vec::new()),
        ("not JSON", b"hello".to_vec()),
        ("a number", b"7".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("another document", pod().to_string().into_bytes()),
        (
            "YAML",
            b"apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\n".to_vec(),
        ),
        (
            "no request",
            br#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}"#.to_vec(),
        ),
        (
            "no uid",
            without_uid(&|it| drop(it.as_object_mut().unwrap().remove("uid"))),
        ),
        ("an empty uid", without_uid(&|it| it["uid"] = json!(""))),
        (
            "a uid that is none",
            without_uid(&|it| it["uid"] = json!(7)),
        ),
        (
            "a byte order mark",
            [b"\xef\xbb\xbf".to_vec(), body(&create(pod()))].concat(),
        ),
        (
            "UTF-16",
            "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("not UTF-8 before the uid", not_utf8),
        ("100,000 open brackets", vec![b'['; 100_000]),
        ("100,000 open objects", br#"{"a":"#.repeat(100_000)),
    ] {
        let reply = send(&post(ENFORCE, &body)).unwrap();
        assert_eq!(reply.status, 400, "{what}: {}", reply.text());
        assert!(!reply.text().is_empty() && reply.body.len() < 200, "{what}");
    }
}

#[test]
fn another_content_type_is_unsupported_and_json_s_spellings_aren_t() {
    let review = body(&create(pod()));
    let length = format!("Content-Length: {}\r\n", review.len());
    for (kind, status) in [
        ("", 415),
        ("Content-Type:\r\n", 415),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/yaml\r\n", 415),
        ("Content-Type: application/vnd.kubernetes.protobuf\r\n", 415),
        ("Content-Type: application/json-patch+json\r\n", 415),
        ("Content-Type: \u{ff}application/json\r\n", 415),
        ("Content-Type: application/json\r\n", 200),
        ("Content-Type: APPLICATION/JSON\r\n", 200),
        ("content-type: application/json; charset=utf-8\r\n", 200),
    ] {
        let reply = send(&raw(&format!("{length}{kind}"), &review)).unwrap();
        assert_eq!(reply.status, status, "{kind:?}");
    }
}

#[test]
fn bodies_are_read_up_to_the_limit_and_judged_to_their_end() {
    let limit = 7 * MEBIBYTE;
    for length in [limit - 100_000, limit] {
        let reply = send(&post(ENFORCE, &padded(length, false))).unwrap();
        Said::read(&reply, UID).is_silent();
        let reply = send(&post(ENFORCE, &padded(length, true))).unwrap();
        Said::read(&reply, UID).is_denied_by(&[PRIVILEGED]);
    }
    // Its length alone says it, before a byte of the body.
    let json = "Content-Type: application/json\r\n";
    for length in [limit + 1, 8 * MEBIBYTE, 1 << 40] {
        let head = raw(&format!("{json}Content-Length: {length}\r\n"), b"");
        assert_eq!(send(&head).unwrap().status, 413, "{length}");
    }
    // Whoever sends all of it may find the connection closed before the answer.
    let whole = send(&post(ENFORCE, &padded(8 * MEBIBYTE, true)));
    assert!(whole.is_none_or(|reply| reply.status == 413));
}

#[test]
fn chunks_are_read_up_to_the_limit() {
    let json = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let chunked = |body: &[u8]| {
        let chunks = body.chunks(60_000).flat_map(|chunk| {
            [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()
        });
        let chunks: Vec<u8> = chunks.chain(*b"0\r\n\r\n").collect();
        raw(json, &chunks)
    };
    let reply = send(&chunked(&body(&create(privileged())))).unwrap();
    Said::read(&reply, UID).is_denied_by(&[PRIVILEGED]);
    let large = send(&chunked(&padded(8 * MEBIBYTE, false)));
    assert!(large.is_none_or(|reply| reply.status == 413));
    for broken in ["zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\nabc"] {
        let mut client = SERVER.target.connect().unwrap();
        client.send(&raw(json, broken.as_bytes())).unwrap();
        client.stop_sending();
        let reply = client.receive();
        assert!(reply.is_none_or(|reply| reply.status >= 400), "{broken:?}");
        is_served();
    }
}

#[test]
fn lengths_that_lie_end_the_connection_and_nothing_else() {
    let review = body(&create(pod()));
    let json = "Content-Type: application/json\r\n";
    // Shorter: the JSON ends early, and its rest is no request.
    let short = raw(&format!("{json}Content-Length: 20\r\n"), &review);
    let mut client = SERVER.target.connect().unwrap();
    client.send(&short).unwrap();
    assert_eq!(client.receive().unwrap().status, 400);
    assert!(client.receive().is_none_or(|reply| reply.status == 400));
    is_served();
    for lengths in [
        "Content-Length: -1\r\n",
        "Content-Length: 10\r\nContent-Length: 20\r\n",
        "Content-Length: ten\r\n",
        "Content-Length: 18446744073709551615\r\n",
        "Content-Length: 99999999999999999999999999\r\n",
        "Content-Length: 10\r\nTransfer-Encoding: gzip\r\n",
    ] {
        let reply = send(&raw(&format!("{json}{lengths}"), &review));
        assert!(reply.is_none_or(|reply| reply.status >= 400), "{lengths}");
    }
}

#[test]
fn a_body_that_breaks_off_is_not_called_too_large() {
    {
        let review = body(&create(pod()));
        let length = review.len() + 10;
        let head = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
        let mut client = SERVER.target.connect().unwrap();
        client.send(&raw(&head, &review)).unwrap();
        client.stop_sending();
        let reply = client.receive();
        is_served();
        assert!(reply.is_none_or(|reply| reply.status == 400));
    }
}
