//! What people say to what the bot asks them: those who may, those who may not, late and twice.

use std::collections::BTreeSet;

use switchboard::ids::UserId;
use switchboard::rules::words::approvals::{
    APPROVE, APPROVE_ALL, DONE, KEEP_WAITING, NO_ANSWER, REJECT, REJECT_ALL, REJECT_AND_ASK, SEND,
    SEND_AGAIN,
};
use switchboard::rules::words::{KEEP, RUN};
use switchboard::telegram::Button;

use crate::allowed::{ANNA, BEN, CARA, DORA, LEADS, STRANGER};
use crate::sim::Sim;
use crate::telegram::{Card, Telegram, marked};

/// Labels under cards of approvals and questions; toggles and choices have labels of their own.
const UNDER_CARDS: [&str; 10] = [
    APPROVE,
    APPROVE_ALL,
    REJECT,
    REJECT_ALL,
    SEND,
    SEND_AGAIN,
    DONE,
    NO_ANSWER,
    REJECT_AND_ASK,
    KEEP_WAITING,
];

fn is_of_card(button: &Button) -> bool {
    let label = button.label.as_str();
    let toggles = ["✅", "🚫", "red", "green", "blue"];
    UNDER_CARDS.contains(&label) || toggles.iter().any(|start| label.starts_with(start))
}

/// Whether a card with buttons can be seen.
pub fn somebody_is_asked(telegram: &Telegram) -> bool {
    telegram
        .buttons()
        .iter()
        .any(|(_, button)| is_of_card(button))
}

/// Taps any button, sometimes twice.
pub fn taps(sim: &Sim, telegram: &Telegram) {
    one_of(sim, telegram, &telegram.buttons());
}

/// Taps under a card, sometimes on a copy of long ago.
pub fn taps_a_card(sim: &Sim, telegram: &Telegram) {
    let mut buttons = if sim.chance.permille(200) {
        telegram.buttons_ever()
    } else {
        telegram.buttons()
    };
    buttons.retain(|(_, button)| is_of_card(button));
    one_of(sim, telegram, &buttons);
}

fn one_of(sim: &Sim, telegram: &Telegram, buttons: &[(Card, Button)]) {
    if buttons.is_empty() {
        return;
    }
    let (card, button) = sim.chance.pick(buttons);
    let user = somebody_at(sim, *card);
    telegram.taps(user, *card, button);
    if sim.chance.permille(200) {
        // Twice, or somebody else at the same time.
        let other = somebody_at(sim, *card);
        let user = *sim.chance.pick(&[user, other]);
        telegram.taps(user, *card, button);
    }
}

/// Whoever sees the message.
fn somebody_at(sim: &Sim, card: Card) -> UserId {
    let chat = card.place.chat;
    if chat == LEADS {
        *sim.chance.pick(&[CARA, CARA, CARA, BEN, STRANGER])
    } else if chat.is_group() {
        *sim.chance.pick(&[ANNA, BEN, CARA, DORA, STRANGER])
    } else {
        UserId(chat.0)
    }
}

/// Answers a message of the bot that has buttons, in words.
pub fn replies(sim: &Sim, telegram: &Telegram) {
    let mut buttons = telegram.buttons();
    buttons.retain(|(_, button)| is_of_card(button));
    if buttons.is_empty() {
        return;
    }
    let (card, _) = sim.chance.pick(&buttons);
    let user = somebody_at(sim, *card);
    telegram.replies(user, *card, |number| {
        format!("because of {}", marked(number))
    });
}

/// When all is calm: whoever was asked whether a question may go on says so, and half of the cards
/// find somebody who decides.
pub fn decide(sim: &Sim, telegram: &Telegram, decided: &mut BTreeSet<String>) {
    for (card, button) in telegram.buttons() {
        let asks = [KEEP, RUN].contains(&&*button.label);
        if !(asks || is_of_card(&button)) || !decided.insert(button.data.clone()) {
            continue;
        }
        let chat = card.place.chat;
        if !asks {
            if sim.chance.permille(250) {
                telegram.taps(somebody_at(sim, card), card, &button);
            }
            continue;
        }
        let people = [ANNA, BEN, DORA].into_iter();
        let here = people.filter(|user| chat.is_group() || chat.0 == user.0);
        here.for_each(|user| telegram.taps(user, card, &button));
    }
}
