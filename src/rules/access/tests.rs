//! Deny by default: no allow entry, no agent.

use proptest::prelude::*;

use super::*;
use crate::ids::{OutboxId, Timestamp, TopicId, TurnId};
use crate::model::{Action, Place, Seat};
use crate::rules::route::{Decision, Known, decide};
use crate::rules::testing::{
    ADMIN, ANNA, BEN, CLEO, DORA, ELSEWHERE, GROUP, STRANGER, config, me, message,
};

const PRIVATE: ChatId = ChatId(5);

#[test]
fn only_a_person_or_a_chat_that_is_listed_may_ask() {
    let (person, chat) = (Some("person"), Some("chat"));
    // k8s, istio, security
    let table = [
        (ANNA, PRIVATE, [person, person, None]),
        (ANNA, GROUP, [person, person, None]),
        (ANNA, ELSEWHERE, [person, person, None]),
        (CLEO, PRIVATE, [None, None, person]),
        (CLEO, GROUP, [chat, None, person]),
        (DORA, PRIVATE, [None, person, person]),
        (ADMIN, PRIVATE, [None, None, None]),
        (ADMIN, GROUP, [chat, None, None]),
        (STRANGER, PRIVATE, [None, None, None]),
        (STRANGER, GROUP, [chat, None, None]),
        (STRANGER, ELSEWHERE, [None, None, None]),
        // An id of one kind is no id of the other.
        (UserId(GROUP.0), PRIVATE, [None, None, None]),
        (STRANGER, ChatId(ANNA.0), [None, None, None]),
        (UserId::SHARED, PRIVATE, [None, None, None]),
    ];
    let config = config();
    for (user, here, expected) in table {
        let rules: Vec<_> = config
            .routes
            .iter()
            .map(|route| may_ask(route, user, here))
            .collect();
        assert_eq!(rules, expected, "{user} in {here}");
        let commands: Vec<_> = routes_for(&config, user, here)
            .map(|route| &route.command)
            .collect();
        assert_eq!(commands.len(), expected.iter().flatten().count());
        let stranger = commands.is_empty() && user != ADMIN;
        assert_eq!(
            is_stranger(&config, user, here),
            stranger,
            "{user} in {here}"
        );
    }
}

#[test]
fn a_person_is_a_numeric_id_and_never_a_name_a_bot_a_channel_or_a_group() {
    let by = |change: fn(&mut Incoming)| {
        let mut message = message(ANNA, GROUP, "/k8s pods");
        change(&mut message);
        person(&message)
    };
    assert_eq!(by(|_| {}), Some(ANNA));
    let nobodies: [fn(&mut Incoming); 7] = [
        |message| message.from = None,
        |message| message.sender_chat = Some(message.chat),
        |message| message.sender_chat = Some(ChatId(0)),
        |message| message.from.as_mut().unwrap().is_bot = true,
        |message| message.from.as_mut().unwrap().id = UserId(1_087_968_824),
        |message| message.from.as_mut().unwrap().id = UserId(777_000),
        |message| message.from.as_mut().unwrap().id = UserId(136_817_688),
    ];
    for (n, change) in nobodies.into_iter().enumerate() {
        assert_eq!(by(change), None, "{n}");
    }
    let mut named = message(STRANGER, PRIVATE, "/k8s pods");
    named.from.as_mut().unwrap().username = Some("anna".to_owned());
    assert!(is_stranger(&config(), person(&named).unwrap(), PRIVATE));
}

fn button(action: Action, whom: Whom, chat: ChatId) -> Button {
    Button {
        token: "token".to_owned(),
        place: Place {
            chat,
            topic: TopicId::NONE,
        },
        action,
        whom,
        post: OutboxId(1),
        group: 0,
        expires_at: Timestamp(0),
    }
}

#[test]
fn what_only_ends_something_an_admin_may_always_press_and_others_under_the_same_rules() {
    let config = config();
    let (turn, attempt) = (TurnId(1), 1);
    let actions = [
        (Action::Stop { turn, attempt }, true),
        (Action::Drop { turn }, true),
        (Action::LeaveIt { turn, attempt }, true),
        (Action::RunAgain { turn, attempt }, false),
        (Action::Release { turn }, false),
    ];
    for (action, ends) in actions {
        let table = [
            ("istio", Whom::Person(BEN), BEN, true),
            ("security", Whom::Person(BEN), BEN, false),
            ("istio", Whom::Person(BEN), DORA, false),
            ("istio", Whom::Person(BEN), ADMIN, ends),
            ("security", Whom::Person(BEN), ANNA, ends),
            ("istio", Whom::Admins, BEN, false),
            ("istio", Whom::Admins, ADMIN, ends),
            ("istio", Whom::Admins, ANNA, true),
        ];
        for (agent, whom, by, expected) in table {
            let button = button(action.clone(), whom, PRIVATE);
            let may = may_press(&config, &agent.into(), &button, by);
            assert_eq!(may, expected, "{agent} {button:?} by {by}");
        }
    }
}

#[test]
fn a_button_is_for_its_person_or_an_admin_while_both_may_ask() {
    let config = config();
    let table = [
        ("k8s", BEN, PRIVATE, BEN, true),
        ("k8s", BEN, PRIVATE, ANNA, true),
        ("k8s", ANNA, PRIVATE, BEN, false),
        ("k8s", BEN, PRIVATE, DORA, false),
        ("k8s", BEN, PRIVATE, STRANGER, false),
        ("istio", BEN, PRIVATE, ADMIN, false),
        ("istio", DORA, PRIVATE, ANNA, true),
        // No longer allowed: neither its person nor an admin brings it back.
        ("security", BEN, PRIVATE, BEN, false),
        ("security", BEN, PRIVATE, ANNA, false),
        ("istio", CLEO, PRIVATE, ANNA, false),
        // An admin who may not ask that agent.
        ("security", CLEO, PRIVATE, ANNA, false),
        ("security", CLEO, PRIVATE, CLEO, true),
        // In a chat that is listed: whoever asked there, and admins who write there.
        ("k8s", STRANGER, GROUP, STRANGER, true),
        ("k8s", STRANGER, GROUP, ADMIN, true),
        ("k8s", STRANGER, GROUP, BEN, false),
        ("k8s", STRANGER, ELSEWHERE, STRANGER, false),
    ];
    for row @ (command, for_user, chat, by, expected) in table {
        let again = Action::RunAgain {
            turn: TurnId(1),
            attempt: 1,
        };
        let button = button(again, Whom::Person(for_user), chat);
        assert_eq!(
            may_press(&config, &command.into(), &button, by),
            expected,
            "{row:?}"
        );
    }
}

#[test]
fn a_group_is_known_if_it_is_listed_or_somebody_who_counts_brought_the_bot() {
    let table = [
        (GROUP, None, true),
        (GROUP, Some(STRANGER), true),
        (ELSEWHERE, None, false),
        (ELSEWHERE, Some(STRANGER), false),
        (ELSEWHERE, Some(CLEO), true),
        (ELSEWHERE, Some(ADMIN), true),
    ];
    for row @ (chat, by, expected) in table {
        assert_eq!(is_known_group(&config(), chat, by), expected, "{row:?}");
    }
    let mut config = config();
    config.routes[2].approvals.chat = Some(ELSEWHERE);
    assert!(
        is_known_group(&config, ELSEWHERE, Some(STRANGER)),
        "its cards go there"
    );
}

fn allow() -> impl Strategy<Value = Vec<Allow>> {
    let entry = prop_oneof![
        (1..6_i64).prop_map(|id| Allow::Person(UserId(id))),
        (-6..0_i64).prop_map(|id| Allow::Chat(ChatId(id))),
    ];
    prop::collection::vec(entry, 0..4)
}

fn text() -> impl Strategy<Value = String> {
    let parts = [
        "/k8s",
        "/istio",
        "/new",
        "@switch_bot",
        "k8s",
        "pods",
        "/help",
        "",
        "\n",
    ];
    let part = prop::sample::select(parts.to_vec());
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn nobody_is_let_in_whom_no_list_lets_in(
        lists in (allow(), allow(), allow()),
        admins in prop::collection::vec(1..6_i64, 0..3),
        user in 1..6_i64,
        group in prop::option::of(-6..0_i64),
        text in text(),
        current in prop::option::of(prop::sample::select(vec!["k8s", "istio", "security"])),
        replies in any::<bool>(),
    ) {
        let mut config = config();
        config.admins = admins.into_iter().map(UserId).collect();
        for (route, list) in config.routes.iter_mut().zip([lists.0, lists.1, lists.2]) {
            route.allow = list;
        }
        let (user, chat) = (UserId(user), ChatId(group.unwrap_or(user)));
        let mut message = message(user, chat, &text);
        message.reply_to = replies.then(|| crate::rules::testing::reply_to(me().id.0));
        let now = Timestamp(0);
        let seat = Seat {
            current: current.map(|agent| (agent.into(), now)),
            ..Seat::default()
        };
        let known = Known { seat: &seat, answered: None };
        let decision = decide(&config, &me(), &message, known, now);
        if let Decision::Ask { route, .. }
            | Decision::Switch(_, route)
            | Decision::New(_, route) = &decision
        {
            let listed = route.allow.iter().any(|allow| match allow {
                Allow::Person(id) => *id == user,
                Allow::Chat(id) => *id == chat,
            });
            prop_assert!(listed, "{text:?} became {decision:?}");
        }
    }
}
