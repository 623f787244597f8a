//! `[chats]`, and what a route shows.

use super::*;
use crate::ids::TopicId;

fn with(chats: &str) -> String {
    format!("{GOOD}\n{chats}")
}

#[test]
fn a_group_has_its_own_rules_and_the_others_the_usual_ones() {
    let text = with(
        "[chats.\"-100\"]\nlisten = \"all\"\nroute = \"/k8s\"\ntopics = { 17 = \"k8s\" }\n\
         [chats.-200]\n",
    );
    let config = good(&text);
    let rules = &config.chats[&ChatId(-100)];
    assert_eq!(rules.listen, Listen::All);
    assert_eq!(rules.route.as_deref(), Some("k8s"));
    assert_eq!(rules.topic_route(TopicId(17)), Some("k8s"));
    assert_eq!(rules.topic_route(TopicId(18)), None);
    assert_eq!(config.chats[&ChatId(-200)], ChatRules::default());
}

#[test]
fn a_route_shows_growing_answers_unless_told_not_to() {
    assert_eq!(good(GOOD).routes[0].stream, Stream::Edits);
    let off = edited("command = \"k8s\"", "command = \"k8s\"\nstream = \"off\"");
    assert_eq!(good(&off).routes[0].stream, Stream::Off);
}

#[test]
fn every_mistake_about_a_group_is_told_at_its_line() {
    let text = with(
        "[chats.on-call]\n[chats.\"100\"]\n[chats.\"-100\"]\nlisten = \"some\"\nroute = \"k9s\"\n\
         talk = 1\n[chats.\"-100\".topics]\n1 = \"k8s\"\n17 = \"argo\"\n",
    );
    let printed = printed(load_text(&text, &env(&[])));
    let lines: Vec<_> = printed.lines().collect();
    let named = "must be named by the id of a group, such as [chats.\"-1001234567890\"]";
    assert_eq!(
        lines,
        [
            format!("line 26: chats.on-call: {named}"),
            format!("line 27: chats.100: {named}"),
            "line 29: chats.-100.listen: must be \"addressed\" or \"all\"".to_owned(),
            "line 30: chats.-100.route: no route has the command \"k9s\", did you mean \"k8s\"?"
                .to_owned(),
            "line 31: chats.-100.talk: unknown key, known here: listen, route, topics".to_owned(),
            "line 33: chats.-100.topics.1: a topic is named by its id, a number from 2".to_owned(),
            "line 34: chats.-100.topics.17: no route has the command \"argo\"".to_owned(),
        ]
    );
}
