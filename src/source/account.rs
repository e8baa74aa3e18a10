//! What is said of a file besides its objects: what is unreadable, left out, none of ours.
//!
//! Never says more than a person would read: beyond a hundred places the rest is counted.

use std::sync::Arc;

use crate::model::{SkipReason, Skipped, SourceText, Span, SyntaxError, Unreadable};

use super::FileRead;

/// Complaints of one file that are told one by one.
const MAX_SAID: usize = 100;

/// A [`FileRead`] in the making.
pub(super) struct Account {
    pub(super) read: FileRead,
    not_said: usize,
    /// The first lines of chunks that are templates.
    templates: Vec<u32>,
}

impl Account {
    pub(super) fn new(source: SourceText) -> Self {
        Self {
            read: FileRead {
                source: Arc::new(source),
                reviews: Vec::new(),
                unreadable: Vec::new(),
                skipped: Vec::new(),
                not_recognised: 0,
                details: Vec::new(),
                notices: Vec::new(),
            },
            not_said: 0,
            templates: Vec::new(),
        }
    }

    pub(super) fn unreadable(&mut self, error: &SyntaxError) {
        if self.read.unreadable.len() >= MAX_SAID {
            self.not_said += 1;
            return;
        }
        let place = self.read.source.place(error.span);
        let message = match error.other.map(|first| self.read.source.place(first)) {
            None => error.message.clone(),
            Some(first) => format!(
                "{} (first at line {} column {})",
                error.message, first.line, first.column
            ),
        };
        self.read.unreadable.push(Unreadable {
            path: self.read.source.name().to_owned(),
            line: place.line,
            column: place.column,
            message,
        });
    }

    pub(super) fn unreadable_at(&mut self, message: &str, span: Span) {
        self.unreadable(&SyntaxError {
            message: message.to_owned(),
            span,
            other: None,
        });
    }

    /// Document `number`, at `span`, is none of ours.
    pub(super) fn not_recognised(&mut self, number: usize, span: Span, why: &str) {
        self.read.not_recognised += 1;
        if self.read.details.len() < MAX_SAID {
            let line = self.read.source.line(span.start);
            self.read.details.push(format!(
                "document {number} at line {line} isn't recognised: {why}"
            ));
        }
    }

    /// The chunk that starts at `start` is an unrendered template.
    pub(super) fn template(&mut self, start: u32) {
        self.templates.push(self.read.source.line(start));
    }

    pub(super) fn skip(&mut self, reason: SkipReason, detail: Option<String>) {
        self.read.skipped.push(Skipped {
            path: self.read.source.name().to_owned(),
            reason,
            detail,
        });
    }

    pub(super) fn finish(mut self) -> FileRead {
        if let Some(detail) = self.templates_shown() {
            self.skip(SkipReason::Template, Some(detail));
        }
        let unreadable = &mut self.read.unreadable;
        unreadable.sort_by_key(|found| (found.line, found.column));
        if let (Some(last), 1..) = (unreadable.last(), self.not_said) {
            let more = Unreadable {
                message: format!("and {} more places of this file", self.not_said),
                ..last.clone()
            };
            unreadable.push(more);
        }
        self.read
    }

    /// Where templates stand, for people.
    fn templates_shown(&self) -> Option<String> {
        const SHOWN: usize = 5;
        let (first, others) = self.templates.split_first()?;
        if others.is_empty() {
            return Some(format!("the document at line {first}"));
        }
        let lines = self.templates.iter().take(SHOWN).map(u32::to_string);
        let shown = lines.collect::<Vec<_>>().join(", ");
        let count = self.templates.len();
        let more = if count > SHOWN { ", …" } else { "" };
        Some(format!("{count} documents, at lines {shown}{more}"))
    }
}
