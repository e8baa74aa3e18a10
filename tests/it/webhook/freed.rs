//! What one caller leaves behind for the next: a worker that is free, memory, and a good opinion of how long a review takes.

use super::answer::{Said, send};
use super::client::post;
use super::review::{UID, body, create, pod, service};
use super::served::Served;
use super::server::Server;
use super::unjudged::slow;

#[test]
fn a_caller_that_hangs_up_frees_the_worker() {
    let server = Server::start(slow(30).state());
    let mut client = server.target.connect().unwrap();
    let path = "/validate/enforce?timeout=30s";
    client.send(&post(path, &body(&create(pod())))).unwrap();
    server.until("portcullis_admission_queue_seconds_count", 1.0);
    drop(client);
    // Judged to its end, the first would leave no time for it: it needs more than seven seconds.
    let path = "/validate/enforce?timeout=5s";
    let reply = server.post(path, &body(&create(service())));
    Said::read(&reply, UID).is_silent();
}

#[test]
fn a_caller_that_hangs_up_mid_body_leaves_nothing_behind() {
    let server = Server::start(Served::profile("baseline").state());
    let whole = post("/validate/enforce", &body(&create(pod())));
    for end in [1, 60, whole.len() / 2, whole.len() - 1] {
        let mut client = server.target.connect().unwrap();
        client.send(&whole[..end]).unwrap();
    }
    let reply = server.post("/validate/enforce", &body(&create(pod())));
    Said::read(&reply, UID).is_silent();
    server.until("portcullis_connections", 0.0);
    server.until("portcullis_admission_in_flight", 0.0);
}

#[test]
fn a_worker_that_is_idle_takes_work_however_slow_the_last_was() {
    {
        let server = Server::start(slow(6).state());
        // A second and a half, with ten to do it.
        let path = "/validate/enforce?timeout=10s";
        assert_eq!(
            Said::read(&server.post(path, &body(&create(pod()))), UID)
                .causes
                .len(),
            6
        );
        let path = "/validate/enforce?timeout=2s";
        for _ in 0..3 {
            let reply = server.post(path, &body(&create(service())));
            Said::read(&reply, UID).is_silent();
        }
    }
}

#[test]
fn a_policy_that_runs_at_the_deadline_has_failed_by_name_whatever_the_failure_policy() {
    {
        // The second of two policies is stopped more than two tenths of a second after these deadlines, give or take how
        // busy the machine is.
        for millis in (510..560).step_by(5) {
            let path = format!("/validate/enforce?timeout={millis}ms");
            let state = slow(2).fail_open().state();
            let (_, _, answer) = send(&state, &path, body(&create(pod())));
            let said = Said::decode(&answer, UID);
            assert!(!said.allowed, "{said:?}");
        }
    }
}

#[test]
fn a_few_callers_that_send_no_body_keep_nobody_out() {
    {
        let server = Server::start(Served::profile("baseline").state());
        let head = "POST /validate/enforce?timeout=30s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7340032\r\n\r\n";
        let silent: Vec<_> = (0..20)
            .map(|_| {
                let mut client = server.target.connect().unwrap();
                client.send(head.as_bytes()).unwrap();
                client
            })
            .collect();
        server.until("portcullis_admission_in_flight", 20.0);
        let reply = server.post("/validate/enforce?timeout=2s", &body(&create(pod())));
        Said::read(&reply, UID).is_silent();
        drop(silent);
    }
}
