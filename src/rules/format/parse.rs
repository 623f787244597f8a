//! Markdown → tree. pulldown-cmark reads, this keeps what it would drop: definitions of links
//! that nobody uses, cells beyond the head of their table, words behind a fence.

use std::collections::HashSet;
use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, OffsetIter, Options, Parser, Tag};

use super::tree::{Block, Inline, Item, Kind, List, Style, Table, push_text};
use super::{lines, link};

/// Deeper quotes, lists and styles are read as if they were not there. A person would not
/// follow; the stack must not overflow.
const DEPTH_MAX: usize = 24;

/// Reads Markdown.
pub(super) fn parse(source: &str) -> Vec<Block<'_>> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(source, options);
    let definitions = parser.reference_definitions().iter();
    let mut known: Vec<(String, Range<usize>)> = definitions
        .filter(|(_, definition)| link::taken(&definition.dest).is_some())
        .map(|(label, definition)| (label.to_lowercase(), definition.span.clone()))
        .collect();
    if !known.is_empty() {
        let used: HashSet<String> = Parser::new_ext(source, options).filter_map(used).collect();
        known.retain(|(label, _)| used.contains(label));
    }
    let mut reader = Reader {
        source,
        known: known.into_iter().map(|(_, span)| span).collect(),
        events: parser.into_offset_iter().peekable(),
        done: None,
    };
    reader.blocks(0..source.len(), 0)
}

/// The definition that a link refers to.
fn used(event: Event<'_>) -> Option<String> {
    match event {
        Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. })
            if is_reference(link_type) =>
        {
            Some(id.to_lowercase())
        }
        _ => None,
    }
}

fn is_reference(kind: LinkType) -> bool {
    matches!(
        kind,
        LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
    )
}

struct Reader<'a> {
    source: &'a str,
    /// Definitions whose addresses are shown where they are used.
    known: Vec<Range<usize>>,
    events: Peekable<OffsetIter<'a>>,
    /// The mark of the task that is being read.
    done: Option<bool>,
}

impl<'a> Reader<'a> {
    /// Reads to the end of a container that covers `span`.
    fn blocks(&mut self, span: Range<usize>, depth: usize) -> Vec<Block<'a>> {
        let mut blocks = Vec::new();
        let mut skipped = 0;
        let mut at = span.start;
        while let Some((event, range)) = self.events.peek() {
            let range = range.clone();
            if is_inline(event) {
                self.unread(at..range.start, &mut blocks);
                let gap = self.gap(range.start);
                let mut end = range.start;
                let inside = self.inlines(0, &mut end);
                at = end;
                push(&mut blocks, gap, Kind::Paragraph(inside));
                continue;
            }
            let Some((event, _)) = self.events.next() else {
                break;
            };
            let Event::Start(tag) = event else {
                match event {
                    Event::End(_) if skipped == 0 => break,
                    Event::End(_) => skipped -= 1,
                    Event::Rule => {
                        self.unread(at..range.start, &mut blocks);
                        let kind = rule(&self.source[range.clone()]);
                        push(&mut blocks, self.gap(range.start), kind);
                        at = range.end;
                    }
                    _ => {}
                }
                continue;
            };
            if is_container(&tag) && depth >= DEPTH_MAX {
                skipped += 1;
                continue;
            }
            self.unread(at..range.start, &mut blocks);
            at = range.end;
            let gap = self.gap(range.start);
            let kind = self.block(tag, range, depth);
            push(&mut blocks, gap, kind);
        }
        self.unread(at..span.end, &mut blocks);
        blocks
    }

    /// Reads a block whose start has been read.
    fn block(&mut self, tag: Tag<'a>, range: Range<usize>, depth: usize) -> Kind<'a> {
        match tag {
            Tag::Heading { .. } => Kind::Heading(self.closed_inlines()),
            Tag::CodeBlock(kind) => self.code(&kind),
            Tag::HtmlBlock => Kind::Paragraph(self.html()),
            Tag::BlockQuote(_) => Kind::Quote(self.blocks(range, depth + 1)),
            Tag::List(first) => Kind::List(self.list(first, range, depth + 1)),
            Tag::Table(columns) => self.table(&columns, range),
            _ => Kind::Paragraph(self.closed_inlines()),
        }
    }

    /// Reads the items of a list to its end.
    fn list(&mut self, first: Option<u64>, span: Range<usize>, depth: usize) -> List<'a> {
        let mut items: Vec<Item<'a>> = Vec::new();
        let mut at = span.start;
        while let Some((event, range)) = self.events.next() {
            let item = matches!(event, Event::Start(_));
            let end = if item { range.start } else { span.end };
            if let Some(last) = items.last_mut() {
                self.unread(at..end, &mut last.blocks);
            }
            if !item {
                break;
            }
            at = range.end;
            let outer = self.done.take();
            let gap = self.gap(range.start);
            let blocks = self.blocks(range, depth);
            let done = std::mem::replace(&mut self.done, outer);
            items.push(Item { gap, done, blocks });
        }
        List { first, items }
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>) -> Kind<'a> {
        let mut text = String::new();
        while let Some((Event::Text(part), _)) = self.events.next() {
            text.push_str(&part);
        }
        let (language, words) = match kind {
            CodeBlockKind::Fenced(info) => lines::language(info),
            CodeBlockKind::Indented => ("", None),
        };
        if let Some(words) = words {
            text = format!("{words}\n{text}");
        }
        let (language, text) = (language.to_owned(), text.trim_end().to_owned());
        Kind::Code { language, text }
    }

    /// Reads HTML to its end, as it stands.
    fn html(&mut self) -> Vec<Inline<'a>> {
        let mut html = String::new();
        while let Some((Event::Html(part) | Event::Text(part), _)) = self.events.next() {
            html.push_str(&part);
        }
        let mut inlines = Vec::new();
        for (n, line) in html.trim_end().lines().enumerate() {
            if n > 0 {
                inlines.push(Inline::Break);
            }
            push_text(&mut inlines, line.to_owned());
        }
        inlines
    }

    fn table(&mut self, columns: &[Alignment], range: Range<usize>) -> Kind<'a> {
        let mut rows: Vec<Vec<Vec<Inline<'a>>>> = Vec::new();
        let mut whole = true;
        loop {
            match self.events.next() {
                Some((Event::Start(Tag::TableHead | Tag::TableRow), range)) => {
                    rows.push(Vec::new());
                    whole &= lines::cells(&self.source[range]) <= columns.len();
                }
                Some((Event::Start(_), _)) => {
                    let cell = self.closed_inlines();
                    if let Some(row) = rows.last_mut() {
                        row.push(cell);
                    }
                }
                Some((Event::End(end), _)) if end != pulldown_cmark::TagEnd::Table => {}
                _ => break,
            }
        }
        if !whole || rows.is_empty() {
            // Cells beyond the last column would be lost.
            let text = lines::dedented(&self.source[range]);
            return Kind::Code {
                language: String::new(),
                text,
            };
        }
        let right = columns.iter().map(|column| *column == Alignment::Right);
        Kind::Table(Table {
            right: right.collect(),
            head: rows.remove(0),
            rows,
        })
    }

    /// Reads what is inside of something whose start has been read, and its end.
    fn closed_inlines(&mut self) -> Vec<Inline<'a>> {
        let inside = self.inlines(0, &mut 0);
        self.events.next();
        inside
    }

    /// Reads up to something that is not part of a line; `end` moves behind what was read.
    fn inlines(&mut self, depth: usize, end: &mut usize) -> Vec<Inline<'a>> {
        let mut inlines = Vec::new();
        let mut skipped = 0;
        loop {
            let next = |(event, _): &(Event<'_>, Range<usize>)| {
                is_inline(event) || skipped > 0 && matches!(event, Event::End(_))
            };
            let Some((event, range)) = self.events.next_if(next) else {
                return inlines;
            };
            *end = range.end.max(*end);
            match event {
                Event::Code(code) => inlines.push(Inline::Code(code.into())),
                Event::SoftBreak | Event::HardBreak => inlines.push(Inline::Break),
                Event::InlineHtml(html) if lines::is_break(&html) => inlines.push(Inline::Break),
                Event::TaskListMarker(done) => self.done = Some(done),
                Event::Start(_) if depth >= DEPTH_MAX => skipped += 1,
                Event::Start(tag) => self.spanned(&tag, range, depth, &mut inlines),
                Event::End(_) => skipped -= 1,
                Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                    push_text(&mut inlines, text);
                }
                _ => {}
            }
        }
    }

    /// Reads a styled text or a link whose start has been read, and its end.
    fn spanned(
        &mut self,
        tag: &Tag<'a>,
        range: Range<usize>,
        depth: usize,
        to: &mut Vec<Inline<'a>>,
    ) {
        let inside = self.inlines(depth + 1, &mut 0);
        self.events.next();
        let style = match tag {
            Tag::Emphasis => Style::Italic,
            Tag::Strong => Style::Bold,
            Tag::Strikethrough => Style::Struck,
            Tag::Link {
                link_type,
                dest_url,
                ..
            }
            | Tag::Image {
                link_type,
                dest_url,
                ..
            } => {
                return link_or_text(*link_type, dest_url, inside, &self.source[range], to);
            }
            _ => return to.extend(inside),
        };
        match lines::mere_text(self.source, &range, style == Style::Bold) {
            None => to.push(Inline::Styled(style, inside)),
            Some(mark) => {
                push_text(to, mark);
                append(to, inside);
                push_text(to, mark);
            }
        }
    }

    /// Whether an empty line stands before the one that `at` is in.
    fn gap(&self, at: usize) -> bool {
        let before = &self.source[..at];
        let Some(line) = before.rfind('\n') else {
            return false;
        };
        let above = before[..line].rsplit('\n').next().unwrap_or_default();
        above
            .trim_matches(|c: char| c.is_whitespace() || c == '>')
            .is_empty()
    }

    /// Keeps definitions of links in a stretch that the parser made nothing of.
    fn unread(&self, stretch: Range<usize>, blocks: &mut Vec<Block<'a>>) {
        let Some(text) = self.source.get(stretch.clone()) else {
            return;
        };
        if !text.contains("]:") {
            return;
        }
        let mut left = String::new();
        let mut at = stretch.start;
        let mut known: Vec<&Range<usize>> = self.known.iter().collect();
        known.retain(|known| stretch.start <= known.start && known.end <= stretch.end);
        known.sort_by_key(|known| known.start);
        for known in known {
            left.push_str(self.source.get(at..known.start).unwrap_or_default());
            at = known.end;
        }
        left.push_str(&self.source[at..stretch.end]);
        let Some(begin) = left.find('[') else {
            return;
        };
        let mut inlines = Vec::new();
        let marks = |c: char| c.is_whitespace() || c == '>';
        for line in left[begin..].lines().map(|line| line.trim_matches(marks)) {
            if !line.is_empty() && !inlines.is_empty() {
                inlines.push(Inline::Break);
            }
            push_text(&mut inlines, line.to_owned());
        }
        let gap = self.gap(stretch.start + (text.len() - text.trim_start().len()));
        push(blocks, gap, Kind::Paragraph(inlines));
    }
}

fn link_or_text<'a>(
    kind: LinkType,
    to: &str,
    inside: Vec<Inline<'a>>,
    source: &'a str,
    inlines: &mut Vec<Inline<'a>>,
) {
    if matches!(kind, LinkType::Autolink | LinkType::Email) {
        // Telegram finds addresses by itself.
        append(inlines, inside);
    } else if is_reference(kind) && link::taken(to).is_none() {
        // More likely `[INFO]` of a log than a link.
        push_text(inlines, source);
    } else {
        let to = to.to_owned();
        inlines.push(Inline::Link { to, inside });
    }
}

fn append<'a>(to: &mut Vec<Inline<'a>>, inlines: Vec<Inline<'a>>) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => push_text(to, text),
            other => to.push(other),
        }
    }
}

/// Five stars are a schedule of cron; any other rule is a line.
fn rule(source: &str) -> Kind<'_> {
    match source.trim() {
        cron @ "* * * * *" => Kind::Paragraph(vec![Inline::Text(cron.into())]),
        _ => Kind::Rule,
    }
}

fn push<'a>(blocks: &mut Vec<Block<'a>>, gap: bool, kind: Kind<'a>) {
    let empty = match &kind {
        Kind::Paragraph(inside) | Kind::Heading(inside) => inside.is_empty(),
        Kind::Quote(inside) => inside.is_empty(),
        Kind::Code { text, .. } => text.trim().is_empty(),
        Kind::List(_) | Kind::Table(_) | Kind::Rule => false,
    };
    if !empty {
        blocks.push(Block { gap, kind });
    }
}

fn is_container(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::BlockQuote(_) | Tag::List(_) | Tag::Item)
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        Event::End(_) | Event::Rule => false,
        _ => true,
    }
}
