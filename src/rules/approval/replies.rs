//! Replies to cards: the reason of a rejection or the answer to a question, never a prompt.

use crate::config::Config;
use crate::ids::{ChatId, UserId};
use crate::rules::access;
use crate::rules::command::{self, Parsed};
use crate::rules::route::{Me, without_name};
use crate::telegram::Incoming;

/// What somebody replies to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'t> {
    /// A command, which is one wherever it stands, or what nobody has said: it goes its own way.
    Elsewhere,
    /// These words, and nothing else.
    Words(&'t str),
    /// A file, a sticker, or nothing but our name.
    NoWords,
}

/// Reads a reply to a card.
#[must_use]
pub fn reply<'t>(me: &Me, message: &'t Incoming) -> Reply<'t> {
    let text = without_name(message.text.as_deref().unwrap_or_default(), me);
    let said = match command::parse(text, &me.username) {
        _ if message.service => return Reply::Elsewhere,
        Parsed::Command { .. } | Parsed::OtherBot => return Reply::Elsewhere,
        Parsed::Text(said) => said.trim(),
    };
    let carries = message.file.is_some() || message.media.is_some();
    if carries || said.is_empty() {
        return Reply::NoWords;
    }
    Reply::Words(said)
}

/// Whether this is somebody whose replies to cards are answered: who may ask something there, or
/// approves something. Others are strangers, also below a card.
#[must_use]
pub fn is_heard(config: &Config, user: UserId, chat: ChatId) -> bool {
    let approves = super::approves_on(config, user).next().is_some();
    approves || !access::is_stranger(config, user, chat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing;

    /// A message with this text; `more` is what else it has, as the Bot API writes it.
    fn message(text: &str, more: &str) -> Incoming {
        let body = format!(
            r#"{{"message":{{"message_id":5,"date":0,"chat":{{"id":7,"type":"private"}},
                "from":{{"id":7,"is_bot":false,"first_name":"Anna"}}{more},"text":{}}}}}"#,
            serde_json::Value::from(text)
        );
        match crate::telegram::Update::read(crate::ids::UpdateId(1), &body).what {
            crate::telegram::What::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_command_stays_a_command_and_what_is_no_words_is_no_reason() {
        let me = testing::me();
        let name = &me.username;
        let (ours, named) = (format!("/stop@{name}"), format!("@{name} not in prod"));
        let sticker = r#","sticker":{"file_id":"a","file_unique_id":"b","type":"regular","width":1,"height":1,"is_animated":false,"is_video":false}"#;
        let document = r#","document":{"file_id":"a","file_unique_id":"b","file_name":"x.yaml","mime_type":"application/yaml","file_size":5}"#;
        let pinned = r#","new_chat_title":"x""#;
        for (text, more, expected) in [
            ("not in prod", "", Reply::Words("not in prod")),
            (" not in prod\n", "", Reply::Words("not in prod")),
            (&*named, "", Reply::Words("not in prod")),
            ("/var/log is full", "", Reply::Words("/var/log is full")),
            ("/stop", "", Reply::Elsewhere),
            (&*ours, "", Reply::Elsewhere),
            ("/new k8s", "", Reply::Elsewhere),
            ("/k8s do it differently", "", Reply::Elsewhere),
            ("/nonsense", "", Reply::Elsewhere),
            ("/stop@another_bot", "", Reply::Elsewhere),
            ("", "", Reply::NoWords),
            ("  ", "", Reply::NoWords),
            (&format!("@{name}"), "", Reply::NoWords),
            ("", sticker, Reply::NoWords),
            ("", document, Reply::NoWords),
            ("look at this", document, Reply::NoWords),
            ("/stop", document, Reply::Elsewhere),
            ("", pinned, Reply::Elsewhere),
        ] {
            assert_eq!(
                reply(&me, &message(text, more)),
                expected,
                "{text:?} {more}"
            );
        }
    }

    #[test]
    fn strangers_are_not_heard_below_a_card_and_approvers_are_who_may_ask_nothing() {
        let config = super::super::policy_tests::config();
        let group = ChatId(-100);
        // In the route's own group everybody may ask.
        for (user, chat, expected) in [
            (1, ChatId(-900), true),
            (11, ChatId(-900), true),
            (33, ChatId(-900), true),
            (99, ChatId(-900), false),
            (99, group, true),
        ] {
            assert_eq!(is_heard(&config, UserId(user), chat), expected, "{user}");
        }
    }
}
