//! Feeds the parser's events of one chunk into a tree, document by document.
//!
//! Never looks at what a document means: who it is for is decided above.

use granit_parser::{Event, Marker, Parser, ScalarStyle, StructureStyle, Tag};

use crate::model::{Comment, Span, Spans, SyntaxError};

use super::message::{self, Refusal};
use super::scalar::{self, ScalarTag, Schema};
use super::tree::{Finished, Halt, MAX_DEPTH, Tree};

mod trap;

/// Part of a text that is parsed alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'t> {
    /// Its text.
    pub(crate) text: &'t str,
    /// Where it starts in the whole text, in bytes.
    pub(crate) base: u32,
    /// How its scalars are read.
    pub(crate) schema: Schema,
    /// Documents that are read; the next one stops the parser.
    pub(crate) max_documents: usize,
    /// Whether to note where quoted text stands.
    pub(crate) note_quoted: bool,
}

/// What a chunk holds.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Its documents, up to the one that stopped the parser.
    pub(crate) documents: Vec<LoadedDocument>,
    /// What stopped it.
    pub(crate) stop: Option<Stop>,
    /// Where quoted text stands, if that was asked for.
    pub(crate) quoted: Vec<Span>,
}

/// One document of a chunk.
#[derive(Debug)]
pub(crate) struct LoadedDocument {
    pub(crate) value: serde_json::Value,
    pub(crate) spans: Spans,
    pub(crate) comments: Vec<Comment>,
    /// What Kubernetes refuses or reads otherwise than it looks.
    pub(crate) complaints: Vec<SyntaxError>,
}

/// Why a chunk wasn't read to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Two `{` of flow mappings side by side: a template's action.
    Template,
    /// It isn't valid; `names_object`: the broken document had `apiVersion` or `kind` at its top.
    Syntax {
        error: SyntaxError,
        names_object: bool,
    },
    /// It is larger than we read.
    Limit(SyntaxError),
    /// It has more documents than were asked for; where the next starts.
    TooMany(Span),
}

/// Reads one chunk: total, and bounded by the limits of the tree and the parser.
pub(crate) fn load(input: Input<'_>) -> Loaded {
    let mut reader = Reader {
        input,
        tree: Tree::new(input.schema, input.text, input.base),
        comments: Vec::new(),
        last_brace: None,
        flow: 0,
        directive: None,
        loaded: Loaded::default(),
    };
    if input.schema == Schema::Kubernetes {
        reader.directive = trap::directive(input);
    }
    reader.run();
    reader.loaded
}

struct Reader<'t> {
    input: Input<'t>,
    tree: Tree<'t>,
    comments: Vec<Comment>,
    last_brace: Option<u32>,
    /// Flow collections that are open.
    flow: usize,
    directive: Option<Span>,
    loaded: Loaded,
}

impl<'t> Reader<'t> {
    fn run(&mut self) {
        let json = self.input.schema == Schema::Json;
        let options = granit_parser::options! {
            max_buffered_comment_events: 1_000_000,
            simple_key_max_lookahead: if json { 1 << 20 } else { 1024 },
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
            emit_anchor_events: true,
            // As goyaml, which adds no line feed that the file doesn't have.
            block_scalar_eof_without_line_feed: self.input.schema != Schema::Core,
        };
        for next in Parser::new_from_str_with_options(self.input.text, options) {
            let stop = match next {
                Ok((event, span)) => match self.event(event, span) {
                    Ok(()) => continue,
                    Err(stop) => stop,
                },
                Err(error) => match message::refusal(&error, self.input.text, self.input.base) {
                    Refusal::Limit(error) => Stop::Limit(error),
                    Refusal::Syntax(error) => self.syntax(error),
                },
            };
            self.loaded.stop = Some(stop);
            return;
        }
        let last = self.loaded.documents.last_mut();
        if let Some(document) = last {
            document.comments.append(&mut self.comments);
        }
    }

    fn syntax(&self, error: SyntaxError) -> Stop {
        Stop::Syntax {
            error,
            names_object: self.tree.names_any(&["apiVersion", "kind"]),
        }
    }

    fn event(&mut self, event: Event<'t>, span: granit_parser::Span) -> Result<(), Stop> {
        let place = self.place(span);
        if self.flow > 0 && self.input.schema == Schema::Kubernetes {
            self.flow_traps(&event, span, place);
        }
        let done = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(scalar_tag);
                self.scalar(text, style, anchor, tag, place)
            }
            Event::MappingStart(style, anchor, _) => {
                if style == StructureStyle::Flow {
                    self.flow += 1;
                    self.brace(place)?;
                }
                self.tree.open_object(place.start, anchor)
            }
            Event::SequenceStart(style, anchor, _) => {
                self.flow += usize::from(style == StructureStyle::Flow);
                self.tree.open_array(place.start, anchor)
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let end = (!place.is_empty()).then_some(place.end);
                self.flow = self.flow.saturating_sub(usize::from(end.is_some()));
                self.tree.close(end)
            }
            Event::Alias(id) => {
                let start = (place.start - self.input.base) as usize + 1;
                let end = (place.end - self.input.base) as usize;
                let name = self.input.text.get(start..end).unwrap_or_default();
                self.anchor_trap(name, place);
                self.tree.alias(id, place)
            }
            Event::Anchor(_, name) => {
                self.anchor_trap(&name, place);
                Ok(())
            }
            Event::Comment(text, _) => {
                self.comments.push(Comment {
                    text: text.into_owned(),
                    span: place,
                });
                Ok(())
            }
            Event::DocumentStart(_, version) => {
                if self.loaded.documents.len() >= self.input.max_documents {
                    return Err(Stop::TooMany(place));
                }
                self.start(version.is_some(), place);
                Ok(())
            }
            Event::DocumentEnd => {
                self.end();
                Ok(())
            }
            _ => Ok(()),
        };
        done.map_err(|halt| match halt {
            Halt::Limit(message, span) => Stop::Limit(syntax_error(message, span)),
            Halt::Invalid(message, span) => self.syntax(syntax_error(message, span)),
        })
    }

    fn scalar(
        &mut self,
        text: std::borrow::Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<ScalarTag>,
        place: Span,
    ) -> Result<(), Halt> {
        let plain = style == ScalarStyle::Plain;
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        if quoted && self.input.note_quoted {
            self.loaded.quoted.push(place);
        }
        let place = if plain || quoted {
            place
        } else {
            self.block(place)
        };
        let merge = text == "<<" && ((plain && tag.is_none()) || tag == Some(ScalarTag::Merge));
        let value = scalar::read(self.input.schema, text, plain, tag);
        self.tree.scalar(value, place, merge, anchor)
    }

    /// A block scalar ends with its last line that isn't blank; the parser says where the next token starts.
    fn block(&self, place: Span) -> Span {
        let start = place.start.saturating_sub(self.input.base) as usize;
        let end = place.end.saturating_sub(self.input.base) as usize;
        let text = self.input.text.get(start..end).unwrap_or_default();
        let kept = text.trim_end_matches([' ', '\t', '\r', '\n']).len();
        Span::new(
            place.start,
            place.start + u32::try_from(kept).unwrap_or(u32::MAX),
        )
    }

    /// Stops at the second of two flow mappings that start on adjacent bytes.
    fn brace(&mut self, place: Span) -> Result<(), Stop> {
        let adjacent = place
            .start
            .checked_sub(1)
            .is_some_and(|before| self.last_brace == Some(before));
        if adjacent && self.input.schema == Schema::Kubernetes {
            return Err(Stop::Template);
        }
        self.last_brace = Some(place.start);
        Ok(())
    }

    fn start(&mut self, version: bool, place: Span) {
        self.last_brace = None;
        if self.input.schema != Schema::Kubernetes {
            return;
        }
        let directive = self.directive.take().or(version.then_some(place));
        if let Some(span) = directive {
            let message = "Kubernetes refuses a directive (`%`) here: remove the line";
            self.tree.complain(message, span);
        }
    }

    fn end(&mut self) {
        let comments = std::mem::take(&mut self.comments);
        let Some(Finished {
            value,
            spans,
            complaints,
        }) = self.tree.finish()
        else {
            return;
        };
        let root = spans.root();
        if value.is_null() && root.value.is_empty() {
            self.comments = comments;
            return;
        }
        self.loaded.documents.push(LoadedDocument {
            value,
            spans,
            comments,
            complaints,
        });
    }

    fn place(&self, span: granit_parser::Span) -> Span {
        Span::new(self.offset(span.start), self.offset(span.end))
    }

    fn offset(&self, marker: Marker) -> u32 {
        let at = marker.byte_offset().unwrap_or_default();
        self.input
            .base
            .saturating_add(u32::try_from(at).unwrap_or(u32::MAX))
    }
}

fn scalar_tag(tag: &Tag) -> ScalarTag {
    ScalarTag::from_name(tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref())
}

fn syntax_error(message: String, span: Span) -> SyntaxError {
    SyntaxError {
        message,
        span,
        other: None,
    }
}
