//! What earlier processes died of: what has ended three of them is set aside before this one
//! begins, and whoever sent it is told.

use anyhow::Context;
use serde_json::Value;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::ids::{ChatId, MessageId, TopicId, UpdateId, UserId};
use crate::model::{Body, Kind, Outcome, Place, Post, UpdateEnd};
use crate::poison::{self, Work};
use crate::rules::{access, words};
use crate::store::{Change, SharedStore, StoreError};

/// Reads what panics were written down, and parks what has caused too many.
///
/// # Errors
/// When the records or the store cannot be read or written.
pub(super) async fn park(store: &SharedStore, config: &Config) -> anyhow::Result<()> {
    let file = poison::file(&config.store.path);
    let records = poison::records(&file).with_context(|| file.display().to_string())?;
    if !records.is_empty() {
        for record in &records {
            let (work, line) = (record.work.reference(), &record.line);
            error!(%work, %line, "an earlier process panicked while it worked on this");
        }
        store
            .commit(records.into_iter().map(Change::NotePanic).collect())
            .await?;
        poison::forget(&file).with_context(|| file.display().to_string())?;
    }
    for (work, times, line) in store.suspects().await? {
        let why = format!("{times} panics, the last at {line}");
        match store.commit(changes(store, config, work, why).await?).await {
            Ok(()) => warn!(work = %work.reference(), times, "parked"),
            // It has come to its end all the same.
            Err(StoreError::Stale(_)) => info!(work = %work.reference(), "is over"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn changes(
    store: &SharedStore,
    config: &Config,
    work: Work,
    why: String,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = vec![Change::Park { work, why }];
    match work {
        Work::Update(update) => {
            changes.push(Change::EndUpdate {
                update,
                end: UpdateEnd::Parked,
            });
            let body = store.update_body(update).await?;
            changes.extend(body.and_then(|body| word(store, config, update, &body)));
        }
        Work::Turn(turn) => {
            changes.push(Change::EndTurn {
                turn,
                outcome: Outcome::ToldFailed,
            });
            if let Some((asked, conversation)) = store.turn(turn).await? {
                let body = Body {
                    text: words::parked_question(&conversation.slot.agent, turn),
                    reply_to: Some(asked.reply_to),
                    ..Body::default()
                };
                let id = store.new_post();
                changes.push(Change::Post(Post {
                    turn: Some(turn),
                    ..Post::new(id, asked.place, Kind::Notice, body)
                }));
            }
        }
    }
    Ok(changes)
}

/// The word to whoever sent the update, if the bot is for them. Read with as little as possible:
/// it may be the reading that panics.
fn word(store: &SharedStore, config: &Config, update: UpdateId, body: &str) -> Option<Change> {
    let whole: Value = serde_json::from_str(body).ok()?;
    let message = whole.get("message")?;
    let chat = ChatId(message.get("chat")?.get("id")?.as_i64()?);
    let user = UserId(message.get("from")?.get("id")?.as_i64()?);
    access::routes_for(config, user, chat).next()?;
    let topic = message.get("is_topic_message").and_then(Value::as_bool);
    let thread = message.get("message_thread_id").and_then(Value::as_i64);
    let place = Place {
        chat,
        topic: thread
            .filter(|_| topic == Some(true))
            .map_or(TopicId::NONE, TopicId),
    };
    let body = Body {
        text: words::parked_message(&Work::Update(update).reference()),
        reply_to: Some(MessageId(message.get("message_id")?.as_i64()?)),
        ..Body::default()
    };
    let id = store.new_post();
    Some(Change::Post(Post::new(id, place, Kind::Notice, body)))
}
