//! Who is to see which list of commands: what there is to look at again.
//!
//! The Router notes who writes where, and whoever replaces the settings that all lists may be
//! others now. What is done about it is `app::menus`. What waits is bounded: who finds no room is
//! noted with their next message.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};

use tokio::sync::Notify;

use crate::ids::{ChatId, UserId};
use crate::model::MenuScope;
use crate::rules::menu;

/// People in chats that are remembered as looked at; beyond that all are forgotten.
const SEEN_MAX: usize = 20_000;
/// Lists that wait to be looked at.
const WAITING_MAX: usize = 2_000;

/// What there is to look at again.
#[derive(Debug, Default)]
pub struct Menus {
    seen: RefCell<HashSet<(ChatId, UserId)>>,
    waiting: RefCell<BTreeSet<MenuScope>>,
    all: Cell<bool>,
    wake: Notify,
}

/// Which lists to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// All that Telegram was ever given.
    All,
    /// These.
    At(BTreeSet<MenuScope>),
}

impl Menus {
    /// Somebody who is no stranger there has written in a chat.
    pub fn seen(&self, chat: ChatId, user: UserId) {
        let mut seen = self.seen.borrow_mut();
        let mut waiting = self.waiting.borrow_mut();
        if seen.contains(&(chat, user)) || waiting.len() >= WAITING_MAX {
            return;
        }
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        seen.insert((chat, user));
        waiting.extend(menu::scopes(chat, user));
        self.wake.notify_one();
    }

    /// Other settings are in force: every list may be another one.
    pub fn settings_changed(&self) {
        self.seen.borrow_mut().clear();
        self.all.set(true);
        self.wake.notify_one();
    }

    /// Waits until there is something to look at.
    pub async fn wanted(&self) -> Look {
        loop {
            if self.all.replace(false) {
                return Look::All;
            }
            let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
            if !waiting.is_empty() {
                return Look::At(waiting);
            }
            self.wake.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ChatId = ChatId(-100);

    fn at(scopes: &[MenuScope]) -> Look {
        Look::At(scopes.iter().copied().collect())
    }

    #[tokio::test]
    async fn who_writes_is_looked_at_once_until_the_settings_change() {
        let menus = Menus::default();
        let own = [
            MenuScope::Chat(HERE),
            MenuScope::Member(HERE, UserId(7)),
            MenuScope::Chat(ChatId(7)),
        ];
        for _ in 0..3 {
            menus.seen(HERE, UserId(7));
            menus.seen(ChatId(7), UserId(7));
        }
        assert_eq!(menus.wanted().await, at(&own));
        menus.seen(HERE, UserId(7));
        menus.seen(HERE, UserId(8));
        let other = [MenuScope::Chat(HERE), MenuScope::Member(HERE, UserId(8))];
        assert_eq!(menus.wanted().await, at(&other));
        menus.settings_changed();
        menus.seen(ChatId(7), UserId(7));
        assert_eq!(menus.wanted().await, Look::All);
        assert_eq!(menus.wanted().await, at(&[MenuScope::Chat(ChatId(7))]));
    }

    #[tokio::test]
    async fn what_waits_is_bounded_and_who_finds_no_room_is_seen_the_next_time() {
        let menus = Menus::default();
        for user in 1..=5_000 {
            menus.seen(ChatId(user), UserId(user));
        }
        let Look::At(waiting) = menus.wanted().await else {
            panic!("not all");
        };
        assert_eq!(waiting.len(), WAITING_MAX);
        menus.seen(ChatId(5_000), UserId(5_000));
        assert_eq!(menus.wanted().await, at(&[MenuScope::Chat(ChatId(5_000))]));
    }
}
