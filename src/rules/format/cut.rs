//! A formatted text in chunks. A part that looks different goes on in the next chunk as it
//! was: a block of code with its language, a link with its address.

use std::ops::Range;

use super::{Formatted, Rich, Span};
use crate::model::{Entity, EntityKind};
use crate::rules::chunk::{self, Cutter};

/// Bot API: the entities of a message beyond these are dropped, and nothing says so.
const ENTITIES_MAX: usize = 100;

impl Rich {
    /// The chunks, each of at most `max` UTF-16 units; none if there is nothing to see.
    #[must_use]
    pub fn chunks(&self, max: usize) -> Vec<Formatted> {
        let is_block = |span: &&Span| matches!(span.kind, EntityKind::Pre { .. });
        let code = self.spans.iter().filter(is_block);
        let code: Vec<Range<usize>> = code.map(|span| span.range.clone()).collect();
        let mut cutter = Cutter::new(&self.text, &code);
        let mut chunks = Vec::new();
        while let Some(mut range) = cutter.cut(max) {
            let mut spans = self.spans_in(&range);
            if let Some(over) = spans.get(ENTITIES_MAX) {
                // The parts of a text are nested a few deep, so a hundred of them take place.
                let before = self.text.get(range.start..over.range.start);
                let units = chunk::units(before.unwrap_or_default());
                cutter.again(&range);
                let Some(shorter) = cutter.cut(units) else {
                    break;
                };
                range = shorter;
                spans = self.spans_in(&range);
                spans.truncate(ENTITIES_MAX);
            }
            chunks.push(self.chunk(range, &spans));
        }
        chunks
    }

    /// What looks different in a part of the text.
    fn spans_in(&self, range: &Range<usize>) -> Vec<&Span> {
        let before = self
            .spans
            .partition_point(|span| span.range.start < range.end);
        let spans = self.spans[..before].iter();
        spans.filter(|span| span.range.end > range.start).collect()
    }

    /// A part of the text, without the blanks that Telegram would trim at its beginning:
    /// those before its first letter, but not within a block of code.
    fn chunk(&self, range: Range<usize>, spans: &[&Span]) -> Formatted {
        let text = &self.text[range.clone()];
        let seen: Vec<_> = spans
            .iter()
            .filter_map(|span| visible(text, span, &range))
            .collect();
        let blanks = text.len() - text.trim_start_matches(chunk::is_trimmed).len();
        let block = seen
            .iter()
            .filter(|span| matches!(span.kind, EntityKind::Pre { .. }));
        let lead = block.map(|span| span.range.start).min();
        let lead = lead.unwrap_or(blanks).min(blanks);
        let text = &text[lead..];
        let units = units_at(text);
        let entities = seen.into_iter().map(|Span { kind, range }| {
            let offset = units[range.start.saturating_sub(lead)];
            let length = units[range.end - lead] - offset;
            Entity {
                kind,
                offset,
                length,
            }
        });
        let mut entities: Vec<Entity> = entities.collect();
        // Stable: of two that begin together, the one that holds the other stays first.
        entities.sort_by_key(|entity| entity.offset);
        Formatted {
            text: text.to_owned(),
            entities,
        }
    }
}

/// What of a span is in `text`, which has this range, without the blanks at its ends; those
/// at the beginning of a block of code belong to it.
fn visible(text: &str, span: &Span, range: &Range<usize>) -> Option<Span> {
    let start = span.range.start.max(range.start) - range.start;
    let end = span.range.end.min(range.end).checked_sub(range.start)?;
    let part = text.get(start..end)?;
    if chunk::is_blank(part) {
        return None;
    }
    let lead = match span.kind {
        EntityKind::Pre { .. } | EntityKind::Blockquote | EntityKind::ExpandableBlockquote => 0,
        _ => part.len() - part.trim_start().len(),
    };
    Some(Span {
        kind: span.kind.clone(),
        range: start + lead..start + part.trim_end().len(),
    })
}

/// The UTF-16 place of each byte at which a character begins, and of the end.
fn units_at(text: &str) -> Vec<usize> {
    let mut places = vec![0; text.len() + 1];
    let mut units = 0;
    for (at, c) in text.char_indices() {
        places[at] = units;
        units += c.len_utf16();
    }
    places[text.len()] = units;
    places
}
