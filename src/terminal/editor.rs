//! Bytes of a terminal → the line that is being typed. Pure.

/// Lines that can be called back.
const HISTORY_MAX: usize = 200;

/// What came of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// A line is complete.
    Line(String),
    /// Ctrl-D on an empty line.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Letter(char),
    Enter,
    Back,
    Delete,
    Left,
    Right,
    Home,
    End,
    Older,
    Newer,
    CutWord,
    CutBefore,
    CutAfter,
    Other,
}

/// The line that is being typed.
#[derive(Default)]
pub(crate) struct Editor {
    line: Vec<char>,
    cursor: usize,
    history: Vec<String>,
    /// How far back in the history the line is from.
    back: usize,
    /// Bytes of a key that is not complete.
    bytes: Vec<u8>,
}

impl Editor {
    /// The line, and the letters before the cursor.
    pub fn line(&self) -> (String, usize) {
        (self.line.iter().collect(), self.cursor)
    }

    /// Takes in what was typed.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Done> {
        self.bytes.extend_from_slice(bytes);
        let mut done = Vec::new();
        while let Some((key, length)) = key(&self.bytes, self.line.is_empty()) {
            self.bytes.drain(..length);
            match key {
                None => done.push(Done::End),
                Some(Key::Enter) => done.push(Done::Line(self.enter())),
                Some(key) => self.press(key),
            }
        }
        done
    }

    fn enter(&mut self) -> String {
        let line: String = self.line.drain(..).collect();
        (self.cursor, self.back) = (0, 0);
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
            let over = self.history.len().saturating_sub(HISTORY_MAX);
            self.history.drain(..over);
        }
        line
    }

    fn press(&mut self, key: Key) {
        match key {
            Key::Letter(letter) => {
                self.line.insert(self.cursor, letter);
                self.cursor += 1;
            }
            Key::Back if self.cursor > 0 => {
                self.cursor -= 1;
                self.line.remove(self.cursor);
            }
            Key::Delete if self.cursor < self.line.len() => {
                self.line.remove(self.cursor);
            }
            Key::Left => self.cursor = self.cursor.saturating_sub(1),
            Key::Right => self.cursor = self.line.len().min(self.cursor + 1),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.line.len(),
            Key::Older => self.recall(self.history.len().min(self.back + 1)),
            Key::Newer => self.recall(self.back.saturating_sub(1)),
            Key::CutWord => {
                let before = &self.line[..self.cursor];
                let word = before.iter().rposition(|c| *c != ' ').unwrap_or(0);
                let blank = before[..word].iter().rposition(|c| *c == ' ');
                let begin = blank.map_or(0, |at| at + 1);
                self.line.drain(begin..self.cursor);
                self.cursor = begin;
            }
            Key::CutBefore => {
                self.line.drain(..self.cursor);
                self.cursor = 0;
            }
            Key::CutAfter => self.line.truncate(self.cursor),
            Key::Back | Key::Delete | Key::Enter | Key::Other => {}
        }
    }

    fn recall(&mut self, back: usize) {
        if back == self.back {
            return;
        }
        self.back = back;
        let line = self.history.iter().rev().nth(back.wrapping_sub(1));
        self.line = line.map(|line| line.chars().collect()).unwrap_or_default();
        self.cursor = self.line.len();
    }
}

/// The first key and its length in bytes, if it is complete; no key is the end.
fn key(bytes: &[u8], line_is_empty: bool) -> Option<(Option<Key>, usize)> {
    let key = match *bytes.first()? {
        b'\r' | b'\n' => Key::Enter,
        0x04 if line_is_empty => return Some((None, 1)),
        0x04 => Key::Delete,
        0x7f | 0x08 => Key::Back,
        0x01 => Key::Home,
        0x05 => Key::End,
        0x02 => Key::Left,
        0x06 => Key::Right,
        0x10 => Key::Older,
        0x0e => Key::Newer,
        0x17 => Key::CutWord,
        0x15 => Key::CutBefore,
        0x0b => Key::CutAfter,
        b'\t' => Key::Letter(' '),
        0x1b => return escape(bytes).map(|(key, length)| (Some(key), length)),
        0x00..0x20 => Key::Other,
        _ => return letter(bytes).map(|(key, length)| (Some(key), length)),
    };
    Some((Some(key), 1))
}

fn letter(bytes: &[u8]) -> Option<(Key, usize)> {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        // No length: the letter is not complete.
        Err(error) => return error.error_len().map(|length| (Key::Other, length)),
    };
    let letter = whole.chars().next()?;
    Some((Key::Letter(letter), letter.len_utf8()))
}

/// `ESC [ parameters final` or `ESC O final`; anything else after ESC is Alt and a key.
fn escape(bytes: &[u8]) -> Option<(Key, usize)> {
    let begin = match bytes.get(1)? {
        b'[' | b'O' => 2,
        _ => return Some((Key::Other, 2)),
    };
    let last = bytes[begin..]
        .iter()
        .position(|byte| (0x40..=0x7e).contains(byte))?;
    let parameters = &bytes[begin..begin + last];
    let key = match (bytes[begin + last], parameters) {
        (b'A', _) => Key::Older,
        (b'B', _) => Key::Newer,
        (b'C', _) => Key::Right,
        (b'D', _) => Key::Left,
        (b'H', _) | (b'~', b"1" | b"7") => Key::Home,
        (b'F', _) | (b'~', b"4" | b"8") => Key::End,
        (b'~', b"3") => Key::Delete,
        _ => Key::Other,
    };
    Some((key, begin + last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, line: &str, cursor: usize) {
        let mut editor = Editor::default();
        // One byte at a time: keys come in pieces over a slow line.
        for byte in typed.bytes() {
            editor.feed(&[byte]);
        }
        assert_eq!(editor.line(), (line.to_owned(), cursor), "{typed:?}");
    }

    #[test]
    fn a_line_is_edited() {
        check("pods €", "pods €", 6);
        check("abc\x7f\x7fd", "ad", 2);
        check("bc\x1b[D\x1b[Da", "abc", 1);
        check("bc\x01a\x05d", "abcd", 4);
        check("abc\x1b[H\x1b[3~", "bc", 0);
        check("/k8s list pods\x17", "/k8s list ", 10);
        check("/k8s list  \x17", "/k8s ", 5);
        check("one two\x15", "", 0);
        check("ab\x1b[D\x0b", "a", 1);
        check("a\x1b[1;5Cb\x1b[200~c\x1bxd", "abcd", 4);
    }

    #[test]
    fn earlier_lines_come_back() {
        check("one\ntwo\n\x1b[A\x1b[A", "one", 3);
        check("one\ntwo\n\x1b[A\x1b[A\x1b[A\x1b[B", "two", 3);
        check("one\n\x1b[A\x1b[B", "", 0);
        check("\x1b[A", "", 0);
    }

    #[test]
    fn lines_end_with_enter_and_all_ends_with_ctrl_d() {
        let mut editor = Editor::default();
        let lines = editor.feed(b"one\rtwo\n\x04");
        let line = |text: &str| Done::Line(text.to_owned());
        assert_eq!(lines, [line("one"), line("two"), Done::End]);
        assert_eq!(editor.feed(b"a\x04"), []);
    }
}
