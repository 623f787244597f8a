//! `[chat]`: how an answer feels in the chat.

use std::time::Duration;

use super::section::Section;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// What becomes of a long answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongAnswer {
    /// Its beginning as a message, and all of it as a file.
    File,
    /// All of it as messages.
    Chunks,
    /// All of it as messages, and as a file.
    Both,
}

/// How an answer feels in the chat.
#[derive(Clone, Debug)]
pub struct Chat {
    /// When "typing" shows, counted from the message.
    pub typing_after: Duration,
    /// When a silent placeholder shows, counted from the message.
    pub placeholder_after: Duration,
    /// An answer later than this comes as a new message, which notifies.
    pub notify_after: Duration,
    /// The time between two edits of a growing answer in a private chat.
    pub preview_every_private: Duration,
    /// The time between two edits of a growing answer in a group, where edits share the
    /// limit of 20 messages a minute.
    pub preview_every_group: Duration,
    /// What becomes of an answer of more messages than `long_answer_chunks`.
    pub long_answer: LongAnswer,
    /// The most messages that an answer has before it is a long one.
    pub long_answer_chunks: usize,
    /// How long to wait for the next part of an album.
    pub album_quiet: Duration,
    /// How long to wait for the rest of a text that may have been split.
    pub paste_quiet: Duration,
    /// The most parts of a split text that become one question; 1: nothing is waited for.
    pub paste_parts_max: usize,
    /// A message that Telegram has held for longer is asked about before it reaches an agent.
    pub stale_after: Duration,
    /// A conversation that nobody has used for longer is not continued.
    pub conversation_idle: Duration,
    /// Rows kept about strangers; beyond that the oldest go.
    pub stranger_rows_max: usize,
}

impl Chat {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let long_answers = [
            ("file", LongAnswer::File),
            ("chunks", LongAnswer::Chunks),
            ("both", LongAnswer::Both),
        ];
        let long_answer = section.choice("long_answer", &long_answers, LongAnswer::File);
        let long_answer_chunks = section.number("long_answer_chunks", 1..=1000, 5);
        let pace = Duration::from_millis(100)..=MINUTE;
        let quiet = Duration::from_millis(10)..=MINUTE;
        let mut wait =
            |key, within, millis| section.duration(key, within, Duration::from_millis(millis));
        let chat = Self {
            typing_after: wait("typing_after", Duration::ZERO..=MINUTE, 300),
            placeholder_after: wait("placeholder_after", Duration::ZERO..=MINUTE, 1500),
            notify_after: wait("notify_after", Duration::ZERO..=HOUR, 20_000),
            preview_every_private: wait("preview_every_private", pace.clone(), 1000),
            preview_every_group: wait("preview_every_group", pace, 4000),
            long_answer,
            long_answer_chunks,
            album_quiet: wait("album_quiet", quiet.clone(), 1000),
            paste_quiet: wait("paste_quiet", quiet, 1500),
            stale_after: wait("stale_after", SECOND..=24 * HOUR, 900_000),
            conversation_idle: wait("conversation_idle", HOUR..=365 * 24 * HOUR, 604_800_000),
            paste_parts_max: section.number("paste_parts_max", 1..=100, 16),
            stranger_rows_max: section.number("stranger_rows_max", 100..=1_000_000, 10_000),
        };
        section.finish();
        chat
    }
}
