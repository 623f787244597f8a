//! The handle: starting, stopping, and looking without waiting.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use serde_json::Value;

use super::calls::Call;
use super::message::{Buzz, ChatId, Message, Sent, TapAnswer, Typing, UserId};
use super::refusal::{Refusal, Violation};
use super::server::{self, Shared};
use super::settings::Settings;
use super::world::World;

/// A running Bot API emulator. Clones are the same emulator; it stops with the last one.
///
/// It serves on a thread of its own, so that it can be used from any thread and any runtime.
#[derive(Clone, Debug)]
pub struct BotApi {
    pub(super) shared: Data<Shared>,
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    url: String,
    settings: Settings,
    server: ServerHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The command is sent at once; only its completion would have to be awaited.
        drop(self.server.stop(false));
    }
}

/// What is known about `getUpdates` calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polls {
    /// How many came so far.
    pub count: u64,
    /// Whether one is open now, waiting for updates.
    pub open: bool,
}

impl BotApi {
    /// Starts an emulator.
    ///
    /// # Panics
    /// When the port cannot be bound.
    pub async fn start(settings: Settings) -> Self {
        let shared = Data::new(Shared::new(World::new(settings.clone())));
        let (port, server) = server::start(shared.clone(), settings.port)
            .await
            .expect("the emulator's port can be bound");
        let url = format!("http://127.0.0.1:{port}");
        Self {
            shared,
            running: Arc::new(Running {
                url,
                settings,
                server,
            }),
        }
    }

    /// Stops serving: no call is answered any more, open connections are closed. The world can
    /// still be looked at.
    pub async fn stop(&self) {
        self.shared.stop();
        self.running.server.stop(false).await;
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.running.settings.token
    }

    /// The bot's id.
    #[must_use]
    pub fn bot_id(&self) -> UserId {
        self.running.settings.bot_id()
    }

    /// The bot's username, without `@`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.running.settings.username
    }

    pub(super) fn patience(&self) -> std::time::Duration {
        self.running.settings.patience
    }

    /// Looks at the whole world under its lock: keep it short.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.shared.look(look)
    }

    /// What a person sees in a chat now, oldest first.
    #[must_use]
    pub fn screen(&self, chat: ChatId) -> Vec<Message> {
        self.look(|world| world.messages(chat).cloned().collect())
    }

    /// The bot's messages that a person sees in a chat now, oldest first.
    #[must_use]
    pub fn bot_screen(&self, chat: ChatId) -> Vec<Message> {
        self.look(|world| {
            let messages = world.messages(chat);
            messages.filter(|m| m.from_bot()).cloned().collect()
        })
    }

    /// The bot's messages that made phones buzz: sent without `disable_notification`. Edits
    /// never do.
    #[must_use]
    pub fn buzzes(&self, chat: ChatId) -> Vec<Buzz> {
        self.look(|world| world.buzzes(chat).to_vec())
    }

    /// The last chat actions in a chat.
    #[must_use]
    pub fn typing(&self, chat: ChatId) -> Vec<Typing> {
        self.look(|world| world.typing(chat).to_vec())
    }

    /// Everything that the bot ever showed in a chat, deleted or not, with each edit.
    #[must_use]
    pub fn everything_sent(&self, chat: ChatId) -> Vec<Sent> {
        self.look(|world| world.sent(chat).to_vec())
    }

    /// How many messages of the bot ever showed this, at first or after an edit.
    #[must_use]
    pub fn times_shown(&self, chat: ChatId, fragment: &str) -> usize {
        self.look(|world| {
            let sent = world.sent(chat).iter();
            sent.filter(|s| s.texts.iter().any(|t| t.contains(fragment)))
                .count()
        })
    }

    /// The kept calls, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.look(|world| world.calls().cloned().collect())
    }

    /// The kept calls of one method, oldest first.
    #[must_use]
    pub fn calls_to(&self, method: &str) -> Vec<Call> {
        self.look(|world| {
            let calls = world.calls();
            calls
                .filter(|c| c.method.eq_ignore_ascii_case(method))
                .cloned()
                .collect()
        })
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.shared.with(|world| world.log.clear());
    }

    /// How the bot polls.
    #[must_use]
    pub fn polls(&self) -> Polls {
        self.look(|world| Polls {
            count: world.polls(),
            open: world.poll_open(),
        })
    }

    /// The updates that wait for the bot, oldest first.
    #[must_use]
    pub fn pending_updates(&self) -> Vec<Value> {
        self.look(|world| world.queue.waiting().cloned().collect())
    }

    /// The kinds of updates that the bot asked for, if it ever did.
    #[must_use]
    pub fn allowed_updates(&self) -> Option<Vec<String>> {
        self.look(|world| world.queue.allowed().map(<[String]>::to_vec))
    }

    /// The command menu of a scope (`default`, `all_private_chats`, `all_group_chats`,
    /// `chat:-100`, `chat_member:-100:7`) and language code (empty: no language), as
    /// (command, description).
    #[must_use]
    pub fn commands(&self, scope: &str, language: &str) -> Vec<(String, String)> {
        self.look(|world| world.commands.list(scope, language))
    }

    /// What people who tapped were shown, oldest first.
    #[must_use]
    pub fn tap_answers(&self) -> Vec<TapAnswer> {
        self.look(|world| world.tap_answers().to_vec())
    }

    /// All refusals so far.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        self.look(|world| world.refusals().to_vec())
    }

    /// What a correct client never does, without what was expected: empty after a good test.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.look(|world| world.violations().cloned().collect())
    }
}
