//! The facts about a review, from the cluster: what it names, got by exact name before the review's deadline.
//!
//! Never judges, and never makes up what the API server doesn't say: that fact is unavailable, and says why.

use std::sync::Arc;

use futures::future::join_all;
use kube::Client;
use tokio::time::Instant;

use super::Namespaces;
use super::asked::Asked;
use crate::evidence::{Answer, Extent, Lookup, LookupKind, Objects};
use crate::model::{Evidence, Needs, Review};

/// Who knows the facts of a cluster.
pub struct Facts {
    namespaces: Arc<Namespaces>,
    /// `None`: roles and accounts aren't asked for.
    asked: Option<Asked>,
}

impl Facts {
    /// Asks for roles and accounts; namespaces are known.
    #[must_use]
    pub fn new(client: Client, namespaces: Arc<Namespaces>) -> Self {
        Self {
            namespaces,
            asked: Some(Asked::new(client)),
        }
    }

    /// Knows namespaces only: of roles and accounts it says what a scan of the object alone would.
    #[must_use]
    pub fn of_namespaces(namespaces: Arc<Namespaces>) -> Self {
        Self {
            namespaces,
            asked: None,
        }
    }

    /// The facts that `needs` asks for about `review`, as far as they are known at `deadline`.
    ///
    /// What is normally made after the object isn't asked for: `networkPolicies`, `subjects`.
    pub async fn gather(&self, needs: &Needs, review: &Review, deadline: Instant) -> Evidence {
        let lookups = Lookup::of(needs, review).into_iter();
        let answers = join_all(lookups.map(|lookup| self.answer(lookup, deadline))).await;
        let mut objects = Objects::new(match self.asked {
            Some(_) => Extent::Live,
            None => Extent::Part,
        });
        for (lookup, answer) in answers.into_iter().flatten() {
            objects.answer(lookup, answer);
        }
        objects.gather(needs, review)
    }

    async fn answer(&self, lookup: Lookup, deadline: Instant) -> Option<(Lookup, Answer)> {
        let answer = match (lookup.kind, &self.asked) {
            (LookupKind::Namespace, _) => self.namespaces.find(&lookup.name, deadline).await,
            (_, Some(asked)) => asked.answer(&lookup, deadline).await,
            (_, None) => return None,
        };
        Some((lookup, answer))
    }
}

#[cfg(test)]
mod tests;
