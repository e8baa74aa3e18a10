//! Tests of the leader's work against a server in memory, in virtual time.

use std::cell::Cell;

use k8s_openapi::ByteString;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;
use crate::cluster::memory::{Health, Memory};
use crate::crypto::{CaBundle, ServingCertificate};

const CA: &str = "/api/v1/namespaces/portcullis/secrets/portcullis-ca";
const TLS: &str = "/api/v1/namespaces/portcullis/secrets/portcullis-tls";
const WEBHOOKS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/portcullis";

thread_local! {
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// A wall clock that goes with the runtime's paused one.
fn clock() -> Timestamp {
    let start = START.get().unwrap_or_else(Instant::now);
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    noon + start.elapsed()
}

struct Leader {
    leads: watch::Sender<bool>,
    published: watch::Sender<Option<Arc<Published>>>,
    task: JoinHandle<()>,
}

fn start(memory: &Memory, timings: CertificateTimings) -> Leader {
    START.set(START.get().or_else(|| Some(Instant::now())));
    let (leads, leader) = watch::channel(false);
    let (published, changes) = watch::channel(None);
    let client = memory.client();
    let managed = SelfManaged::new(client, "portcullis", "hook", timings, clock);
    let task = tokio::spawn(managed.run(leader, changes));
    Leader {
        leads,
        published,
        task,
    }
}

async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

fn bytes(object: &Value, key: &str) -> Vec<u8> {
    let value = object["data"][key].clone();
    let ByteString(bytes) = serde_json::from_value(value).unwrap();
    bytes
}

fn serving(memory: &Memory) -> ServingCertificate {
    let tls = memory.object(TLS).unwrap();
    ServingCertificate::from_pem(&bytes(&tls, "tls.crt"), &bytes(&tls, "tls.key")).unwrap()
}

fn bundle(memory: &Memory) -> CaBundle {
    CaBundle::from_pem(&bytes(&memory.object(TLS).unwrap(), "ca.crt")).unwrap()
}

/// What registration does with the published bundle.
fn register(memory: &Memory) {
    let Some(tls) = memory.object(TLS) else {
        return;
    };
    let webhook = |name: &str| {
        json!({
            "name": name, "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "clientConfig": {"caBundle": tls["data"]["ca.crt"]},
        })
    };
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "portcullis"},
        "webhooks": [webhook("enforce.portcullis.dev"), webhook("observe.portcullis.dev")],
    });
    memory.put(WEBHOOKS, configuration);
}

fn registered(memory: &Memory) -> CaBundle {
    let pem: ByteString = serde_json::from_value(
        memory.object(WEBHOOKS).unwrap()["webhooks"][0]["clientConfig"]["caBundle"].clone(),
    )
    .unwrap();
    CaBundle::from_pem(&pem.0).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_new_leader_makes_what_is_missing_and_is_content() {
    let memory = Memory::default();
    let leader = start(&memory, CertificateTimings::default());
    pass(3600).await;
    assert_eq!(memory.writes(), Vec::<String>::new(), "it doesn't lead");
    leader.leads.send_replace(true);
    pass(1).await;
    assert_eq!(
        memory.writes(),
        ["POST portcullis-ca", "POST portcullis-tls"]
    );
    let leaf = serving(&memory);
    let names = ["hook.portcullis.svc", "hook.portcullis.svc.cluster.local"];
    assert_eq!(leaf.names(), names);
    assert!(bundle(&memory).trusts(&leaf, clock()));
    for path in [CA, TLS] {
        assert_eq!(memory.object(path).unwrap()["type"], "kubernetes.io/tls");
    }
    pass(24 * 3600).await;
    assert_eq!(memory.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_stops_writing() {
    let memory = Memory::default();
    let leader = start(&memory, CertificateTimings::default());
    leader.leads.send_replace(true);
    pass(1).await;
    leader.leads.send_replace(false);
    memory.writes();
    memory.remove(TLS);
    leader.published.send_replace(None);
    pass(3600).await;
    assert_eq!(memory.writes(), Vec::<String>::new());
    leader.leads.send_replace(true);
    pass(1).await;
    assert_eq!(memory.writes(), ["POST portcullis-tls"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_the_watch_shows_is_mended_at_once_and_others_at_the_next_check() {
    let memory = Memory::default();
    let leader = start(&memory, CertificateTimings::default());
    leader.leads.send_replace(true);
    pass(1).await;
    memory.remove(TLS);
    leader.published.send_replace(None);
    pass(1).await;
    assert!(memory.object(TLS).is_some());
    memory.remove(TLS);
    pass(700).await;
    assert!(memory.object(TLS).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_or_is_silent_is_asked_again() {
    for health in [Health::Failing, Health::Silent] {
        let memory = Memory::default();
        memory.falls(health);
        let leader = start(&memory, CertificateTimings::default());
        leader.leads.send_replace(true);
        pass(60).await;
        memory.falls(Health::Well);
        pass(20).await;
        assert!(memory.object(TLS).is_some(), "{health:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_leaders_for_a_moment_agree_in_the_end() {
    let memory = Memory::default();
    let leaders: Vec<Leader> = (0..4)
        .map(|_| start(&memory, CertificateTimings::default()))
        .collect();
    for leader in &leaders {
        leader.leads.send_replace(true);
    }
    pass(1).await;
    // Whoever came second was refused, by name or by version, and looked again.
    assert_eq!(
        memory.writes(),
        ["POST portcullis-ca", "POST portcullis-tls"]
    );
    assert!(bundle(&memory).trusts(&serving(&memory), clock()));
}

#[tokio::test(start_paused = true)]
async fn a_closed_channel_ends_the_work() {
    let memory = Memory::default();
    let leader = start(&memory, CertificateTimings::default());
    leader.leads.send_replace(true);
    pass(1).await;
    drop(leader.published);
    leader.task.await.unwrap();
    let leader = start(&memory, CertificateTimings::default());
    drop(leader.leads);
    leader.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn short_lives_and_changing_leaders_never_lose_trust() {
    let memory = Memory::default();
    let timings = CertificateTimings {
        authority_lifetime: Duration::from_hours(18),
        leaf_lifetime: Duration::from_hours(6),
        overlap: Duration::from_hours(2),
        ..CertificateTimings::default()
    };
    let leaders = [start(&memory, timings), start(&memory, timings)];
    leaders[0].leads.send_replace(true);
    pass(1).await;
    register(&memory);
    let first = bundle(&memory);
    let (mut authorities, mut leaf) = (vec![first], memory.object(TLS).unwrap());
    for minute in 0..52 * 60 {
        if minute % 47 == 0 {
            let leads = minute % 2 == 0;
            leaders[0].leads.send_replace(leads);
            leaders[1].leads.send_replace(!leads);
        }
        pass(60).await;
        let tls = memory.object(TLS).unwrap();
        if tls != leaf {
            // Replicas serve the new leaf before API servers trust the new bundle.
            assert!(registered(&memory).trusts(&serving(&memory), clock()));
            register(&memory);
            assert!(registered(&memory).trusts(&serving(&memory), clock()));
            leaf = tls;
            authorities.push(bundle(&memory));
        }
    }
    authorities.dedup();
    // Four rotations: each shows both, then the new one.
    assert_eq!(authorities.len(), 9);
}
