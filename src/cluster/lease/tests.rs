//! Tests of elections against a server in memory, in virtual time.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{advance, sleep};

use super::*;
use crate::cluster::memory::{Health, Memory};

const PATH: &str = "/apis/coordination.k8s.io/v1/namespaces/portcullis/leases/portcullis";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A clock of whole seconds that moves with every look at it.
fn clock() -> Timestamp {
    static SECOND: AtomicI64 = AtomicI64::new(1_800_000_000);
    Timestamp::from_second(SECOND.fetch_add(1, Ordering::Relaxed)).unwrap()
}

struct Running {
    leads: watch::Receiver<bool>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn start(memory: &Memory, identity: &str) -> Running {
    let timings = LeaseTimings::default();
    let client = memory.client();
    let (election, leads) =
        Election::new(client, "portcullis", "portcullis", identity, timings, clock);
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(election.run(async move {
        let _ = stopped.await;
    }));
    Running { leads, stop, task }
}

impl Running {
    async fn becomes(&mut self, leads: bool) {
        self.leads.wait_for(|now| *now == leads).await.unwrap();
    }

    fn leads(&self) -> bool {
        *self.leads.borrow()
    }
}

fn holder(memory: &Memory) -> Value {
    memory.object(PATH).unwrap()["spec"]["holderIdentity"].clone()
}

#[tokio::test(start_paused = true)]
async fn of_two_candidates_one_leads_and_goes_on() {
    let memory = Memory::default();
    let (one, two) = (start(&memory, "one"), start(&memory, "two"));
    for _ in 0..60 {
        sleep(seconds(2)).await;
        assert!(one.leads() != two.leads());
    }
    assert_eq!(memory.object(PATH).unwrap()["spec"]["leaseTransitions"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_lease_given_back_is_taken_without_waiting() {
    let memory = Memory::default();
    let mut one = start(&memory, "one");
    one.becomes(true).await;
    let mut two = start(&memory, "two");
    sleep(seconds(5)).await;
    let stopped = Instant::now();
    one.stop.send(()).unwrap();
    one.task.await.unwrap();
    assert!(!*one.leads.borrow());
    assert_eq!(holder(&memory), "");
    two.becomes(true).await;
    assert!(stopped.elapsed() < seconds(3));
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_vanished_is_replaced_after_the_duration() {
    let memory = Memory::default();
    let mut one = start(&memory, "one");
    one.becomes(true).await;
    let mut two = start(&memory, "two");
    sleep(seconds(5)).await;
    one.task.abort();
    let gone = Instant::now();
    one.becomes(false).await;
    assert_eq!(
        gone.elapsed(),
        Duration::ZERO,
        "an aborted task doesn't lead"
    );
    two.becomes(true).await;
    assert!(gone.elapsed() > seconds(12) && gone.elapsed() < seconds(20));
}

#[tokio::test(start_paused = true)]
async fn a_leader_cut_off_stops_before_another_one_can_begin() {
    for health in [Health::Silent, Health::Failing] {
        let memory = Memory::default();
        let mut one = start(&memory, "one");
        one.becomes(true).await;
        sleep(seconds(5)).await;
        memory.falls(health);
        let cut = Instant::now();
        one.becomes(false).await;
        assert!(cut.elapsed() <= seconds(10), "{health:?}");
        sleep(seconds(30)).await;
        memory.falls(Health::Well);
        one.becomes(true).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_two_lead_while_one_is_cut_off() {
    let memory = Memory::default();
    let line = memory.line();
    let (mut one, two) = (start(&line, "one"), start(&memory, "two"));
    one.becomes(true).await;
    sleep(seconds(7)).await;
    line.falls(Health::Silent);
    let mut without = 0;
    while !two.leads() {
        sleep(Duration::from_millis(50)).await;
        assert!(!(one.leads() && two.leads()));
        without += u32::from(!one.leads() && !two.leads());
    }
    assert!(without > 40, "two seconds at least lie between them");
}

#[tokio::test(start_paused = true)]
async fn a_stolen_or_deleted_lease_is_noticed_at_the_next_look() {
    let memory = Memory::default();
    let mut one = start(&memory, "one");
    one.becomes(true).await;
    memory.put(PATH, stolen());
    let taken = Instant::now();
    one.becomes(false).await;
    assert!(taken.elapsed() < seconds(3));
    one.becomes(true).await;
    assert!(taken.elapsed() > seconds(15), "the thief never renews");
    memory.remove(PATH);
    sleep(seconds(3)).await;
    assert!(one.leads());
    assert_eq!(holder(&memory), "one");
}

fn stolen() -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "portcullis", "namespace": "portcullis", "labels": {"kept": "yes"}},
        "spec": {"holderIdentity": "thief", "renewTime": "1970-01-01T00:00:00.000000Z"},
    })
}

#[tokio::test(start_paused = true)]
async fn what_others_wrote_into_the_object_is_kept() {
    let memory = Memory::default();
    memory.put(PATH, stolen());
    let mut one = start(&memory, "one");
    one.becomes(true).await;
    let lease = memory.object(PATH).unwrap();
    assert_eq!(lease["metadata"]["labels"]["kept"], "yes");
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_a_silent_server() {
    let memory = Memory::default();
    let mut one = start(&memory, "one");
    one.becomes(true).await;
    memory.falls(Health::Silent);
    advance(seconds(3)).await;
    let stopped = Instant::now();
    one.stop.send(()).unwrap();
    one.task.await.unwrap();
    assert!(stopped.elapsed() <= seconds(2));
}
