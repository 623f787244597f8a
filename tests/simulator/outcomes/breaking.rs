//! One outcome too many or too few, made on purpose at an edge: the test has to notice.

use std::rc::Rc;

use switchboard::ids::ChatId;
use switchboard::model::{Body, Kind, Post, UpdateEnd};
use switchboard::store::{Change, SharedStore};
use switchboard::telegram::SharedTelegram;

use crate::allowed::{ANNA, GROUP};
use crate::breakage::store::Tampering;
use crate::breakage::telegram::{Broken, Rule};
use crate::telegram::plain;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaking {
    /// What is of no interest never ends.
    NoEnd,
    /// Each reply is said twice.
    TwoReplies,
    /// What is of no interest is answered.
    AnsweredAndIgnored,
    /// What is refused has moved something all the same.
    MovedAndRefused,
    /// A further part of a question is known to no turn.
    PartOfNothing,
    /// A refusal counts as of no interest.
    RefusedAsIgnored,
    /// A tap is answered twice.
    TwoAnswers,
    /// A tap is not answered.
    NoAnswer,
    /// An edit is read as something new.
    EditAsMessage,
    /// A stranger is taken for somebody who may.
    MistakeStranger,
}

impl Breaking {
    pub const ALL: [Self; 10] = [
        Self::NoEnd,
        Self::TwoReplies,
        Self::AnsweredAndIgnored,
        Self::MovedAndRefused,
        Self::PartOfNothing,
        Self::RefusedAsIgnored,
        Self::TwoAnswers,
        Self::NoAnswer,
        Self::EditAsMessage,
        Self::MistakeStranger,
    ];

    /// Whether this is what comes of it.
    pub fn shows_in(self, broken: &str) -> bool {
        let words: &[&str] = match self {
            Self::NoEnd => &["has not ended"],
            Self::TwoReplies => &["2 replies"],
            Self::AnsweredAndIgnored => &["ignored shows 1 replies"],
            Self::MovedAndRefused => &["refused shows"],
            Self::PartOfNothing => &["has ended as Control"],
            Self::RefusedAsIgnored => &["has ended as Ignored"],
            Self::TwoAnswers => &["was answered 2 times as a tap"],
            Self::NoAnswer => &["was answered 0 times as a tap"],
            Self::EditAsMessage => &["edit of nothing"],
            Self::MistakeStranger => &["stranger: ", "who may not"],
        };
        words.iter().any(|words| broken.contains(words))
    }

    pub fn of_disk(breaking: Option<Self>, disk: SharedStore) -> SharedStore {
        let tampers: fn(&SharedStore, Vec<Change>) -> Vec<Change> = match breaking {
            Some(Self::NoEnd) => |_, changes| without(changes, ignores),
            Some(Self::TwoReplies) => |store, changes| replied_twice(store, changes),
            Some(Self::AnsweredAndIgnored) => |store, changes| answered(store, changes),
            Some(Self::MovedAndRefused) => |_, changes| moved(changes),
            Some(Self::PartOfNothing) => |_, changes| ends_as(changes, joins, &UpdateEnd::Control),
            Some(Self::RefusedAsIgnored) => {
                |_, changes| ends_as(changes, refuses, &UpdateEnd::Ignored("refused"))
            }
            _ => return disk,
        };
        Rc::new(Tampering(disk, tampers))
    }

    pub fn of_telegram(breaking: Option<Self>, telegram: SharedTelegram) -> SharedTelegram {
        let rule = match breaking {
            Some(Self::TwoAnswers) => Rule::OneAnswer,
            Some(Self::NoAnswer) => Rule::AnAnswer,
            Some(Self::EditAsMessage) => Rule::Edits,
            Some(Self::MistakeStranger) => Rule::Sender,
            _ => return telegram,
        };
        Rc::new(Broken::new(telegram, rule))
    }
}

fn ignores(change: &Change) -> bool {
    let end = |end: &UpdateEnd| matches!(end, UpdateEnd::Ignored(_));
    matches!(change, Change::EndUpdate { end: it, .. } if end(it))
}

fn joins(change: &Change) -> bool {
    let end = |end: &UpdateEnd| matches!(end, UpdateEnd::Joined(_));
    matches!(change, Change::EndUpdate { end: it, .. } if end(it))
}

fn refuses(change: &Change) -> bool {
    let end = |end: &UpdateEnd| matches!(end, UpdateEnd::Refused(_));
    matches!(change, Change::EndUpdate { end: it, .. } if end(it))
}

fn without(mut changes: Vec<Change>, which: fn(&Change) -> bool) -> Vec<Change> {
    changes.retain(|change| !which(change));
    changes
}

fn ends_as(mut changes: Vec<Change>, which: fn(&Change) -> bool, other: &UpdateEnd) -> Vec<Change> {
    for change in changes.iter_mut().filter(|change| which(change)) {
        if let Change::EndUpdate { end, .. } = change {
            *end = other.clone();
        }
    }
    changes
}

fn replied_twice(store: &SharedStore, mut changes: Vec<Change>) -> Vec<Change> {
    let replies = changes.iter().filter_map(|change| match change {
        Change::Post(post) if post.kind == Kind::Reply => Some(post.clone()),
        _ => None,
    });
    let again: Vec<_> = replies.collect();
    changes.extend(again.into_iter().map(|post| {
        let id = store.new_post();
        Change::Post(Post { id, ..post })
    }));
    changes
}

fn answered(store: &SharedStore, mut changes: Vec<Change>) -> Vec<Change> {
    if changes.iter().any(ignores) {
        let body = Body {
            text: "never mind".to_owned(),
            ..Body::default()
        };
        let place = plain(ChatId(ANNA.0));
        let post = Post::new(store.new_post(), place, Kind::Reply, body);
        changes.push(Change::Post(post));
    }
    changes
}

fn moved(mut changes: Vec<Change>) -> Vec<Change> {
    if changes.iter().any(refuses) {
        changes.push(Change::SetCurrent {
            place: plain(GROUP),
            user: ANNA,
            agent: "plain".into(),
        });
    }
    changes
}
