//! A configuration and messages for the tests of the rules.

use std::io::Write;

use crate::config::{self, Config};
use crate::ids::{BotId, ChatId, FileId, MessageId, TopicId, UserId};
use crate::model::{Attachment, Rendition};
use crate::rules::route::Me;
use crate::telegram::{ChatKind, Entity, Incoming, ReplyTo, Sender};

/// An admin who may use no route.
pub const ADMIN: UserId = UserId(1);
/// An admin who may use k8s and istio.
pub const ANNA: UserId = UserId(11);
/// May use k8s and istio.
pub const BEN: UserId = UserId(22);
/// May use security alone.
pub const CLEO: UserId = UserId(33);
/// May use istio and security, neither of which is the default.
pub const DORA: UserId = UserId(44);
/// In no list.
pub const STRANGER: UserId = UserId(99);
/// Whoever writes here may use k8s.
pub const GROUP: ChatId = ChatId(-100);
/// In no list.
pub const ELSEWHERE: ChatId = ChatId(-200);

const FILE: &str = r#"
admins = [1, "anna"]
[telegram]
token_env = "TOKEN"
[store]
url = "sqlite:///data/switchboard.db"
[agents]
k8s.url = "http://kagent/k8s/"
istio.url = "http://kagent/istio/"
security.url = "http://kagent/security/"
[people]
anna = 11
ben = 22
cleo = 33
dora = 44
[groups]
oncall = ["anna", "ben"]
[[routes]]
command = "k8s"
aliases = ["kube"]
agent = "k8s"
description = "Pods, nodes, logs, events"
examples = ["What pods are failing?"]
default = true
allow = ["anna", "ben", "chat:-100"]
approvers = ["anna"]
[[routes]]
command = "istio"
agent = "istio"
description = "Routes and gateways"
allow = ["anna", "ben", "dora"]
[[routes]]
command = "security"
agent = "security"
description = "Images and policies"
allow = ["cleo", "dora"]
"#;

pub fn me() -> Me {
    Me {
        id: BotId(7_000_000_001),
        username: "Switch_Bot".to_owned(),
    }
}

pub fn config() -> Config {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(FILE.as_bytes()).unwrap();
    let token = "7000000001:AAexampleexampleexampleexample-_";
    let env = [("TOKEN".to_owned(), token.to_owned())].into();
    config::load(file.path(), &env).unwrap().0
}

/// A message as Telegram would deliver it: names in the text are marked.
pub fn message(from: UserId, chat: ChatId, text: &str) -> Incoming {
    Incoming {
        chat,
        chat_kind: if chat.is_group() {
            ChatKind::Supergroup
        } else {
            ChatKind::Private
        },
        is_forum: false,
        topic: TopicId::NONE,
        message: MessageId(1),
        date: 0,
        from: Some(Sender {
            id: from,
            is_bot: false,
            first_name: "Somebody".to_owned(),
            username: None,
            language_code: None,
        }),
        sender_chat: None,
        text: Some(text.to_owned()),
        entities: mentions(text),
        reply_to: None,
        media: None,
        file: None,
        media_group_id: None,
        migrate_to_chat_id: None,
        migrate_from_chat_id: None,
        service: false,
    }
}

/// What somebody answered to.
pub fn reply_to(from: i64) -> ReplyTo {
    ReplyTo {
        message: MessageId(1),
        from_id: Some(UserId(from)),
        is_bot: from == me().id.0,
    }
}

fn mentions(text: &str) -> Vec<Entity> {
    let units = |text: &str| text.encode_utf16().count();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let at = text.match_indices('@');
    let free = at.filter(|(at, _)| *at == 0 || text[..*at].ends_with([' ', '\n']));
    free.map(|(at, _)| {
        let name = text[at + 1..].split(|c| !is_name(c)).next().unwrap_or("");
        Entity {
            kind: "mention".to_owned(),
            offset: units(&text[..at]),
            length: 1 + name.len(),
            user: None,
        }
    })
    .collect()
}

/// A file that came with a message.
pub fn file() -> Attachment {
    Attachment {
        name: "pods.yaml".to_owned(),
        media_type: Some("application/yaml".to_owned()),
        renditions: vec![Rendition {
            file: FileId::from("f"),
            bytes: Some(9),
        }],
    }
}
