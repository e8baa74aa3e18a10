//! Watches that never end: with back-off, by streaming list where the server has it, else by list and watch.
//!
//! Never keeps an object: who follows does.

use std::fmt::Debug;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use kube::runtime::watcher::{Config, Event, InitialListStrategy};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::ClusterError;

/// How long a streaming list may say nothing before it is over: some servers never say that it is.
const STALLED: Duration = Duration::from_secs(10);

/// After how many seconds the API server ends a watch and it is begun anew: a dead connection is noticed by that.
const RENEWED: u32 = 60;

/// How a watch ended.
enum End {
    /// The server has no streaming lists.
    NoStreaming,
    /// The stream is over.
    Closed,
}

/// Gives all that happens to what `api` and `config` select to `seen`, for ever; `what` names it in the log.
pub(super) async fn follow<K>(
    api: Api<K>,
    config: Config,
    what: &str,
    mut seen: impl FnMut(Event<K>),
) where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let listing = config.timeout(RENEWED);
    let mut config = listing.clone().streaming_lists();
    loop {
        if let End::NoStreaming = watch(&api, &config, what, &mut seen).await {
            config = listing.clone();
        }
    }
}

async fn watch<K>(api: &Api<K>, config: &Config, what: &str, seen: &mut impl FnMut(Event<K>)) -> End
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let streaming = config.initial_list_strategy == InitialListStrategy::StreamingList;
    let mut events = pin!(watcher(api.clone(), config.clone()).default_backoff());
    let mut begun = false;
    loop {
        let next = if streaming && begun {
            let Ok(next) = timeout(STALLED, events.next()).await else {
                return End::NoStreaming;
            };
            next
        } else {
            events.next().await
        };
        begun = matches!(next, Some(Ok(Event::Init | Event::InitApply(_))));
        match next {
            None => return End::Closed,
            Some(Ok(event)) => seen(event),
            Some(Err(error)) if streaming && refuses_streaming(&error) => return End::NoStreaming,
            Some(Err(error)) => {
                let error = ClusterError::watching(what, error);
                tracing::warn!(error = %error, help = error.help(), "what is known of the cluster may be old");
            }
        }
    }
}

/// Whether the server knows no `sendInitialEvents`: 422 where the feature gate is off.
fn refuses_streaming(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::WatchStartFailed(kube::Error::Api(status)) => {
            matches!(status.code, 400 | 422)
        }
        _ => false,
    }
}
