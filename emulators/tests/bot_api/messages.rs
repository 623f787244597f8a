//! What the bot sends: limits, edits, topics, buttons, menus.

use serde_json::{Value, json};
use switchboard_emulators::bot_api::{Incoming, PressError};

use crate::support::{ANN, Bot, GROUP};

#[actix_rt::test]
async fn texts_have_their_limits() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let send = |text: String| bot.refused("sendMessage", json!({"chat_id": ANN, "text": text}));
    let emoji = "\u{1f600}".repeat(4096);
    let id = bot.send(ANN, &emoji).await;
    assert_eq!(
        send("x".repeat(4097)).await,
        "Bad Request: message is too long"
    );
    assert_eq!(
        send("x".repeat(32_769)).await,
        "Bad Request: text is too long"
    );
    assert_eq!(
        send(String::new()).await,
        "Bad Request: message text is empty"
    );
    assert_eq!(
        send(" \n\t".into()).await,
        "Bad Request: text must be non-empty"
    );
    let edit = json!({"chat_id": ANN, "message_id": id, "text": "x".repeat(4097)});
    assert_eq!(
        bot.refused("editMessageText", edit).await,
        "Bad Request: MESSAGE_TOO_LONG"
    );
    assert_eq!(bot.api.violations().len(), 5);
    let plain = json!({"chat_id": ANN, "text": "*x*", "parse_mode": "MarkdownV2"});
    assert_eq!(bot.ok("sendMessage", plain).await["text"], "*x*");
    assert_eq!(bot.api.violations().len(), 6, "a parse mode is a violation");
}

#[actix_rt::test]
async fn edits_show_once_never_buzz_and_must_change_something() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let quiet = json!({"chat_id": ANN, "text": "...", "disable_notification": true});
    let id = bot.ok("sendMessage", quiet).await["message_id"].clone();
    let edit = json!({"chat_id": ANN, "message_id": id, "text": "done"});
    bot.ok("editMessageText", edit.clone()).await;
    assert!(
        bot.refused("editMessageText", edit)
            .await
            .contains("message is not modified")
    );
    assert!(bot.api.buzzes(ANN).is_empty());
    bot.ok("deleteMessage", json!({"chat_id": ANN, "message_id": id}))
        .await;
    let again = bot
        .refused("deleteMessage", json!({"chat_id": ANN, "message_id": id}))
        .await;
    assert_eq!(again, "Bad Request: message to delete not found");
    assert!(bot.api.bot_screen(ANN).is_empty());
    assert_eq!(bot.api.everything_sent(ANN)[0].texts, ["...", "done"]);
    assert_eq!(bot.api.times_shown(ANN, "done"), 1);
    bot.was_correct();
    bot.refused(
        "editMessageText",
        json!({"chat_id": ANN, "message_id": 99, "text": "x"}),
    )
    .await;
    assert_eq!(
        bot.api.violations()[0].what,
        "Bad Request: message to edit not found"
    );
}

#[actix_rt::test]
async fn a_chat_that_does_not_want_the_bot_is_a_403() {
    let bot = Bot::new().await;
    let to = |chat: i64| json!({"chat_id": chat, "text": "hi"});
    bot.api.add_user(8, "Ben");
    let why = bot.refused("sendMessage", to(8)).await;
    assert_eq!(
        why,
        "Forbidden: bot can't initiate conversation with a user"
    );
    bot.api.say(ANN, ANN, "/start");
    bot.api.block(ANN);
    let why = bot.refused("sendMessage", to(ANN)).await;
    assert_eq!(why, "Forbidden: bot was blocked by the user");
    bot.api.add_supergroup(GROUP, "Ops");
    bot.api.kick(GROUP, ANN);
    let why = bot.refused("sendMessage", to(GROUP)).await;
    assert_eq!(why, "Forbidden: bot was kicked from the supergroup chat");
    bot.was_correct();
    assert_eq!(
        bot.refused("sendMessage", to(12345)).await,
        "Bad Request: chat not found"
    );
    assert_eq!(bot.api.violations().len(), 1);
}

#[actix_rt::test]
async fn topics_and_replies_must_exist() {
    let bot = Bot::new().await;
    bot.api.add_forum(GROUP, "Ops");
    let topic = bot.api.add_topic(GROUP, "incidents");
    let asked = bot
        .api
        .post(Incoming::new(ANN, GROUP, "/k8s").thread(topic));
    let update = bot.api.pending_updates().remove(0);
    assert_eq!(update["message"]["message_thread_id"], topic);
    assert_eq!(update["message"]["reply_to_message"]["message_id"], topic);

    let send = |extra: Value| {
        let mut params = json!({"chat_id": GROUP, "text": "x"});
        params
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        params
    };
    let sent = bot.ok(
        "sendMessage",
        send(json!({"message_thread_id": topic, "reply_parameters": {"message_id": asked}})),
    );
    assert_eq!(sent.await["reply_to_message"]["text"], "/k8s");
    let missing = json!({"reply_parameters": {"message_id": 99}});
    assert_eq!(
        bot.refused("sendMessage", send(missing)).await,
        "Bad Request: message to be replied not found"
    );
    let anyway =
        json!({"reply_parameters": {"message_id": 99, "allow_sending_without_reply": true}});
    assert_eq!(
        bot.ok("sendMessage", send(anyway)).await["reply_to_message"],
        Value::Null
    );
    let general = send(json!({"message_thread_id": 1}));
    assert_eq!(
        bot.refused("sendMessage", general).await,
        "Bad Request: message thread not found"
    );
    assert_eq!(bot.api.violations().len(), 2);
}

#[actix_rt::test]
async fn a_tap_reaches_the_bot_and_is_answered_once() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let keyboard =
        |data: &str| json!({"inline_keyboard": [[{"text": "Approve", "callback_data": data}]]});
    let card =
        |data: &str| json!({"chat_id": ANN, "text": "Sure?", "reply_markup": keyboard(data)});
    let id = bot.ok("sendMessage", card("a:1")).await["message_id"]
        .as_i64()
        .unwrap();
    let tap = bot.api.press(ANN, ANN, id, "Approve").unwrap();
    let update = bot.api.pending_updates().pop().unwrap();
    assert_eq!(update["callback_query"]["data"], "a:1");
    assert_eq!(
        update["callback_query"]["message"]["reply_markup"],
        keyboard("a:1")
    );
    let answer = json!({"callback_query_id": tap, "text": "Approved"});
    bot.ok("answerCallbackQuery", answer.clone()).await;
    assert_eq!(bot.api.tap_answered(&tap).await.text, "Approved");
    assert!(
        bot.refused("answerCallbackQuery", answer)
            .await
            .contains("query is too old")
    );
    bot.ok(
        "editMessageText",
        json!({"chat_id": ANN, "message_id": id, "text": "Approved"}),
    )
    .await;
    assert_eq!(
        bot.api.press(ANN, ANN, id, "Approve"),
        Err(PressError::NoButton(vec![]))
    );
    bot.was_correct();
    assert_eq!(
        bot.refused("sendMessage", card(&"x".repeat(65))).await,
        "Bad Request: BUTTON_DATA_INVALID"
    );
    assert_eq!(bot.api.violations().len(), 1);
}

#[actix_rt::test]
async fn the_command_menu_is_kept_per_scope_and_language() {
    let bot = Bot::new().await;
    let set = |name: &str, scope: &str| {
        json!({
            "commands": [{"command": name, "description": "Pods"}],
            "scope": {"type": scope},
            "language_code": "de",
        })
    };
    bot.ok("setMyCommands", set("k8s", "all_private_chats"))
        .await;
    assert_eq!(
        bot.api.commands("all_private_chats", "de"),
        [("k8s".into(), "Pods".into())]
    );
    assert!(bot.api.commands("default", "").is_empty());
    assert_eq!(
        bot.refused("setMyCommands", set("K8S", "default")).await,
        "Bad Request: BOT_COMMAND_INVALID"
    );
}

#[actix_rt::test]
async fn a_menu_is_for_a_chat_or_a_member_that_there_is() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    bot.api.add_group(-5, "Few");
    bot.api.expect_refusals("Bad Request");
    let set = |scope: serde_json::Value| {
        let commands = json!([{"command": "k8s", "description": "Pods"}]);
        json!({"commands": commands, "scope": scope})
    };
    let member = |chat: i64, user: i64| {
        set(json!({"type": "chat_member", "chat_id": chat, "user_id": user}))
    };
    for (call, why) in [
        (set(json!({"type": "everybody"})), "Unsupported type"),
        (set(json!({"type": "chat"})), "Can't find field \"chat_id\""),
        (
            set(json!({"type": "chat", "chat_id": 404})),
            "chat not found",
        ),
        (
            set(json!({"type": "chat_administrators", "chat_id": ANN})),
            "in private chats",
        ),
        (member(ANN, ANN), "in private chats"),
        (member(-5, 404), "user not found"),
        (
            set(json!({"type": "chat_member", "chat_id": -5})),
            "Can't find field \"user_id\"",
        ),
    ] {
        let refused = bot.refused("setMyCommands", call.clone()).await;
        assert!(refused.contains(why), "{call}: {refused}");
    }
    bot.ok("setMyCommands", member(-5, ANN)).await;
    let seen = bot.api.commands(&format!("chat_member:-5:{ANN}"), "");
    assert_eq!(seen, [("k8s".into(), "Pods".into())]);
    let own = json!({"scope": {"type": "chat_member", "chat_id": -5, "user_id": ANN}});
    bot.ok("deleteMyCommands", own).await;
    assert!(
        bot.api
            .commands(&format!("chat_member:-5:{ANN}"), "")
            .is_empty()
    );
    bot.api.kick(-5, ANN);
    let refused = bot.refused("setMyCommands", member(-5, ANN)).await;
    assert!(refused.contains("can't access the chat"), "{refused}");
}

#[actix_rt::test]
async fn one_bad_link_refuses_the_whole_message() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let link =
        json!([{"type": "text_link", "offset": 0, "length": 4, "url": "http://localhost/x"}]);
    let linked = json!({"chat_id": ANN, "text": "docs", "entities": link});
    assert_eq!(
        bot.refused("sendMessage", linked).await,
        "Bad Request: entity URL 'http://localhost/x' is invalid: Wrong HTTP URL"
    );
}

#[actix_rt::test]
async fn a_file_shows_its_name_and_caption() {
    let bot = Bot::new().await;
    bot.api.say(ANN, ANN, "/start");
    let parts = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n7\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"caption\"\r\n\r\nthe log\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"document\"; filename=\"pods.txt\"\r\n\
                 Content-Type: text/plain\r\n\r\nweb-1 Running\r\n--b--\r\n";
    let upload = bot.http.post(bot.method_url("sendDocument"));
    let upload = upload.content_type("multipart/form-data; boundary=b");
    assert_eq!(upload.send_body(parts).await.unwrap().status(), 200);
    let shown = bot.api.sees(ANN, "the log").await;
    assert_eq!(shown.document(), Some(("pods.txt", Some("web-1 Running"))));
    bot.was_correct();
}
