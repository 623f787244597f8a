//! Edits of messages that questions are made of.

use actix::{ActorFutureExt, Handler, Message, ResponseActFuture, WrapFuture};
use tracing::debug;

use super::Session;
use super::gathering::{put, reworded};
use crate::ids::{AgentName, MessageId, TurnId, UpdateId, UserId};
use crate::model::{Body, Kind, Piece, Place, Post, Turn, TurnState, UpdateEnd};
use crate::rules::access::{self, Rule};
use crate::rules::edits::{self, Before, Edited};
use crate::rules::words;
use crate::store::{Change, StoreError};
use crate::telegram::Incoming;

/// A person has changed a message of theirs. Answered when that is committed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Edit {
    /// The update that it came with.
    pub update: UpdateId,
    /// Where the message is.
    pub place: Place,
    /// The message as it is now.
    pub message: Incoming,
    /// The agent that plain text of its writer goes to now.
    pub expected: Option<AgentName>,
    /// Whether its writer was told before that an edit does nothing.
    pub told: bool,
}

/// The way to what is committed for an edit.
type Done = ResponseActFuture<Session, Result<(), StoreError>>;

impl Session {
    /// The turn that the message is a piece of, if the agent surely does not have it.
    fn unsent(&self, message: MessageId) -> Option<&Turn> {
        let running = self.running.iter().map(|running| &running.turn);
        let waiting = self.waiting.iter().map(|next| &next.turn);
        let mut turns = waiting.chain(running);
        let of_turn = |turn: &&Turn| turn.pieces.iter().any(|piece| piece.message == message);
        turns.find(|turn| turn.state == TurnState::Queued && !turn.stopping && of_turn(turn))
    }

    /// What the edit makes of its turn; none if the agent may have that already.
    fn edited(&self, edit: &Edit) -> Option<(TurnId, Edited)> {
        let turn = self.unsent(edit.message.message)?;
        let mut pieces = turn.pieces.iter();
        let place = pieces.position(|piece| piece.message == edit.message.message)?;
        let before = Before {
            piece: &turn.pieces[place],
            first: place == 0,
            agent: &self.conversation.slot.agent,
            expected: edit.expected.as_ref(),
        };
        let (config, me) = (&self.commons.config(), &self.commons.me);
        let edited = edits::read(config, me, &edit.message, before);
        let running = self.running.as_ref();
        let is_next = running.is_some_and(|running| running.turn.id == turn.id);
        if let Edited::Changed(piece) = &edited
            && is_next
            && piece.file != turn.pieces[place].file
        {
            // The old file is being fetched: that cannot be changed any more.
            return None;
        }
        Some((turn.id, edited))
    }

    /// Puts the changed piece in the place of the old one, which comes back if the store does
    /// not take it.
    fn change(&mut self, edit: &Edit, id: TurnId, piece: Piece) -> Done {
        let (message, words) = (piece.message, piece.text.clone());
        let Some(before) = self.replace(id, piece) else {
            return Box::pin(actix::fut::ready(Ok(())));
        };
        let end = Change::EndUpdate {
            update: edit.update,
            end: UpdateEnd::Joined(id),
        };
        let words = self.audit_words(writer(edit), "edited", id, &words, None);
        let running = self.running.as_ref().map(|running| &running.turn);
        let committed = match running.filter(|turn| turn.id == id) {
            Some(turn) => self.commit(vec![end, words, reworded(turn)]),
            None => self.reword(id, vec![end, words]),
        };
        Box::pin(committed.map(move |done, session, ctx| {
            if done.is_err() {
                debug!(message = %message, "an edit was not kept");
                session.replace(id, before);
            }
            session.pump(ctx);
            done
        }))
    }

    /// Puts a piece in the place of the one of the same message; answers that one.
    fn replace(&mut self, id: TurnId, piece: Piece) -> Option<Piece> {
        let running = self.running.iter_mut().map(|running| &mut running.turn);
        let waiting = self.waiting.iter_mut().map(|next| &mut next.turn);
        let turn = waiting.chain(running).find(|turn| turn.id == id)?;
        let mut pieces = turn.pieces.iter();
        let before = pieces.find(|one| one.message == piece.message)?.clone();
        put(turn, piece);
        Some(before)
    }

    /// Says once why the edit does nothing.
    fn tell(&self, edit: &Edit, text: String, rule: Rule) -> Done {
        let update = edit.update;
        let over = move |why| Change::EndUpdate {
            update,
            end: UpdateEnd::Ignored(why),
        };
        if edit.told {
            return self.commit(vec![over("an edit, told before")]);
        }
        let body = Body {
            text,
            reply_to: Some(edit.message.message),
            ..Body::default()
        };
        let id = self.commons.store.new_post();
        let told = self.commit(vec![
            Change::EndUpdate {
                update,
                end: UpdateEnd::Control,
            },
            Change::TellEdit {
                chat: edit.place.chat,
                message: edit.message.message,
            },
            Change::Post(Post::new(id, edit.place, Kind::Notice, body)),
            Change::Audit(self.audit_line(writer(edit), "refused", None, Some(rule))),
        ]);
        Box::pin(told.then(move |done, session, _| match done {
            // Two edits that came together: one of them was told.
            Err(StoreError::Stale(_)) => session.commit(vec![over("an edit, told before")]),
            done => Box::pin(actix::fut::ready(done)),
        }))
    }

    fn commit(&self, changes: Vec<Change>) -> Done {
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let committed = async move { commons.commit(&sender, changes).await };
        Box::pin(committed.into_actor(self))
    }
}

fn writer(edit: &Edit) -> UserId {
    access::person(&edit.message).unwrap_or(UserId::SHARED)
}

impl Handler<Edit> for Session {
    type Result = Done;

    fn handle(&mut self, edit: Edit, _: &mut Self::Context) -> Self::Result {
        self.seen += 1;
        let agent = &self.conversation.slot.agent;
        match self.edited(&edit) {
            Some((id, Edited::Changed(piece))) => self.change(&edit, id, piece),
            Some((_, Edited::Elsewhere)) => self.tell(
                &edit,
                words::edit_elsewhere(agent),
                "an edit to another agent",
            ),
            None => self.tell(&edit, words::edit_late(agent), "an edit too late"),
            Some((_, Edited::Same)) => self.commit(vec![Change::EndUpdate {
                update: edit.update,
                end: UpdateEnd::Ignored("an edit that changes nothing"),
            }]),
        }
    }
}
