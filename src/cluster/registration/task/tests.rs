//! The task against a scripted API server.

use std::time::Duration;

use serde_json::json;
use tokio::task::yield_now;
use tokio::time::sleep;

use self::fake::{Fake, Trouble};
use super::*;
use crate::cluster::registration::fixture::wanted;

mod fake;

/// A running registration and what it hangs on.
struct Run {
    wanted: watch::Sender<Option<Wanted>>,
    leader: watch::Sender<bool>,
    ready: watch::Sender<bool>,
    status: watch::Receiver<Status>,
    applied: watch::Receiver<Option<Applied>>,
}

impl Run {
    /// Leads, is ready, and wants `first`.
    fn start(fake: &Fake, first: Option<Wanted>) -> Self {
        let (wanted, leader, ready) = (
            watch::Sender::new(first),
            watch::Sender::new(true),
            watch::Sender::new(true),
        );
        let inputs = Inputs {
            wanted: wanted.subscribe(),
            leader: leader.subscribe(),
            ready: ready.subscribe(),
            now: || Timestamp::UNIX_EPOCH,
        };
        let registration = Registration::new(fake.client(), inputs);
        let (status, applied) = (registration.status(), registration.applied());
        tokio::spawn(registration.run());
        Self {
            wanted,
            leader,
            ready,
            status,
            applied,
        }
    }

    async fn applies(&mut self, generation: u64) {
        let shown =
            |one: &Option<Applied>| one.as_ref().is_some_and(|one| one.generation == generation);
        self.applied.wait_for(shown).await.unwrap();
    }

    async fn says(&mut self, holds: impl Fn(&Status) -> bool) {
        self.status.wait_for(holds).await.unwrap();
    }

    /// Lets everything happen that would happen within `seconds`.
    async fn pass(seconds: u64) {
        sleep(Duration::from_secs(seconds)).await;
        yield_now().await;
    }
}

const PODS: &[&str] = &["Pod CREATE,UPDATE"];

#[tokio::test(start_paused = true)]
async fn calls_are_registered_once_this_replica_is_ready_and_reachable() {
    let fake = Fake::installed();
    fake.begin(Trouble::NoEndpoint);
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &[])));
    run.ready.send_replace(false);
    Run::pass(60).await;
    assert_eq!(fake.writes(), 0);
    run.ready.send_replace(true);
    run.says(|status| {
        let error = status.error.as_deref();
        error == Some("service `portcullis-webhook` has no ready endpoint")
    })
    .await;
    assert_eq!(fake.writes(), 0);
    fake.end(Trouble::NoEndpoint);
    run.applies(1).await;
    Run::pass(600).await;
    assert_eq!(fake.writes(), 1);
    let status = run.status.borrow().clone();
    let expected = Status {
        installed: Some(true),
        in_sync: true,
        ..Status::default()
    };
    assert_eq!(status, expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_yet_leaves_everything_as_it_stands() {
    let fake = Fake::installed();
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &[])));
    run.applies(1).await;
    let writes = fake.writes();
    let restarted = Run::start(&fake, None);
    Run::pass(60).await;
    assert_eq!(fake.writes(), writes);
    assert_eq!(restarted.status.borrow().installed, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_does_not_lead_writes_nothing_and_sees_what_others_wrote() {
    let fake = Fake::installed();
    let mut follower = Run::start(&fake, Some(wanted(1, PODS, &[])));
    follower.leader.send_replace(false);
    Run::pass(60).await;
    assert_eq!(fake.writes(), 0);
    let mut leader = Run::start(&fake, Some(wanted(1, PODS, &[])));
    leader.applies(1).await;
    follower.applies(1).await;
    fake.change(|entry| entry["timeoutSeconds"] = json!(1));
    leader
        .says(|status| status.drifts == 1 && status.in_sync)
        .await;
    follower.says(|status| status.in_sync).await;
    assert_eq!(follower.status.borrow().drifts, 0);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_not_there_is_never_created() {
    let fake = Fake::default();
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &[])));
    run.says(|status| status.installed == Some(false)).await;
    Run::pass(3600).await;
    assert_eq!(fake.writes(), 0);
    fake.install();
    run.applies(1).await;
    fake.uninstall();
    run.says(|status| status.installed == Some(false)).await;
    run.wanted
        .send_replace(Some(wanted(2, &["Secret CREATE"], &[])));
    Run::pass(3600).await;
    assert_eq!(fake.writes(), 1);
    assert_eq!(*run.applied.borrow(), None);
}

#[tokio::test(start_paused = true)]
async fn an_uninstall_just_before_the_write_is_not_undone() {
    let fake = Fake::installed();
    fake.begin(Trouble::Vanishes);
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &[])));
    run.says(|status| status.installed == Some(false)).await;
    Run::pass(600).await;
    assert!(!fake.is_installed());
}

#[tokio::test(start_paused = true)]
async fn a_change_by_others_is_mended_and_counted_ever_more_slowly() {
    let fake = Fake::installed();
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &["Secret CREATE"])));
    run.applies(1).await;
    let start = Instant::now();
    for count in 1..=6 {
        fake.change(|entry| {
            let conditions = entry["matchConditions"].as_array_mut().unwrap();
            conditions.push(json!({"name": "never", "expression": "false"}));
            entry["objectSelector"] = json!({"matchLabels": {"a": "b"}});
        });
        run.says(|status| status.drifts == count && status.in_sync)
            .await;
    }
    // 0, 1, 2, 4, 8, 16 s
    assert_eq!((Instant::now() - start).as_secs(), 31);
}

#[tokio::test(start_paused = true)]
async fn fewer_calls_need_no_readiness_and_more_do() {
    let fake = Fake::installed();
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &["Secret CREATE"])));
    run.applies(1).await;
    run.ready.send_replace(false);
    run.wanted
        .send_replace(Some(wanted(2, &["Pod UPDATE"], &[])));
    run.applies(2).await;
    assert_eq!(fake.entries(), ["enforce.portcullis.dev"]);
    run.wanted.send_replace(Some(wanted(3, PODS, &[])));
    Run::pass(60).await;
    assert_eq!(*run.applied.borrow(), None);
    run.ready.send_replace(true);
    run.applies(3).await;
    run.wanted.send_replace(Some(wanted(4, &[], &[])));
    run.applies(4).await;
    assert_eq!(fake.entries(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_or_unanswered_write_is_tried_again() {
    let fake = Fake::installed();
    fake.begin(Trouble::Refuses);
    let mut run = Run::start(&fake, Some(wanted(1, PODS, &[])));
    run.says(|status| {
        status
            .error
            .as_deref()
            .is_some_and(|error| error.contains("write the webhook configuration"))
    })
    .await;
    Run::pass(60).await;
    assert!((5..=12).contains(&fake.writes()), "{}", fake.writes());
    fake.end(Trouble::Refuses);
    fake.begin(Trouble::Hangs);
    run.says(|status| {
        let error = status.error.as_deref();
        error.is_some_and(|error| error.contains("no answer within 10 s"))
    })
    .await;
    fake.end(Trouble::Hangs);
    run.applies(1).await;
    assert_eq!(run.status.borrow().error, None);
}

#[tokio::test(start_paused = true)]
async fn a_custom_kind_is_registered_as_soon_as_it_is_served() {
    let fake = Fake::installed();
    fake.begin(Trouble::NoGadgets);
    let scopes = &["Pod CREATE", "example.com/Gadget CREATE"];
    let mut run = Run::start(&fake, Some(wanted(1, scopes, &[])));
    run.applies(1).await;
    run.says(|status| status.unregistered == ["example.com/Gadget"])
        .await;
    fake.end(Trouble::NoGadgets);
    run.says(|status| status.in_sync && status.unregistered.is_empty())
        .await;
    assert!(fake.object().contains("gadgets"));
    // Its definition may come back: the rule stays.
    fake.begin(Trouble::NoGadgets);
    Run::pass(600).await;
    assert!(fake.object().contains("gadgets"));
}

#[tokio::test(start_paused = true)]
async fn a_restart_unregisters_no_custom_kind_that_it_does_not_know_yet() {
    let fake = Fake::installed();
    let scopes = &["example.com/Gadget CREATE"];
    let mut run = Run::start(&fake, Some(wanted(1, scopes, &[])));
    run.says(|status| status.in_sync && status.unregistered.is_empty())
        .await;
    fake.begin(Trouble::NoDiscovery);
    let mut restarted = Run::start(&fake, Some(wanted(1, scopes, &[])));
    restarted.says(|status| status.error.is_some()).await;
    Run::pass(60).await;
    assert!(fake.object().contains("gadgets"));
    fake.end(Trouble::NoDiscovery);
    restarted.applies(1).await;
    assert_eq!(restarted.status.borrow().error, None);
}
