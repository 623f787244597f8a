//! The moves of a row of the outbox in memory, as `store/apply/posts.rs` says them in SQL.

use std::rc::Rc;

use super::apply::unfit;
use super::tables::{PostRow, PostState, Tables};
use crate::ids::{OutboxId, Timestamp, TurnId};
use crate::model::{Kind, Post};
use crate::store::{Change, StoreError};

use PostState::{Dropped, Pending, Refused, Sending, Sent, Unknown};

type Applied = Result<(), StoreError>;

impl Tables {
    /// Moves a row, or says that it stands elsewhere.
    pub(super) fn move_post(&mut self, change: &Change, now: Timestamp) -> Applied {
        match change {
            Change::Post(post) => self.insert_post(post, now),
            Change::Attach { post, file } => {
                let row = self.post(*post, &[Pending], "the post of the file is not waiting")?;
                if row.file.replace(file.clone()).is_some() {
                    return Err(unfit("a second file of a post"));
                }
                Ok(())
            }
            Change::Sending(post) => {
                let row = self.post(*post, &[Pending, Sending], "the post is not waiting")?;
                row.state = Sending;
                row.sends += 1;
                Ok(())
            }
            Change::Unsent(post) => {
                let row = self.post(*post, &[Sending], "the post is not waiting")?;
                row.state = Pending;
                row.sends -= 1;
                Ok(())
            }
            Change::Drop(post) => {
                if let Ok(row) = self.post(*post, &[Pending], "") {
                    row.end(Dropped);
                }
                Ok(())
            }
            Change::Sent { post, message } => {
                self.end_post(*post, Sent)?.message = *message;
                Ok(())
            }
            Change::RefusedPost { post, reason } => {
                self.end_post(*post, Refused)?.reason = Some(reason.clone());
                Ok(())
            }
            Change::UnknownPost(post) => self.end_post(*post, Unknown).map(drop),
            _ => Err(StoreError::unavailable("not a change of a post")),
        }
    }

    /// The rest of the answer would be refused as well; its placeholder still has to go.
    pub(super) fn undeliverable(&mut self, turn: TurnId) {
        if !self.not_delivered(turn) {
            return;
        }
        let waits = |row: &&mut Rc<PostRow>| {
            row.turn == Some(turn) && row.state == Pending && row.kind != Kind::Delete
        };
        for row in self.posts.values_mut().filter(waits) {
            Rc::make_mut(row).end(Dropped);
        }
    }

    fn insert_post(&mut self, post: &Post, now: Timestamp) -> Applied {
        let known = post.turn.is_none_or(|turn| self.turns.contains_key(&turn));
        if !known || self.posts.contains_key(&post.id) {
            return Err(unfit("a post of no turn, or twice the same"));
        }
        self.last.post = self.last.post.max(post.id);
        let chat = post.place.chat;
        let here = self.posts.values();
        let here = here.filter(|row| row.place.chat == chat && row.is_open());
        let row = PostRow {
            place: post.place,
            seq: here.map(|row| row.seq).max().unwrap_or(0) + 1,
            turn: post.turn,
            kind: post.kind,
            body: Some(post.body.clone()),
            file: None,
            state: Pending,
            posted_at: now,
            sends: 0,
            message: None,
            reason: None,
        };
        self.posts.insert(post.id, Rc::new(row));
        Ok(())
    }

    /// The row, if it stands in one of these states.
    fn post(
        &mut self,
        post: OutboxId,
        states: &[PostState],
        otherwise: &'static str,
    ) -> Result<&mut PostRow, StoreError> {
        let row = self.posts.get_mut(&post);
        let row = row.filter(|row| states.contains(&row.state));
        row.map(Rc::make_mut).ok_or(StoreError::Stale(otherwise))
    }

    fn end_post(&mut self, post: OutboxId, end: PostState) -> Result<&mut PostRow, StoreError> {
        let row = self.post(post, &[Sending], "the post is not on its way")?;
        row.end(end);
        Ok(row)
    }
}

impl PostRow {
    /// Whether it still has to go out: only then it has an order.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, Pending | Sending)
    }

    pub(super) fn end(&mut self, state: PostState) {
        self.state = state;
        self.body = None;
        self.file = None;
    }
}
