//! What a tap or a reply does on a card that is old, decided about, or too late, and whose reason is
//! told.

use super::properties::{opened, pause};
use super::*;
use crate::config::Config;
use crate::ids::{AgentName, CallId, ChatId, RouteName, Timestamp, UserId};
use crate::model::Tap;
use crate::pause::{Asks, Decision, Pause, Question, Unclear};

const ANNA: UserId = UserId(11);
const BEN: UserId = UserId(22);
const STRANGER: UserId = UserId(99);
const NOW: Timestamp = Timestamp(1_000_000);

fn case(config: &Config) -> Case<'_> {
    let (agent, route) = (AgentName::from("k8s"), RouteName::from("k8s"));
    Case::new(config, &agent, Some(&route), ANNA, ChatId(ANNA.0))
}

/// Two calls of a tool about which leads decide.
fn waiting(config: &Config) -> Waiting {
    opened(config, pause(0, &[0, 0]), NOW)
}

fn told(tapped: &Tapped) -> String {
    match tapped {
        Tapped::Nothing(why) => why.rule.to_owned(),
        Tapped::Changed(next) => format!("changed to {}", next.version),
        Tapped::Decided(next) => match &next.made.as_ref().unwrap().decision {
            Decision::Tools(verdicts) => verdicts
                .iter()
                .map(|it| if it.approved { "yes " } else { "no " })
                .collect(),
            Decision::RejectAll { reason } => format!("rejected {reason:?}"),
            other => format!("{other:?}"),
        },
    }
}

#[test]
fn a_tap_counts_on_the_newest_card_alone_while_it_asks_and_in_time() {
    let config = policy_tests::config();
    let fresh = waiting(&config);
    let newer = fresh.changed();
    let deciding = fresh.moved(Event::Decide).unwrap();
    let late = Timestamp(fresh.expires_at.0 + 1);
    let (changed, over) = ("changed meanwhile", "it is over");
    for (waiting, version, tap, at, expected) in [
        (&fresh, 1, Tap::Approve, NOW, "yes yes "),
        (&fresh, 1, Tap::Done, NOW, "no no "),
        (&fresh, 1, Tap::Toggle(1), NOW, "changed to 2"),
        (&fresh, 1, Tap::Toggle(2), NOW, changed),
        (&fresh, 1, Tap::Reject, NOW, "rejected None"),
        // Nothing was decided before that could be sent again, and no question is asked.
        (&fresh, 1, Tap::Again, NOW, changed),
        (&fresh, 1, Tap::Choose(0), NOW, changed),
        (&fresh, 1, Tap::KeepWaiting, NOW, changed),
        // An old card; what comes before it whatever was tapped meanwhile.
        (&newer, 1, Tap::Approve, NOW, changed),
        (&newer, 1, Tap::Reject, NOW, changed),
        (&newer, 1, Tap::Toggle(0), NOW, changed),
        (&newer, 2, Tap::Approve, NOW, "yes yes "),
        (
            &newer,
            1,
            Tap::RejectAndAsk,
            NOW,
            "rejected Some(\"The person has asked something else.\")",
        ),
        // Decided about already, also on an old card.
        (&deciding, 2, Tap::Approve, NOW, over),
        (&deciding, 1, Tap::Approve, NOW, over),
        (&deciding, 2, Tap::Toggle(0), NOW, over),
        // The last moment, and the one after it.
        (&fresh, 1, Tap::Approve, fresh.expires_at, "yes yes "),
        (&fresh, 1, Tap::Approve, late, over),
        (&fresh, 1, Tap::Toggle(0), late, over),
        (&fresh, 1, Tap::RejectAndAsk, late, over),
    ] {
        let tapped = tapped(&case(&config), waiting, version, tap, BEN, at);
        assert_eq!(told(&tapped), expected, "{tap:?} of {version} at {at:?}");
    }
}

#[test]
fn only_who_may_approve_a_call_toggles_it_and_all_that_is_approved_must_be_theirs() {
    let config = policy_tests::config();
    // Leads restart, cleo alone deletes.
    let mut both = opened(&config, pause(0, &[0, 1]), NOW);
    for (tap, user, expected) in [
        (Tap::Toggle(0), BEN, "changed to 2"),
        (Tap::Toggle(1), BEN, "may not approve"),
        (Tap::Toggle(0), ANNA, "asker may not approve"),
        (Tap::Approve, BEN, "may not approve"),
        (Tap::Approve, UserId(33), "yes yes "),
        (Tap::Reject, STRANGER, "may not reject"),
        (Tap::Reject, ANNA, "rejected None"),
    ] {
        let tapped = tapped(&case(&config), &both, 1, tap, user, NOW);
        assert_eq!(told(&tapped), expected, "{tap:?} by {user}");
    }
    both.picks.approved = vec![false, true];
    let sent = tapped(&case(&config), &both, 1, Tap::Done, BEN, NOW);
    assert_eq!(
        told(&sent),
        "may not approve",
        "what others toggled is not theirs to send"
    );
}

#[test]
fn only_whoever_asked_answers_a_question() {
    let config = policy_tests::config();
    let question = Question {
        text: "Which one?".to_owned(),
        choices: vec!["a".to_owned()],
        multiple: false,
    };
    let asks = Asks::Answers {
        id: CallId::from("c"),
        via: None,
        questions: vec![question],
    };
    let asked = Pause {
        asks,
        ..pause(0, &[])
    };
    let waiting = opened(&config, asked, NOW);
    let case = case(&config);
    for (user, expected) in [
        (ANNA, "Answers([[\"a\"]])"),
        (BEN, "may not answer"),
        (STRANGER, "may not answer"),
    ] {
        let chosen = tapped(&case, &waiting, 1, Tap::Choose(0), user, NOW);
        assert_eq!(told(&chosen), expected, "{user}");
        let said = replied(&case, &waiting, "a", user, NOW);
        assert_eq!(told(&said), expected, "{user}");
    }
}

#[test]
fn a_reply_gives_the_reason_while_it_asks_in_time_and_by_who_may_reject() {
    let config = policy_tests::config();
    let fresh = waiting(&config);
    let deciding = fresh.moved(Event::Decide).unwrap();
    let late = Timestamp(fresh.expires_at.0 + 1);
    for (waiting, user, at, expected) in [
        (&fresh, BEN, NOW, "changed to 2"),
        (&fresh, ANNA, fresh.expires_at, "changed to 2"),
        (&fresh, STRANGER, NOW, "may not reject"),
        (&fresh, BEN, late, "it is over"),
        (&deciding, BEN, NOW, "it is over"),
    ] {
        let replied = replied(&case(&config), waiting, " not in prod ", user, at);
        assert_eq!(told(&replied), expected, "{user} at {at:?}");
    }
    let Tapped::Changed(reasoned) = replied(&case(&config), &fresh, " not in prod ", BEN, NOW)
    else {
        panic!("a reason is noted");
    };
    let rejected = tapped(&case(&config), &reasoned, 2, Tap::Reject, BEN, NOW);
    assert_eq!(told(&rejected), "rejected Some(\"not in prod\")");
}

#[test]
fn a_tap_decides_only_what_the_pause_asks_for() {
    let config = policy_tests::config();
    let calls = pause(0, &[0, 0]).calls().to_vec();
    let unclear = Pause {
        asks: Asks::Unclear {
            why: Unclear::Mixed,
            calls,
        },
        ..pause(0, &[])
    };
    let question = Pause {
        asks: Asks::Answers {
            id: CallId::from("c"),
            via: None,
            questions: vec![Question {
                text: "Which one?".to_owned(),
                choices: Vec::new(),
                multiple: false,
            }],
        },
        ..pause(0, &[])
    };
    // No card shows such a button; what a row in the store says is not believed either.
    for (asked, tap, user, expected) in [
        (&unclear, Tap::Approve, BEN, "changed meanwhile"),
        (&unclear, Tap::Done, BEN, "nothing chosen"),
        (&unclear, Tap::Toggle(0), BEN, "changed meanwhile"),
        (&unclear, Tap::Reject, BEN, "rejected None"),
        (&question, Tap::Approve, ANNA, "changed meanwhile"),
        (&question, Tap::Done, ANNA, "nothing chosen"),
        (&question, Tap::Toggle(0), ANNA, "changed meanwhile"),
        (&question, Tap::Reject, ANNA, "rejected None"),
    ] {
        let waiting = opened(&config, asked.clone(), NOW);
        let tapped = tapped(&case(&config), &waiting, 1, tap, user, NOW);
        assert_eq!(told(&tapped), expected, "{tap:?} on {:?}", asked.asks);
    }
}

#[test]
fn done_says_that_nothing_is_chosen_while_nothing_is() {
    let config = policy_tests::config();
    let question = Question {
        text: "Which ones?".to_owned(),
        choices: vec!["a".to_owned(), "b".to_owned()],
        multiple: true,
    };
    let asks = Asks::Answers {
        id: CallId::from("c"),
        via: None,
        questions: vec![question],
    };
    let asked = Pause {
        asks,
        ..pause(0, &[])
    };
    let (case, waiting) = (case(&config), opened(&config, asked, NOW));
    let tap = |waiting: &Waiting, tap| tapped(&case, waiting, waiting.version, tap, ANNA, NOW);
    assert_eq!(told(&tap(&waiting, Tap::Done)), "nothing chosen");
    let Tapped::Changed(chosen) = tap(&waiting, Tap::Choose(1)) else {
        panic!("it is chosen");
    };
    assert_eq!(told(&tap(&chosen, Tap::Done)), "Answers([[\"b\"]])");
}

#[test]
fn only_who_may_let_a_question_come_first_says_that_it_waits() {
    let config = policy_tests::config();
    let waiting = waiting(&config);
    for (user, rule) in [
        (ANNA, None),
        (BEN, None),
        (STRANGER, Some("may not reject")),
    ] {
        let may = may_keep_waiting(&case(&config), &waiting, user);
        assert_eq!(may.err().map(|why| why.rule), rule, "{user}");
    }
}
