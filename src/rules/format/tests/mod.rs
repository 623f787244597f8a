//! What each piece of Markdown looks like in the chat.

mod blocks;
mod chunks;
mod inlines;
mod properties;
mod tables;

use super::*;

/// A text with its looks written into it, as a person would describe them.
pub(super) fn drawn(formatted: &Formatted) -> String {
    let units: Vec<u16> = formatted.text.encode_utf16().collect();
    let mut out = String::new();
    let mut open: Vec<(usize, &'static str)> = Vec::new();
    let mut next = formatted.entities.iter().peekable();
    for at in 0..=units.len() {
        while let Some((_, close)) = open.pop_if(|(end, _)| *end == at) {
            out.push_str(close);
        }
        while let Some(entity) = next.next_if(|entity| entity.offset == at) {
            let (begin, end) = marks(&entity.kind);
            out.push_str(&begin);
            open.push((at + entity.length, end));
        }
        if let Some(unit) = units.get(at) {
            // Pairs are put together by the loss of their first half.
            match char::decode_utf16(units[at..].iter().copied()).next() {
                Some(Ok(c)) => out.push(c),
                _ => assert!((0xDC00..0xE000).contains(unit), "a lone surrogate"),
            }
        }
    }
    assert!(open.is_empty() && next.peek().is_none(), "{formatted:?}");
    out
}

fn marks(kind: &EntityKind) -> (String, &'static str) {
    let (begin, end) = match kind {
        EntityKind::Bold => ("<b>", "</b>"),
        EntityKind::Italic => ("<i>", "</i>"),
        EntityKind::Strikethrough => ("<s>", "</s>"),
        EntityKind::Code => ("<c>", "</c>"),
        EntityKind::Blockquote => ("<q>", "</q>"),
        EntityKind::ExpandableBlockquote => ("<Q>", "</Q>"),
        EntityKind::Pre { language } => return (format!("<pre {language}>"), "</pre>"),
        EntityKind::TextLink { url } => return (format!("<a {url}>"), "</a>"),
    };
    (begin.to_owned(), end)
}

/// Markdown in one message looks like this.
#[track_caller]
pub(super) fn check(markdown: &str, expected: &str) {
    let chunks = format(markdown).chunks(4096);
    assert!(chunks.len() <= 1, "{} chunks", chunks.len());
    let looks: String = chunks.iter().map(drawn).collect();
    assert_eq!(looks, expected, "of {markdown:?}");
}
