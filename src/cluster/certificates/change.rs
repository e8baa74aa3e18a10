//! What an action writes into which Secret.
//!
//! Never touches what it doesn't name: labels, other annotations and other keys of a Secret stay as they are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;

use crate::crypto::{Authority, CryptoError};

use super::rotation::Action;
use super::state::{BUNDLE, CERTIFICATE, KEY, PREVIOUS, SHOWN_SINCE, SWITCHED_AT, State};
use super::{CA_SECRET, CertificateTimings, TLS_SECRET};

/// New values of one Secret; `None` removes a key.
#[derive(Default)]
pub(super) struct Change {
    /// The Secret's name.
    pub(super) secret: &'static str,
    data: Vec<(&'static str, Option<String>)>,
    annotations: Vec<(&'static str, Option<String>)>,
}

/// The change that `action` is; `None` for a pause.
pub(super) fn change(
    action: &Action<'_>,
    state: &State,
    names: &[String],
    now: Timestamp,
    timings: &CertificateTimings,
) -> Result<Option<Change>, CryptoError> {
    Ok(Some(match action {
        Action::NewAuthority(_) => new_authority(state, now, timings)?,
        Action::Issue(authority, _) => {
            let issued = authority.issue(names, now, timings.leaf_lifetime)?;
            Change {
                secret: TLS_SECRET,
                data: vec![
                    (CERTIFICATE, Some(issued.chain)),
                    (KEY, Some(issued.key)),
                    (BUNDLE, Some(state.wanted_bundle(authority).to_pem())),
                ],
                ..Change::default()
            }
        }
        Action::Announce(authority) => Change {
            secret: TLS_SECRET,
            data: vec![(BUNDLE, Some(state.wanted_bundle(authority).to_pem()))],
            ..Change::default()
        },
        Action::MarkShown => note(SHOWN_SINCE, Some(now)),
        Action::ClearShown => note(SHOWN_SINCE, None),
        Action::MarkSwitched => note(SWITCHED_AT, Some(now)),
        Action::DropPrevious => Change {
            secret: CA_SECRET,
            data: vec![(PREVIOUS, None)],
            annotations: vec![(SHOWN_SINCE, None), (SWITCHED_AT, None)],
        },
        Action::Wait(_) => return Ok(None),
    }))
}

fn new_authority(
    state: &State,
    now: Timestamp,
    timings: &CertificateTimings,
) -> Result<Change, CryptoError> {
    let authority = Authority::generate(now, timings.authority_lifetime)?;
    let previous = state.signers(now);
    Ok(Change {
        secret: CA_SECRET,
        data: vec![
            (CERTIFICATE, Some(authority.certificate_pem())),
            (KEY, Some(authority.key_pem())),
            (PREVIOUS, (!previous.is_empty()).then(|| previous.to_pem())),
        ],
        annotations: vec![(SHOWN_SINCE, None), (SWITCHED_AT, None)],
    })
}

fn note(annotation: &'static str, time: Option<Timestamp>) -> Change {
    Change {
        secret: CA_SECRET,
        annotations: vec![(annotation, time.map(|time| time.to_string()))],
        ..Change::default()
    }
}

impl Change {
    /// The Secret as it should be; one that isn't there yet gets the type of TLS pairs, which can't be changed later.
    pub(super) fn apply(self, current: Option<Secret>) -> Secret {
        let mut secret = current.unwrap_or_else(|| Secret {
            type_: Some("kubernetes.io/tls".to_owned()),
            ..Secret::default()
        });
        secret.metadata.name = Some(self.secret.to_owned());
        let bytes = |value: String| ByteString(value.into_bytes());
        overlay(secret.data.get_or_insert_default(), self.data, bytes);
        let annotations = secret.metadata.annotations.get_or_insert_default();
        overlay(annotations, self.annotations, |value| value);
        secret
    }
}

fn overlay<T>(
    map: &mut BTreeMap<String, T>,
    values: Vec<(&str, Option<String>)>,
    convert: impl Fn(String) -> T,
) {
    for (key, value) in values {
        match value {
            Some(value) => map.insert(key.to_owned(), convert(value)),
            None => map.remove(key),
        };
    }
}
