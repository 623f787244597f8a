//! Taps on every kind of button: by those whom it is for, by others, on what is not there any more,
//! and with data that no button has.

use serde_json::json;
use switchboard::ids::{ChatId, UserId};
use switchboard::model::{Action, Button as Row, Tap, Whom};
use switchboard::store::TurnStands;
use switchboard::telegram::Button;

use super::cases::Case;
use super::world::World;
use crate::allowed::{ANNA, BEN, CARA, DORA, Rules, STRANGER, may_reject};
use crate::sim::BOT;
use crate::telegram::{Card, person, plain};

/// Everybody who may tap at all.
const PEOPLE: [UserId; 5] = [ANNA, BEN, CARA, DORA, STRANGER];

pub fn tap(world: &World) -> Case {
    let chance = &world.sim.chance;
    match chance.below(10) {
        0 => malformed(world),
        1 => stale(world),
        2..=4 => by_another(world),
        _ => by_its_own(world),
    }
}

fn case(
    world: &World,
    kind: String,
    user: UserId,
    card: Card,
    data: &str,
    may: &'static [&'static str],
) -> Case {
    let number = world.telegram.next_update();
    let tapped = (user, data.to_owned());
    world.sim.witness.taps.borrow_mut().push(tapped);
    let query = json!({
        "id": format!("tap-{number}"), "from": person(user), "chat_instance": "1",
        "message": world.telegram.message(UserId(BOT.0), card.place, card.message.0),
        "data": data,
    });
    let mut case = Case::new("", number, "callback_query", &query, may);
    case.kind = kind;
    case.updates[0].1.tap = true;
    case
}

/// What a button does, in a word or two.
fn named(action: &Action) -> &'static str {
    match action {
        Action::RunAgain { .. } => "run again",
        Action::LeaveIt { .. } => "leave it",
        Action::Stop { .. } => "stop",
        Action::Release { .. } => "release",
        Action::Drop { .. } => "drop",
        Action::Ask { .. } => "ask",
        Action::Switch { .. } => "switch",
        Action::Resume { .. } => "resume",
        Action::Pause { tap, .. } => match tap {
            Tap::Approve => "approve",
            Tap::Reject => "reject",
            Tap::Toggle(_) => "toggle",
            Tap::Choose(_) => "choose",
            Tap::Done => "done",
            Tap::Again => "again",
            Tap::RejectAndAsk => "reject and ask",
            Tap::KeepWaiting => "keep waiting",
        },
    }
}

/// A button that can be seen, with its row; rare kinds as often as common ones.
fn any(world: &World) -> Option<(Card, Button, Row)> {
    let tables = world.sim.disk.tables();
    let seen = world.telegram.buttons().into_iter();
    let rows: Vec<_> = seen
        .filter_map(|(card, button)| {
            let row = tables.buttons.get(&button.data)?.button.clone();
            Some((card, button, row))
        })
        .collect();
    let mut kinds: Vec<_> = rows.iter().map(|(_, _, row)| named(&row.action)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kind = *kinds.get(usize::try_from(world.sim.chance.below(kinds.len() as u64)).ok()?)?;
    let of_kind = rows
        .into_iter()
        .filter(|(_, _, row)| named(&row.action) == kind);
    let of_kind: Vec<_> = of_kind.collect();
    Some(world.sim.chance.pick(&of_kind).clone())
}

/// Who asked the turn that a button is about, and the agent that was asked.
fn asked(world: &World, row: &Row) -> Option<(UserId, String)> {
    let tables = world.sim.disk.tables();
    let turn = tables.turns.get(&row.action.turn()?)?;
    let conversation = tables.conversations.get(&turn.turn.conversation)?;
    Some((turn.turn.asked_by, conversation.slot.agent.to_string()))
}

/// Whether a tap on it comes to nothing, by the state of what it is about: nothing is chosen yet,
/// or what a question waits behind, or what is to stop, is over.
fn is_idle(world: &World, row: &Row) -> bool {
    let tables = world.sim.disk.tables();
    if let Action::Stop { turn, .. } = &row.action {
        let turn = tables.turns.get(turn);
        return turn.is_some_and(|it| !matches!(it.stands, TurnStands::Open(_)));
    }
    let Action::Pause { pause, tap, .. } = &row.action else {
        return false;
    };
    tables.pauses.get(pause).is_some_and(|waiting| {
        let chosen = !waiting.picks.chosen.is_empty();
        let asks = waiting.state.asks();
        let done = *tap == Tap::Done && waiting.pause.calls().is_empty();
        !asks || done && !chosen
    })
}

/// Whether it is about a question of the agent's, which only whoever was asked answers.
fn is_question(world: &World, row: &Row) -> bool {
    let tables = world.sim.disk.tables();
    let Action::Pause { pause, .. } = &row.action else {
        return false;
    };
    let waiting = tables.pauses.get(pause);
    waiting.is_some_and(|waiting| waiting.pause.calls().is_empty())
}

/// Somebody who may press it taps.
fn by_its_own(world: &World) -> Case {
    let Some((card, button, row)) = any(world) else {
        return malformed(world);
    };
    let about = asked(world, &row);
    let (user, sure) = match (row.whom, &about) {
        (Whom::Person(user), _) => (user, true),
        (Whom::Admins, _) => (ANNA, true),
        // Whoever asks k8s decides about no call themselves.
        (Whom::Deciders, Some((asker, agent))) => {
            let group = card.place.chat.is_group();
            let question = is_question(world, &row);
            let user = if group && !question { CARA } else { *asker };
            (user, group || question || agent == "modern")
        }
        (Whom::Deciders, None) => (CARA, false),
    };
    let may: &[&str] = match &row.action {
        Action::Ask { .. } => &["turn", "refused"],
        // Something of it may still run.
        Action::Resume { .. } | Action::RunAgain { .. } => &["control", "refused"],
        _ if is_idle(world, &row) => &["refused"],
        _ if sure => &["control"],
        _ => &["control", "refused"],
    };
    let kind = format!("{}, own", named(&row.action));
    let mut case = case(world, kind, user, card, &button.data, may);
    let decides = matches!(row.action, Action::Pause { .. });
    if decides && world.sim.chance.permille(300) {
        // The decision does not arrive, and nobody knows.
        case.mishap = about.and_then(|(_, agent)| {
            let names = ["k8s", "modern"];
            Some((*names.iter().find(|name| **name == agent)?, 2))
        });
    }
    case
}

/// Somebody taps what is not for them.
fn by_another(world: &World) -> Case {
    let Some((card, button, row)) = any(world) else {
        return malformed(world);
    };
    let about = asked(world, &row);
    let foreign = |user: &UserId| match (row.whom, &about) {
        (Whom::Person(own), _) => *user != own && *user != ANNA,
        (Whom::Admins, _) => *user != ANNA,
        (Whom::Deciders, Some((asker, agent))) => {
            let tools: &[&str] = if is_question(world, &row) {
                &[]
            } else {
                &["restart"]
            };
            !may_reject(Rules::Wide, agent, tools, *asker, *user)
        }
        (Whom::Deciders, None) => false,
    };
    let others: Vec<UserId> = PEOPLE.into_iter().filter(foreign).collect();
    if others.is_empty() {
        return malformed(world);
    }
    let user = *world.sim.chance.pick(&others);
    let kind = format!("{}, foreign", named(&row.action));
    case(world, kind, user, card, &button.data, &["refused"])
}

/// A button that was there once.
fn stale(world: &World) -> Case {
    let seen = world.telegram.buttons();
    let mut gone = world.telegram.buttons_ever();
    gone.retain(|(_, button)| !seen.iter().any(|(_, it)| it.data == button.data));
    if gone.is_empty() {
        return malformed(world);
    }
    let (card, button) = world.sim.chance.pick(&gone).clone();
    let row = world.sim.disk.tables().buttons.get(&button.data).cloned();
    let spent = row.as_ref().is_none_or(|row| row.used_by.is_some());
    let who = match row.map(|row| row.button.whom) {
        Some(Whom::Person(own)) => own,
        _ => ANNA,
    };
    // What was only put out of sight may still mean something.
    let may: &[&str] = if spent {
        &["refused"]
    } else {
        &["refused", "control"]
    };
    case(world, "stale".to_owned(), who, card, &button.data, may)
}

/// Data that no button has; and a button's own, from another chat.
fn malformed(world: &World) -> Case {
    let chance = &world.sim.chance;
    let seen = world.telegram.buttons();
    let card = Card {
        place: plain(ChatId(BEN.0)),
        message: switchboard::ids::MessageId(3),
    };
    let elsewhere = seen.iter().find(|(it, _)| it.place.chat != card.place.chat);
    let other = elsewhere.map_or(String::new(), |(_, button)| button.data.clone());
    let data = [
        String::new(),
        "x".to_owned(),
        "y".repeat(300),
        "поды 👩‍👩‍👧".to_owned(),
        "' OR 1=1 --".to_owned(),
        other.to_uppercase(),
        other,
    ];
    let data = chance.pick(&data).clone();
    let user = *chance.pick(&PEOPLE);
    case(
        world,
        "malformed".to_owned(),
        user,
        card,
        &data,
        &["refused"],
    )
}
