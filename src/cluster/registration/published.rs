//! What registration tells others: through channels that hold the last word.
//!
//! Never sends twice what hasn't changed.

use jiff::Timestamp;
use tokio::sync::watch;
use tracing::warn;

use super::{Applied, Status, Wanted};

/// The channels.
#[derive(Default)]
pub(super) struct Published {
    pub(super) status: watch::Sender<Status>,
    pub(super) applied: watch::Sender<Option<Applied>>,
}

impl Published {
    /// Says how registration fares with what is `wanted`.
    pub(super) fn update(&self, status: Status, wanted: Option<&Wanted>, now: fn() -> Timestamp) {
        self.applied(wanted.filter(|_| status.in_sync), now);
        self.status.send_if_modified(|last| {
            if *last == status {
                return false;
            }
            if let Some(error) = status.error.as_ref().filter(|_| status.error != last.error) {
                warn!(error, "registration is tried again");
            }
            *last = status;
            true
        });
    }

    /// The time changes only with the rest: it says since when the object has shown this.
    fn applied(&self, shown: Option<&Wanted>, now: fn() -> Timestamp) {
        self.applied.send_if_modified(|last| {
            let known = last.as_ref();
            let known = known.map(|last| (last.generation, last.ca_bundle.as_str()));
            if known == shown.map(|one| (one.generation, one.settings.ca_bundle.as_str())) {
                return false;
            }
            *last = shown.map(|one| Applied {
                generation: one.generation,
                ca_bundle: one.settings.ca_bundle.clone(),
                at: now(),
            });
            true
        });
    }
}
