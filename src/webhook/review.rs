//! From the bytes of an `AdmissionReview` (`admission.k8s.io/v1`) to a review.
//!
//! Copies nothing that isn't judged: the objects stay slices of the body until a worker needs them.

mod deletion;
mod labels;
mod uid;

use std::borrow::Cow;

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::{self, Unreadable};
use crate::model::{GroupVersionKind, GroupVersionResource, Object, Operation, Origin, Review};

/// The only version of the contract.
pub(super) const API_VERSION: &str = "admission.k8s.io/v1";
/// The contract's document.
pub(super) const KIND: &str = "AdmissionReview";

/// A request whose head was read.
pub(super) struct Request {
    /// What the answer must repeat.
    pub(super) uid: String,
    /// The review without its objects and its user.
    pub(super) review: Review,
    parts: Parts,
}

/// The parts of a body that only some requests need.
struct Parts {
    object: Option<Bytes>,
    old_object: Option<Bytes>,
    options: Option<Bytes>,
    user_info: Option<Bytes>,
}

/// A body that is no review.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// What the answer must repeat, if it could be read.
    pub(super) uid: Option<String>,
    /// What is wrong, without values.
    pub(super) why: String,
}

/// A review with its objects, or why it can't be judged: then it holds no more than selecting policies needs.
pub(super) struct Complete {
    pub(super) review: Review,
    pub(super) unreadable: Option<&'static str>,
    /// Whether what can't be judged needn't be: it lets a deletion finish.
    pub(super) finishes_deletion: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    request: WireRequest<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRequest<'a> {
    #[serde(borrow)]
    uid: Cow<'a, str>,
    #[serde(borrow)]
    kind: Kind<'a>,
    #[serde(borrow, default)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, default)]
    sub_resource: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    request_kind: Option<Kind<'a>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    namespace: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(borrow, default)]
    user_info: Option<&'a RawValue>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    old_object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    options: Option<&'a RawValue>,
    #[serde(default)]
    dry_run: Option<bool>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
struct Kind<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
struct Resource<'a> {
    #[serde(borrow, default)]
    group: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    resource: Cow<'a, str>,
}

/// Reads the head of a body.
pub(super) fn read(body: &Bytes) -> Result<Request, Malformed> {
    let malformed = |why: String| Malformed {
        uid: uid::find(body),
        why,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    // Raw parts are skipped without recursion; their depth is counted while they are parsed.
    deserializer.disable_recursion_limit();
    let wire = Wire::deserialize(&mut deserializer)
        .and_then(|wire| deserializer.end().map(|()| wire))
        .map_err(|error| malformed(why(&error)))?;
    if wire.api_version != API_VERSION || wire.kind != KIND {
        return Err(malformed(format!(
            "it isn't `{KIND}` of `{API_VERSION}`, the only version served"
        )));
    }
    let request = wire.request;
    if request.uid.is_empty() {
        return Err(malformed("`request.uid` is empty".to_owned()));
    }
    let Some(operation) = Operation::from_name(&request.operation) else {
        return Err(malformed(
            "`request.operation` isn't CREATE, UPDATE, DELETE or CONNECT".to_owned(),
        ));
    };
    let part = |raw: Option<&RawValue>| {
        let text = raw.map(RawValue::get).filter(|text| *text != "null")?;
        Some(body.slice_ref(text.as_bytes()))
    };
    let parts = Parts {
        object: part(request.object),
        old_object: part(request.old_object),
        options: part(request.options),
        user_info: part(request.user_info),
    };
    if matches!(operation, Operation::Create | Operation::Update) && parts.object.is_none() {
        return Err(malformed(format!(
            "`request.object` is absent on {}",
            operation.as_str()
        )));
    }
    Ok(Request {
        uid: request.uid.as_ref().to_owned(),
        review: head(&request, operation),
        parts,
    })
}

/// What is wrong with the text, and where; serde's own words may hold a value.
fn why(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "it isn't a review of admission.k8s.io/v1",
        serde_json::error::Category::Eof => "the JSON ends early",
        _ => "it isn't JSON in UTF-8",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

fn head(request: &WireRequest<'_>, operation: Operation) -> Review {
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
    let kind = |kind: &Kind<'_>| GroupVersionKind::new(&*kind.group, &*kind.version, &*kind.kind);
    let own = kind(&request.kind);
    // The API server names a Namespace as its own namespace; a file doesn't, and both are judged alike.
    let namespace = if own.is_core("Namespace") {
        String::new()
    } else {
        text(&request.namespace)
    };
    let resource = request
        .resource
        .as_ref()
        .map(|resource| GroupVersionResource {
            group: resource.group.as_ref().to_owned(),
            version: resource.version.as_ref().to_owned(),
            resource: resource.resource.as_ref().to_owned(),
        });
    Review {
        kind: own,
        resource,
        sub_resource: request
            .sub_resource
            .as_deref()
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        request_kind: request.request_kind.as_ref().map(kind),
        name: text(&request.name),
        namespace,
        operation,
        user_info: None,
        object: None,
        old_object: None,
        options: None,
        dry_run: request.dry_run.unwrap_or_default(),
        expanded_from: None,
        origin: Origin::Admission {
            uid: request.uid.as_ref().to_owned(),
        },
    }
}

impl Request {
    /// The review with its objects, each parsed once.
    pub(super) fn complete(self) -> Complete {
        let Self {
            mut review, parts, ..
        } = self;
        let mut unreadable = None;
        let mut read = |part: Option<&Bytes>| -> Option<Object> {
            let part = part?;
            match engine::read(part) {
                Ok(object) => Some(object),
                Err(why) => {
                    unreadable = Some(said(why));
                    Some(labels::read(part).into())
                }
            }
        };
        review.object = read(parts.object.as_ref());
        review.old_object = read(parts.old_object.as_ref());
        review.options = read(parts.options.as_ref());
        review.user_info = read(parts.user_info.as_ref());
        if review.name.is_empty() {
            review.name = name(review.object.as_deref());
        }
        let finishes_deletion = unreadable.is_some() && parts.finish_deletion(&review);
        Complete {
            review,
            unreadable,
            finishes_deletion,
        }
    }
}

/// The syntax was checked with the head: what is left of it is a number that no double holds, or half a surrogate pair.
const fn said(why: Unreadable) -> &'static str {
    match why {
        Unreadable::TooDeep => "the object is nested deeper than 200 levels",
        Unreadable::NotJson => "the object holds a number or a character out of range",
    }
}

impl Parts {
    fn finish_deletion(&self, review: &Review) -> bool {
        let is_namespace = review.kind.is_core("Namespace");
        match (&self.object, &self.old_object) {
            (Some(new), Some(old)) if review.operation == Operation::Update => {
                deletion::is_finished(new, old, is_namespace)
            }
            _ => false,
        }
    }
}

/// The object's own name: before Kubernetes 1.37 the request has none where the server makes it (`generateName`).
fn name(object: Option<&Value>) -> String {
    let name = object.and_then(|object| object.get("metadata")?.get("name")?.as_str());
    name.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
