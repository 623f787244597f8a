//! What is committed for an update beside what its session commits.

use tracing::error;

use super::Work;
use super::facts::seat_key;
use crate::actors::{Commons, StoreIds};
use crate::config::Route;
use crate::ids::{AgentName, ChatId, UpdateId, UserId};
use crate::model::{AuditLine, Body, Kind, Post, UpdateEnd, Whom};
use crate::rules::access::Rule;
use crate::rules::buttons::{self, Under};
use crate::rules::choices::Lines;
use crate::rules::{access, words};
use crate::store::{Change, StoreError};
use crate::telegram::Incoming;

/// An update that has ended already was dealt with: that is no failure.
pub(super) fn settled(done: Result<(), StoreError>) -> Result<(), StoreError> {
    match done {
        Err(StoreError::Stale(_)) => Ok(()),
        done => done,
    }
}

/// What does not fit now will not fit the next time: such an update is set aside, so that
/// it does not come again for ever.
pub(super) fn or_park(commons: Commons, id: UpdateId, work: Work) -> Work {
    Box::pin(async move {
        match work.await {
            Err(StoreError::Unfit(reason)) => {
                error!(update = %id, %reason, "parked: what came of it does not fit the store");
                // Whose it is may be what does not fit.
                let rule = Some("it does not fit the store");
                let line = noted(ChatId(0), UserId::SHARED, "parked", None, rule);
                let changes = vec![ends(id, UpdateEnd::Parked), line];
                settled(commons.store.commit(changes).await)
            }
            done => done,
        }
    })
}

pub(super) fn ends(update: UpdateId, end: UpdateEnd) -> Change {
    Change::EndUpdate { update, end }
}

/// An answer that needs no agent; the first change ends the update.
pub(super) fn reply(
    id: UpdateId,
    message: &Incoming,
    text: String,
    commons: &Commons,
) -> Vec<Change> {
    let reply_to = message.chat.is_group().then_some(message.message);
    let body = Body {
        text,
        reply_to,
        ..Body::default()
    };
    let (place, _) = seat_key(message);
    vec![
        ends(id, UpdateEnd::Control),
        Change::Post(Post::new(
            commons.store.new_post(),
            place,
            Kind::Reply,
            body,
        )),
    ]
}

/// An answer above buttons that are for this person.
pub(super) fn reply_with(
    commons: &Commons,
    id: UpdateId,
    message: &Incoming,
    user: UserId,
    text: String,
    lines: Lines,
) -> Vec<Change> {
    let mut changes = reply(id, message, text, commons);
    for change in &mut changes {
        let Change::Post(post) = change else { continue };
        let under = Under {
            post: post.id,
            place: post.place,
            whom: Whom::Person(user),
        };
        let made = buttons::together(under, lines, &mut StoreIds(commons));
        post.body.buttons = made.shown;
        changes.extend(made.changes);
        break;
    }
    changes
}

/// An agent that its sender may not use, said with those that they may.
pub(super) fn forbidden(
    id: UpdateId,
    message: &Incoming,
    user: UserId,
    route: &Route,
    commons: &Commons,
) -> Vec<Change> {
    let rule = "not allowed";
    let config = commons.config();
    let theirs = access::routes_for(&config, user, message.chat);
    let text = words::forbidden(&route.command, theirs);
    let mut changes = reply(id, message, text, commons);
    changes[0] = ends(id, UpdateEnd::Refused(rule));
    changes.push(refused(message, user, Some(&route.agent), rule));
    changes
}

pub(super) fn refused(
    message: &Incoming,
    user: UserId,
    agent: Option<&AgentName>,
    rule: &'static str,
) -> Change {
    noted(message.chat, user, "refused", agent, Some(rule))
}

/// A line of the audit that is about no turn.
pub(super) fn noted(
    chat: ChatId,
    user: UserId,
    event: &'static str,
    agent: Option<&AgentName>,
    rule: Option<Rule>,
) -> Change {
    Change::Audit(AuditLine {
        agent: agent.cloned(),
        rule,
        ..AuditLine::new(chat, user, event)
    })
}
