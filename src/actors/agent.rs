//! The Agent: one configured A2A agent.
//!
//! Owns its client, what its card says, its health, and the number of calls in flight. Never
//! knows about Telegram. A turn asks to be admitted **before** it is committed as submitting, so
//! that a turn which only waits is never taken for one that may have been received.

mod door;
mod inspecting;
mod looking;
mod retiring;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient, ResponseActFuture,
    SpawnHandle, WrapFuture,
};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{debug, info};

pub use self::door::Door;
pub use self::inspecting::{DescribeAgent, InspectAgent};
pub use self::retiring::{Inherit, Retire};
use crate::a2a::run::{Begin, Listener, News, Run, StopSignal};
use crate::a2a::{Prompt, SharedAgent, Trace};
use crate::config::{self, Flavor};
use crate::crash::{self, When};
use crate::ids::{AgentName, TurnId};
use crate::model::{Awaited, Protocol};
use crate::poison;
use crate::rules::access::Rule;
use crate::rules::files::Takes;
use crate::rules::mask::Mask;
use crate::rules::words;

/// Asks for a place among the calls in flight.
#[derive(Message)]
#[rtype(result = "Result<Permit, AgentRefused>")]
pub struct Admit {
    /// The turn that it is for.
    pub turn: TurnId,
    /// Whether nothing was sent yet, so that it may be refused. What the agent has already
    /// only waits.
    pub fresh: bool,
    /// Who hears when an agent that was down is back.
    pub back: Recipient<AgentBack>,
}

/// The agent, which was down when somebody asked for a place, answers again.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct AgentBack;

/// A place among the calls in flight, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    /// The protocol version to begin a prompt with, as far as is known now.
    pub protocol: Protocol,
    /// What the agent takes beside text, as far as is known now.
    pub takes: Takes,
    // Held, never read: dropping it frees the place. None where places do not count any more.
    _place: Option<OwnedSemaphorePermit>,
}

/// Why there is no place. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentRefused {
    /// More turns wait for this agent than it may have waiting.
    #[error("too many turns wait for this agent")]
    Busy,
    /// It could not be reached lately, and is not tried before it is probed.
    #[error("the agent is down")]
    Down,
    /// It takes nothing new: another one has its name, or none. To be asked for again.
    #[error("the agent was replaced")]
    Replaced,
}

impl AgentRefused {
    /// Its name in the audit.
    #[must_use]
    pub fn rule(self) -> Rule {
        match self {
            Self::Busy => "agent busy",
            Self::Down => "agent down",
            Self::Replaced => "agent replaced",
        }
    }

    /// What the person is told.
    #[must_use]
    pub fn to_user(self) -> &'static str {
        match self {
            Self::Busy => words::AGENT_BUSY,
            Self::Down => words::AGENT_DOWN,
            Self::Replaced => words::AGENT_REPLACED,
        }
    }
}

/// How long a run is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The time for all of it.
    pub total: Duration,
    /// The silence after which its task is looked at.
    pub look_after: Duration,
}

/// Begins or takes up a run. The answer says only that it has begun.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StartRun {
    /// The place that was asked for.
    pub permit: Permit,
    /// The turn that it is for.
    pub turn: TurnId,
    /// The prompt.
    pub prompt: Prompt,
    /// The question of the agent that it answers.
    pub answers: Option<Awaited>,
    /// What is taken out of what the agent says, before it is logged.
    pub mask: Mask,
    /// The protocol version that it was or is submitted in.
    pub protocol: Protocol,
    /// How.
    pub begin: Begin,
    /// How long it is waited for; nothing: as this agent's settings say.
    pub waits: Option<Waits>,
    /// Whether its time was up before: then it is only watched.
    pub detached: bool,
    /// Hears that a person wants it to stop.
    pub stop: StopSignal,
    /// Who hears of it.
    pub listener: Recipient<TaskChanged>,
}

/// A run of its own has ended.
#[derive(Message)]
#[rtype(result = "()")]
struct RunOver {
    /// Whether the agent was down when it began.
    was_down: bool,
}

/// The way to a place.
type Admission = ResponseActFuture<Agent, Result<Permit, AgentRefused>>;

/// What happens to a run; the next piece of news comes when this one was taken in.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct TaskChanged {
    /// The turn that it is for.
    pub turn: TurnId,
    /// What.
    pub news: News,
}

/// One configured agent.
pub struct Agent {
    name: AgentName,
    /// How it is reached, what is known of it, and its places.
    door: Rc<Door>,
    /// Turns that wait for a place, in order.
    waiting: Vec<TurnId>,
    /// Who was turned away while it was down; at most [`TURNED_AWAY_MAX`].
    turned_away: Vec<Recipient<AgentBack>>,
    /// When somebody's question last made it look whether the agent is back.
    probed_at: Option<Instant>,
    /// The timer of the next look at its card, which is also the probe.
    next_look: Option<SpawnHandle>,
    /// Whether it is not of the settings in force any more: it only ends what it has begun.
    retired: bool,
    /// What it has begun; it ends with the actor. Not in the actor's context: that looks at all
    /// it holds whenever one of them moves, so that each run would cost as much as there are.
    runs: JoinSet<()>,
}

impl Agent {
    /// An agent that nothing has been sent to yet.
    #[must_use]
    pub fn new(name: AgentName, settings: config::Agent, client: SharedAgent) -> Self {
        Self {
            name,
            door: Rc::new(Door::new(settings, client)),
            waiting: Vec::new(),
            turned_away: Vec::new(),
            probed_at: None,
            next_look: None,
            retired: false,
            runs: JoinSet::new(),
        }
    }

    /// Where turns find out whether they may be given to it at once.
    #[must_use]
    pub fn door(&self) -> Rc<Door> {
        self.door.clone()
    }

    /// Whether it streams. An agent whose card is not known yet is asked to: kagent's do.
    fn streams(&self) -> bool {
        let card = self.door.card.borrow();
        card.as_ref().is_none_or(|card| card.streaming)
    }

    /// A place now, or when one is free; a fresh turn only if not too many wait already.
    fn admit(&mut self, turn: TurnId, fresh: bool) -> Admission {
        if self.retired {
            // What it has already is ended here, and nothing else competes for it.
            let place = if fresh {
                Err(AgentRefused::Replaced)
            } else {
                Ok(self.door.permit(None))
            };
            return Box::pin(actix::fut::ready(place));
        }
        if let Ok(place) = self.door.places.clone().try_acquire_owned() {
            return Box::pin(actix::fut::ready(Ok(self.door.permit(Some(place)))));
        }
        if fresh && self.waiting.len() >= self.door.settings.waiting_max {
            return Box::pin(actix::fut::ready(Err(AgentRefused::Busy)));
        }
        self.waiting.push(turn);
        let place = self.door.places.clone().acquire_owned();
        Box::pin(place.into_actor(self).map(move |place, agent, _| {
            let first = agent.waiting.iter().position(|waiting| *waiting == turn);
            first.map(|first| agent.waiting.remove(first));
            match place {
                Ok(place) => Ok(agent.door.permit(Some(place))),
                // Closed: it has retired meanwhile.
                Err(_) if fresh => Err(AgentRefused::Replaced),
                Err(_) => Ok(agent.door.permit(None)),
            }
        }))
    }
}

impl Actor for Agent {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.read_card(ctx, looking::CARD_WAIT);
    }
}

impl Handler<Admit> for Agent {
    type Result = Admission;

    fn handle(&mut self, admit: Admit, _: &mut Self::Context) -> Self::Result {
        if !admit.fresh || !self.door.health.borrow().is_open() {
            return self.admit(admit.turn, admit.fresh);
        }
        self.probe(admit.turn, admit.back)
    }
}

impl Handler<StartRun> for Agent {
    type Result = ();

    fn handle(&mut self, start: StartRun, ctx: &mut Self::Context) {
        let StartRun {
            permit,
            turn,
            prompt,
            answers,
            mask,
            protocol,
            begin,
            waits,
            detached,
            stop,
            listener,
        } = start;
        let waits = waits.unwrap_or(Waits {
            total: self.door.settings.total_timeout,
            look_after: self.door.settings.look_after,
        });
        let trace = Trace::of(&prompt.id);
        info!(agent = %self.name, turn = %turn.reference(), %protocol, %trace, begin = begin.name(), "run");
        // Nobody waits for a detached run, so it keeps no place from those who do; only what is
        // given to the agent takes one.
        let gives = matches!(begin, Begin::Decide(_));
        let place = Rc::new(RefCell::new(Some(permit).filter(|_| gives || !detached)));
        let held = place.clone();
        let tell: Listener = Rc::new(move |news| {
            let has_it = matches!(news, News::Delivered { .. });
            if news == News::Detached || detached && has_it {
                held.take();
            }
            let told = listener.send(TaskChanged { turn, news });
            Box::pin(async move {
                if told.await.is_err() {
                    debug!(turn = %turn.reference(), "nobody listens to this run any more");
                }
            })
        });
        let run = Run {
            client: self.door.client.traced(&prompt.id, turn),
            protocol,
            streams: self.streams(),
            kagent: self.door.settings.flavor == Flavor::Kagent,
            look_after: waits.look_after,
            total: waits.total,
            detached,
            health: self.door.health.clone(),
            prompt,
            answers,
            mask,
            turn,
            agent: self.name.clone(),
            listener: tell.clone(),
            stop,
        };
        let was_down = self.door.health.borrow().is_open();
        let run = run.run(begin);
        let whole = async move {
            crash::point("run", When::Before);
            let end = run.await;
            // The place is free before the end is told: the next turn may begin at once.
            place.take();
            end
        };
        let whole = poison::watched(poison::Work::Turn(turn), whole);
        // It keeps the agent until it is over, also one that nobody else knows any more.
        let agent = ctx.address();
        while self.runs.try_join_next().is_some() {}
        self.runs.spawn_local(async move {
            let end = whole.await;
            if agent.send(RunOver { was_down }).await.is_ok() {
                tell(News::Ended(end)).await;
            }
        });
    }
}

impl Handler<RunOver> for Agent {
    type Result = ();

    fn handle(&mut self, over: RunOver, ctx: &mut Self::Context) {
        self.after_run(over.was_down, ctx);
    }
}
