//! What a turn is made of, and which messages belong to it.

use super::{any, one};
use crate::ids::{BotId, ChatId, MessageId, Timestamp, TurnId};
use crate::model::{Gathering, Piece, whole};
use crate::store::write::{Writing, write};
use crate::store::{StoreError, codec, recent};

/// A turn that waits is made of these pieces from now on.
pub(super) fn reword(
    c: &Writing,
    bot: BotId,
    of: (TurnId, ChatId),
    pieces: &[Piece],
    gathering: Option<&Gathering>,
) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turns SET text = ?, pieces = ?, gathering = ? WHERE id = ? AND state = 'queued'",
    );
    let sql = sql.bind(whole(pieces)).bind(codec::pieces(pieces)?);
    let sql = sql.bind(codec::gathering(gathering)?).bind(of.0.0);
    one(c, sql, "the turn is not queued")?;
    let named = whole(pieces);
    let file = pieces.iter().find_map(Piece::file);
    let summary = file.filter(|_| named.is_empty());
    let summary = summary.map_or(&*named, |file| &file.name);
    recent::reworded(c, of.0, summary)?;
    belong(c, bot, of, pieces)
}

/// The messages belong to the turn. One whose id could not be read is found by nobody.
pub(super) fn belong(
    c: &Writing,
    bot: BotId,
    (turn, chat): (TurnId, ChatId),
    pieces: &[Piece],
) -> Result<(), StoreError> {
    for piece in pieces.iter().filter(|piece| piece.message.0 != 0) {
        let sql = write(
            "INSERT INTO turn_messages (bot, chat, message, turn) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        );
        let sql = sql.bind(bot.0).bind(chat.0).bind(piece.message.0);
        any(c, sql.bind(turn.0))?;
    }
    Ok(())
}

/// The writer of a message was told; once.
pub(super) fn tell_edit(
    c: &Writing,
    bot: BotId,
    chat: ChatId,
    message: MessageId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turn_messages SET edit_told_at = ?
         WHERE bot = ? AND chat = ? AND message = ? AND edit_told_at IS NULL",
    );
    let sql = sql.bind(now.0).bind(bot.0).bind(chat.0).bind(message.0);
    one(c, sql, "told before")
}
