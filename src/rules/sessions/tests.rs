//! Conversations to go back to, as tables.

use super::*;
use crate::ids::{ChatId, TopicId};
use crate::rules::testing::{ANNA, BEN, CLEO, GROUP, config};

const NOW: Timestamp = Timestamp(1_000_000_000_000);
const HERE: Place = Place {
    chat: GROUP,
    topic: TopicId(7),
};

fn conversation(id: i64, user: UserId, agent: &str) -> Conversation {
    Conversation {
        id: ConversationId(id),
        slot: Slot {
            place: HERE,
            user,
            agent: agent.into(),
        },
        principal: format!("telegram:{user}").into(),
        context: None,
        closed: false,
        awaited: None,
    }
}

fn recent(id: i64, user: UserId, agent: &str, busy: bool) -> Recent {
    Recent {
        conversation: conversation(id, user, agent),
        words: Some(format!("question {id}")),
        used_at: NOW.minus(Duration::from_hours(u64::try_from(id).unwrap())),
        busy,
    }
}

fn seat(of: &[(i64, UserId, &str)]) -> Seat {
    let conversations = of.iter();
    Seat {
        conversations: conversations
            .map(|(id, user, agent)| conversation(*id, *user, agent))
            .collect(),
        ..Seat::default()
    }
}

fn shared_config() -> Config {
    let mut config = config();
    config.routes[0].scope = Scope::Chat;
    config
}

#[test]
fn a_group_shares_a_slot_only_where_its_route_says_so() {
    let (plain, shared) = (config(), shared_config());
    let private = Place {
        chat: ChatId(ANNA.0),
        ..HERE
    };
    for (route, place, user) in [
        (&plain.routes[0], HERE, ANNA),
        (&plain.routes[0], private, ANNA),
        (&shared.routes[0], HERE, UserId::SHARED),
        (&shared.routes[0], private, ANNA),
        (&shared.routes[1], HERE, ANNA),
    ] {
        let slot = slot(route, place, ANNA);
        assert_eq!((slot.place, slot.user), (place, user), "{}", route.command);
    }
    assert!(any_shared(&shared) && !any_shared(&plain));
}

#[test]
fn a_conversation_goes_on_until_it_was_not_used_for_too_long() {
    let week = Duration::from_hours(7 * 24);
    let hour = Duration::from_hours(1);
    for (used_at, idle_for) in [
        (None, None),
        (Some(NOW), None),
        (Some(NOW.minus(week)), None),
        (Some(NOW.minus(week + hour)), Some(week + hour)),
        // A clock that went back.
        (Some(Timestamp(NOW.0 + 1)), None),
    ] {
        assert_eq!(idle(used_at, NOW, week), idle_for, "{used_at:?}");
    }
}

/// The numbers of the conversations that somebody sees, and whether each goes on.
fn seen(config: &Config, user: UserId, recent: &[Recent]) -> Vec<(i64, bool)> {
    let own = seat(&[(2, user, "k8s")]);
    let all = seat(&[(3, UserId::SHARED, "k8s")]);
    let listed = listed(config, (HERE, user), [&own, &all], recent, NOW);
    let listed = listed.iter();
    listed
        .map(|one| (one.conversation.id.0, one.current))
        .collect()
}

#[test]
fn people_see_what_they_may_go_on_with_by_the_rules_of_now() {
    let all = [
        recent(1, ANNA, "k8s", false),
        recent(2, ANNA, "k8s", false),
        recent(3, UserId::SHARED, "k8s", false),
        recent(4, ANNA, "istio", false),
        recent(5, ANNA, "security", false),
        recent(6, ANNA, "gone", false),
    ];
    let own = [(1, false), (2, true), (4, false)];
    assert_eq!(seen(&config(), ANNA, &all), own);
    assert_eq!(seen(&shared_config(), ANNA, &all), [(3, true), (4, false)]);
    // Whoever writes in the group may use k8s, and shares it.
    assert_eq!(seen(&shared_config(), CLEO, &all[2..4]), [(3, true)]);
    assert_eq!(seen(&config(), BEN, &all[2..3]), []);
    let many: Vec<Recent> = (1..40).map(|id| recent(id, ANNA, "k8s", false)).collect();
    assert_eq!(seen(&config(), ANNA, &many).len(), LISTED_MAX);
}

#[test]
fn nobody_goes_back_while_something_runs_or_waits() {
    let config = config();
    let back = |wanted: i64, busy: [bool; 4]| {
        let agents = ["k8s", "k8s", "istio", "istio"];
        let recent: Vec<Recent> = (1..)
            .zip(agents)
            .zip(busy)
            .map(|((id, agent), busy)| recent(id, ANNA, agent, busy))
            .collect();
        let own = seat(&[(1, ANNA, "k8s"), (3, ANNA, "istio")]);
        let nobody = Seat::default();
        let listed = listed(&config, (HERE, ANNA), [&own, &nobody], &recent, NOW);
        resume(&listed, ConversationId(wanted)).map(|one| one.conversation.id.0)
    };
    let quiet = [false; 4];
    for (wanted, busy, expected) in [
        (2, quiet, Ok(2)),
        (1, quiet, Err(Stays::Already)),
        (9, quiet, Err(Stays::NotThere)),
        // The one to go back to, which may be one that nobody could stop.
        (2, [false, true, false, false], Err(Stays::Busy)),
        // The one to leave.
        (2, [true, false, false, false], Err(Stays::Busy)),
        // Another agent's.
        (2, [false, false, true, true], Ok(2)),
    ] {
        assert_eq!(back(wanted, busy), expected, "{wanted} {busy:?}");
    }
}

#[test]
fn each_other_conversation_has_a_button_under_its_number() {
    let recent = [
        recent(1, ANNA, "k8s", false),
        recent(2, ANNA, "k8s", false),
        recent(3, ANNA, "istio", false),
    ];
    let own = seat(&[(2, ANNA, "k8s")]);
    let nobody = Seat::default();
    let listed = listed(&config(), (HERE, ANNA), [&own, &nobody], &recent, NOW);
    let lines = buttons(&listed).concat();
    let labels: Vec<&str> = lines.iter().map(|(label, _)| &**label).collect();
    assert_eq!(labels, ["1. k8s: question 1", "3. istio: question 3"]);
    let conversation = ConversationId(3);
    assert_eq!(lines[1].1, Action::Resume { conversation });
}
