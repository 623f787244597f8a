//! The promises of the store, on real files and in real time. Beside each file there is a store
//! in memory, which has to answer the same: see `twin`.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, query, query_scalar};
use tempfile::TempDir;

use super::*;
use crate::ids::{RouteName, TopicId};
use crate::model::{
    Action, AuditLine, Awaited, Body, FileName, Held, HeldFor, Kind, Outcome, Piece, Protocol,
    Slot, TurnState, UpdateEnd, Whom,
};

mod buttons;
mod chats;
mod conversations;
mod deaths;
mod disk;
mod groups;
mod memory;
mod menus;
mod million;
mod opening;
mod outbox;
mod owners;
mod pages;
mod pauses;
mod penalties;
mod pieces;
mod plans;
mod recent;
mod reopening;
mod tidy;
mod totals;
mod turns;
mod twin;
mod updates;

use twin::{KEPT, Twin};

const BOT: BotId = BotId(7_000_000_001);
const NOON: Timestamp = Timestamp(1_700_000_000_000);
const ANNA: UserId = UserId(11);
const BEN: UserId = UserId(22);
const HERE: Place = place(-100, 0);

const fn place(chat: i64, topic: i64) -> Place {
    Place {
        chat: ChatId(chat),
        topic: TopicId(topic),
    }
}

fn piece(message: i64, text: &str) -> Piece {
    Piece::plain(MessageId(message), text.to_owned())
}

/// A store in a directory that goes with it.
struct Bench {
    dir: TempDir,
    memory: MemDisk,
    store: Twin,
}

impl Bench {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let file = open(&path(&dir), "first").await.unwrap();
        let memory = MemDisk::default();
        let store = Twin::new(file, &memory);
        Self { dir, memory, store }
    }

    /// What another process has, which does not care for the lock of the first.
    async fn another(&self) -> Twin {
        Twin::new(open(&self.path(), "second").await.unwrap(), &self.memory)
    }

    fn path(&self) -> PathBuf {
        path(&self.dir)
    }

    /// The same file after a clean stop.
    async fn reopened(self) -> Self {
        self.store.close().await;
        let file = open(&self.path(), "first").await.unwrap();
        let store = Twin::new(file, &self.memory);
        Self { store, ..self }
    }

    async fn accept(&self, ids: &[i64]) -> Vec<i64> {
        let updates = ids.iter().map(|id| update(*id)).collect();
        let fresh = self.store.accept(updates).await.unwrap();
        fresh.iter().map(|update| update.id.0).collect()
    }

    /// Commits what must go well.
    #[track_caller]
    fn commit(&self, changes: Vec<Change>) -> impl Future<Output = ()> {
        let from = std::panic::Location::caller();
        let done = self.store.commit(changes);
        async move {
            if let Err(error) = done.await {
                panic!("{error}, at {from}");
            }
            assert_eq!(twin::kept(&self.memory), self.seen(KEPT).await, "at {from}");
        }
    }

    /// Commits what must be refused as overtaken, and whole.
    #[track_caller]
    fn is_stale(&self, changes: Vec<Change>) -> impl Future<Output = ()> {
        let from = std::panic::Location::caller();
        async move {
            let before = self.everything().await;
            let done = self.store.commit(changes).await;
            assert!(
                matches!(done, Err(StoreError::Stale(_))),
                "{done:?}, at {from}"
            );
            assert_eq!(
                self.everything().await,
                before,
                "something was kept, at {from}"
            );
        }
    }

    /// A conversation of Anna's with k8s, and a turn that waits in it.
    async fn turn(&self) -> Turn {
        let conversation = self.conversation(HERE, ANNA, "k8s");
        let turn = self.turn_in(&conversation);
        let changes = vec![
            Change::OpenConversation(conversation),
            Change::OpenTurn(turn.clone()),
        ];
        self.commit(changes).await;
        turn
    }

    fn conversation(&self, place: Place, user: UserId, agent: &str) -> Conversation {
        Conversation {
            id: self.store.new_conversation(),
            slot: Slot {
                place,
                user,
                agent: agent.into(),
            },
            principal: format!("telegram:{user}").into(),
            context: None,
            closed: false,
            awaited: None,
        }
    }

    fn turn_in(&self, conversation: &Conversation) -> Turn {
        Turn {
            id: self.store.new_turn(),
            conversation: conversation.id,
            place: conversation.slot.place,
            asked_by: conversation.slot.user,
            route: Some(RouteName::from("k8s")),
            update: UpdateId(1),
            reply_to: MessageId(2),
            text: "what pods are failing?".to_owned(),
            pieces: vec![piece(2, "what pods are failing?")],
            gathering: None,
            state: TurnState::Queued,
            attempt: 1,
            prompt: None,
            task: None,
            protocol: None,
            placeholder: None,
            stop: None,
            stopping: false,
            held: None,
            answers: None,
        }
    }

    fn post(&self, place: Place, kind: Kind, turn: Option<TurnId>) -> Post {
        Post {
            id: self.store.new_post(),
            place,
            turn,
            kind,
            body: Body {
                text: format!("a {}", kind.name()),
                ..Body::default()
            },
            sends: 0,
        }
    }

    /// The first column of what is really in the file.
    async fn seen(&self, sql: &'static str) -> Vec<String> {
        let mut file = by_hand(&self.path()).await;
        query_scalar(sql).fetch_all(&mut file).await.unwrap()
    }

    /// Every row that a change can touch, for "nothing was kept".
    async fn everything(&self) -> Vec<String> {
        self.seen(
            "SELECT concat_ws(' ', 'update', update_id, state, body) FROM updates
             UNION ALL SELECT concat_ws(' ', 'conversation', id, chat, context_id, closed_at) FROM conversations
             UNION ALL SELECT concat_ws(' ', 'found', id, words, used_at) FROM conversations
             UNION ALL SELECT concat_ws(' ', 'slot', chat, topic, user, agent, conversation) FROM slots
             UNION ALL SELECT concat_ws(' ', 'current', chat, topic, user, agent) FROM current_agents
             UNION ALL SELECT concat_ws(' ', 'turn', id, chat, state, attempt, text, prompt_id, task_id,
                                        placeholder, ended_at) FROM turns
             UNION ALL SELECT concat_ws(' ', 'post', id, chat, seq, state, sends, body, message_id, reason) FROM outbox
             UNION ALL SELECT concat_ws(' ', 'file', post, name, hex(bytes)) FROM outbox_files
             UNION ALL SELECT concat_ws(' ', 'button', token, used_by) FROM buttons
             UNION ALL SELECT concat_ws(' ', 'moved', old_chat, new_chat) FROM moved_chats
             UNION ALL SELECT concat_ws(' ', 'stranger', who, day) FROM strangers
             UNION ALL SELECT concat_ws(' ', 'penalty', chat, until_at) FROM penalties
             UNION ALL SELECT concat_ws(' ', 'audit', id, event) FROM audit",
        )
        .await
    }
}

fn path(dir: &TempDir) -> PathBuf {
    dir.path().join("switchboard.db")
}

/// Opens the store at `path`. Two locks let two owners in, as a file system that has lost
/// a lock would.
async fn open(path: &Path, lock: &str) -> Result<Sqlite, StoreError> {
    let ownership = Ownership::wait(&path.with_extension(lock)).await?;
    Sqlite::open(path, BOT, ownership).await
}

/// The file without the store, to look and to break.
async fn by_hand(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

fn update(id: i64) -> StoredUpdate {
    StoredUpdate {
        id: UpdateId(id),
        received_at: NOON,
        body: format!(r#"{{"update_id":{id},"message":"a secret"}}"#),
    }
}

fn ends(update: i64, end: UpdateEnd) -> Change {
    Change::EndUpdate {
        update: UpdateId(update),
        end,
    }
}

fn submit(turn: TurnId) -> Change {
    Change::Submit {
        turn,
        prompt: "prompt-1".into(),
        endpoint: "http://agent/".to_owned(),
        protocol: Protocol::V03,
    }
}

fn working(turn: TurnId) -> Change {
    Change::Working {
        turn,
        task: "task-1".into(),
        protocol: Protocol::V10,
    }
}

fn end(turn: TurnId, outcome: Outcome) -> Change {
    Change::EndTurn { turn, outcome }
}

fn sent(post: OutboxId, message: i64) -> Change {
    Change::Sent {
        post,
        message: Some(MessageId(message)),
    }
}

fn audit(event: &'static str) -> Change {
    Change::Audit(AuditLine::new(HERE.chat, ANNA, event))
}

fn file(post: OutboxId) -> Change {
    let file = File {
        name: FileName::clean("report.md", "file"),
        media_type: "text/markdown".to_owned(),
        bytes: b"# all\xff of it".as_slice().into(),
    };
    Change::Attach { post, file }
}
