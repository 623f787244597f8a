//! Buttons: shown, then used up at most once.

use super::{any, one};
use crate::ids::{BotId, Timestamp, UserId};
use crate::model::{Button, Whom};
use crate::store::StoreError;
use crate::store::write::{Writing, write};

pub(super) fn show(c: &Writing, bot: BotId, button: &Button) -> Result<(), StoreError> {
    let action = serde_json::to_string(&button.action).map_err(StoreError::unavailable)?;
    let person = match button.whom {
        Whom::Person(user) => Some(user.0),
        Whom::Admins => None,
        Whom::Deciders => Some(UserId::SHARED.0),
    };
    let sql = write(
        "INSERT INTO buttons
             (token, bot, chat, topic, action, turn, for_user, post, beside, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let sql = sql.bind(&button.token).bind(bot.0);
    let sql = sql.bind(button.place.chat.0).bind(button.place.topic.0);
    let sql = sql.bind(action).bind(button.action.turn().map(|id| id.0));
    let sql = sql.bind(person).bind(button.post.0);
    let sql = sql.bind(i64::from(button.group));
    any(c, sql.bind(button.expires_at.0))
}

pub(super) fn press(
    c: &Writing,
    bot: BotId,
    token: &str,
    by: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = write(
        "UPDATE buttons SET used_at = ?, used_by = ?
         WHERE bot = ? AND token = ? AND used_at IS NULL",
    );
    let sql = sql.bind(now.0).bind(by.0).bind(bot.0).bind(token);
    one(c, sql, "the button was pressed already")?;
    let sql = write(
        "UPDATE buttons SET used_at = ?1, used_by = ?2, action = NULL
         WHERE (post, beside) = (SELECT post, beside FROM buttons WHERE token = ?3)
           AND (used_at IS NULL OR token = ?3)",
    );
    any(c, sql.bind(now.0).bind(by.0).bind(token))
}
