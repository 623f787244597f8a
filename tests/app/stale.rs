//! What Telegram brings late is asked about before it reaches an agent.

use serde_json::{Value, json};
use switchboard_emulators::agent::replies;

use crate::support::{Stage, rows, unix_now};

const MINUTE: i64 = 60;

/// A message to the bot in private that is so old, in seconds.
fn old(update: i64, user: i64, text: &str, age: i64) -> Value {
    json!({"update_id": update, "message": {
        "message_id": update, "date": unix_now() - age, "text": text,
        "chat": {"id": user, "type": "private"},
        "from": {"id": user, "is_bot": false, "first_name": "Somebody"}}})
}

async fn stage() -> Stage {
    let stage = Stage::with(|asked| replies(&format!("answer to {}", asked.text))).await;
    stage.telegram.add_user(7, "Seven");
    stage.telegram.open_chat(7);
    stage
}

#[tokio::test]
async fn an_old_message_runs_if_it_is_still_wanted_and_holds_up_nothing_meanwhile() {
    let stage = stage().await;
    let user = stage.user(7);
    stage
        .telegram
        .push_raw_update(old(777, 7, "restart it", 20 * MINUTE));
    let question = user.sees("This message is 20 min old").await;
    assert_eq!(question.labels(), ["Run", "Drop"]);
    user.says("fresh");
    user.sees("answer to fresh").await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);

    user.taps("This message is 20 min old", "Run").await;
    user.sees("answer to restart it").await;
    user.sees("Passed on to k8s, as you said.").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 2);
    stage.ends().await;
}

#[tokio::test]
async fn an_old_message_that_is_dropped_reaches_nobody() {
    let mut stage = stage().await;
    stage
        .telegram
        .push_raw_update(old(777, 7, "/k8s restart it", 16 * MINUTE));
    stage.user(7).sees("Still wanted?").await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    stage.user(7).taps("Still wanted?", "Drop").await;
    stage
        .user(7)
        .sees("Dropped. Nothing was sent to k8s.")
        .await;
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["stopped"]);
    assert!(stage.agent("k8s").prompts().is_empty());
    let kept = "SELECT count(*) FROM turns WHERE text != ''";
    assert_eq!(rows::count(&stage.store(), kept).await, 0);
    stage.ends().await;
}

#[tokio::test]
async fn what_nobody_decides_about_is_dropped_in_the_end_and_its_message_says_so() {
    let mut stage = stage().await;
    stage
        .telegram
        .push_raw_update(old(777, 7, "restart it", 16 * MINUTE));
    let question = stage.user(7).sees("Still wanted?").await;
    rows::turns_become(&stage.store(), &["queued"]).await;
    stage.stop_bot().await.unwrap();
    rows::change(&stage.store(), "UPDATE turns SET held_until = 1").await;
    stage.start_bot();
    let said = stage.user(7).sees("Nobody said so for a day").await;
    assert_eq!(said.id, question.id);
    assert!(said.labels().is_empty());
    stage.settled().await;
    assert_eq!(rows::turn_states(&stage.store()).await, ["stopped"]);
    assert!(stage.agent("k8s").prompts().is_empty());
    stage.ends().await;
}

#[tokio::test]
async fn what_is_only_a_little_old_or_needs_no_agent_is_done_at_once() {
    let stage = stage().await;
    let user = stage.user(7);
    let updates = [
        old(777, 7, "/whoami", 600 * MINUTE),
        old(778, 7, "/stop", 600 * MINUTE),
        old(779, 7, "quick", 14 * MINUTE),
    ];
    for update in updates {
        stage.telegram.push_raw_update(update);
    }
    user.sees("Nothing of yours runs here.").await;
    user.sees("answer to quick").await;
    user.sees("Your id: 7").await;
    stage.settled().await;
    assert_eq!(user.shown("Still wanted?"), 0);
    stage.ends().await;
}

#[tokio::test]
async fn what_has_waited_in_the_store_was_taken_in_in_time() {
    let mut stage = stage().await;
    stage.user(7).says("first");
    stage.user(7).sees("answer to first").await;
    stage.settled().await;
    stage.stop_bot().await.unwrap();
    // As a process leaves it that dies before it has routed the update.
    let sql = "UPDATE updates SET state = 'new', reason = NULL, ended_at = NULL, \
               received_at = 1600000001000, body = '{\"update_id\": 1, \"message\": {\
               \"message_id\": 5, \"date\": 1600000000, \"text\": \"second\", \
               \"chat\": {\"id\": 7, \"type\": \"private\"}, \
               \"from\": {\"id\": 7, \"is_bot\": false, \"first_name\": \"Seven\"}}}'";
    rows::change(&stage.store(), sql).await;
    rows::change(&stage.store(), "DELETE FROM turn_updates").await;
    stage.start_bot();
    stage.user(7).sees("answer to second").await;
    stage.ends().await;
}
