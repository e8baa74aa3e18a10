//! The input documents: the review converted once, its Pods made of the same parts, evidence and parameters.
//!
//! Every key of `input.review` is always there, so that no reference is undefined by an accident of the face.

use serde_json::Value;

use super::Side;
use crate::engine::expand::{Expansion, Template, expand, pod_kind};
use crate::engine::object;
use crate::engine::rego::{RunError, TooDeep, Val};
use crate::model::{
    Evidence, Fact, FactName, FailureClass, GroupVersionKind, KnownFact, Object, Path, PathElement,
    Policy, Review, Why,
};

/// The input documents of one decision, made when they are first asked for.
pub(super) struct Inputs<'a> {
    review: &'a Review,
    evidence: &'a Evidence,
    documents: Vec<(Option<Path>, Side, Made)>,
    facts: Vec<(FactName, Option<Path>, Val)>,
}

/// What is judged in one run.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// `input.review`.
    review: Val,
    /// `input.review.object`.
    pub(super) object: Val,
}

/// What is judged; nothing; or why it can't be.
type Made = Result<Option<Document>, RunError>;

impl<'a> Inputs<'a> {
    pub(super) const fn new(review: &'a Review, evidence: &'a Evidence) -> Self {
        Self {
            review,
            evidence,
            documents: Vec::new(),
            facts: Vec::new(),
        }
    }

    pub(super) const fn evidence(&self) -> &'a Evidence {
        self.evidence
    }

    /// What is judged of that side; `None` if there is nothing (a workload without a template).
    pub(super) fn document(&mut self, template: Option<&Template>, side: Side) -> Made {
        let path = template.map(|template| &template.path);
        let known = self
            .documents
            .iter()
            .find(|(own, of, _)| own.as_ref() == path && *of == side);
        if let Some((.., document)) = known {
            return document.clone();
        }
        let document = self.make(template, side);
        self.documents.push((path.cloned(), side, document.clone()));
        document
    }

    /// The input for `policy` to judge `document`.
    pub(super) fn input(
        &mut self,
        document: Document,
        template: Option<&Template>,
        policy: &Policy,
        parameters: Option<&(Value, Val)>,
    ) -> Result<Val, RunError> {
        let path = template.map(|template| &template.path);
        let parameters = parameters.map_or_else(|| Val::object([]), |(_, value)| value.clone());
        Ok(Val::object([
            ("review", document.review),
            ("parameters", parameters),
            ("evidence", self.facts(policy, path)?),
        ]))
    }

    fn make(&self, template: Option<&Template>, side: Side) -> Made {
        let review = self.review;
        let old = value(review.old_object.as_ref())?;
        let new = match side {
            Side::New => value(review.object.as_ref())?,
            Side::Old => old.clone(),
        };
        let Some(template) = template else {
            return self.whole(new, old).map(Some);
        };
        let pod = |object: &Val| match object {
            object if *object == Val::NULL => Ok(None),
            object => match expand(template, object, &self.review.namespace) {
                Expansion::Pod(pod) => Ok(Some(pod)),
                Expansion::None => Ok(None),
                Expansion::Broken => Err(broken(template)),
            },
        };
        let (new, old) = (pod(&new)?, pod(&old)?);
        if new.is_none() && (old.is_none() || self.review.object.is_some()) {
            return Ok(None);
        }
        let (new, old) = (new.unwrap_or(Val::NULL), old.unwrap_or(Val::NULL));
        self.of_template(template, new, old).map(Some)
    }

    /// `input.review` of the object itself.
    fn whole(&self, object: Val, old_object: Val) -> Result<Document, RunError> {
        let review = self.review;
        let resource = review.resource.as_ref().map_or(Val::NULL, |resource| {
            Val::object([
                ("group", Val::string(&resource.group)),
                ("version", Val::string(&resource.version)),
                ("resource", Val::string(&resource.resource)),
            ])
        });
        let sub_resource = review.sub_resource.as_deref();
        let expanded = review.expanded_from.as_ref().map_or(Val::NULL, |from| {
            expanded_from(&from.kind, &from.name, &from.path)
        });
        let own = [
            ("kind", kind(&review.kind)),
            ("resource", resource),
            ("subResource", sub_resource.map_or(Val::NULL, Val::string)),
            (
                "requestKind",
                review.request_kind.as_ref().map_or(Val::NULL, kind),
            ),
            ("name", Val::string(&review.name)),
            ("expandedFrom", expanded),
        ];
        self.document_of(object, old_object, own)
    }

    /// `input.review` of a template's Pod.
    fn of_template(&self, template: &Template, pod: Val, old: Val) -> Result<Document, RunError> {
        let review = self.review;
        let from = expanded_from(&review.kind.kind, &review.name, &template.path);
        let own = [
            ("kind", kind(&pod_kind())),
            ("resource", Val::NULL),
            ("subResource", Val::NULL),
            ("requestKind", Val::NULL),
            ("name", Val::string("")),
            ("expandedFrom", from),
        ];
        self.document_of(pod, old, own)
    }

    fn document_of(
        &self,
        object: Val,
        old_object: Val,
        own: [(&'static str, Val); 6],
    ) -> Result<Document, RunError> {
        let review = self.review;
        let shared = [
            ("object", object.clone()),
            ("oldObject", old_object),
            ("namespace", Val::string(&review.namespace)),
            ("operation", Val::string(review.operation.as_str())),
            ("userInfo", value(review.user_info.as_ref())?),
            ("options", value(review.options.as_ref())?),
            ("dryRun", review.dry_run.into()),
        ];
        let review = Val::object(own.into_iter().chain(shared));
        Ok(Document { review, object })
    }

    /// The facts that the policy asks for, and no other.
    fn facts(&mut self, policy: &Policy, template: Option<&Path>) -> Result<Val, RunError> {
        let mut facts = Vec::new();
        for name in &policy.evidence {
            let known = self
                .facts
                .iter()
                .find(|(own, of, _)| own == name && of.as_ref() == template);
            let value = if let Some((.., value)) = known {
                value.clone()
            } else {
                let value = fact(self.evidence.fact(*name, template))?;
                self.facts.push((*name, template.cloned(), value.clone()));
                value
            };
            facts.push((name.as_str(), value));
        }
        Ok(Val::object(facts))
    }
}

/// An object of the review as policies see it; `null` if there is none.
fn value(object: Option<&Object>) -> Result<Val, RunError> {
    object.map_or(Ok(Val::NULL), |object| {
        object::value(object).map_err(too_deep)
    })
}

fn kind(kind: &GroupVersionKind) -> Val {
    Val::object([
        ("group", Val::string(&kind.group)),
        ("version", Val::string(&kind.version)),
        ("kind", Val::string(&kind.kind)),
    ])
}

fn expanded_from(kind: &str, name: &str, path: &Path) -> Val {
    let path = path.elements().iter().map(|element| match element {
        PathElement::Key(key) => Val::string(key),
        PathElement::Index(index) => Val::integer(*index as i128),
    });
    Val::object([
        ("kind", Val::string(kind)),
        ("name", Val::string(name)),
        ("path", Val::array(path)),
    ])
}

fn fact(fact: Option<&Fact>) -> Result<Val, RunError> {
    let unavailable = |code: &str, message: &str| {
        Val::object([
            ("state", Val::string("unavailable")),
            (
                "why",
                Val::object([
                    ("code", Val::string(code)),
                    ("message", Val::string(message)),
                ]),
            ),
        ])
    };
    Ok(match fact {
        Some(Fact::Known(known)) => Val::object([
            ("state", Val::string("known")),
            ("value", converted_fact(known)?),
        ]),
        Some(Fact::Unavailable(why)) => unavailable(&why.code, &why.message),
        None => unavailable(Why::NOT_SCANNED, "it isn't part of what was scanned"),
    })
}

/// The fact's value, converted once for all reviews that share it.
fn converted_fact(known: &KnownFact) -> Result<Val, RunError> {
    let kept = known.memo.get_or_init(|| Val::from_json(&known.value));
    match kept.as_deref() {
        Some(value) => value.clone().map_err(too_deep),
        None => Val::from_json(&known.value).map_err(too_deep),
    }
}

fn too_deep(TooDeep: TooDeep) -> RunError {
    RunError {
        class: FailureClass::Error,
        message: "the review is nested too deeply to be judged".to_owned(),
        place: None,
        help: Some("split the object: nothing in Kubernetes nests deeper than 200 levels"),
    }
}

fn broken(template: &Template) -> RunError {
    RunError {
        class: FailureClass::Error,
        message: format!("`{}` isn't a pod template", template.path),
        place: None,
        help: Some(
            "a template is an object with `spec`; `podTemplates` of the configuration names its path",
        ),
    }
}
