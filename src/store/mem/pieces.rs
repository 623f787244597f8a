//! What a turn is made of, in memory, as `store/apply/pieces.rs` says it in SQL.

use super::tables::Tables;
use crate::ids::{ChatId, MessageId, TurnId};
use crate::model::{Gathering, Piece, TurnState, whole};
use crate::store::{Asked, StoreError};

impl Tables {
    pub(super) fn reword(
        &mut self,
        of: (TurnId, ChatId),
        pieces: &[Piece],
        gathering: Option<&Gathering>,
    ) -> Result<(), StoreError> {
        let row = self.open(of.0, &[TurnState::Queued], "the turn is not queued")?;
        row.turn.text = whole(pieces);
        row.turn.pieces = pieces.to_vec();
        row.turn.gathering = gathering.cloned();
        self.first_words(of.0);
        self.belong(of, pieces);
        Ok(())
    }

    pub(super) fn belong(&mut self, (turn, chat): (TurnId, ChatId), pieces: &[Piece]) {
        let messages = pieces.iter().map(|piece| piece.message);
        for message in messages.filter(|message| *message != MessageId::NONE) {
            let known = self.turn_messages.entry((chat, message));
            known.or_insert((turn, false));
        }
    }

    pub(super) fn tell_edit(&mut self, chat: ChatId, message: MessageId) -> Result<(), StoreError> {
        let row = self.turn_messages.get_mut(&(chat, message));
        let untold = row.filter(|(_, told)| !*told);
        untold.ok_or(StoreError::Stale("told before"))?.1 = true;
        Ok(())
    }

    pub(super) fn asked(&self, chat: ChatId, message: MessageId) -> Option<Asked> {
        let (turn, told) = self.turn_messages.get(&(chat, message))?;
        let turn = &self.turns.get(turn)?.turn;
        let conversation = self.conversations.get(&turn.conversation)?;
        Some(Asked {
            by: turn.asked_by,
            conversation: (**conversation).clone(),
            told: *told,
        })
    }
}
