//! How a scene is played: processes that die at a point, the one after them, and what is seen of
//! it from outside.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use switchboard_emulators::agent::Gate;
use switchboard_emulators::bot_api::Message;
use tokio::process::Command;
use tokio::sync::watch;

use crate::process::Bot;
use crate::support::{PATIENCE, Plan, Stage, rows};

/// Half a minute after its start a process notes that it lives: the latest point of all.
const DIES_WITHIN: Duration = Duration::from_secs(50);

/// What happens, so that points are reached.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The points that it is for, without their signs.
    pub points: &'static [&'static str],
    /// Where earlier processes die.
    pub earlier: &'static [&'static str],
    /// What is done to the store before the process that dies.
    pub between: Option<&'static str>,
    /// Telegram and the agents.
    pub plan: fn(&Gate) -> Plan,
    /// What people do, while processes come and go.
    pub script: for<'a> fn(&'a Play) -> LocalBoxFuture<'a, ()>,
    /// What must be so in the end.
    pub check: fn(&Play, &[String]),
    /// Whether what is left behind is not looked at.
    pub abandoned: bool,
}

/// A scene that is played.
pub struct Play {
    pub stage: Stage,
    /// What agents wait at.
    pub gate: Gate,
    /// Where the process dies, with its sign.
    pub point: String,
    /// The process that is to die: its id; nothing before and after it.
    doomed: watch::Sender<Option<u32>>,
    died: watch::Sender<bool>,
}

impl Play {
    /// Waits until the process has died at its point.
    pub async fn died(&self) {
        let mut died = self.died.subscribe();
        // This has the other end.
        let _ = died.wait_for(|died| *died).await;
    }

    /// Tells the process that is to die to stop.
    pub async fn told_to_stop(&self) {
        let mut doomed = self.doomed.subscribe();
        let pid = doomed.wait_for(Option::is_some).await;
        let pid = pid.expect("this has the other end").unwrap_or_default();
        let told = Command::new("kill")
            .args(["-TERM", &pid.to_string()])
            .status();
        assert!(told.await.is_ok_and(|status| status.success()));
    }

    /// Waits until one of the texts stands in a message, or one of the labels on a button.
    pub async fn sees_any(&self, texts: &[&str], labels: &[&str]) -> Message {
        let telegram = &self.stage.telegram;
        let what = format!("any of {texts:?} or {labels:?}");
        telegram
            .wait_in(7, &what, PATIENCE, |world| {
                let any = |message: &&Message| {
                    let shown = message.labels();
                    let offered = |label: &&str| shown.iter().any(|shown| shown.as_str() == *label);
                    let says = |text: &&str| message.text.contains(*text);
                    message.from_bot() && (texts.iter().any(says) || labels.iter().any(offered))
                };
                world.messages(7).find(any).cloned()
            })
            .await
    }

    /// Waits until a message says something else, or has other buttons.
    pub async fn changes(&self, before: &Message) {
        let telegram = &self.stage.telegram;
        telegram
            .wait_in(7, "the message to change", PATIENCE, |world| {
                let mut messages = world.messages(7);
                let now = messages.find(|message| message.id == before.id);
                let same = now
                    .is_some_and(|now| now.text == before.text && now.labels() == before.labels());
                (!same).then_some(())
            })
            .await;
    }

    /// Taps this, and [Send again] where it is offered, until the word of the end stands there.
    pub async fn decides(&self, wanted: &'static str, done: &str) {
        loop {
            let seen = self.sees_any(&[done], &["Send again", wanted]).await;
            let labels = seen.labels();
            let offered = |label: &&str| labels.iter().any(|shown| shown.as_str() == *label);
            let Some(label) = ["Send again", wanted].into_iter().find(offered) else {
                return;
            };
            self.presses(&seen, label);
            // Its card changes, whatever comes of the tap.
            self.changes(&seen).await;
        }
    }

    /// Taps. Whether the tap is answered is another question: a death may come between.
    pub fn presses(&self, message: &Message, label: &str) {
        let tap = self.stage.telegram.press(7, 7, message.id, label);
        assert!(tap.is_ok(), "{}", self.stage.telegram.dump());
    }
}

async fn dies(play: &Play, point: &str, last: bool) {
    let stage = &play.stage;
    let bot = Bot::start_as(stage, &stage.config_file(), |command| {
        command.env("SWITCHBOARD_CRASH", point);
    });
    if last {
        play.doomed.send_replace(Some(bot.pid()));
    }
    let ended = tokio::time::timeout(DIES_WITHIN, bot.ends()).await;
    let (code, log) = ended.unwrap_or_else(|_| panic!("{point} was never reached"));
    assert_eq!(code, None, "not at {point}: {log:#?}");
}

/// Plays the scene with a death at the point, and checks what the next process makes of it.
pub async fn play(scene: Scene, point: String) {
    let gate = Gate::new();
    let stage = (scene.plan)(&gate).build().await;
    let play = Play {
        stage,
        gate,
        point,
        doomed: watch::Sender::new(None),
        died: watch::Sender::new(false),
    };
    let processes = async {
        for earlier in scene.earlier {
            dies(&play, earlier, false).await;
        }
        if let Some(between) = scene.between {
            rows::change(&play.stage.store(), between).await;
        }
        dies(&play, &play.point, true).await;
        play.died.send_replace(true);
        let mut bot = Bot::start(&play.stage);
        bot.logs("telegram knows us").await;
        bot
    };
    let (bot, ()) = tokio::join!(processes, (scene.script)(&play));
    play.stage.telegram.drained().await;
    rows::settled(&play.stage.store()).await;
    let states = rows::turn_states(&play.stage.store()).await;
    nothing_left_twice(&play);
    (scene.check)(&play, &states);
    let (code, log) = bot.stop().await;
    assert_eq!(code, Some(0), "{log:#?}");
    if scene.abandoned {
        play.stage.abandons().await;
    } else {
        play.stage.ends().await;
    }
}

/// No prompt and no decision is at an agent twice.
fn nothing_left_twice(play: &Play) {
    for agent in play.stage.agents.values() {
        let prompts = agent.prompts();
        let mut ids: Vec<_> = prompts.iter().map(|prompt| &prompt.message_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), prompts.len(), "a prompt left twice");
    }
}
