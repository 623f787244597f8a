//! What the bot gets: the queue, long polls, conflicts, privacy mode.

use std::time::Duration;

use serde_json::json;
use switchboard_emulators::bot_api::{Author, Incoming, Settings};

use crate::support::{ANN, Bot, GROUP};

#[actix_rt::test]
async fn an_offset_confirms_all_below_it() {
    let bot = Bot::new().await;
    for text in ["a", "b", "c"] {
        bot.api.say(ANN, ANN, text);
    }
    let first = Settings::default().first_update_id;
    assert_eq!(bot.poll(json!({"limit": 2})).await, [first, first + 1]);
    assert_eq!(
        bot.poll(json!({"offset": first + 1})).await,
        [first + 1, first + 2]
    );
    assert_eq!(bot.api.pending_updates().len(), 2);
    assert_eq!(
        bot.poll(json!({"offset": first + 500})).await.len(),
        2,
        "too far: the head"
    );
    assert_eq!(bot.poll(json!({"offset": -1})).await, [first + 2]);
    assert_eq!(
        bot.api.pending_updates().len(),
        1,
        "a negative offset drops the earlier ones"
    );
    assert!(bot.poll(json!({"offset": first + 3})).await.is_empty());
    bot.api.jump_update_id(50);
    bot.api.say(ANN, ANN, "d");
    assert_eq!(bot.poll(json!({"offset": first + 3})).await, [50]);
}

#[actix_rt::test]
async fn allowed_updates_stay_until_changed() {
    let bot = Bot::new().await;
    bot.poll(json!({"allowed_updates": ["callback_query", "nonsense"]}))
        .await;
    bot.api.say(ANN, ANN, "unheard");
    assert!(bot.poll(json!({})).await.is_empty());
    bot.poll(json!({"allowed_updates": []})).await;
    bot.api.say(ANN, ANN, "heard");
    bot.api.push_raw_update(json!({"new_thing": {"x": 1}}));
    assert_eq!(bot.poll(json!({})).await.len(), 2);
}

#[actix_rt::test]
async fn a_long_poll_ends_when_something_is_said() {
    let bot = Bot::new().await;
    let poll = actix_rt::spawn(bot.call("getUpdates", json!({"timeout": 10})));
    bot.api.polled().await;
    bot.api.say(ANN, ANN, "hello");
    let updates = poll.await.unwrap();
    assert_eq!(updates["result"][0]["message"]["text"], "hello");
    assert!(!bot.api.polls().open);
}

#[actix_rt::test]
async fn a_second_poll_on_an_empty_queue_ends_the_older_one() {
    let bot = Bot::new().await;
    let older = actix_rt::spawn(bot.call("getUpdates", json!({"timeout": 10})));
    bot.api.polled().await;
    let newer = actix_rt::spawn(bot.call("getUpdates", json!({"timeout": 10})));
    let conflict = older.await.unwrap();
    assert_eq!(conflict["error_code"], 409);
    assert_eq!(
        conflict["description"],
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance \
         is running"
    );
    bot.api.say(ANN, ANN, "x");
    assert_eq!(newer.await.unwrap()["result"].as_array().unwrap().len(), 1);
    // While updates wait, two pollers get the same ones and nobody is told.
    assert_eq!(
        bot.poll(json!({"timeout": 10})).await,
        bot.poll(json!({"timeout": 10})).await
    );
    bot.was_correct();
}

#[actix_rt::test]
async fn a_webhook_and_polling_exclude_each_other() {
    let bot = Bot::with(Settings {
        conflict_spacing: Duration::from_millis(1),
        ..Settings::unlimited()
    })
    .await;
    let poll = actix_rt::spawn(bot.call("getUpdates", json!({"timeout": 10})));
    bot.api.polled().await;
    bot.ok("setWebhook", json!({"url": "https://bot.example.com/"}))
        .await;
    let ended = poll.await.unwrap();
    assert_eq!(
        ended["description"],
        "Conflict: terminated by setWebhook request"
    );
    let refused = bot.refused("getUpdates", json!({})).await;
    assert!(refused.contains("can't use getUpdates method while webhook is active"));
    bot.ok("deleteWebhook", json!({})).await;
    assert!(bot.poll(json!({})).await.is_empty());
}

#[actix_rt::test]
async fn privacy_mode_hides_what_is_not_for_the_bot() {
    let bot = Bot::new().await;
    bot.api.add_supergroup(GROUP, "Ops");
    for text in [
        "chatter",
        "/other@other_bot x",
        "/k8s pods",
        "/k8s@Switchboard_Bot",
        "hey @switchboard_bot",
    ] {
        bot.api.say(ANN, GROUP, text);
    }
    assert_eq!(bot.api.pending_updates().len(), 3);
    let answer = bot.send(GROUP, "answer").await;
    bot.api
        .post(Incoming::new(ANN, GROUP, "and now?").reply_to(answer));
    assert_eq!(bot.api.pending_updates().len(), 4);
    bot.api.promote(GROUP, ANN);
    bot.api
        .post(Incoming::new(ANN, GROUP, "as admin").as_anonymous_admin());
    let last = bot.api.pending_updates().pop().unwrap();
    assert_eq!(last["message"]["from"]["id"], 1_087_968_824);
    assert_eq!(last["message"]["sender_chat"]["id"], GROUP);
    assert_eq!(
        bot.api.screen(GROUP).last().unwrap().author,
        Author::AnonymousAdmin
    );
}

#[actix_rt::test]
async fn the_bot_is_told_where_it_stands() {
    let bot = Bot::new().await;
    bot.api.add_group(-5, "Ops");
    bot.api.join(-5, ANN);
    bot.api.block(ANN);
    bot.api.migrate(-5, GROUP);
    let updates = bot.api.pending_updates();
    let status = |n: usize| updates[n]["my_chat_member"]["new_chat_member"]["status"].clone();
    assert_eq!((status(0), status(2)), (json!("member"), json!("kicked")));
    assert!(updates[1]["message"]["new_chat_members"].is_array());
    assert_eq!(updates[3]["message"]["migrate_to_chat_id"], GROUP);
    let moved = bot
        .call("sendMessage", json!({"chat_id": -5, "text": "x"}))
        .await;
    assert_eq!(moved["parameters"]["migrate_to_chat_id"], GROUP);
    bot.ok("leaveChat", json!({"chat_id": GROUP})).await;
    assert!(!bot.api.bot_is_in(GROUP));
    bot.was_correct();
}
