//! What happens to everything that is known of a chat at once.

use super::any;
use crate::ids::{BotId, ChatId, Timestamp};
use crate::store::StoreError;
use crate::store::write::{Writing, write};

/// Groups that moved and are remembered; the first to move is the first to be forgotten.
const MOVES_MAX: i64 = 10_000;

/// A group is a supergroup with another id from now on. Message ids belong to a chat: those
/// of the old one name nothing in the new one, or something else.
pub(super) fn move_chat(
    c: &Writing,
    bot: BotId,
    from: ChatId,
    to: ChatId,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Where somebody was quicker in the new chat than the news of it, the new chat counts.
    for sql in [
        "UPDATE conversations SET chat = ?3 WHERE bot = ?1 AND chat = ?2",
        "UPDATE OR IGNORE slots SET chat = ?3 WHERE bot = ?1 AND chat = ?2",
        // No slot points at it any more: it is over, and forgotten in time.
        "UPDATE conversations SET closed_at = coalesce(closed_at, ?4) WHERE id IN
             (SELECT conversation FROM slots WHERE bot = ?1 AND chat = ?2 AND ?3 != ?2)",
        "DELETE FROM slots WHERE bot = ?1 AND chat = ?2 AND ?3 != ?2",
        "UPDATE OR IGNORE current_agents SET chat = ?3 WHERE bot = ?1 AND chat = ?2",
        "DELETE FROM current_agents WHERE bot = ?1 AND chat = ?2 AND ?3 != ?2",
        "UPDATE OR IGNORE strangers SET who = ?3 WHERE bot = ?1 AND who = ?2",
        "DELETE FROM strangers WHERE bot = ?1 AND who = ?2 AND ?3 != ?2",
        "DELETE FROM menus WHERE bot = ?1 AND chat = ?2 AND ?3 != ?2",
        "UPDATE OR IGNORE penalties SET chat = ?3 WHERE bot = ?1 AND chat = ?2",
        "DELETE FROM penalties WHERE bot = ?1 AND chat = ?2 AND ?3 != ?2",
        "DELETE FROM turn_messages INDEXED BY turn_messages_chat
         WHERE bot = ?1 AND chat = ?2 AND -chat > 0 AND ?3 != ?2",
        "UPDATE turns INDEXED BY turns_chat SET chat = ?3, reply_to = 0
         WHERE bot = ?1 AND chat = ?2 AND -chat > 0",
        "UPDATE buttons SET chat = ?3 WHERE bot = ?1 AND chat = ?2 AND used_at IS NULL",
        "UPDATE outbox SET chat = ?3, body = json_remove(body, '$.reply_to'),
                seq = seq + (SELECT coalesce(max(seq), 0) FROM outbox
                             WHERE bot = ?1 AND chat = ?3 AND state IN ('pending', 'sending'))
         WHERE bot = ?1 AND chat = ?2 AND state IN ('pending', 'sending')",
        "UPDATE outbox INDEXED BY outbox_chat SET message_id = NULL
         WHERE bot = ?1 AND chat = ?2 AND -chat > 0 AND message_id IS NOT NULL AND ?3 != ?2",
    ] {
        let sql = write(sql).bind(bot.0).bind(from.0).bind(to.0);
        any(c, sql.bind(now.0))?;
    }
    let sql = write(
        "INSERT INTO moved_chats (bot, old_chat, new_chat, moved_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET new_chat = excluded.new_chat",
    );
    any(c, sql.bind(bot.0).bind(from.0).bind(to.0).bind(now.0))?;
    let sql = write(
        "DELETE FROM moved_chats WHERE bot = ?1 AND old_chat IN
             (SELECT old_chat FROM moved_chats WHERE bot = ?1
              ORDER BY moved_at DESC, old_chat LIMIT -1 OFFSET ?2)",
    );
    any(c, sql.bind(bot.0).bind(MOVES_MAX))
}

/// Telegram lets nothing of ours into the chat: what waits for it is dropped, and the turns
/// of which it speaks are undeliverable.
pub(super) fn close_chat(
    c: &Writing,
    bot: BotId,
    chat: ChatId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE turns SET state = 'undeliverable', ended_at = ended_at
         WHERE state IN ('answered', 'told_failed', 'unknown_told') AND id IN
             (SELECT turn FROM outbox WHERE bot = ? AND chat = ?
              AND state IN ('pending', 'sending') AND state != 'sending'
              AND kind IN ('final', 'final_edit', 'notice'))",
    );
    any(c, sql.bind(bot.0).bind(chat.0))?;
    let sql = write(
        "UPDATE outbox SET state = 'dropped', body = NULL, ended_at = ?
         WHERE bot = ? AND chat = ? AND state IN ('pending', 'sending') AND state != 'sending'",
    );
    any(c, sql.bind(now.0).bind(bot.0).bind(chat.0))
}
