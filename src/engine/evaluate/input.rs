//! The input documents: the review converted once, its Pods made of the same parts, evidence and parameters.
//!
//! Every key of `input.review` is always there, so that no reference is undefined by an accident of the face.

use std::sync::Arc;

use serde_json::Value;

use super::Side;
use crate::engine::expand::{Expansion, Template, expand, pod_kind};
use crate::engine::rego::{Keys, RunError, TooDeep, Val};
use crate::model::{
    Evidence, Fact, FactName, FailureClass, GroupVersionKind, KnownFact, Path, PathElement, Policy,
    Review, Why,
};

/// What is kept with a review: both objects as values, and which objects they were made of.
struct Converted {
    sources: [Option<Arc<Value>>; 2],
    values: [Result<(Val, Keys), TooDeep>; 2],
}

/// The input documents of one decision, made when they are first asked for.
pub(super) struct Inputs<'a> {
    review: &'a Review,
    evidence: &'a Evidence,
    converted: Option<Arc<Converted>>,
    documents: Vec<(Option<Path>, Side, Document)>,
    facts: Vec<(FactName, Option<Path>, Val)>,
}

/// A finished `input.review`; nothing to judge; or why there is none.
type Document = Result<Option<Val>, RunError>;

impl<'a> Inputs<'a> {
    pub(super) const fn new(review: &'a Review, evidence: &'a Evidence) -> Self {
        Self {
            review,
            evidence,
            converted: None,
            documents: Vec::new(),
            facts: Vec::new(),
        }
    }

    pub(super) const fn evidence(&self) -> &'a Evidence {
        self.evidence
    }

    /// The input for `policy`; `None` if there is nothing to judge (a workload without a template).
    pub(super) fn input(
        &mut self,
        template: Option<&Template>,
        side: Side,
        policy: &Policy,
        parameters: Option<&(Value, Val)>,
    ) -> Document {
        let path = template.map(|template| &template.path);
        let known = self
            .documents
            .iter()
            .find(|(own, of, _)| own.as_ref() == path && *of == side);
        let document = if let Some((.., document)) = known {
            document.clone()
        } else {
            let document = self.document(template, side);
            self.documents.push((path.cloned(), side, document.clone()));
            document
        };
        let Some(review) = document? else {
            return Ok(None);
        };
        let parameters = parameters.map_or_else(|| Val::object([]), |(_, value)| value.clone());
        Ok(Some(Val::object([
            ("review", review),
            ("parameters", parameters),
            ("evidence", self.facts(policy, path)?),
        ])))
    }

    /// Whether the object of that side has keys that `fit`; what can't be converted may have any.
    pub(super) fn has_keys(&mut self, side: Side, fit: impl FnOnce(&Keys) -> bool) -> bool {
        let position = match side {
            Side::New => 0,
            Side::Old => 1,
        };
        match self.converted().values.get(position) {
            Some(Ok((_, keys))) => fit(keys),
            _ => true,
        }
    }

    fn document(&mut self, template: Option<&Template>, side: Side) -> Document {
        let converted = self.converted();
        let value = |position: usize| -> Result<Val, RunError> {
            match converted.values.get(position) {
                Some(Ok((value, _))) => Ok(value.clone()),
                Some(Err(TooDeep)) => Err(too_deep(TooDeep)),
                None => Ok(Val::NULL),
            }
        };
        let (new, old) = match side {
            Side::New => (value(0)?, value(1)?),
            Side::Old => (value(1)?, value(1)?),
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
    fn whole(&self, object: Val, old_object: Val) -> Result<Val, RunError> {
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
        self.review_document([
            ("kind", kind(&review.kind)),
            ("resource", resource),
            ("subResource", sub_resource.map_or(Val::NULL, Val::string)),
            (
                "requestKind",
                review.request_kind.as_ref().map_or(Val::NULL, kind),
            ),
            ("name", Val::string(&review.name)),
            ("object", object),
            ("oldObject", old_object),
            ("expandedFrom", expanded),
        ])
    }

    /// `input.review` of a template's Pod.
    fn of_template(&self, template: &Template, pod: Val, old: Val) -> Result<Val, RunError> {
        let review = self.review;
        let from = expanded_from(&review.kind.kind, &review.name, &template.path);
        self.review_document([
            ("kind", kind(&pod_kind())),
            ("resource", Val::NULL),
            ("subResource", Val::NULL),
            ("requestKind", Val::NULL),
            ("name", Val::string("")),
            ("object", pod),
            ("oldObject", old),
            ("expandedFrom", from),
        ])
    }

    fn review_document(&self, own: [(&'static str, Val); 8]) -> Result<Val, RunError> {
        let review = self.review;
        let json = |value: &Option<Value>| match value {
            Some(value) => Val::from_json(value).map_err(too_deep),
            None => Ok(Val::NULL),
        };
        let shared = [
            ("namespace", Val::string(&review.namespace)),
            ("operation", Val::string(review.operation.as_str())),
            ("userInfo", json(&review.user_info)?),
            ("options", json(&review.options)?),
            ("dryRun", review.dry_run.into()),
        ];
        Ok(Val::object(own.into_iter().chain(shared)))
    }

    /// Both objects as values; a review whose objects were exchanged after it was judged is converted anew.
    fn converted(&mut self) -> Arc<Converted> {
        if let Some(converted) = &self.converted {
            return Arc::clone(converted);
        }
        let review = self.review;
        let kept = review.memo.get_or_init(|| Converted::new(review));
        let converted = kept
            .filter(|kept| kept.is_of(review))
            .unwrap_or_else(|| Arc::new(Converted::new(review)));
        self.converted = Some(Arc::clone(&converted));
        converted
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

impl Converted {
    fn new(review: &Review) -> Self {
        let value = |object: &Option<Arc<Value>>| match object {
            Some(object) => Val::with_keys(object),
            None => Ok((Val::NULL, Keys::default())),
        };
        Self {
            sources: [review.object.clone(), review.old_object.clone()],
            values: [value(&review.object), value(&review.old_object)],
        }
    }

    fn is_of(&self, review: &Review) -> bool {
        let same = |kept: &Option<Arc<Value>>, own: &Option<Arc<Value>>| match (kept, own) {
            (Some(kept), Some(own)) => Arc::ptr_eq(kept, own),
            (None, None) => true,
            _ => false,
        };
        let [object, old_object] = &self.sources;
        same(object, &review.object) && same(old_object, &review.old_object)
    }
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
