//! Certificates that are renewed and an authority that is replaced while calls go on.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::caller::Caller;
use super::installed::Installed;
use super::load::{Load, figure};
use crate::control_plane::observe::metric;
use crate::control_plane::wait::poll;

/// How often the authority is replaced, and with it at least three times as many leaves; more for a figure:
/// `PORTCULLIS_TEST_ROTATIONS=17` are over fifty renewals in five minutes.
fn rotations() -> usize {
    let wanted = std::env::var("PORTCULLIS_TEST_ROTATIONS").ok();
    wanted.map_or(2, |wanted| wanted.parse().unwrap())
}

/// The next authority is due after two thirds of a life; then come bundle, spread, leaf and overlap.
const TIMINGS: [&str; 5] = [
    "--leaf-lifetime=12s",
    "--ca-lifetime=24s",
    "--ca-spread=1s",
    "--ca-overlap=3s",
    "--certificate-check=500ms",
];

const RATE: u32 = 50;

/// How long one rotation may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(45);

/// What callers have seen so far.
#[derive(Default)]
struct Seen {
    /// The bundles in their order, each with its authorities.
    bundles: Vec<Vec<Vec<u8>>>,
    leaves: BTreeSet<Vec<u8>>,
    handshakes: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_while_the_authority_is_replaced() {
    let arguments = [&["--profile=baseline"], &TIMINGS[..]].concat();
    let Some(installed) = Installed::with_replicas(2, &arguments).await else {
        return;
    };
    let shop = installed.plane.namespace("shop");
    let load = Load::start(&installed, shop.name(), RATE).await;

    let rotations = rotations();
    let (mut seen, start) = (Seen::default(), Instant::now());
    let limit = LIMIT * u32::try_from(rotations).unwrap();
    let done = poll(limit, async || {
        seen.look(&installed).await;
        (seen.rotations() == rotations).then_some(())
    })
    .await;
    let sizes: Vec<usize> = seen.bundles.iter().map(Vec::len).collect();
    assert!(done.is_some(), "{sizes:?}\n{}", installed.logs());
    figure(&format!(
        "{rotations} rotations of the authority in {:?}: {} leaves, bundles of {sizes:?}, {} handshakes of callers",
        start.elapsed(),
        seen.leaves.len(),
        seen.handshakes,
    ));
    load.end(&installed, "rotation").await;

    // One, then both, then the new one alone.
    for step in seen.bundles.windows(3).step_by(2) {
        assert_eq!(step.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1]);
        let both: BTreeSet<_> = step[1].iter().collect();
        assert_eq!(both, BTreeSet::from([&step[0][0], &step[2][0]]));
    }
    // Due by themselves once before each rotation at least, and once with it.
    assert!(seen.leaves.len() > 2 * rotations, "{}", seen.leaves.len());
    for replica in 0..installed.replicas.len() {
        let text = installed.metrics(replica).await;
        let name = "portcullis_tls_handshakes_total";
        let errors = metric(&text, name, &[("result", "error")]);
        assert!(errors.abs() < f64::EPSILON, "{errors}");
    }
}

impl Seen {
    /// What is registered at this moment must be enough to trust each replica.
    async fn look(&mut self, installed: &Installed) {
        let caller = Caller::of(installed).await.unwrap();
        for replica in &installed.replicas {
            let leaf = caller.leaf(replica.contract);
            let count = caller.authorities.len();
            assert!(leaf.is_ok(), "{count} authorities: {leaf:?}");
            self.leaves.extend(leaf);
            self.handshakes += 1;
        }
        if self.bundles.last() != Some(&caller.authorities) {
            self.bundles.push(caller.authorities);
        }
    }

    /// How often a bundle has become that of another authority alone.
    fn rotations(&self) -> usize {
        let alone = self.bundles.iter().filter(|bundle| bundle.len() == 1);
        alone.count().saturating_sub(1)
    }
}
