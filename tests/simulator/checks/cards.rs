//! What the cards in the chats say when all is over.

use switchboard::ids::{ChatId, TurnId};
use switchboard::model::{Action, Kind};
use switchboard::rules::approval::{State, Waiting};
use switchboard::store::{PostState, Tables};

use crate::sim::Sim;
use crate::telegram::Telegram;

/// Each pause is over; its cards say what became of it, that is true, and their buttons are gone.
pub fn at_the_end(sim: &Sim, telegram: &Telegram, tables: &Tables) {
    for waiting in tables.pauses.values() {
        let (id, state) = (waiting.id, waiting.state);
        if !state.is_over() {
            sim.breaks(format_args!("pause {id} is {state:?}"));
            continue;
        }
        is_true(sim, waiting);
        for card in &waiting.cards {
            let chat = card.place.chat;
            let message = tables.posts.get(&card.post).and_then(|row| row.message);
            let (Some(message), true) = (message, edits_arrived(tables, waiting.turn, chat)) else {
                continue;
            };
            let Some(shown) = telegram.shown(sim.now_of(chat), message) else {
                continue;
            };
            if !says(state, &shown.text) {
                let text = &shown.text;
                sim.breaks(format_args!("the card of {id}, {state:?}, says: {text}"));
            }
            let stands = |token: &str| {
                let action = tables.buttons.get(token).map(|row| &row.button.action);
                matches!(action, Some(Action::Pause { pause, .. }) if *pause == id)
            };
            if shown.buttons.iter().any(|button| stands(&button.data)) {
                sim.breaks(format_args!("the card of {id}, {state:?}, has buttons"));
            }
        }
    }
}

/// Whether Telegram took all edits in a chat that speak of a turn.
fn edits_arrived(tables: &Tables, turn: TurnId, chat: ChatId) -> bool {
    let mut rows = tables.posts.values();
    rows.all(|row| {
        let edit = row.kind == Kind::Edit && row.turn == Some(turn) && row.place.chat == chat;
        !edit || row.state == PostState::Sent
    })
}

fn says(state: State, text: &str) -> bool {
    let words: &[&str] = match state {
        State::Decided => &["Approved", "Answered"],
        State::Rejected => &["Rejected by", "Left without an answer by"],
        State::Expired => &[
            "Nobody decided in time. Rejected at",
            "Nobody answered in time",
        ],
        State::Gone => &["does not wait for this any more"],
        State::Open | State::Deciding | State::Unknown => &[],
    };
    words.iter().any(|word| text.contains(word))
}

/// A pause is not said to be decided by somebody whose decision never left, nor the other way
/// round.
fn is_true(sim: &Sim, waiting: &Waiting) {
    let arrived = sim.witness.has_arrived(waiting.id);
    let (id, state) = (waiting.id, waiting.state);
    let wrong = match state {
        State::Decided => waiting.attempt == 0,
        State::Rejected | State::Expired => {
            waiting.attempt == 0 || arrived.letting > 0 && arrived.rejecting == 0
        }
        // Where nobody can tell, it has to say so.
        State::Gone => arrived.letting > 0 && waiting.perhaps.is_none() && !waiting.inferred,
        State::Open | State::Deciding | State::Unknown => false,
    };
    if wrong {
        sim.breaks(format_args!(
            "pause {id} is {state:?} after {arrived:?}, which is not so"
        ));
    }
}
