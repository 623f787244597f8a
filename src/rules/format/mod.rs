//! Markdown as models write it → text with entities, in chunks that Telegram takes.
//!
//! ```text
//! Markdown ──parse──▶ tree ──draw──▶ Rich ──chunks──▶ Formatted, Formatted, …
//! ```
//!
//! A parse mode would refuse a whole answer for one stray character; entities cannot fail to
//! parse. What is guaranteed, for any Markdown and any Unicode:
//!
//! - Every visible character of the Markdown that is not markup is in the text, in its order.
//! - A chunk has at most the units that were asked for, at most 100 entities, and something
//!   to see.
//! - An entity begins and ends on whole characters and on something visible. Code holds no
//!   other entity, entities of one kind do not overlap, and of two that share characters one
//!   holds the other.
//! - Between two chunks only whitespace is left out.
//!
//! Deliberately absent: underlines, spoilers, mentions by id, footnotes, formulas.

mod canvas;
mod cut;
mod draw;
mod files;
mod lines;
mod link;
mod parse;
mod table;
mod tree;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::model::{Entity, EntityKind};
use crate::rules::chunk;

pub use lines::tail;

/// A message's text and how its parts look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// What is read.
    pub text: String,
    /// How parts of it look, in order; an entity comes before those that it holds.
    pub entities: Vec<Entity>,
}

/// A text of any length and how its parts look; places are bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rich {
    text: String,
    /// In order; one comes before those that it holds.
    spans: Vec<Span>,
}

/// A part of a text that looks different. Bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    kind: EntityKind,
    range: Range<usize>,
}

/// Formats Markdown. Linear in its length, but for what the parser does with the odd
/// thousand open brackets.
#[must_use]
pub fn format(markdown: &str) -> Rich {
    let markdown = lines::unwrapped(markdown);
    let mut canvas = canvas::Canvas::with_room(markdown.len());
    draw::blocks(&mut canvas, &parse::parse(markdown));
    canvas.finish()
}

impl Rich {
    /// A text without any formatting.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            spans: Vec::new(),
        }
    }

    /// The same below a line of plain text.
    #[must_use]
    pub fn below(mut self, line: &str) -> Self {
        let lead = self.text.len() - self.text.trim_start_matches('\n').len();
        let head = format!("{line}\n");
        let moved = |place: usize| place.saturating_sub(lead) + head.len();
        for Span { range, .. } in &mut self.spans {
            *range = moved(range.start)..moved(range.end);
        }
        self.text.replace_range(..lead, &head);
        self
    }

    /// The same with another one below, after an empty line.
    #[must_use]
    pub fn above(mut self, below: Self) -> Self {
        if below.is_blank() {
            return self;
        }
        self.text.truncate(self.text.trim_end_matches('\n').len());
        self.text.push_str("\n\n");
        let moved = self.text.len();
        self.text.push_str(&below.text);
        self.spans.extend(below.spans.into_iter().map(|span| Span {
            kind: span.kind,
            range: span.range.start + moved..span.range.end + moved,
        }));
        self
    }

    /// Whether nothing in it would be seen.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        chunk::is_blank(&self.text)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Formatted {
    /// A text without any formatting.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            entities: Vec::new(),
        }
    }
}
