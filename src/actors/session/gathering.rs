//! Turns that wait, and the pieces that join them.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, ResponseActFuture, WrapFuture};
use tokio::time::Instant;
use tracing::debug;

use super::counted::Counted;
use super::{Ask, Session};
use crate::ids::{MessageId, TurnId, UpdateId};
use crate::model::{Piece, Turn, TurnState, UpdateEnd, whole};
use crate::rules::access::Rule;
use crate::rules::gather::Quiet;
use crate::store::{Change, StoreError};

/// The turn that a message is a further piece of.
#[derive(Clone, Debug)]
pub struct Follows {
    /// The update that opened it.
    pub first: UpdateId,
    /// The album that both are of.
    pub album: Option<String>,
}

/// A turn that waits.
pub(super) struct Waiting {
    pub(super) turn: Turn,
    /// Whether the store has it; until then nothing behind it may begin either.
    pub(super) committed: bool,
    /// Until when further pieces are waited for.
    gathers_until: Option<Instant>,
    /// Changes of its pieces that the store does not have yet.
    changing: usize,
    /// Its share of all open turns.
    pub(super) counted: Counted,
}

impl Waiting {
    /// `quiet` is how long the next piece is waited for, if one is.
    pub(super) fn new(
        turn: Turn,
        quiet: Option<Duration>,
        committed: bool,
        counted: Counted,
    ) -> Self {
        Self {
            turn,
            committed,
            gathers_until: quiet.map(|quiet| Instant::now() + quiet),
            changing: 0,
            counted,
        }
    }

    /// Whether this is the turn that a piece follows. Only one that nobody has run yet.
    fn is_followed(&self, follows: &Follows) -> bool {
        let turn = &self.turn;
        let album = turn.gathering.as_ref().and_then(|one| one.album.as_ref());
        let same_album = album.is_some() && album == follows.album.as_ref();
        turn.state == TurnState::Queued
            && turn.attempt == 1
            && !turn.stopping
            && (turn.update == follows.first || same_album)
    }
}

/// Puts the piece in its place in a turn, at the end if it is new.
pub(super) fn put(turn: &mut Turn, piece: Piece) {
    let pieces = &mut turn.pieces;
    let same = |one: &&mut Piece| one.message == piece.message && one.message != MessageId::NONE;
    match pieces.iter_mut().find(same) {
        Some(known) => *known = piece,
        None => pieces.push(piece),
    }
    turn.text = whole(pieces);
}

/// The turn is made of the pieces that it has now.
pub(super) fn reworded(turn: &Turn) -> Change {
    Change::Reword {
        turn: turn.id,
        chat: turn.place.chat,
        pieces: turn.pieces.clone(),
        gathering: turn.gathering.clone(),
    }
}

impl Session {
    /// How long the next piece of a turn is waited for, if it waits for one.
    pub(super) fn quiet(&self, turn: &Turn) -> Option<Duration> {
        let gathering = turn.gathering.as_ref();
        let gathering = gathering.filter(|_| turn.state == TurnState::Queued)?;
        Some(Quiet::from(&self.commons.config().chat).of(gathering))
    }

    /// Whether the turn at this place may begin; if it only waits for its pieces, a timer looks
    /// again. One that is to stop waits for nothing.
    pub(super) fn is_whole(&mut self, place: usize, ctx: &mut Context<Self>) -> bool {
        let Some(next) = self.waiting.get(place) else {
            return false;
        };
        if !next.committed || next.changing > 0 {
            return false;
        }
        let now = Instant::now();
        let Some(until) = next
            .gathers_until
            .filter(|until| now < *until && !next.turn.stopping)
        else {
            return true;
        };
        if let Some(before) = self.gathered.take() {
            ctx.cancel_future(before);
        }
        self.gathered = Some(ctx.run_later(until - now, |session, ctx| {
            session.gathered = None;
            session.pump(ctx);
        }));
        false
    }

    /// A question that is a piece of a turn which still waits joins it. Any other is given back,
    /// and becomes a turn of its own.
    pub(super) fn join(
        &mut self,
        mut ask: Ask,
    ) -> Result<ResponseActFuture<Self, Result<(), StoreError>>, Box<Ask>> {
        let Some(follows) = ask.follows.take() else {
            return Err(Box::new(ask));
        };
        if self.turned_away == Some(follows.first) {
            return Ok(self.refuse_the_rest(&ask));
        }
        let quiet = Quiet::from(&self.commons.config().chat);
        let mut waiting = self.waiting.iter_mut();
        let Some(next) = waiting.find(|next| next.is_followed(&follows)) else {
            return Err(Box::new(ask));
        };
        let message = ask.piece.message;
        put(&mut next.turn, ask.piece.clone());
        next.turn.gathering.clone_from(&ask.gathering);
        next.gathers_until = ask
            .gathering
            .as_ref()
            .map(|one| Instant::now() + quiet.of(one));
        let id = next.turn.id;
        let end = Change::EndUpdate {
            update: ask.update,
            end: UpdateEnd::Joined(id),
        };
        let words = &ask.piece.text;
        let joined = self.audit_words(ask.user, "joined", id, words, Some(ask.rule));
        let mut changes = vec![end, joined];
        if ask.renews {
            changes.push(Change::SetCurrent {
                place: ask.place,
                user: ask.user,
                agent: self.conversation.slot.agent.clone(),
            });
        }
        let reworded = self.reword(id, changes);
        let then = reworded.then(move |done, session, ctx| {
            if let (Err(_), Some(next)) = (&done, session.waiting_turn(id)) {
                next.turn.pieces.retain(|piece| piece.message != message);
                next.turn.text = whole(&next.turn.pieces);
            }
            let stale = matches!(done, Err(StoreError::Stale(_)));
            session.pump(ctx);
            if stale {
                debug!(update = %ask.update, "its turn does not wait any more");
                return session.take_in(&ask, ctx);
            }
            Box::pin(actix::fut::ready(done))
        });
        Ok(Box::pin(then))
    }

    /// Commits the pieces of a turn that waits as they are now, with `changes`. It does not
    /// begin before that.
    pub(super) fn reword(
        &mut self,
        id: TurnId,
        mut changes: Vec<Change>,
    ) -> ResponseActFuture<Self, Result<(), StoreError>> {
        if let Some(next) = self.waiting_turn(id) {
            next.changing += 1;
            changes.push(reworded(&next.turn));
        }
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self).map(move |done, session, _| {
            if let Some(next) = session.waiting_turn(id) {
                next.changing -= 1;
            }
            done
        }))
    }

    pub(super) fn waiting_turn(&mut self, id: TurnId) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|next| next.turn.id == id)
    }

    /// The first part was refused aloud: so is the rest, without another word.
    fn refuse_the_rest(&self, ask: &Ask) -> ResponseActFuture<Self, Result<(), StoreError>> {
        const RULE: Rule = "the first part was refused";
        let line = self.audit_line(ask.user, "refused", None, Some(RULE));
        let end = Change::EndUpdate {
            update: ask.update,
            end: UpdateEnd::Refused(RULE),
        };
        let changes = vec![end, Change::Audit(line)];
        let commons = self.commons.clone();
        let refused = async move { commons.keep_surely(changes).await };
        Box::pin(refused.into_actor(self))
    }
}
