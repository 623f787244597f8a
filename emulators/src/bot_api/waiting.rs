//! Waiting for what a test waits for, without polling and without sleeping.
//!
//! The limits count on the caller's tokio clock: a paused one would jump straight to them.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::BotApi;
use super::calls::Call;
use super::message::{Author, Buzz, ChatId, Message, TapAnswer};
use super::world::World;

/// Messages of a chat that a dump shows.
const DUMP_MESSAGES: usize = 20;
/// Chats that a dump shows.
const DUMP_CHATS: usize = 10;
/// Calls that a dump shows.
const DUMP_CALLS: usize = 30;

impl BotApi {
    /// Waits until `look` finds what it looks for; it is asked again after every change.
    ///
    /// # Panics
    /// When `limit` passes, with `what` and a dump of the screens and the last calls.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        look: impl FnMut(&World) -> Option<T>,
    ) -> T {
        let changes = self.shared.changed.subscribe();
        self.wait_on(changes, what, limit, look).await
    }

    /// Like [`wait_for`](Self::wait_for), but asked again only after changes in one chat: cheap
    /// with hundreds of people.
    ///
    /// # Panics
    /// When `limit` passes, or the chat is a group that was never added.
    pub async fn wait_in<T>(
        &self,
        chat: ChatId,
        what: &str,
        limit: Duration,
        look: impl FnMut(&World) -> Option<T>,
    ) -> T {
        let changes = self
            .shared
            .with(|world| world.chat(chat).changed.subscribe());
        self.wait_on(changes, what, limit, look).await
    }

    async fn wait_on<T>(
        &self,
        mut changes: watch::Receiver<u64>,
        what: &str,
        limit: Duration,
        mut look: impl FnMut(&World) -> Option<T>,
    ) -> T {
        let found = timeout(limit, async {
            loop {
                if let Some(found) = self.look(&mut look) {
                    return found;
                }
                if changes.changed().await.is_err() {
                    // The sender lives in the world, which `self` keeps.
                    std::future::pending::<()>().await;
                }
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("waited {limit:?} in vain for {what}\n{}", self.dump()))
    }

    /// Waits until a message of the bot on the screen contains this; returns the last such.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn sees(&self, chat: ChatId, fragment: &str) -> Message {
        let what = format!("{fragment:?} in chat {chat}");
        self.wait_in(chat, &what, self.patience(), |world| {
            let mut messages = world.messages(chat).rev();
            messages
                .find(|m| m.from_bot() && m.text.contains(fragment))
                .cloned()
        })
        .await
    }

    /// Waits until no message of the bot on the screen contains this.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn loses(&self, chat: ChatId, fragment: &str) {
        let what = format!("{fragment:?} to vanish from chat {chat}");
        self.wait_in(chat, &what, self.patience(), |world| {
            let mut messages = world.messages(chat);
            let gone = !messages.any(|m| m.from_bot() && m.text.contains(fragment));
            gone.then_some(())
        })
        .await;
    }

    /// Waits until a message of the bot on the screen has a button with this label.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn sees_button(&self, chat: ChatId, label: &str) -> Message {
        let what = format!("a button {label:?} in chat {chat}");
        self.wait_in(chat, &what, self.patience(), |world| {
            let mut messages = world.messages(chat).rev();
            messages
                .find(|m| m.from_bot() && m.button(label).is_some())
                .cloned()
        })
        .await
    }

    /// Waits until a phone has buzzed for a message that contained this.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn buzzed(&self, chat: ChatId, fragment: &str) -> Buzz {
        let what = format!("a buzz for {fragment:?} in chat {chat}");
        self.wait_in(chat, &what, self.patience(), |world| {
            let mut buzzes = world.buzzes(chat).iter().rev();
            buzzes.find(|b| b.text.contains(fragment)).cloned()
        })
        .await
    }

    /// Waits until the callback query of a tap was answered.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn tap_answered(&self, query: &str) -> TapAnswer {
        let what = format!("an answer to tap {query}");
        self.wait_for(&what, self.patience(), |world| {
            let mut answers = world.tap_answers().iter();
            answers.find(|a| a.query == query).cloned()
        })
        .await
    }

    /// Waits until so many calls of a method have arrived, whatever became of them.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn called(&self, method: &str, times: usize) -> Vec<Call> {
        let what = format!("{times} calls of {method}");
        self.wait_for(&what, self.patience(), |world| {
            let fits = |c: &&Call| c.method.eq_ignore_ascii_case(method);
            let calls: Vec<&Call> = world.calls().filter(fits).collect();
            (calls.len() >= times).then(|| calls.into_iter().cloned().collect())
        })
        .await
    }

    /// Waits until a long poll is open.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn polled(&self) {
        self.wait_for("an open long poll", self.patience(), |world| {
            world.poll_open().then_some(())
        })
        .await;
    }

    /// Waits until every update so far was confirmed.
    ///
    /// # Panics
    /// When the emulator's patience ends.
    pub async fn drained(&self) {
        self.wait_for("an empty queue", self.patience(), |world| {
            (world.pending_updates() == 0).then_some(())
        })
        .await;
    }

    /// The screens and the last calls, for a failing test.
    #[must_use]
    pub fn dump(&self) -> String {
        self.look(dump)
    }
}

fn dump(world: &World) -> String {
    let mut out = String::new();
    let chats = world.chats();
    for chat in chats.iter().take(DUMP_CHATS) {
        let total = world.messages(*chat).count();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "chat {chat} ({total} messages):");
        let skipped = total.saturating_sub(DUMP_MESSAGES);
        for message in world.messages(*chat).skip(skipped) {
            let _ = writeln!(out, "  {}", line(message));
        }
    }
    if chats.len() > DUMP_CHATS {
        let _ = writeln!(out, "... and {} more chats", chats.len() - DUMP_CHATS);
    }
    let open = if world.poll_open() {
        "a long poll is open"
    } else {
        "no poll is open"
    };
    let pending = world.pending_updates();
    let _ = writeln!(
        out,
        "{pending} updates wait; {} polls, {open}",
        world.polls()
    );
    let mut calls: Vec<&Call> = world.calls().rev().take(DUMP_CALLS).collect();
    calls.reverse();
    for call in calls {
        let Call {
            method,
            params,
            outcome,
            ..
        } = call;
        let params: String = params.to_string().chars().take(300).collect();
        let _ = writeln!(out, "call {method} {params} -> {outcome:?}");
    }
    for violation in world.violations().take(DUMP_CALLS) {
        let _ = writeln!(out, "violation: {} {}", violation.method, violation.what);
    }
    out
}

fn line(message: &Message) -> String {
    let who = match message.author {
        Author::Bot => "bot".to_owned(),
        Author::User(id) => format!("user {id}"),
        other => format!("{other:?}"),
    };
    let mut line = format!("#{} {who}: {:?}", message.id, message.text);
    if !message.buttons.is_empty() {
        let _ = write!(line, " {:?}", message.labels());
    }
    if let Some(thread) = message.thread {
        let _ = write!(line, " in topic {thread}");
    }
    if let Some(answered) = message.reply_to {
        let _ = write!(line, " answering #{answered}");
    }
    if message.edited() {
        line.push_str(" (edited)");
    }
    if message.silent {
        line.push_str(" (silent)");
    }
    line
}
