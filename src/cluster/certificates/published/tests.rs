//! Tests of what a version of the Secret publishes.

use std::time::Duration;

use futures::stream;
use k8s_openapi::ByteString;

use super::*;
use crate::crypto::Authority;

const HOUR: Duration = Duration::from_hours(1);

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn authority(lifetime: Duration) -> Authority {
    Authority::generate(now(), lifetime).unwrap()
}

fn secret(authority: &Authority, hours: u32, bundle: &str) -> Secret {
    let names = ["hook.portcullis.svc".to_owned()];
    let issued = authority.issue(&names, now(), HOUR * hours).unwrap();
    let data = [
        (CERTIFICATE, issued.chain.as_str()),
        (KEY, &issued.key),
        (BUNDLE, bundle),
    ];
    let entry = |(key, value): (&str, &str)| (key.to_owned(), ByteString(value.into()));
    Secret {
        data: Some(data.into_iter().map(entry).collect()),
        ..Secret::default()
    }
}

fn good() -> Secret {
    let authority = authority(HOUR * 100);
    secret(&authority, 10, &authority.certificate_pem())
}

/// What is published after each of the versions, and how often receivers were woken.
async fn after(versions: Vec<Option<Secret>>) -> (Option<Arc<Published>>, usize) {
    let (sender, mut receiver) = watch::channel(None);
    let mut woken = 0;
    for version in versions {
        publish(stream::iter([Ok(version)]), now, &sender).await;
        woken += usize::from(receiver.has_changed().unwrap());
        receiver.mark_unchanged();
    }
    let last = receiver.borrow().clone();
    (last, woken)
}

#[tokio::test]
async fn a_good_secret_is_published() {
    let (old, new) = (authority(HOUR * 40), authority(HOUR * 100));
    let text = format!("# both\n{}{}", new.certificate_pem(), old.certificate_pem());
    let (published, _) = after(vec![Some(secret(&old, 10, &text))]).await;
    let published = published.unwrap();
    assert_eq!(published.leaf_expiry(), now() + HOUR * 10);
    assert_eq!(published.authority_expiry(), Some(now() + HOUR * 40));
    assert_eq!(
        published.bundle,
        new.certificate_pem() + &old.certificate_pem()
    );
}

#[tokio::test]
async fn a_leaf_that_no_authority_of_its_bundle_signed_serves_all_the_same() {
    let (one, other) = (authority(HOUR * 40), authority(HOUR * 40));
    let (published, _) = after(vec![Some(secret(&one, 10, &other.certificate_pem()))]).await;
    assert_eq!(published.unwrap().authority_expiry(), None);
}

#[tokio::test]
async fn a_broken_or_deleted_secret_keeps_the_last_good_one_and_wakes_the_leader() {
    let without = |key: &str| {
        let mut secret = good();
        secret.data.as_mut().unwrap().remove(key);
        Some(secret)
    };
    let (first, _) = after(vec![Some(good())]).await;
    assert!(first.is_some());
    for broken in [
        None,
        Some(Secret::default()),
        without(CERTIFICATE),
        without(KEY),
        without(BUNDLE),
    ] {
        let (published, woken) = after(vec![Some(good()), broken.clone()]).await;
        assert!(published.is_some());
        assert_eq!(woken, 2);
        let (published, woken) = after(vec![broken]).await;
        assert!(published.is_none());
        assert_eq!(woken, 1);
    }
}

#[tokio::test]
async fn an_expired_leaf_replaces_none_that_is_valid() {
    let authority = Authority::generate(now() - HOUR * 50, HOUR * 100).unwrap();
    let names = ["hook.portcullis.svc".to_owned()];
    let issued = authority
        .issue(&names, now() - HOUR * 50, HOUR * 10)
        .unwrap();
    let mut expired = secret(&authority, 1, &authority.certificate_pem());
    let data = expired.data.as_mut().unwrap();
    data.insert(
        CERTIFICATE.to_owned(),
        ByteString(issued.chain.into_bytes()),
    );
    data.insert(KEY.to_owned(), ByteString(issued.key.into_bytes()));

    let (kept, _) = after(vec![Some(good()), Some(expired.clone())]).await;
    assert_eq!(kept.unwrap().leaf_expiry(), now() + HOUR * 10);
    // Without a better one it is shown, so that its expiry is seen.
    let (shown, _) = after(vec![Some(expired.clone())]).await;
    let shown = shown.unwrap();
    assert_eq!(shown.leaf_expiry(), now() - HOUR * 40);
    assert_eq!(shown.authority_expiry(), Some(now() + HOUR * 50));
    let (replaced, _) = after(vec![Some(expired), Some(good())]).await;
    assert_eq!(replaced.unwrap().leaf_expiry(), now() + HOUR * 10);
}

#[tokio::test]
async fn a_broken_watch_changes_nothing() {
    let (sender, receiver) = watch::channel(None);
    let versions = vec![Ok(Some(good())), Err(watcher::Error::NoResourceVersion)];
    publish(stream::iter(versions), now, &sender).await;
    assert!(receiver.borrow().is_some());
}
