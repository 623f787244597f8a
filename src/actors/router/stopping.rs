//! `/stop`.

use futures_util::future::join_all;
use tracing::debug;

use super::changes::{ends, settled};
use super::{Router, Work, reply};
use crate::actors::StoreIds;
use crate::actors::session::{StopTurn, WhatRuns};
use crate::config::Route;
use crate::ids::{UpdateId, UserId};
use crate::model::{Body, Kind, Place, Post, UpdateEnd, Whom};
use crate::rules::access;
use crate::rules::buttons::Under;
use crate::rules::stop::{self, Meant, Runs};
use crate::rules::turn::Fresh;
use crate::rules::words;
use crate::store::{Change, StoreError};
use crate::telegram::Incoming;

impl Router {
    /// Asks the sessions of this place what runs, and stops what is meant.
    pub(super) fn stop(
        &self,
        id: UpdateId,
        message: &Incoming,
        user: UserId,
        route: Option<&Route>,
    ) -> Work {
        let place = Place {
            chat: message.chat,
            topic: message.topic,
        };
        let moves = self.commons.moves.borrow();
        let here = self.sessions.values().filter(|known| {
            let slot = &known.slot;
            let meant = route.is_none_or(|route| route.agent == slot.agent);
            meant && moves.place(slot.place) == place
        });
        let sessions: Vec<_> = here.map(|known| known.session.clone()).collect();
        let commons = self.commons.clone();
        let sender = self.sender.clone();
        let admin = access::is_admin(&commons.config(), user);
        let message = message.clone();
        Box::pin(async move {
            let asked = sessions.iter().map(|session| session.send(WhatRuns));
            let mut runs: Vec<Runs> = Vec::new();
            let mut where_it_runs = Vec::new();
            for (session, seen) in sessions.iter().zip(join_all(asked).await) {
                // A session that has just ended runs nothing.
                if let Ok(Some(seen)) = seen {
                    where_it_runs.push((seen.turn, session.clone()));
                    runs.push(seen);
                }
            }
            runs.sort_by_key(|runs| runs.turn);
            let changes = match stop::meant(runs, user, admin) {
                Meant::This(Runs { turn, attempt, .. }) => {
                    let found = where_it_runs.into_iter().find(|(id, _)| *id == turn);
                    let said = StopTurn {
                        update: id,
                        user,
                        turn,
                        attempt,
                    };
                    let stopped = match found {
                        Some((_, session)) => session.send(said).await.unwrap_or(Ok(())),
                        None => Ok(()),
                    };
                    if !matches!(stopped, Err(StoreError::Stale(_))) {
                        return stopped;
                    }
                    debug!(turn = %turn.reference(), "it ended before it could be stopped");
                    reply(id, &message, words::NOTHING_TO_STOP.to_owned(), &commons)
                }
                Meant::OneOf(runs) => {
                    let (text, whom) = (words::WHICH_TO_STOP, Whom::Person(user));
                    choose(id, place, text, whom, &runs, &mut StoreIds(&commons))
                }
                Meant::Others(runs) => {
                    let text = words::WHOSE_TO_STOP;
                    choose(
                        id,
                        place,
                        text,
                        Whom::Admins,
                        &runs,
                        &mut StoreIds(&commons),
                    )
                }
                Meant::Nothing(text) => reply(id, &message, text, &commons),
            };
            settled(commons.commit(&sender, changes).await)
        })
    }
}

fn choose(
    id: UpdateId,
    place: Place,
    text: &str,
    whom: Whom,
    runs: &[Runs],
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let post = fresh.post();
    let made = stop::choices(runs, Under { post, place, whom }, fresh);
    let body = Body {
        text: text.to_owned(),
        buttons: made.shown,
        ..Body::default()
    };
    let question = Change::Post(Post::new(post, place, Kind::Reply, body));
    let mut changes = vec![ends(id, UpdateEnd::Control), question];
    changes.extend(made.changes);
    changes
}
