//! Tree → text and what of it looks different.

use super::canvas::Canvas;
use super::tree::{Block, Inline, Kind, List, Style};
use super::{files, link, table};
use crate::model::EntityKind;

/// What a list inside a list begins with; about as wide as "• " on a phone.
const INDENT: &str = "    ";
/// What the lines of a quote inside a quote begin with: Telegram has no such quotes.
const INNER_QUOTE: &str = "> ";
/// What parts one thing from another.
const RULE: &str = "———";
/// Lines of a quote that are shown at once.
const QUOTE_LINES_MAX: usize = 12;

/// Draws blocks below each other.
pub(super) fn blocks(canvas: &mut Canvas, blocks: &[Block<'_>]) {
    let mut before: Option<&Block<'_>> = None;
    for block in blocks {
        if let Some(before) = before {
            canvas.newline();
            if is_apart(before, block) {
                canvas.newline();
            }
        }
        draw(canvas, &block.kind);
        before = Some(block);
    }
}

/// Whether an empty line stands between two blocks: where their author put one, except that a
/// heading belongs to what follows.
fn is_apart(before: &Block<'_>, block: &Block<'_>) -> bool {
    let is_heading = |block: &Block<'_>| matches!(block.kind, Kind::Heading(_));
    !is_heading(before) && (block.gap || is_heading(block))
}

fn draw(canvas: &mut Canvas, kind: &Kind<'_>) {
    match kind {
        Kind::Paragraph(inside) => inlines(canvas, inside),
        Kind::Heading(inside) => canvas.with(EntityKind::Bold, |canvas| inlines(canvas, inside)),
        Kind::Quote(inside) => quote(canvas, inside),
        Kind::List(items) => list(canvas, items),
        Kind::Code { language, text } => canvas.block(language, text),
        Kind::Table(rows) => table::draw(canvas, rows),
        Kind::Rule => canvas.text(RULE),
    }
}

fn quote(canvas: &mut Canvas, inside: &[Block<'_>]) {
    let is_quote = |kind: &EntityKind| *kind == EntityKind::Blockquote;
    if canvas.is_in(is_quote) {
        let margin = canvas.margin.clone();
        canvas.margin.push_str(INNER_QUOTE);
        blocks(canvas, inside);
        canvas.margin = margin;
        return;
    }
    // A quote is drawn as whole lines, with a margin of its own.
    let margin = std::mem::take(&mut canvas.margin);
    let start = canvas.len();
    canvas.with(EntityKind::Blockquote, |canvas| blocks(canvas, inside));
    canvas.margin = margin;
    if canvas.since(start).trim().lines().count() > QUOTE_LINES_MAX {
        canvas.fold(start);
    }
}

fn list(canvas: &mut Canvas, list: &List<'_>) {
    for (n, item) in list.items.iter().enumerate() {
        if n > 0 {
            canvas.newline();
            if item.gap {
                canvas.newline();
            }
        }
        let number = list.first.map(|first| first.saturating_add(n as u64));
        let mark = match (number, item.done) {
            (None, None) => "•".to_owned(),
            (None, Some(done)) => task(done).to_owned(),
            (Some(number), None) => format!("{number}."),
            (Some(number), Some(done)) => format!("{number}. {}", task(done)),
        };
        canvas.text(&mark);
        let margin = canvas.margin.len();
        canvas.margin.push_str(INDENT);
        match item.blocks.first().map(|first| &first.kind) {
            None => {}
            Some(Kind::Paragraph(_) | Kind::Heading(_)) => canvas.text(" "),
            // What is drawn as whole lines does not begin beside the mark.
            Some(_) => canvas.newline(),
        }
        blocks(canvas, &item.blocks);
        canvas.margin.truncate(margin);
    }
}

fn task(done: bool) -> &'static str {
    if done { "☑" } else { "☐" }
}

/// Draws what is in a line, or in several.
pub(super) fn inlines(canvas: &mut Canvas, inlines: &[Inline<'_>]) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => words(canvas, text),
            Inline::Break => canvas.newline(),
            Inline::Code(code) => canvas.code(code),
            Inline::Styled(style, inside) => {
                let kind = match style {
                    Style::Bold => EntityKind::Bold,
                    Style::Italic => EntityKind::Italic,
                    Style::Struck => EntityKind::Strikethrough,
                };
                canvas.with(kind, |canvas| self::inlines(canvas, inside));
            }
            Inline::Link { to, inside } => draw_link(canvas, to, inside),
        }
    }
}

fn words(canvas: &mut Canvas, text: &str) {
    let mut at = 0;
    for name in files::names(text) {
        canvas.text(&text[at..name.start]);
        canvas.code(&text[name.clone()]);
        at = name.end;
    }
    canvas.text(&text[at..]);
}

fn draw_link(canvas: &mut Canvas, to: &str, inside: &[Inline<'_>]) {
    if canvas.is_in(|kind| matches!(kind, EntityKind::TextLink { .. })) {
        // A picture in a link.
        return inlines(canvas, inside);
    }
    let mut plain = Canvas::default();
    inlines(&mut plain, inside);
    let text = plain.into_text();
    let visible = !crate::rules::chunk::is_blank(&text);
    match (link::taken(to), link::shown(to)) {
        // Telegram finds what is an address by itself.
        (_, Some(address)) if link::is_same(&text, to) || !visible => {
            canvas.text(if visible { &text } else { address });
        }
        (Some(url), _) if !canvas.is_plain => {
            canvas.with(EntityKind::TextLink { url }, |canvas| {
                inlines(canvas, inside);
            });
        }
        (_, Some(address)) => {
            inlines(canvas, inside);
            canvas.text(&format!(" ({address})"));
        }
        (_, None) => inlines(canvas, inside),
    }
}
