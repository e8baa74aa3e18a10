//! Where facts about other objects come from, before anything is judged.
//!
//! Never waits beyond its deadline: what isn't known by then is unavailable, and says so.

use std::sync::Arc;

use tokio::time::Instant;

use crate::cluster;
use crate::evidence::Objects;
use crate::model::{Evidence, Needs, Review};

/// A source of facts.
pub enum Facts {
    /// None: policies judge with what the review itself says, as a scan of this one object would.
    Nothing,
    /// A set of objects that were read before.
    Objects(Arc<Objects>),
    /// The cluster that calls.
    Cluster(cluster::Facts),
}

impl Facts {
    /// The facts that `needs` asks for about `review`.
    pub(super) async fn gather(
        &self,
        needs: &Needs,
        review: &Review,
        deadline: Instant,
    ) -> Evidence {
        match self {
            Self::Nothing => Evidence::default(),
            Self::Objects(objects) => objects.gather(needs, review),
            Self::Cluster(facts) => facts.gather(needs, review, deadline).await,
        }
    }
}
