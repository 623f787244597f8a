//! Rows back into what the rules know.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row, query};

use super::{Asked, StoreError, StoredUpdate, Unfinished, codec};
use crate::ids::{
    AgentName, BotId, ChatId, ContextId, ConversationId, MessageId, OutboxId, Principal, PromptId,
    RouteName, TaskId, Timestamp, TopicId, TurnId, UpdateId, UserId,
};
use crate::model::{
    Button, Conversation, File, FileName, Held, Place, Post, Protocol, Seat, Slot, Turn, TurnState,
    Whom,
};

pub(super) async fn new_updates(
    pool: &SqlitePool,
    bot: BotId,
    max: usize,
) -> Result<Vec<StoredUpdate>, StoreError> {
    let rows = query(
        "SELECT update_id, body, received_at FROM updates INDEXED BY updates_new
         WHERE bot = ? AND state = 'new' ORDER BY update_id LIMIT ?",
    )
    .bind(bot.0)
    .bind(i64::try_from(max).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredUpdate {
                id: UpdateId(row.try_get(0)?),
                received_at: Timestamp(row.try_get(2)?),
                body: row.try_get::<Option<String>, _>(1)?.unwrap_or_default(),
            })
        })
        .collect()
}

pub(super) async fn unfinished(pool: &SqlitePool, bot: BotId) -> Result<Unfinished, StoreError> {
    let turns = query(
        "SELECT t.*, c.user, c.agent, c.principal, c.context_id, c.closed_at, c.awaited,
                (SELECT token FROM buttons WHERE post = t.placeholder AND used_at IS NULL) AS stop
         FROM turns t JOIN conversations c ON c.id = t.conversation
         WHERE t.bot = ? AND t.ended_at IS NULL ORDER BY t.id",
    )
    .bind(bot.0)
    .fetch_all(pool)
    .await?;
    let posts = query(
        "SELECT id, chat, topic, turn, kind, body, sends, state
         FROM outbox INDEXED BY outbox_order
         WHERE bot = ? AND state IN ('pending', 'sending') ORDER BY chat, seq",
    )
    .bind(bot.0)
    .fetch_all(pool)
    .await?;
    Ok(Unfinished {
        turns: turns.iter().map(turn_row).collect::<Result<_, _>>()?,
        posts: posts.iter().map(post_row).collect::<Result<_, _>>()?,
        moves: super::chats::moves(pool, bot).await?,
        penalties: super::penalties::kept(pool, bot).await?,
    })
}

pub(super) async fn turn(
    pool: &SqlitePool,
    id: TurnId,
) -> Result<Option<(Turn, Conversation)>, StoreError> {
    let row = query(
        "SELECT t.*, c.user, c.agent, c.principal, c.context_id, c.closed_at, c.awaited,
                (SELECT token FROM buttons WHERE post = t.placeholder AND used_at IS NULL) AS stop
         FROM turns t JOIN conversations c ON c.id = t.conversation
         WHERE t.id = ?",
    )
    .bind(id.0)
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(turn_row).transpose()
}

pub(super) async fn asked(
    pool: &SqlitePool,
    bot: BotId,
    chat: ChatId,
    message: MessageId,
) -> Result<Option<Asked>, StoreError> {
    let row = query(
        "SELECT t.asked_by, m.edit_told_at, c.*
         FROM turn_messages m JOIN turns t ON t.id = m.turn
              JOIN conversations c ON c.id = t.conversation
         WHERE m.bot = ? AND m.chat = ? AND m.message = ?",
    )
    .bind(bot.0)
    .bind(chat.0)
    .bind(message.0)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let place = Place {
        chat: ChatId(row.try_get("chat")?),
        topic: TopicId(row.try_get("topic")?),
    };
    let user = UserId(row.try_get("user")?);
    let conversation = ConversationId(row.try_get("id")?);
    Ok(Some(Asked {
        by: UserId(row.try_get("asked_by")?),
        conversation: conversation_row(&row, conversation, place, user)?,
        told: row.try_get::<Option<i64>, _>("edit_told_at")?.is_some(),
    }))
}

pub(super) async fn seat(
    pool: &SqlitePool,
    bot: BotId,
    place: Place,
    user: UserId,
) -> Result<Seat, StoreError> {
    let current = query(
        "SELECT agent, set_at FROM current_agents
         WHERE bot = ? AND chat = ? AND topic = ? AND user = ?",
    )
    .bind(bot.0)
    .bind(place.chat.0)
    .bind(place.topic.0)
    .bind(user.0)
    .fetch_optional(pool)
    .await?;
    let conversations = query(
        "SELECT c.id, c.agent, c.principal, c.context_id, c.closed_at, c.awaited, c.used_at
         FROM slots s JOIN conversations c ON c.id = s.conversation
         WHERE s.bot = ? AND s.chat = ? AND s.topic = ? AND s.user = ?",
    )
    .bind(bot.0)
    .bind(place.chat.0)
    .bind(place.topic.0)
    .bind(user.0)
    .fetch_all(pool)
    .await?;
    let current = match current {
        Some(row) => Some((AgentName(row.try_get(0)?), Timestamp(row.try_get(1)?))),
        None => None,
    };
    let mut seat = Seat {
        current,
        ..Seat::default()
    };
    for row in &conversations {
        let id = ConversationId(row.try_get("id")?);
        let used_at: Option<i64> = row.try_get("used_at")?;
        seat.used.extend(used_at.map(|at| (id, Timestamp(at))));
        let conversation = conversation_row(row, id, place, user)?;
        seat.conversations.push(conversation);
    }
    Ok(seat)
}

pub(super) async fn button(
    pool: &SqlitePool,
    bot: BotId,
    token: &str,
) -> Result<Option<Button>, StoreError> {
    let row = query("SELECT * FROM buttons WHERE bot = ? AND token = ? AND used_at IS NULL")
        .bind(bot.0)
        .bind(token)
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let action: String = row.try_get("action")?;
    let person: Option<i64> = row.try_get("for_user")?;
    Ok(Some(Button {
        token: row.try_get("token")?,
        place: Place {
            chat: ChatId(row.try_get("chat")?),
            topic: TopicId(row.try_get("topic")?),
        },
        action: serde_json::from_str(&action).map_err(StoreError::unavailable)?,
        whom: match person {
            None => Whom::Admins,
            Some(0) => Whom::Deciders,
            Some(id) => Whom::Person(UserId(id)),
        },
        post: OutboxId(row.try_get("post")?),
        group: row.try_get("beside")?,
        expires_at: Timestamp(row.try_get("expires_at")?),
    }))
}

pub(super) async fn update_body(
    pool: &SqlitePool,
    bot: BotId,
    update: UpdateId,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM updates WHERE bot = ? AND update_id = ?";
    let body: Option<Option<String>> = sqlx::query_scalar(sql)
        .bind(bot.0)
        .bind(update.0)
        .fetch_optional(pool)
        .await?;
    Ok(body.flatten())
}

pub(super) async fn stranger_told(
    pool: &SqlitePool,
    bot: BotId,
    who: i64,
) -> Result<Option<i64>, StoreError> {
    let day = sqlx::query_scalar("SELECT day FROM strangers WHERE bot = ? AND who = ?")
        .bind(bot.0)
        .bind(who)
        .fetch_optional(pool)
        .await?;
    Ok(day)
}

pub(super) async fn message_of(
    pool: &SqlitePool,
    post: OutboxId,
) -> Result<Option<MessageId>, StoreError> {
    let message: Option<Option<i64>> =
        sqlx::query_scalar("SELECT message_id FROM outbox WHERE id = ?")
            .bind(post.0)
            .fetch_optional(pool)
            .await?;
    Ok(message.flatten().map(MessageId))
}

pub(super) async fn file_of(pool: &SqlitePool, post: OutboxId) -> Result<Option<File>, StoreError> {
    let row = query("SELECT name, media_type, bytes FROM outbox_files WHERE post = ?")
        .bind(post.0)
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let name: String = row.try_get("name")?;
    Ok(Some(File {
        name: FileName::clean(&name, "file"),
        media_type: row.try_get("media_type")?,
        bytes: row.try_get::<Vec<u8>, _>("bytes")?.into(),
    }))
}

fn turn_row(row: &SqliteRow) -> Result<(Turn, Conversation), StoreError> {
    let state: String = row.try_get("state")?;
    let place = Place {
        chat: ChatId(row.try_get("chat")?),
        topic: TopicId(row.try_get("topic")?),
    };
    let reply_to = MessageId(row.try_get("reply_to")?);
    let text: String = row.try_get("text")?;
    let kept: Option<String> = row.try_get("pieces")?;
    let pieces = codec::parse_pieces(kept.as_deref(), reply_to, &text)?;
    let gathering: Option<String> = row.try_get("gathering")?;
    let turn = Turn {
        id: TurnId(row.try_get("id")?),
        conversation: ConversationId(row.try_get("conversation")?),
        place,
        asked_by: UserId(row.try_get("asked_by")?),
        route: row
            .try_get::<Option<String>, _>("route")?
            .map(RouteName::from),
        update: UpdateId(row.try_get("first_update")?),
        reply_to,
        text,
        pieces,
        gathering: gathering
            .map(|kept| serde_json::from_str(&kept).map_err(StoreError::unavailable))
            .transpose()?,
        // A turn that is over is read only to wait again.
        state: codec::parse_turn_state(&state).unwrap_or(TurnState::Queued),
        attempt: row.try_get("attempt")?,
        prompt: row
            .try_get::<Option<String>, _>("prompt_id")?
            .map(PromptId::from),
        protocol: row
            .try_get::<Option<String>, _>("protocol")?
            .and_then(|name| Protocol::parse(&name)),
        task: row
            .try_get::<Option<String>, _>("task_id")?
            .map(TaskId::from),
        placeholder: row.try_get::<Option<i64>, _>("placeholder")?.map(OutboxId),
        stop: row.try_get("stop")?,
        stopping: row.try_get::<Option<i64>, _>("stop_asked_at")?.is_some(),
        held: held(row)?,
        answers: codec::parse_awaited(row.try_get("answers")?)?,
    };
    let user = UserId(row.try_get("user")?);
    let conversation = conversation_row(row, turn.conversation, place, user)?;
    Ok((turn, conversation))
}

fn held(row: &SqliteRow) -> Result<Option<Held>, StoreError> {
    let Some(name) = row.try_get::<Option<String>, _>("held")? else {
        return Ok(None);
    };
    Ok(Some(Held {
        why: codec::parse_held(&name).ok_or_else(|| unknown("reason", &name))?,
        until: Timestamp(row.try_get("held_until")?),
        post: OutboxId(row.try_get("held_post")?),
    }))
}

pub(super) fn conversation_row(
    row: &SqliteRow,
    id: ConversationId,
    place: Place,
    user: UserId,
) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        id,
        slot: Slot {
            place,
            user,
            agent: AgentName::from(row.try_get::<String, _>("agent")?),
        },
        principal: Principal::from(row.try_get::<String, _>("principal")?),
        context: row
            .try_get::<Option<String>, _>("context_id")?
            .map(ContextId::from),
        closed: row.try_get::<Option<i64>, _>("closed_at")?.is_some(),
        awaited: codec::parse_awaited(row.try_get("awaited")?)?,
    })
}

fn post_row(row: &SqliteRow) -> Result<(Post, bool), StoreError> {
    let kind: String = row.try_get("kind")?;
    let body: Option<String> = row.try_get("body")?;
    let state: String = row.try_get("state")?;
    let post = Post {
        id: OutboxId(row.try_get("id")?),
        place: Place {
            chat: ChatId(row.try_get("chat")?),
            topic: TopicId(row.try_get("topic")?),
        },
        turn: row.try_get::<Option<i64>, _>("turn")?.map(TurnId),
        kind: codec::parse_kind(&kind).ok_or_else(|| unknown("kind", &kind))?,
        body: serde_json::from_str(body.as_deref().unwrap_or("{}"))
            .map_err(StoreError::unavailable)?,
        sends: row.try_get("sends")?,
    };
    Ok((post, state == "sending"))
}

pub(super) fn unknown(what: &str, name: &str) -> StoreError {
    StoreError::unavailable(format!("unknown {what} in the store: {name}"))
}
