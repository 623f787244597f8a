//! Whatever Telegram delivers: no text is lost, nothing holds up the queue, and where a person
//! waits they hear why nothing happens.

use serde_json::{Value, json};
use switchboard_emulators::agent::replies;

use crate::support::{PATIENCE, Stage, rows, unix_now};

const ASKER: i64 = 7;
const GROUP: i64 = -1_001_000_000_701;

/// What an update comes to.
enum Comes {
    /// The agent gets this text.
    Asks(&'static str),
    /// The person reads this.
    Tells(&'static str),
    /// Nobody waits for anything.
    Nothing,
}
use Comes::{Asks, Nothing, Tells};

fn chat(id: i64) -> Value {
    let kind = if id > 0 { "private" } else { "supergroup" };
    json!({"id": id, "type": kind, "first_name": "Asker", "title": "Many"})
}

/// A message of the asker with these fields besides.
fn message(chat_id: i64, fields: &Value) -> Value {
    let mut message = json!({
        "message_id": 900, "date": unix_now(), "chat": chat(chat_id),
        "from": {"id": ASKER, "is_bot": false, "first_name": "Asker"},
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    json!({"message": message})
}

fn private(fields: &Value) -> Value {
    message(ASKER, fields)
}

fn group(fields: &Value) -> Value {
    message(GROUP, fields)
}

/// Everything that is odd: its name, the update, what it comes to.
#[rustfmt::skip] // a row is a line
fn table() -> Vec<(&'static str, Value, Comes)> {
    let date_time = json!({"type": "date_time", "offset": 0, "length": 4, "unix_time": 1});
    let broken = json!([{"type": 5}, "x", {"type": "mention", "offset": -3, "length": 1e9}]);
    vec![
        // Texts with parts that nobody knows.
        ("an unknown entity", private(&json!({"text": "what 01", "entities": [date_time]})), Asks("what 01")),
        ("broken entities", private(&json!({"text": "what 02", "entities": broken})), Asks("what 02")),
        ("an entity past the end", private(&json!({"text": "what 03", "entities": [{"type": "mention", "offset": 99, "length": 9}]})), Asks("what 03")),
        ("unknown fields", private(&json!({"text": "what 04", "widgets": [{"a": {}}], "ephemeral": true})), Asks("what 04")),
        ("a forward of a new kind", private(&json!({"text": "what 05", "forward_origin": {"type": "dream"}})), Asks("what 05")),
        ("a reply to something new", private(&json!({"text": "what 06", "reply_to_message": {"novel": 1}})), Asks("what 06")),
        ("a quote with a new entity", private(&json!({"text": "what 07", "quote": {"text": "x", "entities": [{"type": "new"}]}})), Asks("what 07")),
        ("an unknown button", private(&json!({"text": "what 08", "reply_markup": {"inline_keyboard": [[{"text": "x", "teleport": {}}]]}})), Asks("what 08")),
        ("a bad link", private(&json!({"text": "what 09", "entities": [{"type": "text_link", "offset": 0, "length": 4, "url": "::"}]})), Asks("what 09")),
        ("a preview of a link", private(&json!({"text": "what 10", "link_preview_options": {"url": 5}})), Asks("what 10")),
        ("text that is also an event", private(&json!({"text": "what 11", "effect_id": "5", "sender_boost_count": 2})), Asks("what 11")),
        // What is no text.
        ("a sticker", private(&json!({"sticker": {"file_id": "x", "emoji": "🦀"}})), Tells("this has: sticker")),
        ("a poll", private(&json!({"poll": {"id": "1", "question": "?"}})), Tells("this has: poll")),
        ("dice", private(&json!({"dice": {"emoji": "🎲", "value": 6}})), Tells("this has: dice")),
        ("a contact", private(&json!({"contact": {"phone_number": "1"}})), Tells("this has: contact")),
        ("a place", private(&json!({"location": {"latitude": 1.0, "longitude": 2.0}})), Tells("this has: location")),
        ("a story", private(&json!({"story": {"id": 1}})), Tells("this has: story")),
        ("paid media", private(&json!({"paid_media": {"star_count": 1}})), Tells("this has: paid media")),
        ("a checklist", private(&json!({"checklist": {"title": "t"}})), Tells("this has: checklist")),
        ("a kind of tomorrow", private(&json!({"hologram": {"id": 1}})), Tells("this has: hologram")),
        ("nothing at all", private(&json!({})), Tells("something that I cannot read")),
        ("a flag of tomorrow", private(&json!({"hologram": true})), Tells("something that I cannot read")),
        ("a text that is no text", private(&json!({"text": 5})), Tells("something that I cannot read")),
        // In a group nobody waits unless they spoke to the bot.
        ("a sticker in a group", group(&json!({"sticker": {"file_id": "x"}})), Nothing),
        ("a kind of tomorrow in a group", group(&json!({"hologram": {"id": 1}})), Nothing),
        ("talk in a group", group(&json!({"text": "hello all"})), Nothing),
        ("a message without a sender", json!({"message": {"message_id": 1, "date": 1, "chat": chat(GROUP), "text": "/k8s x"}}), Nothing),
        ("a message of a channel", group(&json!({"text": "/k8s x", "from": {"id": 777_000, "is_bot": false, "first_name": "Telegram"}, "sender_chat": {"id": -1_005, "type": "channel"}})), Nothing),
        ("an event", group(&json!({"new_chat_title": "Other"})), Nothing),
        ("an event of tomorrow", group(&json!({"chat_painted": {"color": 1}})), Nothing),
        ("a pinned message", private(&json!({"pinned_message": {"message_id": 1}})), Nothing),
        // Other kinds of updates.
        ("a channel's post", json!({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1_005, "type": "channel"}, "text": "/k8s x"}}), Nothing),
        ("a reaction", json!({"message_reaction": {"chat": chat(ASKER), "message_id": 1, "new_reaction": []}}), Nothing),
        ("a business message", json!({"business_message": {"business_connection_id": "b", "message_id": 1, "chat": chat(ASKER), "text": "/k8s x"}}), Nothing),
        ("an inline query", json!({"inline_query": {"id": "1", "from": {"id": ASKER}, "query": "x"}}), Nothing),
        ("a guest's message", json!({"guest_message": {"text": "/k8s x"}}), Nothing),
        ("an update of tomorrow", json!({"telepathy": {"thought": "/k8s x"}}), Nothing),
        ("an empty update", json!({}), Nothing),
        ("a message that is no object", json!({"message": 5}), Nothing),
        ("a message without a chat", json!({"message": {"text": "/k8s x"}}), Nothing),
        ("a tap without a message", json!({"callback_query": {"id": "1", "from": {"id": ASKER}, "data": "x", "chat_instance": "1"}}), Nothing),
        ("a membership without a status", json!({"my_chat_member": {"chat": chat(GROUP), "from": {"id": ASKER}}}), Nothing),
        ("an edit without a text", json!({"edited_message": {"message_id": 1, "chat": chat(GROUP)}}), Nothing),
    ]
}

#[tokio::test]
async fn each_odd_update_comes_to_what_it_should_and_holds_up_none_behind_it() {
    let stage = Stage::with(|asked| replies(&format!("heard {}", asked.text))).await;
    let telegram = &stage.telegram;
    telegram.add_user(ASKER, "Asker");
    telegram.open_chat(ASKER);
    telegram.add_supergroup(GROUP, "Many");
    let table = table();
    for (_, update, _) in &table {
        telegram.push_raw_update(update.clone());
    }
    let user = stage.user(ASKER);
    user.says("the last one");
    user.sees("heard the last one").await;
    stage.settled().await;

    for (name, _, comes) in &table {
        let seen = |text: &str| assert_eq!(user.shown(text), 1, "{name}: {text}");
        match comes {
            Asks(text) => seen(&format!("heard {text}")),
            Tells(words) => assert!(user.shown(words) > 0, "{name}: {words}"),
            Nothing => {}
        }
    }
    let count = |wanted: fn(&Comes) -> bool| table.iter().filter(|row| wanted(&row.2)).count();
    let asked = count(|comes| matches!(comes, Asks(_)));
    let told = count(|comes| matches!(comes, Tells(_)));
    assert_eq!(stage.agent("k8s").prompts().len(), asked + 1);
    assert_eq!(telegram.everything_sent(ASKER).len(), asked + told + 1);
    assert!(telegram.everything_sent(GROUP).is_empty());
    let parked = "SELECT count(*) FROM updates WHERE state = 'parked'";
    assert_eq!(rows::count(&stage.store(), parked).await, 0);
    stage.ends().await;
}

#[tokio::test]
async fn ids_that_jump_and_updates_that_expire_confuse_nobody() {
    let stage = Stage::with(|asked| replies(&format!("heard {}", asked.text))).await;
    let user = stage.user(ASKER);
    user.says("one");
    user.sees("heard one").await;
    // After a week Telegram may pick a lower id.
    for (next, text) in [(5_000_000, "two"), (900_000_000, "three"), (17, "four")] {
        stage.telegram.drained().await;
        stage.telegram.jump_update_id(next);
        user.says(text);
        user.sees(&format!("heard {text}")).await;
    }
    stage.telegram.expire_updates();
    user.says("five");
    user.sees("heard five").await;
    stage
        .agent("k8s")
        .wait_for("five prompts", PATIENCE, |agent| {
            (agent.prompts().len() == 5).then_some(())
        })
        .await;
    stage.ends().await;
}
