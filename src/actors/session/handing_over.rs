//! From the queue to the agent: whether it still may, a place among its calls, the commit, the
//! prompt.

use actix::{ActorFutureExt, AsyncContext, Context, ResponseActFuture, WrapFuture, fut};
use tracing::{error, info};

use super::{Session, pausing};
use crate::a2a::run::Begin;
use crate::a2a::{Content, Prompt};
use crate::actors::agent::{Admit, AgentRefused, Permit, StartRun};
use crate::actors::{Employed, Pinned, Shared};
use crate::config::{Quotas, RouteQuotas};
use crate::ids::{RouteName, TurnId, UserId};
use crate::model::{Conversation, TurnState};
use crate::rules::access;
use crate::rules::quota::{self, Used};
use crate::rules::turn::{self, End};
use crate::rules::words::{self, approvals};
use crate::store::{Change, StoreError};

/// No turn comes after this one.
const EVERY_TURN: TurnId = TurnId(i64::MAX);

/// A prompt that is about to leave.
pub(super) struct Leaving {
    /// What is committed before, if it was not before.
    pub(super) submit: Option<Change>,
    /// What the agent is told then.
    pub(super) start: StartRun,
    /// The agent.
    pub(super) agent: Option<Employed>,
}

impl Session {
    /// Asks the agent for a place. Until it is granted the turn is queued: a process that
    /// stops leaves it to the next one.
    pub(super) fn begin(&mut self, id: TurnId, begin: Begin, ctx: &mut Context<Self>) {
        if begin != Begin::Submit {
            self.admit(id, begin, ctx);
            return;
        }
        let Some((user, route, route_quotas)) = self.still_may(id, ctx) else {
            return;
        };
        // Both quotas of the same settings: others may come into force meanwhile.
        let (config, now) = (self.commons.config(), self.commons.now());
        if self.has_room(id, user, &route, (&config.limits.quotas, route_quotas)) {
            self.admit(id, begin, ctx);
            return;
        }
        let agent = self.conversation.slot.agent.clone();
        let (store, turns) = (self.commons.store.clone(), self.open_turns.clone());
        let counting = async move {
            let look = turns.look(user, &route);
            let all = store.used(user, route.clone(), EVERY_TURN, now).await?;
            turns.seen(&look, user, &route, &all);
            let quotas = &config.limits.quotas;
            if quota::check(quotas, &route_quotas, &all).is_ok() {
                return Ok(Ok(()));
            }
            let before = store.used(user, route, id, now).await?;
            Ok(quota::check(quotas, &route_quotas, &before))
        };
        let counted = counting.into_actor(self);
        let checked = counted.map(
            move |checked: Result<_, StoreError>, session, ctx| match checked {
                Ok(Err(over)) => {
                    let refused = session.audit(user, "refused", id, Some(over.rule()));
                    session.refuse_turn(id, approvals::over_quota(&agent, over), refused, ctx);
                }
                Ok(Ok(())) => session.admit(id, begin, ctx),
                Err(failure) => {
                    error!(turn = %id.reference(), %failure, "what was asked cannot be counted");
                    session.admit(id, begin, ctx);
                }
            },
        );
        ctx.spawn(checked);
    }

    /// Whether the quotas surely leave room for this turn, as far as it is known without a look
    /// into the store.
    pub(super) fn has_room(
        &self,
        id: TurnId,
        user: UserId,
        route: &RouteName,
        (quotas, of_route): (&Quotas, RouteQuotas),
    ) -> bool {
        let turns = &self.open_turns;
        let far = |begun| quota::is_out_of_reach(quotas, &of_route, begun, turns.count());
        let fits = |most: Used| quota::check(quotas, &of_route, &most).is_ok();
        turns.begun_before(id).is_some_and(far) || turns.at_most(user, route).is_some_and(fits)
    }

    /// Who asked, by which route, and what that takes, if they still may: what was allowed when it
    /// was asked may not be any more. Else the turn ends.
    fn still_may(
        &mut self,
        id: TurnId,
        ctx: &mut Context<Self>,
    ) -> Option<(UserId, RouteName, RouteQuotas)> {
        let running = self.running.as_ref();
        let running = running.filter(|running| running.turn.id == id && !running.ending)?;
        let (user, chat) = (running.turn.asked_by, running.turn.place.chat);
        let (agent, config) = (&self.conversation.slot.agent, self.commons.config());
        let came_by = running.turn.route.as_ref();
        if let Some(route) = access::own_route(&config, agent, came_by, user, chat) {
            return Some((user, route.name(), route.quotas));
        }
        let (why, rule) = if config.agents.contains_key(agent) {
            (approvals::not_any_more(agent), "not allowed any more")
        } else {
            (words::agent_gone(agent), "no such agent any more")
        };
        let refused = self.audit(user, "refused", id, Some(rule));
        self.refuse_turn(id, why, refused, ctx);
        None
    }

    /// The turn is worked on by what is in force now, as long as nothing of it has left.
    fn pin(&mut self, id: TurnId) {
        let agent = &self.conversation.slot.agent;
        let running = self.running.as_mut();
        if let Some(running) = running.filter(|running| running.turn.id == id) {
            running.by = self.commons.in_force.pin(agent);
            self.mask = Shared::mask(&running.by.config, agent, running.turn.route.as_ref());
        }
    }

    /// A turn ends before anything was sent.
    fn refuse_turn(&mut self, id: TurnId, why: String, refused: Change, ctx: &mut Context<Self>) {
        let noted = self.note(id, vec![refused]);
        ctx.spawn(noted);
        let ended = self.not_given(id, why);
        ctx.spawn(ended);
    }

    /// A turn ends without the agent, in words of our own.
    fn not_given(&mut self, id: TurnId, why: String) -> ResponseActFuture<Self, ()> {
        let slot = &self.conversation.slot;
        let (turn, chat, agent) = (id.reference(), slot.place.chat, &slot.agent);
        info!(%turn, %chat, %agent, why, "it was not given to the agent");
        self.ended(id, &End::Failed(why))
    }

    pub(super) fn admit_now(&mut self, id: TurnId, begin: Begin, ctx: &mut Context<Self>) {
        let running = self.running.as_ref().filter(|it| it.turn.id == id);
        let Some((by, user)) = running.map(|it| (it.by.clone(), it.turn.asked_by)) else {
            return;
        };
        let Some(agent) = by.agent.clone() else {
            let gone = words::agent_gone(&self.conversation.slot.agent);
            let ended = self.not_given(id, gone);
            ctx.spawn(ended);
            return;
        };
        let admit = Admit {
            turn: id,
            fresh: begin == Begin::Submit,
            back: ctx.address().recipient(),
        };
        let admitted = agent.send(admit).into_actor(self);
        let then = admitted.then(move |admitted, session, ctx| match admitted {
            Ok(Ok(permit)) => session.admitted(id, begin, permit, &by, ctx),
            Ok(Err(AgentRefused::Replaced)) => session.again(id, begin, ctx),
            Ok(Err(refused)) => {
                let (why, rule) = (refused.to_user().to_owned(), refused.rule());
                let line = session.audit(user, "refused", id, Some(rule));
                session.refuse_turn(id, why, line, ctx);
                Box::pin(fut::ready(()))
            }
            // It is held by the turn, so it ends only with the process.
            Err(_) => Box::pin(fut::ready(())),
        });
        ctx.spawn(then);
    }

    /// A place was found, perhaps after a while in which other settings came into force: what is
    /// about to be given away goes by those of now.
    fn admitted(
        &mut self,
        id: TurnId,
        begin: Begin,
        permit: Permit,
        by: &Pinned,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        let now = self.commons.in_force.pin(&self.conversation.slot.agent);
        if begin == Begin::Submit && !now.same_settings(by) {
            if !now.same_agent(by) {
                // Its place is at an agent that it would not be asked of now.
                drop(permit);
                return self.again(id, begin, ctx);
            }
            self.pin(id);
        }
        self.with_files(id, begin, permit, ctx)
    }

    /// Other settings are in force: the turn, of which nothing has left, begins once more.
    fn again(
        &mut self,
        id: TurnId,
        begin: Begin,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        self.pin(id);
        self.begin(id, begin, ctx);
        Box::pin(fut::ready(()))
    }

    /// Commits that the prompt is about to leave, then lets it go.
    pub(super) fn hand_over(
        &mut self,
        id: TurnId,
        begin: Begin,
        permit: Permit,
        files: Vec<Content>,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, ()> {
        if begin == Begin::Submit && self.still_may(id, ctx).is_none() {
            return Box::pin(fut::ready(()));
        }
        let Some(leaving) = self.leave(id, begin, permit, files, ctx) else {
            return Box::pin(fut::ready(()));
        };
        let Leaving {
            submit,
            start,
            agent,
        } = leaving;
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let handed = async move {
            if let Some(submit) = submit
                && let Err(failure) = commons.commit_surely(&sender, vec![submit]).await
            {
                error!(turn = %id.reference(), %failure, "not submitted");
                return matches!(failure, StoreError::Stale(_));
            }
            start_run(agent, start).await;
            false
        };
        Box::pin(handed.into_actor(self).then(move |stopped, session, _| {
            if stopped {
                // Somebody's stop was committed just before: nothing has left, nor will.
                return session.ended(id, &End::Stopped);
            }
            Box::pin(fut::ready(()))
        }))
    }

    /// What leaves, unless the process is about to end or somebody has stopped the turn: the turn
    /// counts as submitting from here on.
    pub(super) fn leave(
        &mut self,
        id: TurnId,
        begin: Begin,
        permit: Permit,
        files: Vec<Content>,
        ctx: &mut Context<Self>,
    ) -> Option<Leaving> {
        let draining = self.drained.is_some();
        let of_route = self.running.as_ref().map(|running| {
            let turn = &running.turn;
            (self.asked_text(turn), self.waits(turn))
        });
        let (text, waits) = of_route.unwrap_or_default();
        let running = self.running.as_mut().filter(|running| {
            // Stopped while it waited for its place: that is free again.
            let stopped = begin == Begin::Submit && running.turn.stopping;
            !draining && running.turn.id == id && !stopped
        });
        let running = running?;
        let turn = &mut running.turn;
        let prompt_id = turn::prompt_id(self.commons.me.id, turn.update, turn.attempt);
        let known = turn.protocol.filter(|_| begin != Begin::Submit);
        let answered = turn.answers.as_ref().map(|awaited| awaited.protocol);
        let protocol = known.or(answered).unwrap_or(permit.protocol);
        turn.protocol = Some(protocol);
        let submit = (begin == Begin::Submit).then(|| Change::Submit {
            turn: id,
            prompt: prompt_id.clone(),
            endpoint: endpoint(&running.by, &self.conversation),
            protocol,
        });
        if submit.is_some() {
            turn.state = TurnState::Submitting;
        }
        let prompt = if matches!(begin, Begin::Decide(_)) {
            let bot = self.commons.me.id;
            let decided = running.paused.as_ref();
            let decision = decided.and_then(|it| pausing::decision(it, bot, &self.conversation));
            let Some(decision) = decision else {
                error!(turn = %id.reference(), "a decision that is none");
                return None;
            };
            decision
        } else {
            Prompt {
                id: prompt_id,
                text,
                files,
                context: self.conversation.context.clone(),
                task: turn.answers.as_ref().map(|awaited| awaited.task.clone()),
                principal: self.conversation.principal.clone(),
                answer: None,
            }
        };
        let start = StartRun {
            permit,
            turn: id,
            prompt,
            answers: turn.answers.clone(),
            mask: self.mask.clone(),
            protocol,
            begin,
            waits,
            detached: turn.state == TurnState::Detached,
            stop: running.signal.clone(),
            listener: ctx.address().recipient(),
        };
        Some(Leaving {
            submit,
            start,
            agent: running.by.agent.clone(),
        })
    }
}

/// Begins the run of a turn at its agent.
pub(super) async fn start_run(agent: Option<Employed>, start: StartRun) {
    let Some(agent) = agent else { return };
    let turn = start.turn.reference();
    if agent.send(start).await.is_err() {
        error!(%turn, "the agent has ended");
    }
}

/// Where the prompts of a conversation go, for whoever looks into the store.
fn endpoint(by: &Pinned, conversation: &Conversation) -> String {
    let agent = by.config.agents.get(&conversation.slot.agent);
    agent.map(|agent| agent.url.to_string()).unwrap_or_default()
}
