//! The end of a process: not ready, then answers that close their connections, then a graceful stop.
//!
//! Never stops accepting before callers have had time to hear of it: API servers use pooled connections to a terminating Pod.

use std::net::SocketAddr;
use std::time::Duration;

use axum_server::Handle;

use crate::webhook::Health;

/// How long open calls may take after the listener is closed.
const STOP: Duration = Duration::from_secs(20);

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every call was answered.
    Drained,
    /// A second signal cut it short.
    Cut,
}

/// What a drain stops.
pub struct Drain<'a> {
    /// Says that this process is no longer ready.
    pub health: &'a Health,
    /// The servers.
    pub servers: &'a [Handle<SocketAddr>],
    /// How long calls are still accepted, each answer closing its connection.
    pub delay: Duration,
}

impl Drain<'_> {
    /// Drains; `again` ends it at once.
    pub async fn run(self, again: impl Future<Output = ()>) -> Ended {
        self.health.drain();
        tracing::info!(delay = ?self.delay, "draining: no longer ready, answers close their connections");
        let drained = async {
            tokio::time::sleep(self.delay).await;
            for server in self.servers {
                server.graceful_shutdown(Some(STOP));
            }
            while self
                .servers
                .iter()
                .any(|server| server.connection_count() > 0)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = drained => Ended::Drained,
            () = again => {
                for server in self.servers {
                    server.shutdown();
                }
                Ended::Cut
            }
        }
    }
}
