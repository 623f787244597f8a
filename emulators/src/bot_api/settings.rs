//! How an emulated Bot API is set up: identity, limits, clock-like knobs.

use std::time::Duration;

/// A token bucket: `burst` calls at once, refilled at `per_second`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls that may come at once after a pause.
    pub burst: f64,
    /// Calls that come back each second.
    pub per_second: f64,
}

impl Rate {
    /// A bucket of `burst` calls, refilled at `per_second`.
    #[must_use]
    pub const fn new(burst: f64, per_second: f64) -> Self {
        Self { burst, per_second }
    }
}

/// The flood limits that sends and edits share. `None` turns one off.
///
/// Telegram publishes no exact numbers. The defaults follow its FAQ: about one message a second
/// in a chat with short bursts (3 here), 20 a minute in a group, about 30 a second overall.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Per chat of any kind.
    pub chat: Option<Rate>,
    /// Per group or supergroup, on top of `chat`.
    pub group: Option<Rate>,
    /// Over all chats.
    pub global: Option<Rate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            chat: Some(Rate::new(3.0, 1.0)),
            group: Some(Rate::new(20.0, 20.0 / 60.0)),
            global: Some(Rate::new(30.0, 30.0)),
        }
    }
}

impl Limits {
    /// No flood limit at all. Penalties that a test asks for still hold.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            chat: None,
            group: None,
            global: None,
        }
    }
}

/// Everything that can be chosen when an emulator starts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// TCP port on 127.0.0.1; 0 lets the system pick one.
    pub port: u16,
    /// The bot's token. The number before the colon is the bot's id.
    pub token: String,
    /// The bot's username, without `@`.
    pub username: String,
    /// The bot's display name.
    pub name: String,
    /// Group privacy mode: in groups where the bot is no admin it gets only commands, mentions
    /// of it, replies to it and service messages.
    pub privacy_mode: bool,
    /// Whether private chats may have topics (set with `@BotFather`; since Bot API 9.3).
    pub private_topics: bool,
    /// The id of the first update.
    pub first_update_id: i64,
    /// Flood limits.
    pub limits: Limits,
    /// Longest time a long poll is kept. Bot API server: 50 s.
    pub poll_max: Duration,
    /// Time within which a second 409 is delayed, and by how much. Bot API server: 3 s.
    pub conflict_spacing: Duration,
    /// Calls kept for [`calls`](super::BotApi::calls); the oldest go first, 0 keeps none.
    pub calls_max: usize,
    /// How many seconds the clock of the server, told in `Date`, is ahead of ours.
    pub clock_ahead: i64,
    /// How long `sees` and its like wait before they panic.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            token: "700000001:AAEmulatorTokenForTestsOnly00000000".into(),
            username: "switchboard_bot".into(),
            name: "Switchboard".into(),
            privacy_mode: true,
            private_topics: false,
            first_update_id: 100_000_001,
            limits: Limits::default(),
            poll_max: Duration::from_secs(50),
            conflict_spacing: Duration::from_secs(3),
            calls_max: 10_000,
            clock_ahead: 0,
            patience: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// The defaults without flood limits, for tests about something else.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            limits: Limits::none(),
            ..Self::default()
        }
    }

    /// The bot's id: the number before the colon of its token, or 0.
    #[must_use]
    pub fn bot_id(&self) -> i64 {
        let id = self.token.split(':').next().unwrap_or_default();
        id.parse().unwrap_or_default()
    }
}
