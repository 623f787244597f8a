//! The HTTP edge to the Telegram Bot API: raw updates in, calls out.
//!
//! teloxide-core is the transport: it gives the token, the URL, the HTTP client and the
//! payloads of outgoing calls. What comes back is read here, because its own types lose
//! the text of a message that holds anything they do not know, take a sent message for
//! a failed one when the answer does not parse, and drop the HTTP status.
//!
//! - `client`: [`BotApi`], one method per Bot API method that is used
//! - `edge`: [`Telegram`], what the actors see of it
//! - `look`: what only somebody asks who looks whether all is well
//! - `call`: one HTTP call and the judgement of its answer
//! - `outgoing`: what is sent, and how it becomes a payload
//! - `upload`: a message with a file
//! - `error`: [`TelegramError`], what went wrong and what became of the call
//! - `update`: [`Update`], what somebody did in Telegram
//! - `files`, `download`: the file of a message, and its bytes
//! - `parts`: the names of what a message may hold
//! - `lenient`: JSON read part by part

mod call;
mod client;
mod download;
mod edge;
mod error;
mod files;
mod lenient;
mod look;
mod outgoing;
mod parts;
#[cfg(test)]
pub(crate) mod tests;
mod update;
mod upload;

pub use client::{BotApi, Me, POLL_TIMEOUT_MAX, RawUpdate, Settings, SetupError, longest_poll};
pub use edge::{SharedTelegram, Telegram, TelegramCall};
pub use error::{Outcome, Retry, TelegramError};
pub use look::Webhook;
pub use outgoing::{Button, Command, EditMessage, OutMessage};
pub use update::{
    Callback, CallbackId, ChatKind, Entity, Incoming, Membership, ReplyTo, Sender, Update, What,
};
pub use upload::CAPTION_MAX;
