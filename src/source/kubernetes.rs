//! From a document to the Kubernetes objects in it: recognition, lists, where each stands.
//!
//! Never judges and never defaults a field: an object is what the file says.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{Document, GroupVersionKind, Path, PathElement, Span};

/// Lists inside one another.
const MAX_LISTS: usize = 8;

/// An object of a document.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) kind: GroupVersionKind,
    pub(super) value: Arc<Value>,
    /// Where it stands in the document.
    pub(super) prefix: Path,
    /// Where the text that belongs to it starts: behind the last line of the element before it, or the list's key.
    pub(super) from: u32,
    /// Where its first key stands.
    pub(super) head: u32,
}

/// The objects of one document, and what keeps others from being read.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) found: Vec<Object>,
    /// Elements of lists that can't be judged, each with its place.
    pub(super) problems: Vec<(&'static str, Span)>,
    /// Whether the document is Kubernetes' at all.
    pub(super) recognised: bool,
}

/// Whether `value` has the string `apiVersion` and `kind` of an object.
pub(super) fn is_object(value: &Value) -> bool {
    text(value, "apiVersion").is_some() && text(value, "kind").is_some()
}

/// Why a document isn't a Kubernetes object.
pub(super) fn why_not(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => match (text(value, "apiVersion"), text(value, "kind")) {
            (Some(_), None) => "it has `apiVersion`, but no text in `kind`",
            (None, Some(_)) => "it has `kind`, but no text in `apiVersion`",
            _ => "it has no `apiVersion` and `kind`",
        },
        Value::Array(_) => "no element of the list has `apiVersion` and `kind`",
        _ => "it is a single value, no object",
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value
        .get(key)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// The objects of `document`: itself, or the elements of a list (`kind: List` and every `…List` with `items`), lists in lists too.
pub(super) fn objects(document: &Document) -> Objects {
    let mut found = Objects::default();
    let root = document.spans.root().value.start;
    let mut unroll = Unroll {
        document,
        into: &mut found,
    };
    match &*document.value {
        Value::Array(items) => {
            let at = At {
                prefix: Vec::new(),
                from: root,
                depth: 1,
            };
            unroll.elements(items, &at, None);
        }
        value if is_object(value) => {
            let at = At {
                prefix: Vec::new(),
                from: 0,
                depth: 0,
            };
            unroll.object(value, &document.value, at);
        }
        value if is_kustomization(document.source.name()) => {
            let at = At {
                prefix: Vec::new(),
                from: 0,
                depth: 0,
            };
            if let Some(value) = complete(value, Some(&KUSTOMIZATION)) {
                unroll.object(&value, &value, at);
            }
        }
        _ => {}
    }
    found
}

/// What a file of kustomize is if it doesn't say so itself (kustomize, `api/types/kustomization.go`, `FixKustomizationPostUnmarshalling`).
const KUSTOMIZATION: Inherited<'static> = Inherited {
    api_version: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
};

/// Whether kustomize reads a file of that name: then `apiVersion` and `kind` may be absent.
fn is_kustomization(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    ["kustomization.yaml", "kustomization.yml"].contains(&file)
}

struct Unroll<'d> {
    document: &'d Document,
    into: &'d mut Objects,
}

/// Where an object stands.
struct At {
    prefix: Vec<PathElement>,
    from: u32,
    depth: usize,
}

/// What a list's elements take from it if they don't say it themselves.
struct Inherited<'v> {
    api_version: &'v str,
    kind: &'v str,
}

impl Unroll<'_> {
    /// An object with `apiVersion` and `kind`.
    fn object(&mut self, value: &Value, shared: &Arc<Value>, at: At) {
        self.into.recognised = true;
        let (Some(api_version), Some(kind)) = (text(value, "apiVersion"), text(value, "kind"))
        else {
            return;
        };
        if let (Some(element), Some(Value::Array(items))) =
            (kind.strip_suffix("List"), value.get("items"))
        {
            if at.depth >= MAX_LISTS {
                let problem = "lists are nested deeper than 8 levels: take the inner ones out";
                self.problem(problem, &at.prefix);
                return;
            }
            let mut prefix = at.prefix;
            prefix.push(PathElement::Key("items".into()));
            let located = self.document.spans.locate(&self.document.value, &prefix);
            let inner = At {
                from: located.node.key.end.max(at.from),
                prefix,
                depth: at.depth + 1,
            };
            let inherited = Inherited {
                api_version,
                kind: element,
            };
            self.elements(items, &inner, Some(&inherited));
            return;
        }
        let head = self.place(&at.prefix).start;
        self.into.found.push(Object {
            kind: GroupVersionKind::from_api_version(api_version, kind),
            value: Arc::clone(shared),
            prefix: Path::from(at.prefix),
            from: at.from,
            head,
        });
    }

    fn elements(&mut self, items: &[Value], at: &At, inherited: Option<&Inherited<'_>>) {
        let node = self
            .document
            .spans
            .locate(&self.document.value, &at.prefix)
            .node;
        let places: Vec<Span> = {
            let children = self.document.spans.children(node);
            children.iter().map(|child| child.value).collect()
        };
        let mut from = at.from;
        for (index, item) in items.iter().enumerate() {
            let mut prefix = at.prefix.clone();
            prefix.push(PathElement::Index(index));
            let element = At {
                prefix,
                from,
                depth: at.depth,
            };
            self.element(item, element, inherited);
            from = places
                .get(index)
                .map_or(from, |place| self.document.source.line_end(place.end));
        }
    }

    fn element(&mut self, item: &Value, at: At, inherited: Option<&Inherited<'_>>) {
        let complete = complete(item, inherited);
        match complete {
            Some(value) => self.object(&value, &value, at),
            None if inherited.is_some() => {
                let problem = "the list's element is no object with `apiVersion` and `kind`: add them, or remove it";
                self.problem(problem, &at.prefix);
            }
            None => {}
        }
    }

    fn problem(&mut self, problem: &'static str, prefix: &[PathElement]) {
        let place = self.document.mark(prefix).0;
        self.into.problems.push((problem, place));
    }

    fn place(&self, prefix: &[PathElement]) -> Span {
        let located = self.document.spans.locate(&self.document.value, prefix);
        located.node.value
    }
}

/// `item` with the `apiVersion` and `kind` that it takes from its list; `None` if it is no object even then.
fn complete(item: &Value, inherited: Option<&Inherited<'_>>) -> Option<Arc<Value>> {
    if is_object(item) {
        return Some(Arc::new(item.clone()));
    }
    let (Value::Object(members), Some(inherited)) = (item, inherited) else {
        return None;
    };
    let mut whole = Map::new();
    for (key, value) in [
        ("apiVersion", inherited.api_version),
        ("kind", inherited.kind),
    ] {
        whole.insert(key.to_owned(), Value::from(value));
    }
    for (key, value) in members {
        let absent = matches!(key.as_str(), "apiVersion" | "kind") && text(item, key).is_none();
        if !absent || !value.is_null() && value.as_str() != Some("") {
            whole.insert(key.clone(), value.clone());
        }
    }
    let whole = Value::Object(whole);
    is_object(&whole).then(|| Arc::new(whole))
}
