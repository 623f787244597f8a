//! People: they ask, command, tap, block, and come back.

use std::collections::BTreeSet;

use switchboard::ids::{ChatId, UserId};
use switchboard::rules::words::{KEEP, RUN};
use tokio::time::sleep;

use crate::sim::Sim;
use crate::telegram::{Telegram, marked};

/// May use everything.
const ANNA: UserId = UserId(11);
/// The same.
const BEN: UserId = UserId(22);
/// In no list.
const STRANGER: UserId = UserId(99);
/// Whoever writes here may use k8s.
const GROUP: ChatId = ChatId(-100);
/// What it becomes.
const SUPERGROUP: ChatId = ChatId(-1_000_000_000_100);

/// Does something, now and then, until it has been enough.
pub async fn live(sim: &Sim, telegram: &Telegram) {
    let chance = &sim.chance;
    for _ in 0..8 + chance.below(20) {
        sleep(chance.millis(50, 15_000)).await;
        match chance.below(24) {
            20..=21 => telegram.somebody_edits(),
            22 if chance.permille(300) => telegram.moves(GROUP, SUPERGROUP),
            0..=4 => taps(sim, telegram),
            5 => telegram.says(STRANGER, ChatId(STRANGER.0), |_| "let me in".to_owned()),
            6 => telegram.blocks(ChatId(BEN.0), chance.permille(500)),
            7..=9 => commands(sim, telegram),
            10 => {
                // More at once than may wait.
                let (user, chat) = somewhere(sim);
                for _ in 0..2 + chance.below(5) {
                    asks(telegram, user, chat, "/k8s");
                }
            }
            _ => {
                let (user, chat) = somewhere(sim);
                let commands = ["/k8s", "/k8s", "/plain", "/modern", "Well,"];
                let command: &&str = chance.pick(&commands);
                asks(telegram, user, chat, command);
            }
        }
    }
    telegram.blocks(ChatId(BEN.0), false);
}

fn somewhere(sim: &Sim) -> (UserId, ChatId) {
    let places = [
        (ANNA, ChatId(ANNA.0)),
        (BEN, ChatId(BEN.0)),
        (ANNA, sim.now_of(GROUP)),
        (BEN, sim.now_of(GROUP)),
    ];
    *sim.chance.pick(&places)
}

fn asks(telegram: &Telegram, user: UserId, chat: ChatId, command: &str) {
    telegram.says(user, chat, |number| {
        format!("{command} what about {}?", marked(number))
    });
}

fn commands(sim: &Sim, telegram: &Telegram) {
    let (user, chat) = somewhere(sim);
    let commands = [
        "/new k8s",
        "/new plain",
        "/help",
        "/agents",
        "/modern",
        "/nothing",
        "/stop",
        "/stop k8s",
        "/status",
    ];
    let command = sim.chance.pick(&commands);
    telegram.says(user, chat, |_| (*command).to_owned());
}

/// Whoever may, and sometimes somebody who may not; sometimes twice.
fn taps(sim: &Sim, telegram: &Telegram) {
    let buttons = telegram.buttons();
    if buttons.is_empty() {
        return;
    }
    let (chat, message, button) = sim.chance.pick(&buttons);
    let user = if chat.is_group() {
        *sim.chance.pick(&[ANNA, BEN, STRANGER])
    } else {
        UserId(chat.0)
    };
    telegram.taps(user, *chat, *message, button);
    if sim.chance.permille(200) {
        telegram.taps(user, *chat, *message, button);
    }
}

/// Whoever was asked whether a question may go on says so.
pub fn decide(telegram: &Telegram, decided: &mut BTreeSet<String>) {
    for (chat, message, button) in telegram.buttons() {
        let asks = [KEEP, RUN].contains(&&*button.label);
        if asks && decided.insert(button.data.clone()) {
            let people = [ANNA, BEN].into_iter();
            let here = people.filter(|user| chat.is_group() || chat.0 == user.0);
            here.for_each(|user| telegram.taps(user, chat, message, &button));
        }
    }
}
