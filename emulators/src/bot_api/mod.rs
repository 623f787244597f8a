//! A Telegram Bot API server for tests and the playground: real HTTP on 127.0.0.1, as strict as
//! the real server, with people who are acted by calls on [`BotApi`].
//!
//! ```text
//! bot ──HTTP──▶ server ─▶ methods ─┐                ┌─ people   say, press, block (BotApi)
//!                  │               ├─▶ World ◀──────┤
//!                  └─▶ polling ────┘   (one lock)   └─ looks    screen, buzzes, wait_for
//! ```
//!
//! Every call that is refused is kept in [`BotApi::refusals`]. [`BotApi::violations`] holds what
//! a correct client never does:
//! - any 400 except "message is not modified", a message, topic or callback query that was there
//!   and is gone by somebody else's doing (a delete of what is deleted already included), and a
//!   group that became a supergroup;
//! - a send or edit inside a penalty that the client had been told of (the 429 that starts a
//!   penalty is none: Telegram's limits are not published);
//! - 401 and 404: a wrong token, an unknown method;
//! - what Telegram lets pass but a correct client does not do: `parse_mode`, more than 100
//!   entities.
//!
//! 403 and 409 are never violations. [`BotApi::expect_refusals`] takes expected ones out.
//!
//! Absent: webhook delivery, media but for `sendDocument` and `sendPhoto`, drafts and rich messages, inline
//! mode, parse modes, automatic entities in the bot's own texts, the throttling of repeated
//! `getUpdates` offsets, the 48 hours' limit of deletes, quotes in replies, closed topics.

#![allow(
    clippy::must_use_candidate,
    reason = "acting returns numbers that many tests do not need"
)]

mod acting;
mod calls;
mod chat;
mod controls;
mod faults;
mod files;
mod handle;
mod incoming;
mod keyboard;
mod limiter;
mod message;
mod methods;
mod params;
mod people;
mod polling;
mod queue;
mod refusal;
mod request;
mod server;
mod settings;
mod text;
mod waiting;
mod world;

pub use calls::{Call, Outcome};
pub use faults::{Fault, Gate, On};
pub use files::Upload;
pub use handle::{BotApi, Polls};
pub use incoming::Incoming;
pub use message::{
    ANONYMOUS_ADMIN, Author, Button, Buzz, CHANNEL_BOT, ChatId, Message, MessageId, Sent, SentFile,
    TELEGRAM, TapAnswer, ThreadId, Typing, UserId,
};
pub use people::PressError;
pub use refusal::{Refusal, Violation};
pub use settings::{Limits, Rate, Settings};
pub use world::World;
