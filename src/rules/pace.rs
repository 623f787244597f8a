//! Who is next, and when: the schedule of everything that goes out to Telegram.
//!
//! Properties that it keeps, whatever comes in:
//! 1. One call in flight per chat, `in_flight_max` overall.
//! 2. Within a chat, the order of pushing; nothing that was pushed is lost or sent twice.
//! 3. No more calls than the limits allow, however long each is on its way.
//! 4. No call to a chat in its penalty, and no other chat waits for that.
//! 5. Chats take turns: one with 500 messages delays the others by one message.
//! 6. A preview goes only where nothing else waits, and leaves room for what may come.

mod agenda;
mod lane;
mod limits;
mod penalties;
#[cfg(test)]
mod properties;
mod reserve;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use self::agenda::{Agenda, Shelf};
use self::lane::{Lane, Preview, Waiting};
pub use self::limits::PaceLimits;
pub use self::penalties::{Penalty, Told};
use super::bucket::Window;
use crate::ids::{ChatId, OutboxId};

/// A call is taken to be counted by Telegram at its answer, but no later than this after it
/// was sent: a call that hangs must not hold a place of all chats.
const TRANSIT_MAX: Duration = Duration::from_secs(1);
/// Typing that could not go within this is dropped.
const TYPING_KEPT: Duration = Duration::from_secs(1);
/// The span of the limit on typing in all chats.
const TYPING_SPAN: Duration = Duration::from_secs(5);

/// Why something is sent. It decides between chats, never within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// An answer, or the reply to a command.
    Reply,
    /// The card of an approval.
    Approval,
    /// An error, a placeholder, a notice.
    Notice,
}

impl Class {
    /// How much later than a reply this counts as ready when all chats compete: a head start
    /// for the classes before it, and no starvation whatever they send.
    fn handicap(self) -> Duration {
        match self {
            Self::Reply => Duration::ZERO,
            Self::Approval => Duration::from_secs(2),
            Self::Notice => Duration::from_secs(5),
        }
    }
}

/// What a call takes from the budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// One of chat, group and all.
    Send,
    /// The same: edits share the limit of messages (tdlib/td#2592).
    Edit,
    /// Nothing.
    Delete,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Send this. Its budget is taken; the chat is busy until [`Pace::done`].
    Send {
        /// Where to.
        chat: ChatId,
        /// What was pushed.
        item: T,
    },
    /// Nothing may go before this moment, unless a call ends or something comes in.
    WaitUntil(Instant),
    /// Nothing may go before a call ends.
    Blocked,
    /// Nothing waits, and nothing is in flight.
    Empty,
}

/// Typing that waits for its moment.
struct Typing<T> {
    chat: ChatId,
    item: T,
    until: Instant,
}

/// The schedule. `T` is what is sent, `K` tells the previews of a chat apart.
pub struct Pace<T, K = OutboxId> {
    limits: PaceLimits,
    lanes: HashMap<ChatId, Lane<T, K>>,
    agenda: Agenda,
    /// Calls of all chats that cost something.
    global: Window,
    typing: VecDeque<Typing<T>>,
    /// Typing of all chats.
    typed: Window,
    /// Numbers arrivals and calls.
    count: u64,
    waiting: usize,
    previews: usize,
    in_flight: usize,
    /// When which chat was refused lately, and until when.
    refusals: VecDeque<(Instant, ChatId, Instant)>,
    stopped_until: Option<Instant>,
}

impl<T, K: Copy + PartialEq> Pace<T, K> {
    /// A schedule with nothing in it.
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        Self {
            lanes: HashMap::new(),
            agenda: Agenda::default(),
            global: Window::new(limits.global_per_second, Duration::from_secs(1)),
            typing: VecDeque::new(),
            typed: Window::new(limits.typing_per_five_seconds, TYPING_SPAN),
            count: 0,
            waiting: 0,
            previews: 0,
            in_flight: 0,
            refusals: VecDeque::new(),
            stopped_until: None,
            limits,
        }
    }

    /// Other limits, from now on. What has gone counts against them.
    pub fn keep_to(&mut self, limits: PaceLimits, now: Instant) {
        if self.limits == limits {
            return;
        }
        self.global.keep_to(limits.global_per_second);
        self.typed.keep_to(limits.typing_per_five_seconds);
        for lane in self.lanes.values_mut() {
            lane.keep_to(&limits);
        }
        self.limits = limits;
        let chats: Vec<ChatId> = self.lanes.keys().copied().collect();
        for chat in chats {
            self.place(chat, now);
        }
    }

    /// Adds what must arrive, behind all that waits in its chat. It is never refused, for it
    /// is committed already; the answer is the chat's depth, to be held against
    /// `chat_waiting_max` before more is committed.
    pub fn push(&mut self, chat: ChatId, class: Class, cost: Cost, item: T, now: Instant) -> usize {
        let arrival = self.tick();
        let lane = self.lane(chat);
        let entry = Waiting {
            class,
            cost,
            item,
            not_before: now,
            arrival,
        };
        lane.waiting.push_back(entry);
        let depth = lane.waiting.len();
        self.waiting += 1;
        if depth == 1 {
            self.place(chat, now);
        }
        depth
    }

    /// Puts back what could not be sent, before all that waits in its chat; nothing of the
    /// chat goes before `not_before`. In any order with [`Pace::done`] and
    /// [`Pace::refused`].
    pub fn put_back(
        &mut self,
        chat: ChatId,
        class: Class,
        cost: Cost,
        item: T,
        not_before: Instant,
    ) {
        let arrival = self.tick();
        let entry = Waiting {
            class,
            cost,
            item,
            not_before,
            arrival,
        };
        self.lane(chat).waiting.push_front(entry);
        self.waiting += 1;
        self.place(chat, not_before);
    }

    /// Offers a preview. It takes the place of a waiting one of the same key, and waits as
    /// long as anything else waits in its chat.
    pub fn preview(&mut self, chat: ChatId, key: K, item: T, now: Instant) {
        let arrival = self.tick();
        let lane = self.lane(chat);
        if let Some(waiting) = lane.previews.iter_mut().find(|waiting| waiting.key == key) {
            waiting.item = item;
            return;
        }
        lane.previews.push_back(Preview { key, item, arrival });
        let first = lane.previews.len() == 1 && lane.waiting.is_empty();
        self.previews += 1;
        if first {
            self.place(chat, now);
        }
    }

    /// Drops the waiting preview of a key: what it shows is over.
    pub fn drop_preview(&mut self, chat: ChatId, key: K) {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        let before = lane.previews.len();
        lane.previews.retain(|waiting| waiting.key != key);
        self.previews -= before - lane.previews.len();
        if lane.previews.is_empty() && lane.waiting.is_empty() {
            self.retire(chat);
        }
    }

    /// Offers to show typing. Dropped where it may not go at once: in a penalty, before
    /// anything that waits, behind a call, too soon after the last, or over the limit of all.
    pub fn typing(&mut self, chat: ChatId, item: T, now: Instant) {
        let queued = u32::try_from(self.typing.len()).unwrap_or(u32::MAX);
        let stopped = self.stopped_until.is_some_and(|until| until > now);
        let full = self.typed.opens_at(now, queued.saturating_add(1)) > now;
        let crowded = queued >= self.limits.typing_per_five_seconds;
        let free = self.lanes.get(&chat).is_none_or(|lane| lane.may_type(now));
        if free && !stopped && !full && !crowded {
            self.typing.push_back(Typing {
                chat,
                item,
                until: now + TYPING_KEPT,
            });
        }
    }

    /// What is to be done now. To be asked again after each `Send`.
    pub fn next(&mut self, now: Instant) -> Next<T> {
        self.wake(now);
        if self.waiting + self.previews + self.typing.len() == 0 {
            return if self.in_flight == 0 {
                Next::Empty
            } else {
                Next::Blocked
            };
        }
        if self.in_flight >= self.limits.in_flight_max.max(1) {
            return Next::Blocked;
        }
        if let Some(until) = self.stopped_until.filter(|until| *until > now) {
            return Next::WaitUntil(until);
        }
        let mut opens = self.agenda.first(Shelf::Later).map(|((at, _), _)| at);
        if let Some((_, chat)) = self.agenda.first(Shelf::Ready) {
            match self.send_waiting(chat, now) {
                Ok(send) => return send,
                Err(at) => opens = Some(opens.map_or(at, |opens| opens.min(at))),
            }
        } else if let Some((_, chat)) = self.agenda.first(Shelf::Preview) {
            match self.send_preview(chat, now) {
                Ok(send) => return send,
                Err(at) => opens = Some(opens.map_or(at, |opens| opens.min(at))),
            }
        }
        match (self.send_typing(now), opens) {
            (Some(send), _) => send,
            (None, Some(opens)) => Next::WaitUntil(opens),
            (None, None) if self.in_flight == 0 => Next::Empty,
            (None, None) => Next::Blocked,
        }
    }

    /// The call to a chat has ended, whatever came of it.
    pub fn done(&mut self, chat: ChatId, now: Instant) {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return;
        };
        let Some(flight) = lane.land(now) else { return };
        self.in_flight -= 1;
        let latest = flight.sent + TRANSIT_MAX;
        if flight.costs && now < latest {
            self.global.settle(flight.id, latest, now);
        }
        self.place(chat, now);
    }

    /// Takes out all that waits in a chat, in order: it is blocked, or has moved. Previews
    /// are dropped.
    pub fn abandon(&mut self, chat: ChatId) -> Vec<T> {
        let Some(lane) = self.lanes.get_mut(&chat) else {
            return Vec::new();
        };
        self.waiting -= lane.waiting.len();
        self.previews -= lane.previews.len();
        lane.previews.clear();
        let items = lane.waiting.drain(..).map(|entry| entry.item).collect();
        self.retire(chat);
        items
    }

    /// How much waits that must arrive, in all chats.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// How much waits that must arrive, in one chat.
    #[must_use]
    pub fn depth(&self, chat: ChatId) -> usize {
        self.lanes.get(&chat).map_or(0, |lane| lane.waiting.len())
    }

    /// Whether a chat has as much waiting as it may: it takes no new work.
    #[must_use]
    pub fn is_full(&self, chat: ChatId) -> bool {
        self.depth(chat) >= self.limits.chat_waiting_max
    }

    /// Calls in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }
}
