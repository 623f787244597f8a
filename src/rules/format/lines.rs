//! What models do to Markdown that Markdown does not know, seen in its source.

use std::borrow::Cow;
use std::ops::Range;

/// How far behind the place where a tail begins the end of a line is looked for, in bytes.
const TAIL_LINE_MAX: usize = 200;

/// How far back the beginning of an address is looked for, in characters.
const ADDRESS_MAX: usize = 500;

/// The opening of a block of code: its mark, how often, and what stands behind it.
#[derive(Clone, Copy)]
struct Fence<'a> {
    mark: char,
    count: usize,
    info: &'a str,
}

impl<'a> Fence<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let line = line.trim();
        let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = line.trim_start_matches(mark);
        let count = line.len() - info.len();
        let opens = count >= 3 && !(mark == '`' && info.contains('`'));
        opens.then_some(Self {
            mark,
            count,
            info: info.trim(),
        })
    }

    fn closes(self, open: Fence<'_>) -> bool {
        self.info.is_empty() && self.mark == open.mark && self.count >= open.count
    }
}

/// A whole answer in a block of "markdown" is an answer in Markdown.
pub(super) fn unwrapped(markdown: &str) -> &str {
    let trimmed = markdown.trim();
    let opening = trimmed.split_once('\n').and_then(|(line, inside)| {
        let fence = Fence::of(line)?;
        let is_markdown = ["markdown", "md"].contains(&fence.info);
        is_markdown.then_some((fence, inside))
    });
    let Some((outer, inside)) = opening else {
        return markdown;
    };
    let Some((inside, last)) = inside.rsplit_once('\n') else {
        return markdown;
    };
    if !Fence::of(last).is_some_and(|last| last.closes(outer)) {
        return markdown;
    }
    // A bare fence within would be the end of it, and its last line the end of another.
    let mut open: Option<Fence<'_>> = None;
    for fence in inside.lines().filter_map(Fence::of) {
        open = match open {
            Some(before) if fence.closes(before) => None,
            Some(before) => Some(before),
            None if fence.closes(outer) => return markdown,
            None => Some(fence),
        };
    }
    if open.is_none() { inside } else { markdown }
}

/// The end of an answer that is still growing, in at most about `max` characters; what is cut
/// within a block of code begins with its fence.
#[must_use]
pub fn tail(markdown: &str, max: usize) -> Cow<'_, str> {
    let Some((cut, _)) = markdown.char_indices().rev().nth(max) else {
        return Cow::Borrowed(markdown);
    };
    let line = markdown.as_bytes()[cut..].iter().take(TAIL_LINE_MAX);
    let from = line.clone().position(|byte| *byte == b'\n');
    let Some(from) = from.map(|newline| cut + newline + 1) else {
        let letter = markdown[cut..].chars().next().map_or(0, char::len_utf8);
        return Cow::Owned(format!("…{}", &markdown[cut + letter..]));
    };
    let mut open: Option<Fence<'_>> = None;
    for fence in markdown[..from].lines().filter_map(Fence::of) {
        open = match open {
            Some(before) if fence.closes(before) => None,
            Some(before) => Some(before),
            None => Some(fence),
        };
    }
    let fence = open.map(|fence| {
        let marks = fence.mark.to_string().repeat(fence.count);
        format!("{marks}{}\n", fence.info)
    });
    let fence = fence.unwrap_or_default();
    Cow::Owned(format!("…\n\n{fence}{}", &markdown[from..]))
}

/// The language of a block of code, and what else stands behind its fence where it looks like
/// the first line of the code.
pub(super) fn language(info: &str) -> (&str, Option<&str>) {
    let info = info.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-');
    let named = info.trim_start_matches(['{', '.']);
    let end = named.find(|c| !is_name(c)).unwrap_or(named.len());
    let (language, rest) = named.split_at(end);
    let only_options = rest.trim().is_empty() || rest.contains(['=', '{', '}', ',']);
    if language.is_empty() || !only_options {
        return ("", Some(info).filter(|info| !info.is_empty()));
    }
    (language, None)
}

/// How many cells a row of a table has, beyond its head or not.
pub(super) fn cells(row: &str) -> usize {
    let row = row.trim_matches(|c: char| c.is_whitespace() || c == '>');
    let row = row.strip_prefix('|').unwrap_or(row);
    let (mut pipes, mut escaped, mut last) = (0, false, false);
    for c in row.chars() {
        last = c == '|' && !escaped;
        pipes += usize::from(last);
        escaped = c == '\\' && !escaped;
    }
    pipes + usize::from(!last)
}

/// Lines without what stands before them in lists and quotes.
pub(super) fn dedented(lines: &str) -> String {
    let marks = |c: char| c.is_whitespace() || c == '>';
    let lines: Vec<&str> = lines.lines().map(|line| line.trim_matches(marks)).collect();
    lines.join("\n")
}

/// Whether HTML is a line break, the one tag that models use in earnest.
pub(super) fn is_break(html: &str) -> bool {
    let inside = html.trim_matches(['<', '>', '/', ' ']);
    inside.eq_ignore_ascii_case("br")
}

/// The mark of a style that Markdown sees and a person does not: `~5` to `10~`, `__init__`,
/// stars and underscores within an address or a path.
pub(super) fn mere_text(source: &str, range: &Range<usize>, strong: bool) -> Option<&'static str> {
    let styled = &source[range.clone()];
    let mark = match (styled.as_bytes().first()?, strong) {
        (b'~', _) if styled.starts_with("~~") => "~~",
        (b'~', _) => return Some("~"),
        (b'_', true) => "__",
        (b'_', false) => "_",
        (_, true) => "**",
        (_, false) => "*",
    };
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let literal = is_in_address(&source[..range.start])
        || mark.starts_with('_') && is_glued(source, range)
        || mark == "__" && styled.chars().all(name);
    literal.then_some(mark)
}

/// Whether what follows a text belongs to an address at its end.
fn is_in_address(before: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | '(');
    let near = before.char_indices().rev().take(ADDRESS_MAX);
    let word = near.take_while(|(_, c)| !ends(*c)).last();
    word.is_some_and(|(at, _)| before[at..].contains("://"))
}

/// Whether underscores join their text to what stands around it, as in paths and calls.
fn is_glued(source: &str, range: &Range<usize>) -> bool {
    let before = source[..range.start].chars().next_back();
    if before.is_some_and(|c| matches!(c, '/' | '.' | '=' | '@' | '$')) {
        return true;
    }
    let mut after = source[range.end..].chars();
    match after.next() {
        Some('(') => true,
        Some('/' | '.' | '-' | '=' | ':' | '[') => after
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '_'),
        _ => false,
    }
}
