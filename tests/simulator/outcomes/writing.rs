//! How updates look that people do not write themselves, and parts of those that they do.

use serde_json::{Value, json};
use switchboard::ids::{ChatId, UpdateId, UserId};

use super::cases::{Case, Comes};
use super::world::World;
use crate::allowed::{ANNA, BEN, CARA, DORA, FORUM, GROUP, STRANGER};
use crate::telegram::{marked, person};

/// The names in a text, marked as Telegram marks them.
pub fn entities(text: &str) -> Value {
    let name = "@sim_bot";
    match text.starts_with(name) {
        true => json!([{"type": "mention", "offset": 0, "length": name.len()}]),
        false => json!([]),
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
