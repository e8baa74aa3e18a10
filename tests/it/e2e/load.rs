//! Dry-run creates at a steady rate, and what became of each: a good Pod is admitted, a privileged one refused by us.
//!
//! Never asks twice for the same: whatever is answered otherwise is lost.

use std::io::Write;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, PostParams};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::deciding::object;
use super::installed::Installed;
use crate::control_plane::observe::metric;
use crate::control_plane::wait::eventually;

/// The most requests at once: a machine that is too slow for the rate gets as many as it answers.
const AT_ONCE: usize = 16;

/// Creates that go on until [`Load::end`].
pub(super) struct Load {
    stop: oneshot::Sender<()>,
    running: JoinHandle<Sums>,
    since: Instant,
    failed: f64,
}

/// What became of them.
#[derive(Debug, Default)]
pub(super) struct Sums {
    asked: usize,
    slowest: Duration,
    lost: Vec<String>,
}

impl Load {
    /// Waits until privileged Pods are refused in `namespace`, and begins.
    pub(super) async fn start(installed: &Installed, namespace: &str, per_second: u32) -> Self {
        let pods: Api<Pod> = Api::namespaced(installed.plane.client(), namespace);
        eventually("a privileged Pod is refused", async || {
            ask(&pods, 1).await.is_none().then_some(())
        })
        .await;
        let (stop, stopped) = oneshot::channel();
        Self {
            stop,
            running: tokio::spawn(run(pods, per_second, stopped)),
            since: Instant::now(),
            failed: failed_calls(installed),
        }
    }

    /// Ends it: nothing was lost, and no call failed by the API server's own count.
    pub(super) async fn end(self, installed: &Installed, what: &str) {
        self.stop.send(()).unwrap();
        let sums = self.running.await.unwrap();
        let failed = failed_calls(installed) - self.failed;
        figure(&format!(
            "{what}: {} creates in {:?}, the slowest took {:?}, {} lost, {failed} failed calls",
            sums.asked,
            self.since.elapsed(),
            sums.slowest,
            sums.lost.len(),
        ));
        assert!(sums.lost.is_empty(), "{:#?}", sums.lost);
        assert!(failed.abs() < f64::EPSILON, "{failed} failed calls");
    }
}

/// Says a figure on the real stderr: libtest swallows the macros' output.
pub(super) fn figure(text: &str) {
    std::io::stderr()
        .write_all(format!("figure: {text}\n").as_bytes())
        .unwrap();
}

/// How many calls of ours have failed so far, by what the API server says: refused or let through.
pub(super) fn failed_calls(installed: &Installed) -> f64 {
    let text = installed.plane.fetch_metrics();
    let refused = |error| {
        let name = "apiserver_admission_webhook_rejection_count";
        metric(&text, name, &[("error_type", error)])
    };
    refused("calling_webhook_error")
        + refused("apiserver_internal_error")
        + metric(&text, "apiserver_admission_webhook_fail_open_count", &[])
}

async fn run(pods: Api<Pod>, per_second: u32, mut stopped: oneshot::Receiver<()>) -> Sums {
    let mut ticks = interval(Duration::from_secs(1) / per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut open = JoinSet::new();
    let mut sums = Sums::default();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = ticks.tick(), if open.len() < AT_ONCE => {
                let (pods, number) = (pods.clone(), sums.asked);
                open.spawn(async move { timed(&pods, number).await });
                sums.asked += 1;
            }
            Some(ended) = open.join_next() => sums.add(ended.unwrap()),
        }
    }
    while let Some(ended) = open.join_next().await {
        sums.add(ended.unwrap());
    }
    sums
}

impl Sums {
    fn add(&mut self, (took, lost): (Duration, Option<String>)) {
        self.slowest = self.slowest.max(took);
        self.lost.extend(lost);
    }
}

async fn timed(pods: &Api<Pod>, number: usize) -> (Duration, Option<String>) {
    let start = Instant::now();
    let lost = ask(pods, number).await;
    let took = start.elapsed();
    (
        took,
        lost.map(|why| format!("request {number} after {took:?}: {why}")),
    )
}

/// Creates a good Pod (even numbers) or a privileged one; what is wrong with the answer.
async fn ask(pods: &Api<Pod>, number: usize) -> Option<String> {
    let privileged = number % 2 == 1;
    let context = serde_json::json!({"securityContext": {"privileged": privileged}});
    let pod = object(&format!("load-{number}"), &context);
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    match pods.create(&dry, &pod).await {
        Ok(_) if privileged => Some("a privileged Pod was admitted".to_owned()),
        Ok(_) => None,
        Err(kube::Error::Api(status))
            if privileged
                && status.code == 403
                && status.message.contains("privileged-container") =>
        {
            None
        }
        Err(error) => Some(error.to_string()),
    }
}
