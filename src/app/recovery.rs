//! What earlier processes died of: what has ended three of them is set aside before this one
//! begins, and whoever sent it is told.

use std::collections::BTreeSet;

use anyhow::Context;
use serde_json::Value;
use tracing::{error, info, warn};

use crate::actors::World;
use crate::config::Config;
use crate::ids::{ChatId, MessageId, OutboxId, Timestamp, TopicId, UpdateId, UserId};
use crate::model::{AuditLine, Body, Kind, Outcome, Place, Post, TurnState, UpdateEnd};
use crate::poison::{self, Work};
use crate::rules::phone::Ending;
use crate::rules::suspects::{self, ALONE_MAX};
use crate::rules::turn::{self, Fresh};
use crate::rules::{access, words};
use crate::store::{Change, SharedStore, Store, StoreError, surely};

/// What nobody has dealt with in a copy and is set aside at once.
const UPDATES_MAX: usize = 1_000;

/// Ids for what is said before there are actors.
struct Ids<'a> {
    store: &'a SharedStore,
    world: &'a dyn World,
}

impl Fresh for Ids<'_> {
    fn post(&mut self) -> OutboxId {
        self.store.new_post()
    }

    fn token(&mut self) -> String {
        self.world.random_id().simple().to_string()
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }
}

/// What a start has to write down is written as soon as the store works: a process that ended for
/// want of room would not be there when somebody makes some.
async fn commit(store: &SharedStore, changes: Vec<Change>) -> Result<(), StoreError> {
    surely(|changes| store.commit(changes), changes).await
}

/// A copy knows nothing of what was done after it was made. Whoever waits in it is asked before
/// an agent is; tasks that are known are only looked at.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) async fn restored(store: &SharedStore, world: &dyn World) -> Result<(), StoreError> {
    let Some(at) = store.copied_at().await? else {
        return Ok(());
    };
    warn!(
        copied_at = at.0,
        "begins on a copy of the store: nothing in it is asked again"
    );
    let mut changes = vec![Change::Restored];
    for (turn, conversation) in store.unfinished().await?.turns {
        let given = matches!(turn.state, TurnState::Queued | TurnState::Submitting);
        if given && turn.held.is_none() {
            let mut ids = Ids { store, world };
            let agent = &conversation.slot.agent;
            changes.extend(turn::unknown(&turn, agent, Ending::New, &mut ids));
        }
    }
    for update in store.new_updates(UPDATES_MAX).await? {
        changes.push(Change::EndUpdate {
            update: update.id,
            end: UpdateEnd::Parked,
        });
        changes.extend(line(&**store, "parked", Work::Update(update.id)).await?);
        changes.push(Change::Park {
            work: Work::Update(update.id),
            why: "it waited when the copy was made".to_owned(),
        });
    }
    commit(store, changes).await
}

/// Reads what panics were written down, and parks what has caused too many.
///
/// # Errors
/// When the records or the store cannot be read or written.
pub(super) async fn park(store: &SharedStore, config: &Config) -> anyhow::Result<()> {
    let file = poison::file(&config.store.path);
    let records = poison::records(&file).with_context(|| file.display().to_string())?;
    for record in &records {
        let (work, line) = (record.work.reference(), &record.line);
        error!(%work, %line, "an earlier process panicked while it worked on this");
    }
    let explained = !records.is_empty();
    let mut noted: Vec<Change> = records.into_iter().map(Change::NotePanic).collect();
    noted.push(Change::BeginProcess { explained });
    commit(store, noted).await?;
    if explained {
        poison::forget(&file).with_context(|| file.display().to_string())?;
    }
    for (work, times, line) in store.suspects().await? {
        let why = format!("{times} panics, the last at {line}");
        set_aside(store, config, work, (why, Died::Panicked)).await?;
    }
    Ok(())
}

/// What several processes may have died of without a word: it is let in one at a time. What was
/// alone at several of their deaths is parked.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) async fn suspects(
    store: &SharedStore,
    config: &Config,
) -> Result<BTreeSet<Work>, StoreError> {
    let deaths = store.deaths().await?;
    let turns = store.unfinished().await?.turns.into_iter();
    let mut in_work: BTreeSet<Work> = turns.map(|(turn, _)| Work::Turn(turn.id)).collect();
    let updates = store.new_updates(UPDATES_MAX).await?.into_iter();
    in_work.extend(updates.map(|update| Work::Update(update.id)));
    let judged = suspects::judge(&deaths, &in_work);
    for work in judged.guilty {
        let why = format!("it was alone in work at {ALONE_MAX} deaths in a row");
        set_aside(store, config, work, (why, Died::Killed)).await?;
    }
    if !judged.suspects.is_empty() {
        let (deaths, waiting) = (deaths.in_a_row, judged.suspects.len());
        warn!(
            deaths,
            waiting, "what was in work at the last deaths is let in one at a time"
        );
    }
    Ok(judged.suspects)
}

/// How what is set aside has ended processes.
#[derive(Clone, Copy)]
enum Died {
    Panicked,
    Killed,
}

async fn set_aside(
    store: &SharedStore,
    config: &Config,
    work: Work,
    why: (String, Died),
) -> Result<(), StoreError> {
    match commit(store, changes(store, config, work, why).await?).await {
        Ok(()) => warn!(work = %work.reference(), "parked"),
        // It has come to its end all the same.
        Err(StoreError::Stale(_)) => info!(work = %work.reference(), "is over"),
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn changes(
    store: &SharedStore,
    config: &Config,
    work: Work,
    (why, died): (String, Died),
) -> Result<Vec<Change>, StoreError> {
    let mut changes = vec![Change::Park { work, why }];
    match work {
        Work::Update(update) => {
            changes.push(Change::EndUpdate {
                update,
                end: UpdateEnd::Parked,
            });
            changes.extend(line(&**store, "parked", work).await?);
            let body = store.update_body(update).await?;
            changes.extend(body.and_then(|body| word(store, config, (update, died), &body)));
        }
        Work::Turn(turn) => {
            changes.extend(line(&**store, "parked", work).await?);
            changes.push(Change::EndTurn {
                turn,
                outcome: Outcome::ToldFailed,
            });
            if let Some((asked, conversation)) = store.turn(turn).await? {
                let body = Body {
                    text: match died {
                        Died::Panicked => words::parked_question(&conversation.slot.agent, turn),
                        Died::Killed => words::deadly_question(&conversation.slot.agent, turn),
                    },
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

/// The line of the audit about something that is set aside or tried again: whose it is, as far as
/// that can be read without reading too much.
pub(super) async fn line(
    store: &dyn Store,
    event: &'static str,
    work: Work,
) -> Result<Option<Change>, StoreError> {
    let mut line = AuditLine::new(ChatId(0), UserId::SHARED, event);
    match work {
        Work::Turn(turn) => {
            let Some((asked, conversation)) = store.turn(turn).await? else {
                return Ok(None);
            };
            (line.chat, line.user) = (asked.place.chat, asked.asked_by);
            (line.agent, line.turn) = (Some(conversation.slot.agent), Some(turn));
        }
        Work::Update(update) => {
            let body = store.update_body(update).await?;
            let whole = body.and_then(|body| serde_json::from_str::<Value>(&body).ok());
            let message = whole.as_ref().and_then(|whole| whole.get("message"));
            let id = |of: &str| message?.get(of)?.get("id")?.as_i64();
            line.chat = id("chat").map_or(line.chat, ChatId);
            line.user = id("from").map_or(line.user, UserId);
        }
    }
    Ok(Some(Change::Audit(line)))
}

/// The word to whoever sent the update, if the bot is for them. Read with as little as possible:
/// it may be the reading that panics.
fn word(
    store: &SharedStore,
    config: &Config,
    (update, died): (UpdateId, Died),
    body: &str,
) -> Option<Change> {
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
        text: match died {
            Died::Panicked => words::parked_message(&Work::Update(update).reference()),
            Died::Killed => words::deadly_message(&Work::Update(update).reference()),
        },
        reply_to: Some(MessageId(message.get("message_id")?.as_i64()?)),
        ..Body::default()
    };
    let id = store.new_post();
    Some(Change::Post(Post::new(id, place, Kind::Notice, body)))
}
