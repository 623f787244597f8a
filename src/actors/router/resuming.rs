//! `/sessions` and `/resume`: the conversations that somebody may go back to.

use actix::Addr;
use tracing::{debug, info};

use super::changes::{ends, noted, reply, reply_with, settled};
use super::facts::{Facts, SeatKey, seat_key};
use super::{Router, Work};
use crate::actors::session::{Close, Reopen, Session};
use crate::ids::{ConversationId, UpdateId, UserId};
use crate::model::{Button, Conversation, Seat, Slot, UpdateEnd, Whom};
use crate::rules::sessions::{self, Listed, Stays};
use crate::rules::{turn, words};
use crate::store::{Change, StoreError};
use crate::telegram::{Callback, Incoming};

impl Router {
    /// `/sessions`.
    pub(super) fn list_sessions(
        &self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        facts: &Facts,
    ) -> Work {
        let listed = self.listed(seat_key(message), facts);
        let (text, lines) = (words::sessions(&listed), sessions::buttons(&listed));
        self.commit(reply_with(&self.commons, id, message, user, text, lines))
    }

    /// `/resume` with a number of that list.
    pub(super) fn resume(
        &mut self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        number: usize,
        facts: &Facts,
    ) -> Work {
        let listed = self.listed(seat_key(message), facts);
        let wanted = number.checked_sub(1).and_then(|place| listed.get(place));
        let wanted = wanted.map(|one| one.conversation.id);
        let back = match self.may_resume(&listed, wanted) {
            Ok(back) => back,
            Err(stays) => {
                let text = stays.to_user().to_owned();
                return self.commit(reply(id, message, text, &self.commons));
            }
        };
        let mut changes = reply(id, message, words::resumed(back), &self.commons);
        let moved = self.goes_back((message.place(), user), back, &mut changes);
        let committed = self.moves_pointer(changes, moved);
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let message = message.clone();
        Box::pin(async move {
            let done = committed.await;
            if !matches!(done, Err(StoreError::Stale(_))) {
                return done;
            }
            let text = Stays::Busy.to_user().to_owned();
            let changes = reply(id, &message, text, &commons);
            settled(commons.commit(&sender, changes).await)
        })
    }

    /// A conversation of the list was tapped.
    pub(super) fn resume_by_button(
        &mut self,
        id: UpdateId,
        tap: Callback,
        button: &Button,
        wanted: ConversationId,
        facts: &Facts,
    ) -> Work {
        let user = tap.from.id;
        // Nobody goes back in another's name.
        if button.whom != Whom::Person(user) {
            return self.answer_tap(id, tap, Some(words::BUTTON_FOREIGN), "button foreign");
        }
        let key = (button.place, user);
        let listed = self.listed(key, facts);
        let back = match self.may_resume(&listed, Some(wanted)) {
            Ok(back) => back,
            Err(stays) => return self.answer_tap(id, tap, Some(stays.to_user()), "stays"),
        };
        let mut changes = vec![
            ends(id, UpdateEnd::Control),
            Change::UseButton {
                token: button.token.clone(),
                by: user,
            },
            turn::decided(button, words::resumed(back), self.commons.store.new_post()),
        ];
        let moved = self.goes_back(key, back, &mut changes);
        let committed = self.moves_pointer(changes, moved);
        self.answer_when_done(id, tap, committed)
    }

    /// What somebody may go on with, by the rules of now.
    fn listed(&self, key: SeatKey, facts: &Facts) -> Vec<Listed> {
        let nothing = Seat::default();
        let seat = |key: SeatKey| self.seats.get(&key).unwrap_or(&nothing);
        let recent = facts.recent.get(&key).map_or(&[][..], Vec::as_slice);
        let seats = [seat(key), seat((key.0, UserId::SHARED))];
        let now = self.commons.now();
        sessions::listed(&self.commons.config(), key, seats, recent, now)
    }

    fn may_resume<'l>(
        &self,
        listed: &'l [Listed],
        wanted: Option<ConversationId>,
    ) -> Result<&'l Listed, Stays> {
        let back = sessions::resume(listed, wanted.ok_or(Stays::NotThere)?)?;
        // What came with the same batch is not in the store yet.
        let slot = &back.conversation.slot;
        let asked = |it: &crate::store::Asked| it.conversation.slot == *slot;
        if self.asked.values().any(asked) {
            return Err(Stays::Busy);
        }
        Ok(back)
    }

    /// The slot's pointer moves, here and in the changes; who has to hear of it.
    fn goes_back(
        &mut self,
        (place, user): SeatKey,
        back: &Listed,
        changes: &mut Vec<Change>,
    ) -> Moved {
        let slot = Slot {
            place,
            ..back.conversation.slot.clone()
        };
        let agent = slot.agent.clone();
        let (id, key) = (back.conversation.id, (place, slot.user));
        let conversation = Conversation {
            closed: false,
            slot,
            ..back.conversation.clone()
        };
        let now = self.commons.now();
        let seat = self.seats.entry(key).or_default();
        let mut before = None;
        seat.conversations.retain(|one| {
            let same = one.slot.agent == agent;
            before = before.or(same.then_some(one.id));
            !same
        });
        seat.conversations.push(conversation);
        seat.used.insert(id, now);
        self.set_current((place, user), &agent, now);
        info!(%user, %agent, conversation = %id, "back in an earlier conversation");
        changes.extend([
            Change::Resume(id),
            Change::SetCurrent {
                place,
                user,
                agent: agent.clone(),
            },
            noted(place.chat, user, "resumed", Some(&agent), None),
        ]);
        before.map(|before| self.unopened.remove(&before));
        let session = |known: &mut super::Known| {
            known.sent += 1;
            known.session.clone()
        };
        Moved {
            key,
            closes: before.and_then(|it| self.sessions.get_mut(&it).map(session)),
            reopens: self.sessions.get_mut(&id).map(session),
        }
    }

    /// Commits it. If the store does not take it, the seat is read again.
    fn moves_pointer(&self, changes: Vec<Change>, moved: Moved) -> Work {
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let doubtful = self.doubtful.clone();
        Box::pin(async move {
            if let Err(failure) = commons.commit(&sender, changes).await {
                doubtful.borrow_mut().push(moved.key);
                return Err(failure);
            }
            let closed = match moved.closes {
                Some(session) => session.send(Close).await,
                None => Ok(()),
            };
            let reopened = match moved.reopens {
                Some(session) => session.send(Reopen).await,
                None => Ok(()),
            };
            if closed.is_err() || reopened.is_err() {
                debug!("a session was over already");
            }
            Ok(())
        })
    }
}

/// A pointer that moves from one conversation to another.
struct Moved {
    key: SeatKey,
    closes: Option<Addr<Session>>,
    reopens: Option<Addr<Session>>,
}
