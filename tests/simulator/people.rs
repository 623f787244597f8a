//! People: they ask, command, tap, decide, block, and come back.

mod deciding;

use switchboard::ids::{ChatId, TopicId, UserId};
use switchboard::model::Place;
use tokio::time::sleep;

pub use self::deciding::decide;
use crate::allowed::{ANNA, BEN, DORA, FORUM, GROUP, STRANGER, SUPERGROUP};
use crate::sim::Sim;
use crate::telegram::{Telegram, marked, plain};

/// Does something, now and then, until it has been enough.
pub async fn live(sim: &Sim, telegram: &Telegram) {
    let chance = &sim.chance;
    for _ in 0..10 + chance.below(26) {
        // Whoever is asked something does not wait for long.
        let busy = deciding::somebody_is_asked(telegram);
        sleep(chance.millis(50, if busy { 6_000 } else { 15_000 })).await;
        match chance.below(if busy { 40 } else { 28 }) {
            0..=3 => deciding::taps(sim, telegram),
            4 => strangers(sim, telegram),
            5 => telegram.blocks(ChatId(BEN.0), chance.permille(500)),
            6..=8 => commands(sim, telegram),
            9 => {
                // More at once than may wait.
                let (user, place) = somewhere(sim);
                for _ in 0..2 + chance.below(5) {
                    asks(telegram, user, place, "/k8s");
                }
            }
            10..=11 => telegram.somebody_edits(),
            12 if chance.permille(300) => telegram.moves(GROUP, SUPERGROUP),
            13..=14 => files(sim, telegram).await,
            28..=35 => deciding::taps_a_card(sim, telegram),
            36..=38 => deciding::replies(sim, telegram),
            _ => {
                let (user, place) = somewhere(sim);
                let commands = ["/k8s", "/k8s", "/plain", "/modern", "/bare", "Well,"];
                let command: &&str = chance.pick(&commands);
                asks(telegram, user, place, command);
            }
        }
    }
    telegram.blocks(ChatId(BEN.0), false);
}

fn somewhere(sim: &Sim) -> (UserId, Place) {
    let topic = |topic| Place {
        chat: FORUM,
        topic: TopicId(topic),
    };
    let places = [
        (ANNA, plain(ChatId(ANNA.0))),
        (ANNA, plain(ChatId(ANNA.0))),
        (BEN, plain(ChatId(BEN.0))),
        (BEN, plain(ChatId(BEN.0))),
        (DORA, plain(ChatId(DORA.0))),
        (ANNA, plain(sim.now_of(GROUP))),
        (BEN, plain(sim.now_of(GROUP))),
        (ANNA, topic(7)),
        (DORA, topic(7)),
        (BEN, topic(8)),
    ];
    *sim.chance.pick(&places)
}

fn asks(telegram: &Telegram, user: UserId, place: Place, command: &str) {
    telegram.says(user, place, |number| {
        format!("{command} what about {}?", marked(number))
    });
}

/// Whoever may nothing writes, alone and where others may.
fn strangers(sim: &Sim, telegram: &Telegram) {
    let command = *sim.chance.pick(&["/k8s", "/modern", "/stop", "Well,"]);
    let places = [(STRANGER, ChatId(STRANGER.0)), (STRANGER, ChatId(-666))];
    let (user, chat) = *sim.chance.pick(&places);
    asks(telegram, user, plain(chat), command);
}

/// A file, or an album whose parts come one by one.
async fn files(sim: &Sim, telegram: &Telegram) {
    let chance = &sim.chance;
    let (user, place) = somewhere(sim);
    let command = *chance.pick(&["/k8s", "/plain", "/modern", "Well,"]);
    let asked = |number| format!("{command} look at {}", marked(number));
    if chance.permille(400) {
        return telegram.sends_file(user, place, None, asked);
    }
    let album = format!("album-{}", chance.below(1_000_000));
    telegram.sends_file(user, place, Some(&album), asked);
    for _ in 0..=chance.below(3) {
        sleep(chance.millis(0, 1_300)).await;
        let more = |number| format!("and {}", marked(number));
        telegram.sends_file(user, place, Some(&album), more);
    }
}

fn commands(sim: &Sim, telegram: &Telegram) {
    let (user, place) = somewhere(sim);
    let commands = [
        "/new k8s",
        "/new plain",
        "/new modern",
        "/help",
        "/agents",
        "/modern",
        "/nothing",
        "/stop",
        "/stop k8s",
        "/status",
        "/whoami",
    ];
    let command = sim.chance.pick(&commands);
    telegram.says(user, place, |_| (*command).to_owned());
}
