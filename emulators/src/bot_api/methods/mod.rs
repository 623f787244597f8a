//! The methods of the Bot API, each in one step under the lock.

mod chats;
pub(super) mod commands;
mod sending;
mod setup;
mod taps;
mod uploads;

use serde_json::Value;
use tokio::time::Instant;

use super::files;
use super::params::Params;
use super::refusal::Refused;
use super::world::World;

/// Every method that is emulated, as documented.
const NAMES: [&str; 20] = [
    "getMe",
    "getUpdates",
    "getFile",
    "sendMessage",
    "editMessageText",
    "editMessageReplyMarkup",
    "deleteMessage",
    "sendChatAction",
    "answerCallbackQuery",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "getChat",
    "getChatMember",
    "leaveChat",
    "sendDocument",
    "sendPhoto",
];

/// The documented name of a method that came in any letter case.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|n| n.eq_ignore_ascii_case(name))
}

/// Whether a method shares the flood limits.
pub(super) fn rated(method: &str) -> bool {
    let sends = ["sendMessage", "sendDocument", "sendPhoto"];
    sends.contains(&method) || method.starts_with("edit")
}

/// Does what a method does; `getUpdates` waits elsewhere.
pub(super) fn perform(world: &mut World, method: &str, params: &Params) -> Result<Value, Refused> {
    let now = Instant::now();
    match method {
        "getMe" => Ok(setup::get_me(world)),
        "getFile" => files::get(world, params),
        "sendMessage" => sending::send_message(world, params, now),
        "sendDocument" => uploads::send_document(world, params, now),
        "sendPhoto" => uploads::send_photo(world, params, now),
        "editMessageText" => sending::edit_text(world, params, now),
        "editMessageReplyMarkup" => sending::edit_markup(world, params, now),
        "deleteMessage" => chats::delete_message(world, params),
        "sendChatAction" => chats::chat_action(world, params, now),
        "getChat" => chats::get_chat(world, params),
        "getChatMember" => chats::get_chat_member(world, params),
        "leaveChat" => chats::leave(world, params),
        "answerCallbackQuery" => taps::answer(world, params),
        "setMyCommands" => commands::set(world, params),
        "getMyCommands" => commands::get(world, params),
        "deleteMyCommands" => commands::delete(world, params),
        "setWebhook" => setup::set_webhook(world, params),
        "deleteWebhook" => Ok(setup::delete_webhook(world, params)),
        "getWebhookInfo" => Ok(setup::webhook_info(world)),
        _ => Err(Refused::not_found()),
    }
}
