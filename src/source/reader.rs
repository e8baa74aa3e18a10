//! Reads one file: chunk by chunk, document by document, into what [`super::read`] gives.
//!
//! Never lets one broken chunk cost another.

use std::sync::Arc;

use crate::model::{
    Document, FileOrigin, Origin, Review, SkipReason, SourceText, Span, SyntaxError,
};

use super::account::Account;
use super::inline::Exemptions;
use super::kubernetes::{self, Object};
use super::split::{self, Chunk, MAX_DOCUMENTS};
use super::yaml::{self, Input, Loaded, LoadedDocument, Schema, Stop};
use super::{FileRead, InputKind, ReadOptions, decode, json, line_break, rendered, template};

/// Larger texts can't be addressed by [`Span`].
const MAX_BYTES: usize = 1 << 31;

/// Line breaks of one chunk that only Kubernetes sees, told one by one.
const MAX_BREAKS: usize = 20;

pub(super) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> FileRead {
    if bytes.len() > MAX_BYTES {
        let mut account = Account::new(SourceText::new(options.name, ""));
        account.unreadable_at("the file is larger than 2 GiB: split it", Span::default());
        return account.finish();
    }
    let Some(text) = decode::decode(bytes) else {
        let mut account = Account::new(SourceText::new(options.name, ""));
        account.skip(SkipReason::Binary, None);
        return account.finish();
    };
    let mut reader = Reader {
        options,
        account: Account::new(SourceText::new(options.name, text)),
        documents: 0,
    };
    reader.file();
    reader.account.finish()
}

struct Reader<'o> {
    options: &'o ReadOptions<'o>,
    account: Account,
    /// Documents met so far.
    documents: usize,
}

impl Reader<'_> {
    fn file(&mut self) {
        let source = Arc::clone(&self.account.read.source);
        for chunk in split::chunks(source.text()) {
            if self.is_full(chunk) {
                return;
            }
            self.chunk(chunk);
        }
        if self.documents == 0 {
            self.account.skip(SkipReason::Empty, None);
        }
    }

    /// Whether no more documents are read; says so at `next`, the first that isn't.
    fn is_full(&mut self, next: Chunk<'_>) -> bool {
        let full = self.documents >= MAX_DOCUMENTS;
        if full {
            let start = offset(next.base);
            self.too_many(Span::new(start, start));
        }
        full
    }

    fn too_many(&mut self, span: Span) {
        let message = format!(
            "the file has more than {MAX_DOCUMENTS} documents, and those from here on aren't read: split it"
        );
        self.account.unreadable_at(&message, span);
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
            if self.is_full(value) {
                return;
            }
            let loaded = self.load(value, Schema::Json, false);
            self.accept(loaded, value);
        }
        if let Some(rest) = rest {
            self.yaml(rest);
        }
    }

    fn yaml(&mut self, chunk: Chunk<'_>) {
        let breaks = line_break::find(chunk.text, offset(chunk.base));
        let loaded = self.load(chunk, Schema::Kubernetes, !breaks.is_empty());
        let exposed = line_break::exposed(chunk.text, offset(chunk.base), &breaks, &loaded.quoted);
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
        let as_kubernetes = self.load(read, Schema::Kubernetes, false);
        let hidden = holds_objects(&as_kubernetes);
        if hidden || holds_objects(&loaded) {
            for span in exposed.iter().take(MAX_BREAKS) {
                self.account.unreadable_at(line_break::MESSAGE, *span);
            }
        }
        self.accept(if hidden { as_kubernetes } else { loaded }, chunk);
    }

    fn load(&self, chunk: Chunk<'_>, schema: Schema, note_quoted: bool) -> Loaded {
        yaml::load(Input {
            text: chunk.text,
            base: offset(chunk.base),
            schema,
            max_documents: MAX_DOCUMENTS.saturating_sub(self.documents),
            note_quoted,
        })
    }

    fn accept(&mut self, mut loaded: Loaded, chunk: Chunk<'_>) {
        let is_template = match &loaded.stop {
            Some(Stop::Template) => true,
            Some(Stop::Syntax { error, .. }) => {
                template::explains(&self.account.read.source, error.span)
            }
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
                self.account.unreadable(&error);
            }
            Some(Stop::TooMany(span)) => self.too_many(span),
            Some(Stop::Template) | None => {}
        }
    }

    /// A document that doesn't parse.
    fn broken(&mut self, error: &SyntaxError, names_object: bool) {
        self.documents += 1;
        if super::is_yaml(self.options.name) || names_object || self.options.kind.is_some() {
            self.account.unreadable(error);
        } else {
            let why = &error.message;
            self.account.not_recognised(self.documents, error.span, why);
        }
    }

    fn document(&mut self, loaded: LoadedDocument) {
        self.documents += 1;
        let document = Document {
            source: Arc::clone(&self.account.read.source),
            value: Arc::new(loaded.value),
            spans: loaded.spans,
            comments: loaded.comments,
        };
        let found = kubernetes::objects(&document);
        if !found.recognised {
            self.unknown(&document);
            return;
        }
        for complaint in &loaded.complaints {
            self.account.unreadable(complaint);
        }
        for (problem, span) in found.problems {
            self.account.unreadable_at(problem, span);
        }
        if found.found.is_empty() {
            let root = document.spans.root().value;
            let why = "the list holds no object";
            self.account.not_recognised(self.documents, root, why);
            return;
        }
        self.objects(document, found.found);
    }

    fn objects(&mut self, document: Document, objects: Vec<Object>) {
        let document = Arc::new(document);
        let source = Arc::clone(&document.source);
        let read = &mut self.account.read;
        let inline = Exemptions::read(&document, &mut read.notices);
        let starts: Vec<u32> = objects.iter().map(|object| object.from).collect();
        let first = starts.first().copied().unwrap_or_default();
        inline.at_no_object(first, &source, &mut read.notices);
        let template = rendered::by_comment(&document);
        for (position, object) in objects.into_iter().enumerate() {
            let next = starts.get(position + 1).copied();
            let inline = inline.concerning(&object, next, &source);
            let annotated = || rendered::by_annotation(&object.value);
            let origin = FileOrigin {
                document: Arc::clone(&document),
                number: u32::try_from(self.documents).unwrap_or(u32::MAX),
                template: template.clone().or_else(annotated),
                prefix: object.prefix,
                inline,
            };
            let origin = Origin::File(Box::new(origin));
            let review = Review::create(object.kind, object.value, origin);
            read.reviews.push(review);
        }
    }

    /// A document that is none of ours.
    fn unknown(&mut self, document: &Document) {
        let why = kubernetes::why_not(&document.value);
        let root = document.spans.root().value;
        match self.options.kind {
            None => self.account.not_recognised(self.documents, root, why),
            Some(InputKind::Kubernetes) => {
                let message = format!(
                    "this is no Kubernetes object, {why}: add them, or leave `--kind` out to judge what is recognised"
                );
                let start = Span::new(root.start, root.start);
                self.account.unreadable_at(&message, start);
            }
        }
    }

    fn template(&mut self, chunk: Chunk<'_>) {
        self.documents += 1;
        let blank = chunk.text.len() - chunk.text.trim_start().len();
        self.account.template(offset(chunk.base + blank));
    }
}

/// Whether any document is an object of Kubernetes, or a list with one in it.
fn holds_objects(loaded: &Loaded) -> bool {
    let values = loaded.documents.iter().map(|document| &document.value);
    values.into_iter().any(|value| match value.as_array() {
        Some(items) => items.iter().any(kubernetes::is_object),
        None => kubernetes::is_object(value),
    })
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
