//! Groups that become supergroups, and chats that the bot is removed from.

use actix::Addr;
use tracing::{info, warn};

use super::{Router, Work, ends};
use crate::actors::Commons;
use crate::actors::session::{ChatsMoved, Session};
use crate::ids::{ChatId, TopicId, UpdateId};
use crate::model::{Body, Kind, Place, Post, UpdateEnd};
use crate::rules::{access, moves, words};
use crate::store::{Change, StoreError};
use crate::telegram::{Incoming, Membership, Update};

impl Router {
    /// Notes the moves that a batch tells of, and turns all of it to where the chats are now.
    /// What has to be committed before the batch is read any further is the answer, and who is to
    /// hear of it then.
    pub(super) fn moved(&mut self, updates: &mut [Update]) -> (Vec<Change>, Vec<Addr<Session>>) {
        let mut moves = self.commons.moves.borrow_mut();
        let (mut changes, mut told) = (Vec::new(), Vec::new());
        for (from, to) in updates.iter().filter_map(moves::announced) {
            if moves.note(from, to) {
                info!(chat = %from, %to, "the group has become a supergroup");
                changes.push(Change::MoveChat { from, to });
            }
        }
        for update in updates {
            moves.redirect_update(update);
        }
        if self.moves_seen != moves.all().count() {
            // The Sender may have heard of a move first.
            self.moves_seen = moves.all().count();
            self.seats.clear();
            let sessions = self.sessions.values();
            told.extend(sessions.map(|known| known.session.clone()));
        }
        (changes, told)
    }

    /// The last message of a group. If the configuration still means the group by its old id,
    /// nobody would know why the bot does not answer any more.
    pub(super) fn moved_away(&self, id: UpdateId, message: &Incoming, to: ChatId) -> Work {
        let mut changes = vec![ends(id, UpdateEnd::Ignored("group moved"))];
        let from = message.chat;
        if warn_of_move(&self.commons, from, to) {
            let place = Place {
                chat: to,
                topic: TopicId::NONE,
            };
            let body = Body {
                text: words::moved(from, to),
                ..Body::default()
            };
            let post = self.commons.store.new_post();
            changes.push(Change::Post(Post::new(post, place, Kind::Notice, body)));
        }
        self.commit(changes)
    }

    /// The bot was removed or blocked: nothing is to be done. Telegram refuses what is still
    /// on its way, and with the first refusal all that waits for the chat is dropped.
    pub(super) fn removed(&self, id: UpdateId, membership: &Membership) -> Work {
        info!(chat = %membership.chat, status = %membership.new_status, "removed from a chat");
        self.ignore(id, "removed")
    }
}

/// Warns the operator if the configuration names the old id of a group; true if it does.
pub(crate) fn warn_of_move(commons: &Commons, from: ChatId, to: ChatId) -> bool {
    let stale = access::names_chat(&commons.config(), from);
    if stale {
        warn!(
            old = %from, new = %to,
            "the configuration names a group by the id that it had before it became a \
             supergroup: put the new one there (allow, [chats])"
        );
    }
    stale
}

/// Commits the moves before anything is read for the new chats.
pub(super) async fn commit_moves(
    commons: &Commons,
    (changes, told): (Vec<Change>, Vec<Addr<Session>>),
) -> Result<(), StoreError> {
    for change in &changes {
        if let Change::MoveChat { from, .. } = change {
            commons.screen.borrow_mut().leaves(*from);
        }
    }
    if !changes.is_empty() {
        commons.keep_surely(changes).await?;
    }
    for session in told {
        // One that is over has nothing to show.
        let _ = session.send(ChatsMoved).await;
    }
    Ok(())
}
