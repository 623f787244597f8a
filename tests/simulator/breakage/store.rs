//! Stores that break one rule each.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use switchboard::ids::{
    AgentName, BotId, ChatId, ConversationId, MessageId, OutboxId, RouteName, Timestamp, TurnId,
    UserId,
};
use switchboard::model::{Action, Button, Conversation, File, Place, Recent, Seat, Turn};
use switchboard::rules::approval::{Under, Waiting};
use switchboard::rules::quota::Used;
use switchboard::rules::status::Totals;
use switchboard::store::{
    Answer, Asked, Change, SharedStore, Store, StoreError, StoredUpdate, Unfinished,
};

use super::Newest;

/// A store in front of another one.
trait Behind {
    fn behind(&self) -> &SharedStore;

    /// What a process finds when it begins.
    fn left(&self) -> Answer<Unfinished> {
        self.behind().unfinished()
    }
}

/// What a broken store does as the one behind it.
macro_rules! as_behind {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&self, $($arg: $type),*) -> $out { self.behind().$name($($arg),*) })*
    };
}

macro_rules! broken {
    ($store:ident; $($method:item)*) => {
        impl switchboard::store::Upkeep for $store {}

        impl Store for $store {
            $($method)*

            fn unfinished(&self) -> Answer<Unfinished> {
                self.left()
            }

            as_behind! {
                bot() -> BotId;
                new_updates(max: usize) -> Answer<Vec<StoredUpdate>>;
                seat(place: Place, user: UserId) -> Answer<Seat>;
                recent(place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>>;
                turn(turn: TurnId) -> Answer<Option<(Turn, Conversation)>>;
                stranger_told(who: i64) -> Answer<Option<i64>>;
                message_of(post: OutboxId) -> Answer<Option<MessageId>>;
                totals(now: Timestamp) -> Answer<Totals>;
                file_of(post: OutboxId) -> Answer<Option<File>>;
                asked(chat: ChatId, message: MessageId) -> Answer<Option<Asked>>;
                agent_of(chat: ChatId, message: MessageId) -> Answer<Option<AgentName>>;
                pause_of(turn: TurnId) -> Answer<Option<Waiting>>;
                waits_under(chat: ChatId, message: MessageId) -> Answer<Option<Under>>;
                used(user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used>;
                close() -> LocalBoxFuture<'static, ()>;
                new_turn() -> TurnId;
                new_conversation() -> ConversationId;
                new_post() -> OutboxId;
            }
        }
    };
}

/// Says that it is done, and does it later.
pub struct Hasty(pub SharedStore);

impl Behind for Hasty {
    fn behind(&self) -> &SharedStore {
        &self.0
    }
}

broken! { Hasty;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.0.accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        tokio::task::spawn_local(self.0.commit(changes));
        Box::pin(std::future::ready(Ok(())))
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}

/// Hands updates on in another order.
pub struct Shuffled(pub SharedStore);

impl Behind for Shuffled {
    fn behind(&self) -> &SharedStore {
        &self.0
    }
}

broken! { Shuffled;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        let fresh = self.0.accept(updates);
        Box::pin(async move {
            let mut fresh = fresh.await?;
            fresh.reverse();
            Ok(fresh)
        })
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.0.commit(changes)
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}

/// Takes what no longer applies for done.
pub struct Yielding(pub SharedStore);

impl Behind for Yielding {
    fn behind(&self) -> &SharedStore {
        &self.0
    }
}

broken! { Yielding;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.0.accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        let done = self.0.commit(changes);
        Box::pin(async move {
            match done.await {
                Err(StoreError::Stale(_)) => Ok(()),
                done => done,
            }
        })
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}

/// Lets whoever lost the store write all the same.
pub struct Unfenced {
    own: SharedStore,
    newest: Newest,
}

impl Unfenced {
    pub fn new(own: SharedStore, newest: &Newest) -> Self {
        Self {
            own,
            newest: newest.clone(),
        }
    }

    fn owner(&self) -> SharedStore {
        let newest = self.newest.borrow();
        newest.clone().unwrap_or_else(|| Rc::clone(&self.own))
    }
}

impl Behind for Unfenced {
    fn behind(&self) -> &SharedStore {
        &self.own
    }
}

broken! { Unfenced;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.owner().accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.owner().commit(changes)
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.owner().prove_ownership()
    }
}

/// Knows nothing of what Telegram told the process before.
pub struct Forgetful(pub SharedStore);

impl Behind for Forgetful {
    fn behind(&self) -> &SharedStore {
        &self.0
    }

    fn left(&self) -> Answer<Unfinished> {
        let left = self.0.unfinished();
        Box::pin(async move {
            Ok(Unfinished {
                penalties: Vec::new(),
                ..left.await?
            })
        })
    }
}

broken! { Forgetful;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.0.accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.0.commit(changes)
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}

/// Takes every tap for one on the newest card.
pub struct Forgiving(pub SharedStore);

impl Behind for Forgiving {
    fn behind(&self) -> &SharedStore {
        &self.0
    }
}

broken! { Forgiving;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        let store = self.0.clone();
        Box::pin(async move {
            let mut button = store.button(token).await?;
            if let Some(Action::Pause { turn, version, .. }) =
                button.as_mut().map(|button| &mut button.action)
                && let Some(waiting) = store.pause_of(*turn).await?
            {
                *version = waiting.version;
            }
            Ok(button)
        })
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.0.accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.0.commit(changes)
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}

/// Commits something else than it was told.
pub struct Tampering(
    pub SharedStore,
    pub fn(&SharedStore, Vec<Change>) -> Vec<Change>,
);

impl Behind for Tampering {
    fn behind(&self) -> &SharedStore {
        &self.0
    }
}

broken! { Tampering;
    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.behind().button(token)
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.0.accept(updates)
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.0.commit((self.1)(&self.0, changes))
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.0.prove_ownership()
    }
}
