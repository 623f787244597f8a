//! An agent's answer, words and files, as the messages that a person gets.
//!
//! ```text
//! Answer ──▶ text in chunks, or its beginning and a file ──▶ pictures, files
//! ```
//!
//! What cannot be shown is said in the text. Nothing is fetched: a file that is elsewhere is
//! a link.

use bytes::Bytes;

use crate::config::{Chat, Limits, LongAnswer};
use crate::ids::{AgentName, TurnId};
use crate::model::{Carried, File, FileName, Shape};
use crate::rules::chunk::units;
use crate::rules::format::{Formatted, Rich, format};
use crate::rules::picture::shown_as_photo;
use crate::rules::words;

/// The longest address of a file that is shown, in characters; a longer one helps nobody.
const ADDRESS_MAX: usize = 2_000;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Markdown; it may be empty.
    pub text: String,
    /// In the agent's order.
    pub files: Vec<Produced>,
}

/// A file of an agent, as it gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    /// What the agent calls it; not to be trusted.
    pub name: Option<String>,
    /// What the agent says that it is.
    pub media_type: Option<String>,
    /// Where it is.
    pub content: Place,
}

/// Where a file of an agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Here.
    Bytes(Bytes),
    /// Elsewhere; for the person to open, never for us.
    Address(String),
}

impl From<&str> for Answer {
    /// Words alone.
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Answer {
    /// Words alone.
    fn from(text: String) -> Self {
        Self {
            text,
            files: Vec::new(),
        }
    }
}

/// How an answer is shown.
#[derive(Clone, Copy, Debug)]
pub struct Showing<'a> {
    /// The agent's name, where the answer has to say it.
    pub label: Option<&'a AgentName>,
    /// What the answer comes from.
    pub from: words::From,
    /// Who answers.
    pub agent: &'a AgentName,
    /// The turn that it answers.
    pub turn: TurnId,
    /// How many secrets were taken out of it.
    pub masked: usize,
    /// How large a message and a file may be.
    pub limits: &'a Limits,
    /// What becomes of a long answer.
    pub chat: &'a Chat,
}

/// A message of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A text.
    Text(Formatted),
    /// A file, and what stands below it.
    File {
        /// The file.
        file: File,
        /// How it is shown.
        carried: Carried,
        /// Its caption.
        caption: String,
    },
}

/// The messages of an answer in their order; there is at least one.
#[must_use]
pub fn pieces(answer: Answer, showing: Showing<'_>) -> Vec<Piece> {
    let (mut files, mut notes) = sorted(answer.files, showing.limits);
    if showing.masked > 0 {
        notes.push(format!("_{}_", words::approvals::masked(showing.masked)));
    }
    let notes = notes.join("\n");
    if answer.text.trim().is_empty()
        && notes.is_empty()
        && let Some(Piece::File { caption, .. }) = files.first_mut()
    {
        // There is nothing to say but whose it is.
        let heading = words::heading(showing.label, showing.from).unwrap_or_default();
        format!("{heading}\n{caption}").trim().clone_into(caption);
        return files;
    }
    let mut pieces = text_pieces(&answer.text, &notes, showing);
    pieces.append(&mut files);
    pieces
}

/// How many messages there are for [`Phone::ending`](crate::rules::phone::Phone::ending): a
/// placeholder can become one text, not a file.
#[must_use]
pub fn count(pieces: &[Piece]) -> usize {
    match pieces {
        [Piece::File { .. }] => 2,
        pieces => pieces.len(),
    }
}

/// A text and the notes below it in chunks; of a long one the beginning, and the whole as a
/// file.
fn text_pieces(text: &str, notes: &str, showing: Showing<'_>) -> Vec<Piece> {
    let (chat, max) = (showing.chat, showing.limits.text_max);
    let (text, notes) = if text.trim().is_empty() {
        (notes, "")
    } else {
        (text, notes)
    };
    // Formatted apart: a fence that the agent left open ends with its text.
    let mut rich = words::answer(showing.label, showing.from, text);
    if !notes.is_empty() {
        rich = rich.above(format(notes));
    }
    let chunks = rich.chunks(max);
    let in_chunks = |chunks: Vec<Formatted>| chunks.into_iter().map(Piece::Text).collect();
    if chunks.len() <= chat.long_answer_chunks || chat.long_answer == LongAnswer::Chunks {
        return in_chunks(chunks);
    }
    let text = format!("{}\n\n{notes}", text.trim_end());
    let text = text.trim_end();
    if text.len() > showing.limits.file_bytes_max {
        return in_chunks(chunks);
    }
    let name = format!("{}-{}.md", showing.agent, showing.turn.reference());
    let name = FileName::clean(&name, "answer.md");
    let mut pieces: Vec<Piece> = if chat.long_answer == LongAnswer::Both {
        in_chunks(chunks)
    } else {
        vec![Piece::Text(beginning(&rich, &name, text.len(), max))]
    };
    let carried = Carried {
        shape: Shape::Document,
        otherwise: words::file_refused(&name, text.len()),
    };
    pieces.push(Piece::File {
        file: File {
            name,
            media_type: "text/markdown".to_owned(),
            bytes: Bytes::copy_from_slice(text.as_bytes()),
        },
        carried,
        caption: String::new(),
    });
    pieces
}

/// The first message of a long answer, which says where the rest is.
fn beginning(rich: &Rich, name: &FileName, bytes: usize, max: usize) -> Formatted {
    let more = format!("\n\n{}", words::rest_in_file(name, bytes));
    let room = max.saturating_sub(units(&more));
    let mut first = rich.chunks(room).into_iter().next().unwrap_or_default();
    first.text.push_str(&more);
    first
}

/// The files that can be sent, and a line of Markdown for each of the others.
fn sorted(files: Vec<Produced>, limits: &Limits) -> (Vec<Piece>, Vec<String>) {
    let (mut sent, mut notes) = (Vec::new(), Vec::new());
    let mut too_many = 0;
    for file in files {
        let picture = match &file.content {
            Place::Bytes(bytes) => shown_as_photo(bytes),
            Place::Address(_) => None,
        };
        let name = name_of(&file, picture);
        match file.content {
            Place::Address(address) => notes.push(link(&name, &address)),
            Place::Bytes(bytes) if bytes.is_empty() => {
                notes.push(escaped(&words::empty_file(&name)));
            }
            Place::Bytes(bytes) if bytes.len() > limits.file_bytes_max => {
                let said = words::large_file(&name, bytes.len(), limits.file_bytes_max);
                notes.push(escaped(&said));
            }
            Place::Bytes(_) if sent.len() >= limits.answer_files_max => too_many += 1,
            Place::Bytes(bytes) => {
                let media_type = picture.map(str::to_owned).or(file.media_type);
                sent.push(piece(name, media_type, bytes, picture.is_some()));
            }
        }
    }
    // A link takes no call of its own, but a list without end hides the answer.
    too_many += notes.len().saturating_sub(limits.answer_files_max);
    notes.truncate(limits.answer_files_max);
    if too_many > 0 {
        notes.push(escaped(&words::files_left_out(too_many)));
    }
    (sent, notes)
}

fn piece(name: FileName, media_type: Option<String>, bytes: Bytes, picture: bool) -> Piece {
    let carried = Carried {
        shape: if picture {
            Shape::Photo
        } else {
            Shape::Document
        },
        otherwise: words::file_refused(&name, bytes.len()),
    };
    // Of a picture Telegram keeps no name.
    let caption = if picture {
        name.to_string()
    } else {
        String::new()
    };
    let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let file = File {
        name,
        media_type,
        bytes,
    };
    Piece::File {
        file,
        carried,
        caption,
    }
}

fn name_of(file: &Produced, picture: Option<&str>) -> FileName {
    let otherwise = match picture.or(file.media_type.as_deref()) {
        Some("image/png") => "picture.png",
        Some("image/jpeg") => "picture.jpg",
        Some("application/pdf") => "file.pdf",
        Some("application/json") => "file.json",
        Some("text/markdown") => "file.md",
        Some("text/csv") => "file.csv",
        Some(text) if text.starts_with("text/") => "file.txt",
        _ => "file",
    };
    FileName::clean(file.name.as_deref().unwrap_or_default(), otherwise)
}

/// A line of Markdown with an address, which the format shows as Telegram can take it.
fn link(name: &FileName, address: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '\\');
    if address.chars().count() > ADDRESS_MAX || !address.chars().all(plain) {
        return escaped(&words::odd_address(name));
    }
    format!("📎 [{}](<{address}>)", escaped(name.as_str()))
}

/// Text that Markdown shows as it stands.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests;
