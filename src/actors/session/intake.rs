//! What comes in: questions, and the turns of an earlier process.

use actix::{ActorFutureExt, Context, Handler, ResponseActFuture, WrapFuture};

use super::{Ask, Running, Session, TakeUpTurns, Waiting};
use crate::model::{Body, Kind, Post, Turn, TurnState, UpdateEnd};
use crate::rules::words;
use crate::store::{Change, StoreError};

impl Session {
    fn new_turn(&self, ask: &Ask) -> Turn {
        Turn {
            id: self.commons.store.new_turn(),
            conversation: self.conversation.id,
            place: ask.place,
            asked_by: ask.user,
            route: Some(ask.route.clone()),
            update: ask.update,
            reply_to: ask.piece.message,
            text: ask.piece.text.clone(),
            pieces: vec![ask.piece.clone()],
            gathering: ask.gathering.clone(),
            state: TurnState::Queued,
            attempt: 1,
            prompt: None,
            task: None,
            protocol: None,
            placeholder: None,
            stop: None,
            stopping: false,
            held: None,
            answers: self
                .conversation
                .awaited
                .clone()
                .filter(|it| it.of == ask.user),
        }
    }

    /// What is committed instead of a question that finds no room: here, or anywhere.
    fn refused(&mut self, ask: &Ask) -> Option<Vec<Change>> {
        let limits = &self.commons.config().limits;
        let waiting_max = self.waiting_max(ask);
        let (rule, text) = if self.waiting.len() >= waiting_max {
            let agent = &self.conversation.slot.agent;
            let shared = self.conversation.slot.user == crate::ids::UserId::SHARED;
            let text = words::queue_full(agent, self.waiting.len(), shared);
            ("conversation full", text)
        } else if self.open_turns.count() >= limits.turns_max {
            ("all full", words::ALL_FULL.to_owned())
        } else {
            return None;
        };
        self.turned_away = Some(ask.update);
        self.begun_after = ask.begun_after.or(self.begun_after);
        let refused = Change::EndUpdate {
            update: ask.update,
            end: UpdateEnd::Refused(rule),
        };
        let line = self.audit_line(ask.user, "refused", None, Some(rule));
        Some(vec![refused, self.notice(ask, text), Change::Audit(line)])
    }

    /// A word below a question.
    fn notice(&self, ask: &Ask, text: String) -> Change {
        let body = Body {
            text,
            reply_to: Some(ask.piece.message),
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        Change::Post(Post::new(id, ask.place, Kind::Notice, body))
    }

    /// The word that the conversation is a new one, with the first question that it takes.
    fn begun_anew(&mut self, ask: &Ask) -> Option<Change> {
        let idle = ask.begun_after.or(self.begun_after.take())?;
        let body = Body {
            text: words::begun_anew(&self.conversation.slot.agent, idle),
            reply_to: Some(ask.piece.message),
            silent: true,
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        Some(Change::Post(Post::new(id, ask.place, Kind::Notice, body)))
    }

    /// The turn takes its place at the end of the queue at once, so that order is the
    /// order of arrival; it counts when the store has it.
    pub(super) fn enqueue(
        &mut self,
        turn: Turn,
        changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        let id = turn.id;
        let quiet = self.quiet(&turn);
        let counted = self.open_turns.one_more();
        let unsure = self.open_turns.made(turn.asked_by, turn.route.as_ref());
        // Hardly ever more than this one.
        self.waiting.reserve_exact(1);
        self.waiting
            .push_back(Waiting::new(turn, quiet, false, counted));
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self).map(move |done, session, ctx| {
            drop(unsure);
            let place = session.waiting.iter().position(|next| next.turn.id == id);
            match (&done, place) {
                (Ok(()), Some(place)) => {
                    session.waiting[place].committed = true;
                    session.log("asked", &session.waiting[place].turn);
                }
                (Err(_), Some(place)) => {
                    let gone = session.waiting.remove(place);
                    session.still_awaits(gone.map(|gone| gone.turn));
                }
                (_, None) => {}
            }
            session.opened |= done.is_ok();
            session.watch_held(ctx);
            session.pump(ctx);
            done
        }))
    }

    /// A question becomes a turn, if there is room.
    pub(super) fn take_in(
        &mut self,
        ask: &Ask,
        ctx: &mut Context<Self>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        if let Some(changes) = self.refused(ask) {
            let commons = self.commons.clone();
            let sender = self.sender.clone();
            let refused = async move { commons.commit(&sender, changes).await };
            return Box::pin(refused.into_actor(self));
        }
        let mut turn = self.new_turn(ask);
        let late = ask.late.map(|late| self.hold_stale(&mut turn, late));
        let mut changes = Vec::with_capacity(4);
        if !self.opened {
            changes.push(Change::OpenConversation(self.conversation.clone()));
            changes.push(self.audit_opening(ask, "conversation", &turn, None));
        }
        changes.push(Change::OpenTurn(turn.clone()));
        changes.extend(self.answered_by(&turn));
        changes.push(Change::EndUpdate {
            update: ask.update,
            end: UpdateEnd::Turn(turn.id),
        });
        if ask.renews {
            changes.push(Change::SetCurrent {
                place: ask.place,
                user: ask.user,
                agent: self.conversation.slot.agent.clone(),
            });
        }
        let detached = |running: &Running| running.turn.state == TurnState::Detached;
        if let Some(asked) = late {
            changes.extend(asked);
        } else if self.running.as_ref().is_some_and(detached) {
            let text = words::behind_detached(&self.conversation.slot.agent);
            changes.push(self.notice(ask, text));
        }
        if let Some(waiting) = self.waits_for() {
            changes.extend(self.waits_behind(waiting, ask.place, ask.piece.message));
        }
        changes.push(self.audit_opening(ask, "asked", &turn, Some(ask.rule)));
        changes.extend(self.begun_anew(ask));
        changes.extend(ask.beside.iter().cloned());
        match self.enters(&turn) {
            Some(entering) => self.open_submitted(turn, entering, changes, ctx),
            None => self.enqueue(turn, changes),
        }
    }
}

impl Handler<Ask> for Session {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, ask: Ask, ctx: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        if self.is_answer(&ask) {
            return self.answers(&ask);
        }
        let ask = match self.join(ask) {
            Ok(joined) => return joined,
            Err(ask) => ask,
        };
        self.take_in(&ask, ctx)
    }
}

impl Handler<TakeUpTurns> for Session {
    type Result = ();

    fn handle(&mut self, turns: TakeUpTurns, ctx: &mut Self::Context) {
        self.seen += 1;
        // What was given away comes before what still waits.
        let (mut given, queued): (Vec<Turn>, Vec<Turn>) = turns
            .0
            .into_iter()
            .partition(|turn| turn.state != TurnState::Queued);
        given.extend(queued);
        for turn in given {
            let quiet = self.quiet(&turn);
            let counted = self.open_turns.one_more();
            self.waiting
                .push_back(Waiting::new(turn, quiet, true, counted));
        }
        self.watch_held(ctx);
        self.pump(ctx);
    }
}
