//! Conversations: whose one is, whether it goes on, which ones there are to go back to.

use std::time::Duration;

use super::choices::Lines;
use super::{access, words};
use crate::config::{Config, Route, Scope};
use crate::ids::{ConversationId, Timestamp, UserId};
use crate::model::{Action, Conversation, Place, Recent, Seat, Slot};

/// Conversations that a list shows.
pub const LISTED_MAX: usize = 8;
/// Conversations that are looked through for those that a list may show.
pub const LOOKED_AT_MAX: usize = 50;

/// The slot of a question by this route: its person's, or in a group perhaps everybody's.
#[must_use]
pub fn slot(route: &Route, place: Place, user: UserId) -> Slot {
    let shared = route.scope == Scope::Chat && place.chat.is_group();
    Slot {
        place,
        user: if shared { UserId::SHARED } else { user },
        agent: route.agent.clone(),
    }
}

/// Whether any route has conversations that people share.
#[must_use]
pub fn any_shared(config: &Config) -> bool {
    let mut routes = config.routes.iter();
    routes.any(|route| route.scope == Scope::Chat)
}

/// For how long a conversation was not used, if that is too long for it to go on.
#[must_use]
pub fn idle(used_at: Option<Timestamp>, now: Timestamp, after: Duration) -> Option<Duration> {
    let idle = now.since(used_at?);
    (idle > after).then_some(idle)
}

/// A conversation that somebody may go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub conversation: Conversation,
    /// Its first words, if they are kept.
    pub words: Option<String>,
    /// When it was last used.
    pub used_at: Timestamp,
    /// For how long it was not used.
    pub age: Duration,
    /// Whether the next question to its agent goes on there.
    pub current: bool,
    /// Whether a turn of it runs or waits.
    pub busy: bool,
}

impl Listed {
    /// Whether all who may use its route in its chat have it together.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.conversation.slot.user == UserId::SHARED
    }
}

/// The conversations that a person may go on with here by the rules of now, the last used first.
/// `seats` are the person's own and the one that all share.
#[must_use]
pub fn listed(
    config: &Config,
    (place, user): (Place, UserId),
    seats: [&Seat; 2],
    recent: &[Recent],
    now: Timestamp,
) -> Vec<Listed> {
    let slots: Vec<Slot> = access::routes_for(config, user, place.chat)
        .map(|route| slot(route, place, user))
        .collect();
    let conversations = seats.into_iter().flat_map(|seat| &seat.conversations);
    let current: Vec<ConversationId> = conversations.map(|one| one.id).collect();
    let theirs = recent.iter().filter(|one| {
        // Where it is comes from who asks: a group may have moved meanwhile.
        let Slot { user, agent, .. } = &one.conversation.slot;
        let mut slots = slots.iter();
        slots.any(|slot| (&slot.user, &slot.agent) == (user, agent))
    });
    let listed = theirs.map(|one| Listed {
        conversation: one.conversation.clone(),
        words: one.words.clone(),
        used_at: one.used_at,
        age: now.since(one.used_at),
        current: current.contains(&one.conversation.id),
        busy: one.busy,
    });
    listed.take(LISTED_MAX).collect()
}

/// Why nobody goes back to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It is not among those that the person may go on with here.
    NotThere,
    /// It goes on already.
    Already,
    /// Something runs or waits, there or in the one that goes on now.
    Busy,
}

impl Stays {
    /// What its person is told.
    #[must_use]
    pub fn to_user(self) -> &'static str {
        match self {
            Self::NotThere => words::NO_SUCH_SESSION,
            Self::Already => words::SESSION_GOES_ON,
            Self::Busy => words::SESSION_BUSY,
        }
    }
}

/// The conversation to go back to.
///
/// # Errors
/// When it stays as it is, and why.
pub fn resume(listed: &[Listed], id: ConversationId) -> Result<&Listed, Stays> {
    let wanted = listed.iter().find(|one| one.conversation.id == id);
    let wanted = wanted.ok_or(Stays::NotThere)?;
    if wanted.current {
        return Err(Stays::Already);
    }
    let slot = &wanted.conversation.slot;
    let busy = |one: &Listed| one.current && one.busy && one.conversation.slot == *slot;
    if wanted.busy || listed.iter().any(busy) {
        return Err(Stays::Busy);
    }
    Ok(wanted)
}

/// A button for each conversation that does not go on by itself, under its number.
#[must_use]
pub fn buttons(listed: &[Listed]) -> Lines {
    let others = listed.iter().zip(1..).filter(|(one, _)| !one.current);
    let lines = others.map(|(one, number)| {
        let conversation = one.conversation.id;
        let label = words::session_label(number, one);
        vec![(label, Action::Resume { conversation })]
    });
    lines.collect()
}

#[cfg(test)]
mod tests;
