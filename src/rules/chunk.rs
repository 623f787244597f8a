//! Cuts a text into pieces that Telegram takes, where a reader would cut it.
//!
//! Sizes are UTF-16 units. Telegram counts code points for its limit of 4096 and UTF-16
//! units for entities; units are never fewer than code points, so they are safe for both.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

/// How a place to cut is liked, from worst to best.
#[derive(Clone, Copy)]
enum Level {
    Word,
    Sentence,
    Line,
    Paragraph,
}

/// A cut: the chunk ends before `end`, the next one begins at `next`; between them lies
/// only whitespace. Byte offsets.
#[derive(Clone, Copy)]
struct Cut {
    end: usize,
    next: usize,
    /// UTF-16 units of the chunk.
    units: usize,
    /// Whether both sides belong to one block of code.
    in_code: bool,
}

impl Cut {
    /// No cut: nobody compares it with others.
    fn all_of(text: &str) -> Self {
        Self {
            end: text.len(),
            next: text.len(),
            units: 0,
            in_code: false,
        }
    }
}

/// A stretch of whitespace that is being read.
struct Run {
    start: usize,
    units: usize,
    newlines: usize,
    /// Where the line after the last newline of the stretch begins.
    line: usize,
}

/// The length of a text as Telegram's entities count it, in UTF-16 units.
#[must_use]
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts plain text into chunks of at most `max` UTF-16 units.
///
/// As [`ranges`], and without the indentation of a chunk's first line: Telegram trims it
/// where no entity begins there (`fix_formatted_text` of tdlib).
#[must_use]
pub fn split(text: &str, max: usize) -> Vec<&str> {
    ranges(text, max)
        .into_iter()
        .map(|chunk| text[chunk].trim_start_matches(is_trimmed))
        .collect()
}

/// The byte ranges of the chunks of a text, each of at most `max` UTF-16 units (at least 2,
/// the size of one emoji), in order and without overlap.
///
/// A chunk ends at the last paragraph in reach, else line, else sentence; each only if that
/// fills half of the limit, so that a title is not sent alone. Else it ends at the last word,
/// else at the last grapheme cluster, and within a cluster only if that alone is over the
/// limit. What is left out is the whitespace at a cut and chunks in which nothing is visible,
/// which Telegram refuses as empty. The indentation of a line that begins a chunk stays: in a
/// code block Telegram keeps it too. Linear in the length of the text.
#[must_use]
pub fn ranges(text: &str, max: usize) -> Vec<Range<usize>> {
    let mut cutter = Cutter::new(text, &[]);
    std::iter::from_fn(|| cutter.cut(max)).collect()
}

/// Cuts a text chunk by chunk, for whoever has to look at one before the next is cut.
pub struct Cutter<'a> {
    text: &'a str,
    from: usize,
    code: &'a [Range<usize>],
}

impl<'a> Cutter<'a> {
    /// Cuts as [`ranges`]. In the blocks of `code`, which are in order and do not overlap, an
    /// empty line is a line like any other, and a line is cut only where it has no chunk's room.
    #[must_use]
    pub fn new(text: &'a str, code: &'a [Range<usize>]) -> Self {
        let text = text.trim_end_matches(is_space);
        let blank = text.len() - text.trim_start_matches(is_space).len();
        let from = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
        Self { text, from, code }
    }

    /// The next chunk, of at most `max` units.
    pub fn cut(&mut self, max: usize) -> Option<Range<usize>> {
        while self.from < self.text.len() {
            let from = self.from;
            let cut = self.first_cut(max.max(2));
            let end = self.text[from..from + cut.end].trim_end_matches(is_space);
            let chunk = from..from + end.len();
            self.from += cut.next;
            if !is_blank(&self.text[chunk.clone()]) {
                return Some(chunk);
            }
        }
        None
    }

    /// Goes back to where `chunk` began, to cut it again.
    pub fn again(&mut self, chunk: &Range<usize>) {
        self.from = chunk.start;
    }

    /// Whether the whitespace between `from` and `to` lies within one block of code.
    fn is_in_code(&self, from: usize, to: usize) -> bool {
        let (from, to) = (self.from + from, self.from + to);
        let after = self.code.partition_point(|block| block.start <= from);
        after > 0 && to < self.code[after - 1].end
    }

    /// The first cut of what is left, which does not begin with blank lines.
    fn first_cut(&self, max: usize) -> Cut {
        let text = &self.text[self.from..];
        // No text has more units than bytes.
        if text.len() <= max {
            return Cut::all_of(text);
        }
        let mut cuts = Cuts::default();
        let mut run: Option<Run> = None;
        let mut units = 0;
        let mut limit = 0;
        let mut visible = false;
        let mut sentence = false;
        for (at, c) in text.char_indices() {
            let after = at + c.len_utf8();
            if is_space(c) {
                let run = run.get_or_insert(Run {
                    start: at,
                    units,
                    newlines: 0,
                    line: at,
                });
                if c == '\n' {
                    run.newlines += 1;
                    run.line = after;
                }
            } else if let Some(run) = run.take().filter(|_| visible) {
                cuts.add_run(text, &run, at, sentence, self.is_in_code(run.start, at));
            }
            units += c.len_utf16();
            if units <= max {
                limit = after;
            }
            if is_space(c) && (visible || units <= max) {
                continue;
            }
            if units > max {
                return cuts.best(max).unwrap_or_else(|| hard_cut(text, limit));
            }
            visible = true;
            // A closing bracket or quote belongs to the sentence that it follows.
            sentence = matches!(c, '.' | '!' | '?' | '…')
                || sentence && matches!(c, ')' | ']' | '"' | '\'' | '”' | '’' | '»');
            if matches!(c, '。' | '！' | '？')
                && is_boundary(text, after)
                && !self.is_in_code(at, after)
            {
                cuts.add(
                    Level::Sentence,
                    Cut {
                        end: after,
                        next: after,
                        units,
                        in_code: false,
                    },
                );
            }
        }
        Cut::all_of(text)
    }
}

/// Whether a person would see nothing, so that Telegram calls the text empty
/// (`is_empty_string` of tdlib).
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || is_trimmed(c)
            || matches!(
                c,
                '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2800}' | '\u{feff}' | '\u{fffc}'
            )
            || matches!(c, '\u{e0000}'..='\u{e007f}')
    })
}

/// What Telegram trims at the ends of a message: spaces, newlines, and the control
/// characters and separators that it replaces or removes (`clean_input_string` of tdlib).
#[must_use]
pub fn is_trimmed(c: char) -> bool {
    c <= ' ' || matches!(c, '\u{2028}'..='\u{202e}')
}

/// Where a line may be broken; a no-break space is not such a place.
fn is_space(c: char) -> bool {
    let no_break = matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}');
    is_trimmed(c) || c.is_whitespace() && !no_break
}

/// The last place to cut of each level.
#[derive(Default)]
struct Cuts {
    last: [Option<Cut>; 4],
}

impl Cuts {
    /// Adds the whitespace `run` that ends at `at`.
    fn add_run(&mut self, text: &str, run: &Run, at: usize, sentence: bool, in_code: bool) {
        let (level, next) = match run.newlines {
            0 if sentence && !in_code => (Level::Sentence, at),
            0 => (Level::Word, at),
            1 => (Level::Line, run.line),
            _ if in_code => (Level::Line, run.line),
            _ => (Level::Paragraph, run.line),
        };
        // A combining mark may sit on the last space.
        if is_boundary(text, next) {
            self.add(
                level,
                Cut {
                    end: run.start,
                    next,
                    units: run.units,
                    in_code,
                },
            );
        }
    }

    /// Every place to cut is one between words, too.
    fn add(&mut self, level: Level, cut: Cut) {
        self.last[level as usize] = Some(cut);
        self.last[Level::Word as usize] = Some(cut);
    }

    fn best(&self, max: usize) -> Option<Cut> {
        let [word, coarser @ ..] = &self.last;
        let coarser = coarser.iter().rev().flatten();
        let better = coarser.clone().find(|cut| cut.units * 2 >= max);
        if better.is_none() && word.is_some_and(|word| word.in_code) {
            return coarser
                .max_by_key(|cut| cut.units)
                .or(word.as_ref())
                .copied();
        }
        better.or(word.as_ref()).copied()
    }
}

/// Cuts a text without a place to cut, at or before the byte `limit`.
fn hard_cut(text: &str, limit: usize) -> Cut {
    let end = if is_boundary(text, limit) {
        limit
    } else {
        let mut cursor = GraphemeCursor::new(limit, text.len(), true);
        match cursor.prev_boundary(text, 0) {
            Ok(Some(end)) if end > 0 => end,
            _ => limit,
        }
    };
    Cut {
        end,
        next: end,
        units: 0,
        in_code: false,
    }
}

/// Whether no grapheme cluster lies across the byte offset `at`.
fn is_boundary(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    if at == 0 || at >= bytes.len() {
        return true;
    }
    if bytes[at - 1].is_ascii() && bytes[at].is_ascii() {
        return (bytes[at - 1], bytes[at]) != (b'\r', b'\n');
    }
    GraphemeCursor::new(at, text.len(), true)
        .is_boundary(text, 0)
        .unwrap_or(true)
}

#[cfg(test)]
mod tests;
