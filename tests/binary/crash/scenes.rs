//! The scenes of questions and their answers, and the points that each is for.

use switchboard_emulators::agent::{Settings, replies, reply};

use super::acting::*;
use super::play::{Play, Scene};
use crate::support::Stage;

/// A question and its answer.
pub const PLAIN: Scene = Scene {
    points: &[
        "Accept",
        "EndUpdate",
        "OpenConversation",
        "OpenTurn",
        "Audit",
        "Submit",
        "Working",
        "Placeholder",
        "Post",
        "Used",
        "EndTurn",
        "Sending",
        "Sent",
        "GetMe",
        "SetMyCommands",
        "KeepMenu",
        "GetUpdates",
        "SendMessage",
        "card",
        "prompt",
        "run",
        "route",
    ],
    earlier: &[],
    between: None,
    plan: |_| slowly("placeholder_after = \"80ms\""),
    script: says_hello,
    check: answered,
    abandoned: false,
};

/// A question on its way to the agent and back.
pub fn of_the_run() -> Vec<Scene> {
    vec![
        PLAIN,
        // The first process dies with the prompt at the agent, and the second one looks for it.
        Scene {
            points: &["list"],
            earlier: &["prompt+"],
            ..PLAIN
        },
        // The first process dies with a task at work, and the second one follows it.
        Scene {
            points: &["subscribe", "get"],
            earlier: &["Working+"],
            ..PLAIN
        },
        // The answer is a message of its own, and the placeholder goes.
        Scene {
            points: &["DeleteMessage"],
            plan: |_| slowly("placeholder_after = \"40ms\"\nnotify_after = \"0s\""),
            ..PLAIN
        },
        Scene {
            points: &["SendChatAction"],
            plan: |_| slowly("placeholder_after = \"10s\"\ntyping_after = \"0s\""),
            ..PLAIN
        },
        Scene {
            points: &["Context"],
            plan: |_| {
                let settings = Settings::a2a("k8s");
                Stage::plan().agent_as("k8s", settings, "flavor = \"a2a\"", |_| slow_answer())
            },
            // This agent lists nothing: what it has got nobody can find out.
            check: answered_or_told,
            ..PLAIN
        },
        Scene {
            points: &[
                "Drop",
                "ShowButton",
                "UseButton",
                "Requeue",
                "EditMessageText",
                "AnswerCallbackQuery",
            ],
            plan: |_| fails_once(),
            script: runs_again,
            check: answered_or_told,
            ..PLAIN
        },
        Scene {
            points: &["Detach", "cancel"],
            plan: |_| cannot_be_stopped(),
            ..PLAIN
        },
        Scene {
            points: &["RefusedPost", "Undeliverable", "CloseChat"],
            script: blocks_the_bot,
            check: |_, states| assert_eq!(states, ["undeliverable"]),
            ..PLAIN
        },
        Scene {
            points: &["Unsent", "Penalize"],
            script: is_told_to_wait,
            // A death before it is kept: the next one may call too early.
            abandoned: true,
            ..PLAIN
        },
        Scene {
            points: &["UnknownPost"],
            script: loses_a_placeholder,
            ..PLAIN
        },
    ]
}

/// What else people do about their questions.
pub fn of_people() -> Vec<Scene> {
    vec![
        Scene {
            points: &["SetCurrent"],
            script: chooses_an_agent,
            ..PLAIN
        },
        Scene {
            points: &["CloseConversation"],
            script: begins_anew,
            check: |play, states| {
                assert_eq!(states, ["answered"; 2]);
                let prompts = play.stage.agent("k8s").prompts();
                assert_ne!(prompts[0].context_id, prompts[1].context_id);
            },
            ..PLAIN
        },
        Scene {
            points: &["Resume"],
            script: goes_back,
            check: |play, states| {
                assert_eq!(states, ["answered"; 2]);
                let told = play.stage.user(7).shown("Back with k8s");
                assert!((1..=2).contains(&told), "told {told} times");
            },
            ..PLAIN
        },
        Scene {
            points: &["Reword"],
            plan: |_| slowly("paste_quiet = \"60s\""),
            script: says_it_in_parts,
            ..PLAIN
        },
        Scene {
            points: &["TellEdit"],
            script: edits_too_late,
            check: |play, states| {
                answered(play, states);
                let told = play.stage.user(7).shown("Your change came too late");
                assert!((1..=2).contains(&told), "told {told} times");
            },
            ..PLAIN
        },
        Scene {
            points: &["Await"],
            plan: |_| {
                Stage::plan().agent("k8s", |asked| match &*asked.text {
                    "hello" => reply().asks("Which colour?"),
                    _ => replies("the answer"),
                })
            },
            script: answers_a_question,
            check: |play, states| {
                assert_eq!(states, ["answered"; 2]);
                assert_eq!(play.stage.agent("k8s").prompts().len(), 2);
                assert!(play.stage.user(7).shown("the answer") >= 1);
            },
            ..PLAIN
        },
        Scene {
            points: &["AskStop", "Hold", "Release"],
            plan: can_be_stopped,
            script: stops_and_keeps,
            check: |play, states| {
                assert_eq!(states, ["stopped", "answered"]);
                assert_eq!(play.stage.agent("k8s").prompts().len(), 2);
                assert_eq!(play.stage.user(7).shown("the answer"), 1);
            },
            ..PLAIN
        },
    ]
}

/// Files, strangers, groups, and a stop of the process.
pub fn of_the_rest() -> Vec<Scene> {
    vec![
        Scene {
            points: &["Attach", "SendDocument", "SendPhoto"],
            plan: |_| Stage::plan().agent("k8s", |_| with_files()),
            check: |play, states| {
                assert_eq!(states, ["answered"]);
                for method in ["sendPhoto", "sendDocument"] {
                    let sent = play.stage.telegram.calls_to(method).len();
                    assert!((1..=2).contains(&sent), "{method} {sent} times");
                }
            },
            ..PLAIN
        },
        Scene {
            points: &["GetFile", "download"],
            plan: |_| {
                let images = "flavor = \"kagent\"\nfile_types = [\"image/*\"]\nfiles_max = 10";
                let settings = Settings::kagent("k8s");
                Stage::plan().agent_as("k8s", settings, images, |_| slow_answer())
            },
            script: sends_a_photo,
            ..PLAIN
        },
        Scene {
            points: &["TellStranger"],
            script: a_stranger_writes,
            check: |play, states| {
                assert_eq!(states, [""; 0]);
                assert_eq!(play.stage.telegram.calls_to("sendMessage").len(), 1);
            },
            ..PLAIN
        },
        Scene {
            points: &["LeaveChat"],
            script: a_stranger_brings_it_into_a_group,
            check: |play, _| {
                assert!(!play.stage.telegram.bot_is_in(ELSEWHERE));
                assert_eq!(play.stage.telegram.everything_sent(ELSEWHERE).len(), 1);
            },
            ..PLAIN
        },
        Scene {
            points: &["MoveChat"],
            script: a_group_moves,
            check: |play, states| {
                assert_eq!(states, ["answered"; 2]);
                let prompts = play.stage.agent("k8s").prompts();
                assert_eq!(prompts[0].context_id, prompts[1].context_id);
            },
            ..PLAIN
        },
        // A group whose members may use nothing any more.
        Scene {
            points: &["DeleteMyCommands"],
            earlier: &["KeepMenu+"],
            between: Some("INSERT INTO menus SELECT bot, -700, 0, 'old', 1 FROM menus LIMIT 1"),
            script: |play| {
                play.stage.telegram.add_group(-700, "Forgotten");
                says_hello(play)
            },
            check: answered_or_told,
            ..PLAIN
        },
        Scene {
            points: &["TellRestart"],
            plan: held_at_the_gate,
            script: is_stopped_while_somebody_waits,
            check: |play, states| {
                assert_eq!(states, ["answered"; 2]);
                let told = play.stage.user(7).shown("Your question to k8s waits");
                assert!(told <= 1, "told {told} times");
            },
            ..PLAIN
        },
    ]
}

/// Asked once, answered once; where nobody can know whether the agent has it, told so.
pub fn answered(play: &Play, states: &[String]) {
    let prompts = play.stage.agent("k8s").prompts();
    match states {
        [state] if state == "answered" => assert_eq!(prompts.len(), 1),
        _ => answered_or_told(play, states),
    }
    let unknown = states == ["unknown_told"];
    let looked_for = play.point.starts_with("list");
    assert!(!unknown || prompts.is_empty() || looked_for);
}

/// The same, where [Run again] runs side by side with the death.
pub fn answered_or_told(play: &Play, states: &[String]) {
    let user = play.stage.user(7);
    assert_eq!(states.len(), 1, "{states:?}");
    match &*states[0] {
        "answered" => {
            let shown = [7, -600].map(|chat| play.stage.telegram.times_shown(chat, "the answer"));
            let shown: usize = shown.into_iter().sum();
            assert!((1..=2).contains(&shown), "shown {shown} times");
        }
        "unknown_told" => assert!(user.shown("cannot tell whether") >= 1),
        other => panic!("the turn is {other}"),
    }
}
