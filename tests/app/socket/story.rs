//! What people, agents and Telegram do, as the seed has it.

use std::collections::BTreeMap;
use std::time::Duration;

use switchboard::rules::words::{KEEP, RUN, RUN_AGAIN};
use switchboard_emulators::agent::{Reply, reply};
use switchboard_emulators::bot_api::{Fault, On};

use super::chance::Chance;
use crate::support::{PATIENCE, Stage, rows};

/// May use everything, as do all whose id is below 1000.
const PEOPLE: [i64; 4] = [11, 12, 13, 14];
const STRANGER: i64 = 5_000;
const GROUP: i64 = -600;

/// How a question and its answer name its number.
pub fn marked(number: u64) -> String {
    format!("qu{number}es")
}

/// The numbers in a text.
pub fn numbers(text: &str) -> Vec<u64> {
    let pieces = text.split("qu").skip(1);
    pieces
        .filter_map(|piece| piece.split_once("es")?.0.parse().ok())
        .collect()
}

/// What comes of a prompt: the same for the same prompt of the same script.
pub fn answer(seed: u64, text: &str, prompt: &str) -> Reply {
    let sum: u64 = prompt.bytes().map(u64::from).sum();
    let number = numbers(text).first().copied().unwrap_or_default();
    let chance = Chance::new(seed ^ number << 20 ^ sum);
    let whole = format!("the answer to {}", marked(number));
    let slow = Duration::from_millis(chance.below(250));
    match chance.below(20) {
        0..=6 => reply().working("on it").after(slow).answers(&whole),
        7..=9 => reply().answers(&whole),
        10..=12 => {
            let (first, rest) = whole.split_at(8);
            reply().streams(slow / 4, &[first, rest])
        }
        13 => reply().message(&whole),
        14 => reply().after(slow).fails("it is broken"),
        15 => reply().http_status(503, "no"),
        16 => reply().cut_before_accept(),
        17 => reply().working("on it").after(slow).cut().answers(&whole),
        18 => reply()
            .working("on it")
            .cut_after(1)
            .after(slow)
            .answers(&whole),
        _ => reply().working("on it").after(slow * 4).answers(&whole),
    }
}

/// What has happened so far, seen from outside.
pub struct Story {
    chance: Chance,
    /// Where each number was asked, and in which message.
    pub asked: BTreeMap<u64, (i64, i64)>,
    /// Taps on [Run again].
    pub run_again: usize,
}

impl Story {
    pub fn begin(stage: &Stage, chance: Chance) -> Self {
        let telegram = &stage.telegram;
        for user in PEOPLE {
            telegram.add_user(user, &format!("User {user}"));
            telegram.open_chat(user);
        }
        telegram.add_group(GROUP, "Few");
        telegram.promote(GROUP, PEOPLE[0]);
        let asked = BTreeMap::new();
        Self {
            chance,
            asked,
            run_again: 0,
        }
    }

    /// Something happens, after a while.
    pub async fn step(&mut self, stage: &mut Stage) {
        // The script's own time; nothing is waited for.
        tokio::time::sleep(self.chance.millis(0, 160)).await;
        match self.chance.below(24) {
            0..=10 => self.asks(stage),
            11..=12 => self.commands(stage),
            13..=15 => self.taps(stage),
            16 => self.edits(stage),
            17 => Self::repeats(stage),
            18..=21 => self.breaks(stage),
            22 => {
                stage.user(STRANGER).says("let me in");
            }
            _ => {
                stage.stop_bot().await.expect("the bot stops cleanly");
                stage.start_bot();
            }
        }
    }

    fn place(&self) -> (i64, i64) {
        let user = *self.chance.pick(&PEOPLE);
        if self.chance.permille(250) {
            return (user, GROUP);
        }
        (user, user)
    }

    fn asks(&mut self, stage: &Stage) {
        let (user, chat) = self.place();
        for _ in 0..=self.chance.below(3) {
            let number = self.asked.len() as u64 + 1;
            let commands = ["/k8s ", "/k8s ", "/plain ", "/modern ", ""];
            let command = *self.chance.pick(&commands);
            let command = if chat == GROUP { "/k8s " } else { command };
            let text = format!("{command}what of {}?", marked(number));
            let message = stage.telegram.say(user, chat, &text);
            self.asked.insert(number, (chat, message));
        }
    }

    fn commands(&self, stage: &Stage) {
        let (user, chat) = self.place();
        let commands = [
            "/new k8s",
            "/new plain",
            "/stop",
            "/stop k8s",
            "/status",
            "/help",
            "/modern",
        ];
        let command: &&str = self.chance.pick(&commands);
        stage.telegram.say(user, chat, command);
    }

    fn taps(&mut self, stage: &Stage) {
        let (_, chat) = self.place();
        let shown = stage.telegram.bot_screen(chat);
        let with: Vec<_> = shown
            .iter()
            .filter(|one| !one.labels().is_empty())
            .collect();
        if with.is_empty() {
            return;
        }
        let message = self.chance.pick(&with);
        let label = self.chance.pick(&message.labels()).clone();
        let users = if chat == GROUP {
            *self.chance.pick(&PEOPLE[..2])
        } else {
            chat
        };
        for _ in 0..=self.chance.below(2) {
            if stage
                .telegram
                .press(users, chat, message.id, &label)
                .is_ok()
            {
                self.run_again += usize::from(label == RUN_AGAIN);
            }
        }
    }

    fn edits(&self, stage: &Stage) {
        let Some((number, (chat, message))) = self.asked.last_key_value() else {
            return;
        };
        let text = format!("/k8s better: what of {}?", marked(*number));
        stage.telegram.edit(*chat, *message, &text);
    }

    /// Telegram delivers something twice.
    fn repeats(stage: &Stage) {
        for update in stage.telegram.pending_updates() {
            stage.telegram.push_raw_update(update);
        }
    }

    fn breaks(&self, stage: &Stage) {
        let faults = [
            Fault::Status(502),
            Fault::Html502,
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::TruncatedJson,
            Fault::TooMany { retry_after: 1 },
            Fault::TooMany { retry_after: 2 },
            Fault::Slow(Duration::from_millis(200)),
        ];
        let methods = [
            "sendMessage",
            "sendMessage",
            "editMessageText",
            "deleteMessage",
        ];
        let fault = self.chance.pick(&faults).clone();
        let method: &&str = self.chance.pick(&methods);
        let on = On::method(method);
        stage.telegram.inject(fault, on);
    }

    /// Nothing goes wrong any more, and whoever is asked says that it goes on: all comes to its end.
    pub async fn calms(stage: &Stage) {
        stage.telegram.clear_faults();
        stage.telegram.drained().await;
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let left = rows::open(&stage.store()).await;
            if left.is_empty() {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "still open: {left:?}");
            Self::lets_go_on(stage);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn lets_go_on(stage: &Stage) {
        for chat in PEOPLE.into_iter().chain([GROUP]) {
            for message in stage.telegram.bot_screen(chat) {
                let asks = |label: &&String| [KEEP, RUN].contains(&label.as_str());
                if let Some(label) = message.labels().iter().find(asks) {
                    let people = if chat == GROUP {
                        PEOPLE.to_vec()
                    } else {
                        vec![chat]
                    };
                    for user in people {
                        // Somebody else may have been quicker.
                        let _ = stage.telegram.press(user, chat, message.id, label);
                    }
                }
            }
        }
    }
}
