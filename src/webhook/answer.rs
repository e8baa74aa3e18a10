//! The answer on the wire: always HTTP 200 with an `AdmissionReview` and the request's uid (`admission.k8s.io/v1`).
//!
//! Never holds a patch: in a validating answer it would make the call a failed one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::review::{API_VERSION, KIND};
use crate::report::admission::{Answer, Cause, Denial};

/// Why a request that should have been judged wasn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Unserved {
    /// There is more to judge than the time allows.
    Overload,
    /// Its time was over before anything was judged.
    Late,
    /// Something of ours panicked.
    Panic,
    /// It is no review.
    Malformed,
}

impl Unserved {
    /// HTTP code and Kubernetes' reason for it (`metav1.StatusReason`).
    const fn status(self) -> (u16, &'static str) {
        match self {
            Self::Overload => (429, "TooManyRequests"),
            Self::Late => (504, "Timeout"),
            Self::Panic => (500, "InternalError"),
            Self::Malformed => (400, "BadRequest"),
        }
    }

    /// Its name in annotations.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Overload => "overload",
            Self::Late => "late",
            Self::Panic => "panic",
            Self::Malformed => "malformed",
        }
    }
}

/// What is said to the API server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Response<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    audit_annotations: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Status {
    code: u16,
    reason: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<WireCause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u32>,
}

#[derive(Debug, Serialize)]
struct WireCause {
    reason: String,
    message: String,
    field: String,
}

impl<'a> Reply<'a> {
    /// A judged request's.
    pub(super) fn judged(uid: &'a str, answer: Answer) -> Self {
        Self::new(uid, answer.denial.map(forbidden), answer.warnings).annotated(answer.annotations)
    }

    /// A request's that nothing applies to.
    pub(super) fn nothing_applies(uid: &'a str) -> Self {
        Self::new(uid, None, Vec::new())
    }

    /// That of a request that couldn't be judged; denied where a failure denies.
    pub(super) fn unserved(uid: &'a str, why: Unserved, message: &str, denies: bool) -> Self {
        let (code, reason) = why.status();
        let annotations = BTreeMap::from([("unchecked", why.as_str().to_owned())]);
        let message = format!("portcullis could not judge this request: {message}");
        if !denies {
            return Self::new(uid, None, vec![message]).annotated(annotations);
        }
        let details = (why == Unserved::Overload).then_some(Details {
            causes: Vec::new(),
            retry_after_seconds: Some(1),
        });
        let status = Status {
            code,
            reason,
            message,
            details,
        };
        Self::new(uid, Some(status), Vec::new()).annotated(annotations)
    }

    fn new(uid: &'a str, status: Option<Status>, warnings: Vec<String>) -> Self {
        Self {
            api_version: API_VERSION,
            kind: KIND,
            response: Response {
                uid,
                allowed: status.is_none(),
                status,
                warnings,
                audit_annotations: BTreeMap::new(),
            },
        }
    }

    fn annotated(mut self, annotations: BTreeMap<&'static str, String>) -> Self {
        self.response.audit_annotations = annotations;
        self
    }

    /// Whether the request is allowed.
    pub(super) const fn allows(&self) -> bool {
        self.response.allowed
    }

    /// The body.
    pub(super) fn to_json(&self) -> String {
        // Strings and numbers alone: nothing in it can fail to serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// 403: kubectl shows its message as it is, that of 422 it rewrites.
fn forbidden(denial: Denial) -> Status {
    let causes = denial.causes.into_iter().map(
        |Cause {
             reason,
             message,
             field,
         }| WireCause {
            reason,
            message,
            field,
        },
    );
    Status {
        code: 403,
        reason: "Forbidden",
        message: denial.message,
        details: Some(Details {
            causes: causes.collect(),
            retry_after_seconds: None,
        }),
    }
}
