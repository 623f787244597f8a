//! Every sentence about approvals, as people read it.

use super::*;

fn all() -> Vec<String> {
    let (agent, by) = (AgentName::from("k8s"), "sre1");
    // 2026-11-22 20:05 UTC.
    let at = Timestamp(1_795_377_900_000);
    let who = ["sre1".to_owned(), "22222222".to_owned()];
    let mut all = vec![
        approval(&agent, by, 1),
        approval(&agent, by, 2),
        question(&agent, None, 1, 1),
        question(&agent, Some("istio"), 2, 3),
        masked(1),
        masked(2),
        reason("not in prod"),
        open(at, &[], None),
        open(at, &[], Some("anna")),
        open(at, &who[..1], None),
        open(at, &who, None),
        open(at, &who, Some("anna")),
        answer_until(&agent, at),
        stands(true, at),
        stands(false, at),
        asked(&agent, Some("istio")),
        answered("Which database?", "PostgreSQL"),
        reminder(&agent, at, false),
        reminder(&agent, at, true),
        deciding(APPROVED, by, at),
        deciding(&partly(&[0, 2]), by, at),
        decided(APPROVED, by, at, false),
        decided(REJECTED, by, at, false),
        decided(ANSWERED, by, at, false),
        decided(&partly(&[1]), by, at, false),
        decided(APPROVED, by, at, true),
        decided(UNANSWERED, by, at, false),
        expired(at),
        unanswered(at),
        unknown(APPROVED, by),
        gone_perhaps(&[sent(APPROVED, Some(by), at)]),
        gone_perhaps(&[sent(APPROVED, Some(by), at), sent(REJECTED, None, at)]),
        replied_late(&agent, Some(&decided(APPROVED, by, at, false))),
        replied_late(&agent, None),
        not_sent("The agent cannot be reached."),
        waits(&agent),
        rejected_for(&agent),
        kept_waiting(&agent),
        not_any_more(&agent),
    ];
    let whys = [
        Unclear::Unreadable,
        Unclear::Mixed,
        Unclear::Hidden,
        Unclear::TooMany,
    ];
    all.extend(whys.map(|why| unclear(&agent, by, why)));
    let overs = [
        Over::PersonMinute,
        Over::PersonDay,
        Over::PersonAtOnce,
        Over::RouteMinute,
        Over::RouteDay,
    ];
    all.extend(overs.map(|over| over_quota(&agent, over)));
    let fixed = [
        CUT,
        NO_FILE,
        REPLY,
        WRITE,
        TOGGLES,
        REASON_FIRST,
        TAP_OR_REPLY,
        TAP_SOME,
        NOBODY_MAY,
        TOO_LONG,
        MAY_NOT_REJECT,
        NOT_YOUR_QUESTION,
        CHOOSE_FIRST,
        REPLY_LATE,
        REPLY_REASON,
        REPLY_ANSWER,
        OVER,
        CHANGED,
        INFERRED,
        EXPIRING,
        GONE,
        EXPIRED_REASON,
        STOPPED_REASON,
        NEW_REASON,
    ];
    all.extend(fixed.map(str::to_owned));
    let leads = ["sre1".to_owned(), "22222222".to_owned()];
    let many = vec!["a name of a person".to_owned(); 20];
    all.extend([
        asker_may_not(&leads),
        asker_may_not(&many),
        others_may(&leads, false),
        others_may(&leads, true),
        others_may(&[], true),
        others_may(&many, true),
    ]);
    all
}

#[test]
fn the_bot_says_exactly_this_about_approvals() {
    let said = all().join("\n---\n");
    assert_eq!(said, include_str!("said.txt").trim_end(), "\n{said}");
}

#[test]
fn a_tap_is_answered_in_what_a_phone_shows_of_it_and_labels_are_short() {
    // Bot API, `answerCallbackQuery`: 0-200 characters.
    for text in [
        NOBODY_MAY,
        MAY_NOT_REJECT,
        NOT_YOUR_QUESTION,
        CHOOSE_FIRST,
        OVER,
        CHANGED,
    ] {
        assert!(text.chars().count() <= 200);
    }
    for people in 0..40 {
        let who = vec!["a name".to_owned(); people];
        for text in [
            asker_may_not(&who),
            others_may(&who, true),
            others_may(&who, false),
        ] {
            assert!(text.chars().count() <= 200, "{text}");
        }
    }
    for label in [
        APPROVE_ALL,
        REJECT_ALL,
        SEND_AGAIN,
        NO_ANSWER,
        REJECT_AND_ASK,
        KEEP_WAITING,
    ] {
        assert!(label.chars().count() <= 20, "{label}");
    }
}

#[test]
fn a_time_is_that_of_the_day() {
    for (at, expected) in [
        (0, "00:00 UTC"),
        (1_795_377_900_000, "20:05 UTC"),
        (-60_000, "23:59 UTC"),
    ] {
        assert_eq!(clock(Timestamp(at)), expected);
    }
}
