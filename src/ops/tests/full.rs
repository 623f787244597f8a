//! A machine of which everything is to be seen.

use std::time::Duration;

use crate::a2a::A2aError;
use crate::ids::{ChatId, MessageId, OutboxId, Timestamp, TopicId, TurnId};
use crate::model::{Body, Kind, Outcome, Place, Post};
use crate::ops::overview::{Overview, Pulse, RouteSeen};
use crate::ops::tally::Tally;
use crate::ops::turn_clock::Note;
use crate::rules::mask;
use crate::rules::poll_watch::Rival;
use crate::rules::status::{
    AgentSeen, Broken, ChangeSeen, Loaded, RouterSeen, Seen, SenderSeen, Totals,
};
use crate::store::Change;
use crate::telegram::TelegramError;

fn place() -> Place {
    Place {
        chat: ChatId(7),
        topic: TopicId::NONE,
    }
}

/// What has happened to it.
fn tally() -> Tally {
    let tally = Tally::default();
    let limited = TelegramError::RetryAfter(Duration::from_secs(7));
    tally.polled(None);
    tally.polled(Some(&TelegramError::Unauthorized));
    tally.called("sendMessage", None);
    tally.called("sendMessage", Some(&limited));
    tally.called("sendMessage", Some(&TelegramError::NotModified));
    let took = Duration::from_millis(400);
    tally.asked(&"k8s".into(), "stream", None, took);
    tally.asked(&"k8s".into(), "stream", Some(&A2aError::Cut), took);
    tally.offered_again(&"k8s".into());
    tally.masked(
        "k8s",
        &[mask::Kind::Own, mask::Kind::Named, mask::Kind::Named],
    );
    tally.stored("commit", Duration::from_millis(3));
    let (turn, post) = (TurnId(1), OutboxId(1));
    let k8s = Some("k8s".into());
    let placeholder = Post {
        turn: Some(turn),
        ..Post::new(post, place(), Kind::Placeholder, Body::default())
    };
    tally.committed(vec![Note::Asked(turn, k8s)]);
    tally.committed(Note::all(&[
        Change::Post(placeholder),
        Change::Sending(post),
        Change::Sending(post),
        Change::Sent {
            post,
            message: Some(MessageId(5)),
        },
    ]));
    tally.edited(place().chat, MessageId(5));
    let answer = Post {
        turn: Some(turn),
        ..Post::new(OutboxId(2), place(), Kind::Final, Body::default())
    };
    tally.committed(Note::all(&[
        Change::EndTurn {
            turn,
            outcome: Outcome::Answered,
        },
        Change::Post(answer),
        Change::Sent {
            post: OutboxId(2),
            message: Some(MessageId(6)),
        },
    ]));
    tally
}

/// Its configuration.
fn loaded() -> Loaded {
    Loaded {
        digest: "3f9a2c11".to_owned(),
        since: Duration::from_secs(50),
        restart: vec!["ops.listen"],
        broken: Some(Broken {
            since: Duration::from_secs(70),
            why: "line 3: grace: <wrong>".to_owned(),
        }),
        loads: 4,
        refusals: 2,
        recent: vec![
            ChangeSeen {
                ago: Duration::from_secs(70),
                became: Err("line 3: grace: <wrong>".to_owned()),
            },
            ChangeSeen {
                ago: Duration::from_mins(9),
                became: Ok("3f9a2c11".to_owned()),
            },
        ],
    }
}

pub fn full() -> Overview {
    let tally = tally();
    let sum = |name: &str, count| (name.to_owned(), count);
    Overview {
        started: Timestamp(1_700_000_000_123),
        runs_for: Duration::from_hours(3),
        pulse: Pulse {
            answers: true,
            poll_hangs: false,
            store_works: true,
        },
        router: RouterSeen {
            conversations: 2,
            loaded: loaded(),
        },
        sender: SenderSeen {
            waiting: 3,
            penalties: vec![(ChatId(123_456), Duration::from_secs(7))],
            stopped: None,
        },
        agents: vec![AgentSeen {
            name: "<i>k8s\"&".into(),
            health: Seen::Down(Duration::from_secs(5)),
            calls: (3, 32),
            waiting: vec![TurnId(1)],
        }],
        routes: vec![RouteSeen {
            command: "k8s".into(),
            agent: "k8s".into(),
            description: "Pods <script>alert('x')</script>".to_owned(),
            default: true,
        }],
        last_poll: Some(Duration::from_secs(3)),
        poll_refused: Some(Duration::from_secs(40)),
        rival: Some(Rival::Poller),
        counts: tally.counts(),
        totals: Some(Totals {
            updates: vec![sum("new", 1), sum("control", 4)],
            turns: vec![sum("told_failed", 2), sum("working", 1)],
            posts: (3, Some(Duration::from_secs(5))),
            pauses: 1,
            updates_ended: vec![sum("control", 4)],
            turns_ended: vec![sum("told_failed", 3)],
        }),
    }
}
