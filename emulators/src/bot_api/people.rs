//! People and chats: who exists, who blocks, who adds the bot, who taps.

use std::fmt;

use serde_json::{Value, json};

use super::BotApi;
use super::chat::{Chat, Kind, Standing, Topic, User};
use super::message::{ChatId, MessageId, ThreadId, UserId};
use super::world::{Tap, World, unix_now};

/// Why a tap could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PressError {
    /// The message is not on the screen.
    NoMessage,
    /// The message has no button with this label; it has these.
    NoButton(Vec<String>),
    /// The button opens a link: no tap reaches the bot.
    NoData,
}

impl fmt::Display for PressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMessage => write!(f, "the message is not on the screen"),
            Self::NoButton(labels) => write!(f, "no such button, only {labels:?}"),
            Self::NoData => write!(f, "the button sends nothing to the bot"),
        }
    }
}

impl std::error::Error for PressError {}

impl BotApi {
    /// Adds a person who has not written to the bot yet. People who act are made up if new.
    pub fn add_user(&self, id: UserId, name: &str) {
        self.shared.with(|world| {
            let user = User {
                id,
                name: name.to_owned(),
                username: Some(format!("user{id}")),
                is_bot: false,
                language: "en".into(),
            };
            world.users.insert(id, user);
            name.clone_into(&mut world.chat(id).title);
        });
    }

    /// The language of a person's app.
    pub fn set_language(&self, id: UserId, language: &str) {
        self.shared.with(|world| {
            world.user(id);
            if let Some(user) = world.users.get_mut(&id) {
                language.clone_into(&mut user.language);
            }
        });
    }

    /// Marks a private chat as opened, as if the person had pressed Start long ago.
    pub fn open_chat(&self, user: UserId) {
        self.shared.with(|world| world.chat(user).started = true);
    }

    /// Adds a basic group with the bot in it, without an update. `id` is negative.
    pub fn add_group(&self, id: ChatId, title: &str) {
        self.add_chat(id, title, Kind::Group);
    }

    /// Adds a supergroup with the bot in it, without an update. `id` is below -1000000000000.
    pub fn add_supergroup(&self, id: ChatId, title: &str) {
        self.add_chat(id, title, Kind::Supergroup { forum: false });
    }

    /// Adds a supergroup with topics and the bot in it, without an update.
    pub fn add_forum(&self, id: ChatId, title: &str) {
        self.add_chat(id, title, Kind::Supergroup { forum: true });
    }

    fn add_chat(&self, id: ChatId, title: &str, kind: Kind) {
        assert!(id < 0, "the number of a group is negative, not {id}");
        self.shared
            .with(|world| world.chats.insert(id, Chat::new(id, kind, title)));
    }

    /// Opens a topic, in a forum or, where the settings allow it, in a private chat; returns its
    /// thread id.
    ///
    /// # Panics
    /// In a chat that has no topics.
    pub fn add_topic(&self, chat: ChatId, name: &str) -> ThreadId {
        self.shared.with(|world| {
            let has_topics = match world.chat(chat).kind {
                Kind::Private => world.settings.private_topics,
                Kind::Group => false,
                Kind::Supergroup { forum } => forum,
            };
            assert!(has_topics, "chat {chat} has no topics");
            let thread = world.next_message_id(chat);
            let topic = Topic {
                name: name.to_owned(),
                closed: false,
                deleted: false,
            };
            world.chat(chat).topics.insert(thread, topic);
            thread
        })
    }

    /// Somebody closes a topic: only admins write in it from now on. The bot gets the service
    /// message.
    ///
    /// # Panics
    /// When there is no such topic.
    pub fn close_topic(&self, chat: ChatId, thread: ThreadId, by: UserId) {
        self.shared.with(|world| {
            let topic = world.chat(chat).topics.get_mut(&thread);
            let topic = topic.unwrap_or_else(|| panic!("there is no topic {thread} to close"));
            topic.closed = true;
            let service = json!({
                "message_id": world.next_message_id(chat),
                "date": unix_now(),
                "chat": world.chat(chat).to_json(),
                "from": world.user(by).to_json(),
                "message_thread_id": thread,
                "is_topic_message": true,
                "forum_topic_closed": {},
            });
            world.push_update("message", service);
        });
    }

    /// Deletes a topic with its messages.
    pub fn delete_topic(&self, chat: ChatId, thread: ThreadId) {
        self.shared.with(|world| {
            let chat = world.chat(chat);
            if let Some(topic) = chat.topics.get_mut(&thread) {
                topic.deleted = true;
            }
            let inside = chat.messages.values().filter(|m| m.thread == Some(thread));
            let inside: Vec<MessageId> = inside.map(|m| m.id).collect();
            for id in inside {
                chat.remove(id, false);
            }
            chat.changed.send_modify(|n| *n = n.wrapping_add(1));
        });
    }

    /// A person taps a button of a message; returns the callback query's id.
    ///
    /// # Errors
    /// When there is no such message or button, as for a person who looks at the screen.
    pub fn press(
        &self,
        user: UserId,
        chat: ChatId,
        message: MessageId,
        label: &str,
    ) -> Result<String, PressError> {
        self.shared.with(|world| {
            let shown = world.message(chat, message).ok_or(PressError::NoMessage)?;
            let button = shown.button(label);
            let button = button.ok_or_else(|| PressError::NoButton(shown.labels()))?;
            let data = button.data.clone().ok_or(PressError::NoData)?;
            let shown = world.message_json(shown);
            Ok(world.tap(user, &shown, &data))
        })
    }

    /// A tap with any data, as from a stale screen or a forged client: the message may have lost
    /// its buttons, or be gone (then the bot gets an inaccessible message).
    pub fn press_raw(&self, user: UserId, chat: ChatId, message: MessageId, data: &str) -> String {
        self.shared.with(|world| {
            let chat_json = world.chat(chat).to_json();
            let shown = world.message(chat, message);
            let shown = shown.map_or_else(
                || json!({"chat": chat_json, "message_id": message, "date": 0}),
                |shown| world.message_json(shown),
            );
            world.tap(user, &shown, data)
        })
    }

    /// Makes callback queries that are not answered yet too old to be answered.
    pub fn expire_taps(&self) {
        self.shared
            .with(|world| world.taps.values_mut().for_each(|tap| tap.open = false));
    }

    /// A person blocks the bot; it gets `my_chat_member`.
    pub fn block(&self, user: UserId) {
        self.change_standing(user, user, Standing::Kicked);
    }

    /// A person unblocks the bot; it gets `my_chat_member`.
    pub fn unblock(&self, user: UserId) {
        self.change_standing(user, user, Standing::Member);
    }

    /// Somebody adds the bot to a group that was added here before; it gets `my_chat_member` and
    /// the service message.
    pub fn join(&self, chat: ChatId, by: UserId) {
        self.shared.with(|world| {
            world.chat(chat).standing = Standing::Left;
            world.change_standing(chat, by, Standing::Member);
            let service = json!({
                "message_id": world.next_message_id(chat),
                "date": unix_now(),
                "chat": world.chat(chat).to_json(),
                "from": world.user(by).to_json(),
                "new_chat_members": [world.me()],
            });
            world.push_update("message", service);
        });
    }

    /// Somebody makes the bot an admin of a group, so that it sees all messages.
    pub fn promote(&self, chat: ChatId, by: UserId) {
        self.change_standing(chat, by, Standing::Admin);
    }

    /// Somebody throws the bot out of a group; it gets `my_chat_member`.
    pub fn kick(&self, chat: ChatId, by: UserId) {
        self.change_standing(chat, by, Standing::Kicked);
    }

    fn change_standing(&self, chat: ChatId, by: UserId, to: Standing) {
        self.shared
            .with(|world| world.change_standing(chat, by, to));
    }

    /// A basic group becomes a supergroup: the old number is refused with `migrate_to_chat_id`,
    /// and the bot gets both service messages.
    pub fn migrate(&self, group: ChatId, supergroup: ChatId) {
        let (title, standing) = self.shared.with(|world| {
            let chat = world.chat(group);
            assert!(chat.kind == Kind::Group, "{group} is no basic group");
            (chat.title.clone(), chat.standing)
        });
        self.add_supergroup(supergroup, &title);
        self.shared.with(|world| {
            world.chat(supergroup).standing = standing;
            world.chat(group).migrated_to = Some(supergroup);
            for (chat, field, other) in [
                (group, "migrate_to_chat_id", supergroup),
                (supergroup, "migrate_from_chat_id", group),
            ] {
                let mut service = json!({
                    "message_id": world.next_message_id(chat),
                    "date": unix_now(),
                    "chat": world.chat(chat).to_json(),
                });
                service[field] = json!(other);
                world.push_update("message", service);
            }
        });
    }

    /// Whether the bot is in a chat: not blocked, thrown out, or gone.
    #[must_use]
    pub fn bot_is_in(&self, chat: ChatId) -> bool {
        self.look(|world| {
            let chat = world.chats.get(&chat);
            chat.is_some_and(|c| c.standing.inside())
        })
    }
}

impl World {
    fn tap(&mut self, user: UserId, message: &Value, data: &str) -> String {
        let id = self.next_tap();
        let query = json!({
            "id": id,
            "from": self.user(user).to_json(),
            "message": message,
            "chat_instance": "5000000000000000001",
            "data": data,
        });
        self.taps.insert(id.clone(), Tap { user, open: true });
        self.push_update("callback_query", query);
        id
    }

    fn change_standing(&mut self, chat: ChatId, by: UserId, to: Standing) {
        let from = std::mem::replace(&mut self.chat(chat).standing, to);
        let update = json!({
            "chat": self.chat(chat).to_json(),
            "from": self.user(by).to_json(),
            "date": unix_now(),
            "old_chat_member": self.member(from),
            "new_chat_member": self.member(to),
        });
        self.push_update("my_chat_member", update);
        let chat = self.chat(chat);
        chat.changed.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// The bot as a `ChatMember` object.
    pub(super) fn member(&self, standing: Standing) -> Value {
        let mut member = json!({"user": self.me(), "status": standing.word()});
        match standing {
            Standing::Kicked => member["until_date"] = json!(0),
            Standing::Admin => {
                for right in [
                    "can_be_edited",
                    "is_anonymous",
                    "can_manage_chat",
                    "can_delete_messages",
                    "can_manage_video_chats",
                    "can_restrict_members",
                    "can_promote_members",
                    "can_change_info",
                    "can_invite_users",
                ] {
                    member[right] = json!(right == "can_manage_chat");
                }
            }
            Standing::Member | Standing::Left => {}
        }
        member
    }
}
