//! `[people]` and `[groups]`: names for ids, in one namespace, and the lists that use them.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::problem::did_you_mean;
use super::section::Section;
use crate::ids::{ChatId, UserId};

/// Bot API: an id "has at most 52 significant bits".
pub(super) const ID_MAX: i64 = (1 << 52) - 1;
const NAME_CHARS_MAX: usize = 64;
/// In a list of approvers: whoever asked.
const REQUESTER: &str = "requester";
/// In a list of allow: whoever writes in that chat.
const CHAT: &str = "chat:";

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allow {
    /// A person, wherever they write.
    Person(UserId),
    /// Any member of a group who writes there under their own name.
    Chat(ChatId),
}

/// Who may decide about a dangerous call; nobody means that it can only be rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvers {
    /// People, groups resolved.
    pub people: Vec<UserId>,
    /// Whether the person who asked may decide too.
    pub requester: bool,
}

/// All names with the ids that they stand for; a name whose value is wrong stands for none.
#[derive(Default)]
pub(super) struct People {
    ids: BTreeMap<String, Vec<UserId>>,
    groups: BTreeSet<String>,
}

impl People {
    pub(super) fn read(people: Section<'_>, groups: Section<'_>) -> Self {
        let mut all = Self::default();
        for (name, item) in people.entries() {
            check_name(&name, &item);
            all.ids.insert(name, user(&item).into_iter().collect());
        }
        let groups = groups.entries();
        all.groups = groups.iter().map(|(name, _)| name.clone()).collect();
        let mut members = BTreeMap::new();
        for (name, item) in groups {
            check_name(&name, &item);
            if all.ids.contains_key(&name) {
                item.refuse(format!(
                    "{name:?} is a person already: people and groups share their names"
                ));
            }
            members.insert(name, all.members(item.list()));
        }
        all.ids.append(&mut members);
        all
    }

    fn members(&self, items: Vec<Item<'_>>) -> Vec<UserId> {
        let mut ids = Vec::new();
        for item in items {
            if item
                .as_text()
                .is_some_and(|name| self.groups.contains(name))
            {
                item.refuse("is a group: groups hold people, by name or id");
            } else {
                ids.extend(self.id_or_name(&item));
            }
        }
        distinct(ids)
    }

    /// The groups by name.
    pub(super) fn groups(&self) -> BTreeMap<String, Vec<UserId>> {
        let groups = self
            .ids
            .iter()
            .filter(|(name, _)| self.groups.contains(*name));
        groups
            .map(|(name, ids)| (name.clone(), ids.clone()))
            .collect()
    }

    /// What each person is called; of two names the first.
    pub(super) fn names(&self) -> BTreeMap<UserId, String> {
        let mut names = BTreeMap::new();
        for (name, ids) in &self.ids {
            if let ([id], false) = (ids.as_slice(), self.groups.contains(name)) {
                names.entry(*id).or_insert_with(|| name.clone());
            }
        }
        names
    }

    /// One person, by name or id.
    pub(super) fn person(&self, item: &Item<'_>) -> Option<UserId> {
        if item
            .as_text()
            .is_some_and(|name| self.groups.contains(name))
        {
            item.refuse("is a group: name one person");
            return None;
        }
        self.id_or_name(item).first().copied()
    }

    /// The people in a list of names and ids.
    pub(super) fn ids(&self, items: &[Item<'_>]) -> Vec<UserId> {
        distinct(items.iter().flat_map(|item| self.id_or_name(item)))
    }

    /// A list of `allow`.
    pub(super) fn allow(&self, items: &[Item<'_>]) -> Vec<Allow> {
        distinct(items.iter().flat_map(|item| {
            match item.as_text().and_then(|text| text.strip_prefix(CHAT)) {
                Some(id) => chat(item, id).map(Allow::Chat).into_iter().collect(),
                None => self
                    .id_or_name(item)
                    .into_iter()
                    .map(Allow::Person)
                    .collect::<Vec<_>>(),
            }
        }))
    }

    /// A list of `approvers`.
    pub(super) fn approvers(&self, items: Vec<Item<'_>>) -> Approvers {
        let is_requester = |item: &Item<'_>| item.as_text() == Some(REQUESTER);
        let (requester, people): (Vec<_>, Vec<_>) = items.into_iter().partition(is_requester);
        Approvers {
            people: self.ids(&people),
            requester: !requester.is_empty(),
        }
    }

    fn id_or_name(&self, item: &Item<'_>) -> Vec<UserId> {
        if item.as_integer().is_some() {
            return user(item).into_iter().collect();
        }
        let Some(name) = item.as_text() else {
            item.refuse_kind("a name or a numeric id");
            return Vec::new();
        };
        if let Some(ids) = self.ids.get(name) {
            return ids.clone();
        }
        item.refuse(if name.starts_with(CHAT) {
            "a chat can only be allowed: name people or groups here".into()
        } else if name == REQUESTER {
            "\"requester\" can only be an approver".into()
        } else if name.parse::<i64>().is_ok() {
            "a person's id is a number: write it without quotes".into()
        } else {
            let hint = did_you_mean(name, self.ids.keys().map(String::as_str));
            let hint = hint.unwrap_or_else(|| ": add it to [people] or [groups]".into());
            format!("no person and no group is called {name:?}{hint}")
        });
        Vec::new()
    }
}

fn check_name(name: &str, item: &Item<'_>) {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let good = name.starts_with(char::is_alphabetic)
        && name.chars().all(plain)
        && name.chars().count() <= NAME_CHARS_MAX;
    if !good {
        item.refuse("a name starts with a letter and goes on with letters, digits, _, - and .");
    } else if name == REQUESTER {
        item.refuse("\"requester\" means whoever asked, and cannot be a name");
    }
}

fn user(item: &Item<'_>) -> Option<UserId> {
    let id = item.integer()?;
    if (1..=ID_MAX).contains(&id) {
        return Some(UserId(id));
    }
    item.refuse(if (-ID_MAX..0).contains(&id) {
        format!(
            "a person's id is positive, {id} is a chat's: to allow all who write there, \
             use \"chat:{id}\""
        )
    } else {
        format!("a person's id is from 1 to {ID_MAX}, not {id}")
    });
    None
}

fn chat(item: &Item<'_>, text: &str) -> Option<ChatId> {
    let id = text.parse().ok();
    if let Some(id) = id.filter(|id| (-ID_MAX..0).contains(id)) {
        return Some(ChatId(id));
    }
    item.refuse(if id.is_some_and(|id| id > 0) {
        "a group's id is negative; to allow one person, write their id without \"chat:\" and quotes"
    } else {
        "must be \"chat:\" and the id of a group, such as \"chat:-1001234567890\""
    });
    None
}

/// The same in the same order, each once.
fn distinct<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}
