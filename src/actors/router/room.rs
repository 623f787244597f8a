//! Chats in which too much waits for Telegram to take it.

use actix::Addr;

use super::changes::{ends, refused, reply};
use super::facts::Facts;
use super::{Router, Work};
use crate::actors::sender::{Sender, WhichAreFull};
use crate::ids::{ChatId, UpdateId, UserId};
use crate::model::UpdateEnd;
use crate::rules::{access, words};
use crate::telegram::Incoming;

impl Facts {
    /// Asks in which of these chats there is room.
    pub(super) async fn note_room(&mut self, sender: &Addr<Sender>, chats: Vec<ChatId>) {
        // A Sender that has ended sends nothing: the process ends as well.
        let full = sender.send(WhichAreFull(chats.clone())).await;
        self.full.extend(full.unwrap_or_default());
        let room = chats.into_iter().filter(|chat| !self.full.contains(chat));
        self.roomy = room.collect();
    }
}

impl Router {
    /// Too much waits for Telegram in this chat: nothing new is taken, which is said once.
    pub(super) fn no_room(&mut self, id: UpdateId, message: &Incoming) -> Work {
        let rule = "chat full";
        let end = ends(id, UpdateEnd::Refused(rule));
        let user = access::person(message).unwrap_or(UserId::SHARED);
        let line = refused(message, user, None, rule);
        if !self.told_full.insert(message.chat) {
            return self.commit(vec![end, line]);
        }
        let text = words::CHAT_FULL.to_owned();
        let mut changes = reply(id, message, text, &self.commons);
        changes[0] = end;
        changes.push(line);
        self.commit(changes)
    }
}
