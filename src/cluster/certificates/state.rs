//! What the Secrets and the live webhook configuration say.
//!
//! Never judges it by a clock: that is `rotation`'s.

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::core::v1::Secret;

use crate::crypto::{Authority, CaBundle, CaCertificate, CryptoError, ServingCertificate};

/// Keys of the Secrets' data; the first three are those of the type `kubernetes.io/tls` and of cert-manager.
pub(super) const CERTIFICATE: &str = "tls.crt";
pub(super) const KEY: &str = "tls.key";
pub(super) const BUNDLE: &str = "ca.crt";
/// In the authority's Secret: who signed the leaf before the authority did.
pub(super) const PREVIOUS: &str = "previous.crt";

/// Annotation: since when the live configuration shows the authority.
pub(super) const SHOWN_SINCE: &str = "portcullis.dev/shown-since";
/// Annotation: since when the leaf is the authority's.
pub(super) const SWITCHED_AT: &str = "portcullis.dev/switched-at";

/// All that the next step depends on, but the time.
#[derive(Debug)]
pub(super) struct State {
    /// The authority that signs; `None`: there is no Secret.
    pub(super) authority: Option<Result<Authority, CryptoError>>,
    /// Authorities that are trusted still.
    pub(super) previous: CaBundle,
    pub(super) shown_since: Option<Timestamp>,
    pub(super) switched_at: Option<Timestamp>,
    /// The leaf; `None`: there is no Secret.
    pub(super) serving: Option<Result<ServingCertificate, CryptoError>>,
    /// What is published to be trusted; a broken bundle is an empty one.
    pub(super) bundle: CaBundle,
    pub(super) live: Live,
}

impl State {
    pub(super) fn read(ca: Option<&Secret>, tls: Option<&Secret>, live: Live) -> Self {
        Self {
            authority: ca.map(|ca| Authority::from_pem(data(ca, CERTIFICATE), data(ca, KEY))),
            previous: ca.map(|ca| bundle(ca, PREVIOUS)).unwrap_or_default(),
            shown_since: ca.and_then(|ca| time(ca, SHOWN_SINCE)),
            switched_at: ca.and_then(|ca| time(ca, SWITCHED_AT)),
            serving: tls
                .map(|tls| ServingCertificate::from_pem(data(tls, CERTIFICATE), data(tls, KEY))),
            bundle: tls.map(|tls| bundle(tls, BUNDLE)).unwrap_or_default(),
            live,
        }
    }

    /// What must be published while `authority` signs.
    pub(super) fn wanted_bundle(&self, authority: &Authority) -> CaBundle {
        let first = [authority.certificate()];
        let all = first.into_iter().chain(self.previous.iter());
        all.cloned().collect()
    }

    /// The published authorities that clients need to trust the leaf that is there; none if nobody could trust it.
    pub(super) fn signers(&self, now: Timestamp) -> CaBundle {
        let Some(Ok(serving)) = &self.serving else {
            return CaBundle::default();
        };
        let signed =
            |one: &&CaCertificate| one.validity().holds(now) && serving.chains_to(one, now);
        self.bundle.iter().filter(signed).cloned().collect()
    }
}

/// The value of a key; an absent one is empty.
pub(super) fn data<'a>(secret: &'a Secret, key: &str) -> &'a [u8] {
    let data = secret.data.as_ref();
    data.and_then(|data| data.get(key))
        .map_or(&[], |ByteString(value)| value)
}

fn bundle(secret: &Secret, key: &str) -> CaBundle {
    CaBundle::from_pem(data(secret, key)).unwrap_or_default()
}

/// The time of an annotation; one that can't be read counts as absent and is written anew.
fn time(secret: &Secret, annotation: &str) -> Option<Timestamp> {
    let annotations = secret.metadata.annotations.as_ref()?;
    annotations.get(annotation)?.parse().ok()
}

/// What API servers trust, by the live webhook configuration.
#[derive(Debug)]
pub(super) enum Live {
    /// It couldn't be read.
    Unknown,
    /// The bundles of its webhooks; none: nobody calls us.
    Bundles(Vec<CaBundle>),
}

impl Live {
    pub(super) fn read(configuration: Option<&ValidatingWebhookConfiguration>) -> Self {
        let webhooks = configuration.and_then(|configuration| configuration.webhooks.as_ref());
        let bundle = |bundle: &Option<ByteString>| {
            let pem = bundle.as_ref().map_or(&[][..], |ByteString(pem)| pem);
            CaBundle::from_pem(pem).unwrap_or_default()
        };
        let webhooks = webhooks.into_iter().flatten();
        Self::Bundles(
            webhooks
                .map(|webhook| bundle(&webhook.client_config.ca_bundle))
                .collect(),
        )
    }
}
