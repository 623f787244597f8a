//! The terminal, a pipe or `--say` → lines.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, Read, stdin, stdout};

use anyhow::Context;
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use tokio::sync::mpsc;

use super::editor::{Done, Editor};
use super::screen::Looks;

/// Lines, or pieces of them, that may wait to be read.
const WAITING_MAX: usize = 64;

/// Where lines come from.
pub(crate) struct Input {
    from: From,
    /// Lines that are complete and were not taken yet.
    lines: VecDeque<Done>,
}

enum From {
    /// A person types, and the line is shown here letter by letter.
    Keys {
        editor: Editor,
        bytes: mpsc::Receiver<Vec<u8>>,
        _raw: Raw,
    },
    /// A person types, and the terminal itself shows it.
    Typed(mpsc::Receiver<Vec<u8>>),
    /// A script: a pipe, a file or the arguments.
    Script(mpsc::Receiver<Vec<u8>>),
    /// Nothing more.
    Nowhere,
}

/// What the screen can do.
pub(crate) fn looks() -> Looks {
    let env = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let dumb = env("TERM").is_none_or(|term| term == "dumb");
    let live = stdout().is_terminal() && !dumb && size().is_some();
    Looks {
        live,
        colors: live && env("NO_COLOR").is_none(),
        size,
    }
}

/// Columns and rows of the terminal, if it is one.
fn size() -> Option<(usize, usize)> {
    let size = termios::tcgetwinsize(stdout()).ok()?;
    let (columns, rows) = (usize::from(size.ws_col), usize::from(size.ws_row));
    (columns > 0 && rows > 0).then_some((columns, rows))
}

impl Input {
    /// The lines of `--say`, else of stdin.
    pub fn open(say: &[String]) -> anyhow::Result<Self> {
        let mut lines: VecDeque<Done> = say.iter().cloned().map(Done::Line).collect();
        let from = if !say.is_empty() {
            lines.push_back(Done::End);
            From::Nowhere
        } else if !stdin().is_terminal() {
            From::Script(read_lines()?)
        } else if looks().live {
            From::Keys {
                _raw: Raw::begin().context("the terminal cannot be read")?,
                editor: Editor::default(),
                bytes: read_keys()?,
            }
        } else {
            From::Typed(read_lines()?)
        };
        Ok(Self { from, lines })
    }

    /// Whether a person types; else the next line waits for the answer to the last.
    pub fn live(&self) -> bool {
        matches!(self.from, From::Keys { .. } | From::Typed(_))
    }

    /// Whether somebody else shows what is typed.
    pub fn echoed(&self) -> bool {
        matches!(self.from, From::Typed(_))
    }

    /// The line so far and the letters before its cursor, where it has to be shown.
    pub fn line(&self) -> Option<(String, usize)> {
        match &self.from {
            From::Keys { editor, .. } => Some(editor.line()),
            _ => None,
        }
    }

    /// The next line; `None` for each change of a line that is not complete. May be
    /// cancelled.
    pub async fn next(&mut self) -> Option<Done> {
        if self.lines.is_empty() {
            match &mut self.from {
                From::Keys { editor, bytes, .. } => match bytes.recv().await {
                    Some(bytes) => self.lines.extend(editor.feed(&bytes)),
                    None => self.lines.push_back(Done::End),
                },
                From::Typed(lines) | From::Script(lines) => {
                    let line = lines.recv().await;
                    let text = |line: Vec<u8>| String::from_utf8_lossy(&line).into_owned();
                    self.lines
                        .push_back(line.map_or(Done::End, |line| Done::Line(text(line))));
                }
                From::Nowhere => self.lines.push_back(Done::End),
            }
        }
        self.lines.pop_front()
    }
}

// A thread of its own each, which nobody waits for: a read from a terminal cannot be
// interrupted, and a runtime would wait for it when it ends.

fn read_keys() -> std::io::Result<mpsc::Receiver<Vec<u8>>> {
    let (tell, told) = mpsc::channel(WAITING_MAX);
    let read = move || {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = stdin().lock().read(&mut buffer) {
            if tell.blocking_send(buffer[..length].to_vec()).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("keys".into())
        .spawn(read)?;
    Ok(told)
}

fn read_lines() -> std::io::Result<mpsc::Receiver<Vec<u8>>> {
    let (tell, told) = mpsc::channel(WAITING_MAX);
    let read = move || {
        for line in stdin().lock().split(b'\n').map_while(Result::ok) {
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("lines".into())
        .spawn(read)?;
    Ok(told)
}

/// The terminal hands over keys as they are typed and shows none, until this is dropped.
struct Raw(Termios);

impl Raw {
    fn begin() -> rustix::io::Result<Self> {
        let before = termios::tcgetattr(stdin())?;
        let mut raw = before.clone();
        // Signals stay: Ctrl-C is one.
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
        // Ctrl-Z would come back to a terminal that is not raw any more.
        raw.special_codes[SpecialCodeIndex::VSUSP] = 0;
        termios::tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing is left to try if the terminal is gone.
        let _ = termios::tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
