//! People and groups that are not on the list.

use tracing::info;

use super::facts::Facts;
use super::{Router, Work, ends, noted, refused, reply};
use crate::ids::{TopicId, UpdateId, UserId};
use crate::model::{Body, Kind, Place, Post, UpdateEnd};
use crate::rules::access::Rule;
use crate::rules::{access, words};
use crate::store::Change;
use crate::telegram::{Incoming, Membership};

impl Router {
    /// One refusal a day; in a group only to somebody who spoke to us.
    pub(super) fn stranger(
        &self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        facts: &Facts,
    ) -> Work {
        if message.chat.is_group() {
            let text = words::STRANGER_IN_GROUP.to_owned();
            return self.refuse_once(id, message, message.chat.0, text, "stranger", facts);
        }
        self.refuse_once(
            id,
            message,
            user.0,
            words::stranger(user),
            "stranger",
            facts,
        )
    }

    /// Nobody that a right could belong to; a person behind it hears why, once a day.
    pub(super) fn nobody(
        &self,
        id: UpdateId,
        message: &Incoming,
        waits: bool,
        facts: &Facts,
    ) -> Work {
        if !waits {
            return self.commit(vec![ends(id, UpdateEnd::Refused("nobody"))]);
        }
        let text = words::NOBODY.to_owned();
        self.refuse_once(id, message, message.chat.0, text, "nobody", facts)
    }

    /// Refuses; the first time of the day it is said.
    fn refuse_once(
        &self,
        id: UpdateId,
        message: &Incoming,
        who: i64,
        text: String,
        rule: Rule,
        facts: &Facts,
    ) -> Work {
        let today = self.commons.now().day();
        let told = facts.strangers.get(&who) == Some(&today);
        if told || !facts.may_tell(who) {
            return self.commit(vec![ends(id, UpdateEnd::Refused(rule))]);
        }
        let mut changes = reply(id, message, text, &self.commons);
        changes[0] = ends(id, UpdateEnd::Refused(rule));
        changes.push(Change::TellStranger {
            who,
            day: today,
            rows_max: self.commons.config().chat.stranger_rows_max,
        });
        let user = message.from.as_ref().map_or(UserId::SHARED, |from| from.id);
        changes.push(refused(message, user, None, rule));
        self.commit(changes)
    }

    pub(super) fn membership(&self, id: UpdateId, membership: &Membership) -> Work {
        let here = match membership.new_status.as_str() {
            "left" | "kicked" => return self.removed(id, membership),
            status => matches!(status, "member" | "administrator"),
        };
        let added_by = membership.from.as_ref().map(|from| from.id);
        let config = &self.commons.config();
        let chat = membership.chat;
        // A group that moved is the one that the configuration means, if it has to say so yet.
        let before = self.commons.moves.borrow().before(chat);
        let moved = before.is_some_and(|before| access::names_chat(config, before));
        let known = moved || access::is_known_group(config, chat, added_by);
        if !here || !chat.is_group() || known {
            return self.ignore(id, "membership");
        }
        info!(%chat, "leaving a group that is not on the list");
        let place = Place {
            chat,
            topic: TopicId::NONE,
        };
        let rule = "unknown group";
        let store = &self.commons.store;
        let text = format!("{}{chat}", words::UNKNOWN_GROUP);
        let body = Body {
            text,
            ..Body::default()
        };
        let post = |kind, body| Change::Post(Post::new(store.new_post(), place, kind, body));
        self.commit(vec![
            ends(id, UpdateEnd::Refused(rule)),
            noted(
                chat,
                added_by.unwrap_or(UserId::SHARED),
                "refused",
                None,
                Some(rule),
            ),
            post(Kind::Reply, body),
            post(Kind::Leave, Body::default()),
        ])
    }
}
