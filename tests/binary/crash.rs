//! Each named point before and after a commit or a call to the outside: the process dies there
//! once, and the next one finishes the question. The points of the code, those in the diagrams of
//! `ARCHITECTURE.md` and those that have fired are the same.

use std::collections::BTreeSet;
use std::time::Duration;

use switchboard::crash;
use switchboard_emulators::agent::{Cancel, Settings, replies, reply};
use switchboard_emulators::bot_api::{Fault, On};

use crate::process::Bot;
use crate::support::{Stage, UNLIMITED, rows};

/// What happens, so that a point is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// A question and its answer.
    Plain,
    /// The first process dies with the prompt at the agent, and the second one looks for it.
    LookedFor,
    /// The first process dies with a task at work, and the second one follows it.
    Followed,
    /// No answer, and then [Run again].
    RunAgain,
    /// Its time is up, and it cannot be stopped.
    Detached,
    /// The person has blocked the bot.
    Blocked,
    /// Telegram says 429 once.
    Limited,
    /// Nobody knows whether the placeholder has arrived.
    Lost,
}

use Scene::{Blocked, Detached, Followed, Limited, LookedFor, Lost, Plain, RunAgain};

const SCENES: [(Scene, &[&str]); 8] = [
    (
        Plain,
        &[
            "Accept",
            "OpenTurn",
            "Submit",
            "Working",
            "Placeholder",
            "EndTurn",
            "Sending",
            "Sent",
            "GetMe",
            "GetUpdates",
            "SendMessage",
            "prompt",
        ],
    ),
    (LookedFor, &["list"]),
    (Followed, &["subscribe"]),
    (
        RunAgain,
        &[
            "Drop",
            "ShowButton",
            "UseButton",
            "Requeue",
            "EditMessageText",
            "AnswerCallbackQuery",
        ],
    ),
    (Detached, &["Detach", "cancel"]),
    (Blocked, &["RefusedPost", "Undeliverable", "CloseChat"]),
    (Limited, &["Unsent", "Penalize"]),
    (Lost, &["UnknownPost"]),
];

async fn stage(scene: Scene) -> Stage {
    let toml = format!("{UNLIMITED}\n[chat]\nplaceholder_after = \"80ms\"\n");
    let plan = Stage::plan().sections(&toml);
    let slow = || reply().working("").after(Duration::from_millis(150));
    let plan = match scene {
        RunAgain => {
            let asked = std::sync::atomic::AtomicUsize::new(0);
            plan.agent("k8s", move |_| {
                match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                    0 => slow().fails("no"),
                    _ => replies("the answer"),
                }
            })
        }
        Detached => {
            let hasty = "flavor = \"kagent\"\ntotal_timeout = \"300ms\"\nconnect_timeout = \"300ms\"\n\
                first_byte_timeout = \"300ms\"\nlook_after = \"300ms\"\n";
            let settings = Settings::kagent("k8s").cancel(Cancel::Unsupported);
            plan.agent_as("k8s", settings, hasty, move |_| {
                let long = reply().working("").after(Duration::from_millis(1_500));
                long.answers("the answer")
            })
        }
        _ => plan.agent("k8s", move |_| slow().answers("the answer")),
    };
    let stage = plan.build().await;
    match scene {
        Limited => {
            let once = On::method("sendMessage").times(1);
            stage
                .telegram
                .inject(Fault::TooMany { retry_after: 1 }, once);
        }
        Lost => {
            let once = On::method("sendMessage").text("is working").times(1);
            stage.telegram.inject(Fault::CutAfter, once);
        }
        _ => {}
    }
    stage
}

fn start(stage: &Stage, point: &str) -> Bot {
    Bot::start_as(stage, &stage.config_file(), |command| {
        command.env("SWITCHBOARD_CRASH", point);
    })
}

/// The process dies at the point; answers false if it never came there.
async fn dies(bot: Bot) -> bool {
    let ended = tokio::time::timeout(Duration::from_secs(20), bot.ends());
    ended.await.is_ok_and(|(code, _)| code.is_none())
}

/// Taps [Run again] as soon as it is offered.
async fn runs_again(stage: &Stage) {
    let notice = stage.user(7).sees("It says that it failed").await;
    let tap = stage.telegram.press(7, 7, notice.id, "Run again");
    assert!(tap.is_ok(), "{}", stage.telegram.dump());
}

/// Plays the scene with a death at the point, and checks what the next process makes of it.
async fn play(scene: Scene, point: &str) {
    let stage = stage(scene).await;
    stage.user(7).says("hello");
    if scene == Blocked {
        stage.telegram.block(7);
    }
    let before = match scene {
        LookedFor => Some("prompt+"),
        Followed => Some("Working+"),
        _ => None,
    };
    if let Some(before) = before {
        assert!(dies(start(&stage, before)).await, "{before} of {point}");
    }
    let dying = std::pin::pin!(dies(start(&stage, point)));
    let (fired, tapped) = if scene == RunAgain {
        let mut dying = dying;
        tokio::select! {
            // Before there is anything to tap.
            fired = &mut dying => (fired, false),
            () = runs_again(&stage) => (dying.await, true),
        }
    } else {
        (dying.await, true)
    };
    assert!(fired, "{point} was never reached");

    let mut bot = Bot::start(&stage);
    bot.logs("telegram knows us").await;
    if !tapped {
        runs_again(&stage).await;
    }
    stage.telegram.drained().await;
    rows::settled(&stage.store()).await;
    check(&stage, scene, point).await;
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{point}: {log:#?}");
    if scene == Limited {
        // A penalty is known to its process alone: the next one may call too early.
        stage.abandons().await;
    } else {
        stage.ends().await;
    }
}

async fn check(stage: &Stage, scene: Scene, point: &str) {
    let states = rows::turn_states(&stage.store()).await;
    let user = stage.user(7);
    let prompts = stage.agent("k8s").prompts();
    let mut ids: Vec<_> = prompts.iter().map(|prompt| &prompt.message_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), prompts.len(), "{point}: a prompt left twice");
    match &*states[0] {
        "answered" => {
            let shown = user.shown("the answer");
            assert!((1..=2).contains(&shown), "{point}: shown {shown} times");
            let attempts = if scene == RunAgain { 2 } else { 1 };
            assert_eq!(prompts.len(), attempts, "{point}");
        }
        // Committed, and not found at the agent: nobody can know.
        "unknown_told" => {
            assert!(user.shown("cannot tell whether") >= 1, "{point}");
            // [Run again] and what it sets off run side by side with the death.
            let beside = [RunAgain, LookedFor].contains(&scene);
            assert!(prompts.is_empty() || beside, "{point}");
        }
        "undeliverable" => assert_eq!(scene, Blocked, "{point}"),
        other => panic!("{point}: the turn is {other}"),
    }
    assert_eq!(states.len(), 1, "{point}: {states:?}");
}

#[tokio::test]
async fn a_death_before_or_after_any_commit_or_call_is_recovered_from() {
    let mut fired = BTreeSet::new();
    for (scene, points) in SCENES {
        for name in points {
            for sign in ['-', '+'] {
                play(scene, &format!("{name}{sign}")).await;
            }
            fired.insert(*name);
        }
    }
    let all = [
        &crash::TURN[..],
        &crash::POST,
        &crash::OTHERS,
        &crash::CALLS,
    ];
    let listed: BTreeSet<&str> = all.into_iter().flatten().copied().collect();
    assert_eq!(fired, listed);
}

/// The names on the arrows of the first diagram below a heading.
fn arrows(heading: &str) -> BTreeSet<String> {
    let page = include_str!("../../ARCHITECTURE.md");
    let below = page.split(heading).nth(1).expect("the heading is there");
    let diagram = below.split("```").nth(1).expect("a diagram is below it");
    let mut names = String::new();
    let mut within = 0;
    for letter in diagram.chars() {
        match letter {
            '[' => within += 1,
            ']' => within -= 1,
            _ if within == 0 => names.push(letter),
            _ => {}
        }
    }
    let names = names.split(|c: char| !c.is_ascii_alphabetic());
    let names = names.filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(str::to_owned).collect()
}

#[test]
fn the_arrows_of_the_diagrams_are_the_points_of_the_code() {
    for (heading, points) in [
        ("\n## A turn\n", &crash::TURN[..]),
        ("\n## A row of the outbox\n", &crash::POST[..]),
    ] {
        let points: BTreeSet<String> = points.iter().map(ToString::to_string).collect();
        assert_eq!(arrows(heading), points, "{heading}");
    }
}
