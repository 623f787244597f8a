//! What each call writes and reads.

use std::time::Duration;

use super::*;
use crate::ids::{BotId, MessageId, UpdateId, UserId};
use crate::model::{File, FileName, MenuScope, Shape};

#[tokio::test]
async fn a_message_is_sent_and_only_its_id_is_read() {
    let (address, server) = serve(ok(r#"{"message_id":31,"date":"odd","chat":5}"#)).await;
    assert_eq!(
        api(&address).send_message(&message()).await,
        Ok(MessageId(31))
    );
    let request = server.await.unwrap();
    let line = format!("POST /bot4242:{SECRET}/SendMessage HTTP/1.1\r\n");
    assert!(request.starts_with(&line), "{request}");
    assert!(
        request.contains(r#""text":"the password is hunter2""#),
        "{request}"
    );
}

#[tokio::test]
async fn updates_are_kept_as_they_were_delivered() {
    let first = r#"{"message": {"text":"caf\u00e9", "new": 1e400},"update_id":10}"#;
    let list = format!(r#"[{first},{{"message":{{}}}},7,{{"update_id":12,"odd":null}}]"#);
    let (address, server) = serve(ok(&list)).await;
    let updates = api(&address)
        .get_updates(Some(UpdateId(10)), Duration::from_secs(99), 100)
        .await
        .unwrap();
    let second = RawUpdate {
        id: UpdateId(12),
        body: r#"{"update_id":12,"odd":null}"#.to_owned(),
    };
    assert_eq!(
        updates,
        [
            RawUpdate {
                id: UpdateId(10),
                body: first.to_owned()
            },
            second
        ]
    );
    let request = server.await.unwrap();
    let asked = r#"{"offset":10,"limit":100,"timeout":50,"allowed_updates":["message","edited_message","callback_query","my_chat_member"]}"#;
    assert!(request.ends_with(asked), "{request}");
}

#[tokio::test]
async fn questions_are_answered_from_what_is_readable() {
    let me = r#"{"id":4242,"is_bot":true,"username":"sb_bot","can_read_all_group_messages":true,"new":{}}"#;
    let (address, _server) = serve(ok(me)).await;
    let username = "sb_bot".to_owned();
    let expected = Me {
        id: BotId(4242),
        username,
        can_read_all_group_messages: true,
    };
    assert_eq!(api(&address).get_me().await, Ok(expected));
    for (url, set) in [("", false), ("https://example.org/hook", true)] {
        let (address, _server) = serve(ok(&format!(
            r#"{{"url":"{url}","pending_update_count":3}}"#
        )))
        .await;
        let expected = Webhook { set, waiting: 3 };
        assert_eq!(api(&address).webhook().await, Ok(expected));
    }
}

#[tokio::test]
async fn calls_without_a_result_say_what_they_are_about() {
    let command = Command {
        name: "k8s".to_owned(),
        description: "Pods".to_owned(),
    };
    let edit = EditMessage {
        chat: ChatId(7),
        message: MessageId(5),
        text: "x".into(),
        entities: Vec::new(),
        buttons: vec![],
    };
    for (method, body) in [
        (
            "EditMessageText",
            r#"{"chat_id":7,"message_id":5,"text":"x","link_preview_options":{"is_disabled":true}}"#,
        ),
        ("DeleteMessage", r#"{"chat_id":7,"message_id":5}"#),
        (
            "SendChatAction",
            r#"{"chat_id":7,"action":"typing","message_thread_id":42}"#,
        ),
        (
            "AnswerCallbackQuery",
            r#"{"callback_query_id":"9","text":"no","show_alert":true}"#,
        ),
        (
            "SetMyCommands",
            r#"{"commands":[{"command":"k8s","description":"Pods"}],"scope":{"type":"chat_member","chat_id":-100,"user_id":7}}"#,
        ),
        (
            "DeleteMyCommands",
            r#"{"scope":{"type":"chat","chat_id":7}}"#,
        ),
        ("DeleteWebhook", "{}"),
        ("LeaveChat", r#"{"chat_id":7}"#),
    ] {
        let (address, server) = serve(ok("true")).await;
        let api = api(&address);
        let done = match method {
            "EditMessageText" => api.edit_message_text(&edit).await,
            "DeleteMessage" => api.delete_message(ChatId(7), MessageId(5)).await,
            "SendChatAction" => api.send_chat_action(ChatId(7), TopicId(42)).await,
            "AnswerCallbackQuery" => {
                api.answer_callback_query(&CallbackId("9".to_owned()), Some("no"), true)
                    .await
            }
            "SetMyCommands" => {
                let scope = MenuScope::Member(ChatId(-100), UserId(7));
                api.set_my_commands(scope, std::slice::from_ref(&command))
                    .await
            }
            "DeleteMyCommands" => api.set_my_commands(MenuScope::Chat(ChatId(7)), &[]).await,
            "DeleteWebhook" => api.delete_webhook().await,
            _ => api.leave_chat(ChatId(7)).await,
        };
        assert_eq!(done, Ok(()), "{method}");
        let request = server.await.unwrap();
        assert!(
            request.contains(&format!("/{method} ")) && request.ends_with(body),
            "{request}"
        );
    }
}

#[test]
fn settings_that_cannot_be_used_are_named_without_their_secrets() {
    let good = settings("https://api.telegram.org");
    let token = |token: &str| Settings {
        token: SecretString::from(token),
        ..good.clone()
    };
    let proxy = |url: &str| Settings {
        proxy: Some(url.into()),
        ..good.clone()
    };
    let missing = Settings {
        ca_file: Some("/nowhere/ca.pem".into()),
        ..good.clone()
    };
    for (settings, words) in [
        (token(SECRET), "bot token"),
        (token(&format!("4242:{SECRET}\n")), "bot token"),
        (token("4242:"), "bot token"),
        (settings("mailto:a@b"), "api_url"),
        (proxy("socks5://u:hunter2@h:1"), "proxy"),
        (missing, "/nowhere/ca.pem"),
    ] {
        let error = BotApi::new(&settings).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        tells_nothing(&error);
    }
    let api = BotApi::new(&good).unwrap();
    assert_eq!(
        (api.id(), format!("{api:?}").as_str()),
        (BotId(4242), "BotApi { id: BotId(4242), .. }")
    );
}

#[tokio::test]
async fn a_file_goes_out_as_a_form_with_all_that_a_message_has() {
    let (address, server) = serve(ok(r#"{"message_id":32}"#)).await;
    let message = OutMessage {
        topic: TopicId(9),
        reply_to: Some(MessageId(5)),
        silent: true,
        buttons: vec![vec![Button {
            label: "Stop".to_owned(),
            data: "b:1".to_owned(),
        }]],
        entities: vec![crate::model::Entity {
            kind: crate::model::EntityKind::Bold,
            offset: 0,
            length: 3,
        }],
        ..message()
    };
    let file = File {
        name: FileName::clean("Отчёт.md", "file"),
        media_type: "text/markdown".to_owned(),
        bytes: "# all of it".into(),
    };
    let sent = api(&address)
        .send_file(&message, &file, Shape::Document)
        .await;
    assert_eq!(sent, Ok(MessageId(32)));
    let request = server.await.unwrap();
    let line = format!("POST /bot4242:{SECRET}/SendDocument HTTP/1.1\r\n");
    assert!(request.starts_with(&line), "{request}");
    for (field, value) in [
        ("chat_id", "7"),
        ("message_thread_id", "9"),
        ("caption", TEXT),
        (
            "caption_entities",
            r#"[{"type":"bold","offset":0,"length":3}]"#,
        ),
        ("disable_notification", "true"),
        (
            "reply_markup",
            r#"{"inline_keyboard":[[{"text":"Stop","callback_data":"b:1"}]]}"#,
        ),
    ] {
        let part = format!("; name=\"{field}\"\r\n\r\n{value}\r\n");
        assert!(request.contains(&part), "{part} in {request}");
    }
    assert!(request.contains("; name=\"reply_parameters\""), "{request}");
    assert!(request.contains("\"message_id\":5"), "{request}");
    // As the Bot API server reads it: raw UTF-8 between plain quotes.
    let part = "; name=\"document\"; filename=\"Отчёт.md\"\r\n\
                Content-Type: text/markdown\r\n\r\n# all of it\r\n";
    assert!(request.contains(part), "{request}");
}

#[tokio::test]
async fn a_picture_with_nothing_to_say_is_its_bytes_alone() {
    let (address, server) = serve(http(429, "retry-after: 4\r\n", "<html>")).await;
    let message = OutMessage::text(ChatId(7), TopicId::NONE, "");
    let file = File {
        name: FileName::clean("chart.png", "file"),
        media_type: "no media type".to_owned(),
        bytes: b"\x89PNG".as_slice().into(),
    };
    let sent = api(&address).send_file(&message, &file, Shape::Photo).await;
    assert_eq!(sent, Err(TelegramError::RetryAfter(Duration::from_secs(4))));
    let request = server.await.unwrap();
    assert!(request.contains("/SendPhoto HTTP/1.1"), "{request}");
    assert!(
        request.contains("name=\"photo\"; filename=\"chart.png\""),
        "{request}"
    );
    assert_eq!(request.matches("; name=").count(), 2, "{request}");
    assert!(!request.contains("no media type"), "{request}");
}
