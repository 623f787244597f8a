//! Chats that change: topics that close, groups that move.

use serde_json::json;
use switchboard_emulators::bot_api::{Incoming, Settings};

use crate::support::{ANN, Bot, GROUP};

#[actix_rt::test]
async fn a_closed_topic_takes_messages_of_admins_alone_and_a_reply_leads_into_it() {
    let bot = Bot::new().await;
    bot.api.add_forum(GROUP, "Forum");
    let topic = bot.api.add_topic(GROUP, "incidents");
    let asked = bot
        .api
        .post(Incoming::new(ANN, GROUP, "/k8s").thread(topic));
    bot.api.close_topic(GROUP, topic, ANN);
    let inside = [
        json!({"message_thread_id": topic}),
        json!({"reply_parameters": {"message_id": asked}}),
    ];
    let send = |more: &serde_json::Value| {
        let mut params = json!({"chat_id": GROUP, "text": "hello"});
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        bot.call("sendMessage", params)
    };
    for params in &inside {
        let refused = send(params).await;
        assert_eq!(refused["description"], "Bad Request: TOPIC_CLOSED");
    }
    assert_eq!(send(&json!({})).await["ok"], true, "General is open");
    bot.api.promote(GROUP, ANN);
    for params in &inside {
        assert_eq!(send(params).await["result"]["message_thread_id"], topic);
    }
    assert_eq!(bot.api.violations().len(), 0, "nobody's fault");
}

#[actix_rt::test]
async fn a_group_that_moves_refuses_its_old_number_and_keeps_the_bots_standing() {
    const SMALL: i64 = -77;
    let bot = Bot::new().await;
    bot.api.add_group(SMALL, "Few");
    bot.api.promote(SMALL, ANN);
    bot.api.migrate(SMALL, GROUP);
    let refused = bot
        .call("sendMessage", json!({"chat_id": SMALL, "text": "hello"}))
        .await;
    assert_eq!(refused["parameters"]["migrate_to_chat_id"], GROUP);
    bot.api.say(ANN, GROUP, "an admin sees this");
    let updates = bot.call("getUpdates", json!({})).await;
    let updates = updates["result"].as_array().expect("a list");
    let told: Vec<_> = updates
        .iter()
        .filter_map(|update| {
            let message = &update["message"];
            let to = message["migrate_to_chat_id"].as_i64();
            to.or(message["migrate_from_chat_id"].as_i64())
        })
        .collect();
    assert_eq!(told, [GROUP, SMALL]);
    let last = updates.last().map(|update| &update["message"]["text"]);
    assert_eq!(last, Some(&json!("an admin sees this")));
}

#[actix_rt::test]
async fn private_chats_have_topics_where_the_bot_says_so() {
    let settings = Settings {
        private_topics: true,
        ..Settings::unlimited()
    };
    let bot = Bot::with(settings).await;
    let me = bot.call("getMe", json!({})).await;
    assert_eq!(me["result"]["has_topics_enabled"], true);
    bot.api.open_chat(ANN);
    let topic = bot.api.add_topic(ANN, "checkout");
    let params = json!({"chat_id": ANN, "text": "hello", "message_thread_id": topic});
    let sent = bot.call("sendMessage", params.clone()).await;
    assert_eq!(sent["result"]["message_thread_id"], topic);
    assert_eq!(sent["result"]["is_topic_message"], true);
    bot.api.delete_topic(ANN, topic);
    let refused = bot.call("sendMessage", params).await;
    let said = "Bad Request: message thread not found";
    assert_eq!(refused["description"], said);
}
