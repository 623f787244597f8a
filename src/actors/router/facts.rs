//! What the Router has to read before it can decide a batch: read once, side by side, so
//! that deciding itself needs no waiting and keeps the order of the updates.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use crate::actors::Commons;
use crate::ids::{AgentName, ChatId, MessageId, Timestamp, UpdateId, UserId};
use crate::model::{Action, Button, Conversation, Place, Recent, Seat, Turn, Whom};
use crate::rules::command::{self, Parsed};
use crate::rules::route::{self, Me};
use crate::rules::{access, approval, sessions, stale};
use crate::store::{Asked, StoreError};
use crate::telegram::{Incoming, Update, What};

/// A person in a place.
pub(super) type SeatKey = (Place, UserId);

/// What has to be read, in an order that does not change from run to run.
#[derive(Default)]
pub(super) struct Missing {
    seats: BTreeSet<SeatKey>,
    strangers: BTreeSet<(i64, UserId, ChatId)>,
    tokens: BTreeSet<String>,
    /// Messages of ours that somebody replied to.
    answered: BTreeSet<(ChatId, MessageId)>,
    /// Whose earlier conversations somebody wants to see.
    recent: BTreeSet<SeatKey>,
    /// Messages that somebody edited.
    edited: BTreeSet<(ChatId, MessageId, UserId)>,
}

/// What was read.
#[derive(Default)]
pub(super) struct Facts {
    /// What is remembered of people.
    pub(super) seats: HashMap<SeatKey, Seat>,
    /// The conversations that people may go back to, the last used first.
    pub(super) recent: HashMap<SeatKey, Vec<Recent>>,
    /// The day on which strangers were last told so.
    pub(super) strangers: HashMap<i64, i64>,
    /// Buttons that were pressed and not used before, by their tokens.
    pub(super) buttons: HashMap<String, Pressed>,
    /// The agents whose messages were replied to.
    answered: HashMap<(ChatId, MessageId), AgentName>,
    /// Cards of pauses that were replied to, with their conversations.
    pub(super) cards: HashMap<(ChatId, MessageId), (approval::Under, Conversation)>,
    /// The questions that edited messages are part of.
    pub(super) asked: HashMap<(ChatId, MessageId), Asked>,
    /// When the updates of the batch were taken in.
    pub(super) received: HashMap<UpdateId, Timestamp>,
    /// Chats in which too much waits for Telegram.
    pub(super) full: HashSet<ChatId>,
    /// Chats of this batch in which there is room.
    pub(super) roomy: Vec<ChatId>,
    /// Strangers who are told so in this batch.
    told: RefCell<HashSet<i64>>,
}

/// A button that was pressed.
#[derive(Clone)]
pub(super) struct Pressed {
    pub(super) button: Button,
    /// The turn that it is about, if it is about one.
    pub(super) about: Option<(Turn, Conversation)>,
}

impl Missing {
    /// The chats in which somebody wrote.
    pub(super) fn chats(&self) -> Vec<ChatId> {
        let chats: BTreeSet<ChatId> = self.strangers.iter().map(|(_, _, chat)| *chat).collect();
        chats.into_iter().collect()
    }
}

impl Facts {
    /// How old a message was when it was taken in, if Telegram brought it late.
    pub(super) fn late(
        &self,
        update: UpdateId,
        message: &Incoming,
        after: Duration,
    ) -> Option<Duration> {
        let received = self.received.get(&update)?;
        stale::late(message.date, *received, after)
    }

    /// Whether this stranger has not been told so earlier in the same batch.
    pub(super) fn may_tell(&self, who: i64) -> bool {
        self.told.borrow_mut().insert(who)
    }

    /// The agent whose message this one answers.
    pub(super) fn answered(&self, message: &Incoming) -> Option<&AgentName> {
        let reply = message.reply_to?;
        self.answered.get(&(message.chat, reply.message))
    }
}

pub(super) fn seat_key(message: &Incoming) -> SeatKey {
    let user = message.from.as_ref().map_or(UserId::SHARED, |from| from.id);
    (message.place(), user)
}

/// What a batch needs, apart from the seats that are known already; `shared` if conversations may
/// be everybody's in a group.
pub(super) fn missing(
    updates: &[Update],
    me: &Me,
    shared: bool,
    known: impl Fn(&SeatKey) -> bool,
) -> Missing {
    let mut missing = Missing::default();
    for update in updates {
        match &update.what {
            What::Message(message) => {
                let key = seat_key(message);
                if !known(&key) {
                    missing.seats.insert(key);
                }
                let all = (key.0, UserId::SHARED);
                if shared && message.chat.is_group() && !known(&all) {
                    missing.seats.insert(all);
                }
                if wants_sessions(message, me) {
                    missing.recent.insert(key);
                }
                let who = if message.chat.is_group() {
                    message.chat.0
                } else {
                    key.1.0
                };
                missing.strangers.insert((who, key.1, message.chat));
                let reply = message.reply_to;
                let ours = reply.filter(|reply| reply.from_id == Some(UserId(me.id.0)));
                let ours = ours.map(|reply| (message.chat, reply.message));
                missing.answered.extend(ours);
            }
            What::Callback(tap) => {
                missing.tokens.insert(tap.data.clone());
            }
            What::Edited(message) => {
                let key = seat_key(message);
                if !known(&key) {
                    missing.seats.insert(key);
                }
                missing
                    .edited
                    .insert((message.chat, message.message, key.1));
            }
            What::MyChatMember(_) | What::Other(_) => {}
        }
    }
    missing
}

/// Whether it asks for earlier conversations.
fn wants_sessions(message: &Incoming, me: &Me) -> bool {
    let text = message.text.as_deref().unwrap_or_default();
    match command::parse(route::without_name(text, me), &me.username) {
        Parsed::Command { name, .. } => matches!(&*name, "sessions" | "resume"),
        Parsed::OtherBot | Parsed::Text(_) => false,
    }
}

/// Reads it.
pub(super) async fn gather(commons: Commons, missing: Missing) -> Result<Facts, StoreError> {
    let mut facts = Facts::default();
    let store = &commons.store;
    for key in missing.seats {
        // What all share in a group is nobody's, so nobody is a stranger to it.
        let stranger = access::is_stranger(&commons.config(), key.1, key.0.chat);
        if !stranger || key.1 == UserId::SHARED {
            facts.seats.insert(key, store.seat(key.0, key.1).await?);
        }
    }
    for key in missing.recent {
        if !access::is_stranger(&commons.config(), key.1, key.0.chat) {
            let recent = store.recent(key.0, key.1, sessions::LOOKED_AT_MAX).await?;
            facts.recent.insert(key, recent);
        }
    }
    for (who, user, chat) in missing.strangers {
        if access::is_stranger(&commons.config(), user, chat)
            && let Some(day) = store.stranger_told(who).await?
        {
            facts.strangers.insert(who, day);
        }
    }
    for (chat, message) in missing.answered {
        if let Some(agent) = store.agent_of(chat, message).await? {
            facts.answered.insert((chat, message), agent);
        }
        if let Some(under) = store.waits_under(chat, message).await?
            && let Some((_, conversation)) = store.turn(under.turn).await?
        {
            facts.cards.insert((chat, message), (under, conversation));
        }
    }
    for (chat, message, user) in missing.edited {
        if !access::is_stranger(&commons.config(), user, chat)
            && let Some(asked) = store.asked(chat, message).await?
        {
            facts.asked.insert((chat, message), asked);
        }
    }
    for token in missing.tokens {
        let Some(button) = store.button(token.clone()).await? else {
            continue;
        };
        let about = if let Some(turn) = button.action.turn() {
            store.turn(turn).await?
        } else {
            // What it says is said in the name of its person.
            if let Whom::Person(user) = button.whom {
                let key = (button.place, user);
                facts.seats.insert(key, store.seat(key.0, key.1).await?);
                if matches!(button.action, Action::Resume { .. }) {
                    let all = (button.place, UserId::SHARED);
                    facts.seats.insert(all, store.seat(all.0, all.1).await?);
                    let recent = store.recent(key.0, key.1, sessions::LOOKED_AT_MAX).await?;
                    facts.recent.insert(key, recent);
                }
            }
            None
        };
        facts.buttons.insert(token, Pressed { button, about });
    }
    Ok(facts)
}
