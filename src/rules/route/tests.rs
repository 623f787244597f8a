//! Who gets what: golden tables. A row is a person, a place, what they write, and what is
//! to be done with it.

use super::*;
use crate::config::Config;
use crate::ids::ChatId;
use crate::model::Seat;
use crate::rules::testing::{
    ADMIN, ANNA, BEN, CLEO, DORA, ELSEWHERE, GROUP, STRANGER, config, me, message, reply_to,
};

mod groups;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Person, place, text, decision.
type Row = (&'static str, &'static str, &'static str, &'static str);

fn check(table: &[Row]) {
    for row @ (who, place, text, expected) in table {
        let decided = decided(&config(), &incoming(who, place, text), &Seat::default());
        assert_eq!(decided, *expected, "{row:?}");
    }
}

fn decided(config: &Config, message: &Incoming, seat: &Seat) -> String {
    let answered = None;
    described(config, message, Known { seat, answered })
}

fn described(config: &Config, message: &Incoming, known: Known<'_>) -> String {
    match decide(config, &me(), message, known, NOW) {
        Decision::Ignore(reason) => format!("ignored: {reason}"),
        Decision::Nobody { waits: true } => "nobody, who waits".to_owned(),
        Decision::Nobody { waits: false } => "nobody".to_owned(),
        Decision::Stranger(_) => "stranger".to_owned(),
        Decision::Forbidden(_, route) => format!("forbidden {}", route.command),
        Decision::Ask { route, text, .. } => format!("{} is asked: {text}", route.agent),
        Decision::Switch(_, route) => format!("switched to {}", route.agent),
        Decision::Bound(_, topic, _) => format!("the topic is {}'s", topic.agent),
        Decision::Help(_) => "help".to_owned(),
        Decision::Agents(_) => "agents".to_owned(),
        Decision::Sessions(_) => "sessions".to_owned(),
        Decision::Resume(_, number) => format!("resume {number}"),
        Decision::WhoAmI(_) => "whoami".to_owned(),
        Decision::Status(_) => "status".to_owned(),
        Decision::Stop(_, None) => "stop".to_owned(),
        Decision::Stop(_, Some(route)) => format!("stop {}", route.agent),
        Decision::New(_, route) => format!("new with {}", route.agent),
        Decision::Unknown(_, name) => format!("unknown /{name}"),
        Decision::Choose(_, None) => "choose".to_owned(),
        Decision::Choose(_, Some(text)) => format!("choose for {text}"),
        Decision::Media(_, kind) => format!("no {kind}"),
    }
}

fn incoming(who: &str, place: &str, text: &str) -> Incoming {
    let user = match who {
        "admin" => ADMIN,
        "anna" => ANNA,
        "ben" => BEN,
        "cleo" => CLEO,
        "dora" => DORA,
        "stranger" => STRANGER,
        // What Telegram puts where no person shows.
        "anonymous admin" => UserId(1_087_968_824),
        "channel" => UserId(777_000),
        "other bot" => UserId(5_000),
        other => panic!("who is {other}?"),
    };
    let (chat, how) = place.split_once(", ").unwrap_or((place, ""));
    let chat = match chat {
        "private" => ChatId(user.0),
        "group" => GROUP,
        "elsewhere" => ELSEWHERE,
        other => panic!("where is {other}?"),
    };
    let mut message = message(user, chat, text);
    match who {
        "anonymous admin" => message.sender_chat = Some(chat),
        "channel" => message.sender_chat = Some(ChatId(-300)),
        "other bot" => message.from.as_mut().unwrap().is_bot = true,
        _ => {}
    }
    match how {
        "" => {}
        "to us" => message.reply_to = Some(reply_to(me().id.0)),
        "to ben" => message.reply_to = Some(reply_to(BEN.0)),
        "unmarked" => message.entities.clear(),
        "file" => {
            message.media = Some("document".to_owned());
            message.file = Some(crate::rules::testing::file());
        }
        "picked" => message.entities = vec![picked(text)],
        "photo" => message.media = Some("photo".to_owned()),
        "service" => message.service = true,
        "nobody" => message.from = None,
        other => panic!("how is {other}?"),
    }
    message
}

/// Our name, picked from the list of members instead of typed.
fn picked(text: &str) -> crate::telegram::Entity {
    crate::telegram::Entity {
        kind: "text_mention".to_owned(),
        offset: 0,
        length: text.split(',').next().unwrap_or_default().len(),
        user: Some(UserId(me().id.0)),
    }
}

#[test]
#[rustfmt::skip] // a row is a line
fn a_command_picks_its_agent() {
    check(&[
        ("anna", "private", "/k8s pods", "k8s is asked: pods"),
        ("anna", "private", "/istio why?", "istio is asked: why?"),
        ("anna", "private", "/K8S Pods", "k8s is asked: Pods"),
        ("anna", "private", "/k8s@switch_bot pods", "k8s is asked: pods"),
        ("anna", "private", "/k8s@SWITCH_BOT pods", "k8s is asked: pods"),
        ("anna", "private", "/k8s\nline 1\n  line 2 ", "k8s is asked: line 1\n  line 2"),
        ("anna", "private", "/istio /k8s", "istio is asked: /k8s"),
        ("cleo", "private", "/security scan", "security is asked: scan"),
        ("anna", "private", "/istio", "switched to istio"),
        ("anna", "private", "/k8s  \n", "switched to k8s"),
        ("anna", "group", "/istio@switch_bot", "switched to istio"),
        ("anna", "private", "/start", "help"),
        ("anna", "private", "/start from-a-link", "help"),
        ("anna", "private", "/HELP", "help"),
        ("anna", "private", "/agents", "agents"),
        ("anna", "private", "/whoami", "whoami"),
        ("anna", "private", "/sessions", "sessions"),
        ("anna", "group", "/sessions@switch_bot", "sessions"),
        ("cleo", "elsewhere", "/resume 2", "resume 2"),
        ("anna", "private", "/resume  #12 ", "resume 12"),
        ("anna", "private", "/resume 3.", "resume 3"),
        ("anna", "private", "/resume", "sessions"),
        ("anna", "private", "/resume the one of yesterday", "sessions"),
        ("anna", "private", "/resume -1", "sessions"),
        ("stranger", "private", "/sessions", "stranger"),
        ("stranger", "private", "/resume 1", "stranger"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn a_command_that_nobody_knows_is_answered_where_somebody_waits() {
    check(&[
        ("anna", "private", "/argo sync", "unknown /argo"),
        ("anna", "private", "/approve", "unknown /approve"),
        ("anna", "private", "/k8s@other_bot pods", "unknown /k8s@other_bot"),
        ("anna", "group", "/argo sync", "ignored: not addressed"),
        ("anna", "group", "/argo@switch_bot sync", "unknown /argo"),
        ("anna", "group, to us", "/argo sync", "unknown /argo"),
        ("anna", "group", "/k8s@other_bot pods", "ignored: another bot's command"),
        ("anna", "group, to us", "/k8s@other_bot", "ignored: another bot's command"),
        // What only looks like a command is a question.
        ("anna", "private", "/usr/bin/ls", "k8s is asked: /usr/bin/ls"),
        ("anna", "private", "/k8s?", "k8s is asked: /k8s?"),
        ("anna", "group", "/usr/bin/ls", "ignored: not addressed"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn in_a_group_only_what_is_said_to_the_bot_is_heard() {
    check(&[
        ("anna", "group", "what pods?", "ignored: not addressed"),
        ("anna", "group", "@switch_bot what pods?", "k8s is asked: what pods?"),
        ("anna", "group", "@Switch_Bot, what pods?", "k8s is asked: what pods?"),
        ("anna", "group", "@switch_bot:\twhat pods?", "k8s is asked: what pods?"),
        ("anna", "group", "🦀 pods, @switch_bot?", "k8s is asked: 🦀 pods, @switch_bot?"),
        ("anna", "group", "@switch_bot2 what pods?", "ignored: not addressed"),
        ("anna", "group", "@ben what pods?", "ignored: not addressed"),
        ("anna", "group", "mail me@switch_bot", "ignored: not addressed"),
        ("anna", "group, unmarked", "@switch_bot what pods?", "k8s is asked: what pods?"),
        ("anna", "group, unmarked", "pods, @switch_bot?", "ignored: not addressed"),
        ("anna", "group", "👨‍👩‍👧 𝒜 pods, @switch_bot?", "k8s is asked: 👨‍👩‍👧 𝒜 pods, @switch_bot?"),
        ("anna", "group, picked", "Switchboard, what pods?", "k8s is asked: Switchboard, what pods?"),
        ("anna", "group", "@switch_bot", "help"),
        ("anna", "group", "@switch_bot /istio why?", "istio is asked: why?"),
        ("anna", "group", "@switch_bot /new", "new with k8s"),
        ("anna", "group", "@switch_bot /argo", "unknown /argo"),
        ("anna", "group", "/k8s pods", "k8s is asked: pods"),
        ("anna", "group", "/help", "help"),
        ("anna", "group, to us", "and why?", "k8s is asked: and why?"),
        ("anna", "group, to ben", "and why?", "ignored: not addressed"),
        ("stranger", "group", "@switch_bot pods?", "k8s is asked: pods?"),
        ("anna", "private", "@switch_bot pods?", "k8s is asked: pods?"),
        ("anna", "private, to ben", "and why?", "k8s is asked: and why?"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn a_stranger_is_refused_and_is_not_heard_where_they_speak_to_others() {
    check(&[
        ("stranger", "private", "hello", "stranger"),
        ("stranger", "private", "/start", "stranger"),
        ("stranger", "private", "/whoami", "stranger"),
        ("stranger", "private", "/argo", "stranger"),
        ("stranger", "private, photo", "", "stranger"),
        ("stranger", "elsewhere", "hello", "ignored: not addressed"),
        ("stranger", "elsewhere", "/argo", "ignored: not addressed"),
        ("stranger", "elsewhere", "/k8s@other_bot", "ignored: another bot's command"),
        ("stranger", "elsewhere", "/k8s pods", "stranger"),
        ("stranger", "elsewhere", "@switch_bot pods", "stranger"),
        ("stranger", "elsewhere, to us", "pods", "stranger"),
        ("cleo", "elsewhere", "/k8s pods", "forbidden k8s"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn whoever_may_use_one_agent_is_told_so_about_another() {
    check(&[
        ("cleo", "private", "/k8s pods", "forbidden k8s"),
        ("cleo", "private", "/k8s", "forbidden k8s"),
        ("cleo", "private", "/new k8s", "forbidden k8s"),
        ("cleo", "group", "/k8s pods", "k8s is asked: pods"),
        ("stranger", "group", "/istio pods", "forbidden istio"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn an_admin_operates_the_bot_and_reaches_no_agent_by_that() {
    check(&[
        ("admin", "private", "/help", "help"),
        ("admin", "private", "/whoami", "whoami"),
        ("admin", "private", "/agents", "agents"),
        ("admin", "private", "/k8s pods", "forbidden k8s"),
        ("admin", "private", "/k8s", "forbidden k8s"),
        ("admin", "private", "/new k8s", "forbidden k8s"),
        ("admin", "private", "pods", "choose for pods"),
        ("admin", "private", "/new", "choose"),
        ("admin", "group", "/k8s pods", "k8s is asked: pods"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn whoever_cannot_be_held_to_it_is_nobody() {
    check(&[
        ("anonymous admin", "group", "/k8s pods", "nobody, who waits"),
        ("anonymous admin", "group, to us", "pods", "nobody, who waits"),
        ("anonymous admin", "group", "pods", "ignored: not addressed"),
        ("channel", "group", "/k8s pods", "nobody"),
        ("other bot", "group", "/k8s@switch_bot pods", "nobody"),
        ("other bot", "private", "/k8s pods", "nobody"),
        ("anna", "group, nobody", "/k8s pods", "nobody"),
        ("anna", "group, service", "/k8s pods", "ignored: service message"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn what_is_not_text_is_refused_with_a_word_and_none_of_it_goes_to_an_agent() {
    check(&[
        ("anna", "private, photo", "", "no photo"),
        ("anna", "private, photo", "why?", "no photo"),
        ("anna", "private, photo", "/k8s what is this?", "no photo"),
        ("anna", "group, photo", "/k8s what is this?", "no photo"),
        ("anna", "group, photo", "the team", "ignored: not addressed"),
        ("anna", "private, file", "", "k8s is asked: "),
        ("anna", "private, file", "why?", "k8s is asked: why?"),
        ("anna", "private, file", "/istio why?", "istio is asked: why?"),
        // With a file, a command alone is a question.
        ("anna", "private, file", "/istio", "istio is asked: "),
        ("anna", "private, file", "/security why?", "forbidden security"),
        ("anna", "private, file", "/help", "help"),
        ("anna", "private, file", "/argo", "unknown /argo"),
        ("anna", "private, file", "/k8s@otherbot", "unknown /k8s@otherbot"),
        ("dora", "private, file", "why?", "choose"),
        ("stranger", "private, file", "why?", "stranger"),
        ("anna", "group, file", "why?", "ignored: not addressed"),
        ("anna", "group, file", "@switch_bot why?", "k8s is asked: why?"),
        ("anna", "group, file", "/k8s", "k8s is asked: "),
        ("anna", "private", "", "no something that I cannot read"),
        ("anna", "group, to us", "", "ignored: no text"),
        ("anna", "group", " \n", "ignored: not addressed"),
    ]);
}

#[test]
fn stop_takes_the_name_of_an_agent_or_nothing_and_status_takes_nothing() {
    check(&[
        ("anna", "private", "/stop", "stop"),
        ("anna", "group", "/stop", "stop"),
        ("anna", "private", "/stop k8s", "stop k8s"),
        ("anna", "private", "/stop /K8S ", "stop k8s"),
        ("anna", "private", "/stop argo", "unknown /argo"),
        ("anna", "private", "/stop it now", "unknown /it now"),
        // What they asked while they might is theirs to stop.
        ("cleo", "private", "/stop k8s", "stop k8s"),
        ("admin", "private", "/stop k8s", "stop k8s"),
        ("stranger", "private", "/stop", "stranger"),
        ("anna", "private", "/status", "status"),
        ("anna", "group", "/status please", "status"),
    ]);
}

#[test]
#[rustfmt::skip] // a row is a line
fn new_takes_the_name_of_an_agent_or_nothing() {
    check(&[
        ("anna", "private", "/new", "new with k8s"),
        ("anna", "private", "/new istio", "new with istio"),
        ("anna", "private", "/new  /Istio ", "new with istio"),
        ("anna", "private", "/new argo", "unknown /argo"),
        ("dora", "private", "/new", "choose"),
        ("dora", "private", "/new istio", "new with istio"),
        ("cleo", "private", "/new", "new with security"),
        ("anna", "private", "/new istio why?", "unknown /new istio why?"),
        ("anna", "private", "/new what is wrong with the checkout service?", "unknown /new what is wrong with the checkout serv…"),
    ]);
}

#[test]
fn plain_text_goes_to_the_current_agent_then_to_the_default_then_to_the_only_one() {
    const HOUR: i64 = 60 * 60 * 1_000;
    let table = [
        ("anna", None, "k8s is asked: pods"),
        ("anna", Some(("istio", 0)), "istio is asked: pods"),
        ("anna", Some(("istio", 12 * HOUR)), "istio is asked: pods"),
        ("anna", Some(("istio", 12 * HOUR + 1)), "k8s is asked: pods"),
        // A clock that was set back.
        ("anna", Some(("istio", -HOUR)), "istio is asked: pods"),
        ("anna", Some(("security", 0)), "k8s is asked: pods"),
        ("anna", Some(("gone", 0)), "k8s is asked: pods"),
        ("cleo", None, "security is asked: pods"),
        ("cleo", Some(("k8s", 0)), "security is asked: pods"),
        ("dora", None, "choose for pods"),
        ("dora", Some(("k8s", 0)), "choose for pods"),
        ("dora", Some(("istio", 0)), "istio is asked: pods"),
        ("dora", Some(("istio", 13 * HOUR)), "choose for pods"),
    ];
    for row @ (who, current, expected) in table {
        let current = current.map(|(agent, ago)| (agent.into(), Timestamp(NOW.0 - ago)));
        let seat = Seat {
            current,
            ..Seat::default()
        };
        let decided = decided(&config(), &incoming(who, "private", "pods"), &seat);
        assert_eq!(decided, expected, "{row:?}");
    }
}

#[test]
fn a_command_is_for_its_agent_whatever_the_current_one_is() {
    let seat = Seat {
        current: Some(("istio".into(), NOW)),
        ..Seat::default()
    };
    for (text, expected) in [
        ("/k8s pods", "k8s is asked: pods"),
        ("/new", "new with istio"),
        ("/new k8s", "new with k8s"),
        ("@switch_bot /k8s pods", "k8s is asked: pods"),
    ] {
        let decided = decided(&config(), &incoming("anna", "private", text), &seat);
        assert_eq!(decided, expected, "{text}");
    }
}

#[test]
fn without_a_default_the_only_agent_is_expected_and_of_two_none() {
    let mut config = config();
    for route in &mut config.routes {
        route.default = false;
    }
    for (who, expected) in [
        ("anna", "choose for pods"),
        ("cleo", "security is asked: pods"),
    ] {
        let message = incoming(who, "private", "pods");
        assert_eq!(
            decided(&config, &message, &Seat::default()),
            expected,
            "{who}"
        );
    }
}
