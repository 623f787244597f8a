//! Whom a message is for.

use super::{Me, is_builtin, route_of};
use crate::config::{Config, Listen};
use crate::ids::{ChatId, UserId};
use crate::rules::command::Parsed;
use crate::telegram::Incoming;

/// Whether the bot answers everybody here.
pub(super) fn hears_all(config: &Config, chat: ChatId) -> bool {
    let rules = config.chats.get(&chat);
    rules.is_some_and(|rules| rules.listen == Listen::All)
}

/// In a group: a reply to us, our name anywhere, or a command that is ours.
pub(super) fn is_for_us(config: &Config, me: &Me, message: &Incoming, parsed: &Parsed<'_>) -> bool {
    let ours = Some(UserId(me.id.0));
    if message.reply_to.is_some_and(|reply| reply.from_id == ours) {
        return true;
    }
    let text = message.text.as_deref().unwrap_or_default();
    match parsed {
        Parsed::Command { name, .. } => {
            // A bot's name behind the command can only be ours here.
            let named = first_word(text).contains('@');
            named || is_builtin(name) || route_of(config, name).is_some()
        }
        Parsed::OtherBot | Parsed::Text(_) => mentions(message, text, me),
    }
}

/// Whether our name is marked anywhere in the text. Bot API: places are UTF-16 units.
fn mentions(message: &Incoming, text: &str, me: &Me) -> bool {
    message
        .entities
        .iter()
        .any(|entity| match entity.kind.as_str() {
            "mention" => {
                let marked = text.encode_utf16().skip(entity.offset).take(entity.length);
                let marked: Vec<u16> = marked.collect();
                let name = String::from_utf16_lossy(&marked);
                let name = name.strip_prefix('@').unwrap_or_default();
                name.eq_ignore_ascii_case(&me.username)
            }
            // A name that is no user name, picked from a list.
            "text_mention" => entity.user == Some(UserId(me.id.0)),
            _ => false,
        })
}

/// The first word of a command, without its slash.
pub(super) fn first_word(text: &str) -> &str {
    let first = text.split_whitespace().next().unwrap_or_default();
    first.trim_start_matches('/')
}

/// The text without our name in front of it.
pub(crate) fn without_name<'t>(text: &'t str, me: &Me) -> &'t str {
    let Some(rest) = text.trim_start().strip_prefix('@') else {
        return text;
    };
    let name = rest.get(..me.username.len());
    if !name.is_some_and(|name| name.eq_ignore_ascii_case(&me.username)) {
        return text;
    }
    let rest = &rest[me.username.len()..];
    match rest.chars().next() {
        Some(next) if next.is_alphanumeric() || next == '_' => text,
        _ => rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':')),
    }
}
