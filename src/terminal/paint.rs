//! Text and its formatting → rows that fit. Pure.

use std::fmt::Write as _;

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What a row begins with unless it is a message's first.
const INDENT: &str = "  ";

/// What a tab becomes.
const TAB: &str = "    ";

/// How a letter looks; the bits are independent.
type Look = u8;
const BOLD: Look = 1;
const ITALIC: Look = 2;
const UNDERLINE: Look = 4;
const STRUCK: Look = 8;
const CODE: Look = 16;
/// In a block of code: its lines are not broken at words.
const BLOCK: Look = 32;

/// What to paint on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paper {
    /// Columns that a row may have.
    pub columns: usize,
    /// Whether lines of code are cut to fit too; in a file they had better stay whole.
    pub cut_code: bool,
    /// Whether there are colours.
    pub colors: bool,
}

/// A colour for what no message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Who speaks: the person.
    Person,
    /// Who speaks: the bot.
    Bot,
    /// Not part of the chat.
    Aside,
}

impl Ink {
    /// The text in this colour.
    pub fn paint(self, text: &str, paper: Paper) -> String {
        if text.is_empty() {
            return String::new();
        }
        let code = match self {
            Self::Person => "1;34",
            Self::Bot => "1;32",
            Self::Aside => "2",
        };
        if paper.colors {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// A letter as the eye sees it.
#[derive(Clone, Copy)]
struct Letter<'a> {
    text: &'a str,
    columns: usize,
    look: Look,
}

/// A text below its label, which ends with a blank.
pub(crate) fn rows(
    label: (&str, Ink),
    text: &str,
    entities: &[Value],
    paper: Paper,
) -> Vec<String> {
    let letters = letters(text, entities);
    let mut rows = Vec::new();
    let mut fenced = false;
    for line in letters.split(|letter| letter.text == "\n") {
        let begin: String = line.iter().take(3).map(|letter| letter.text).collect();
        let fence = begin == "```";
        let code = fenced || fence || line.iter().any(|letter| letter.look & BLOCK != 0);
        fenced ^= fence;
        let first = rows.is_empty();
        let used = width(if first { label.0 } else { INDENT });
        let room = paper.columns.saturating_sub(used).max(1);
        let rest = paper.columns.saturating_sub(INDENT.len()).max(1);
        let pieces = match code {
            true if !paper.cut_code => vec![line],
            true => broken(line, room, rest, |_| None),
            false => broken(line, room, rest, last_blank),
        };
        for piece in pieces {
            let begin = if rows.is_empty() {
                label.1.paint(label.0, paper)
            } else {
                INDENT.to_owned()
            };
            rows.push((begin + &painted(piece, paper)).trim_end().to_owned());
        }
    }
    rows
}

/// A line in pieces that fit; `cut` finds the blank to break at among the letters that do.
fn broken<'a, 'b>(
    line: &'b [Letter<'a>],
    first: usize,
    later: usize,
    cut: impl Fn(&[Letter<'a>]) -> Option<usize>,
) -> Vec<&'b [Letter<'a>]> {
    let (mut pieces, mut rest, mut room) = (Vec::new(), line, first);
    loop {
        let mut used = 0;
        let fits = rest.iter().take_while(|letter| {
            used += letter.columns;
            used <= room
        });
        let fits = fits.count();
        if fits == rest.len() {
            pieces.push(rest);
            return pieces;
        }
        let fits = fits.max(1);
        // The blank itself may hang over the edge.
        let blank = cut(rest.get(..=fits).unwrap_or(rest));
        let (piece, next) = blank.map_or((fits, fits), |blank| (blank, blank + 1));
        pieces.push(&rest[..piece]);
        rest = &rest[next..];
        room = later;
    }
}

fn last_blank(letters: &[Letter<'_>]) -> Option<usize> {
    let blank = letters.iter().rposition(|letter| letter.text == " ")?;
    let indented = letters[..blank].iter().all(|letter| letter.text == " ");
    (!indented).then_some(blank)
}

fn letters<'a>(text: &'a str, entities: &[Value]) -> Vec<Letter<'a>> {
    let mut at = 0;
    let letter = |text: &'a str| {
        let look = entities.iter().filter(|entity| {
            let number = |name: &str| entity[name].as_u64().unwrap_or(0);
            (number("offset")..number("offset") + number("length")).contains(&at)
        });
        let look = look.fold(0, |look, entity| look | look_of(entity));
        at += text.encode_utf16().count() as u64;
        // As wide as it is painted, wherever it stands.
        let text = if text == "\t" { TAB } else { text };
        let columns = text.width();
        Letter {
            text,
            columns,
            look,
        }
    };
    text.graphemes(true).map(letter).collect()
}

fn look_of(entity: &Value) -> Look {
    match entity["type"].as_str() {
        Some("bold") => BOLD,
        Some("italic" | "blockquote" | "expandable_blockquote") => ITALIC,
        Some("underline" | "text_link" | "url") => UNDERLINE,
        Some("strikethrough") => STRUCK,
        Some("code") => CODE,
        Some("pre") => CODE | BLOCK,
        _ => 0,
    }
}

/// Controls of a terminal, and marks that let what stands there read as something else.
fn steers(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

fn painted(letters: &[Letter<'_>], paper: Paper) -> String {
    let mut text = String::new();
    let mut look = 0;
    for letter in letters {
        if paper.colors && letter.look != look {
            look = letter.look;
            text.push_str("\x1b[0");
            let codes = [
                (BOLD, 1),
                (ITALIC, 3),
                (UNDERLINE, 4),
                (STRUCK, 9),
                (CODE, 36),
            ];
            for (_, code) in codes.iter().filter(|(bit, _)| look & bit != 0) {
                // Writing to a string cannot fail.
                let _ = write!(text, ";{code}");
            }
            text.push('m');
        }
        // What could move the cursor, change colours or turn the order of letters is not for a
        // message to say.
        text.extend(letter.text.chars().filter(|c| !steers(*c)));
    }
    if look != 0 {
        text.push_str("\x1b[0m");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: Paper = Paper {
        columns: 20,
        cut_code: false,
        colors: false,
    };
    const SCREEN: Paper = Paper {
        cut_code: true,
        ..FILE
    };

    fn check(paper: Paper, text: &str, expected: &[&str]) {
        assert_eq!(rows(("bot ▸ ", Ink::Bot), text, &[], paper), expected);
    }

    #[test]
    fn a_text_is_broken_at_words_and_indented() {
        check(FILE, "", &["bot ▸"]);
        check(FILE, "short", &["bot ▸ short"]);
        check(
            FILE,
            "exactly twenty, no more\n\n- one",
            &["bot ▸ exactly", "  twenty, no more", "", "  - one"],
        );
        check(
            FILE,
            "a_word_of_more_than_twenty_letters",
            &["bot ▸ a_word_of_more", "  _than_twenty_lette", "  rs"],
        );
    }

    #[test]
    fn wide_letters_count_twice() {
        let wide = "⏳".repeat(10);
        check(FILE, &wide, &["bot ▸ ⏳⏳⏳⏳⏳⏳⏳", "  ⏳⏳⏳"]);
    }

    #[test]
    fn a_table_is_whole_in_a_file_and_fits_on_a_screen() {
        let text = "Pods:\n```\nNAME    READY   STATUS\n```";
        let whole = ["bot ▸ Pods:", "  ```", "  NAME    READY   STATUS", "  ```"];
        check(FILE, text, &whole);
        let cut = [
            "bot ▸ Pods:",
            "  ```",
            "  NAME    READY   ST",
            "  ATUS",
            "  ```",
        ];
        check(SCREEN, text, &cut);
    }

    #[test]
    fn formatting_is_shown_where_telegram_puts_it() {
        let colors = Paper {
            colors: true,
            ..FILE
        };
        let bold = json!({"type": "bold", "offset": 3, "length": 2});
        let shown = rows(("", Ink::Aside), "😀 ab c", &[bold], colors);
        assert_eq!(shown, ["😀 \x1b[0;1mab\x1b[0m c"]);
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        check(FILE, "a\x1b[2Jb\r", &["bot ▸ a[2Jb"]);
        check(FILE, "c\u{9b}2Jd\x07\x08", &["bot ▸ c2Jd"]);
        check(FILE, "rm\u{202e}x\u{2066}y\u{2028}", &["bot ▸ rmxy"]);
        check(FILE, "a\tb", &["bot ▸ a    b"]);
    }
}
