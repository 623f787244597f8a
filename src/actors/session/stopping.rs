//! Turns that are stopped, held and dropped.

use std::time::Duration;

use actix::{
    ActorFutureExt, AsyncContext, Context, Handler, Message, ResponseActFuture, WrapFuture, fut,
};
use tracing::{error, info};

use super::{Decide, Session};
use crate::actors::StoreIds;
use crate::ids::{OutboxId, TurnId, UpdateId, UserId};
use crate::model::{Body, Held, HeldFor, Kind, Post, Turn, TurnState, UpdateEnd};
use crate::rules::format::Formatted;
use crate::rules::stop::{self, Runs};
use crate::rules::turn::{End, Fresh};
use crate::rules::words;
use crate::rules::words::approvals;
use crate::store::{Change, StoreError};

/// Between two looks at what was held for long enough.
const EXPIRY_EVERY: Duration = Duration::from_secs(1);

/// Asks for the turn that runs, or would run next.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Option<Runs>")]
pub struct WhatRuns;

/// `/stop` means this turn.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct StopTurn {
    /// The update that it came with.
    pub update: UpdateId,
    /// Who said it.
    pub user: UserId,
    /// Which.
    pub turn: TurnId,
    /// Its attempt.
    pub attempt: u32,
}

/// What becomes of the update.
type Done = ResponseActFuture<Session, Result<(), StoreError>>;

impl Session {
    /// [Stop]: this turn alone; what waits behind it goes on.
    pub(super) fn stop_by_button(&mut self, decide: &Decide, attempt: u32) -> Done {
        let turn = decide.turn.id;
        let agent = &self.conversation.slot.agent;
        let mut changes = self.pressed(decide, words::stopping(agent), "stop");
        if decide.turn.placeholder == Some(decide.button.post) {
            // The end of the turn shows there.
            changes.retain(|change| change.post().is_none());
        }
        changes.push(Change::AskStop { turn, attempt });
        self.stop(turn, changes, None)
    }

    /// Commits that somebody wants the turn to stop, then sees to it.
    fn stop(&mut self, id: TurnId, changes: Vec<Change>, held: Option<Held>) -> Done {
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self).map(move |done, session, ctx| {
            match (&done, held) {
                (Ok(()), _) => session.stops(id, ctx),
                (Err(_), Some(held)) => session.let_go_on(held.post),
                (Err(_), None) => {}
            }
            session.watch_held(ctx);
            session.pump(ctx);
            done
        }))
    }

    /// The store knows that it is to stop.
    fn stops(&mut self, id: TurnId, ctx: &mut Context<Self>) {
        info!(turn = %id.reference(), "somebody wants it to stop");
        if let Some(waiting) = self.waiting.iter_mut().find(|next| next.turn.id == id) {
            // It ends when it is next, which is now or soon.
            waiting.turn.stopping = true;
            return;
        }
        let running = self.running.as_mut();
        let Some(running) = running.filter(|running| running.turn.id == id) else {
            return;
        };
        running.turn.stopping = true;
        if running.turn.state == TurnState::Queued {
            let ended = self.ended(id, &End::Stopped);
            ctx.spawn(ended);
            return;
        }
        if running.paused.is_some() {
            self.reject_pause(approvals::STOPPED_REASON, ctx);
            return;
        }
        running.stopper.stop();
        let text = words::stopping(&self.conversation.slot.agent);
        self.show_in_placeholder(Formatted::plain(text), ctx);
    }

    /// Holds what waits of the person whose turn is stopped, and asks them whether it is to go on.
    fn hold_the_rest(&mut self, except: TurnId) -> Option<(Held, Vec<Change>)> {
        let running = self.running.iter().map(|running| &running.turn);
        let mut all = running.chain(self.waiting.iter().map(|next| &next.turn));
        let whose = all.find(|turn| turn.id == except)?.asked_by;
        let waits =
            |turn: &Turn| turn.held.is_none() && turn.id != except && turn.asked_by == whose;
        let waiting = self.waiting.iter().map(|next| &next.turn);
        let turns: Vec<&Turn> = waiting.filter(|turn| waits(turn)).collect();
        let questions: Vec<&str> = turns.iter().map(|turn| turn.summary()).collect();
        let text = words::waiting_behind(&self.conversation.slot.agent, &questions);
        let why = HeldFor::Stop;
        let ask = stop::Ask { why, text, turns };
        let (held, mut changes) = stop::hold(&ask, &mut StoreIds(&self.commons))?;
        for next in self.waiting.iter_mut().filter(|next| waits(&next.turn)) {
            let turn = next.turn.id;
            changes.push(Change::Hold { turn, held });
            next.turn.held = Some(held);
        }
        Some((held, changes))
    }

    /// A turn that Telegram brought late, as it is held, and the question to its person.
    pub(super) fn hold_stale(&self, turn: &mut Turn, late: Duration) -> Vec<Change> {
        let text = words::still_wanted(&self.conversation.slot.agent, late);
        let ask = stop::Ask {
            why: HeldFor::Stale,
            text,
            turns: vec![&*turn],
        };
        let held = stop::hold(&ask, &mut StoreIds(&self.commons));
        let Some((held, changes)) = held else {
            return Vec::new();
        };
        turn.held = Some(held);
        changes
    }

    fn held_by(&self, post: OutboxId) -> Vec<TurnId> {
        let waiting = self.waiting.iter().map(|next| &next.turn);
        let held = waiting.filter(|turn| turn.held.is_some_and(|held| held.post == post));
        held.map(|turn| turn.id).collect()
    }

    fn let_go_on(&mut self, post: OutboxId) {
        for next in &mut self.waiting {
            next.turn.held = next.turn.held.filter(|held| held.post != post);
        }
    }

    /// [Run], [Keep].
    pub(super) fn release(&self, decide: &Decide) -> Done {
        let post = decide.button.post;
        let agent = &self.conversation.slot.agent;
        let count = self.held_by(post).len();
        let text = match decide.turn.held {
            Some(held) if held.why == HeldFor::Stale => words::passed_on(agent),
            _ => words::kept(agent, count),
        };
        let mut changes = self.pressed(decide, text, "kept");
        changes.push(Change::Release { post });
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let released = async move { commons.commit(&sender, changes).await };
        Box::pin(released.into_actor(self).map(move |done, session, ctx| {
            if done.is_ok() {
                session.let_go_on(post);
                session.pump(ctx);
            }
            done
        }))
    }

    /// [Drop].
    pub(super) fn drop_held(&self, decide: &Decide) -> Done {
        let text = words::dropped(&self.conversation.slot.agent);
        let changes = self.pressed(decide, text, "dropped");
        self.drop_all(decide.button.post, changes)
    }

    /// What a post holds ends as stopped.
    fn drop_all(&self, post: OutboxId, mut changes: Vec<Change>) -> Done {
        let turns = self.held_by(post);
        if turns.is_empty() {
            return Box::pin(fut::ready(Err(StoreError::Stale("nothing is held"))));
        }
        changes.extend(turns.iter().map(|turn| stop::end(*turn)));
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let dropped = async move { commons.commit(&sender, changes).await };
        Box::pin(dropped.into_actor(self).map(move |done, session, ctx| {
            if done.is_ok() {
                let gone = |id: &TurnId| turns.contains(id);
                session.waiting.retain(|next| !gone(&next.turn.id));
                session.pump(ctx);
            }
            done
        }))
    }

    /// Wakes up when the first of the held turns has waited for long enough.
    pub(super) fn watch_held(&mut self, ctx: &mut Context<Self>) {
        if let Some(before) = self.expiry.take() {
            ctx.cancel_future(before);
        }
        let held = self.waiting.iter().filter_map(|next| next.turn.held);
        let Some(until) = held.map(|held| held.until).min() else {
            return;
        };
        let pause = until.since(self.commons.now()).max(EXPIRY_EVERY);
        self.expiry = Some(ctx.run_later(pause, |session, ctx| {
            session.expiry = None;
            session.drop_expired(ctx);
        }));
    }

    fn drop_expired(&mut self, ctx: &mut Context<Self>) {
        let held = self
            .waiting
            .iter()
            .filter_map(|next| next.turn.held.as_ref());
        for post in stop::expired(held, self.commons.now()) {
            let body = Body {
                text: words::dropped_unasked(&self.conversation.slot.agent),
                target: Some(post),
                ..Body::default()
            };
            let place = self.conversation.slot.place;
            let id = StoreIds(&self.commons).post();
            let said = Change::Post(Post::new(id, place, Kind::Edit, body));
            let dropped = self.drop_all(post, vec![said]).map(|done, _, _| {
                if let Err(failure) = done {
                    error!(%failure, "what nobody wanted was not dropped");
                }
            });
            ctx.spawn(dropped);
        }
        self.watch_held(ctx);
    }
}

impl Handler<WhatRuns> for Session {
    type Result = Option<Runs>;

    fn handle(&mut self, _: WhatRuns, _: &mut Self::Context) -> Self::Result {
        let running = self.running.as_ref().map(|running| &running.turn);
        let waiting = self.waiting.iter().map(|next| &next.turn);
        let next = || waiting.into_iter().find(|turn| turn.held.is_none());
        running.or_else(next).map(|turn| Runs {
            turn: turn.id,
            attempt: turn.attempt,
            asked_by: turn.asked_by,
            agent: self.conversation.slot.agent.clone(),
            text: turn.summary().to_owned(),
            stopping: turn.stopping,
            detached: turn.state == TurnState::Detached,
        })
    }
}

impl Handler<StopTurn> for Session {
    type Result = Done;

    /// `/stop` asks also what is to become of the turns behind.
    fn handle(&mut self, stop: StopTurn, _: &mut Self::Context) -> Self::Result {
        let StopTurn {
            update,
            user,
            turn,
            attempt,
        } = stop;
        let mut changes = vec![
            Change::EndUpdate {
                update,
                end: UpdateEnd::Control,
            },
            Change::AskStop { turn, attempt },
            self.audit(user, "stop", turn, None),
        ];
        let held = self.hold_the_rest(turn);
        let (held, asked) = held.map_or((None, Vec::new()), |(held, asked)| (Some(held), asked));
        changes.extend(asked);
        self.stop(turn, changes, held)
    }
}
