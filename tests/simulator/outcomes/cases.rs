//! Updates of every kind, and the ends that each may have: said a second time, apart from the bot.

use serde_json::{Value, json};
use switchboard::ids::{ChatId, TopicId, UpdateId, UserId};
use switchboard::model::{Place, TurnState};
use switchboard::store::TurnStands;

use super::taps;
use super::world::World;
use super::writing;
use crate::allowed::{ANNA, BEN, CARA, DORA, FORUM, GROUP, STRANGER, may_ask};
use crate::checks::WAITING_MAX;
use crate::telegram::plain;

/// Nobody may use anything here.
pub const ELSEWHERE: ChatId = ChatId(-666);
const AGENTS: [&str; 4] = ["k8s", "plain", "modern", "bare"];
/// What a question asks its agent to do.
const WORDS: [&str; 12] = [
    "quick", "quick", "runs", "runs", "danger", "danger", "dangers", "choice", "choices", "words",
    "fails", "tell",
];

/// The ends that an update may have.
#[derive(Clone, Copy, Debug)]
pub struct Comes {
    pub may: &'static [&'static str],
    /// It is a tap whose spinner has to end.
    pub tap: bool,
}

/// Updates that come together; but for albums and moves it is one.
pub struct Case {
    /// Of which kind they are.
    pub kind: String,
    pub what: String,
    pub updates: Vec<(UpdateId, Comes)>,
    pub bodies: Vec<String>,
    /// A group is left.
    pub leaves: bool,
    /// It has come before.
    pub again: bool,
    /// What goes wrong with the next prompt of an agent.
    pub mishap: Option<(&'static str, u64)>,
}

impl Case {
    /// An update of this kind, whose ends are these.
    pub fn new(
        kind: &str,
        number: i64,
        part: &str,
        what: &Value,
        may: &'static [&'static str],
    ) -> Self {
        let body = json!({"update_id": number, part: what}).to_string();
        Self {
            kind: kind.to_owned(),
            what: body.clone(),
            updates: vec![(UpdateId(number), Comes { may, tap: false })],
            bodies: vec![body],
            leaves: false,
            again: false,
            mishap: None,
        }
    }

    pub fn arrive(&self, world: &World) {
        for agent in &world.agents {
            let wrong = self.mishap.filter(|(name, _)| *name == agent.kind.name);
            agent.mishap.set(wrong.map(|(_, wrong)| wrong));
        }
        for ((id, _), body) in self.updates.iter().zip(&self.bodies) {
            if self.again {
                world.telegram.repeats(*id);
            } else {
                world.telegram.arrives_as(id.0, body.clone());
            }
        }
    }
}

/// The next one.
pub fn next(world: &World) -> Case {
    let chance = &world.sim.chance;
    match chance.below(100) {
        0..=19 => question(world),
        20..=25 => plain_text(world, "plain text"),
        26..=30 => command(world),
        31..=33 => sessions(world),
        34..=36 => stranger(world),
        37..=38 => nobody(world),
        39..=40 => service(world),
        41..=42 => media(world),
        43..=45 => file(world),
        46..=47 => album(world),
        48..=50 => reply(world),
        51..=52 => plain_text(world, "forwarded"),
        53..=54 => late(world),
        55..=57 => edit(world),
        58..=59 => edit_of_nothing(world),
        60..=63 => writing::membership(world),
        64..=66 => writing::other_kind(world),
        67..=68 => writing::unreadable(world),
        69..=71 => repeated(world),
        _ => taps::tap(world),
    }
}

fn somewhere(world: &World) -> (UserId, Place) {
    let topic = |topic| Place {
        chat: FORUM,
        topic: TopicId(topic),
    };
    let places = [
        (ANNA, plain(ChatId(ANNA.0))),
        (BEN, plain(ChatId(BEN.0))),
        (BEN, plain(ChatId(BEN.0))),
        (DORA, plain(ChatId(DORA.0))),
        (ANNA, plain(GROUP)),
        (BEN, plain(GROUP)),
        (DORA, plain(GROUP)),
        (STRANGER, plain(GROUP)),
        (ANNA, topic(7)),
        (BEN, topic(8)),
        (DORA, topic(8)),
    ];
    *world.sim.chance.pick(&places)
}

/// Nobody whom anything is opened to, there.
fn is_stranger(user: UserId, chat: ChatId) -> bool {
    user != ANNA && !AGENTS.iter().any(|agent| may_ask(agent, user, chat))
}

/// Whether one of the conversations of this person there has no room.
fn is_full(world: &World, user: UserId, place: Place) -> bool {
    let tables = world.sim.disk.tables();
    let waits = tables.turns.values().filter(|row| {
        let queued = row.stands == TurnStands::Open(TurnState::Queued);
        queued && row.turn.place == place && row.turn.asked_by == user
    });
    waits.count() >= WAITING_MAX
}

/// A text as somebody writes it, and its message without one.
fn write(
    world: &World,
    user: UserId,
    place: Place,
    text: impl FnOnce(&str) -> String,
) -> (i64, Value) {
    let number = world.telegram.next_update();
    let text = text(&crate::telegram::marked(number));
    let written = world.telegram.writes(user, place, number, &text);
    let mut message = world.telegram.message(user, place, written);
    message["text"] = json!(text);
    message["entities"] = writing::entities(&text);
    (number, message)
}

/// The ends of a question that this person may ask: a full conversation takes none.
fn asks(world: &World, user: UserId, place: Place) -> &'static [&'static str] {
    if is_full(world, user, place) {
        &["turn", "refused"]
    } else {
        &["turn"]
    }
}

fn question(world: &World) -> Case {
    let chance = &world.sim.chance;
    let (user, place) = somewhere(world);
    let agent = *chance.pick(&["k8s", "k8s", "plain", "modern", "modern", "bare"]);
    let alias = agent == "k8s" && chance.permille(100);
    let (command, task) = (if alias { "kube" } else { agent }, chance.pick(&WORDS));
    let (number, message) = write(world, user, place, |it| {
        format!("/{command} {task} of {it}?")
    });
    let may = if may_ask(agent, user, place.chat) {
        asks(world, user, place)
    } else {
        &["refused"]
    };
    let mut case = Case::new("question", number, "message", &message, may);
    if chance.permille(200) {
        case.mishap = Some((agent, *chance.pick(&[1, 2, 3])));
    }
    case
}

/// Plain text, in a group to the bot or to nobody, also such that somebody else wrote first.
fn plain_text(world: &World, kind: &str) -> Case {
    let chance = &world.sim.chance;
    let (user, place) = somewhere(world);
    let named = chance.permille(500);
    let task = chance.pick(&WORDS);
    let name = if named { "@sim_bot " } else { "" };
    let (number, mut message) = write(world, user, place, |it| format!("{name}{task} of {it}?"));
    if kind == "forwarded" {
        let origin = json!({"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"});
        message["forward_origin"] = origin;
    }
    let overheard = world.hears_all && place.chat == GROUP;
    let may: &[&str] = if place.chat.is_group() && !named && !overheard {
        &["ignored"]
    } else if is_full(world, user, place) {
        &["turn", "control", "refused"]
    } else if user == DORA && !place.chat.is_group() {
        &["turn"]
    } else {
        &["turn", "control"]
    };
    Case::new(kind, number, "message", &message, may)
}

fn command(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let group = place.chat.is_group();
    let may_use = |agent| may_ask(agent, user, place.chat);
    let allowed = |agent| -> &'static [&'static str] {
        if may_use(agent) {
            &["control"]
        } else {
            &["refused"]
        }
    };
    let unknown: &[&str] = if group { &["ignored"] } else { &["control"] };
    let table: [(&str, &'static [&'static str]); 22] = [
        ("/help", &["control"]),
        ("/start", &["control"]),
        ("/help@sim_bot", &["control"]),
        ("/agents", &["control"]),
        ("/agents", &["control"]),
        ("/whoami", &["control"]),
        ("/status", &["control"]),
        ("/sessions", &["control"]),
        ("/sessions", &["control"]),
        ("/resume 1", &["control"]),
        ("/resume 99", &["control"]),
        ("/stop", &["control"]),
        ("/stop k8s", &["control"]),
        ("/new", &["control"]),
        ("/new k8s", allowed("k8s")),
        ("/new modern", allowed("modern")),
        ("/new nothing", &["control"]),
        ("/k8s", allowed("k8s")),
        ("/modern", allowed("modern")),
        ("/nothing", unknown),
        ("/nothing@sim_bot", &["control"]),
        ("/k8s@other_bot what?", unknown),
    ];
    let (text, may) = *world.sim.chance.pick(&table);
    let (number, message) = write(world, user, place, |_| text.to_owned());
    Case::new("command", number, "message", &message, may)
}

/// What leads to buttons of earlier conversations.
fn sessions(world: &World) -> Case {
    let chance = &world.sim.chance;
    let user = *chance.pick(&[ANNA, BEN]);
    let place = plain(ChatId(user.0));
    let text = *chance.pick(&["/new k8s", "/new modern", "/sessions", "/sessions"]);
    let (number, message) = write(world, user, place, |_| text.to_owned());
    Case::new("command", number, "message", &message, &["control"])
}

fn stranger(world: &World) -> Case {
    let chance = &world.sim.chance;
    let user = *chance.pick(&[STRANGER, STRANGER, CARA]);
    let private = chance.permille(500);
    let place = plain(if private { ChatId(user.0) } else { ELSEWHERE });
    assert!(is_stranger(user, place.chat), "{user} may use something");
    let text = *chance.pick(&["/k8s what?", "/help", "Well,", "/nothing", "/stop"]);
    let heard = private || ["/k8s what?", "/help", "/stop"].contains(&text);
    let (number, message) = write(world, user, place, |it| format!("{text} {it}"));
    let may: &[&str] = if heard { &["refused"] } else { &["ignored"] };
    Case::new("stranger", number, "message", &message, may)
}

/// An anonymous admin, a channel, a bot, and a message without a sender.
fn nobody(world: &World) -> Case {
    let chance = &world.sim.chance;
    let command = chance.permille(600);
    let (number, mut message) = write(world, UserId(1), plain(GROUP), |it| {
        let text = if command { "/k8s what of" } else { "what of" };
        format!("{text} {it}")
    });
    match chance.below(4) {
        0 => {
            message["from"]["id"] = json!(1_087_968_824);
            message["sender_chat"] = message["chat"].clone();
        }
        1 => {
            message["from"]["id"] = json!(777_000);
            message["sender_chat"] = json!({"id": -1_000_000_000_900_i64, "type": "channel"});
        }
        2 => message["from"]["is_bot"] = json!(true),
        _ => message["from"] = Value::Null,
    }
    let heard = command || world.hears_all;
    let may: &[&str] = if heard { &["refused"] } else { &["ignored"] };
    Case::new("nobody", number, "message", &message, may)
}

fn service(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let number = world.telegram.next_update();
    let mut message = world.telegram.message(user, place, number);
    let event = *world.sim.chance.pick(&[
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_closed",
        "video_chat_started",
        "message_auto_delete_timer_changed",
        "boost_added",
        "successful_payment",
    ]);
    message[event] = json!({"message_id": 1});
    Case::new("service", number, "message", &message, &["ignored"])
}

/// What is neither text nor a file: it is answered where somebody waits.
fn media(world: &World) -> Case {
    let (user, place) = somewhere(world);
    let number = world.telegram.next_update();
    let mut message = world.telegram.message(user, place, number);
    let kind = *world.sim.chance.pick(&[
        "sticker",
        "location",
        "contact",
        "poll",
        "dice",
        "video_note",
        "venue",
        "game",
        "story",
        "invoice",
        "paid_media",
        "hologram",
    ]);
    message[kind] = json!({"file_id": "f", "emoji": "x"});
    let waits = !place.chat.is_group();
    let may: &[&str] = if waits { &["control"] } else { &["ignored"] };
    Case::new("media", number, "message", &message, may)
}

/// A file whose caption asks.
fn file(world: &World) -> Case {
    let chance = &world.sim.chance;
    let (user, place) = somewhere(world);
    let agent = *chance.pick(&["k8s", "modern"]);
    let (number, mut message) = write(world, user, place, |it| format!("/{agent} tell of {it}"));
    writing::carries(
        &mut message,
        chance.pick(&["document", "photo", "voice", "video"]),
        number,
    );
    let may: &[&str] = if may_ask(agent, user, place.chat) {
        asks(world, user, place)
    } else {
        &["refused"]
    };
    Case::new("file", number, "message", &message, may)
}

/// An album is one question: its first part opens the turn, the others join it.
fn album(world: &World) -> Case {
    let chance = &world.sim.chance;
    let user = *chance.pick(&[ANNA, BEN]);
    let place = plain(ChatId(user.0));
    if is_full(world, user, place) {
        return service(world);
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
    whole.unwrap_or_else(|| service(world))
}

/// An answer to any message of the bot: in words to an agent, to a card, to a notice.
fn reply(world: &World) -> Case {
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
fn late(world: &World) -> Case {
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
fn edit(world: &World) -> Case {
    let chance = &world.sim.chance;
    let said = world.telegram.said();
    let of_turns: Vec<_> = said
        .iter()
        .rev()
        .take(12)
        .filter(|(user, place, message, _)| {
            let tables = world.sim.disk.tables();
            let key = (place.chat, switchboard::ids::MessageId(*message));
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
        _ => format!("{text} And {}?", crate::telegram::marked(number)),
    };
    edited["text"] = json!(new);
    edited["edit_date"] = json!(2);
    let may = &["joined", "control", "ignored"];
    Case::new("edit of a question", number, "edited_message", &edited, may)
}

/// A change of something that is no question, or by somebody who did not ask it.
fn edit_of_nothing(world: &World) -> Case {
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

/// One that has had its outcome.
fn repeated(world: &World) -> Case {
    let confirmed = world.telegram.confirmed();
    if confirmed.is_empty() {
        return question(world);
    }
    let id = *world.sim.chance.pick(&confirmed);
    let mut case = Case::new("repeated", id.0, "again", &Value::Null, &[]);
    case.again = true;
    case
}

/// The group becomes a supergroup: the last message here, the first one there.
pub fn migrated(world: &World) -> Case {
    let to = crate::allowed::SUPERGROUP;
    world.sim.moved.borrow_mut().insert(GROUP, to);
    let of = |chat: ChatId, key: &str, other: ChatId| {
        let number = world.telegram.next_update();
        let mut message = world.telegram.message(ANNA, plain(chat), 1);
        message[key] = json!(other.0);
        Case::new("migrated", number, "message", &message, &["ignored"])
    };
    let mut away = of(GROUP, "migrate_to_chat_id", to);
    let here = of(to, "migrate_from_chat_id", GROUP);
    away.updates.extend(here.updates);
    away.bodies.extend(here.bodies);
    away
}
