//! Callers that take their time: each ends in bounded time, keeps nobody else waiting, and an honest idle connection stays.
//!
//! The server's clock is moved, so that minutes pass at once.

use std::io::{Read, Write};
use std::time::Duration;

use super::answer::Said;
use super::client::post;
use super::review::{UID, body, create, pod};
use super::served::Served;
use super::server::Server;

const ENFORCE: &str = "/validate/enforce?timeout=10s";

/// A server whose one connection is the test's.
fn server() -> Server {
    Server::start(Served::profile("baseline").state())
}

#[track_caller]
fn is_served(server: &Server) {
    let reply = server.post(ENFORCE, &body(&create(pod())));
    Said::read(&reply, UID).is_silent();
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_handshake_that_never_comes_is_waited_for_ten_seconds() {
    for bytes in [b"".as_slice(), b"\x16\x03\x01\x00\xc8\x01"] {
        let server = server();
        let mut stream = server.target.plain();
        stream.write_all(bytes).unwrap();
        server.until("portcullis_connections", 1.0);
        is_served(&server);
        server.leap(11 * SECOND);
        let mut back = Vec::new();
        let _ = stream.read_to_end(&mut back);
        server.until("portcullis_connections", 0.0);
    }
}

#[test]
fn a_head_that_never_ends_ends_the_connection() {
    let head = post(ENFORCE, b"{}");
    for trickled in [0, 1, 20, head.len() - 10] {
        let server = server();
        let mut client = server.target.connect().unwrap();
        server.until("portcullis_connections", 1.0);
        is_served(&server);
        // A byte now and then buys no more time.
        let half = trickled / 2;
        client.send(&head[..half]).unwrap();
        server.leap(100 * SECOND);
        client.send(&head[half..trickled]).unwrap();
        server.leap(100 * SECOND);
        let reply = client.receive();
        assert!(reply.is_none_or(|reply| reply.status == 408), "{trickled}");
        server.until("portcullis_connections", 0.0);
    }
}

#[test]
fn a_body_that_never_ends_is_waited_for_as_long_as_the_caller_waits() {
    let server = server();
    let whole = post("/validate/enforce?timeout=1s", &body(&create(pod())));
    for end in [whole.len() - 1, whole.len() - 1000] {
        let mut client = server.target.connect().unwrap();
        client.send(&whole[..end]).unwrap();
        is_served(&server);
        assert_eq!(client.receive().unwrap().status, 408);
        assert!(client.is_ended());
    }
}

#[test]
fn an_idle_connection_outlives_its_caller_s_patience_and_then_ends() {
    let server = server();
    let mut used = server.target.connect().unwrap();
    let mut unused = server.target.connect().unwrap();
    Said::read(&used.post(ENFORCE, &body(&create(pod()))), UID).is_silent();
    server.until("portcullis_connections", 2.0);
    // Go's pool keeps a connection for 90 seconds.
    server.leap(95 * SECOND);
    for client in [&mut used, &mut unused] {
        // Deadlines aren't moved with the clock: this path has none.
        assert_eq!(client.post("/noop", b"{}").status, 200);
    }
    server.leap(160 * SECOND);
    assert!(used.is_ended() && unused.is_ended());
    server.until("portcullis_connections", 0.0);
}
