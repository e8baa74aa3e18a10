//! Tests of renewal and rotation, step by step, with real certificates in Secrets that only live here.

mod faults;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;

use super::*;
use crate::cluster::certificates::CA_SECRET;
use crate::cluster::certificates::change::change;
use crate::cluster::certificates::state::{CERTIFICATE, SHOWN_SINCE, SWITCHED_AT, data};

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

fn names() -> Vec<String> {
    vec!["hook.portcullis.svc".to_owned()]
}

/// A cluster that keeps nothing but its objects: every step reads them anew, as a new leader would.
#[derive(Clone)]
struct World {
    ca: Option<Secret>,
    tls: Option<Secret>,
    /// The `caBundle`s of the live configuration; `None`: it can't be read.
    live: Option<Vec<CaBundle>>,
    now: Timestamp,
    timings: CertificateTimings,
}

impl World {
    fn empty() -> Self {
        Self {
            ca: None,
            tls: None,
            live: Some(Vec::new()),
            now: "2026-03-01T12:00:00Z".parse().unwrap(),
            timings: CertificateTimings::default(),
        }
    }

    /// Installed, and registered with two webhooks.
    fn installed() -> Self {
        let mut world = Self::empty();
        world.settles(&["new authority: there is none", "new leaf: there is none"]);
        world.register();
        world
    }

    /// A new authority is announced, and nobody trusts it yet.
    fn announced() -> Self {
        let mut world = Self::installed();
        world.ca = None;
        world.settles(&["new authority: there is none", "bundle for the authority"]);
        world
    }

    fn state(&self) -> State {
        let live = self.live.clone().map_or(Live::Unknown, Live::Bundles);
        State::read(self.ca.as_ref(), self.tls.as_ref(), live)
    }

    /// One step; what it was, or the pause.
    fn step(&mut self) -> Result<String, Duration> {
        let state = self.state();
        let action = next(&state, &names(), self.now, &self.timings);
        if let Action::Wait(pause) = action {
            return Err(pause);
        }
        let change = change(&action, &state, &names(), self.now, &self.timings);
        let change = change.unwrap().unwrap();
        let secret = if change.secret == CA_SECRET {
            &mut self.ca
        } else {
            &mut self.tls
        };
        *secret = Some(change.apply(secret.take()));
        Ok(action.to_string())
    }

    /// Steps until nothing is to be done now; they must be these.
    #[track_caller]
    fn settles(&mut self, expected: &[&str]) -> Duration {
        let mut steps = Vec::new();
        loop {
            match self.step() {
                Ok(step) => steps.push(step),
                Err(pause) => {
                    assert_eq!(steps, expected);
                    return pause;
                }
            }
            assert!(steps.len() < 12, "no end: {steps:?}");
        }
    }

    /// What registration does: both webhooks get the published bundle.
    fn register(&mut self) {
        let bundle = self.state().bundle;
        self.live = Some(vec![bundle.clone(), bundle]);
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
    }

    /// Whether API servers accept the leaf as they are.
    fn serves(&self) -> bool {
        let state = self.state();
        let Some(Ok(serving)) = &state.serving else {
            return false;
        };
        let live = self.live.iter().flatten();
        live.into_iter()
            .all(|bundle| bundle.trusts(serving, self.now))
    }

    fn authorities(&self) -> usize {
        self.state().bundle.iter().count()
    }

    fn leaf(&self) -> Vec<u8> {
        data(self.tls.as_ref().unwrap(), CERTIFICATE).to_vec()
    }
}

fn set(secret: &mut Option<Secret>, key: &str, value: &[u8]) {
    let data = secret.as_mut().unwrap().data.as_mut().unwrap();
    data.insert(key.to_owned(), ByteString(value.to_vec()));
}

fn annotate(secret: &mut Option<Secret>, annotation: &str, value: &str) {
    let metadata = &mut secret.as_mut().unwrap().metadata;
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.insert(annotation.to_owned(), value.to_owned());
}

#[test]
fn a_first_start_makes_both_secrets_and_waits_for_the_leafs_renewal() {
    let mut world = World::empty();
    let pause = world.settles(&["new authority: there is none", "new leaf: there is none"]);
    assert_eq!(pause, Duration::from_mins(60 * 24 * 60 - 20));
    for secret in [world.ca.as_ref().unwrap(), world.tls.as_ref().unwrap()] {
        assert_eq!(secret.type_.as_deref(), Some("kubernetes.io/tls"));
    }
    assert_eq!(world.authorities(), 1);
    world.settles(&[]);
}

#[test]
fn a_leaf_is_renewed_by_its_authority_after_two_thirds_of_its_life() {
    let mut world = World::installed();
    world.passes(DAY * 59);
    world.settles(&[]);
    world.passes(DAY);
    world.settles(&["new leaf: two thirds of its life are over"]);
    assert!(world.serves());
    assert_eq!(world.authorities(), 1);
}

#[test]
fn an_authority_is_rotated_without_a_moment_in_which_its_leaf_is_not_trusted() {
    let mut world = World::installed();
    let first = world.leaf();
    // The leaves of nearly seven years.
    for _ in 0..40 {
        world.passes(DAY * 60);
        world.settles(&["new leaf: two thirds of its life are over"]);
    }
    world.passes(DAY * 34);
    let announced = [
        "new authority: two thirds of its life are over",
        "bundle for the authority",
    ];
    let leaf = world.leaf();
    assert_ne!(leaf, first);
    world.settles(&announced);
    assert_eq!(world.authorities(), 2);
    assert!(world.serves() && world.leaf() == leaf);

    // Registration is slow: nothing happens until every webhook shows the new bundle.
    let old = world.live.clone().unwrap();
    world.passes(DAY);
    assert_eq!(world.settles(&[]), MINUTE);
    world.register();
    let new = world.live.clone().unwrap();
    world.live = Some(vec![new[0].clone(), old[1].clone()]);
    world.settles(&[]);

    world.live = Some(new);
    assert_eq!(world.settles(&["API servers trust the authority"]), MINUTE);
    world.passes(Duration::from_secs(59));
    assert_eq!(world.settles(&[]), Duration::from_secs(1));
    assert!(world.serves() && world.leaf() == leaf);
    world.passes(Duration::from_secs(1));
    let switched = [
        "new leaf: its authority is replaced",
        "the leaf is the authority's",
    ];
    assert_eq!(world.settles(&switched), DAY);
    assert!(world.serves() && world.leaf() != leaf);
    assert_eq!(world.authorities(), 2);

    world.passes(DAY);
    world.settles(&["earlier authorities dropped", "bundle for the authority"]);
    assert_eq!(world.authorities(), 1);
    assert!(world.serves());
    world.register();
    assert!(world.serves());
    let annotations = world.ca.as_ref().unwrap().metadata.annotations.as_ref();
    assert!(annotations.unwrap().is_empty());
    world.settles(&[]);
}

#[test]
fn a_new_leader_goes_on_after_any_step_even_with_another_clock() {
    let whole = |skew: i64| {
        let mut world = World::announced();
        let mut steps = Vec::new();
        let mut leader = 0;
        for _ in 0..60 {
            // Every step has another leader, whose clock is off by `skew` seconds.
            leader = skew - leader;
            let seen = world.now;
            world.now = seen + jiff::SignedDuration::from_secs(leader);
            match world.step() {
                Ok(step) => steps.push(step),
                Err(pause) => world.passes(pause.min(DAY)),
            }
            world.now -= jiff::SignedDuration::from_secs(leader);
            world.register();
            assert!(world.serves(), "{steps:?}");
        }
        steps.dedup();
        steps
    };
    let expected = [
        "API servers trust the authority",
        "new leaf: its authority is replaced",
        "the leaf is the authority's",
        "earlier authorities dropped",
        "bundle for the authority",
    ];
    for skew in [0, 20, -20, 300, -300] {
        assert_eq!(whole(skew), expected, "{skew}");
    }
}

#[test]
fn nobody_calls_so_nobody_has_to_trust_first() {
    let mut world = World::announced();
    world.live = Some(Vec::new());
    world.settles(&[
        "new leaf: its authority is replaced",
        "the leaf is the authority's",
    ]);
}

#[test]
fn a_configuration_that_cannot_be_read_holds_up_a_rotation_alone() {
    let mut world = World::announced();
    world.live = None;
    assert_eq!(world.settles(&[]), MINUTE);
    world.tls = None;
    world.settles(&["new leaf: there is none", "the leaf is the authority's"]);
}

#[test]
fn a_bundle_that_is_taken_back_begins_the_wait_again() {
    let mut world = World::announced();
    let old = world.live.clone();
    world.register();
    world.settles(&["API servers trust the authority"]);
    let new = std::mem::replace(&mut world.live, old);
    world.passes(MINUTE * 2);
    world.settles(&["API servers no longer trust the authority"]);
    world.live = new;
    assert_eq!(world.settles(&["API servers trust the authority"]), MINUTE);
}

#[test]
fn times_that_a_wrong_clock_wrote_are_written_anew() {
    for wrong in ["2999-01-01T00:00:00Z", "yesterday", ""] {
        let mut world = World::announced();
        world.register();
        annotate(&mut world.ca, SHOWN_SINCE, wrong);
        assert_eq!(world.settles(&["API servers trust the authority"]), MINUTE);
        world.passes(MINUTE);
        world.settles(&[
            "new leaf: its authority is replaced",
            "the leaf is the authority's",
        ]);
        annotate(&mut world.ca, SWITCHED_AT, wrong);
        assert_eq!(world.settles(&["the leaf is the authority's"]), DAY);
    }
}

#[test]
fn a_rotation_does_not_keep_a_dead_leaf() {
    // Nobody registers, for so long that the old authority's leaf expires.
    let mut world = World::announced();
    world.passes(DAY * 91);
    world.settles(&[
        "new leaf: expired, or not valid yet",
        "the leaf is the authority's",
    ]);
}

#[test]
fn a_leaf_that_is_due_in_a_rotation_is_issued_by_the_new_authority() {
    let mut world = World::announced();
    world.register();
    world.passes(DAY * 61);
    world.settles(&["API servers trust the authority"]);
    world.passes(MINUTE);
    world.settles(&[
        "new leaf: its authority is replaced",
        "the leaf is the authority's",
    ]);
}

#[test]
fn a_deleted_authority_in_the_middle_of_a_rotation_begins_another_one() {
    let mut world = World::announced();
    world.register();
    world.settles(&["API servers trust the authority"]);
    world.ca = None;
    world.settles(&["new authority: there is none", "bundle for the authority"]);
    assert!(world.serves());
    world.register();
    world.settles(&["API servers trust the authority"]);
    world.passes(MINUTE);
    world.settles(&[
        "new leaf: its authority is replaced",
        "the leaf is the authority's",
    ]);
    assert!(world.serves());
}

#[test]
fn short_lives_do_not_spin() {
    let mut world = World::empty();
    world.timings = CertificateTimings {
        authority_lifetime: Duration::from_mins(1),
        leaf_lifetime: Duration::from_secs(6),
        settle: Duration::from_secs(1),
        overlap: Duration::from_secs(2),
        ..world.timings
    };
    while world.step().is_ok() {}
    let (start, mut writes) = (world.now, 0);
    while world.now < start + Duration::from_mins(5) {
        match world.step() {
            Ok(_) => writes += 1,
            Err(pause) => world.passes(pause.max(Duration::from_millis(100))),
        }
        world.register();
        assert!(world.serves());
    }
    assert!((60..200).contains(&writes), "{writes}");
}
