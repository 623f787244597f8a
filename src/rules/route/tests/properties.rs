//! What holds for any update at all, under any settings: it has exactly one outcome, and none that
//! a right is missing for.

use std::cell::RefCell;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::{Allow, ChatRules, Listen};
use crate::ids::UpdateId;
use crate::model::Piece;
use crate::rules::edits::{self, Before};
use crate::telegram::{Update, What};

/// Words of which texts are made: commands of all kinds, names, marks, other scripts.
const WORDS: [&str; 21] = [
    "/k8s",
    "/kube",
    "/istio",
    "/security",
    "/K8S@switch_bot",
    "/k8s@other_bot",
    "/new",
    "/stop",
    "/help",
    "/sessions",
    "/resume",
    "/argo",
    "@switch_bot",
    "@ben",
    "pods",
    "\n",
    "поды",
    "👩‍👩‍👧",
    "k8s",
    "/",
    "@",
];
const PEOPLE: [i64; 9] = [1, 11, 22, 33, 44, 99, 777_000, 1_087_968_824, 7_000_000_001];
const CHATS: [i64; 6] = [11, 33, 99, -100, -200, 0];

fn text() -> impl Strategy<Value = Value> {
    let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..5);
    prop_oneof![
        6 => words.prop_map(|words| json!(words.join(" "))),
        1 => any::<String>().prop_map(|text| json!(text)),
        1 => Just(Value::Null),
    ]
}

fn message() -> impl Strategy<Value = Value> {
    let from = prop::option::weighted(0.9, prop::sample::select(&PEOPLE[..]));
    let chat = prop::sample::select(&CHATS[..]);
    let reply = prop::option::weighted(0.3, prop::sample::select(&PEOPLE[..]));
    let special = prop::sample::select(
        &[
            "",
            "",
            "",
            "",
            "photo",
            "document",
            "new_chat_title",
            "sender_chat",
            "is_bot",
        ][..],
    );
    (from, chat, text(), reply, special, 0_i64..20).prop_map(|(from, chat, text, reply, special, topic)| {
        let mut message = json!({
            "message_id": 5, "date": 1, "text": text,
            "chat": {"id": chat, "type": if chat < 0 { "supergroup" } else { "private" }, "is_forum": topic > 10},
            "message_thread_id": topic, "is_topic_message": topic > 10,
        });
        if let Some(from) = from {
            message["from"] = json!({"id": from, "is_bot": special == "is_bot", "first_name": "A"});
        }
        if let Some(reply) = reply {
            message["reply_to_message"] = json!({"message_id": 4, "from": {"id": reply, "is_bot": false, "first_name": "B"}});
        }
        match special {
            "photo" => message["photo"] = json!([{"file_id": "f", "file_size": 9}]),
            "document" => message["document"] = json!({"file_id": "f", "file_name": "a.yaml"}),
            "new_chat_title" => message["new_chat_title"] = json!("x"),
            "sender_chat" => message["sender_chat"] = json!({"id": chat, "type": "supergroup"}),
            _ => {}
        }
        message
    })
}

fn update() -> impl Strategy<Value = Value> {
    let member = (
        prop::sample::select(&PEOPLE[..]),
        prop::sample::select(&CHATS[..]),
        prop::sample::select(&["member", "left", "kicked", "odd"][..]),
    );
    let member = member.prop_map(|(from, chat, status)| {
        json!({"my_chat_member": {"chat": {"id": chat, "type": "group"}, "from": {"id": from, "is_bot": false, "first_name": "A"}, "new_chat_member": {"status": status}}})
    });
    let tap = (message(), any::<String>(), prop::sample::select(&PEOPLE[..])).prop_map(|(message, data, from)| {
        json!({"callback_query": {"id": "1", "from": {"id": from, "is_bot": false, "first_name": "A"}, "message": message, "data": data}})
    });
    prop_oneof![
        8 => message().prop_map(|message| json!({"message": message})),
        2 => message().prop_map(|message| json!({"edited_message": message})),
        1 => tap,
        1 => member,
        1 => message().prop_map(|message| json!({"channel_post": message})),
    ]
}

/// The usual settings with other rights, another default, other rules of the group.
fn settings() -> impl Strategy<Value = Config> {
    let allow = prop_oneof![
        prop::sample::select(&PEOPLE[..]).prop_map(|id| Allow::Person(UserId(id))),
        prop::sample::select(&[-100, -200][..]).prop_map(|id| Allow::Chat(ChatId(id))),
    ];
    let allow = prop::collection::vec(prop::collection::vec(allow, 0..4), 3);
    let route = prop::sample::select(&[None, Some("k8s"), Some("kube"), Some("security")][..]);
    (allow, 0_usize..4, any::<bool>(), route.clone(), route).prop_map(
        |(allow, default, all, here, topic)| {
            let mut config = config();
            for ((n, route), allow) in config.routes.iter_mut().enumerate().zip(allow) {
                route.allow = allow;
                route.default = n == default;
            }
            let rules = ChatRules {
                listen: if all { Listen::All } else { Listen::Addressed },
                route: here.map(str::to_owned),
                topics: topic
                    .map(|it| (TopicId(17), it.to_owned()))
                    .into_iter()
                    .collect(),
            };
            config.chats.insert(GROUP, rules);
            config
        },
    )
}

/// The route of a decision that lets somebody do something with it, and of one that does not.
fn open_and_closed<'a>(decision: &Decision<'a>) -> (Option<&'a Route>, Option<&'a Route>) {
    match decision {
        Decision::Ask { route, .. }
        | Decision::Switch(_, route)
        | Decision::Bound(_, _, route)
        | Decision::New(_, route) => (Some(route), None),
        Decision::Forbidden(_, route) => (None, Some(route)),
        _ => (None, None),
    }
}

fn check(config: &Config, incoming: &Incoming, known: Known<'_>) {
    let steps = RefCell::new(Vec::new());
    let looked = |step| steps.borrow_mut().push(step);
    let decision = decide_by(config, &me(), incoming, known, NOW, &looked);
    // The same again: nothing but the arguments decides.
    let again = decide(config, &me(), incoming, known, NOW);
    assert_eq!(format!("{decision:?}"), format!("{again:?}"));
    let person = access::person(incoming);
    let rule = |route| person.and_then(|user| access::may_ask(route, user, incoming.chat));
    let (open, closed) = open_and_closed(&decision);
    assert!(
        open.is_none_or(|route| rule(route).is_some()),
        "{decision:?}"
    );
    assert!(
        closed.is_none_or(|route| rule(route).is_none()),
        "{decision:?}"
    );
    let stranger = person.is_some_and(|user| access::is_stranger(config, user, incoming.chat));
    let silent = matches!(decision, Decision::Ignore(_) | Decision::Nobody { .. });
    let refused = matches!(decision, Decision::Stranger(_));
    assert_eq!(silent || refused, silent || stranger, "{decision:?}");
    assert!(person.is_some() || silent, "{decision:?}");
    assert!(!incoming.service || matches!(decision, Decision::Ignore(_)));
    // What is said of the way is the way.
    let steps = steps.into_inner();
    assert!(matches!(steps.first(), Some(Step::Heard(_))));
    let ways = steps
        .iter()
        .filter(|step| matches!(step, Step::Way(_, Way::To(_))));
    assert!(ways.count() <= 1);
    if let Decision::Ask { route, why, .. } = &decision {
        let last = steps.last();
        let by = matches!(last, Some(Step::Way(last, Way::To(to))) if last == why && to.command == route.command);
        let said = matches!(last, Some(Step::Says(Says::Route(to))) if to.command == route.command);
        assert!(by || said && *why == Why::Command, "{why:?} {last:?}");
    }
}

proptest! {
    #[test]
    fn every_update_has_exactly_one_outcome(
        config in settings(), update in update(), agent in prop::sample::select(&["k8s", "istio", "gone"][..]),
        (talks, answers, first, by_command) in any::<(bool, bool, bool, bool)>(),
    ) {
        let agent = AgentName::from(agent);
        let current = talks.then(|| (agent.clone(), NOW));
        let seat = Seat { current, ..Seat::default() };
        let answered = answers.then_some(&agent);
        let known = Known { seat: &seat, answered };
        match Update::read(UpdateId(1), &update.to_string()).what {
            What::Message(incoming) => check(&config, &incoming, known),
            What::Edited(incoming) => {
                let piece = Piece { by_command, ..Piece::plain(incoming.message, "before".to_owned()) };
                let before = Before { piece: &piece, first, agent: &agent, expected: answered };
                let read = || edits::read(&config, &me(), &incoming, before);
                prop_assert_eq!(read(), read());
            }
            What::Callback(tap) => {
                prop_assert!(update.get("callback_query").is_some());
                prop_assert!(!tap.id.0.is_empty());
            }
            What::MyChatMember(membership) => {
                let known = access::is_known_group(&config, membership.chat, membership.from.map(|from| from.id));
                let named = access::names_chat(&config, membership.chat);
                prop_assert!(known || !named);
            }
            What::Other(kind) => prop_assert!(!kind.is_empty()),
        }
    }
}
