//! Tables of updates as Telegram writes them, and as it may write them one day.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::ids::{ChatId, MessageId, TopicId, UpdateId, UserId};
use crate::telegram::*;

fn read(update: &Value) -> What {
    Update::read(UpdateId(1), &update.to_string()).what
}

fn message(parts: Value) -> Incoming {
    let mut whole = json!({
        "message_id": 77, "date": 1_760_000_000,
        "from": {"id": 7, "is_bot": false, "first_name": "Ada"},
        "chat": {"id": 7, "type": "private", "first_name": "Ada"},
    });
    if let (Value::Object(whole), Value::Object(parts)) = (&mut whole, parts) {
        whole.extend(parts);
    }
    match read(&json!({"update_id": 1, "message": whole})) {
        What::Message(incoming) => incoming,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_private_text_is_read_whole() {
    let incoming = message(json!({
        "from": {"id": 7, "is_bot": false, "first_name": "Ada", "last_name": "L",
                 "username": "ada", "language_code": "en", "is_premium": true},
        "text": "/k8s list 🫛 pods",
        "entities": [{"offset": 0, "length": 4, "type": "bot_command"}],
        "link_preview_options": {"is_disabled": true},
    }));
    let expected = Incoming {
        chat: ChatId(7),
        chat_kind: ChatKind::Private,
        is_forum: false,
        topic: TopicId::NONE,
        message: MessageId(77),
        date: 1_760_000_000,
        from: Some(Sender {
            id: UserId(7),
            is_bot: false,
            first_name: "Ada".to_owned(),
            username: Some("ada".to_owned()),
            language_code: Some("en".to_owned()),
        }),
        sender_chat: None,
        text: Some("/k8s list 🫛 pods".to_owned()),
        entities: vec![Entity {
            kind: "bot_command".to_owned(),
            offset: 0,
            length: 4,
            user: None,
        }],
        reply_to: None,
        media: None,
        file: None,
        media_group_id: None,
        migrate_to_chat_id: None,
        migrate_from_chat_id: None,
        service: false,
    };
    assert_eq!(incoming, expected);
    assert!(!incoming.is_nobody());
}

#[test]
fn unknown_parts_never_take_the_text() {
    for parts in [
        json!({"entities": [{"type": "date_time", "offset": 0, "length": 2, "unix_time": 1}]}),
        json!({"entities": [{"type": "text_link", "offset": 0, "length": 2, "url": ":"}, 5, {}]}),
        json!({"forward_origin": {"type": "hologram"}}),
        json!({"quote": {"text": "x", "entities": "none", "position": -1}}),
        json!({"reply_markup": {"inline_keyboard": [[{"text": "x", "hologram": {}}]]}}),
        json!({"hologram": {"width": 1}}),
        json!({"from": "Ada"}),
        json!({"date": "yesterday", "message_id": {}}),
    ] {
        let mut whole = parts.clone();
        whole["text"] = json!("hi");
        let incoming = message(whole);
        assert_eq!(
            (incoming.text.as_deref(), incoming.media),
            (Some("hi"), None),
            "{parts}"
        );
    }
    let kind = message(json!({"text": "hi", "entities": [
        {"type": "date_time", "offset": 0, "length": 2}, {"type": "bold", "offset": -1, "length": 2}
    ]}));
    assert_eq!(kind.entities.len(), 1);
    assert_eq!(kind.entities[0].kind, "date_time");
}

#[test]
fn a_topic_is_one_only_where_telegram_says_so() {
    let group = json!({"id": -1_001_000_000_001_i64, "type": "supergroup", "is_forum": true});
    for (parts, topic) in [
        (
            json!({"chat": group, "message_thread_id": 42, "is_topic_message": true}),
            42,
        ),
        (json!({"chat": group, "message_thread_id": 42}), 0),
        (json!({"chat": group}), 0),
        (
            json!({"chat": group, "message_thread_id": 1, "is_topic_message": true}),
            0,
        ),
        (json!({"message_thread_id": 9, "is_topic_message": true}), 9),
    ] {
        assert_eq!(message(parts.clone()).topic, TopicId(topic), "{parts}");
    }
    assert!(message(json!({"chat": group})).is_forum);
}

#[test]
fn writing_in_a_topic_answers_nobody() {
    let bot = json!({"id": 99, "is_bot": true, "first_name": "Switchboard"});
    let answered = message(json!({"reply_to_message": {"message_id": 5, "from": bot}}));
    let expected = ReplyTo {
        message: MessageId(5),
        from_id: Some(UserId(99)),
        is_bot: true,
    };
    assert_eq!(answered.reply_to, Some(expected));
    let written = message(json!({"reply_to_message": {
        "message_id": 5, "from": bot, "forum_topic_created": {"name": "incidents"}
    }}));
    assert_eq!(written.reply_to, None);
}

#[test]
fn who_is_no_person_is_nobody() {
    let group = json!({"id": -100, "type": "supergroup"});
    for parts in [
        json!({"from": {"id": 1_087_968_824, "is_bot": true}, "sender_chat": group}),
        json!({"from": {"id": 1_087_968_824}}),
        json!({"from": {"id": 777_000, "is_bot": false}, "is_automatic_forward": true}),
        json!({"from": {"id": 136_817_688, "is_bot": false}}),
        json!({"sender_chat": group}),
        json!({"sender_chat": "unreadable"}),
        json!({"from": {"id": 5, "is_bot": true}}),
        json!({"from": {"first_name": "Ada"}}),
        json!({"from": null}),
    ] {
        assert!(message(parts.clone()).is_nobody(), "{parts}");
    }
}

#[test]
fn media_is_named_with_its_caption() {
    for (parts, media, service) in [
        (json!({"photo": [{"file_id": "a"}]}), Some("photo"), false),
        (
            json!({"document": {}, "animation": {}}),
            Some("animation"),
            false,
        ),
        (json!({"location": {}, "venue": {}}), Some("venue"), false),
        (
            json!({"hologram": {"w": 1}, "via_bot": {}, "edit_date": 1}),
            Some("hologram"),
            false,
        ),
        (json!({"pinned_message": {"message_id": 1}}), None, true),
        (json!({"new_chat_members": []}), None, true),
        (json!({"photo": null}), None, false),
    ] {
        let incoming = message(parts.clone());
        assert_eq!(incoming.media.as_deref(), media, "{parts}");
        assert_eq!(incoming.service, service, "{parts}");
    }
    let album = message(json!({
        "photo": [], "caption": "why?", "media_group_id": "12543",
        "caption_entities": [{"type": "bold", "offset": 0, "length": 4}],
    }));
    assert_eq!(album.text.as_deref(), Some("why?"));
    assert_eq!(album.entities.len(), 1);
    assert_eq!(album.media_group_id.as_deref(), Some("12543"));
}

#[test]
fn a_migration_names_both_chats() {
    let group = json!({"id": -5, "type": "group", "title": "sre"});
    let last = message(json!({"chat": group, "migrate_to_chat_id": -1_001_000_000_005_i64}));
    assert_eq!(last.migrate_to_chat_id, Some(ChatId(-1_001_000_000_005)));
    assert!(last.service);
    let first = message(json!({"migrate_from_chat_id": -5}));
    assert_eq!(first.migrate_from_chat_id, Some(ChatId(-5)));
}

#[test]
fn an_unknown_kind_of_chat_is_guessed_from_its_id() {
    for (id, kind) in [
        (7_i64, ChatKind::Private),
        (-5, ChatKind::Group),
        (-1_001_000_000_005, ChatKind::Supergroup),
    ] {
        assert_eq!(
            message(json!({"chat": {"id": id, "type": "metaverse"}})).chat_kind,
            kind
        );
    }
    assert_eq!(
        message(json!({"chat": {"id": -5, "type": "channel"}})).chat_kind,
        ChatKind::Channel
    );
}

#[test]
fn a_tap_is_read_even_on_a_message_that_is_out_of_reach() {
    let what = read(&json!({"update_id": 1, "callback_query": {
        "id": "4382", "from": {"id": 7, "is_bot": false, "first_name": "Ada"}, "data": "b:1",
        "chat_instance": "-1", "message": {
            "message_id": 5, "date": 0, "chat": {"id": -100, "type": "supergroup"},
            "message_thread_id": 42, "is_topic_message": true, "rich_message": {},
        },
    }}));
    let What::Callback(tap) = what else {
        panic!("{what:?}")
    };
    assert_eq!(
        (tap.chat, tap.topic, tap.message),
        (ChatId(-100), TopicId(42), MessageId(5))
    );
    assert_eq!(
        (tap.id, tap.from.id, tap.data.as_str()),
        (CallbackId("4382".into()), UserId(7), "b:1")
    );
    let inline =
        json!({"callback_query": {"id": "1", "from": {"id": 7}, "inline_message_id": "x"}});
    assert_eq!(read(&inline), What::Other("callback_query".to_owned()));
}

#[test]
fn a_block_and_an_edit_and_unknown_kinds_are_told_apart() {
    let blocked = read(&json!({"update_id": 1, "my_chat_member": {
        "chat": {"id": 7, "type": "private"}, "from": {"id": 7, "is_bot": false}, "date": 1,
        "old_chat_member": {"status": "member"},
        "new_chat_member": {"user": {"id": 99, "is_bot": true}, "status": "kicked", "until_date": 0},
    }}));
    let What::MyChatMember(change) = blocked else {
        panic!("{blocked:?}")
    };
    assert_eq!(
        (change.chat, change.new_status.as_str()),
        (ChatId(7), "kicked")
    );
    let edited =
        read(&json!({"edited_message": {"chat": {"id": 7}, "text": "new", "edit_date": 2}}));
    assert!(matches!(edited, What::Edited(incoming) if incoming.text.as_deref() == Some("new")));
    for (update, name) in [
        (
            json!({"update_id": 1, "guest_message": {"text": "x"}}),
            "guest_message",
        ),
        (
            json!({"update_id": 1, "message": {"text": "to nowhere"}}),
            "message",
        ),
        (json!({"update_id": 1}), "empty"),
        (json!([1]), "unreadable"),
    ] {
        assert_eq!(read(&update), What::Other(name.to_owned()), "{update}");
    }
}

/// An update with every part that is read.
fn everything() -> Value {
    json!({"update_id": 1, "message": {
        "text": "keep me", "caption": "or me", "message_id": 77, "date": 1_760_000_000,
        "from": {"id": 7, "is_bot": false, "first_name": "Ada", "username": "ada"},
        "sender_chat": {"id": -100, "type": "supergroup"},
        "chat": {"id": -100, "type": "supergroup", "is_forum": true},
        "message_thread_id": 42, "is_topic_message": true, "media_group_id": "1",
        "entities": [{"type": "bold", "offset": 0, "length": 4}], "caption_entities": [],
        "reply_to_message": {"message_id": 5, "from": {"id": 99, "is_bot": true}},
        "migrate_to_chat_id": -1, "migrate_from_chat_id": -2, "photo": [{"file_id": "a"}],
    }})
}

fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, part)| (name.clone(), part))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(i, part)| (i.to_string(), part))
            .collect(),
        _ => Vec::new(),
    };
    for (name, part) in below {
        let place = format!("{at}/{name}");
        places(part, &place, found);
        found.push(place);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_at_any_place_loses_only_that_part(
        place in any::<prop::sample::Index>(), odd in any_json(), new in any_json(),
    ) {
        let mut update = everything();
        let mut found = Vec::new();
        places(&update, "", &mut found);
        let place = place.get(&found);
        *update.pointer_mut(place).unwrap() = odd;
        if let Some(Value::Object(parts)) = update.pointer_mut("/message") {
            parts.insert("new_part".to_owned(), new.clone());
        }
        if let Value::Object(parts) = &mut update {
            parts.insert("a_new_kind".to_owned(), new);
        }
        match read(&update) {
            What::Message(incoming) if place != "/message/text" => {
                prop_assert_eq!(incoming.text.as_deref(), Some("keep me"));
            }
            What::Message(_) => {}
            _ => prop_assert!(["/message", "/message/chat", "/message/chat/id"].contains(&place.as_str())),
        }
    }

    #[test]
    fn any_text_at_all_is_read_without_a_panic(body in any::<String>(), json in any_json()) {
        let _ = Update::read(UpdateId(1), &body);
        let _ = read(&json);
        let _ = read(&json!({"message": json, "callback_query": json, "my_chat_member": json}));
    }
}
