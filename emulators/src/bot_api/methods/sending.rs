//! `sendMessage`, `editMessageText`, `editMessageReplyMarkup`: what shares the flood limits with
//! uploads.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::chat::Chat;
use super::super::keyboard::{self, Markup};
use super::super::message::{Author, ChatId, Message, MessageId, ThreadId};
use super::super::params::{Params, as_flag, as_int};
use super::super::refusal::Refused;
use super::super::text::{self, Checked, TEXT_MAX};
use super::super::world::{World, unix_now};

const REPLY_MISSING: &str = "message to be replied not found";
const EDIT_MISSING: &str = "message to edit not found";
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply \
    markup are exactly the same as a current content and reply markup of the message";

/// Sends a text.
pub(super) fn send_message(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    let checked = text::read(params)?;
    if checked.text.chars().count() > TEXT_MAX {
        return Err(Refused::bad("message is too long"));
    }
    send(world, params, checked, json!({}), now)
}

/// Puts a message of the bot on the screen; `extra` is what it carries beside its text.
pub(super) fn send(
    world: &mut World,
    params: &Params,
    checked: Checked,
    mut extra: Value,
    now: Instant,
) -> Result<Value, Refused> {
    let markup = keyboard::read(params)?;
    let id = params.need_chat()?;
    let chat = world.known_chat(id)?;
    chat.may_send()?;
    let thread = chat.topic(params.int("message_thread_id"))?;
    let reply_to = reply_target(chat, params)?;
    let thread = thread.or_else(|| reply_thread(world, id, reply_to));
    world.known_chat(id)?.may_send_in(thread)?;
    world.limiter.take(id, now)?;
    world.notes.extend(checked.notes);
    if !markup.raw.is_null() {
        extra["reply_markup"] = markup.raw;
    }
    let message = Message {
        id: world.next_message_id(id),
        chat: id,
        author: Author::Bot,
        date: unix_now(),
        edit_date: None,
        text: checked.text,
        entities: checked.entities,
        buttons: markup.rows,
        reply_to,
        thread,
        silent: params.flag("disable_notification"),
        extra,
    };
    let answer = world.message_json(&message);
    world.chat(id).show_sent(message, now);
    Ok(answer)
}

/// A reply without a thread stands in the topic of what it answers.
fn reply_thread(world: &World, chat: ChatId, reply_to: Option<MessageId>) -> Option<ThreadId> {
    world.message(chat, reply_to?)?.thread
}

/// Reads `reply_parameters`, or the older `reply_to_message_id`.
fn reply_target(chat: &Chat, params: &Params) -> Result<Option<MessageId>, Refused> {
    let given = params.json("reply_parameters", "reply parameters")?;
    let (target, optional) = match &given {
        Some(reply) => {
            let optional = reply.get("allow_sending_without_reply");
            let target = reply.get("message_id").and_then(as_int);
            (target, optional.is_some_and(as_flag))
        }
        None => (
            params.int("reply_to_message_id"),
            params.flag("allow_sending_without_reply"),
        ),
    };
    let Some(target) = target.filter(|id| *id != 0) else {
        return Ok(None);
    };
    match chat.find(target, REPLY_MISSING) {
        Ok(_) => Ok(Some(target)),
        Err(_) if optional => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// Changes a text and its buttons; without `reply_markup` the buttons go.
pub(super) fn edit_text(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    let checked = text::read(params)?;
    if checked.text.chars().count() > TEXT_MAX {
        return Err(Refused::bad("MESSAGE_TOO_LONG"));
    }
    world.notes.extend(checked.notes.iter().cloned());
    edit(world, params, Some(checked), now)
}

/// Changes the buttons only.
pub(super) fn edit_markup(
    world: &mut World,
    params: &Params,
    now: Instant,
) -> Result<Value, Refused> {
    edit(world, params, None, now)
}

fn edit(
    world: &mut World,
    params: &Params,
    new: Option<Checked>,
    now: Instant,
) -> Result<Value, Refused> {
    let markup = keyboard::read(params)?;
    let (chat_id, id) = (params.need_chat()?, params.need_message()?);
    world.known_chat(chat_id)?.may_touch()?;
    world.limiter.take(chat_id, now)?;
    let chat = world.known_chat(chat_id)?;
    let message = chat.find(id, EDIT_MISSING)?;
    if !message.from_bot() {
        return Err(Refused::bad("message can't be edited"));
    }
    if new.is_some() && message.file().is_some() {
        return Err(Refused::bad("there is no text in the message to edit"));
    }
    let new = new.unwrap_or_else(|| Checked {
        text: message.text.clone(),
        entities: message.entities.clone(),
        notes: Vec::new(),
    });
    let mut message = message.clone();
    if !apply(&mut message, new, markup) {
        return Err(Refused::gone(NOT_MODIFIED));
    }
    chat.note_edit(id, &message.text);
    chat.messages.insert(id, message.clone());
    Ok(world.message_json(&message))
}

/// Puts the new content in; false if it is the old one.
fn apply(message: &mut Message, new: Checked, markup: Markup) -> bool {
    let old = message.extra.get("reply_markup").cloned();
    let same_text = message.text == new.text && message.entities == new.entities;
    if same_text && old.unwrap_or_default() == markup.raw {
        return false;
    }
    message.text = new.text;
    message.entities = new.entities;
    message.buttons = markup.rows;
    message.edit_date = Some(unix_now());
    if let Some(extra) = message.extra.as_object_mut() {
        extra.remove("reply_markup");
        if !markup.raw.is_null() {
            extra.insert("reply_markup".into(), markup.raw);
        }
    }
    true
}
