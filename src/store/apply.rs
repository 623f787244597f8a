//! Each change as SQL. A change that moves something says where it must stand before.

mod buttons;
mod chats;
mod pauses;
mod pieces;
mod posts;
mod turns;

use super::write::{Write, Writing, write};
use super::{Change, StoreError, StoredUpdate};
use super::{backup, codec, deaths, menus, parked, penalties, recent};
use crate::ids::{AgentName, BotId, Digest, RouteName, Timestamp, UpdateId};
use crate::model::{AuditLine, Conversation, Turn, UpdateEnd};

/// Keeps updates; says of each whether it was not known.
pub(super) fn accept(
    c: &Writing,
    bot: BotId,
    updates: &[StoredUpdate],
) -> Result<Vec<bool>, StoreError> {
    let keep = |update: &StoredUpdate| {
        let sql = write(
            "INSERT INTO updates (bot, update_id, received_at, body, state)
             VALUES (?, ?, ?, ?, 'new') ON CONFLICT DO NOTHING",
        );
        let sql = sql.bind(bot.0).bind(update.id.0);
        let sql = sql.bind(update.received_at.0).bind(&update.body);
        Ok(sql.run(c)? == 1)
    };
    updates.iter().map(keep).collect()
}

/// Does one change, or says that it no longer applies.
pub(super) fn change(
    c: &Writing,
    bot: BotId,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    match change {
        Change::EndUpdate { update, end } => end_update(c, bot, *update, end, now),
        Change::OpenConversation(conversation) => open_conversation(c, bot, conversation, now),
        Change::CloseConversation(id) => {
            let sql = write("UPDATE conversations SET closed_at = ? WHERE id = ?");
            any(c, sql.bind(now.0).bind(id.0))
        }
        Change::Resume(id) => recent::resume(c, *id, now),
        Change::SetCurrent { place, user, agent } => {
            let sql = write(
                "INSERT INTO current_agents (bot, chat, topic, user, agent, set_at)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET agent = excluded.agent, set_at = excluded.set_at",
            );
            let sql = sql.bind(bot.0).bind(place.chat.0).bind(place.topic.0);
            any(c, sql.bind(user.0).bind(agent.as_str()).bind(now.0))
        }
        Change::OpenTurn(turn) => open_turn(c, bot, turn, now),
        Change::Reword {
            turn,
            chat,
            pieces,
            gathering,
        } => pieces::reword(c, bot, (*turn, *chat), pieces, gathering.as_ref()),
        Change::TellEdit { chat, message } => pieces::tell_edit(c, bot, *chat, *message, now),
        Change::ShowButton(button) => buttons::show(c, bot, button),
        Change::UseButton { token, by } => buttons::press(c, bot, token, *by, now),
        Change::TellStranger { who, day, rows_max } => tell_stranger(c, bot, *who, *day, *rows_max),
        Change::KeepMenu {
            scope,
            digest,
            rows_max,
        } => menus::keep(c, bot, (*scope, digest.as_deref()), *rows_max, now),
        Change::KeepPause(waiting) => pauses::keep(c, bot, waiting),
        Change::Audit(line) => audit(c, bot, line, now),
        Change::Context {
            conversation,
            context,
        } => {
            let sql = write("UPDATE conversations SET context_id = ? WHERE id = ?");
            any(c, sql.bind(context.as_str()).bind(conversation.0))
        }
        Change::Await {
            conversation,
            awaited,
        } => {
            let sql = write("UPDATE conversations SET awaited = ? WHERE id = ?");
            let sql = sql.bind(codec::awaited(awaited.as_ref())?);
            any(c, sql.bind(conversation.0))
        }
        of_parked @ (Change::NotePanic(_)
        | Change::Park { .. }
        | Change::Retry(_)
        | Change::RefuseRetry(_)) => parked::change(c, bot, of_parked, now),
        of_deaths @ (Change::BeginProcess { .. }
        | Change::EndProcess
        | Change::LiveOn
        | Change::Try(_)
        | Change::Acquit(_)) => deaths::change(c, bot, of_deaths, now),
        Change::Restored => backup::restored(c, bot, now),
        Change::MoveChat { from, to } => chats::move_chat(c, bot, *from, *to, now),
        Change::Penalize(penalty) => penalties::keep(c, bot, *penalty, now),
        Change::CloseChat(chat) => chats::close_chat(c, bot, *chat, now),
        of_turn @ (Change::Submit { .. }
        | Change::Working { .. }
        | Change::Detach { .. }
        | Change::Placeholder { .. }
        | Change::Used { .. }
        | Change::EndTurn { .. }
        | Change::Undeliverable { .. }
        | Change::TellRestart { .. }
        | Change::AskStop { .. }
        | Change::Hold { .. }
        | Change::Release { .. }
        | Change::Requeue { .. }) => turns::move_turn(c, of_turn, now),
        of_post => posts::move_post(c, bot, of_post, now),
    }
}

fn end_update(
    c: &Writing,
    bot: BotId,
    update: UpdateId,
    end: &UpdateEnd,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, reason) = codec::update_end(end);
    let sql = write(
        "UPDATE updates SET state = ?1, reason = ?2, ended_at = ?3,
                body = CASE WHEN ?1 = 'parked' THEN body END
         WHERE bot = ?4 AND update_id = ?5 AND state = 'new'",
    );
    let sql = sql.bind(state).bind(reason).bind(now.0);
    one(c, sql.bind(bot.0).bind(update.0), "the update has ended")?;
    if let UpdateEnd::Turn(turn) | UpdateEnd::Joined(turn) = end {
        let sql = write("INSERT INTO turn_updates (bot, update_id, turn) VALUES (?, ?, ?)");
        any(c, sql.bind(bot.0).bind(update.0).bind(turn.0))?;
    }
    Ok(())
}

fn open_conversation(
    c: &Writing,
    bot: BotId,
    conversation: &Conversation,
    now: Timestamp,
) -> Result<(), StoreError> {
    let slot = &conversation.slot;
    let sql = write(
        "INSERT INTO conversations
             (id, bot, chat, topic, user, agent, principal, context_id, opened_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    let sql = sql.bind(conversation.id.0).bind(bot.0);
    let sql = sql.bind(slot.place.chat.0).bind(slot.place.topic.0);
    let sql = sql.bind(slot.user.0).bind(slot.agent.as_str());
    let sql = sql.bind(conversation.principal.as_str());
    let context = conversation.context.as_ref();
    let sql = sql.bind(context.map(|context| context.as_str().to_owned()));
    if sql.bind(now.0).run(c)? == 0 {
        // Two turns that arrived together both open it; its slot may have moved on since.
        return Ok(());
    }
    let sql = write(
        "UPDATE conversations SET closed_at = ?1 WHERE closed_at IS NULL AND id =
             (SELECT conversation FROM slots
              WHERE bot = ?2 AND chat = ?3 AND topic = ?4 AND user = ?5 AND agent = ?6)",
    );
    let sql = sql.bind(now.0).bind(bot.0);
    let sql = sql.bind(slot.place.chat.0).bind(slot.place.topic.0);
    any(c, sql.bind(slot.user.0).bind(slot.agent.as_str()))?;
    let sql = write(
        "INSERT INTO slots (bot, chat, topic, user, agent, conversation)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET conversation = excluded.conversation",
    );
    let sql = sql
        .bind(bot.0)
        .bind(slot.place.chat.0)
        .bind(slot.place.topic.0);
    let sql = sql.bind(slot.user.0).bind(slot.agent.as_str());
    any(c, sql.bind(conversation.id.0))
}

fn open_turn(c: &Writing, bot: BotId, turn: &Turn, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "INSERT INTO turns (id, bot, conversation, chat, topic, asked_by, first_update,
                            reply_to, text, pieces, gathering, state, attempt, held, held_until,
                            held_post, answers, route, opened_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)",
    );
    let sql = sql.bind(turn.id.0).bind(bot.0).bind(turn.conversation.0);
    let sql = sql.bind(turn.place.chat.0).bind(turn.place.topic.0);
    let sql = sql.bind(turn.asked_by.0).bind(turn.update.0);
    let sql = sql.bind(turn.reply_to.0).bind(&turn.text);
    let sql = sql.bind(codec::pieces(&turn.pieces)?);
    let sql = sql.bind(codec::gathering(turn.gathering.as_ref())?);
    let sql = sql.bind(i64::from(turn.attempt));
    let held = turn.held;
    let sql = sql.bind(held.map(|held| held.why.name()));
    let sql = sql.bind(held.map(|held| held.until.0));
    let sql = sql.bind(held.map(|held| held.post.0));
    let sql = sql.bind(codec::awaited(turn.answers.as_ref())?);
    let sql = sql.bind(turn.route.as_ref().map(RouteName::as_str));
    any(c, sql.bind(now.0))?;
    recent::begun(c, turn, now)?;
    pieces::belong(c, bot, (turn.id, turn.place.chat), &turn.pieces)
}

fn tell_stranger(
    c: &Writing,
    bot: BotId,
    who: i64,
    day: i64,
    rows_max: usize,
) -> Result<(), StoreError> {
    let sql = write(
        "INSERT INTO strangers (bot, who, day) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET day = excluded.day",
    );
    any(c, sql.bind(bot.0).bind(who).bind(day))?;
    // Whoever was told just now stays, or would be told again with the next message.
    let sql = write(
        "DELETE FROM strangers WHERE bot = ?1 AND who IN
             (SELECT who FROM strangers WHERE bot = ?1
              ORDER BY day DESC, who != ?3, who DESC LIMIT -1 OFFSET ?2)",
    );
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    any(c, sql.bind(bot.0).bind(rows_max).bind(who))
}

fn audit(c: &Writing, bot: BotId, line: &AuditLine, now: Timestamp) -> Result<(), StoreError> {
    let sql = write(
        "INSERT INTO audit (at, bot, chat, user, event, agent, turn, rule, route, digest, tools, text)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let sql = sql
        .bind(now.0)
        .bind(bot.0)
        .bind(line.chat.0)
        .bind(line.user.0);
    let sql = sql.bind(line.event);
    let sql = sql.bind(line.agent.as_ref().map(AgentName::as_str));
    let sql = sql.bind(line.turn.map(|turn| turn.0));
    let sql = sql.bind(line.rule);
    let sql = sql.bind(line.route.as_ref().map(RouteName::as_str));
    let sql = sql.bind(line.digest.as_ref().map(Digest::as_str));
    let sql = sql.bind(line.tools.as_deref());
    any(c, sql.bind(line.text.as_deref()))
}

/// Exactly one row must have been where the change expects it.
pub(super) fn one(c: &Writing, sql: Write<'_>, otherwise: &'static str) -> Result<(), StoreError> {
    match sql.run(c)? {
        1 => Ok(()),
        _ => Err(StoreError::Stale(otherwise)),
    }
}

/// At least one row must have been where the change expects it.
fn some(c: &Writing, sql: Write<'_>, otherwise: &'static str) -> Result<(), StoreError> {
    match sql.run(c)? {
        0 => Err(StoreError::Stale(otherwise)),
        _ => Ok(()),
    }
}

pub(super) fn any(c: &Writing, sql: Write<'_>) -> Result<(), StoreError> {
    sql.run(c)?;
    Ok(())
}
