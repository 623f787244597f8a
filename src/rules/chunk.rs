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
    let max = max.max(2);
    let text = text.trim_end_matches(is_space);
    let blank = text.len() - text.trim_start_matches(is_space).len();
    let mut from = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
    let mut chunks = Vec::new();
    while from < text.len() {
        let cut = first_cut(&text[from..], max);
        let end = text[from..from + cut.end].trim_end_matches(is_space).len();
        let chunk = from..from + end;
        if !is_blank(&text[chunk.clone()]) {
            chunks.push(chunk);
        }
        from += cut.next;
    }
    chunks
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
fn is_trimmed(c: char) -> bool {
    c <= ' ' || matches!(c, '\u{2028}'..='\u{202e}')
}

/// Where a line may be broken; a no-break space is not such a place.
fn is_space(c: char) -> bool {
    let no_break = matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}');
    is_trimmed(c) || c.is_whitespace() && !no_break
}

/// The first cut of a text that does not begin with blank lines.
fn first_cut(text: &str, max: usize) -> Cut {
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
            cuts.add_run(text, &run, at, sentence);
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
        if matches!(c, '。' | '！' | '？') && is_boundary(text, after) {
            cuts.add(
                Level::Sentence,
                Cut {
                    end: after,
                    next: after,
                    units,
                },
            );
        }
    }
    Cut {
        end: text.len(),
        next: text.len(),
        units,
    }
}

/// The last place to cut of each level.
#[derive(Default)]
struct Cuts {
    last: [Option<Cut>; 4],
}

impl Cuts {
    /// Adds the whitespace `run` that ends at `at`.
    fn add_run(&mut self, text: &str, run: &Run, at: usize, sentence: bool) {
        let (level, next) = match run.newlines {
            0 if sentence => (Level::Sentence, at),
            0 => (Level::Word, at),
            1 => (Level::Line, run.line),
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
        let better = coarser
            .iter()
            .rev()
            .flatten()
            .find(|cut| cut.units * 2 >= max);
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
