//! TLS and HTTP below the review: what isn't either, what is an odd spelling of it, and many calls on one connection.

use std::io::{Read, Write};
use std::sync::LazyLock;

use rustls::version::{TLS12, TLS13};

use super::answer::Said;
use super::client::{Target, post};
use super::review::{UID, body, create, pod, privileged};
use super::served::Served;
use super::server::{Keys, Server};

const ENFORCE: &str = "/validate/enforce?timeout=10s";

static SERVER: LazyLock<Server> =
    LazyLock::new(|| Server::start(Served::profile("baseline").workers(2).state()));

#[track_caller]
fn is_served() {
    let reply = SERVER.post(ENFORCE, &body(&create(pod())));
    Said::read(&reply, UID).is_silent();
}

/// What comes back for bytes that are no handshake, until the server closes.
fn without_tls(target: &Target, bytes: &[u8]) -> Vec<u8> {
    let mut stream = target.plain();
    stream.write_all(bytes).unwrap();
    let mut back = Vec::new();
    // Closed or reset: either is an end.
    let _ = stream.read_to_end(&mut back);
    back
}

/// A first message of TLS 1.1 (RFC 4346 §7.4.1.2) that offers what was common then.
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend([0, 4, 0xc0, 0x09, 0xc0, 0x13, 1, 0]);
    let mut handshake = vec![1, 0, 0, u8::try_from(hello.len()).unwrap()];
    handshake.extend(hello);
    let mut record = vec![22, 3, 1, 0, u8::try_from(handshake.len()).unwrap()];
    record.extend(handshake);
    record
}

#[test]
fn what_is_no_handshake_ends_that_connection_alone() {
    let http = post(ENFORCE, &body(&create(privileged())));
    for bytes in [
        b"\x00".repeat(1000),
        b"\xff".repeat(1000),
        b"\x16\x03\x01\xff\xff".repeat(100),
        b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
        http,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
    ] {
        let back = without_tls(&SERVER.target, &bytes);
        // An alert (RFC 8446 §6) at most: nothing of HTTP.
        assert!(back.is_empty() || back[0] == 21, "{back:?}");
        is_served();
    }
    let failed = SERVER.metric("portcullis_tls_handshakes_total{result=\"error\"}");
    assert!(failed >= 6.0, "{failed}");
}

#[test]
fn tls_1_1_is_refused_by_its_alert() {
    let back = without_tls(&SERVER.target, &hello_of_tls_1_1());
    // A fatal alert: protocol_version, or handshake_failure, since so old a caller offers nothing that is known.
    assert_eq!((back[0], back[5]), (21, 2), "{back:?}");
    assert!([40, 70].contains(&back[6]), "{back:?}");
    is_served();
}

#[test]
fn tls_1_2_and_1_3_are_spoken() {
    for version in [&TLS12, &TLS13] {
        let target = Target::speaking(SERVER.target.address, &SERVER.authority, &[version]);
        let mut client = target.connect().unwrap();
        assert_eq!(client.version(), Some(version.version));
        let reply = client.post(ENFORCE, &body(&create(pod())));
        Said::read(&reply, UID).is_silent();
    }
}

#[test]
fn a_certificate_of_another_authority_is_refused_by_the_caller() {
    let other = Keys::new(jiff::Timestamp::now());
    let target = Target::new(SERVER.target.address, &other.authority);
    assert!(target.connect().is_err());
    is_served();
}

#[test]
fn paths_methods_and_versions_that_aren_t_served() {
    let review = String::from_utf8(body(&create(privileged()))).unwrap();
    let length = review.len();
    let rest = format!(
        "Host: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{review}"
    );
    for (first, statuses) in [
        ("POST /", [404, 404]),
        ("POST /validate", [404, 404]),
        ("POST /validate/enforce/", [404, 404]),
        ("POST /Validate/Enforce", [404, 404]),
        ("POST /validate/observe/../enforce", [404, 404]),
        ("POST /validate//enforce", [404, 404]),
        ("POST /metrics", [404, 404]),
        ("GET /livez", [404, 404]),
        ("GET /validate/enforce", [405, 405]),
        ("PUT /validate/enforce", [405, 405]),
        ("DELETE /validate/observe", [405, 405]),
        ("OPTIONS *", [400, 404]),
        ("TRACE /validate/enforce", [405, 405]),
        ("BREW /validate/enforce", [405, 405]),
    ] {
        let mut client = SERVER.target.connect().unwrap();
        client
            .send(format!("{first} HTTP/1.1\r\n{rest}").as_bytes())
            .unwrap();
        let reply = client.receive().unwrap();
        assert!(
            statuses.contains(&reply.status),
            "{first}: {}",
            reply.status
        );
        is_served();
    }
    for head in [
        "POST /validate/enforce HTTP/3.0\r\n\r\n".to_owned(),
        "POST /validate/enforce\r\n\r\n".to_owned(),
        "hello\r\n\r\n".to_owned(),
        "\r\n\r\n\0\0\0\r\n\r\n".to_owned(),
        format!("POST /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000)),
        format!("POST / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(2_000)),
        format!("POST / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)),
        "POST / HTTP/1.1\r\nx y: z\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ] {
        let mut client = SERVER.target.connect().unwrap();
        let _ = client.send(head.as_bytes());
        let reply = client.receive();
        let line = head.get(..40).unwrap_or(&head);
        assert!(reply.is_none_or(|reply| reply.status >= 400), "{line:?}");
        is_served();
    }
}

#[test]
fn a_timeout_of_any_spelling_is_answered() {
    for query in [
        "",
        "?",
        "?timeout",
        "?timeout=",
        "?timeout=x",
        "?timeout=5",
        "?timeout=-1s",
        "?timeout=0s",
        "?timeout=%35s",
        "?timeout=5s&timeout=1s",
        "?a=b&timeout=2s",
        "?timeout=1s",
        "?timeout=1m",
        "?timeout=9999999999999999h",
        "?timeout=1h1h1h",
        "?timeout=5s#x",
    ] {
        for entry in ["enforce", "observe"] {
            let path = format!("/validate/{entry}{query}");
            let reply = SERVER.post(&path, &body(&create(privileged())));
            let said = Said::read(&reply, UID);
            assert_eq!(said.allowed, entry == "observe", "{path}");
        }
    }
}

#[test]
fn two_calls_in_one_breath_are_answered_in_their_order() {
    let of = |uid: &str, object| {
        let mut request = create(object);
        request["uid"] = uid.into();
        post(ENFORCE, &body(&request))
    };
    let mut client = SERVER.target.connect().unwrap();
    let both = [of("first", privileged()), of("second", pod())].concat();
    client.send(&both).unwrap();
    let first = Said::read(&client.receive().unwrap(), "first");
    assert!(!first.allowed);
    Said::read(&client.receive().unwrap(), "second").is_silent();
}

#[test]
fn a_connection_serves_call_after_call_also_after_bad_ones() {
    let mut client = SERVER.target.connect().unwrap();
    for number in 0..200 {
        match number % 4 {
            0 => assert_eq!(client.post(ENFORCE, b"{}").status, 400),
            1 => assert_eq!(client.post("/nowhere", b"{}").status, 404),
            _ => {
                let reply = client.post(ENFORCE, &body(&create(pod())));
                assert_eq!(reply.header("connection"), None);
                Said::read(&reply, UID).is_silent();
            }
        }
    }
}

#[test]
fn a_caller_may_wait_for_leave_to_send_its_body() {
    let review = body(&create(privileged()));
    let head = format!(
        "POST {ENFORCE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        review.len()
    );
    let mut client = SERVER.target.connect().unwrap();
    client.send(head.as_bytes()).unwrap();
    assert_eq!(client.receive().unwrap().status, 100);
    client.send(&review).unwrap();
    assert!(!Said::read(&client.receive().unwrap(), UID).allowed);
}

#[test]
fn draining_answers_close_their_connections() {
    let server = Server::start(Served::profile("baseline").state());
    let mut client = server.target.connect().unwrap();
    assert_eq!(
        client
            .post(ENFORCE, &body(&create(pod())))
            .header("connection"),
        None
    );
    server.state.health().drain();
    let reply = client.post(ENFORCE, &body(&create(privileged())));
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(!Said::read(&reply, UID).allowed, "it is still judged");
    assert!(client.is_ended());
}
