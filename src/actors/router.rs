//! The Router: decides what an update is and who gets it.
//!
//! Owns the seats of people (their current agent and conversations, as far as they are
//! remembered here; the store knows all) and the sessions. Never talks to an agent or to
//! Telegram. What waits here is one batch; it answers when every update of it has come to
//! its end or stands in a session's queue.

mod agents;
mod changes;
mod choosing;
mod conversations;
mod edits;
mod facts;
mod gathering;
mod inspecting;
mod moving;
mod pauses;
mod resuming;
mod room;
mod sessions;
mod status;
mod stopping;
mod strangers;
mod taps;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use actix::{
    Actor, ActorFutureExt, Addr, Context, Handler, Message, ResponseActFuture, WrapFuture,
};
use futures_util::future::{LocalBoxFuture, join_all};
use tracing::{debug, error};

use self::changes::{ends, noted, or_park, refused, reply, settled};
use self::facts::{Facts, SeatKey, seat_key};
use self::gathering::Open;
use super::Commons;
use super::fetcher::Fetcher;
use super::poller::UpdatesArrived;
use super::sender::Sender;
use super::session::{Ask, Drain, OpenTurns, Session, SessionIdle};
use crate::config::Route;
use crate::crash::{self, When};
use crate::ids::{AgentName, ChatId, ConversationId, MessageId, Timestamp, UpdateId, UserId};
use crate::model::{Conversation, Place, Seat, Slot, Turn, UpdateEnd};
use crate::poison;
use crate::rules::access;
use crate::rules::choices;
use crate::rules::gather::{self, Quiet};
use crate::rules::route::{self, Decision};
use crate::rules::sessions::{any_shared, slot};
use crate::rules::words;
use crate::store::{Asked, Change, StoreError};
use crate::telegram::{Incoming, Update, What};

pub use self::inspecting::InspectRouter;
pub(crate) use self::moving::warn_of_move;

/// Seats remembered; beyond that all are forgotten and read again.
const SEATS_MAX: usize = 20_000;

/// Turns of an earlier process that are not over.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TakeUp(pub Vec<(Turn, Conversation)>);

/// What is left to do for one update, beside what was decided at once.
type Work = LocalBoxFuture<'static, Result<(), StoreError>>;

/// A session, and how many messages it was sent.
struct Known {
    session: Addr<Session>,
    slot: Slot,
    sent: u64,
}

/// Decides what an update is and who gets it.
pub struct Router {
    commons: Commons,
    /// Shared: to copy an address costs an allocation.
    sender: Rc<Addr<Sender>>,
    fetcher: Addr<Fetcher>,
    seats: HashMap<SeatKey, Seat>,
    sessions: BTreeMap<ConversationId, Known>,
    /// Conversations that their first turn will open in the store.
    unopened: HashSet<ConversationId>,
    /// What people send in parts, as far as the rest may still come.
    gathering: HashMap<SeatKey, Open>,
    /// Chats that took no new work, and were told so.
    told_full: HashSet<ChatId>,
    /// The album whose first message was told that it is no reply to a card.
    told_album: Option<String>,
    /// Which questions the messages of this batch are part of.
    asked: HashMap<(ChatId, MessageId), Asked>,
    /// Sessions that have had nothing to do for a while.
    idle: Vec<SessionIdle>,
    /// Seats that were decided about, and the store did not take it: they are read again.
    doubtful: Rc<RefCell<Vec<SeatKey>>>,
    /// The turns of all sessions.
    open_turns: OpenTurns,
    /// Groups that had moved when seats were last forgotten for it.
    moves_seen: usize,
}

impl Router {
    /// A router that knows nobody yet.
    #[must_use]
    pub fn new(commons: Commons, sender: Addr<Sender>, fetcher: Addr<Fetcher>) -> Self {
        Self {
            commons,
            sender: Rc::new(sender),
            fetcher,
            seats: HashMap::new(),
            sessions: BTreeMap::new(),
            unopened: HashSet::new(),
            gathering: HashMap::new(),
            told_full: HashSet::new(),
            told_album: None,
            asked: HashMap::new(),
            idle: Vec::new(),
            doubtful: Rc::default(),
            open_turns: OpenTurns::default(),
            moves_seen: 0,
        }
    }

    /// Decides one update; what has to be waited for is the answer.
    fn route(&mut self, update: Update, facts: &Facts, ctx: &mut Context<Self>) -> Work {
        let id = update.id;
        match update.what {
            What::Message(message) => self.message(id, &message, facts, ctx),
            What::Callback(tap) => self.tap(id, tap, facts, ctx),
            What::MyChatMember(membership) => self.membership(id, &membership),
            What::Edited(message) => self.edited(id, message, facts, ctx),
            What::Other(kind) => {
                debug!(update = %id, %kind, "an update of no interest");
                self.ignore(id, "other kind")
            }
        }
    }

    fn message(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        facts: &Facts,
        ctx: &mut Context<Self>,
    ) -> Work {
        let place = message.place();
        if let Some(to) = message.migrate_to_chat_id {
            return self.moved_away(id, message, to);
        }
        self.see(place, message);
        if let Some(work) = self.reply_to_pause(id, message, facts, ctx) {
            return work;
        }
        if let Some(joined) = self.joins(id, message, facts, ctx) {
            return joined;
        }
        let commons = self.commons.clone();
        let config = &commons.config();
        let key = seat_key(message);
        let seat = self.seats.get(&key).cloned().unwrap_or_default();
        let now = self.commons.now();
        let here = || message.chat;
        let known = route::Known {
            seat: &seat,
            answered: facts.answered(message),
        };
        let decision = route::decide(config, &commons.me, message, known, now);
        let reply = |text: String| reply(id, message, text, &commons);
        let user_routes = |user: UserId| access::routes_for(config, user, here());
        if facts.full.contains(&message.chat) && decision.adds() {
            return self.no_room(id, message);
        }
        let changes = match decision {
            Decision::Ignore(reason) => return self.ignore(id, reason),
            Decision::Nobody { waits } => return self.nobody(id, message, waits, facts),
            Decision::Stranger(user) => return self.stranger(id, message, user, facts),
            Decision::Ask {
                user,
                route,
                text,
                why,
                rule,
            } => {
                debug!(update = %id, agent = %route.agent, ?why, "a question");
                let renews = route::renews(&seat, &route.agent, now);
                if renews {
                    self.set_current(key, &route.agent, now);
                }
                let ask = Ask {
                    update: id,
                    user,
                    place,
                    piece: gather::piece(&commons.me, message, text),
                    route: route.name(),
                    gathering: gather::begins(message, now, &Quiet::from(&config.chat)),
                    follows: None,
                    rule,
                    renews,
                    late: facts.late(id, message, config.chat.stale_after),
                    begun_after: None,
                    beside: Vec::new(),
                };
                return self.ask(ask, route, ctx);
            }
            Decision::Forbidden(user, route) => {
                changes::forbidden(id, message, user, route, &commons)
            }
            Decision::Switch(user, route) => return self.switch(id, message, user, route),
            Decision::Status(user) => return self.status(id, message, user),
            Decision::Stop(user, route) => return self.stop(id, message, user, route),
            Decision::New(user, route) => return self.new_conversation(id, message, user, route),
            Decision::Bound(_, topic, asked) => reply(words::bound(topic, asked)),
            Decision::Help(user) => reply(words::help(user_routes(user))),
            Decision::Agents(user) => {
                let expected = route::expected(config, place, known, user, now);
                let expected = expected.map(|to| to.route.agent.clone());
                return self.agents(id, message, user, expected);
            }
            Decision::Sessions(user) => return self.list_sessions(id, message, user, facts),
            Decision::Resume(user, number) => {
                return self.resume(id, message, user, number, facts);
            }
            Decision::WhoAmI(user) => reply(words::whoami(config, user, place)),
            Decision::Unknown(user, name) => {
                reply(words::unknown_command(&name, user_routes(user)))
            }
            Decision::Choose(user, None) => reply(words::choose(user_routes(user))),
            Decision::Choose(user, Some(text)) => {
                let lines = choices::which_agent(user_routes(user), &text, message.message);
                let text = words::choose(user_routes(user));
                changes::reply_with(&commons, id, message, user, text, lines)
            }
            Decision::Media(_, kind) => reply(words::no_media(&kind)),
        };
        self.commit(changes)
    }

    /// Remembers what stands on people's screens.
    fn see(&self, place: Place, message: &Incoming) {
        let mut screen = self.commons.screen.borrow_mut();
        if message.is_forum {
            screen.is_forum(message.chat);
        }
        screen.heard(place, message.message);
        drop(screen);
        if let Some(user) = access::person(message)
            && !access::is_stranger(&self.commons.config(), user, place.chat)
        {
            self.commons.menus.seen(place.chat, user);
        }
    }

    fn ask(&mut self, mut ask: Ask, route: &Route, ctx: &mut Context<Self>) -> Work {
        let slot = slot(route, ask.place, ask.user);
        let (conversation, idle) = self.goes_on(&slot);
        ask.begun_after = idle;
        let Some(session) = self.session(&conversation, ctx) else {
            error!(agent = %route.agent, "a route to an agent that is not there");
            return self.ignore(ask.update, "no such agent");
        };
        self.note_asked(&ask, &conversation);
        self.wait_for_the_rest(&ask, conversation);
        Box::pin(async move { session.send(ask).await.unwrap_or(Ok(())) })
    }

    fn set_current(&mut self, key: SeatKey, agent: &AgentName, now: Timestamp) {
        self.seats.entry(key).or_default().current = Some((agent.clone(), now));
    }

    fn ignore(&self, id: UpdateId, reason: &'static str) -> Work {
        debug!(update = %id, reason, "ignored");
        self.commit(vec![ends(id, UpdateEnd::Ignored(reason))])
    }

    fn commit(&self, changes: Vec<Change>) -> Work {
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        Box::pin(async move { settled(commons.commit(&sender, changes).await) })
    }
}

impl Actor for Router {
    type Context = Context<Self>;
}

impl Handler<UpdatesArrived> for Router {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    /// First what has to be read, then every decision in order, then what has to be
    /// waited for, side by side.
    fn handle(&mut self, arrived: UpdatesArrived, _: &mut Self::Context) -> Self::Result {
        self.let_go();
        self.forget_what_is_whole();
        self.asked.clear();
        let mut updates: Vec<Update> = arrived
            .0
            .iter()
            .map(|update| {
                let _on = poison::on(poison::Work::Update(update.id));
                Update::read(update.id, &update.body)
            })
            .collect();
        let received = arrived.0.iter();
        let received = received.map(|update| (update.id, update.received_at));
        let received: HashMap<UpdateId, Timestamp> = received.collect();
        let moves = self.moved(&mut updates);
        let shared = any_shared(&self.commons.config());
        let missing = facts::missing(&updates, &self.commons.me, shared, |key| {
            self.seats.contains_key(key)
        });
        let (commons, sender, chats) = (self.commons.clone(), self.sender.clone(), missing.chats());
        let gather = async move {
            moving::commit_moves(&commons, moves).await?;
            let mut facts = facts::gather(commons, missing).await?;
            facts.note_room(&sender, chats).await;
            Ok(facts)
        };
        let gathered = gather.into_actor(self);
        Box::pin(gathered.then(move |gathered, router, ctx| {
            let work: Result<Vec<_>, StoreError> = gathered.map(|mut facts| {
                for (key, seat) in std::mem::take(&mut facts.seats) {
                    // What is remembered may be ahead of the store.
                    router.seats.entry(key).or_insert(seat);
                }
                facts.received = received;
                for chat in &facts.roomy {
                    router.told_full.remove(chat);
                }
                updates
                    .into_iter()
                    .map(|update| {
                        let id = update.id;
                        let on = poison::Work::Update(id);
                        let _on = poison::on(on);
                        crash::point("route", When::Before);
                        let work = router.route(update, &facts, ctx);
                        let work = or_park(router.commons.clone(), id, work);
                        poison::watched(on, work)
                    })
                    .collect()
            });
            let done = async move { join_all(work?).await.into_iter().collect() };
            done.into_actor(router)
                .map(|done: Result<(), _>, router, _| {
                    if done.is_err() {
                        // What was decided may not have been committed: read it again.
                        router.seats.clear();
                    }
                    done
                })
        }))
    }
}

impl Handler<SessionIdle> for Router {
    type Result = ();

    /// Only noted: a batch that is being read may be meant for it.
    fn handle(&mut self, idle: SessionIdle, _: &mut Self::Context) {
        self.idle.push(idle);
    }
}

impl Handler<Drain> for Router {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let drains: Vec<_> = self
            .sessions
            .values()
            .map(|known| known.session.send(Drain))
            .collect();
        Box::pin(join_all(drains).into_actor(self).map(|_, _, _| ()))
    }
}
