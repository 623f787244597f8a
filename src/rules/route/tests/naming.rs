//! Whether an answer names its agent.

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
fn where_a_person_has_no_choice_what_is_remembered_of_them_decides_nothing() {
    let config = config();
    let seats = ["k8s", "istio", "security"].map(|agent| Seat {
        current: Some((AgentName::from(agent), NOW)),
        ..Seat::default()
    });
    for (who, chat, choice) in [
        (ANNA, ChatId(ANNA.0), true),
        (DORA, ChatId(DORA.0), true),
        (CLEO, ChatId(CLEO.0), false),
    ] {
        let place = Place {
            chat,
            topic: TopicId::GENERAL,
        };
        assert_eq!(depends_on_seat(&config, place, who), choice, "{who}");
        let differs = ["k8s", "istio", "security"].into_iter().any(|agent| {
            let names = |seat: &Seat| names_itself(&config, &agent.into(), (place, who), seat, NOW);
            let forgotten = names(&Seat::default());
            seats.iter().any(|seat| names(seat) != forgotten)
        });
        assert!(choice || !differs, "{who}");
    }
}
