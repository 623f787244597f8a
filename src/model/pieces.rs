//! What a turn is made of: the messages that came in for it.

use serde::{Deserialize, Serialize};

use super::{Attachment, Turn};
use crate::ids::{MessageId, Timestamp};

/// One message among those that a turn is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The message.
    pub message: MessageId,
    /// What it says to the agent: its text without command and without the bot's name.
    pub text: String,
    /// Whether a command in it named the agent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_command: bool,
    /// Whether it was cut where it could hold no more, so that the next piece goes on in the
    /// middle of a word perhaps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs_on: bool,
    /// The file that it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Attachment>,
}

impl Turn {
    /// What a person would know it by: its text, else the name of its first file.
    #[must_use]
    pub fn summary(&self) -> &str {
        let named = || self.pieces.iter().find_map(Piece::file);
        match named().filter(|_| self.text.is_empty()) {
            Some(file) => &file.name,
            None => &self.text,
        }
    }
}

impl Piece {
    /// A text without anything that is worth noting.
    #[must_use]
    pub fn plain(message: MessageId, text: String) -> Self {
        Self {
            message,
            text,
            by_command: false,
            runs_on: false,
            file: None,
        }
    }

    /// Whether it is such a text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::plain(self.message, self.text.clone())
    }

    /// The file that it carries.
    #[must_use]
    pub fn file(&self) -> Option<&Attachment> {
        self.file.as_ref()
    }
}

/// What a turn waits for before it may begin: the rest of what its writer sends in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathering {
    /// When it waits no longer.
    pub until: Timestamp,
    /// The album (`media_group_id`) whose parts it waits for; none for a long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// When its newest part was written, in seconds since 1970.
    pub written: i64,
    /// Parts that came so far.
    pub parts: usize,
}

/// The pieces as one text, as the agent gets it.
#[must_use]
pub fn whole(pieces: &[Piece]) -> String {
    let mut whole = String::new();
    let mut runs_on = true;
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
        if !runs_on {
            whole.push('\n');
        }
        whole.push_str(&piece.text);
        runs_on = piece.runs_on;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_lines_of_one_text_unless_they_were_cut_hard() {
        let piece = |text: &str, runs_on| Piece {
            runs_on,
            ..Piece::plain(MessageId(1), text.to_owned())
        };
        for (pieces, expected) in [
            (vec![], ""),
            (vec![piece("a", false)], "a"),
            (vec![piece("a", true)], "a"),
            (vec![piece("a", false), piece("b", false)], "a\nb"),
            (vec![piece("po", true), piece("ds", false)], "pods"),
            (vec![piece("", false), piece("b", false)], "b"),
            (vec![piece("a", false), piece("", false)], "a"),
        ] {
            assert_eq!(whole(&pieces), expected);
        }
    }
}
