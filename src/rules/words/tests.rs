//! Every sentence, as people read it.

use super::*;
use crate::config::{ApproveRule, Approvers, Config, Route};
use crate::ids::{ChatId, ConversationId, Timestamp, TopicId};
use crate::model::{Conversation, FileName, Place, Slot};
use crate::rules::agents::Described;
use crate::rules::card;
use crate::rules::sessions::Listed;
use crate::rules::status::Seen;
use crate::rules::testing::{ADMIN, ANNA, CLEO, GROUP, config};

const TURN: TurnId = TurnId(1_000);

fn agent() -> AgentName {
    "k8s".into()
}

fn at(chat: ChatId, topic: i64) -> Place {
    Place {
        chat,
        topic: TopicId(topic),
    }
}

/// An agent in each state.
fn described() -> [Described; 3] {
    let agent = |name: &str, health| Described {
        name: name.into(),
        health,
        card: card::Shown::default(),
    };
    [
        agent("k8s", Seen::Up),
        agent("istio", Seen::Down(Duration::from_secs(5))),
        agent("security", Seen::Unknown),
    ]
}

/// Conversations: the current one, an own, one without its words, a shared one.
fn listed() -> [Listed; 4] {
    let one = |id, user, agent: &str, words: Option<&str>, hours| Listed {
        conversation: Conversation {
            id: ConversationId(id),
            slot: Slot {
                place: at(GROUP, 0),
                user,
                agent: agent.into(),
            },
            principal: format!("telegram:{user}").into(),
            context: None,
            closed: false,
            awaited: None,
        },
        words: words.map(str::to_owned),
        used_at: Timestamp(1_762_128_000_000),
        age: Duration::from_hours(hours),
        current: id == 1,
        busy: false,
    };
    let why = "why is checkout slow since this morning?";
    [
        one(1, ANNA, "k8s", Some("pods?"), 0),
        one(2, ANNA, "istio", Some(why), 3),
        one(3, ANNA, "k8s", None, 20 * 24),
        one(
            4,
            UserId::SHARED,
            "security",
            Some("who opened port 22?"),
            49,
        ),
    ]
}

#[expect(
    clippy::too_many_lines,
    reason = "a list, as long as there is something to say"
)]
/// Everything that the bot says, once, on the longest path to it.
fn all() -> Vec<String> {
    let (config, agent) = (config(), agent());
    let file = FileName::clean("chart.png", "file");
    let routes = || config.routes.iter();
    let none = || config.routes[..0].iter();
    vec![
        working(&agent, "").text,
        working(&agent, "Looking at the nodes").text,
        answer(None, From::Now, "").text().to_owned(),
        answer(Some(&agent), From::Now, "2 pods").text().to_owned(),
        answer(None, From::Earlier, "2 pods").text().to_owned(),
        answer(Some(&agent), From::Earlier, "2 pods")
            .text()
            .to_owned(),
        answer(None, From::Late, "2 pods").text().to_owned(),
        detached(&agent, Duration::from_mins(30), TURN),
        behind_detached(&agent),
        failed(&agent, "The agent cannot be reached.", TURN),
        unknown(&agent, TURN),
        failed(&agent, AGENT_BUSY, TURN),
        failed(&agent, AGENT_DOWN, TURN),
        failed(&agent, &agent_gone(&agent), TURN),
        failed(&agent, AGENT_REPLACED, TURN),
        file_refused(&file, 31_700),
        rest_in_file(&file, 31_700),
        empty_file(&file),
        large_file(&file, 60_000_000, 52_428_800),
        files_left_out(1),
        files_left_out(3),
        odd_address(&file),
        back(&agent),
        running_again(&agent, TURN),
        left(&agent, TURN),
        asked(&agent, "why is checkout slow?"),
        stopping(&agent),
        stopped(&agent, TURN, "").text,
        stopped(&agent, TURN, "Looking at the nodes").text,
        never_sent(&agent),
        cannot_stop(&agent, TURN),
        NOTHING_TO_STOP.to_owned(),
        NOT_YOURS.to_owned(),
        NOTHING_RUNS.to_owned(),
        STOPPING_ALREADY.to_owned(),
        WHICH_TO_STOP.to_owned(),
        WHOSE_TO_STOP.to_owned(),
        unstoppable(&agent),
        waiting_behind(&agent, &["why is checkout slow?"]),
        waiting_behind(
            &agent,
            &["a question that is longer than a line of a phone"; 12],
        ),
        still_wanted(&agent, Duration::from_mins(16)),
        still_wanted(&agent, Duration::from_hours(20)),
        still_wanted(&agent, Duration::from_hours(49)),
        passed_on(&agent),
        kept(&agent, 1),
        kept(&agent, 2),
        dropped(&agent),
        dropped_unasked(&agent),
        BUTTON_OVER.to_owned(),
        BUTTON_FOREIGN.to_owned(),
        queue_full(&agent, 5, false),
        queue_full(&agent, 5, true),
        ALL_FULL.to_owned(),
        operator::config_broken("line 3: grace: must be from 1s to 10m, not 1h"),
        operator::config_broken(&"line 3: x: unknown key\n".repeat(7)),
        operator::config_good("3f9a2c11"),
        operator::needs_restart(&["ops.listen", "log.format"]),
        operator::NO_RESTART.to_owned(),
        operator::RIVAL_POLLS.to_owned(),
        operator::WEBHOOK_SET.to_owned(),
        operator::POLLS_ALONE.to_owned(),
        operator::agent_down(&agent, Duration::from_mins(5)),
        operator::agent_back(&agent),
        operator::agent_unconfigured(&agent),
        operator::store_fails(Duration::from_mins(5)),
        operator::STORE_WORKS.to_owned(),
        CHAT_FULL.to_owned(),
        FORGOTTEN.to_owned(),
        edit_late(&agent),
        edit_elsewhere(&agent),
        stranger(ANNA),
        STRANGER_IN_GROUP.to_owned(),
        NOBODY.to_owned(),
        format!("{UNKNOWN_GROUP}{GROUP}"),
        moved(GROUP, ChatId(-1_001_000_000_100)),
        format!("{ELSEWHERE}\n2 pods"),
        forbidden("istio", routes()),
        forbidden("istio", none()),
        unknown_command("argo", routes()),
        unknown_command("new istio why?", routes()),
        unknown_command("stop it now", routes()),
        choose(routes()),
        choose(none()),
        no_media("video_note"),
        failed(&agent, &attachments::too_many(7, 5), TURN),
        failed(&agent, &attachments::too_many(1, 0), TURN),
        failed(
            &agent,
            &attachments::too_large("heap.log", Some(21 << 20), 7 << 20),
            TURN,
        ),
        failed(
            &agent,
            &attachments::too_large("heap.log", None, 64 << 20),
            TURN,
        ),
        failed(
            &agent,
            &attachments::wrong_type("photo.jpg", Some("image/jpeg"), &["text".to_owned()]),
            TURN,
        ),
        failed(&agent, &attachments::no_utf8("a.log"), TURN),
        failed(&agent, &attachments::not_fetched("photo.jpg"), TURN),
        switched(&config.routes[0], true),
        switched(&config.routes[1], false),
        bound(&config.routes[1], &config.routes[0]),
        fresh(&agent),
        fresh_for_all(&agent),
        begun_anew(&agent, Duration::from_hours(12 * 24)),
        sessions(&listed()),
        sessions(&listed()[..1]),
        sessions(&[]),
        session_label(2, &listed()[1]),
        session_label(4, &listed()[3]),
        resumed(&listed()[1]),
        resumed(&listed()[2]),
        resumed(&listed()[3]),
        NO_SUCH_SESSION.to_owned(),
        SESSION_GOES_ON.to_owned(),
        SESSION_BUSY.to_owned(),
        help(routes()),
        help(none()),
        agents(routes(), &described(), Some(&agent)),
        agents(routes(), &described()[..1], None),
        agents(config.routes[..1].iter(), &described(), Some(&agent)),
        agents(none(), &[], None),
        whoami(&config, ANNA, at(GROUP, 17)),
        whoami(&config, ADMIN, at(ChatId(1), 0)),
        whoami(&config, CLEO, at(ChatId(33), 0)),
        task_goes_on(&agent).text,
        question_waits(&agent, TURN),
        parked_question(&agent, TURN),
        parked_message("U5"),
        deadly_question(&agent, TURN),
        deadly_message("U5"),
    ]
}

#[test]
fn the_bot_says_exactly_this() {
    let said = all().join("\n---\n");
    assert_eq!(said, include_str!("said.txt").trim_end(), "\n{said}");
}

#[test]
fn what_the_bot_says_is_short_and_plain() {
    for text in all() {
        let lower = text.to_lowercase();
        for internal in [
            "http", "://", "error", "null", "json", "a2a", "sqlite", "token", "none",
        ] {
            assert!(!lower.contains(internal), "{internal:?} in {text:?}");
        }
        assert!(text.trim() == text, "{text:?}");
        assert!(
            !text.contains("  ") && !text.contains("..") && !text.contains(" ."),
            "{text}"
        );
        // A screen of 60 columns and 24 lines.
        let lines: usize = text
            .lines()
            .map(|line| line.chars().count().div_ceil(60).max(1))
            .sum();
        assert!(lines <= 24, "{lines} lines: {text:?}");
        let wide = text
            .split_whitespace()
            .find(|word| word.chars().count() > 30);
        assert_eq!(wide, None);
    }
}

#[test]
fn a_tap_is_answered_in_what_a_phone_shows_of_it() {
    // Bot API, `answerCallbackQuery`: 0-200 characters.
    for text in [
        BUTTON_OVER,
        BUTTON_FOREIGN,
        NO_SUCH_SESSION,
        SESSION_GOES_ON,
        SESSION_BUSY,
    ] {
        assert!(text.chars().count() <= 200);
    }
}

#[test]
fn whatever_is_long_still_fits_into_one_message() {
    let mut config = config();
    let mut route = config.routes[0].clone();
    route.description = "🦀".repeat(256);
    route.examples = vec!["🦀".repeat(256)];
    config.routes = (0..200)
        .map(|n| Route {
            command: format!("a_rather_long_command_name_{n:05}").into(),
            ..route.clone()
        })
        .collect();
    let routes = || config.routes.iter();
    let (agent, long) = (AgentName::from("a".repeat(63)), "🦀 ".repeat(5_000));
    let texts = [
        working(&agent, &long).text,
        stopped(&agent, TURN, &long).text,
        waiting_behind(&agent, &[&*long; 300]),
        failed(&agent, &long, TURN),
        forbidden("istio", routes()),
        unknown_command("argo", routes()),
        unknown_command("new istio why?", routes()),
        unknown_command("stop it now", routes()),
        choose(routes()),
        no_media(&long),
        switched(&config.routes[0], true),
        help(routes()),
        agents(routes(), &described(), Some(&agent)),
        whoami(&config, ANNA, at(GROUP, 0)),
    ];
    for text in texts {
        let units = chunk::units(&text);
        assert!(units <= 4_096, "{units}: {}", &text[..60]);
        assert!(!chunk::is_blank(&text));
    }
}

#[test]
fn the_help_for_many_agents_shortens_their_descriptions_before_it_leaves_anything_out() {
    let mut config = config();
    let mut route = config.routes[0].clone();
    route.description = "what it does ".repeat(19);
    config.routes = (0..30)
        .map(|n| Route {
            command: format!("agent{n}").into(),
            ..route.clone()
        })
        .collect();
    for text in [
        help(config.routes.iter()),
        agents(config.routes.iter(), &[], None),
    ] {
        for command in ["/agent0 – what it does", "/agent29 – what it does"] {
            assert!(text.contains(command), "{text}");
        }
    }
    assert!(help(config.routes.iter()).contains("/whoami"));
}

#[test]
fn whoever_may_approve_something_is_told_what() {
    let mut config = config();
    let said = |config: &Config, user, chat| whoami(config, user, at(chat, 0));
    let others = "You may approve what others ask of: ";
    let own = "You may approve what you ask yourself of: ";
    assert!(said(&config, ANNA, GROUP).ends_with(&format!("{others}/k8s.")));
    assert!(!said(&config, CLEO, GROUP).contains("approve"));
    config.routes[0].approvers.requester = true;
    config.routes[1].approvals.rules.push(ApproveRule {
        tools: vec!["get_*".to_owned()],
        approvers: Approvers {
            people: vec![CLEO],
            requester: true,
        },
    });
    let both = format!("{others}/k8s.\n{own}/k8s, /istio.");
    assert!(said(&config, ANNA, GROUP).ends_with(&both));
    // What she may not ask of she does not approve as whoever asks.
    let cleo = said(&config, CLEO, ChatId(33));
    assert!(cleo.ends_with(&format!("{others}/istio.")), "{cleo}");
}

#[test]
fn of_a_long_progress_the_end_is_shown() {
    let progress = format!("{}the end", "step ".repeat(1_000));
    let text = working(&agent(), &progress).text;
    assert!(
        text.starts_with("⏳ k8s is working…\n\n…") && text.ends_with("the end"),
        "{text:?}"
    );
}

#[test]
fn a_reason_ends_with_one_full_stop() {
    for (why, expected) in [
        ("It stopped", "It stopped.\n"),
        ("It stopped. ", "It stopped.\n"),
        ("Why?", "Why?\n"),
        ("And so on…", "And so on…\n"),
    ] {
        let text = failed(&agent(), why, TURN);
        assert!(
            text.contains(&format!("No answer from k8s. {expected}Ref")),
            "{text}"
        );
    }
}
