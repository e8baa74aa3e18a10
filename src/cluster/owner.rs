//! Who owns what we create: our own service account, so that an uninstall takes our objects with it.
//!
//! Needs no permission of its own: everybody may ask who he is (`authentication.k8s.io/v1` `SelfSubjectReview`).

use std::sync::Arc;

use k8s_openapi::api::authentication::v1::{SelfSubjectReview, UserInfo};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::sync::OnceCell;

use super::bounded;

/// Our service account as an owner, once it is known.
#[derive(Clone, Default)]
pub struct Owner(Arc<OnceCell<Option<OwnerReference>>>);

impl Owner {
    /// Makes our service account the owner of an object in `namespace` that we are about to write.
    ///
    /// Nothing changes for an account of another namespace, for a user that is no account, or while nobody can say who we are.
    pub(super) async fn own(&self, client: &Client, namespace: &str, metadata: &mut ObjectMeta) {
        let known = self.0.get_or_try_init(|| ask(client, namespace)).await;
        match known {
            Ok(Some(owner)) => {
                let owners = metadata.owner_references.get_or_insert_default();
                owners.retain(|other| other.kind != owner.kind || other.name != owner.name);
                owners.push(owner.clone());
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%error, "who owns what is written isn't known: an uninstall leaves it behind");
            }
        }
    }
}

async fn ask(
    client: &Client,
    namespace: &str,
) -> Result<Option<OwnerReference>, super::ClusterError> {
    let api: Api<SelfSubjectReview> = Api::all(client.clone());
    let params = PostParams::default();
    let asked = SelfSubjectReview::default();
    let review = bounded("ask who we are", api.create(&params, &asked)).await?;
    let user = review.status.and_then(|status| status.user_info);
    Ok(user.and_then(|user| reference(&user, namespace)))
}

fn reference(user: &UserInfo, namespace: &str) -> Option<OwnerReference> {
    let account = user
        .username
        .as_deref()?
        .strip_prefix("system:serviceaccount:")?;
    let (own, name) = account.split_once(':')?;
    let uid = user.uid.clone().filter(|uid| !uid.is_empty())?;
    (own == namespace).then(|| OwnerReference {
        api_version: "v1".to_owned(),
        kind: "ServiceAccount".to_owned(),
        name: name.to_owned(),
        uid,
        ..OwnerReference::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_account_of_the_namespace_owns() {
        let user = |username: &str, uid: &str| UserInfo {
            username: Some(username.to_owned()),
            uid: Some(uid.to_owned()),
            ..UserInfo::default()
        };
        let own = "system:serviceaccount:portcullis:portcullis";
        for (username, uid, name) in [
            (own, "u-1", Some("portcullis")),
            (own, "", None),
            ("system:serviceaccount:other:portcullis", "u-1", None),
            ("jane", "u-1", None),
        ] {
            let owner = reference(&user(username, uid), "portcullis");
            assert_eq!(owner.map(|owner| owner.name).as_deref(), name, "{username}");
        }
    }
}
