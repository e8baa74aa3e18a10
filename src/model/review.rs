//! One thing to judge, in `AdmissionRequest`'s field names, and where it came from.
//!
//! The same shape in every face; `uid` is left out, since no decision may depend on it.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::binding::PolicyPattern;
use super::decision::Location;
use super::object::Object;
use super::path::{Path, PathElement};
use super::span::{Document, SourceText, Span};

/// What is done to the object (`AdmissionRequest.operation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A new object; every manifest read from a file.
    Create,
    /// A changed object.
    Update,
    /// A removed object.
    Delete,
    /// A connection to it, such as `exec`.
    Connect,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Connect];

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }

    /// The operation of that name; `None` if there is none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.as_str() == name)
    }
}

/// Group, version and kind of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupVersionKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
}

impl GroupVersionKind {
    /// The kind `kind` of `group/version`.
    #[must_use]
    pub fn new(
        group: impl Into<String>,
        version: impl Into<String>,
        kind: impl Into<String>,
    ) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
        }
    }

    /// Whether it is that kind of the core group, in any version.
    #[must_use]
    pub fn is_core(&self, kind: &str) -> bool {
        self.group.is_empty() && self.kind == kind
    }

    /// Reads an object's `apiVersion` and `kind`.
    #[must_use]
    pub fn from_api_version(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self::new(group, version, kind)
    }

    /// `group/version`, or the version alone for the core group.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

/// Group, version and resource of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupVersionResource {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The resource, such as `pods`.
    pub resource: String,
}

/// A kind whose objects hold a pod template (`podTemplates` of the configuration).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodTemplate {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// Where the template stands in the object.
    pub path: Path,
}

/// The object whose template a Pod was taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandedFrom {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where the template stands in it.
    pub path: Path,
}

/// One thing to judge.
#[derive(Debug, Clone)]
pub struct Review {
    /// Kind of the object.
    pub kind: GroupVersionKind,
    /// The requested resource; `None` from a file.
    pub resource: Option<GroupVersionResource>,
    /// The requested subresource, such as `ephemeralcontainers`.
    pub sub_resource: Option<String>,
    /// What the user sent, if the API server converted it.
    pub request_kind: Option<GroupVersionKind>,
    /// The object's name; empty if it has none yet.
    pub name: String,
    /// The object's namespace; empty if cluster-scoped, or not written in the file.
    pub namespace: String,
    /// What is done.
    pub operation: Operation,
    /// Who does it (`authentication.k8s.io/v1.UserInfo`); `None` from a file.
    pub user_info: Option<Object>,
    /// The new object; `None` on DELETE.
    pub object: Option<Object>,
    /// The old object; `None` on CREATE.
    pub old_object: Option<Object>,
    /// The operation's options.
    pub options: Option<Object>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// Set on a Pod that the engine took from a template.
    pub expanded_from: Option<ExpandedFrom>,
    /// Where it came from.
    pub origin: Origin,
}

impl Review {
    /// The object as a file holds it: operation CREATE, no user, name and namespace as written.
    #[must_use]
    pub fn create(kind: GroupVersionKind, object: impl Into<Object>, origin: Origin) -> Self {
        let object = object.into();
        let text = |key: &str| {
            let value = object
                .get("metadata")
                .and_then(|metadata| metadata.get(key));
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Self {
            kind,
            resource: None,
            sub_resource: None,
            request_kind: None,
            name: text("name"),
            namespace: text("namespace"),
            operation: Operation::Create,
            user_info: None,
            object: Some(object),
            old_object: None,
            options: None,
            dry_run: false,
            expanded_from: None,
            origin,
        }
    }

    /// The same without its objects: who, what and where, for a log.
    #[must_use]
    pub fn without_objects(self) -> Self {
        Self {
            object: None,
            old_object: None,
            options: None,
            ..self
        }
    }

    /// The resource as reports show it.
    #[must_use]
    pub fn resource_shown(&self) -> Resource {
        let (document, template) = match &self.origin {
            Origin::File(file) => (file.number, file.template.clone()),
            Origin::Admission { .. } => (1, None),
        };
        Resource {
            api_version: self.kind.api_version(),
            kind: self.kind.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            document,
            template,
        }
    }
}

/// An object as reports name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace, empty if not written.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The document of its file, from 1.
    pub document: u32,
    /// The chart's template that it was rendered from (`# Source:`).
    pub template: Option<String>,
}

/// Where a review came from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A request to the API server.
    Admission {
        /// The request's uid, for the answer and the log only.
        uid: String,
    },
    /// A document of a file.
    File(Box<FileOrigin>),
}

/// A document of a file.
#[derive(Debug, Clone)]
pub struct FileOrigin {
    /// The document with its spans.
    pub document: Arc<Document>,
    /// Which document of its file it is, from 1.
    pub number: u32,
    /// Where the object stands in the document: root, or `items[i]` of a list.
    pub prefix: Path,
    /// The chart's template that it was rendered from (`# Source:`).
    pub template: Option<String>,
    /// Exemptions written as comments that concern this object.
    pub inline: Vec<InlineExemption>,
}

/// An exemption written as a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineExemption {
    /// The policies it names.
    pub policies: Vec<PolicyPattern>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its last valid day (UTC).
    pub until: Option<Date>,
    /// The line of the finding that it exempts (from 1); `None`: the whole object.
    pub line: Option<u32>,
    /// The comment.
    pub span: Span,
}

impl Origin {
    /// The place of `path` (of the object) in its file, and the first element of `path` that the file lacks.
    ///
    /// Without a path, or if nothing of it exists: `metadata.name`, else `kind`, else the document's head. `None` for a review
    /// that has no file.
    #[must_use]
    pub fn locate(&self, path: &Path) -> Option<(Location, Option<String>)> {
        let Self::File(file) = self else { return None };
        let document = &file.document;
        let whole = file.prefix.join(path);
        let found = document.spans.locate(&document.value, whole.elements());
        let depth = found.depth;
        let nothing = depth <= file.prefix.elements().len();
        let span = if nothing {
            file.head()
        } else {
            document.mark(whole.elements()).0
        };
        let missing = whole
            .elements()
            .get(depth)
            .filter(|_| !path.is_root())
            .map(|element| match element {
                PathElement::Key(key) => key.clone(),
                PathElement::Index(index) => format!("[{index}]"),
            });
        let location = Location {
            source: Arc::clone(&document.source),
            place: document.source.place(span),
            path: whole,
            label: None,
        };
        Some((location, missing))
    }

    /// The file's text; `None` for a review that has no file.
    #[must_use]
    pub fn source(&self) -> Option<&Arc<SourceText>> {
        match self {
            Self::File(file) => Some(&file.document.source),
            Self::Admission { .. } => None,
        }
    }
}

impl FileOrigin {
    /// The span that stands for the object as a whole.
    #[must_use]
    pub fn head(&self) -> Span {
        let key = |name: &str| PathElement::Key(name.to_owned());
        let candidates = [vec![key("metadata"), key("name")], vec![key("kind")]];
        let existing = candidates.into_iter().find_map(|path| {
            let whole = self.prefix.join(&Path::from(path));
            let (span, exists) = self.document.mark(whole.elements());
            exists.then_some(span)
        });
        existing.unwrap_or_else(|| self.document.mark(self.prefix.elements()).0)
    }
}
