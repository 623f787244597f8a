//! Each change on the tables in memory: where it must stand before, as `store/apply.rs` says it
//! in SQL.

use std::rc::Rc;

use super::tables::{ButtonRow, Tables, TurnRow, TurnStands, UpdateRow};
use crate::ids::{OutboxId, Timestamp, TurnId, UpdateId, UserId};
use crate::model::{Button, Conversation, Outcome, Piece, Turn, TurnState, UpdateEnd};
use crate::store::{Change, StoreError, StoredUpdate, codec};

use TurnState::{Detached, Queued, Submitting, Working};

type Applied = Result<(), StoreError>;

/// What fits no store: it names what is not there, or what is there already.
pub(super) fn unfit(what: &str) -> StoreError {
    StoreError::Unfit(what.into())
}

impl Tables {
    /// Keeps the updates that are not known yet, and returns them.
    pub(super) fn accept(&mut self, updates: Vec<StoredUpdate>) -> Vec<StoredUpdate> {
        let mut fresh = Vec::with_capacity(updates.len());
        for update in updates {
            self.updates.entry(update.id).or_insert_with(|| {
                fresh.push(update.clone());
                Rc::new(UpdateRow {
                    received_at: update.received_at,
                    body: Some(update.body),
                    end: None,
                })
            });
        }
        fresh
    }

    /// Does one change, or says that it no longer applies.
    pub(super) fn apply(&mut self, change: &Change, now: Timestamp) -> Applied {
        match change {
            Change::EndUpdate { update, end } => self.end_update(*update, end),
            Change::OpenConversation(conversation) => {
                self.open_conversation(conversation);
                Ok(())
            }
            Change::CloseConversation(id) => {
                self.close_conversation(*id);
                Ok(())
            }
            Change::Resume(id) => self.resume(*id, now),
            Change::Context {
                conversation,
                context,
            } => {
                self.note_context(*conversation, context);
                Ok(())
            }
            Change::Await {
                conversation,
                awaited,
            } => {
                self.note_awaited(*conversation, awaited.as_ref());
                Ok(())
            }
            Change::SetCurrent { place, user, agent } => {
                let key = (*place, *user);
                self.current_agents.insert(key, (agent.clone(), now));
                Ok(())
            }
            Change::OpenTurn(turn) => self.open_turn(turn, now),
            Change::Reword {
                turn,
                chat,
                pieces,
                gathering,
            } => self.reword((*turn, *chat), pieces, gathering.as_ref()),
            Change::TellEdit { chat, message } => self.tell_edit(*chat, *message),
            Change::Submit { .. }
            | Change::Working { .. }
            | Change::Detach { .. }
            | Change::Placeholder { .. }
            | Change::EndTurn { .. }
            | Change::TellRestart { .. }
            | Change::AskStop { .. }
            | Change::Hold { .. }
            | Change::Requeue { .. } => self.move_turn(change, now),
            Change::Release { post } => self.release(*post),
            // It is kept for who looks into the file.
            Change::Used { turn, .. } => match self.turns.get(turn) {
                Some(_) => Ok(()),
                None => Err(StoreError::Stale("there is no such turn")),
            },
            // Deaths are counted over processes, and menus outlive them; what is in memory has none
            // before it.
            Change::Restored
            | Change::KeepMenu { .. }
            | Change::BeginProcess { .. }
            | Change::EndProcess
            | Change::LiveOn
            | Change::Try(_)
            | Change::Acquit(_)
            | Change::NotePanic(_)
            | Change::Park { .. }
            | Change::RefuseRetry(_) => Ok(()),
            Change::Retry(_) => Err(StoreError::Stale("it is not parked")),
            Change::Undeliverable { turn } => {
                self.undeliverable(*turn);
                Ok(())
            }
            Change::Post(_)
            | Change::Attach { .. }
            | Change::Drop(_)
            | Change::Sending(_)
            | Change::Sent { .. }
            | Change::Unsent(_)
            | Change::RefusedPost { .. }
            | Change::UnknownPost(_) => self.move_post(change, now),
            Change::ShowButton(button) => self.show_button(button),
            Change::UseButton { token, by } => self.use_button(token, *by),
            Change::TellStranger { who, day, rows_max } => {
                self.tell_stranger(*who, *day, *rows_max);
                Ok(())
            }
            Change::MoveChat { from, to } => {
                self.move_chat(*from, *to);
                Ok(())
            }
            Change::Penalize(penalty) => {
                self.penalize(*penalty, now);
                Ok(())
            }
            Change::CloseChat(chat) => {
                self.close_chat(*chat);
                Ok(())
            }
            Change::KeepPause(waiting) => self.keep_pause(waiting),
            Change::Audit(line) => {
                self.audit.push(Rc::new(line.clone()));
                Ok(())
            }
        }
    }

    fn end_update(&mut self, update: UpdateId, end: &UpdateEnd) -> Applied {
        let waiting = self.updates.get_mut(&update);
        let row = waiting
            .filter(|row| row.end.is_none())
            .ok_or(StoreError::Stale("the update has ended"))?;
        let row = Rc::make_mut(row);
        row.end = Some(end.clone());
        row.body = row.body.take().filter(|_| *end == UpdateEnd::Parked);
        if let UpdateEnd::Turn(turn) | UpdateEnd::Joined(turn) = end {
            if !self.turns.contains_key(turn) {
                return Err(unfit("an update that ends as no turn"));
            }
            self.turn_updates.insert((update, *turn));
        }
        let name = codec::update_end(end).0;
        *self.updates_ended.entry(name).or_default() += 1;
        Ok(())
    }

    /// Two turns that arrived together both open it; its slot may have moved on since.
    fn open_conversation(&mut self, conversation: &Conversation) {
        let (id, slot) = (conversation.id, &conversation.slot);
        if self.conversations.contains_key(&id) {
            return;
        }
        self.last.conversation = self.last.conversation.max(id);
        let row = Conversation {
            closed: false,
            awaited: None,
            ..conversation.clone()
        };
        self.conversations.insert(id, Rc::new(row));
        let key = (slot.place, slot.user, slot.agent.clone());
        if let Some(before) = self.slots.insert(key, id) {
            self.close_conversation(before);
        }
    }

    fn open_turn(&mut self, turn: &Turn, now: Timestamp) -> Applied {
        let known = self.turns.contains_key(&turn.id);
        if known || !self.conversations.contains_key(&turn.conversation) {
            return Err(unfit("a turn in no conversation, or twice the same"));
        }
        self.last.turn = self.last.turn.max(turn.id);
        let row = TurnRow {
            turn: Turn {
                prompt: None,
                protocol: None,
                task: None,
                placeholder: None,
                stop: None,
                stopping: false,
                ..turn.clone()
            },
            stands: TurnStands::Open(Queued),
            opened_at: now,
        };
        self.turns.insert(turn.id, Rc::new(row));
        self.begun(turn, now);
        self.belong((turn.id, turn.place.chat), &turn.pieces);
        Ok(())
    }

    /// The turn, if it stands in one of these states.
    pub(super) fn open(
        &mut self,
        turn: TurnId,
        states: &[TurnState],
        otherwise: &'static str,
    ) -> Result<&mut TurnRow, StoreError> {
        let row = self.turns.get_mut(&turn).map(Rc::make_mut);
        let stands = |row: &&mut TurnRow| match row.stands {
            TurnStands::Open(state) => states.contains(&state),
            TurnStands::Over(_) | TurnStands::Undeliverable => false,
        };
        row.filter(stands).ok_or(StoreError::Stale(otherwise))
    }

    fn move_turn(&mut self, change: &Change, now: Timestamp) -> Applied {
        match change {
            Change::Submit {
                turn,
                prompt,
                protocol,
                ..
            } => {
                const STALE: &str = "the turn is not queued";
                let row = self.open(*turn, &[Queued], STALE)?;
                if row.turn.held.is_some() || row.turn.stopping {
                    return Err(StoreError::Stale(STALE));
                }
                row.stands = TurnStands::Open(Submitting);
                row.turn.prompt = Some(prompt.clone());
                row.turn.protocol = Some(*protocol);
            }
            Change::Working {
                turn,
                task,
                protocol,
            } => {
                let from = [Submitting, Working];
                let row = self.open(*turn, &from, "the turn is not submitting")?;
                row.stands = TurnStands::Open(Working);
                row.turn.task = Some(task.clone());
                row.turn.protocol = Some(*protocol);
            }
            Change::Detach { turn } => {
                let row = self.open(*turn, &[Working], "the turn is not working")?;
                row.stands = TurnStands::Open(Detached);
                row.turn.placeholder = None;
            }
            Change::Placeholder { turn, post } => {
                let from = [Queued, Submitting, Working];
                let row = self.open(*turn, &from, "the turn is over")?;
                row.turn.placeholder = Some(*post);
            }
            Change::EndTurn { turn, outcome } => {
                let row = self.open(*turn, &TurnState::ALL, "the turn is over")?;
                row.stands = TurnStands::Over(*outcome);
                row.turn.held = None;
                let conversation = row.turn.conversation;
                if matches!(outcome, Outcome::Answered | Outcome::Stopped) {
                    row.turn.text.clear();
                    row.turn.pieces = vec![Piece::plain(row.turn.reply_to, String::new())];
                }
                self.ended(conversation, now);
                let name = outcome.name();
                *self.turns_ended.entry(name).or_default() += 1;
            }
            // Here nobody is told twice: no waiters are known.
            Change::TellRestart { turn } => {
                self.open(*turn, &[Queued], "the turn does not wait")?;
            }
            Change::AskStop { turn, attempt } => {
                const STALE: &str = "the turn does not run";
                let row = self.open(*turn, &[Queued, Submitting, Working], STALE)?;
                if row.turn.stopping || row.turn.attempt != *attempt {
                    return Err(StoreError::Stale(STALE));
                }
                row.turn.stopping = true;
            }
            Change::Hold { turn, held } => {
                const STALE: &str = "the turn does not wait";
                let row = self.open(*turn, &[Queued], STALE)?;
                if row.turn.held.is_some() {
                    return Err(StoreError::Stale(STALE));
                }
                row.turn.held = Some(*held);
            }
            Change::Requeue { turn, attempt } => {
                let row = self.turns.get_mut(turn).map(Rc::make_mut);
                let failed = row.filter(|row| row.turn.attempt == *attempt && failed(row.stands));
                let row = failed.ok_or(StoreError::Stale("the turn was run again already"))?;
                row.stands = TurnStands::Open(Queued);
                row.turn.attempt += 1;
                row.turn.prompt = None;
                row.turn.task = None;
                row.turn.placeholder = None;
                row.turn.stopping = false;
            }
            _ => return Err(StoreError::unavailable("not a change of a turn")),
        }
        Ok(())
    }

    fn release(&mut self, post: OutboxId) -> Applied {
        let by_it = |row: &&mut Rc<TurnRow>| {
            let held = row.turn.held.is_some_and(|held| held.post == post);
            held && row.stands == TurnStands::Open(Queued)
        };
        let mut held = self.turns.values_mut().filter(by_it).peekable();
        if held.peek().is_none() {
            return Err(StoreError::Stale("nothing is held"));
        }
        held.for_each(|row| Rc::make_mut(row).turn.held = None);
        Ok(())
    }

    fn show_button(&mut self, button: &Button) -> Applied {
        let turn = button.action.turn();
        let known = turn.is_none_or(|turn| self.turns.contains_key(&turn));
        if !known
            || !self.posts.contains_key(&button.post)
            || self.buttons.contains_key(&button.token)
        {
            return Err(unfit("a button of nothing, or twice the same"));
        }
        let row = ButtonRow {
            button: button.clone(),
            used_by: None,
        };
        self.buttons.insert(button.token.clone(), Rc::new(row));
        Ok(())
    }

    fn use_button(&mut self, token: &str, by: UserId) -> Applied {
        let row = self.buttons.get(token);
        let button = &row
            .filter(|row| row.used_by.is_none())
            .ok_or(StoreError::Stale("the button was pressed already"))?
            .button;
        let group = (button.post, button.group);
        let beside = |row: &&mut Rc<ButtonRow>| {
            (row.button.post, row.button.group) == group && row.used_by.is_none()
        };
        for row in self.buttons.values_mut().filter(beside) {
            Rc::make_mut(row).used_by = Some(by);
        }
        Ok(())
    }

    /// Whoever was told just now stays, or would be told again with the next message.
    fn tell_stranger(&mut self, who: i64, day: i64, rows_max: usize) {
        self.strangers.insert(who, day);
        let mut rows: Vec<_> = self
            .strangers
            .iter()
            .map(|(who, day)| (*who, *day))
            .collect();
        rows.sort_by_key(|(other, day)| (-day, *other != who, -other));
        for (other, _) in rows.into_iter().skip(rows_max) {
            self.strangers.remove(&other);
        }
    }
}

/// Whether it is over without an answer, so that it may be run again.
fn failed(stands: TurnStands) -> bool {
    matches!(
        stands,
        TurnStands::Over(Outcome::ToldFailed | Outcome::UnknownTold)
    )
}
