//! Updates of every kind, and the ends that each may have: said a second time, apart from the bot.

use serde_json::{Value, json};
use switchboard::ids::{ChatId, TopicId, UpdateId, UserId};
use switchboard::model::{Place, TurnState};
use switchboard::store::TurnStands;

use super::parts;
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
        37..=38 => writing::nobody(world),
        39..=40 => writing::service(world),
        41..=42 => writing::media(world),
        43..=45 => parts::file(world),
        46..=47 => parts::album(world),
        48..=50 => parts::reply(world),
        51..=52 => plain_text(world, "forwarded"),
        53..=54 => parts::late(world),
        55..=57 => parts::edit(world),
        58..=59 => parts::edit_of_nothing(world),
        60..=63 => writing::membership(world),
        64..=66 => writing::other_kind(world),
        67..=68 => writing::unreadable(world),
        69..=71 => writing::repeated(world),
        _ => taps::tap(world),
    }
}

pub fn somewhere(world: &World) -> (UserId, Place) {
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
pub fn is_stranger(user: UserId, chat: ChatId) -> bool {
    user != ANNA && !AGENTS.iter().any(|agent| may_ask(agent, user, chat))
}

/// Whether one of the conversations of this person there has no room.
pub fn is_full(world: &World, user: UserId, place: Place) -> bool {
    let tables = world.sim.disk.tables();
    let waits = tables.turns.values().filter(|row| {
        let queued = row.stands == TurnStands::Open(TurnState::Queued);
        queued && row.turn.place == place && row.turn.asked_by == user
    });
    waits.count() >= WAITING_MAX
}

/// A text as somebody writes it, and its message without one.
pub fn write(
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
pub fn asks(world: &World, user: UserId, place: Place) -> &'static [&'static str] {
    if is_full(world, user, place) {
        &["turn", "refused"]
    } else {
        &["turn"]
    }
}

pub fn question(world: &World) -> Case {
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

pub fn command(world: &World) -> Case {
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
