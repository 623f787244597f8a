//! What becomes of a chat while something is on its way to it: it moves, it closes, a topic
//! of it goes away.

use tracing::{info, warn};

use super::Sender;
use super::delivery::Delivered;
use crate::actors::Commons;
use crate::ids::{ChatId, TopicId};
use crate::model::{Kind, Post};
use crate::rules::words;
use crate::store::Change;
use crate::telegram::{OutMessage, TelegramError};

impl Sender {
    /// The chat is another one now: what waits for the old one waits for the new one, in the
    /// same order.
    pub(super) fn follow(&mut self, post: Post) {
        let waiting = self.pace.abandon(post.place.chat);
        self.push(post);
        for work in waiting {
            if let super::Work::Row { post, .. } = work {
                self.push(post);
            }
        }
    }
}

/// Telegram says that the group has become a supergroup; the call had no effect.
pub(super) fn moved(commons: &Commons, post: &Post, to: ChatId) -> (Vec<Change>, Delivered) {
    let from = post.place.chat;
    commons.moves.borrow_mut().note(from, to);
    commons.screen.borrow_mut().leaves(from);
    info!(chat = %from, %to, "the group has become a supergroup");
    let changes = vec![Change::Unsent(post.id), Change::MoveChat { from, to }];
    (changes, Delivered::Moved)
}

/// The same message where the chat has no topics, if the one that it was meant for takes
/// none. In a group the same people read it there; it says where it comes from.
pub(super) fn outside_topic(
    post: &Post,
    message: &OutMessage,
    error: Option<&TelegramError>,
    text_max: usize,
) -> Option<OutMessage> {
    let closed = error == Some(&TelegramError::TopicClosed);
    let awaited = matches!(
        post.kind,
        Kind::Reply | Kind::Notice | Kind::Final | Kind::FinalEdit
    );
    if !closed || !awaited || message.topic == TopicId::NONE {
        return None;
    }
    warn!(chat = %post.place.chat, topic = %post.place.topic, post = %post.id, "sent outside its topic");
    let mut outside = OutMessage {
        topic: TopicId::NONE,
        // A quote would lead back into the topic.
        reply_to: None,
        ..message.clone()
    };
    let before = format!("{}\n", words::ELSEWHERE);
    let units = before.encode_utf16().count();
    if outside.text.encode_utf16().count() + units <= text_max {
        outside.text.insert_str(0, &before);
        for entity in &mut outside.entities {
            entity.offset += units;
        }
    }
    Some(outside)
}
