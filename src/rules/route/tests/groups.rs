//! What the configuration says of single groups, and what a text that names no agent is
//! about.

use super::*;
use crate::config::{ChatRules, Listen};
use crate::ids::{AgentName, TopicId};
use crate::model::Place;

/// The rules of one group, on top of the settings of the other tests.
fn with_group(rules: ChatRules) -> Config {
    let mut config = config();
    config.chats.insert(GROUP, rules);
    config
}

#[test]
#[rustfmt::skip] // a row is a line
fn where_the_bot_listens_to_all_every_text_is_a_question() {
    let rules = ChatRules { listen: Listen::All, ..ChatRules::default() };
    let config = with_group(rules);
    for (who, place, text, expected) in [
        ("anna", "group", "what pods?", "k8s is asked: what pods?"),
        ("anna", "group, to ben", "and why?", "k8s is asked: and why?"),
        ("anna", "group", "@switch_bot pods", "k8s is asked: pods"),
        ("anna", "group", "/k8s pods", "k8s is asked: pods"),
        // Those belong to others.
        ("anna", "group", "/argo sync", "ignored: not addressed"),
        ("anna", "group", "/k8s@other_bot pods", "ignored: another bot's command"),
        ("anna", "group, photo", "", "ignored: not addressed"),
        ("anna", "group, photo", "what is this?", "no photo"),
        ("anna", "group, service", "what?", "ignored: service message"),
        ("anonymous admin", "group", "pods", "nobody"),
        ("anonymous admin", "group, to us", "pods", "nobody, who waits"),
        ("channel", "group", "news", "nobody"),
        ("anna", "elsewhere", "what pods?", "ignored: not addressed"),
    ] {
        let decided = decided(&config, &incoming(who, place, text), &Seat::default());
        assert_eq!(decided, expected, "{who}, {place}, {text}");
    }
}

#[test]
fn a_stranger_who_speaks_to_nobody_is_not_heard_where_the_bot_listens_to_all() {
    let mut config = config();
    let rules = ChatRules {
        listen: Listen::All,
        ..ChatRules::default()
    };
    config.chats.insert(ELSEWHERE, rules);
    for (text, expected) in [
        ("hello all", "ignored: not addressed"),
        ("@switch_bot hello", "stranger"),
        ("/k8s pods", "stranger"),
    ] {
        let message = incoming("stranger", "elsewhere", text);
        assert_eq!(decided(&config, &message, &Seat::default()), expected);
    }
}

/// A text that says nothing of an agent: who writes it, in which topic, which agent they
/// picked, whose message they answer; then where it goes.
struct Plain {
    who: &'static str,
    topic: i64,
    current: Option<&'static str>,
    answers: Option<&'static str>,
    goes: &'static str,
}

#[test]
#[rustfmt::skip] // a row is a line
fn plain_text_goes_by_the_first_of_six_reasons() {
    let config = with_group(ChatRules {
        listen: Listen::Addressed,
        route: Some("istio".to_owned()),
        topics: [(TopicId(17), "security".to_owned()), (TopicId(18), "istio".to_owned())].into(),
    });
    let row = |who, topic, current, answers, goes| Plain { who, topic, current, answers, goes };
    for Plain { who, topic, current, answers, goes } in [
        row("dora", 0, None, None, "istio: Chat"),
        row("anna", 0, None, None, "istio: Chat"),
        // Cleo may not use the chat's agent, and the default is open to all who write here.
        row("cleo", 0, None, None, "k8s: Default"),
        row("anna", 0, Some("k8s"), None, "k8s: Current"),
        row("dora", 17, Some("istio"), None, "security: Topic"),
        row("dora", 18, Some("security"), None, "istio: Topic"),
        row("cleo", 18, Some("security"), None, "security: Current"),
        row("anna", 17, None, None, "istio: Chat"),
        row("dora", 19, None, None, "istio: Chat"),
        row("dora", 17, Some("istio"), Some("istio"), "istio: Reply"),
        row("anna", 0, Some("istio"), Some("k8s"), "k8s: Reply"),
        // It was meant for that agent: another one would answer what it was not asked.
        row("anna", 0, None, Some("security"), "forbidden security"),
        row("cleo", 0, None, Some("istio"), "forbidden istio"),
        row("anna", 0, None, Some("gone"), "istio: Chat"),
    ] {
        let mut message = incoming(who, "group, to us", "why?");
        message.topic = TopicId(topic);
        let current = current.map(|agent| (AgentName::from(agent), NOW));
        let seat = Seat { current, ..Seat::default() };
        let answered = answers.map(AgentName::from);
        let known = Known { seat: &seat, answered: answered.as_ref() };
        let went = match decide(&config, &me(), &message, known, NOW) {
            Decision::Ask { route, why, .. } => format!("{}: {why:?}", route.agent),
            Decision::Forbidden(_, route) => format!("forbidden {}", route.command),
            other => format!("{other:?}"),
        };
        assert_eq!(went, goes, "{who} in {topic}, with {current:?}, answering {answers:?}", current = seat.current);
    }
}

#[test]
fn a_command_beats_the_message_that_it_answers() {
    let (seat, istio) = (Seat::default(), AgentName::from("istio"));
    let known = Known {
        seat: &seat,
        answered: Some(&istio),
    };
    for (text, expected) in [
        ("/k8s pods", "k8s is asked: pods"),
        ("/new", "new with istio"),
        ("pods", "istio is asked: pods"),
    ] {
        let message = incoming("anna", "private, to us", text);
        assert_eq!(described(&config(), &message, known), expected, "{text}");
    }
}

#[test]
#[rustfmt::skip] // a row is a line
fn an_agent_names_itself_where_plain_text_goes_to_another() {
    let config = with_group(ChatRules {
        listen: Listen::Addressed,
        route: Some("istio".to_owned()),
        topics: [(TopicId(17), "security".to_owned())].into(),
    });
    for (who, chat, topic, current, silent) in [
        (ANNA, ChatId(ANNA.0), 0, None, "k8s"),
        (ANNA, ChatId(ANNA.0), 0, Some("istio"), "istio"),
        (ANNA, GROUP, 0, None, "istio"),
        (ANNA, GROUP, 0, Some("k8s"), "k8s"),
        (DORA, GROUP, 17, Some("istio"), "security"),
        (CLEO, GROUP, 0, None, "k8s"),
        // Of two agents none is expected.
        (DORA, ChatId(DORA.0), 0, None, "none"),
        // It is the only one that they may use.
        (CLEO, ChatId(CLEO.0), 0, None, "security"),
    ] {
        let topic = TopicId(topic);
        let current = current.map(|agent| (AgentName::from(agent), NOW));
        let seat = Seat { current, ..Seat::default() };
        for agent in ["k8s", "istio", "security"] {
            let asker = (Place { chat, topic }, who);
            let names = names_itself(&config, &agent.into(), asker, &seat, NOW);
            assert_eq!(names, agent != silent, "{agent}, asked by {who} in {chat}, {topic}, with {seat:?}");
        }
    }
}

#[test]
fn in_a_topic_that_belongs_to_an_agent_no_other_is_picked() {
    let config = with_group(ChatRules {
        topics: [(TopicId(17), "istio".to_owned())].into(),
        ..ChatRules::default()
    });
    for (who, topic, text, expected) in [
        ("anna", 17, "/k8s", "the topic is istio's"),
        ("anna", 17, "/istio", "switched to istio"),
        ("anna", 17, "/k8s pods", "k8s is asked: pods"),
        ("anna", 17, "/security", "forbidden security"),
        ("anna", 18, "/k8s", "switched to k8s"),
        ("cleo", 17, "/k8s", "switched to k8s"),
    ] {
        let mut message = incoming(who, "group", text);
        message.topic = TopicId(topic);
        let decided = decided(&config, &message, &Seat::default());
        assert_eq!(decided, expected, "{who} in {topic}: {text}");
    }
}
