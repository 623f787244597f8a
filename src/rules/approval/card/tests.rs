//! Cards as people see them, and that they always fit.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ids::{CallId, TaskId};
use crate::pause::{Form, Question};

fn pause(asks: Asks) -> Pause {
    Pause {
        task: TaskId::from("t"),
        context: None,
        form: Form::Parts,
        asks,
    }
}

fn call(name: &str, args: Value, via: Option<&str>) -> ToolCall {
    ToolCall {
        id: CallId::from("c"),
        name: name.to_owned(),
        args,
        via: via.map(str::to_owned),
    }
}

const OWN: &str = "s3cr\"t-0f\\our-own";

fn shown(pause: &Pause, text_max: usize) -> Card {
    let mask = Mask::new([OWN.to_owned()], true, Vec::new());
    let (agent, picks) = (AgentName::from("k8s"), Picks::new(pause));
    let shown = Shown {
        agent: &agent,
        asked_by: "sre1",
        pause,
        picks: &picks,
        mask: &mask,
        text_max,
        foot: "The foot.",
    };
    match pause.asks {
        Asks::Answers { .. } => question_card(shown),
        _ => card(shown),
    }
}

#[test]
fn a_card_shows_each_call_with_its_arguments_as_text() {
    let args = json!({"namespace": "default", "name": "**web-1** <b>"});
    let card = shown(
        &pause(Asks::Approval(vec![call("delete_pod", args, None)])),
        4096,
    );
    assert_eq!(
        card.text.text,
        "🔐 k8s asks whether it may go on. It wants to do this, for sre1:\n\ndelete_pod\n\
         name: \"**web-1** <b>\"\nnamespace: default\n\nThe foot."
    );
    assert_eq!(card.whole, None);
    let [entity] = card.text.entities.as_slice() else {
        panic!("{:?}", card.text.entities);
    };
    let units: Vec<u16> = card.text.text.encode_utf16().collect();
    let code = String::from_utf16(&units[entity.offset..entity.offset + entity.length]).unwrap();
    assert_eq!(code, "name: \"**web-1** <b>\"\nnamespace: default");
}

#[test]
fn several_calls_are_numbered_and_name_their_agent_and_what_is_masked_is_said() {
    let calls = vec![
        call("delete_pod", json!({}), Some("sub\nagent")),
        call(
            "create",
            json!({"password": "hunter2", "token": "abcd1234"}),
            None,
        ),
    ];
    let text = shown(&pause(Asks::Approval(calls)), 4096).text.text;
    assert!(
        text.contains("\n1. sub\\u{a}agent ▸ delete_pod\n{}\n"),
        "{text}"
    );
    assert!(
        text.contains("\n2. create\npassword: ‹masked›\ntoken: ‹masked›\n"),
        "{text}"
    );
    assert!(text.ends_with("hidden in 2 places.\nThe foot."), "{text}");
}

#[test]
fn what_has_no_room_is_cut_said_and_kept_for_a_file() {
    let args = json!({"a": "x\n".repeat(3_000), "z": "the end"});
    let calls = vec![
        call("apply", args, None),
        call("small", json!({"k": "v"}), None),
    ];
    let card = shown(&pause(Asks::Approval(calls)), 4096);
    assert!(card.text.text.contains(words::CUT));
    assert!(card.text.text.contains("2. small\nk: v"));
    let whole = card.whole.unwrap();
    assert!(whole.starts_with("# 1. apply\na: |\n  x\n") && whole.contains("z: the end"));
    assert!(whole.ends_with("# 2. small\nk: v\n"));
}

#[test]
fn a_question_shows_where_it_stands() {
    let question = |text: &str| Question {
        text: text.to_owned(),
        choices: vec![],
        multiple: false,
    };
    let asks = Asks::Answers {
        id: CallId::from("c"),
        via: Some("sub".to_owned()),
        questions: vec![question("Which one?\npassword: hunter2"), question("Sure?")],
    };
    assert_eq!(
        shown(&pause(asks), 4096).text.text,
        "❓ k8s (sub) asks you (1 of 2):\nWhich one?\npassword: ‹masked›\n\n\
         What looks like a secret is hidden in one place.\n\nThe foot."
    );
}

#[test]
fn what_was_answered_stands_above_the_question_at_hand_short_and_masked() {
    let question = |text: String| Question {
        text,
        choices: vec![],
        multiple: false,
    };
    let texts = (0..20).map(|n| question(format!("Question\n{n} {}", "x".repeat(200))));
    let pause = pause(Asks::Answers {
        id: CallId::from("c"),
        via: None,
        questions: texts.collect(),
    });
    let mut picks = Picks::new(&pause);
    let (agent, mask) = (AgentName::from("k8s"), Mask::new([], true, Vec::new()));
    let long = format!("password: hunter2 {}", "y".repeat(1_000));
    for n in 0..=20 {
        let shown = Shown {
            agent: &agent,
            asked_by: "sre1",
            pause: &pause,
            picks: &picks,
            mask: &mask,
            text_max: 4096,
            foot: "The foot.",
        };
        let text = question_card(shown).text.text;
        assert!(text.ends_with("\nThe foot."), "{text}");
        assert_eq!(
            text.matches("\n▸ password: ‹masked› yyy").count(),
            n.min(10)
        );
        let head = match n {
            20 => "❓ k8s has asked:\nQuestion 10 xxx".to_owned(),
            _ => format!("❓ k8s asks you ({} of 20):\nQuestion", n + 1),
        };
        assert!(text.starts_with(&head), "{text}");
        assert_eq!(
            text.contains(&format!("Question\n{n} xxx")),
            n < 20,
            "{text}"
        );
        picks.answers.push(vec![long.clone()]);
    }
}

#[test]
fn a_secret_at_the_cut_of_a_long_question_is_masked_whole() {
    let secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    for before in 1_455..1_500 {
        let text = format!("{} {secret}", "x".repeat(before));
        let asks = Asks::Answers {
            id: CallId::from("c"),
            via: None,
            questions: vec![Question {
                text,
                choices: vec![],
                multiple: false,
            }],
        };
        let text = shown(&pause(asks), 4096).text.text;
        assert!(!text.contains("ghp"), "{before}: {text}");
    }
}

#[test]
fn what_is_masked_in_names_and_choices_is_counted_too() {
    let secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let calls = vec![call(secret, json!({"a": 1}), Some(secret))];
    let card = shown(&pause(Asks::Approval(calls)), 4096);
    assert!(card.text.text.contains("\n‹masked› ▸ ‹masked›\na: 1\n"));
    assert!(card.text.text.contains("hidden in 2 places."));
    assert_eq!(card.masked, [Kind::Credential; 2]);
    let asks = Asks::Answers {
        id: CallId::from("c"),
        via: Some(secret.to_owned()),
        questions: vec![Question {
            text: "Which?".to_owned(),
            choices: vec!["this".to_owned(), secret.to_owned()],
            multiple: false,
        }],
    };
    let card = shown(&pause(asks), 4096);
    assert!(
        card.text
            .text
            .contains("k8s (‹masked›) asks you:\nWhich?\n")
    );
    assert_eq!(card.masked, [Kind::Credential; 2]);
}

#[test]
fn a_secret_of_our_own_is_found_however_yaml_quotes_it() {
    let args = json!({
        "quoted": format!("- {OWN}"),
        "plain": OWN,
        "lines": format!("one\n{OWN}\nthree"),
        "list": [{"deep": [OWN]}],
        OWN: 1,
        "deep": (0..20).fold(json!(OWN), |value, _| json!([value])),
    });
    let card = shown(&pause(Asks::Approval(vec![call("x", args, None)])), 4096);
    let text = &card.text.text;
    assert!(
        !text.contains("s3cr") && !text.contains("our-own"),
        "{text}"
    );
    assert_eq!(card.masked, [Kind::Own; 6]);
    assert!(text.contains("hidden in 6 places."), "{text}");
}

#[test]
fn a_secret_across_any_cut_of_a_card_is_masked_whole() {
    for before in 0..60 {
        let long = format!("{} {OWN} tail", "x".repeat(60 + before));
        let calls = vec![call(&long, json!({&*long: long}), Some(&long))];
        for max in [260, 300, 340, 380] {
            let text = shown(&pause(Asks::Approval(calls.clone())), max).text.text;
            assert!(!text.contains("s3c"), "{text}");
        }
    }
}

proptest! {
    #[test]
    fn a_card_always_fits_and_its_entities_are_within_it(
        names in prop::collection::vec("\\PC{0,200}", 1..12),
        value in "\\PC{0,3000}",
        max in 256_usize..4096,
    ) {
        let calls = names.iter().map(|name| call(name, json!({name: value}), Some(name)));
        let card = shown(&pause(Asks::Approval(calls.collect())), max);
        let units = chunk::units(&card.text.text);
        prop_assert!(units <= max, "{units} of {max}");
        for entity in &card.text.entities {
            prop_assert!(entity.length > 0 && entity.offset + entity.length <= units);
        }
    }
}
