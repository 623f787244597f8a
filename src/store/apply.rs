//! Each change as SQL. A change that moves something says where it must stand before.

mod buttons;
mod chats;
mod pauses;
mod pieces;
mod posts;
mod turns;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Sqlite, query};

use super::{Change, StoreError, StoredUpdate};
use super::{backup, codec, deaths, menus, parked, penalties, recent};
use crate::ids::{BotId, Digest, RouteName, Timestamp, UpdateId};
use crate::model::{AuditLine, Conversation, Turn, UpdateEnd};

type Sql<'q> = Query<'q, Sqlite, SqliteArguments>;

pub(super) async fn accept(
    connection: &mut SqliteConnection,
    bot: BotId,
    updates: &[StoredUpdate],
) -> Result<Vec<StoredUpdate>, StoreError> {
    let mut fresh = Vec::with_capacity(updates.len());
    for update in updates {
        let inserted = query(
            "INSERT INTO updates (bot, update_id, received_at, body, state)
             VALUES (?, ?, ?, ?, 'new') ON CONFLICT DO NOTHING",
        )
        .bind(bot.0)
        .bind(update.id.0)
        .bind(update.received_at.0)
        .bind(&update.body)
        .execute(&mut *connection)
        .await?;
        if inserted.rows_affected() == 1 {
            fresh.push(update.clone());
        }
    }
    Ok(fresh)
}

/// Does one change, or says that it no longer applies.
pub(super) async fn change(
    c: &mut SqliteConnection,
    bot: BotId,
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    match change {
        Change::EndUpdate { update, end } => end_update(c, bot, *update, end, now).await,
        Change::OpenConversation(conversation) => {
            open_conversation(c, bot, conversation, now).await
        }
        Change::CloseConversation(id) => {
            let sql = query("UPDATE conversations SET closed_at = ? WHERE id = ?");
            any(c, sql.bind(now.0).bind(id.0)).await
        }
        Change::Resume(id) => recent::resume(c, *id, now).await,
        Change::SetCurrent { place, user, agent } => {
            let sql = query(
                "INSERT INTO current_agents (bot, chat, topic, user, agent, set_at)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET agent = excluded.agent, set_at = excluded.set_at",
            );
            let sql = sql.bind(bot.0).bind(place.chat.0).bind(place.topic.0);
            any(c, sql.bind(user.0).bind(agent.as_str()).bind(now.0)).await
        }
        Change::OpenTurn(turn) => open_turn(c, bot, turn, now).await,
        Change::Reword {
            turn,
            chat,
            pieces,
            gathering,
        } => pieces::reword(c, bot, (*turn, *chat), pieces, gathering.as_ref()).await,
        Change::TellEdit { chat, message } => pieces::tell_edit(c, bot, *chat, *message, now).await,
        Change::ShowButton(button) => buttons::show(c, bot, button).await,
        Change::UseButton { token, by } => buttons::press(c, bot, token, *by, now).await,
        Change::TellStranger { who, day, rows_max } => {
            tell_stranger(c, bot, *who, *day, *rows_max).await
        }
        Change::KeepMenu {
            scope,
            digest,
            rows_max,
        } => menus::keep(c, bot, (*scope, digest.as_deref()), *rows_max, now).await,
        Change::KeepPause(waiting) => pauses::keep(c, bot, waiting).await,
        Change::Audit(line) => audit(c, bot, line, now).await,
        Change::Context {
            conversation,
            context,
        } => {
            let sql = query("UPDATE conversations SET context_id = ? WHERE id = ?");
            any(c, sql.bind(context.as_str()).bind(conversation.0)).await
        }
        Change::Await {
            conversation,
            awaited,
        } => {
            let sql = query("UPDATE conversations SET awaited = ? WHERE id = ?");
            let sql = sql.bind(codec::awaited(awaited.as_ref())?);
            any(c, sql.bind(conversation.0)).await
        }
        of_parked @ (Change::NotePanic(_)
        | Change::Park { .. }
        | Change::Retry(_)
        | Change::RefuseRetry(_)) => parked::change(c, bot, of_parked, now).await,
        of_deaths @ (Change::BeginProcess { .. }
        | Change::EndProcess
        | Change::LiveOn
        | Change::Try(_)
        | Change::Acquit(_)) => deaths::change(c, bot, of_deaths, now).await,
        Change::Restored => backup::restored(c, bot, now).await,
        Change::MoveChat { from, to } => chats::move_chat(c, bot, *from, *to, now).await,
        Change::Penalize(penalty) => penalties::keep(c, bot, *penalty, now).await,
        Change::CloseChat(chat) => chats::close_chat(c, bot, *chat, now).await,
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
        | Change::Requeue { .. }) => turns::move_turn(c, of_turn, now).await,
        of_post => posts::move_post(c, bot, of_post, now).await,
    }
}

async fn end_update(
    c: &mut SqliteConnection,
    bot: BotId,
    update: UpdateId,
    end: &UpdateEnd,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, reason) = codec::update_end(end);
    let sql = query(
        "UPDATE updates SET state = ?1, reason = ?2, ended_at = ?3,
                body = CASE WHEN ?1 = 'parked' THEN body END
         WHERE bot = ?4 AND update_id = ?5 AND state = 'new'",
    );
    let sql = sql.bind(state).bind(reason).bind(now.0);
    one(c, sql.bind(bot.0).bind(update.0), "the update has ended").await?;
    if let UpdateEnd::Turn(turn) | UpdateEnd::Joined(turn) = end {
        let sql = query("INSERT INTO turn_updates (bot, update_id, turn) VALUES (?, ?, ?)");
        any(c, sql.bind(bot.0).bind(update.0).bind(turn.0)).await?;
    }
    Ok(())
}

async fn open_conversation(
    c: &mut SqliteConnection,
    bot: BotId,
    conversation: &Conversation,
    now: Timestamp,
) -> Result<(), StoreError> {
    let slot = &conversation.slot;
    let sql = query(
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
    if sql.bind(now.0).execute(&mut *c).await?.rows_affected() == 0 {
        // Two turns that arrived together both open it; its slot may have moved on since.
        return Ok(());
    }
    let sql = query(
        "UPDATE conversations SET closed_at = ?1 WHERE closed_at IS NULL AND id =
             (SELECT conversation FROM slots
              WHERE bot = ?2 AND chat = ?3 AND topic = ?4 AND user = ?5 AND agent = ?6)",
    );
    let sql = sql.bind(now.0).bind(bot.0);
    let sql = sql.bind(slot.place.chat.0).bind(slot.place.topic.0);
    any(c, sql.bind(slot.user.0).bind(slot.agent.as_str())).await?;
    let sql = query(
        "INSERT INTO slots (bot, chat, topic, user, agent, conversation)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET conversation = excluded.conversation",
    );
    let sql = sql
        .bind(bot.0)
        .bind(slot.place.chat.0)
        .bind(slot.place.topic.0);
    let sql = sql.bind(slot.user.0).bind(slot.agent.as_str());
    any(c, sql.bind(conversation.id.0)).await
}

async fn open_turn(
    c: &mut SqliteConnection,
    bot: BotId,
    turn: &Turn,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = query(
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
    any(c, sql.bind(now.0)).await?;
    recent::begun(c, turn, now).await?;
    pieces::belong(c, bot, (turn.id, turn.place.chat), &turn.pieces).await
}

async fn tell_stranger(
    c: &mut SqliteConnection,
    bot: BotId,
    who: i64,
    day: i64,
    rows_max: usize,
) -> Result<(), StoreError> {
    let sql = query(
        "INSERT INTO strangers (bot, who, day) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET day = excluded.day",
    );
    any(c, sql.bind(bot.0).bind(who).bind(day)).await?;
    // Whoever was told just now stays, or would be told again with the next message.
    let sql = query(
        "DELETE FROM strangers WHERE bot = ?1 AND who IN
             (SELECT who FROM strangers WHERE bot = ?1
              ORDER BY day DESC, who != ?3, who DESC LIMIT -1 OFFSET ?2)",
    );
    let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
    any(c, sql.bind(bot.0).bind(rows_max).bind(who)).await
}

async fn audit(
    c: &mut SqliteConnection,
    bot: BotId,
    line: &AuditLine,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = query(
        "INSERT INTO audit (at, bot, chat, user, event, agent, turn, rule, route, digest, tools, text)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let sql = sql
        .bind(now.0)
        .bind(bot.0)
        .bind(line.chat.0)
        .bind(line.user.0);
    let sql = sql.bind(line.event);
    let agent = line.agent.as_ref().map(|agent| agent.as_str().to_owned());
    let sql = sql.bind(agent).bind(line.turn.map(|turn| turn.0));
    let sql = sql.bind(line.rule);
    let sql = sql.bind(line.route.as_ref().map(RouteName::as_str));
    let sql = sql.bind(line.digest.as_ref().map(Digest::as_str));
    let sql = sql.bind(line.tools.as_deref());
    any(c, sql.bind(line.text.as_deref())).await
}

/// Exactly one row must have been where the change expects it.
pub(super) async fn one(
    c: &mut SqliteConnection,
    sql: Sql<'_>,
    otherwise: &'static str,
) -> Result<(), StoreError> {
    match sql.execute(c).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Stale(otherwise)),
    }
}

/// At least one row must have been where the change expects it.
async fn some(
    c: &mut SqliteConnection,
    sql: Sql<'_>,
    otherwise: &'static str,
) -> Result<(), StoreError> {
    match sql.execute(c).await?.rows_affected() {
        0 => Err(StoreError::Stale(otherwise)),
        _ => Ok(()),
    }
}

pub(super) async fn any(c: &mut SqliteConnection, sql: Sql<'_>) -> Result<(), StoreError> {
    sql.execute(c).await?;
    Ok(())
}
