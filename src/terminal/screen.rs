//! What is new → rows of the terminal.
//!
//! On a terminal the last messages can be redrawn: an edit shows in its place, a deleted
//! message goes. Below them stand the line that is being typed and "typing". Elsewhere rows
//! are only added, so drafts are left out, and an edit is a message of its own, with what is new.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

use super::paint::{self, Ink, Paper};

/// Columns where nobody knows how many there are.
const COLUMNS: usize = 60;
/// Messages that are remembered for redrawing.
const BLOCKS_MAX: usize = 50;
/// Rows below the messages, and one of reserve.
const BELOW: usize = 3;

/// A message: its chat, and its number there.
pub(crate) type Key = (i64, i64);

/// A message as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bubble {
    pub key: Key,
    pub text: String,
    /// Formatting, as Telegram has it.
    pub entities: Vec<Value>,
    /// The labels of its buttons.
    pub buttons: Vec<String>,
    /// Whether the phone buzzed for it.
    pub buzzed: bool,
    /// Whether the answer is still to come, in its place or below.
    pub draft: bool,
}

/// What the screen can do, and how large it is now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks {
    /// Whether rows can be redrawn.
    pub live: bool,
    /// Whether there are colours.
    pub colors: bool,
    /// Columns and rows; asked again each time.
    pub size: fn() -> Option<(usize, usize)>,
}

/// Rows that belong together.
struct Block {
    key: Option<Key>,
    label: String,
    rows: Vec<String>,
}

/// The line that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    /// Whose line it is.
    pub label: String,
    /// What is there so far.
    pub text: String,
    /// Letters before the cursor.
    pub cursor: usize,
}

/// The terminal, or what stands for it.
pub(crate) struct Screen<W> {
    out: W,
    looks: Looks,
    size: Option<(usize, usize)>,
    /// The last messages, oldest first.
    blocks: Vec<Block>,
    typing: bool,
    line: Option<Typed>,
    /// Rows between the messages and the cursor.
    below: usize,
    /// Messages that were shown, with what they showed.
    shown: HashMap<Key, Bubble>,
    /// Buttons that were shown: the first has the number 1.
    buttons: Vec<(Key, String)>,
}

impl<W: Write> Screen<W> {
    pub fn new(out: W, looks: Looks) -> Self {
        Self {
            out,
            looks,
            size: (looks.size)(),
            blocks: Vec::new(),
            typing: false,
            line: None,
            below: 0,
            shown: HashMap::new(),
            buttons: Vec::new(),
        }
    }

    /// The button with this number: its message and its label.
    pub fn button(&self, number: usize) -> Option<&(Key, String)> {
        self.buttons.get(number.checked_sub(1)?)
    }

    /// Something that is not part of the chat.
    pub fn aside(&mut self, text: &str) -> io::Result<()> {
        let paper = self.paper();
        let rows = text
            .lines()
            .flat_map(|line| paint::rows(("", Ink::Aside), line, &[], paper));
        let rows = rows.map(|row| Ink::Aside.paint(&row, paper)).collect();
        self.add(None, String::new(), rows)
    }

    /// A person says something.
    pub fn said(&mut self, label: &str, text: &str) -> io::Result<()> {
        let rows = paint::rows((label, Ink::Person), text, &[], self.paper());
        self.add(None, String::new(), rows)
    }

    /// A message of the bot, new or changed.
    pub fn bubble(&mut self, label: &str, bubble: Bubble) -> io::Result<()> {
        if bubble.draft && !self.looks.live {
            return Ok(());
        }
        for button in &bubble.buttons {
            let button = (bubble.key, button.clone());
            if !self.buttons.contains(&button) {
                self.buttons.push(button);
            }
        }
        let place = self.place(bubble.key);
        if let Some(place) = place.filter(|place| self.within_reach(*place)) {
            // The way up is counted by what stands there now, so it comes first.
            let above = self.lift(place);
            self.blocks[place].rows =
                self.painted(&self.blocks[place].label, &bubble, bubble.buzzed);
            self.shown.insert(bubble.key, bubble);
            return self.draw(&above, place);
        }
        let before = self.shown.get(&bubble.key);
        if before.is_some() && bubble.draft {
            return Ok(());
        }
        let edited = before.is_some_and(|before| !before.draft);
        let label = format!("{label}{} ▸ ", if edited { " (edited)" } else { "" });
        let mut shown = bubble.clone();
        if let Some(before) = before.filter(|_| edited && !self.looks.live) {
            shown.text = what_is_new(&before.text, &bubble.text);
            shown.entities.clear();
        }
        // An edit never makes a phone buzz.
        let rows = self.painted(&label, &shown, bubble.buzzed && !edited);
        let key = bubble.key;
        if let Some(place) = place {
            // The old one is out of reach and stays as it is.
            self.blocks[place].key = None;
        }
        self.shown.insert(key, bubble);
        self.add(Some(key), label, rows)
    }

    /// A message was deleted; it goes if it can.
    pub fn forget(&mut self, key: Key) -> io::Result<()> {
        self.shown.remove(&key);
        match self.place(key).filter(|place| self.within_reach(*place)) {
            Some(place) => {
                let above = self.lift(place);
                self.blocks.remove(place);
                self.draw(&above, place)
            }
            None => Ok(()),
        }
    }

    /// Whether the bot is typing; no news costs nothing.
    pub fn typing(&mut self, typing: bool) -> io::Result<()> {
        if typing == self.typing || !self.looks.live {
            return Ok(());
        }
        let above = self.lift(self.blocks.len());
        self.typing = typing;
        self.draw(&above, self.blocks.len())
    }

    /// The line that is being typed, if the screen shows it; no news costs nothing.
    pub fn line(&mut self, line: Option<Typed>) -> io::Result<()> {
        if line == self.line {
            return Ok(());
        }
        let above = self.lift(self.blocks.len());
        self.line = line;
        self.draw(&above, self.blocks.len())
    }

    fn add(&mut self, key: Option<Key>, label: String, rows: Vec<String>) -> io::Result<()> {
        let above = self.lift(self.blocks.len());
        self.blocks.push(Block { key, label, rows });
        self.draw(&above, self.blocks.len() - 1)?;
        if self.blocks.len() > BLOCKS_MAX {
            self.blocks.remove(0);
        }
        Ok(())
    }

    fn painted(&self, label: &str, bubble: &Bubble, bell: bool) -> Vec<String> {
        let paper = self.paper();
        let mut text = bubble.text.clone();
        if bell {
            text.push_str(" 🔔");
        }
        let mut rows = paint::rows((label, Ink::Bot), &text, &bubble.entities, paper);
        let numbered = bubble.buttons.iter().map(|button| {
            let is_it = |known: &(Key, String)| known.0 == bubble.key && known.1 == *button;
            let number = self.buttons.iter().position(is_it).map_or(0, |at| at + 1);
            format!("[{number}] {button}")
        });
        let numbered: Vec<String> = numbered.collect();
        if !numbered.is_empty() {
            let buttons = numbered.join("  ");
            rows.extend(paint::rows(("  ", Ink::Aside), &buttons, &[], paper));
        }
        rows
    }

    fn place(&self, key: Key) -> Option<usize> {
        self.blocks.iter().rposition(|block| block.key == Some(key))
    }

    fn rows_from(&self, place: usize) -> usize {
        self.blocks[place..]
            .iter()
            .map(|block| block.rows.len())
            .sum()
    }

    /// Whether a message can still be redrawn: it stands on the screen, whose size has not
    /// changed since it was drawn.
    fn within_reach(&mut self, place: usize) -> bool {
        let size = (self.looks.size)();
        if size != self.size {
            self.size = size;
            self.blocks.iter_mut().for_each(|block| block.key = None);
            return false;
        }
        let height = size.map_or(0, |(_, rows)| rows);
        self.looks.live && self.rows_from(place) + BELOW <= height
    }

    fn paper(&self) -> Paper {
        let columns = (self.looks.size)().map_or(COLUMNS, |(columns, _)| columns.saturating_sub(1));
        Paper {
            columns: columns.max(10),
            cut_code: self.looks.live,
            colors: self.looks.colors,
        }
    }

    /// The way up to where a message begins, clearing all below.
    fn lift(&self, place: usize) -> String {
        if !self.looks.live {
            return String::new();
        }
        let up = self.below + self.rows_from(place);
        let up = if up > 0 {
            format!("\x1b[{up}A")
        } else {
            String::new()
        };
        format!("\r{up}\x1b[J")
    }

    /// Draws the messages from this one on, and what stands below them.
    fn draw(&mut self, above: &str, place: usize) -> io::Result<()> {
        let mut text = above.to_owned();
        for row in self.blocks[place..].iter().flat_map(|block| &block.rows) {
            text.push_str(row);
            text.push('\n');
        }
        self.below = 0;
        if self.typing {
            text.push_str(&Ink::Aside.paint("… typing", self.paper()));
        }
        if let Some(line) = &self.line {
            if self.typing {
                text.push('\n');
                self.below = 1;
            }
            self.draw_line(line, &mut text);
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// One row; of a long line only what is around the cursor.
    fn draw_line(&self, line: &Typed, text: &mut String) {
        let paper = self.paper();
        let label = format!("{} ▸ ", line.label);
        let label_columns = paint::width(&label);
        let room = paper.columns.saturating_sub(label_columns).max(1);
        let before: String = line.text.chars().take(line.cursor).collect();
        let mut begin = 0;
        while paint::width(&before[begin..]) > room {
            begin += before[begin..].chars().next().map_or(1, char::len_utf8);
        }
        let mut shown = String::new();
        for c in line.text[begin..].chars() {
            if paint::width(&shown) + paint::width(c.encode_utf8(&mut [0; 4])) > room {
                break;
            }
            shown.push(c);
        }
        let column = label_columns + paint::width(&before[begin..]);
        let label = Ink::Person.paint(&label, paper);
        // Writing to a string cannot fail.
        let _ = write!(text, "{label}{shown}\r\x1b[{column}C");
    }
}

/// The lines of a changed text from the first that is another one.
fn what_is_new(before: &str, now: &str) -> String {
    let same = before.lines().zip(now.lines());
    let same = same.take_while(|(before, now)| before == now).count();
    let new: Vec<&str> = now.lines().skip(same).collect();
    let begin = if same > 0 { "… " } else { "" };
    format!("{begin}{}", new.join("\n"))
}

#[cfg(test)]
mod tests;
