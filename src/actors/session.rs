//! The Session: one conversation.
//!
//! Owns its context id and its turns, one in flight and the others waiting in order, at
//! most `conversation_waiting_max` of them. Never formats or sends: `rules::turn` says what
//! is committed and said, the Sender sends it.

mod at_once;
mod audit;
mod awaiting;
mod by_route;
mod closing;
mod counted;
mod deciding;
mod decisions;
mod edits;
mod files;
mod following;
mod gathering;
mod handing_over;
mod inspecting;
mod intake;
mod logging;
mod masking;
mod pausing;
mod replying;
mod resting;
mod stopping;
mod trying;
mod turn_in_flight;
mod waiting_person;

pub use self::closing::{Close, Reopen};
use self::counted::Counted;
pub use self::counted::OpenTurns;
pub use self::deciding::TapPause;
pub use self::following::ChatsMoved;
pub use self::inspecting::InspectSession;
pub use self::replying::ReplyToPause;
pub use self::resting::SessionIdle;
pub use self::stopping::{StopTurn, WhatRuns};

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use actix::{
    Actor, Addr, AsyncContext, Context, Handler, Message, Recipient, ResponseActFuture,
    SpawnHandle, WrapFuture, fut,
};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::debug;

pub use self::edits::Edit;
pub use self::gathering::Follows;
use self::gathering::Waiting;
use self::trying::Tried;
use super::agent::TaskChanged;
use super::fetcher::Fetcher;
use super::sender::Sender;
use super::{Commons, Pinned, Shared};
use crate::a2a::run::{Begin, News, StopSignal, Stopper};
use crate::ids::{RouteName, UpdateId, UserId};
use crate::model::{Button, Conversation, Gathering, Piece, Place, Turn, TurnState};
use crate::poison;
use crate::rules::access::Rule;
use crate::rules::approval;
use crate::rules::mask::Mask;
use crate::rules::phone::Phone;
use crate::rules::turn::End;
use crate::store::{Change, StoreError};
use crate::usage::Usage;

/// A person asks. Answered when the question is committed, as a turn or as refused.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Ask {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who asks.
    pub user: UserId,
    /// Where.
    pub place: Place,
    /// The message, and what it says to the agent.
    pub piece: Piece,
    /// The route that it comes by.
    pub route: RouteName,
    /// What the turn has to wait for before it may begin.
    pub gathering: Option<Gathering>,
    /// The turn that it is a further piece of, if that still waits.
    pub follows: Option<Follows>,
    /// The rule that allows it.
    pub rule: Rule,
    /// Whether the agent stays the person's current one for longer by it.
    pub renews: bool,
    /// How old the message was when it came, if Telegram brought it late: then its person is
    /// asked first.
    pub late: Option<Duration>,
    /// For how long the conversation before was not used, if this one is begun in its place.
    pub begun_after: Option<Duration>,
    /// What is committed with it, if it is taken.
    pub beside: Vec<Change>,
}

/// A button about a turn was pressed by somebody who may.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Decide {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who pressed.
    pub user: UserId,
    /// The button.
    pub button: Button,
    /// The turn that it is about.
    pub turn: Turn,
}

/// Turns of an earlier process that are not over, in order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TakeUpTurns(pub Vec<Turn>);

/// Begins nothing more; answers when no prompt is on its way.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

/// The turn in flight.
struct Running {
    turn: Turn,
    /// What it is worked on by. Only the rights of people are those of the moment.
    by: Pinned,
    phone: Phone,
    progress: String,
    timer: Option<SpawnHandle>,
    /// What its agent waits for; in a box, as few agents ask.
    paused: Option<Box<approval::Waiting>>,
    /// Whether a decision about it was on its way when an earlier process ended: what has moved
    /// on since has got it.
    decided_before: bool,
    /// What is committed with its end.
    with_end: Vec<Change>,
    /// Whether its end is being committed.
    ending: bool,
    /// Whether it is let in.
    tried: Tried,
    /// When it was next.
    began: Instant,
    // Held, never read: it counts until the turn is over.
    _counted: Counted,
    /// Tells the run that somebody wants it to stop.
    stopper: Stopper,
    /// What the run hears of that.
    signal: StopSignal,
    /// What its agent has used for it, told just before the end.
    usage: Option<Usage>,
}

/// One conversation.
pub struct Session {
    commons: Commons,
    conversation: Conversation,
    /// Whether the store has the conversation.
    opened: bool,
    sender: Rc<Addr<Sender>>,
    fetcher: Addr<Fetcher>,
    router: Recipient<SessionIdle>,
    waiting: VecDeque<Waiting>,
    /// The turns of all sessions.
    open_turns: OpenTurns,
    running: Option<Running>,
    /// What is taken out of what the agent says.
    mask: Mask,
    /// The timer of the held turn that has waited longest.
    expiry: Option<SpawnHandle>,
    /// The timer that ends the next turn's wait for its pieces.
    gathered: Option<SpawnHandle>,
    /// The update whose question was refused last: what follows it is refused, too.
    turned_away: Option<UpdateId>,
    /// [`Ask::begun_after`] of such a question: nobody was told yet that this conversation is new.
    begun_after: Option<Duration>,
    /// The timer that ends this session's rest.
    resting: Option<SpawnHandle>,
    /// Messages of the Router that were taken in.
    seen: u64,
    /// Told when no prompt is on its way; draining once this was asked for.
    drained: Option<Vec<oneshot::Sender<()>>>,
}

impl Session {
    /// A conversation with nothing to do; `opened` if the store has it.
    #[must_use]
    pub fn new(
        commons: Commons,
        conversation: Conversation,
        opened: bool,
        (sender, fetcher): (Rc<Addr<Sender>>, Addr<Fetcher>),
        router: Recipient<SessionIdle>,
        open_turns: OpenTurns,
    ) -> Self {
        Self {
            commons,
            conversation,
            opened,
            sender,
            fetcher,
            router,
            waiting: VecDeque::new(),
            open_turns,
            running: None,
            mask: Mask::default(),
            expiry: None,
            gathered: None,
            turned_away: None,
            begun_after: None,
            resting: None,
            seen: 0,
            drained: None,
        }
    }

    /// Begins the next turn, if none is in flight.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.running.is_some() || self.drained.is_some() {
            return;
        }
        let next = self
            .waiting
            .iter()
            .position(|next| next.turn.held.is_none());
        let Some(next) = next else {
            self.rest(ctx);
            return;
        };
        if !self.is_whole(next, ctx) {
            return;
        }
        let Some(Waiting { turn, counted, .. }) = self.waiting.remove(next) else {
            return;
        };
        if self.waiting.is_empty() {
            // An agent may take an hour, and nothing else waits.
            self.waiting.shrink_to_fit();
        }
        let by = self.commons.in_force.pin(&self.conversation.slot.agent);
        let begin = match (&turn.state, &turn.task) {
            (TurnState::Queued, _) => Begin::Submit,
            (_, Some(task)) => Begin::TakeUp(task.clone()),
            (_, None) => Begin::LookFor,
        };
        let id = turn.id;
        let detached = turn.state == TurnState::Detached;
        let never = turn.state == TurnState::Queued && turn.stopping;
        let taken_up = matches!(begin, Begin::TakeUp(_));
        self.take_on(turn, by, counted);
        if never {
            let ended = self.ended(id, &End::Stopped);
            ctx.spawn(ended);
            return;
        }
        if taken_up {
            self.take_up_pause(id, begin, ctx);
            return;
        }
        if !detached {
            self.wake_for_phone(ctx);
        }
        self.begin(id, begin, ctx);
    }

    /// The turn is in flight from now on.
    fn take_on(&mut self, turn: Turn, by: Pinned, counted: Counted) {
        let agent = &self.conversation.slot.agent;
        self.mask = Shared::mask(&by.config, agent, turn.route.as_ref());
        let timing = waiting_person::timing(&by.config);
        let phone = Phone::new(timing, Instant::now(), turn.placeholder.is_some());
        let (stopper, signal) = Stopper::new(turn.stopping);
        self.running = Some(Running {
            turn,
            by,
            phone,
            progress: String::new(),
            timer: None,
            paused: None,
            decided_before: false,
            with_end: Vec::new(),
            ending: false,
            tried: Tried::In,
            began: Instant::now(),
            _counted: counted,
            stopper,
            signal,
            usage: None,
        });
    }

    fn tell_drained(&mut self) {
        let submitting = self
            .running
            .as_ref()
            .is_some_and(|running| running.turn.state == TurnState::Submitting)
            && !self.waits_to_be_let_in()
            || self.is_deciding();
        if let (false, Some(drained)) = (submitting, self.drained.as_mut()) {
            for waiting in drained.drain(..) {
                // Whoever waited may have given up.
                let _ = waiting.send(());
            }
        }
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        debug!(conversation = %self.conversation.id, "session begins");
        self.rest(ctx);
    }
}

impl Handler<TaskChanged> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, changed: TaskChanged, ctx: &mut Self::Context) -> Self::Result {
        let _on = poison::on(poison::Work::Turn(changed.turn));
        match changed.news {
            News::Progress(progress) => {
                self.show_progress(&progress, ctx);
                Box::pin(fut::ready(()))
            }
            News::Detached => self.detached(changed.turn, ctx),
            News::Delivered { inferred } => self.delivered(changed.turn, inferred),
            started @ News::Started { .. } => self.started(changed.turn, started),
            News::Context(context) => {
                let learned = self.learns(context);
                self.note(changed.turn, learned)
            }
            News::Used(usage) => {
                if let Some(running) = &mut self.running {
                    running.usage = Some(usage);
                }
                Box::pin(fut::ready(()))
            }
            News::Ended(End::Paused(pause)) => self.paused(changed.turn, *pause),
            News::Ended(End::Undecided { surely, why }) => {
                self.undecided(changed.turn, surely, &why)
            }
            News::Ended(end) => self.ended(changed.turn, &end),
        }
    }
}

impl Handler<Drain> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let (told, drained) = oneshot::channel();
        self.drained.get_or_insert_default().push(told);
        self.tell_drained();
        let wait = async move {
            // An error means that the session ended: then nothing is on its way.
            let _ = drained.await;
        };
        Box::pin(wait.into_actor(self))
    }
}
