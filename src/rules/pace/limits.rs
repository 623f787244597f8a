//! The numbers of the schedule.

use std::time::Duration;

/// How fast Telegram takes messages. The defaults are Telegram's own numbers where it names
/// them (Bot API FAQ, "My bot is hitting limits"); a self-hosted server may allow more.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceLimits {
    /// Messages and edits a second in one chat, in the long run.
    pub chat_per_second: f64,
    /// Messages and edits at once in one chat, before that rate holds.
    pub chat_burst: u32,
    /// Messages and edits in one group (a chat with a negative id) in any 60 s.
    pub group_per_minute: u32,
    /// Messages and edits to all chats in any second.
    pub global_per_second: u32,
    /// Calls in flight overall.
    pub in_flight_max: usize,
    /// What may wait in one chat before it takes no new work.
    pub chat_waiting_max: usize,
    /// Between two previews in a private chat.
    pub preview_every_private: Duration,
    /// Between two previews in a group.
    pub preview_every_group: Duration,
    /// Places of a group's minute that previews leave to what must arrive. In the burst of
    /// each chat they leave one.
    pub group_reserve: u32,
    /// Places of each second that previews leave to what must arrive in any chat.
    pub global_reserve: u32,
    /// Between two typings in one chat. A little less than the 4 s at which they come, so
    /// that a late one does not cost the next.
    pub typing_every: Duration,
    /// Typings in all chats in any 5 s.
    pub typing_per_five_seconds: u32,
}

impl Default for PaceLimits {
    fn default() -> Self {
        Self {
            chat_per_second: 1.0,
            chat_burst: 3,
            group_per_minute: 20,
            global_per_second: 30,
            in_flight_max: 64,
            chat_waiting_max: 500,
            preview_every_private: Duration::from_millis(1500),
            preview_every_group: Duration::from_secs(4),
            group_reserve: 5,
            global_reserve: 5,
            typing_every: Duration::from_millis(3500),
            typing_per_five_seconds: 20,
        }
    }
}
