//! The Session: one conversation.
//!
//! Owns its context id and its turns, one in flight and the others waiting in order, at
//! most `conversation_waiting_max` of them. Never formats or sends: `rules::turn` says what
//! is committed and said, the Sender sends it.

mod decisions;
mod edits;
mod files;
mod gathering;
mod intake;
mod resting;
mod stopping;
mod turn_in_flight;
mod waiting_person;

pub use self::stopping::{StopTurn, WhatRuns};

use std::collections::VecDeque;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, Recipient,
    ResponseActFuture, SpawnHandle, WrapFuture, fut,
};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::{debug, error};

pub use self::edits::Edit;
pub use self::gathering::Follows;
use self::gathering::Waiting;
use super::Commons;
use super::agent::{Admit, Agent, Permit, StartRun, TaskChanged};
use super::fetcher::Fetcher;
use super::sender::{Posted, Sender};
use crate::a2a::run::{Begin, News, StopSignal, Stopper};
use crate::a2a::{Content, Prompt};
use crate::ids::{ConversationId, TurnId, UpdateId, UserId};
use crate::model::{Button, Conversation, Gathering, Piece, Place, Slot, Turn, TurnState};
use crate::rules::access::Rule;
use crate::rules::phone::{Phone, Timing};
use crate::rules::turn::{self, End};
use crate::store::{Change, StoreError};

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
    /// What the turn has to wait for before it may begin.
    pub gathering: Option<Gathering>,
    /// The turn that it is a further piece of, if that still waits.
    pub follows: Option<Follows>,
    /// The rule that allows it.
    pub rule: Rule,
    /// Whether the agent stays the person's current one for longer by it.
    pub renews: bool,
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

/// `/new`: late answers of this conversation are labelled.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close;

/// Begins nothing more; answers when no prompt is on its way.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

/// Tells the Router that this conversation has had nothing to do for a while, and how
/// many messages it has seen from it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SessionIdle {
    /// Which.
    pub conversation: ConversationId,
    /// Whose; what the Router remembers of it is out of date.
    pub slot: Slot,
    /// Messages of the Router that were taken in.
    pub seen: u64,
}

/// The turn in flight.
struct Running {
    turn: Turn,
    phone: Phone,
    progress: String,
    timer: Option<SpawnHandle>,
    /// Whether its end is being committed.
    ending: bool,
    /// Tells the run that somebody wants it to stop.
    stopper: Stopper,
    /// What the run hears of that.
    signal: StopSignal,
}

/// One conversation.
pub struct Session {
    commons: Commons,
    conversation: Conversation,
    /// Whether the store has the conversation.
    opened: bool,
    agent: Addr<Agent>,
    sender: Addr<Sender>,
    fetcher: Addr<Fetcher>,
    router: Recipient<SessionIdle>,
    waiting: VecDeque<Waiting>,
    running: Option<Running>,
    /// The timer that ends the next turn's wait for its pieces.
    gathered: Option<SpawnHandle>,
    /// The update whose question was refused last: what follows it is refused, too.
    turned_away: Option<UpdateId>,
    /// The timer of the held turn that has waited longest.
    expiry: Option<SpawnHandle>,
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
        agent: Addr<Agent>,
        (sender, fetcher): (Addr<Sender>, Addr<Fetcher>),
        router: Recipient<SessionIdle>,
    ) -> Self {
        Self {
            commons,
            conversation,
            opened,
            agent,
            sender,
            fetcher,
            router,
            waiting: VecDeque::new(),
            running: None,
            gathered: None,
            turned_away: None,
            expiry: None,
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
        let Some(Waiting { turn, .. }) = self.waiting.remove(next) else {
            return;
        };
        let config = &self.commons.config.chat;
        let timing = Timing {
            typing_after: config.typing_after,
            placeholder_after: config.placeholder_after,
            notify_after: config.notify_after,
        };
        let phone = Phone::new(timing, Instant::now(), turn.placeholder.is_some());
        let begin = match (&turn.state, &turn.task) {
            (TurnState::Queued, _) => Begin::Submit,
            (_, Some(task)) => Begin::TakeUp(task.clone()),
            (_, None) => Begin::LookFor,
        };
        let id = turn.id;
        let detached = turn.state == TurnState::Detached;
        let never = turn.state == TurnState::Queued && turn.stopping;
        let (stopper, signal) = Stopper::new(turn.stopping);
        self.running = Some(Running {
            turn,
            phone,
            progress: String::new(),
            timer: None,
            ending: false,
            stopper,
            signal,
        });
        if never {
            let ended = self.ended(id, &End::Stopped);
            ctx.spawn(ended);
            return;
        }
        if !detached {
            self.wake_for_phone(ctx);
        }
        self.begin(id, begin, ctx);
    }

    /// Asks the agent for a place. Until it is granted the turn is queued: a process that
    /// stops leaves it to the next one.
    fn begin(&mut self, id: TurnId, begin: Begin, ctx: &mut Context<Self>) {
        let admit = Admit {
            fresh: begin == Begin::Submit,
            back: ctx.address().recipient(),
        };
        let admitted = self.agent.send(admit).into_actor(self);
        let then = admitted.then(move |admitted, session, ctx| match admitted {
            Ok(Ok(permit)) => session.with_files(id, begin, permit, ctx),
            Ok(Err(refused)) => session.ended(id, &End::Failed(refused.to_user().to_owned())),
            // The agent ends only with the process.
            Err(_) => Box::pin(fut::ready(())),
        });
        ctx.spawn(then);
    }

    /// Commits that the prompt is about to leave, then lets it go.
    fn hand_over(
        &mut self,
        id: TurnId,
        begin: Begin,
        permit: Permit,
        files: Vec<Content>,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        let draining = self.drained.is_some();
        let running = self.running.as_mut().filter(|running| {
            // Stopped while it waited for its place: that is free again.
            let stopped = begin == Begin::Submit && running.turn.stopping;
            !draining && running.turn.id == id && !stopped
        });
        let Some(running) = running else {
            return Box::pin(fut::ready(()));
        };
        let turn = &mut running.turn;
        let prompt_id = turn::prompt_id(self.commons.me.id, turn.update, turn.attempt);
        let known = turn.protocol.filter(|_| begin != Begin::Submit);
        let protocol = known.unwrap_or(permit.protocol);
        turn.protocol = Some(protocol);
        let submit = (begin == Begin::Submit).then(|| Change::Submit {
            turn: id,
            prompt: prompt_id.clone(),
            endpoint: endpoint(&self.commons, &self.conversation),
            protocol,
        });
        if submit.is_some() {
            turn.state = TurnState::Submitting;
        }
        let start = StartRun {
            permit,
            turn: id,
            prompt: Prompt {
                id: prompt_id,
                text: turn.text.clone(),
                files,
                context: self.conversation.context.clone(),
                task: None,
                principal: self.conversation.principal.clone(),
                answer: None,
            },
            protocol,
            begin,
            detached: turn.state == TurnState::Detached,
            stop: running.signal.clone(),
            listener: ctx.address().recipient(),
        };
        let (commons, agent) = (self.commons.clone(), self.agent.clone());
        let sender = self.sender.clone().recipient::<Posted>();
        let handed = async move {
            if let Some(submit) = submit
                && let Err(failure) = commons.commit_surely(&sender, vec![submit]).await
            {
                error!(turn = %id.reference(), %failure, "not submitted");
                return;
            }
            if agent.send(start).await.is_err() {
                error!(turn = %id.reference(), "the agent has ended");
            }
        };
        Box::pin(handed.into_actor(self))
    }
}

/// Where the prompts of a conversation go, for whoever looks into the store.
fn endpoint(commons: &Commons, conversation: &Conversation) -> String {
    let agent = commons.config.agents.get(&conversation.slot.agent);
    agent.map(|agent| agent.url.to_string()).unwrap_or_default()
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        debug!(conversation = %self.conversation.id, "session begins");
        self.rest(ctx);
    }
}

impl Handler<Close> for Session {
    type Result = ();

    fn handle(&mut self, _: Close, _: &mut Self::Context) {
        self.seen += 1;
        self.conversation.closed = true;
    }
}

impl Handler<TaskChanged> for Session {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, changed: TaskChanged, ctx: &mut Self::Context) -> Self::Result {
        match changed.news {
            News::Progress(progress) => {
                self.show_progress(progress, ctx);
                Box::pin(fut::ready(()))
            }
            News::Detached => self.detached(changed.turn, ctx),
            started @ News::Started { .. } => self.started(changed.turn, started),
            News::Context(context) => {
                let learned = self.learns(context);
                self.note(changed.turn, learned)
            }
            News::Ended(end) => self.ended(changed.turn, &end),
        }
    }
}
