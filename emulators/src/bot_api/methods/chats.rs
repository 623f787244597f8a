//! `deleteMessage`, `sendChatAction`, `getChat`, `getChatMember`, `leaveChat`.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::chat::{Kind, Standing};
use super::super::message::Typing;
use super::super::params::Params;
use super::super::refusal::Refused;
use super::super::world::World;

/// Actions that `sendChatAction` knows.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// Takes a message away. A bot may delete its own everywhere, any in a private chat, and any in
/// a group where it is an admin. Absent: the 48 hours' limit.
pub(super) fn delete_message(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let (chat, id) = (params.need_chat()?, params.need_message()?);
    let chat = world.known_chat(chat)?;
    chat.may_touch()?;
    // A delete done twice (after an answer that never came) is no fault of the client.
    if chat.removed.contains_key(&id) {
        return Err(Refused::gone("message to delete not found"));
    }
    let message = chat.find(id, "message to delete not found")?;
    let may_all = chat.kind == Kind::Private || chat.standing == Standing::Admin;
    if !message.from_bot() && !may_all {
        return Err(Refused::bad("message can't be deleted"));
    }
    chat.remove(id, true);
    Ok(Value::Bool(true))
}

/// Shows that the bot is typing.
pub(super) fn chat_action(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    let action = params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.to_ascii_lowercase().as_str()) {
        return Err(Refused::bad("wrong parameter action in request"));
    }
    let chat = params.need_chat()?;
    let chat = world.known_chat(chat)?;
    chat.may_send()?;
    let thread = params.int("message_thread_id").filter(|t| *t != 0);
    // Unlike sends, chat actions take General's thread id.
    let thread = if thread == Some(1) {
        thread
    } else {
        chat.topic(thread)?
    };
    chat.note_typing(Typing {
        action,
        thread,
        at: now,
    });
    Ok(Value::Bool(true))
}

/// Tells about a chat: the fields that it has in updates, and its permissions' shape.
pub(super) fn get_chat(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let chat = params.need_chat()?;
    let chat = world.known_chat(chat)?;
    chat.may_touch()?;
    let mut full = chat.to_json();
    full["accent_color_id"] = json!(0);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": false,
        "limited_gifts": false,
        "unique_gifts": false,
        "premium_subscription": false,
    });
    Ok(full)
}

/// Tells how a member stands in a group. Absent: members other than the bot itself.
pub(super) fn get_chat_member(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let (chat, user) = (params.need_chat()?, params.int("user_id"));
    if user != Some(world.settings.bot_id()) {
        return Err(Refused::bad("member not found"));
    }
    let chat = world.known_chat(chat)?;
    chat.may_touch()?;
    let standing = chat.standing;
    Ok(world.member(standing))
}

/// Leaves a group.
pub(super) fn leave(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let chat = params.need_chat()?;
    let chat = world.known_chat(chat)?;
    if chat.kind == Kind::Private {
        return Err(Refused::bad(
            "chat member status can't be changed in private chats",
        ));
    }
    chat.may_touch()?;
    chat.standing = Standing::Left;
    Ok(Value::Bool(true))
}
