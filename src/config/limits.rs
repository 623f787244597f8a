//! `[limits]`: how much at once, and how fast. Those about Telegram have Telegram's own
//! numbers as their defaults; a self-hosted Bot API server may allow more.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::quotas::Quotas;
use super::section::Section;

/// What `conversation_waiting_max` may be, here and of a route.
pub(super) const WAITING_MAX: RangeInclusive<i64> = 1..=1000;

/// How much at once, and how fast.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Messages and edits a second in one chat, in the long run (Bot API FAQ: about 1).
    pub chat_per_second: f64,
    /// Messages and edits that one chat may get at once before that pace holds.
    pub chat_burst: u32,
    /// Messages and edits a minute in one group (Bot API FAQ: 20).
    pub group_per_minute: u32,
    /// Messages and edits a second in all chats together (Bot API FAQ: about 30).
    pub global_per_second: u32,
    /// Calls to Telegram in flight at once.
    pub in_flight_max: usize,
    /// Turns that may wait in one conversation, where its route does not say; one more is refused.
    pub conversation_waiting_max: usize,
    /// Turns that are not over, of everybody together; one more is refused.
    pub turns_max: usize,
    /// The most that may wait in one chat for Telegram to take it; then nothing new is taken
    /// there but `/stop` and taps.
    pub chat_waiting_max: usize,
    /// How long a conversation without turns is kept in memory; the store remembers it.
    pub session_idle: Duration,
    /// Turns whose files are fetched from Telegram at once.
    pub downloads_max: usize,
    /// How long fetching one file may take, with all tries.
    pub download_timeout: Duration,
    /// The longest message, in characters (Bot API: 4096 after entity parsing).
    pub text_max: usize,
    /// The largest file that is sent, in bytes (Bot API: 50 MB; a self-hosted server takes
    /// 2000 MB).
    pub file_bytes_max: usize,
    /// The most files of one answer that are sent.
    pub answer_files_max: usize,
    /// How many turns there may be.
    pub quotas: Quotas,
}

impl Limits {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let limits = Self {
            chat_per_second: section.float("chat_per_second", 0.01..=1000.0, 1.0),
            chat_burst: section.number("chat_burst", 1..=1000, 3),
            group_per_minute: section.number("group_per_minute", 1..=60_000, 20),
            global_per_second: section.number("global_per_second", 1..=10_000, 30),
            in_flight_max: section.number("in_flight_max", 1..=1000, 64),
            conversation_waiting_max: section.number("conversation_waiting_max", WAITING_MAX, 20),
            turns_max: section.number("turns_max", 1..=1_000_000, 5_000),
            chat_waiting_max: section.number("chat_waiting_max", 1..=100_000, 500),
            session_idle: section.duration(
                "session_idle",
                Duration::from_millis(10)..=Duration::from_hours(24),
                Duration::from_mins(5),
            ),
            downloads_max: section.number("downloads_max", 1..=100, 4),
            download_timeout: section.duration(
                "download_timeout",
                Duration::from_millis(10)..=Duration::from_mins(10),
                Duration::from_mins(1),
            ),
            text_max: section.number("text_max", 256..=4096, 4096),
            file_bytes_max: section.number("file_bytes_max", 1024..=2000 << 20, 50 << 20),
            answer_files_max: section.number("answer_files_max", 1..=100, 10),
            quotas: Quotas::read(&mut section),
        };
        section.finish();
        limits
    }
}
