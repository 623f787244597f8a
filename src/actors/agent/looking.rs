//! Whether the agent is there: its card, read at the start and again, and its health.

use std::rc::Rc;
use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, Recipient, WrapFuture};
use tokio::time::{Instant, timeout};
use tracing::{debug, info, warn};

use super::{Admission, Agent, AgentBack, AgentRefused, Permit};
use crate::a2a::{AgentCard, HITL};
use crate::ids::TurnId;
use crate::rules::health::State;

/// The first wait between two tries to read the card; it doubles up to [`CARD_WAIT_MAX`].
pub(super) const CARD_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries to read the card.
const CARD_WAIT_MAX: Duration = Duration::from_mins(1);
/// People who hear that an agent is back; beyond that they find out by asking.
pub(super) const TURNED_AWAY_MAX: usize = 1_000;
/// While it is down, a question makes it be probed at once, this often at most.
const PROBE_EVERY: Duration = Duration::from_secs(1);
/// The longest that the person who asks waits for such a probe.
const PROBE_MAX: Duration = Duration::from_secs(2);
/// The time between two looks whether the card has changed.
const CARD_AGAIN: Duration = Duration::from_mins(5);

impl Agent {
    /// Keeps the card, and says so if it is news.
    fn learn(&mut self, card: Rc<AgentCard>) {
        if self.door.card.borrow().as_ref() == Some(&card) {
            return;
        }
        let (streaming, protocol) = (card.streaming, self.door.client.speaks());
        info!(agent = %self.name, streaming, %protocol, "the agent's card was read");
        for extension in &card.extensions {
            if extension.required && extension.uri != HITL {
                let extension = extension.uri.as_str();
                warn!(agent = %self.name, extension, "the agent insists on what we do not know");
            }
        }
        *self.door.card.borrow_mut() = Some(card);
    }

    /// Reads the card, again while it cannot be read, and again after a while for news. While
    /// the agent is down this is the probe.
    pub(super) fn read_card(&mut self, ctx: &mut Context<Self>, wait: Duration) {
        self.next_look = None;
        let client = self.door.client.clone();
        let read = async move { client.card().await };
        let kept = read
            .into_actor(self)
            .map(move |card, agent, ctx| match card {
                Ok(card) => {
                    agent.learn(card);
                    agent.answers();
                    agent.look_later(ctx, CARD_AGAIN, CARD_WAIT);
                }
                Err(error) => {
                    if wait == CARD_WAIT {
                        warn!(agent = %agent.name, %error, "the agent's card cannot be read");
                    }
                    let longer = (wait * 2).min(CARD_WAIT_MAX);
                    if error.is_unreachable() {
                        agent.door.health.borrow_mut().unreachable(Instant::now());
                    } else {
                        agent.answers();
                    }
                    let pause = agent.until_probe().unwrap_or(wait);
                    agent.look_later(ctx, pause, longer);
                }
            });
        ctx.spawn(kept);
    }

    fn look_later(&mut self, ctx: &mut Context<Self>, pause: Duration, wait: Duration) {
        if self.retired {
            return;
        }
        if let Some(before) = self.next_look.take() {
            ctx.cancel_future(before);
        }
        let look = ctx.run_later(pause, move |agent, ctx| agent.read_card(ctx, wait));
        self.next_look = Some(look);
    }

    /// How long it is not tried, if it is down.
    fn until_probe(&self) -> Option<Duration> {
        match self.door.health.borrow().state() {
            State::Failing { probe_at } => Some(probe_at.saturating_duration_since(Instant::now())),
            State::Unknown | State::Up => None,
        }
    }

    /// It has answered: whoever was turned away hears so.
    fn answers(&mut self) {
        if self.door.health.borrow_mut().answered() {
            info!(agent = %self.name, "the agent is back");
        }
        for waiting in self.turned_away.drain(..) {
            let told = waiting.send(AgentBack);
            let told = async move {
                if told.await.is_err() {
                    debug!("nobody waits for this agent any more");
                }
            };
            actix_rt::spawn(told);
        }
    }

    fn turn_away(&mut self, who: Recipient<AgentBack>) -> Result<Permit, AgentRefused> {
        if self.turned_away.len() < TURNED_AWAY_MAX && !self.turned_away.contains(&who) {
            self.turned_away.push(who);
        }
        Err(AgentRefused::Down)
    }

    /// Somebody asks while it is down: it may have come back since the last look.
    pub(super) fn probe(&mut self, turn: TurnId, who: Recipient<AgentBack>) -> Admission {
        let now = Instant::now();
        if self
            .probed_at
            .is_some_and(|probed| now < probed + PROBE_EVERY)
        {
            return Box::pin(actix::fut::ready(self.turn_away(who)));
        }
        self.probed_at = Some(now);
        let client = self.door.client.clone();
        let probe = async move { timeout(PROBE_MAX, client.card()).await };
        Box::pin(probe.into_actor(self).then(move |probed, agent, _| {
            let back = match probed {
                Ok(Ok(card)) => {
                    agent.learn(card);
                    true
                }
                Ok(Err(error)) => !error.is_unreachable(),
                Err(_) => false,
            };
            if back {
                agent.answers();
                return agent.admit(turn, true);
            }
            Box::pin(actix::fut::ready(agent.turn_away(who)))
        }))
    }

    /// A run is over: if what it found has closed the agent, it is probed in time.
    pub(super) fn after_run(&mut self, was_down: bool, ctx: &mut Context<Self>) {
        match self.until_probe() {
            Some(pause) if !was_down => {
                warn!(agent = %self.name, "the agent is down; nothing is sent before it is probed");
                self.look_later(ctx, pause, CARD_WAIT_MAX);
            }
            None if self.door.health.borrow().state() == State::Up => self.answers(),
            _ => {}
        }
    }
}
