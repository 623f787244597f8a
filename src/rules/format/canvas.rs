//! Text and what of it looks different, as it grows.

use std::borrow::Cow;

use super::{Rich, Span};
use crate::model::EntityKind;
use crate::rules::chunk;

/// What a tab in code stands for: Telegram would make it one space.
const TAB: usize = 4;

/// Text that grows at its end.
#[derive(Default)]
pub(super) struct Canvas {
    text: String,
    /// Those that have ended, and where in the order of beginning they belong.
    spans: Vec<(usize, Span)>,
    /// Those that go on.
    open: Vec<Open>,
    begun: usize,
    /// What the lines of a list or of an inner quote begin with.
    pub margin: String,
    /// Whether the looks get lost, so that links have to be written out.
    pub is_plain: bool,
}

struct Open {
    kind: EntityKind,
    start: usize,
    begun: usize,
}

impl Canvas {
    /// One for a text whose looks get lost.
    pub fn plain() -> Self {
        Self {
            is_plain: true,
            ..Self::default()
        }
    }

    /// One for about so many bytes of text.
    pub fn with_room(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// What was drawn.
    pub fn finish(mut self) -> Rich {
        self.spans
            .sort_by_key(|(begun, span)| (span.range.start, *begun));
        let mut text = self.text;
        text.truncate(text.trim_end_matches([' ', '\n']).len());
        let spans = self.spans.into_iter().map(|(_, span)| span);
        Rich {
            text,
            spans: spans.collect(),
        }
    }

    /// What was drawn, without its looks.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Where the next letter comes to stand.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// What was drawn since.
    pub fn since(&self, place: usize) -> &str {
        &self.text[place..]
    }

    /// Ends the line.
    pub fn newline(&mut self) {
        self.text.push('\n');
    }

    /// Draws text; a line's end in it ends the line.
    pub fn text(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.newline();
            }
            let line = cleaned(line);
            if !line.is_empty() {
                self.begin_line();
                self.text.push_str(&line);
            }
        }
    }

    /// Draws code within a line. Telegram does not take code in other looks, nor others in
    /// code; of a link and code the link counts.
    pub fn code(&mut self, code: &str) {
        if self.is_in(|kind| matches!(kind, EntityKind::TextLink { .. })) {
            return self.text(code);
        }
        self.begin_line();
        self.break_open();
        let start = self.text.len();
        self.text(code);
        self.add(EntityKind::Code, start, self.begun);
        self.go_on();
    }

    /// Draws a block of code, of whole lines.
    pub fn block(&mut self, language: &str, code: &str) {
        let start = self.text.len();
        for (n, line) in code.lines().enumerate() {
            if n > 0 {
                self.text.push('\n');
            }
            let mut column = 0;
            for c in line.chars() {
                if c == '\t' {
                    let spaces = TAB - column % TAB;
                    self.text.extend(std::iter::repeat_n(' ', spaces));
                    column += spaces;
                } else if let Some(c) = clean(c) {
                    self.text.push(c);
                    column += 1;
                }
            }
        }
        let language = language.to_owned();
        self.begun += 1;
        self.add(EntityKind::Pre { language }, start, self.begun);
    }

    /// Draws something that looks like this, unless it does already.
    pub fn with(&mut self, kind: EntityKind, draw: impl FnOnce(&mut Self)) {
        if self.is_in(|open| *open == kind) {
            return draw(self);
        }
        if !is_quote(&kind) {
            self.begin_line();
        }
        self.begun += 1;
        let (start, begun) = (self.text.len(), self.begun);
        self.open.push(Open { kind, start, begun });
        draw(self);
        if let Some(Open { kind, start, begun }) = self.open.pop() {
            self.add(kind, start, begun);
        }
    }

    /// Shows only the beginning of the quote that was drawn last, from `start`.
    pub fn fold(&mut self, start: usize) {
        let quote = self.spans.last_mut().map(|(_, span)| span);
        if let Some(quote) = quote.filter(|quote| quote.range.start == start) {
            quote.kind = EntityKind::ExpandableBlockquote;
        }
    }

    /// Whether something that goes on is like this.
    pub fn is_in(&self, like: impl Fn(&EntityKind) -> bool) -> bool {
        self.open.iter().any(|open| like(&open.kind))
    }

    /// Draws what comes before the first letter of a line.
    fn begin_line(&mut self) {
        if self.text.is_empty() || self.text.ends_with('\n') {
            self.text.push_str(&self.margin);
        }
    }

    /// Ends the looks of letters, to go on behind some code.
    fn break_open(&mut self) {
        for n in 0..self.open.len() {
            let Open { kind, start, begun } = &self.open[n];
            if !is_quote(kind) {
                let (kind, start, begun) = (kind.clone(), *start, *begun);
                self.add(kind, start, begun);
            }
        }
        self.begun += 1;
    }

    fn go_on(&mut self) {
        let end = self.text.len();
        for open in &mut self.open {
            if !is_quote(&open.kind) {
                open.start = end;
            }
        }
    }

    /// Adds what reaches from `start` to the end, without the blanks at its ends. Blanks
    /// before a block of code are its own, and a quote may begin with such a block.
    fn add(&mut self, kind: EntityKind, start: usize, begun: usize) {
        if self.is_plain {
            return;
        }
        let drawn = &self.text[start..];
        let end = start + drawn.trim_end().len();
        let keeps = is_quote(&kind) || matches!(kind, EntityKind::Pre { .. });
        let lead = drawn.len() - drawn.trim_start().len();
        let start = if keeps { start } else { start + lead };
        if start < end && !chunk::is_blank(&self.text[start..end]) {
            let range = start..end;
            self.spans.push((begun, Span { kind, range }));
        }
    }
}

fn is_quote(kind: &EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::Blockquote | EntityKind::ExpandableBlockquote
    )
}

/// A line without what Telegram would remove or replace.
fn cleaned(line: &str) -> Cow<'_, str> {
    if line.chars().all(|c| clean(c) == Some(c)) {
        return line.into();
    }
    line.chars().filter_map(clean).collect()
}

/// What becomes of a character of a text: Telegram would remove or replace it, and count
/// places as if it were there (`clean_input_string` of tdlib).
fn clean(c: char) -> Option<char> {
    match c {
        '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => None,
        '\0'..=' ' => Some(' '),
        _ => Some(c),
    }
}
