//! An answer as an API server reads it, by kube's types: another decoder than the one that wrote it.
//!
//! Takes nothing that Kubernetes would drop, cut or refuse: every answer of every test is held against the contract's limits.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use kube::core::DynamicObject;
use kube::core::admission::AdmissionReview;
use portcullis::webhook;
use serde_json::Value;
use std::sync::Arc;

use super::client::Reply;
use super::review;
use super::server::through;

/// The keys that audit annotations may have.
const KEYS: [&str; 6] = [
    "decision",
    "exemptions",
    "failures",
    "policy-set",
    "unchecked",
    "violations",
];

/// What was answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) allowed: bool,
    pub(crate) code: u16,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) retry_after: u32,
    /// Policy, path and message of each.
    pub(crate) causes: Vec<(String, String, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Said {
    /// The answer to a request of that uid; fails if it isn't one.
    #[track_caller]
    pub(crate) fn read(reply: &Reply, uid: &str) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"));
        Self::decode(&reply.body, uid)
    }

    #[track_caller]
    pub(crate) fn decode(body: &[u8], uid: &str) -> Self {
        let mut json: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(json["apiVersion"], "admission.k8s.io/v1");
        assert_eq!(json["kind"], "AdmissionReview");
        for absent in ["patch", "patchType"] {
            assert!(json["response"].get(absent).is_none(), "{absent}");
        }
        let response = json["response"].as_object_mut().unwrap();
        // Optional in Kubernetes' own type; kube's asks for it always.
        let status = response
            .entry("status")
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
        assert!(status.is_object());
        let review: AdmissionReview<DynamicObject> = serde_json::from_value(json).unwrap();
        let response = review.response.unwrap();
        assert_eq!(response.uid, uid);
        let (retry_after, causes) = match response.result.details {
            Some(details) => (details.retry_after_seconds, details.causes),
            None => (0, Vec::new()),
        };
        let said = Self {
            allowed: response.allowed,
            code: response.result.code,
            reason: response.result.reason,
            message: response.result.message,
            retry_after,
            causes: causes
                .into_iter()
                .map(|cause| (cause.reason, cause.field, cause.message))
                .collect(),
            warnings: response.warnings.unwrap_or_default(),
            annotations: response.audit_annotations.into_iter().collect(),
        };
        said.within_limits();
        said
    }

    #[track_caller]
    fn within_limits(&self) {
        let is_broken = |text: &str| text.is_empty() || text.chars().any(char::is_control);
        let mut runes = 0;
        for warning in &self.warnings {
            assert!(!is_broken(warning), "{warning:?}");
            assert!(warning.chars().count() <= 256, "{warning}");
            runes += warning.chars().count();
        }
        assert!(runes <= 4096, "{runes} characters of warnings");
        for (key, value) in &self.annotations {
            assert!(KEYS.contains(&key.as_str()), "{key}");
            assert!(!is_broken(value) && value.len() <= 1024, "{key}: {value}");
        }
        assert_eq!(self.allowed, self.code == 0, "{self:?}");
        if self.allowed {
            assert_eq!((self.message.as_str(), self.causes.len()), ("", 0));
        } else {
            assert!(self.code >= 400 && !self.reason.is_empty(), "{self:?}");
            assert!(!self.message.is_empty() && self.message.len() <= (4 << 10) + 128);
            let unprintable = |c: char| c != '\n' && c.is_control();
            assert!(!self.message.contains(unprintable), "{}", self.message);
            assert!(self.causes.len() <= 16, "{}", self.causes.len());
        }
    }

    /// Allowed, and not a word more.
    #[track_caller]
    pub(crate) fn is_silent(&self) {
        assert!(self.allowed && self.warnings.is_empty(), "{self:?}");
    }

    /// Denied by the policies in `policies`, no more and no less.
    #[track_caller]
    pub(crate) fn is_denied_by(&self, policies: &[&str]) {
        assert_eq!((self.allowed, self.code), (false, 403), "{self:?}");
        assert_eq!(self.reason, "Forbidden");
        assert_eq!(self.denying(), policies, "{}", self.message);
    }

    /// The policies that deny, once each, by name.
    pub(crate) fn denying(&self) -> Vec<&str> {
        let mut policies: Vec<&str> = self.causes.iter().map(|(id, ..)| id.as_str()).collect();
        policies.sort_unstable();
        policies.dedup();
        policies
    }

    /// The policies that warn, by name.
    pub(crate) fn warning(&self) -> Vec<&str> {
        let id = |warning: &'_ str| -> Option<(usize, usize)> {
            Some((1, warning.strip_prefix('[')?.find(']')? + 1))
        };
        let warnings = self.warnings.iter();
        let mut policies: Vec<&str> = warnings
            .filter_map(|warning| id(warning).map(|(from, to)| &warning[from..to]))
            .collect();
        policies.sort_unstable();
        policies
    }
}

/// The router's answer to a request, without a socket.
#[track_caller]
pub(crate) fn ask(state: &Arc<webhook::State>, path: &str, request: &Value) -> Said {
    let uid = request["uid"].as_str().unwrap();
    let (status, kind, body) = send(state, path, review::body(request));
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    Said::decode(&body, uid)
}

/// The same for any body: status, content type, body.
pub(crate) fn send(
    state: &Arc<webhook::State>,
    path: &str,
    body: Vec<u8>,
) -> (u16, String, Vec<u8>) {
    let request = Request::post(path).header("content-type", "application/json");
    through(
        webhook::app(Arc::clone(state)),
        request.body(Body::from(body)).unwrap(),
    )
}
