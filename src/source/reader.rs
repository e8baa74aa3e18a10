//! Reads one file: chunk by chunk, document by document, into what [`super::read`] gives.
//!
//! Never lets one broken chunk cost another.

use std::sync::Arc;

use crate::model::{
    Document, FileOrigin, Origin, Review, SkipReason, Skipped, SourceText, Span, SyntaxError,
    Unreadable,
};

use super::kubernetes::{self, Object};
use super::split::{self, Chunk};
use super::yaml::{self, Input, Loaded, LoadedDocument, Schema, Stop};
use super::{FileRead, InputKind, ReadOptions, decode, inline, json, line_break, template};

/// Complaints of one file that are told one by one; the rest is counted.
const MAX_SAID: usize = 100;

/// Larger texts can't be addressed by [`Span`].
const MAX_BYTES: usize = 1 << 31;

pub(super) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> FileRead {
    if bytes.len() > MAX_BYTES {
        let mut reader = Reader::new(String::new(), options);
        reader.unreadable_at("the file is larger than 2 GiB: split it", Span::default());
        return reader.read;
    }
    let Some(text) = decode::decode(bytes) else {
        let mut reader = Reader::new(String::new(), options);
        reader.skip(SkipReason::Binary, None);
        return reader.read;
    };
    let mut reader = Reader::new(text, options);
    let source = Arc::clone(&reader.read.source);
    for chunk in split::chunks(source.text()) {
        reader.chunk(chunk);
    }
    reader.finish()
}

struct Reader<'o> {
    options: &'o ReadOptions<'o>,
    read: FileRead,
    /// Documents met so far.
    documents: u32,
    /// The first lines of chunks that are templates.
    templates: Vec<u32>,
    /// What is unreadable beyond [`MAX_SAID`].
    not_said: usize,
}

impl<'o> Reader<'o> {
    fn new(text: String, options: &'o ReadOptions<'o>) -> Self {
        Self {
            options,
            read: FileRead {
                source: Arc::new(SourceText::new(options.name, text)),
                reviews: Vec::new(),
                unreadable: Vec::new(),
                skipped: Vec::new(),
                not_recognised: 0,
                details: Vec::new(),
                notices: Vec::new(),
            },
            documents: 0,
            templates: Vec::new(),
            not_said: 0,
        }
    }

    fn chunk(&mut self, chunk: Chunk<'_>) {
        if self.options.chart_template && template::in_chart(chunk.text) {
            self.template(chunk);
            return;
        }
        let Some((values, rest)) = json::values(chunk) else {
            self.yaml(chunk);
            return;
        };
        for value in values {
            let loaded = load(value, Schema::Json, false);
            self.accept(loaded, value);
        }
        if let Some(rest) = rest {
            self.yaml(rest);
        }
    }

    fn yaml(&mut self, chunk: Chunk<'_>) {
        let breaks = line_break::find(chunk.text, offset(chunk.base));
        let loaded = load(chunk, Schema::Kubernetes, !breaks.is_empty());
        let exposed = line_break::exposed(&breaks, &loaded.quoted);
        if exposed.is_empty() {
            self.accept(loaded, chunk);
        } else {
            self.broken_lines(loaded, chunk, &exposed);
        }
    }

    /// A chunk in which Kubernetes ends lines that YAML doesn't end: what the cluster would get is judged, and the file is
    /// unreadable all the same.
    fn broken_lines(&mut self, loaded: Loaded, chunk: Chunk<'_>, exposed: &[Span]) {
        let text = line_break::as_kubernetes(chunk.text, offset(chunk.base), exposed);
        let read = Chunk {
            text: &text,
            base: chunk.base,
        };
        let as_kubernetes = load(read, Schema::Kubernetes, false);
        let ours = |loaded: &Loaded| {
            let values = loaded.documents.iter().map(|document| &document.value);
            values.into_iter().any(is_ours)
        };
        let (hidden, seen) = (ours(&as_kubernetes), ours(&loaded));
        if hidden || seen {
            for span in exposed.iter().take(20) {
                self.unreadable_at(line_break::MESSAGE, *span);
            }
        }
        self.accept(if hidden { as_kubernetes } else { loaded }, chunk);
    }

    fn accept(&mut self, mut loaded: Loaded, chunk: Chunk<'_>) {
        let is_template = match &loaded.stop {
            Some(Stop::Template(_)) => true,
            Some(Stop::Syntax { error, .. }) => template::explains(&self.read.source, error.span),
            _ => false,
        };
        if is_template {
            self.template(chunk);
            return;
        }
        let stop = loaded.stop.take();
        for document in loaded.documents {
            self.document(document);
        }
        match stop {
            Some(Stop::Syntax {
                error,
                names_object,
            }) => {
                let names_object = names_object || json::names_object(chunk.text);
                self.broken(&error, names_object);
            }
            Some(Stop::Limit(error)) => {
                self.documents += 1;
                self.unreadable(&error);
            }
            Some(Stop::Template(_)) | None => {}
        }
    }

    /// A document that doesn't parse.
    fn broken(&mut self, error: &SyntaxError, names_object: bool) {
        self.documents += 1;
        if super::is_yaml(self.options.name) || names_object || self.options.kind.is_some() {
            self.unreadable(error);
        } else {
            self.not_recognised(error.span, &error.message);
        }
    }

    fn document(&mut self, loaded: LoadedDocument) {
        self.documents += 1;
        let document = Document {
            source: Arc::clone(&self.read.source),
            value: Arc::new(loaded.value),
            spans: loaded.spans,
            comments: loaded.comments,
        };
        let found = kubernetes::objects(&document);
        let root = document.spans.root().value;
        if !found.recognised {
            self.unknown(&document, root);
            return;
        }
        for complaint in &loaded.complaints {
            self.unreadable(complaint);
        }
        for (problem, span) in found.problems {
            self.unreadable_at(problem, span);
        }
        if found.objects.is_empty() {
            self.not_recognised(root, "the list holds no object");
            return;
        }
        self.objects(document, found.objects);
    }

    fn objects(&mut self, document: Document, objects: Vec<Object>) {
        let document = Arc::new(document);
        let root = document.spans.root().value.start;
        let inline = inline::exemptions(
            &document.comments,
            &self.read.source,
            &mut self.read.notices,
        );
        let head = template_comment(&document, root);
        let starts: Vec<u32> = objects.iter().map(|object| object.from).collect();
        let first = starts.first().copied().unwrap_or_default();
        let source = &self.read.source;
        inline::at_no_object(&inline, first, root, source, &mut self.read.notices);
        for (position, object) in objects.into_iter().enumerate() {
            let next = starts.get(position + 1).copied();
            let inline = inline::concerning(&inline, &object, next, root, &self.read.source);
            let origin = FileOrigin {
                document: Arc::clone(&document),
                number: self.documents,
                prefix: object.prefix,
                template: head.clone().or_else(|| template_annotation(&object.value)),
                inline,
            };
            let origin = Origin::File(Box::new(origin));
            self.read
                .reviews
                .push(Review::create(object.kind, object.value, origin));
        }
    }

    /// A document that is none of ours.
    fn unknown(&mut self, document: &Document, root: Span) {
        let why = kubernetes::why_not(&document.value);
        match self.options.kind {
            Some(InputKind::Kubernetes) => {
                let message = format!(
                    "this is no Kubernetes object, {why}: add them, or leave `--kind` out to judge what is recognised"
                );
                self.unreadable_at(&message, Span::new(root.start, root.start));
            }
            None => self.not_recognised(root, why),
        }
    }

    fn not_recognised(&mut self, span: Span, why: &str) {
        self.read.not_recognised += 1;
        let line = self.read.source.line(span.start);
        let number = self.documents;
        if self.read.details.len() < MAX_SAID {
            self.read.details.push(format!(
                "document {number} at line {line} isn't recognised: {why}"
            ));
        }
    }

    fn template(&mut self, chunk: Chunk<'_>) {
        self.documents += 1;
        let blank = chunk.text.len() - chunk.text.trim_start().len();
        let start = offset(chunk.base + blank);
        self.templates.push(self.read.source.line(start));
    }

    fn unreadable(&mut self, error: &SyntaxError) {
        if self.read.unreadable.len() >= MAX_SAID {
            self.not_said += 1;
            return;
        }
        let place = self.read.source.place(error.span);
        let other = error.other.map(|first| self.read.source.place(first));
        let message = other.map_or_else(
            || error.message.clone(),
            |first| {
                format!(
                    "{} (first at line {} column {})",
                    error.message, first.line, first.column
                )
            },
        );
        self.read.unreadable.push(Unreadable {
            path: self.options.name.to_owned(),
            line: place.line,
            column: place.column,
            message,
        });
    }

    fn unreadable_at(&mut self, message: &str, span: Span) {
        self.unreadable(&SyntaxError {
            message: message.to_owned(),
            span,
            other: None,
        });
    }

    fn skip(&mut self, reason: SkipReason, detail: Option<String>) {
        self.read.skipped.push(Skipped {
            path: self.options.name.to_owned(),
            reason,
            detail,
        });
    }

    fn finish(mut self) -> FileRead {
        if let Some(detail) = templates_shown(&self.templates) {
            self.skip(SkipReason::Template, Some(detail));
        }
        if self.documents == 0 {
            self.skip(SkipReason::Empty, None);
        }
        self.read
            .unreadable
            .sort_by_key(|found| (found.line, found.column));
        if let (Some(last), 1..) = (self.read.unreadable.last(), self.not_said) {
            let more = Unreadable {
                message: format!("and {} more places of this file", self.not_said),
                ..last.clone()
            };
            self.read.unreadable.push(more);
        }
        self.read
    }
}

/// Whether `value` is an object of Kubernetes, or a list with one in it.
fn is_ours(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Array(items) => items.iter().any(kubernetes::is_object),
        value => kubernetes::is_object(value),
    }
}

fn load(chunk: Chunk<'_>, schema: Schema, note_quoted: bool) -> Loaded {
    yaml::load(Input {
        text: chunk.text,
        base: offset(chunk.base),
        schema,
        note_quoted,
    })
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Where templates stand, for people.
fn templates_shown(lines: &[u32]) -> Option<String> {
    const SHOWN: usize = 5;
    let first = lines.first()?;
    if lines.len() == 1 {
        return Some(format!("the document at line {first}"));
    }
    let shown: Vec<String> = lines.iter().take(SHOWN).map(u32::to_string).collect();
    let more = if lines.len() > SHOWN { ", …" } else { "" };
    Some(format!(
        "{} documents, at lines {}{more}",
        lines.len(),
        shown.join(", ")
    ))
}

/// The chart's template that Helm names in a comment above the document (`# Source: chart/templates/x.yaml`).
fn template_comment(document: &Document, root: u32) -> Option<String> {
    let above = document
        .comments
        .iter()
        .take_while(|comment| comment.span.start < root);
    let mut named = above.filter_map(|comment| {
        let path = comment.text.strip_prefix(" Source: ")?.trim();
        (!path.is_empty() && !path.contains(char::is_whitespace)).then(|| path.to_owned())
    });
    named.next()
}

/// The file that kustomize names in the object's annotation (`buildMetadata: [originAnnotations]`).
fn template_annotation(object: &serde_json::Value) -> Option<String> {
    let text = object
        .pointer("/metadata/annotations/config.kubernetes.io~1origin")?
        .as_str()?;
    let origin = yaml::read_core(Arc::new(SourceText::new("", text))).ok()?;
    let path = origin.value.get("path")?.as_str()?;
    Some(path.to_owned())
}
