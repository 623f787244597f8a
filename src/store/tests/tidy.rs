//! What is over is forgotten in time, and nothing else.

use std::time::Duration;

use super::*;

const DAY: Duration = Duration::from_hours(24);

/// A step with which everything older than `days` goes, text a day after its end.
fn step(days: u32, rows_max: u32) -> Tidy {
    let now = Timestamp::now();
    Tidy {
        text_before: now.minus(DAY),
        rows_before: now.minus(DAY * days),
        audit_before: now.minus(DAY * days * 2),
        rows_max,
    }
}

/// The store in a file alone: the one in memory keeps everything.
struct Alone {
    dir: TempDir,
    store: Sqlite,
}

impl Alone {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = open(&path(&dir), "first").await.unwrap();
        Self { dir, store }
    }

    /// Two turns with all that belongs to them: a failed one, and one that still waits.
    async fn filled(&self) -> [TurnId; 2] {
        let store = &self.store;
        let place = HERE;
        let conversation = Conversation {
            id: store.new_conversation(),
            slot: Slot {
                place,
                user: ANNA,
                agent: "k8s".into(),
            },
            principal: "telegram:11".into(),
            context: None,
            closed: false,
            awaited: None,
        };
        let closed = Conversation {
            id: store.new_conversation(),
            slot: Slot {
                place,
                user: BEN,
                ..conversation.slot.clone()
            },
            ..conversation.clone()
        };
        let newer = Conversation {
            id: store.new_conversation(),
            ..closed.clone()
        };
        let turn = |update| Turn {
            id: store.new_turn(),
            conversation: conversation.id,
            text: format!("whisper {update}"),
            update: UpdateId(update),
            ..a_turn()
        };
        let (over, waits) = (turn(1), turn(2));
        let notice = Post {
            turn: Some(over.id),
            ..Post::new(store.new_post(), place, Kind::Notice, Body::default())
        };
        let button = Button {
            token: "again".to_owned(),
            place,
            action: Action::LeaveIt {
                turn: over.id,
                attempt: 1,
            },
            post: notice.id,
            whom: Whom::Person(ANNA),
            group: 0,
            expires_at: Timestamp::now().minus(DAY * 9),
        };
        let ids = [over.id, waits.id];
        let updates = (1..=4).map(update).collect();
        store.accept(updates).await.unwrap();
        let changes = vec![
            Change::OpenConversation(conversation),
            Change::OpenConversation(closed.clone()),
            Change::CloseConversation(closed.id),
            Change::OpenConversation(newer),
            Change::OpenTurn(over.clone()),
            Change::OpenTurn(waits.clone()),
            ends(1, UpdateEnd::Turn(over.id)),
            ends(2, UpdateEnd::Turn(waits.id)),
            ends(3, UpdateEnd::Parked),
            end(over.id, Outcome::ToldFailed),
            Change::Post(notice.clone()),
            Change::Sending(notice.id),
            sent(notice.id, 41),
            Change::ShowButton(button),
            Change::SetCurrent {
                place,
                user: ANNA,
                agent: "k8s".into(),
            },
            Change::TellStranger {
                who: 5,
                day: 10,
                rows_max: 9,
            },
            audit("asked"),
        ];
        store.commit(changes).await.unwrap();
        ids
    }

    /// Makes everything that has ended so far this old.
    async fn age(&self, days: u32) {
        let then = Timestamp::now().minus(DAY * days).0;
        let mut file = by_hand(&path(&self.dir)).await;
        for sql in [
            "UPDATE updates SET ended_at = ? WHERE ended_at IS NOT NULL",
            "UPDATE turns SET ended_at = ? WHERE ended_at IS NOT NULL",
            "UPDATE outbox SET ended_at = ? WHERE ended_at IS NOT NULL",
            "UPDATE conversations SET closed_at = ? WHERE closed_at IS NOT NULL",
            "UPDATE conversations SET words_at = ? WHERE words IS NOT NULL",
            "UPDATE current_agents SET set_at = ?",
            "DROP TRIGGER IF EXISTS audit_is_append_only",
            "UPDATE audit SET at = ?",
        ] {
            query(sql).bind(then).execute(&mut file).await.unwrap();
        }
        file.close().await.unwrap();
    }

    async fn tidied(&self, days: u32) -> u64 {
        let mut whole = 0;
        loop {
            match self.store.tidy(step(days, 100)).await.unwrap() {
                0 => return whole,
                rows => whole += rows,
            }
        }
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut file = by_hand(&path(&self.dir)).await;
        query_scalar(sql).fetch_one(&mut file).await.unwrap()
    }

    /// What the files hold, byte by byte.
    fn holds(&self, text: &str) -> bool {
        let files = std::fs::read_dir(self.dir.path()).unwrap();
        let mut files = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.any(|bytes| {
            let mut windows = bytes.windows(text.len());
            windows.any(|window| window == text.as_bytes())
        })
    }
}

fn a_turn() -> Turn {
    Turn {
        id: TurnId(0),
        conversation: ConversationId(0),
        place: HERE,
        asked_by: ANNA,
        route: None,
        update: UpdateId(0),
        reply_to: MessageId(1),
        text: String::new(),
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
        gathering: None,
        pieces: Vec::new(),
    }
}

#[tokio::test]
async fn the_first_words_of_a_conversation_go_with_the_text_and_come_again() {
    let alone = Alone::new().await;
    let [_, waits] = alone.filled().await;
    let words = "SELECT count(*) FROM conversations WHERE words = 'whisper 1'";
    assert_eq!(alone.count(words).await, 1);
    alone.tidied(90).await;
    assert_eq!(alone.count(words).await, 1);
    alone.age(2).await;
    alone.tidied(90).await;
    let words = "SELECT count(*) FROM conversations WHERE words IS NOT NULL";
    assert_eq!(alone.count(words).await, 0);
    let used = "SELECT count(*) FROM conversations WHERE used_at IS NOT NULL";
    assert_eq!(alone.count(used).await, 1, "it can still be gone back to");

    let (waits, _) = alone.store.turn(waits).await.unwrap().unwrap();
    let again = Turn {
        id: alone.store.new_turn(),
        text: "and now?".to_owned(),
        ..waits
    };
    let again = vec![Change::OpenTurn(again)];
    alone.store.commit(again).await.unwrap();
    let words = "SELECT count(*) FROM conversations WHERE words = 'and now?'";
    assert_eq!(alone.count(words).await, 1);
}

#[tokio::test]
async fn what_ended_lately_or_not_at_all_stays_as_it_is() {
    let alone = Alone::new().await;
    alone.filled().await;
    // The button had expired long ago, and the stranger was told in 1970.
    assert_eq!(alone.tidied(90).await, 2);
    let text = "SELECT count(*) FROM turns WHERE text LIKE 'whisper%'";
    assert_eq!(alone.count(text).await, 2);
    assert_eq!(alone.count("SELECT count(*) FROM updates").await, 4);
}

#[tokio::test]
async fn text_goes_first_and_is_really_gone_from_the_disk() {
    let alone = Alone::new().await;
    alone.filled().await;
    alone.age(8).await;
    assert!(alone.holds("whisper 1"));
    alone.tidied(90).await;
    alone.store.checkpoint().await.unwrap();
    assert!(!alone.holds("whisper 1"));
    assert!(alone.holds("whisper 2"), "it waits, so it is needed");
    assert_eq!(alone.count("SELECT count(*) FROM turns").await, 2);
    let bodies = "SELECT count(*) FROM updates WHERE body IS NOT NULL";
    assert_eq!(
        alone.count(bodies).await,
        1,
        "the one nobody has dealt with"
    );
}

#[tokio::test]
async fn rows_go_later_and_what_is_open_stays_with_all_that_it_needs() {
    let alone = Alone::new().await;
    let [_, waits] = alone.filled().await;
    alone.age(91).await;
    assert!(alone.tidied(90).await > 8);
    for (sql, left) in [
        ("SELECT count(*) FROM updates", 1),
        ("SELECT count(*) FROM turns", 1),
        ("SELECT count(*) FROM turn_updates", 1),
        ("SELECT count(*) FROM outbox", 0),
        ("SELECT count(*) FROM buttons", 0),
        ("SELECT count(*) FROM conversations", 2),
        ("SELECT count(*) FROM slots", 2),
        ("SELECT count(*) FROM current_agents", 0),
        ("SELECT count(*) FROM strangers", 0),
        ("SELECT count(*) FROM audit", 1),
    ] {
        assert_eq!(alone.count(sql).await, left, "{sql}");
    }
    let unfinished = alone.store.unfinished().await.unwrap();
    assert_eq!(unfinished.turns[0].0.id, waits);
    alone.age(181).await;
    assert_eq!(alone.tidied(90).await, 1, "the audit has a time of its own");
    alone.store.commit(vec![submit(waits)]).await.unwrap();
}

#[tokio::test]
async fn a_step_touches_no_more_than_it_may() {
    let alone = Alone::new().await;
    let updates = (1..=50).map(update).collect();
    alone.store.accept(updates).await.unwrap();
    let all = (1..=50).map(|id| ends(id, UpdateEnd::Control)).collect();
    alone.store.commit(all).await.unwrap();
    alone.age(91).await;
    assert_eq!(alone.store.tidy(step(90, 20)).await.unwrap(), 20);
    assert_eq!(alone.count("SELECT count(*) FROM updates").await, 30);
    assert_eq!(alone.tidied(90).await, 30);
}

#[tokio::test]
async fn only_the_owner_forgets() {
    let alone = Alone::new().await;
    let another = open(&path(&alone.dir), "second").await.unwrap();
    let done = alone.store.tidy(step(90, 20)).await;
    assert!(matches!(done, Err(StoreError::Deposed)), "{done:?}");
    another.tidy(step(90, 20)).await.unwrap();
}
