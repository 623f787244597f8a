//! How updates look that people do not write themselves, and parts of those that they do.

use serde_json::{Value, json};
use switchboard::ids::{ChatId, UpdateId, UserId};

use super::cases::{Case, Comes, question, somewhere, write};
use super::world::World;
use crate::allowed::{ANNA, BEN, CARA, DORA, FORUM, GROUP, STRANGER};
use crate::telegram::{marked, person, plain};

/// The names in a text, marked as Telegram marks them.
pub fn entities(text: &str) -> Value {
    let name = "@sim_bot";
    if text.starts_with(name) {
        json!([{"type": "mention", "offset": 0, "length": name.len()}])
    } else {
        json!([])
    }
}

/// The text of a message becomes the caption of a file; its bytes name the question.
pub fn carries(message: &mut Value, part: &str, number: i64) {
    message["caption"] = message["text"].take();
    let mut file = json!({"file_id": marked(number), "file_size": 20, "width": 90, "height": 90});
    if part == "document" {
        file["file_name"] = json!("pods.txt");
    }
    message[part] = if part == "photo" { json!([file]) } else { file };
}

/// The bot is added, removed, blocked, let in again, made an admin.
pub fn membership(world: &World) -> Case {
    let chance = &world.sim.chance;
    let number = world.telegram.next_update();
    let unknown = ChatId(-8_000 - number);
    let chats = [
        ChatId(BEN.0),
        ChatId(STRANGER.0),
        GROUP,
        FORUM,
        unknown,
        unknown,
        unknown,
    ];
    let chat = *chance.pick(&chats);
    let by: Option<UserId> =
        *chance.pick(&[Some(ANNA), Some(DORA), Some(STRANGER), Some(CARA), None]);
    let statuses = [
        "member",
        "administrator",
        "left",
        "kicked",
        "restricted",
        "odd",
        "",
    ];
    let status = *chance.pick(&statuses);
    let stays = ["member", "administrator"].contains(&status);
    // Whoever may use something there, or operates the bot, may bring it along.
    let counts = by == Some(ANNA) || by == Some(DORA);
    let leaves = chat == unknown && stays && !counts;
    let kind = if chat.is_group() { "group" } else { "private" };
    let happened = json!({
        "chat": {"id": chat.0, "type": kind}, "date": 1,
        "from": by.map_or(Value::Null, person),
        "old_chat_member": {"status": "left"},
        "new_chat_member": {"status": status, "user": person(UserId(crate::sim::BOT.0))},
    });
    let name = if leaves { "leaves" } else { "membership" };
    let may: &[&str] = if leaves { &["refused"] } else { &["ignored"] };
    let mut case = Case::new(name, number, "my_chat_member", &happened, may);
    case.leaves = leaves;
    case
}

/// Kinds that nobody has asked Telegram for, and one that there is not yet.
pub fn other_kind(world: &World) -> Case {
    let kinds = [
        "channel_post",
        "edited_channel_post",
        "poll",
        "poll_answer",
        "inline_query",
        "chosen_inline_result",
        "message_reaction",
        "message_reaction_count",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "shipping_query",
        "pre_checkout_query",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "purchased_paid_media",
        "something_of_tomorrow",
    ];
    let kind = *world.sim.chance.pick(&kinds);
    let number = world.telegram.next_update();
    let what = json!({
        "message_id": 7, "date": 1, "chat": {"id": GROUP.0, "type": "channel"},
        "from": person(ANNA), "id": "1", "text": "/k8s what?", "data": "x",
    });
    Case::new("other kind", number, kind, &what, &["ignored"])
}

/// What nobody can read.
pub fn unreadable(world: &World) -> Case {
    let number = world.telegram.next_update();
    let bodies = [
        "",
        "nonsense",
        "null",
        "{}",
        "[1, 2]",
        "{\"message\"",
        "{\"message\": {}}",
        "{\"message\": 5}",
        "{\"message\": {\"chat\": {\"id\": \"eleven\"}, \"text\": \"/k8s what?\"}}",
        "{\"edited_message\": null}",
        "{\"callback_query\": {\"id\": \"1\", \"data\": \"x\"}}",
        "{\"my_chat_member\": {\"chat\": {}}}",
    ];
    let body = (*world.sim.chance.pick(&bodies)).to_owned();
    let may = &["ignored"];
    Case {
        updates: vec![(UpdateId(number), Comes { may, tap: false })],
        what: body.clone(),
        bodies: vec![body],
        ..Case::new("unreadable", number, "none", &Value::Null, may)
    }
}

/// An anonymous admin, a channel, a bot, and a message without a sender.
pub fn nobody(world: &World) -> Case {
    let chance = &world.sim.chance;
    let command = chance.permille(600);
    let (number, mut message) = write(world, UserId(1), plain(GROUP), |it| {
        let text = if command { "/k8s what of" } else { "what of" };
        format!("{text} {it}")
    });
    match chance.below(4) {
        0 => {
            message["from"]["id"] = json!(1_087_968_824);
            message["sender_chat"] = message["chat"].clone();
        }
        1 => {
            message["from"]["id"] = json!(777_000);
            message["sender_chat"] = json!({"id": -1_000_000_000_900_i64, "type": "channel"});
        }
        2 => message["from"]["is_bot"] = json!(true),
        _ => message["from"] = Value::Null,
    }
    let heard = command || world.hears_all;
    let may: &[&str] = if heard { &["refused"] } else { &["ignored"] };
    Case::new("nobody", number, "message", &message, may)
}

pub fn service(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let number = world.telegram.next_update();
    let mut message = world.telegram.message(user, place, number);
    let event = *world.sim.chance.pick(&[
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_closed",
        "video_chat_started",
        "message_auto_delete_timer_changed",
        "boost_added",
        "successful_payment",
    ]);
    message[event] = json!({"message_id": 1});
    Case::new("service", number, "message", &message, &["ignored"])
}

/// What is neither text nor a file: it is answered where somebody waits.
pub fn media(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let number = world.telegram.next_update();
    let mut message = world.telegram.message(user, place, number);
    let kind = *world.sim.chance.pick(&[
        "sticker",
        "location",
        "contact",
        "poll",
        "dice",
        "video_note",
        "venue",
        "game",
        "story",
        "invoice",
        "paid_media",
        "hologram",
    ]);
    message[kind] = json!({"file_id": "f", "emoji": "x"});
    let waits = !place.chat.is_group();
    let may: &[&str] = if waits { &["control"] } else { &["ignored"] };
    Case::new("media", number, "message", &message, may)
}

/// One that has had its outcome.
pub fn repeated(world: &World) -> Case {
    let confirmed = world.telegram.confirmed();
    if confirmed.is_empty() {
        return question(world);
    }
    let id = *world.sim.chance.pick(&confirmed);
    let mut case = Case::new("repeated", id.0, "again", &Value::Null, &[]);
    case.again = true;
    case
}

/// The group becomes a supergroup: the last message here, the first one there.
pub fn migrated(world: &World) -> Case {
    let to = crate::allowed::SUPERGROUP;
    world.sim.moved.borrow_mut().insert(GROUP, to);
    let of = |chat: ChatId, key: &str, other: ChatId| {
        let number = world.telegram.next_update();
        let mut message = world.telegram.message(ANNA, plain(chat), 1);
        message[key] = json!(other.0);
        Case::new("migrated", number, "message", &message, &["ignored"])
    };
    let mut away = of(GROUP, "migrate_to_chat_id", to);
    let here = of(to, "migrate_from_chat_id", GROUP);
    away.updates.extend(here.updates);
    away.bodies.extend(here.bodies);
    away
}
