//! `setMyCommands`, `getMyCommands`, `deleteMyCommands`: one list per scope and language.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::chat::Kind;
use super::super::params::{Params, as_int};
use super::super::refusal::Refused;
use super::super::world::World;

const COMMANDS_MAX: usize = 100;
const NAME_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 256;

/// Lists of (command, description), by scope (written as `default`, `all_private_chats`,
/// `chat:-100`, `chat_member:-100:7`) and language code.
#[derive(Debug, Default)]
pub(in super::super) struct CommandTable(HashMap<(String, String), Vec<(String, String)>>);

impl CommandTable {
    /// The list of one scope and language, empty if none was set.
    pub fn list(&self, scope: &str, language: &str) -> Vec<(String, String)> {
        let key = (scope.to_owned(), language.to_owned());
        self.0.get(&key).cloned().unwrap_or_default()
    }
}

/// Sets a list.
pub(super) fn set(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let list = params.json("commands", "commands")?.unwrap_or_default();
    let Some(list) = list.as_array() else {
        return Err(Refused::bad("can't parse commands: expected an Array"));
    };
    if list.len() > COMMANDS_MAX {
        return Err(Refused::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let list = list.iter().map(command).collect::<Result<Vec<_>, _>>()?;
    let key = (scope(world, params)?, language(params)?);
    if list.is_empty() {
        world.commands.0.remove(&key);
    } else {
        world.commands.0.insert(key, list);
    }
    Ok(Value::Bool(true))
}

/// Reads a list.
pub(super) fn get(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let (scope, language) = (scope(world, params)?, language(params)?);
    let list = world.commands.list(&scope, &language).into_iter();
    let list = list.map(|(command, text)| json!({"command": command, "description": text}));
    Ok(Value::Array(list.collect()))
}

/// Removes a list.
pub(super) fn delete(world: &mut World, params: &Params) -> Result<Value, Refused> {
    let key = (scope(world, params)?, language(params)?);
    world.commands.0.remove(&key);
    Ok(Value::Bool(true))
}

fn command(raw: &Value) -> Result<(String, String), Refused> {
    let field = |name: &str| raw.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = field("command");
    let name = name.strip_prefix('/').unwrap_or(name);
    let good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(good) {
        return Err(Refused::bad("BOT_COMMAND_INVALID"));
    }
    let text = field("description").trim();
    if text.is_empty() || text.chars().count() > DESCRIPTION_MAX {
        return Err(Refused::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok((name.to_owned(), text.to_owned()))
}

fn language(params: &Params) -> Result<String, Refused> {
    let code = params.text("language_code").unwrap_or_default();
    let good = code.len() == 2 && code.bytes().all(|c| c.is_ascii_lowercase());
    if code.is_empty() || good {
        Ok(code)
    } else {
        Err(Refused::bad("invalid language code specified"))
    }
}

fn scope(world: &mut World, params: &Params) -> Result<String, Refused> {
    let Some(scope) = params.json("scope", "BotCommandScope")? else {
        return Ok("default".into());
    };
    let kind = scope
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => {
            Ok(kind.into())
        }
        "chat" | "chat_administrators" | "chat_member" => narrow(world, kind, &scope),
        _ => Err(Refused::bad(
            "can't parse BotCommandScope: Unsupported type specified",
        )),
    }
}

/// A scope of one chat: the bot must be there, and only a group has members.
fn narrow(world: &mut World, kind: &str, scope: &Value) -> Result<String, Refused> {
    let number = |name: &str| scope.get(name).and_then(as_int);
    let missing = |name: &str| {
        let why = format!("can't parse BotCommandScope: Can't find field \"{name}\"");
        Refused::bad(why)
    };
    let id = number("chat_id").ok_or_else(|| missing("chat_id"))?;
    let user = match kind {
        "chat_member" => Some(number("user_id").ok_or_else(|| missing("user_id"))?),
        _ => None,
    };
    if user.is_some_and(|user| !world.users.contains_key(&user)) {
        return Err(Refused::bad("user not found"));
    }
    let chat = world.known_chat(id)?;
    if let Some(to) = chat.migrated_to {
        return Err(Refused::migrated(to));
    }
    let private = chat.kind == Kind::Private;
    if private && kind != "chat" {
        return Err(Refused::bad("can't use specified scope in private chats"));
    }
    // Somebody has put it out meanwhile.
    if !private && !chat.standing.inside() {
        return Err(Refused::gone("can't access the chat"));
    }
    Ok(match user {
        Some(user) => format!("{kind}:{id}:{user}"),
        None => format!("{kind}:{id}"),
    })
}
