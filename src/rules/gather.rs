//! Waiting for the rest: which messages belong to one turn.
//!
//! Telegram delivers an album as messages of their own with no mark of its end, and its apps
//! split a text that is too long for one message. Only these two are waited for: an album, and
//! what follows a text of [`LONG`] units and more. A short message never waits, nor does the last
//! part of a long text, which is known by being short.

use std::time::Duration;

use crate::config::Chat;
use crate::ids::Timestamp;
use crate::model::{Gathering, Piece};
use crate::rules::command::{self, Parsed};
use crate::rules::route::{Me, without_name};
use crate::telegram::Incoming;

/// UTF-16 units from which on a text may be one part of several: apps cut below the limit, at a
/// space.
pub const LONG: usize = 4_000;
/// UTF-16 units at which a text was cut because it could hold no more (Bot API: 4096).
const FULL: usize = 4_096;
/// The most messages of an album (Bot API: 2-10).
const ALBUM_MAX: usize = 10;
/// How long after its quiet time a turn is remembered: a late part of an album joins it while it
/// still waits for another turn.
pub const LATE_MAX: Duration = Duration::from_mins(1);
/// How far apart in seconds the parts of one text may have been written, beyond the quiet time:
/// what Telegram held for an hour comes at once, too. Dates are whole seconds.
const WRITTEN_APART: i64 = 2;

/// How long to wait for the next part, and for how many.
#[derive(Clone, Copy, Debug)]
pub struct Quiet {
    /// Between the parts of an album.
    pub album: Duration,
    /// Between the parts of a long text.
    pub paste: Duration,
    /// The most parts of a long text that become one turn.
    pub parts_max: usize,
}

/// What the next message of the same person in the same place is to a turn that gathers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A part of it, with this text. The turn waits on, or for no more.
    Joins(String, Option<Gathering>),
    /// Something else, and nothing after it can be a part.
    Ends,
    /// Something else, which says nothing about later parts.
    Apart,
}

impl From<&Chat> for Quiet {
    fn from(chat: &Chat) -> Self {
        Self {
            album: chat.album_quiet,
            paste: chat.paste_quiet,
            parts_max: chat.paste_parts_max,
        }
    }
}

impl Quiet {
    /// How long to wait for the next part of this.
    #[must_use]
    pub fn of(&self, gathering: &Gathering) -> Duration {
        if gathering.album.is_some() {
            self.album
        } else {
            self.paste
        }
    }
}

/// What a turn that begins with this message has to wait for.
#[must_use]
pub fn begins(message: &Incoming, now: Timestamp, quiet: &Quiet) -> Option<Gathering> {
    let album = message.media_group_id.clone();
    let waits = match &album {
        Some(_) => true,
        None => is_long(message) && quiet.parts_max > 1,
    };
    waits.then(|| gathering(message, album, 1, now, quiet))
}

/// What this message is to a turn that gathers.
#[must_use]
pub fn next(open: &Gathering, me: &Me, message: &Incoming, now: Timestamp, quiet: &Quiet) -> Next {
    let album = message.media_group_id.as_ref();
    let other_album = open.album.is_some() && open.album.as_ref() != album;
    if message.service || other_album {
        return Next::Apart;
    }
    let text = message.text.as_deref().unwrap_or_default();
    let Parsed::Text(text) = command::parse(without_name(text, me), &me.username) else {
        return Next::Ends;
    };
    let text = text.trim().to_owned();
    let parts = open.parts + 1;
    if open.album.is_some() {
        let more = gathering(message, open.album.clone(), parts, now, quiet);
        return Next::Joins(text, (parts < ALBUM_MAX).then_some(more));
    }
    let in_time = now <= open.until && message.date - open.written <= apart_max(quiet);
    if message.media.is_some() || text.is_empty() || !in_time {
        return Next::Ends;
    }
    let more = (is_long(message) && parts < quiet.parts_max)
        .then(|| gathering(message, None, parts, now, quiet));
    Next::Joins(text, more)
}

/// The piece that a message becomes, with the text that goes to the agent.
#[must_use]
pub fn piece(me: &Me, message: &Incoming, text: String) -> Piece {
    let written = message.text.as_deref().unwrap_or_default();
    let parsed = command::parse(without_name(written, me), &me.username);
    Piece {
        message: message.message,
        text,
        by_command: matches!(parsed, Parsed::Command { .. }),
        runs_on: units(message) >= FULL,
        file: message.file.clone(),
    }
}

fn gathering(
    message: &Incoming,
    album: Option<String>,
    parts: usize,
    now: Timestamp,
    quiet: &Quiet,
) -> Gathering {
    let mut gathering = Gathering {
        until: now,
        album,
        written: message.date,
        parts,
    };
    gathering.until = now.plus(quiet.of(&gathering));
    gathering
}

fn apart_max(quiet: &Quiet) -> i64 {
    let quiet = i64::try_from(quiet.paste.as_secs()).unwrap_or(i64::MAX);
    quiet.saturating_add(WRITTEN_APART)
}

fn is_long(message: &Incoming) -> bool {
    message.media.is_none() && units(message) >= LONG
}

fn units(message: &Incoming) -> usize {
    let text = message.text.as_deref().unwrap_or_default();
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
