//! The result contract: what a policy may return, read strictly.
//!
//! An element that isn't a violation is a failure, never dropped: that is how rules fail open elsewhere.

use serde_json::{Map, Value};

use super::place::{fitted, holds_env_value, path};
use crate::engine::rego::{RunError, Val, View};
use crate::model::{
    Confidence, Enforcement, Evidence, Fact, FactName, FailureClass, Finding, Location, Path,
    Policy, Related, Review, Severity, Status,
};

/// Bytes of a message; the rest is cut.
const MAX_MESSAGE_BYTES: usize = 8 << 10;
/// Bytes of `details` as JSON.
const MAX_DETAILS_BYTES: usize = 64 << 10;

/// What a policy states of one place, its path in the real object.
pub(super) struct Violation {
    pub(super) path: Path,
    message: String,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    details: Map<String, Value>,
    related: Vec<Related>,
}

impl Violation {
    /// How bad it is: its own word, else its policy's.
    pub(super) fn severity(&self, policy: &Policy) -> Severity {
        self.severity.unwrap_or(policy.severity)
    }
}

/// Whose result is read, and what its paths lead into.
pub(super) struct Reading<'a> {
    pub(super) policy: &'a Policy,
    pub(super) review: &'a Review,
    pub(super) evidence: &'a Evidence,
    /// The template whose Pod was judged; `None`: the object itself.
    pub(super) template: Option<&'a Path>,
}

fn broken(message: String) -> RunError {
    RunError {
        class: FailureClass::ResultShape,
        message,
        place: None,
        help: Some(
            "an element is an object with `msg`, `path`, and maybe `details`, `severity`, `confidence`, `related`",
        ),
    }
}

impl Reading<'_> {
    /// All violations of a result, and the failure that its other elements are.
    pub(super) fn violations(&self, value: &Val) -> (Vec<Violation>, Option<RunError>) {
        let Some(elements) = value.set_elements() else {
            let broken = broken("`violation` isn't a set".to_owned());
            return (Vec::new(), Some(broken));
        };
        let mut violations = Vec::new();
        let mut failure = None;
        for element in &elements {
            match self.violation(element) {
                Ok(violation) => violations.push(violation),
                Err(message) => failure = failure.or(Some(broken(message))),
            }
        }
        (violations, failure)
    }

    fn violation(&self, element: &Val) -> Result<Violation, String> {
        let members = element
            .members()
            .ok_or("an element of `violation` isn't an object")?;
        let mut violation = Violation {
            path: self.prefix(),
            message: String::new(),
            severity: None,
            confidence: None,
            details: Map::new(),
            related: Vec::new(),
        };
        for (key, value) in members {
            match key.as_str() {
                Some("msg") => violation.message = message(&value)?,
                Some("path") => violation.path = self.path(&value)?,
                Some("details") => violation.details = details(&value)?,
                Some("severity") => violation.severity = Some(severity(&value)?),
                Some("confidence") => violation.confidence = Some(confidence(&value)?),
                Some("related") => violation.related = self.related(&value)?,
                // A key may be made of data: it isn't named.
                _ => return Err("a violation has a key that isn't part of the contract".to_owned()),
            }
        }
        if violation.message.is_empty() {
            return Err("a violation has no `msg`".to_owned());
        }
        if self.hides_found(&violation) {
            violation.details.shift_remove("found");
        }
        Ok(violation)
    }

    fn prefix(&self) -> Path {
        self.template.cloned().unwrap_or_default()
    }

    /// The path in the real object, its spellings made one.
    fn path(&self, value: &Val) -> Result<Path, String> {
        let object = self.review.object.as_deref();
        let object = object.or(self.review.old_object.as_deref());
        let path = self.prefix().join(&path(value)?);
        Ok(object.map_or_else(|| path.clone(), |object| fitted(&path, object)))
    }

    fn related(&self, value: &Val) -> Result<Vec<Related>, String> {
        let error = "`related` isn't a list of `{path, msg, of}`";
        let items = match value.view() {
            View::Array => value.elements().ok_or(error)?,
            _ => return Err(error.to_owned()),
        };
        items.iter().map(|item| self.related_place(item)).collect()
    }

    fn related_place(&self, item: &Val) -> Result<Related, String> {
        let error = || "`related` isn't a list of `{path, msg, of}`".to_owned();
        let (mut at, mut message, mut of) = (None, None, None);
        for (key, value) in item.members().ok_or_else(error)? {
            match key.as_str() {
                Some("path") => at = Some(value),
                Some("msg") => message = Some(value.as_str().ok_or_else(error)?.to_owned()),
                Some("of") => of = Some(value.as_str().ok_or_else(error)?.to_owned()),
                _ => return Err(error()),
            }
        }
        let at = at.ok_or_else(error)?;
        let path = if of.is_some() {
            path(&at)?
        } else {
            self.path(&at)?
        };
        let location = match &of {
            Some(of) => self.located_in(of, &path),
            None => self.review.origin.locate(&path).map(|(place, _)| place),
        };
        Ok(Related {
            path,
            message: message.map(|message| cut(&message)),
            of,
            location,
        })
    }

    /// The place of `path` in the fact `of`, if a file holds it.
    fn located_in(&self, of: &str, path: &Path) -> Option<Location> {
        let fact = self
            .evidence
            .fact(FactName::from_name(of)?, self.template)?;
        match fact {
            Fact::Known(known) => known.locate(&fitted(path, &known.value)),
            Fact::Unavailable(_) => None,
        }
    }

    /// Whether the value found may be a secret: no author can leak it.
    fn hides_found(&self, violation: &Violation) -> bool {
        let kind = &self.review.kind;
        let is_secret = kind.is_core("Secret");
        let found = violation.details.get("found");
        self.policy.id.category() == "secrets"
            || is_secret
            || found.is_some_and(|found| holds_env_value(&violation.path, found))
    }
}

impl Violation {
    pub(super) fn into_finding(mut self, policy: &Policy, review: &Review) -> Finding {
        let located = review.origin.locate(&self.path);
        let (location, missing) = match located {
            Some((location, missing)) => (Some(location), missing),
            None => (None, None),
        };
        let container = match self.details.get("container") {
            Some(Value::String(name)) => Some(name.clone()),
            _ => None,
        };
        if container.is_some() {
            self.details.shift_remove("container");
        }
        Finding {
            policy: policy.id.clone(),
            severity: self.severity.unwrap_or(policy.severity),
            confidence: self.confidence.unwrap_or(policy.confidence),
            enforcement: Enforcement::Deny,
            status: Status::New,
            message: self.message,
            path: self.path,
            found: self.details.shift_remove("found"),
            wanted: self.details.shift_remove("wanted"),
            container,
            details: (!self.details.is_empty()).then(|| Value::Object(self.details)),
            location,
            missing,
            related: self.related,
            exemption: None,
            superseded_by: None,
            pre_existing: false,
            fingerprint: String::new(),
        }
    }
}

fn message(value: &Val) -> Result<String, String> {
    match value.as_str() {
        Some(text) if !text.is_empty() => Ok(cut(text)),
        Some(_) => Err("the `msg` of a violation is empty".to_owned()),
        None => Err("the `msg` of a violation isn't a string".to_owned()),
    }
}

/// At most 8 KiB, with a note of what is left out.
fn cut(text: &str) -> String {
    if text.len() <= MAX_MESSAGE_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MAX_MESSAGE_BYTES);
    let kept = text.get(..end).unwrap_or_default();
    format!("{kept} … ({} bytes cut)", text.len() - end)
}

fn details(value: &Val) -> Result<Map<String, Value>, String> {
    let error = "the `details` of a violation aren't an object";
    if !value.is_object() {
        return Err(error.to_owned());
    }
    match value.to_json() {
        Value::Object(members) if is_small(&members) => Ok(members),
        Value::Object(_) => Err("the `details` of a violation are larger than 64 KiB".to_owned()),
        _ => Err(error.to_owned()),
    }
}

fn is_small(members: &Map<String, Value>) -> bool {
    serde_json::to_vec(members).is_ok_and(|bytes| bytes.len() <= MAX_DETAILS_BYTES)
}

fn severity(value: &Val) -> Result<Severity, String> {
    let severity = value.as_str().and_then(Severity::from_name);
    severity.ok_or_else(|| "`severity` is none of low, medium, high, critical".to_owned())
}

fn confidence(value: &Val) -> Result<Confidence, String> {
    let confidence = value.as_str().and_then(Confidence::from_name);
    confidence.ok_or_else(|| "`confidence` is none of low, medium, high".to_owned())
}
