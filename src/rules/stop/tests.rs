//! What `/stop` means, and what becomes of a turn that is stopped or held.

use super::*;
use crate::ids::{ChatId, ConversationId, MessageId, TopicId, UpdateId};
use crate::model::Place;

const ANNA: UserId = UserId(11);
const BEN: UserId = UserId(22);
const PLACE: Place = Place {
    chat: ChatId(-100),
    topic: TopicId(7),
};

struct Counted(i64);

impl Fresh for Counted {
    fn post(&mut self) -> OutboxId {
        self.0 += 1;
        OutboxId(99 + self.0)
    }

    fn token(&mut self) -> String {
        self.0 += 1;
        format!("t{}", self.0)
    }

    fn now(&self) -> Timestamp {
        Timestamp(1_000)
    }
}

/// A turn in words: `anna 1`, `ben 2 stopping`, `anna 3 detached`.
fn runs(words: &str) -> Runs {
    let mut words = words.split(' ');
    let asked_by = match words.next() {
        Some("anna") => ANNA,
        Some("ben") => BEN,
        other => panic!("who is {other:?}?"),
    };
    let turn = TurnId(words.next().unwrap().parse().unwrap());
    let state = words.next();
    Runs {
        turn,
        attempt: 1,
        asked_by,
        agent: "k8s".into(),
        text: "pods?".to_owned(),
        stopping: state == Some("stopping"),
        detached: state == Some("detached"),
    }
}

type Row<'a> = (&'a [&'a str], bool, &'a str);

#[test]
fn stop_means_the_only_own_turn_or_asks_and_never_stops_another_persons_unasked() {
    let unstoppable = words::unstoppable(&"k8s".into());
    let already = words::STOPPING_ALREADY;
    let table: [Row<'_>; 13] = [
        (&[], false, words::NOTHING_TO_STOP),
        (&[], true, words::NOTHING_TO_STOP),
        (&["anna 1"], false, "this 1"),
        (&["anna 1", "ben 2"], false, "this 1"),
        (&["ben 2", "anna 1"], true, "this 1"),
        (&["anna 1", "anna 3"], false, "one of 1 3"),
        (&["anna 1 stopping", "anna 3"], false, "this 3"),
        (&["anna 1 stopping"], true, already),
        (&["anna 1 detached"], false, &unstoppable),
        (&["anna 1 detached", "anna 2"], false, "this 2"),
        (&["ben 2"], false, words::NOT_YOURS),
        (&["ben 2", "ben 4 detached"], true, "others 2"),
        (&["ben 2 stopping"], true, words::NOTHING_TO_STOP),
    ];
    for (running, admin, expected) in table {
        let ids = |runs: Vec<Runs>| {
            let ids = runs.iter().map(|runs| format!(" {}", runs.turn));
            ids.collect::<String>()
        };
        let said = match meant(
            running.iter().map(|words| runs(words)).collect(),
            ANNA,
            admin,
        ) {
            Meant::This(runs) => format!("this {}", runs.turn),
            Meant::OneOf(runs) => format!("one of{}", ids(runs)),
            Meant::Others(runs) => format!("others{}", ids(runs)),
            Meant::Nothing(text) => text,
        };
        assert_eq!(said, expected, "{running:?}, admin: {admin}");
    }
}

#[test]
fn however_many_run_the_buttons_fit_below_one_message() {
    let many: Vec<Runs> = (1..=50).map(|n| runs(&format!("anna {n}"))).collect();
    let under = Under {
        post: OutboxId(1),
        place: PLACE,
        whom: Whom::Person(ANNA),
    };
    let made = choices(&many, under, &mut Counted(0));
    assert_eq!((made.shown.len(), made.changes.len()), (12, 12));
    assert_eq!(made.shown[0][0].label, "k8s: pods?");
}

fn turn(state: TurnState, placeholder: Option<i64>) -> Turn {
    Turn {
        id: TurnId(5),
        conversation: ConversationId(3),
        place: PLACE,
        asked_by: ANNA,
        route: None,
        update: UpdateId(1),
        reply_to: MessageId(41),
        text: "pods?".to_owned(),
        pieces: Vec::new(),
        gathering: None,
        state,
        attempt: 2,
        prompt: None,
        task: None,
        protocol: None,
        placeholder: placeholder.map(OutboxId),
        stop: None,
        stopping: true,
        held: None,
        answers: None,
    }
}

fn told(changes: &[Change]) -> Vec<String> {
    let told = changes.iter().map(|change| match change {
        Change::EndTurn { turn, outcome } => format!("turn {turn} ends {outcome:?}"),
        Change::Drop(post) => format!("drop {post}"),
        Change::Post(post) => {
            let target = post.body.target.map(|target| format!(" of {target}"));
            let first = post.body.text.lines().next().unwrap_or_default();
            let kind = post.kind.name();
            let line = format!("{kind}{} {first}", target.unwrap_or_default());
            line.trim_end().to_owned()
        }
        Change::ShowButton(button) => format!("{:?} by {:?}", button.action, button.whom),
        other => format!("{other:?}"),
    });
    told.collect()
}

#[test]
fn a_stopped_turn_says_so_where_it_is_seen_and_leaves_no_placeholder() {
    let newest = Shown::Stands { newest: true };
    let older = Shown::Stands { newest: false };
    let (said, end) = ("⏹ k8s was stopped. Ref T5", "turn 5 ends Stopped");
    let edited = format!("final_edit of 9 {said}");
    let (notice, never) = (
        format!("notice {said}"),
        "notice ⏹ Stopped. Nothing was sent to k8s.",
    );
    let replaced: &[&str] = &["drop 9", end, &notice, "delete of 9"];
    let working = TurnState::Working;
    let table: [(_, _, _, &[&str]); 5] = [
        (working, None, Shown::Nothing, &[end, &notice]),
        (working, Some(9), newest, &[end, &edited]),
        (working, Some(9), older, replaced),
        (working, Some(9), Shown::Perhaps, replaced),
        (TurnState::Queued, None, Shown::Nothing, &[end, never]),
    ];
    for (state, placeholder, shown, expected) in table {
        let turn = turn(state, placeholder);
        let changes = stopped(&turn, &"k8s".into(), "", shown, &mut Counted(0));
        assert_eq!(told(&changes), expected, "{state:?} {shown:?}");
    }
}

#[test]
fn what_is_held_is_asked_about_once_and_only_its_person_decides_for_a_day() {
    let turn = turn(TurnState::Queued, None);
    for (why, reply_to, label) in [
        (HeldFor::Stale, Some(MessageId(41)), "Run"),
        (HeldFor::Stop, None, "Keep"),
    ] {
        let ask = Ask {
            why,
            text: "Well?".to_owned(),
            turns: vec![&turn, &turn],
        };
        let (held, changes) = hold(&ask, &mut Counted(0)).unwrap();
        let day = 24 * 60 * 60 * 1_000;
        let expected = Held {
            why,
            until: Timestamp(1_000 + day),
            post: OutboxId(100),
        };
        assert_eq!(held, expected);
        let expected = [
            "notice Well?",
            "Release { turn: TurnId(5) } by Person(UserId(11))",
            "Drop { turn: TurnId(5) } by Person(UserId(11))",
        ];
        assert_eq!(told(&changes), expected);
        let body = &changes.iter().find_map(Change::post).unwrap().body;
        assert_eq!(body.reply_to, reply_to);
        let labels: Vec<&str> = body.buttons[0].iter().map(|shown| &*shown.label).collect();
        assert_eq!(labels, [label, "Drop"]);
    }
    let nothing = Ask {
        why: HeldFor::Stop,
        text: String::new(),
        turns: Vec::new(),
    };
    assert!(hold(&nothing, &mut Counted(0)).is_none());
}

#[test]
fn a_post_that_nobody_answered_in_time_is_found_once() {
    let held = |until, post| Held {
        why: HeldFor::Stop,
        until: Timestamp(until),
        post: OutboxId(post),
    };
    let all = [
        held(10, 1),
        held(10, 1),
        held(11, 2),
        held(9, 3),
        held(10, 1),
    ];
    let found = |now| expired(all.iter(), Timestamp(now));
    assert_eq!(found(8), []);
    assert_eq!(found(9), [OutboxId(3)]);
    assert_eq!(found(10), [OutboxId(1), OutboxId(3)]);
    assert_eq!(found(11), [OutboxId(1), OutboxId(2), OutboxId(3)]);
}
