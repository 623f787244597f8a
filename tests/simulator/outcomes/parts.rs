//! What people write that is more than a text of its own: files, albums, answers, what comes late,
//! and changes of what was written before.

use serde_json::json;
use switchboard::ids::{ChatId, MessageId, UserId};

use super::cases::{
    Case, ELSEWHERE, asks, command, is_full, is_stranger, question, somewhere, write,
};
use super::world::World;
use super::writing;
use crate::allowed::{ANNA, BEN, DORA, FORUM, STRANGER, may_ask};
use crate::telegram::{marked, plain};

/// A file whose caption asks.
pub fn file(world: &World) -> Case {
    let chance = &world.sim.chance;
    let (user, place) = somewhere(world);
    let agent = *chance.pick(&["k8s", "modern"]);
    let (number, mut message) = write(world, user, place, |it| format!("/{agent} tell of {it}"));
    let part: &&str = chance.pick(&["document", "photo", "voice", "video"]);
    writing::carries(&mut message, part, number);
    let may: &[&str] = if may_ask(agent, user, place.chat) {
        asks(world, user, place)
    } else {
        &["refused"]
    };
    Case::new("file", number, "message", &message, may)
}

/// An album is one question: its first part opens the turn, the others join it.
pub fn album(world: &World) -> Case {
    let chance = &world.sim.chance;
    let user = *chance.pick(&[ANNA, BEN]);
    let place = plain(ChatId(user.0));
    if is_full(world, user, place) {
        return writing::service(world);
    }
    let album = format!("album-{}", chance.next());
    let mut whole: Option<Case> = None;
    for part in 0..2 + chance.below(3) {
        let asked = |it: &str| match part {
            0 => format!("/modern tell of {it}"),
            _ => format!("and {it}"),
        };
        let (number, mut message) = write(world, user, place, asked);
        writing::carries(&mut message, "photo", number);
        message["media_group_id"] = json!(album);
        let may: &[&str] = if part == 0 { &["turn"] } else { &["joined"] };
        let part = Case::new("album", number, "message", &message, may);
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.updates.extend(part.updates);
                whole.bodies.extend(part.bodies);
            }
        }
    }
    whole.unwrap_or_else(|| writing::service(world))
}

/// An answer to any message of the bot: in words to an agent, to a card, to a notice.
pub fn reply(world: &World) -> Case {
    let chance = &world.sim.chance;
    let mut messages = world.telegram.messages();
    messages.retain(|it| {
        it.place.chat != ELSEWHERE && it.place.chat.0 > -7_000 || it.place.chat == FORUM
    });
    if messages.is_empty() {
        return command(world);
    }
    let to = *chance.pick(&messages);
    let chat = to.place.chat;
    let user = if chat.is_group() {
        *chance.pick(&[ANNA, BEN, DORA, STRANGER])
    } else {
        UserId(chat.0)
    };
    let (number, mut message) = write(world, user, to.place, |it| {
        format!("quick, because of {it}")
    });
    message["reply_to_message"] = json!({
        "message_id": to.message.0, "date": 1, "chat": message["chat"].clone(),
        "from": {"id": crate::sim::BOT.0, "is_bot": true, "first_name": "Bot"},
    });
    // Whom a card is for decides its session.
    let may: &[&str] = if is_stranger(user, chat) {
        &["refused"]
    } else {
        &["turn", "control", "refused"]
    };
    Case::new("reply", number, "message", &message, may)
}

/// A question that Telegram has held for an hour.
pub fn late(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let (number, mut message) = write(world, user, place, |it| format!("/k8s quick of {it}?"));
    let hour_ago = world.sim.now().0 / 1000 - 3_600;
    message["date"] = json!(hour_ago);
    let may: &[&str] = if may_ask("k8s", user, place.chat) {
        asks(world, user, place)
    } else {
        &["refused"]
    };
    Case::new("late", number, "message", &message, may)
}

/// A change of what somebody wrote: it changes the question, is told to be too late once, or is of
/// none.
pub fn edit(world: &World) -> Case {
    let chance = &world.sim.chance;
    let said = world.telegram.said();
    let of_turns: Vec<_> = said
        .iter()
        .rev()
        .take(12)
        .filter(|(user, place, message, _)| {
            let tables = world.sim.disk.tables();
            let key = (place.chat, MessageId(*message));
            let asked = tables.turn_messages.get(&key);
            let turn = asked.and_then(|(turn, _)| tables.turns.get(turn));
            turn.is_some_and(|row| row.turn.asked_by == *user)
        })
        .collect();
    if of_turns.is_empty() {
        return question(world);
    }
    let (user, place, message, text) = (*chance.pick(&of_turns)).clone();
    let number = world.telegram.next_update();
    world.sim.witness.asks(number, user, place);
    let mut edited = world.telegram.message(user, place, message);
    let new = match chance.below(4) {
        0 => text,
        1 => "/help".to_owned(),
        _ => format!("{text} And {}?", marked(number)),
    };
    edited["text"] = json!(new);
    edited["edit_date"] = json!(2);
    let may = &["joined", "control", "ignored"];
    Case::new("edit of a question", number, "edited_message", &edited, may)
}

/// A change of something that is no question, or by somebody who did not ask it.
pub fn edit_of_nothing(world: &World) -> Case {
    let chance = &world.sim.chance;
    let (user, place) = somewhere(world);
    let number = world.telegram.next_update();
    let said = world.telegram.said();
    let (who, place, message) = match (chance.below(3), said.is_empty()) {
        (0, false) => {
            let (by, place, message, _) = chance.pick(&said);
            let others = [ANNA, BEN, DORA, STRANGER]
                .into_iter()
                .filter(|it| it != by);
            (*chance.pick(&others.collect::<Vec<_>>()), *place, *message)
        }
        _ => (user, place, 1_000_000 + number),
    };
    let mut edited = world.telegram.message(who, place, message);
    edited["text"] = json!("/k8s something else");
    edited["edit_date"] = json!(2);
    Case::new(
        "edit of nothing",
        number,
        "edited_message",
        &edited,
        &["ignored"],
    )
}
