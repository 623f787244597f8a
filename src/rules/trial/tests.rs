//! Texts that nobody wrote, on the settings of the other tests.

use super::*;
use crate::config::{ChatRules, OUTCOMES, REASONS};
use crate::rules::testing::{ANNA, CLEO, DORA, ELSEWHERE, GROUP, STRANGER, config};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn asked(person: UserId, text: &str) -> Asked {
    Asked {
        text: text.to_owned(),
        person,
        chat: None,
        topic: TopicId::NONE,
        reply_to: None,
        current: None,
    }
}

fn steps_of(config: &Config, asked: &Asked) -> Vec<String> {
    let scene = Scene::new(asked, BotId(7_000_000_001), NOW);
    let played = scene.play(config);
    let looked = played.steps.iter();
    let mut lines: Vec<_> = looked
        .map(|step| {
            let (at, found) = steps::step(config, step);
            format!("{at}: {found}")
        })
        .collect();
    lines.push(steps::in_short(&played));
    assert!(OUTCOMES.contains(&played.outcome()), "{}", played.outcome());
    let why = played.why().map_or("only", |(why, _)| why.word());
    assert!(REASONS.contains(&why), "{why}");
    lines
}

#[test]
fn every_step_to_a_decision_is_told() {
    let mut config = config();
    let rules = ChatRules {
        topics: [(TopicId(17), "security".to_owned())].into(),
        ..ChatRules::default()
    };
    config.chats.insert(GROUP, rules);
    let group = |person, text: &str| Asked {
        chat: Some(GROUP),
        ..asked(person, text)
    };
    let cases = [
        (
            asked(ANNA, "/istio why?"),
            &[
                "heard: in a private chat all is said to the bot",
                "person: anna may use 2 routes here",
                "command: of the route /istio to istio",
                "it goes to istio by /istio, because its command says so",
            ][..],
        ),
        (
            Asked {
                topic: TopicId(17),
                reply_to: Some("security".into()),
                ..group(ANNA, "why?")
            },
            &[
                "heard: it is said to the bot",
                "person: anna may use 2 routes here",
                "command: none, it is plain text",
                "reply: security, which they may not use here",
                "they may not use security by /security",
            ],
        ),
        (
            asked(DORA, "why?"),
            &[
                "heard: in a private chat all is said to the bot",
                "person: dora may use 2 routes here",
                "command: none, it is plain text",
                "reply: it answers no agent",
                "topic: the topic has no route",
                "current: they have picked none",
                "chat: the chat has no route",
                "default: k8s, which they may not use here",
                "only: they may use 2",
                "buttons: offers those that the person may use",
                "buttons ask which agent is meant",
            ],
        ),
        (
            asked(CLEO, "/help"),
            &[
                "heard: in a private chat all is said to the bot",
                "person: cleo may use 1 route here",
                "command: of the bot itself",
                "the bot itself answers (help)",
            ],
        ),
        (
            group(ANNA, "why?"),
            &[
                "heard: it is not said to the bot, which listens only to that in this group",
                "it is not said to the bot",
            ],
        ),
        (
            Asked {
                chat: Some(ELSEWHERE),
                ..asked(STRANGER, "why, @bot?")
            },
            &[
                "heard: it is said to the bot",
                "person: 99 may use no route here",
                "they may use nothing here",
            ],
        ),
    ];
    for (asked, expected) in cases {
        assert_eq!(steps_of(&config, &asked), expected, "{asked:?}");
    }
}

/// What a case says where it expects something else.
fn said(asked: &Asked, expected: Expected) -> Option<String> {
    let config = config();
    let problem = Problem {
        key: "tests[0].x".to_owned(),
        file: None,
        line: Some(7),
        message: String::new(),
    };
    let scene = Scene::new(asked, BotId(7_000_000_001), NOW);
    let wrong = scene.play(&config).wrong(&[(expected, problem)]);
    wrong.first().map(ToString::to_string)
}

#[test]
fn what_is_otherwise_than_expected_is_said_with_what_was_found() {
    let pods = asked(ANNA, "/k8s pods");
    let approvers = |people: &[UserId], requester| Approvers {
        people: people.to_vec(),
        requester,
    };
    for (asked, expected, wrong) in [
        (&pods, Expected::Route("k8s".to_owned()), None),
        (&pods, Expected::Agent("k8s".into()), None),
        (&pods, Expected::Allowed(true), None),
        (&pods, Expected::Outcome("ask".to_owned()), None),
        (&pods, Expected::Why("command".to_owned()), None),
        (
            &pods,
            Expected::Approvers(approvers(&[ANNA], false), None),
            None,
        ),
        (
            &pods,
            Expected::Route("istio".to_owned()),
            Some(
                "expected \"istio\", found \"k8s\": it goes to k8s by /k8s, because its command says so",
            ),
        ),
        (
            &pods,
            Expected::Approvers(approvers(&[CLEO], true), Some("helm".to_owned())),
            Some(
                "expected cleo, whoever asked, found anna: it goes to k8s by /k8s, because its command says so",
            ),
        ),
        (
            &asked(CLEO, "/k8s pods"),
            Expected::Allowed(true),
            Some("expected true, found false: they may not use k8s by /k8s"),
        ),
        (
            &asked(CLEO, "/k8s pods"),
            Expected::Approvers(approvers(&[ANNA], false), None),
            Some("expected anna, found nobody: they may not use k8s by /k8s"),
        ),
        (
            &asked(DORA, "pods"),
            Expected::Why("default".to_owned()),
            Some("expected \"default\", found none: buttons ask which agent is meant"),
        ),
        (
            &asked(ANNA, "/help"),
            Expected::Allowed(false),
            Some("expected false, found neither: the bot itself answers (help)"),
        ),
    ] {
        let wrong = wrong.map(|wrong| format!("line 7: tests[0].x: {wrong}"));
        assert_eq!(said(asked, expected.clone()), wrong, "{expected:?}");
    }
}

#[test]
fn the_bot_hears_its_name_in_a_text_that_is_tried() {
    for (text, outcome) in [
        ("@bot pods", "ask"),
        ("👍 pods, @bot?", "ask"),
        ("/k8s@bot pods", "ask"),
        ("pods", "ignored"),
        ("@bottle pods", "ignored"),
        ("me@bot", "ignored"),
        ("/k8s@otherbot pods", "ignored"),
    ] {
        let asked = Asked {
            chat: Some(GROUP),
            ..asked(ANNA, text)
        };
        let scene = Scene::new(&asked, BotId(1), NOW);
        assert_eq!(scene.play(&config()).outcome(), outcome, "{text}");
    }
}
