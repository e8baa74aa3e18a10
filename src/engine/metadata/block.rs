//! Where METADATA blocks stand, and their YAML with its places.
//!
//! Reads comments only; knows no key.

use crate::engine::syntax::lexer::{Token, TokenKind};
use crate::model::{SourceText, Span};

/// A block: a comment `# METADATA` at column 1, and the comment lines at column 1 that follow it.
#[derive(Debug)]
pub(super) struct Block {
    /// The comment `# METADATA`.
    pub(super) head: Span,
    /// The first token behind the block, the statement it belongs to.
    pub(super) next: Option<Span>,
    /// The lines without `# `, as YAML.
    pub(super) yaml: String,
    /// For each line of the YAML: its offset there, and where its text begins in the module.
    lines: Vec<(u32, u32)>,
}

/// All blocks of a module.
pub(super) fn blocks(source: &SourceText, tokens: &[Token]) -> Vec<Block> {
    let text = source.text();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut last_line = 0;
    for token in tokens {
        let place = source.place(token.span);
        let comment = token.kind == TokenKind::Comment && place.column == 1;
        let follows = comment && place.line == last_line + 1;
        let head = comment && token.text(text).trim_end() == "# METADATA";
        if let Some(mut block) = open.take() {
            if follows && !head {
                block.line(token.text(text), token.span.start);
                open = Some(block);
            } else {
                blocks.push(block);
            }
        }
        if token.kind != TokenKind::Comment {
            // Comments between a block and its statement mean nothing, and neither do other blocks.
            let waiting = blocks
                .iter_mut()
                .rev()
                .take_while(|block| block.next.is_none());
            waiting.for_each(|block| block.next = Some(token.span));
        }
        if head {
            open = Some(Block {
                head: token.span,
                next: None,
                yaml: String::new(),
                lines: Vec::new(),
            });
        }
        last_line = place.line;
    }
    blocks.extend(open);
    blocks
}

impl Block {
    fn line(&mut self, comment: &str, start: u32) {
        let text = comment
            .strip_prefix("# ")
            .or_else(|| comment.strip_prefix('#'))
            .unwrap_or(comment);
        let prefix = comment.len() - text.len();
        self.lines
            .push((offset(self.yaml.len()), start + offset(prefix)));
        self.yaml.push_str(text.trim_end_matches('\r'));
        self.yaml.push('\n');
    }

    /// A span of the YAML as one of the module; it ends with its first line.
    pub(super) fn span(&self, span: Span) -> Span {
        let line = self
            .lines
            .partition_point(|(start, _)| *start <= span.start)
            .checked_sub(1);
        let Some((start, module)) = line.and_then(|line| self.lines.get(line)).copied() else {
            return self.head;
        };
        let rest = self.yaml.get(span.start as usize..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        let at = module + (span.start - start);
        Span::new(
            at,
            at + (span.end.saturating_sub(span.start)).min(offset(length)),
        )
    }
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
