//! The handle's controls: faults, gates, limits, queue.

use super::BotApi;
use super::faults::{Fault, Gate, On, Side};
use super::message::ChatId;
use super::settings::Limits;

use serde_json::Value;
use tokio::time::Instant;

impl BotApi {
    /// Makes something go wrong with the calls that fit; once, unless `on` says otherwise.
    pub fn inject(&self, fault: Fault, on: On) {
        self.shared.with(|world| world.faults.add(fault, on));
    }

    /// Holds the calls that fit before they are accepted, until the gate is released or dropped.
    #[must_use = "a dropped gate holds nothing"]
    pub fn hold(&self, on: On) -> Gate {
        self.shared.with(|world| world.faults.hold(on, Side::Call))
    }

    /// Holds the answers of the calls that fit: they take effect, their client waits.
    #[must_use = "a dropped gate holds nothing"]
    pub fn hold_answer(&self, on: On) -> Gate {
        self.shared
            .with(|world| world.faults.hold(on, Side::Answer))
    }

    /// Faults that nothing has run into yet.
    #[must_use]
    pub fn faults_left(&self) -> usize {
        self.look(|world| world.faults.left())
    }

    /// Takes all faults away. Calls that are held stay so until their gate opens.
    pub fn clear_faults(&self) {
        self.shared.with(|world| world.faults.clear());
    }

    /// Changes the flood limits; all buckets start full.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.with(|world| world.limiter.set(limits));
    }

    /// Puts a chat (without one: the whole bot) in a penalty. The next send or edit there is told
    /// so; those after it are violations.
    pub fn penalize(&self, chat: Option<ChatId>, seconds: u64) {
        let now = Instant::now();
        self.shared
            .with(|world| world.limiter.penalize(chat, seconds, false, now));
    }

    /// Refusals and notes whose text contains this are no violations, past and future ones.
    pub fn expect_refusals(&self, fragment: &str) {
        self.shared
            .with(|world| world.expected.push(fragment.into()));
    }

    /// The id of the next update, as after a week without updates, when Telegram picks one at
    /// random.
    pub fn jump_update_id(&self, next: i64) {
        self.shared.with(|world| world.queue.jump(next));
    }

    /// Drops the updates that wait, as Telegram does after 24 hours.
    pub fn expire_updates(&self) {
        self.shared.with(|world| world.queue.clear());
    }

    /// Gives the bot an update of any shape, whatever `allowed_updates` says; an `update_id` is
    /// put in unless it has one, which may repeat an earlier one. Returns the id; none when
    /// the queue is full.
    pub fn push_raw_update(&self, update: Value) -> Option<i64> {
        self.shared.with(|world| {
            let id = world.queue.push_raw(update);
            world.poll.wake();
            id
        })
    }

    /// Ends an open long poll at once, with what waits.
    pub fn end_poll(&self) {
        self.shared.with(|world| world.poll.wake());
    }
}
