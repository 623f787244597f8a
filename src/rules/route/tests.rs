//! Who gets what: the rows of `golden.txt`, and what holds for any message at all.

use super::*;
use crate::config::Config;
use crate::ids::{AgentName, ChatId, OutboxId, TopicId, TurnId};
use crate::model::{Action, Button, Piece, Place, Seat, Whom};
use crate::rules::edits::{self, Before, Edited};
use crate::rules::testing::{
    ADMIN, ANNA, BEN, CLEO, DORA, ELSEWHERE, GROUP, STRANGER, config, me, message, reply_to,
};

mod golden;
mod naming;
mod properties;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// What is to be done with it, as `golden.txt` says it.
fn described(config: &Config, written: &Written) -> String {
    if let Some(wrote) = &written.wrote {
        return described_edit(config, written, wrote);
    }
    if let Some((label, whose)) = &written.taps {
        return described_tap(config, written, label, *whose);
    }
    match decide(config, &me(), &written.message, written.known(), NOW) {
        Decision::Ignore(reason) => format!("ignored: {reason}"),
        Decision::Nobody { waits: true } => "nobody, who waits".to_owned(),
        Decision::Nobody { waits: false } => "nobody".to_owned(),
        Decision::Stranger(_) => "stranger".to_owned(),
        Decision::Forbidden(_, route) => format!("forbidden {}", route.command),
        Decision::Ask {
            route, text, why, ..
        } => format!("{} is asked ({}): {text}", route.agent, why.word()),
        Decision::Switch(_, route) => format!("switched to {}", route.agent),
        Decision::Bound(_, topic, _) => format!("the topic is {}'s", topic.agent),
        Decision::Help(_) => "help".to_owned(),
        Decision::Agents(_) => "agents".to_owned(),
        Decision::Sessions(_) => "sessions".to_owned(),
        Decision::Resume(_, number) => format!("resume {number}"),
        Decision::WhoAmI(_) => "whoami".to_owned(),
        Decision::Status(_) => "status".to_owned(),
        Decision::Stop(_, None) => "stop".to_owned(),
        Decision::Stop(_, Some(route)) => format!("stop {}", route.agent),
        Decision::New(_, route) => format!("new with {}", route.agent),
        Decision::Unknown(_, name) => format!("unknown /{name}"),
        Decision::Choose(_, None) => "choose".to_owned(),
        Decision::Choose(_, Some(text)) => format!("choose for {text}"),
        Decision::Media(_, kind) => format!("no {kind}"),
    }
}

/// What becomes of a question that still waits, when its message says something else.
fn described_edit(config: &Config, written: &Written, wrote: &str) -> String {
    let message = &written.message;
    let (from, chat) = (message.from.as_ref().unwrap().id, message.chat);
    let seat = Seat::default();
    let known = |seat| Known {
        seat,
        answered: None,
    };
    let first = crate::rules::testing::message(from, chat, wrote);
    let asked = decide(config, &me(), &first, known(&seat), NOW);
    let Decision::Ask {
        route, text, why, ..
    } = asked
    else {
        return "of no question".to_owned();
    };
    let piece = Piece {
        by_command: why == Why::Command,
        ..Piece::plain(message.message, text)
    };
    let expected = expected(config, message.place(), known(&written.seat), from, NOW);
    let before = Before {
        piece: &piece,
        first: true,
        agent: &route.agent,
        expected: expected.map(|to| &to.route.agent),
    };
    match edits::read(config, &me(), message, before) {
        Edited::Changed(piece) => format!("changed to {}", piece.text),
        Edited::Same => "changes nothing".to_owned(),
        Edited::Elsewhere => "cannot be changed to that".to_owned(),
    }
}

/// Whether a button about a question to k8s does something for whoever taps it.
fn described_tap(config: &Config, written: &Written, label: &str, whose: UserId) -> String {
    let (turn, attempt) = (TurnId(1), 1);
    let action = match label {
        "run again" => Action::RunAgain { turn, attempt },
        "leave it" => Action::LeaveIt { turn, attempt },
        "stop" => Action::Stop { turn, attempt },
        "release" => Action::Release { turn },
        "drop" => Action::Drop { turn },
        other => panic!("what does {other} do?"),
    };
    let message = &written.message;
    let user = message.from.as_ref().unwrap().id;
    let chat = match message.chat {
        chat if chat.is_group() => chat,
        _ => ChatId(whose.0),
    };
    let button = Button {
        token: "t".to_owned(),
        place: Place {
            chat,
            topic: message.topic,
        },
        action,
        whom: Whom::Person(whose),
        post: OutboxId(1),
        group: 0,
        expires_at: NOW,
    };
    let may = access::may_press(config, &"k8s".into(), &button, user);
    if may { "pressed" } else { "not theirs" }.to_owned()
}

/// A message, and what is known beside it.
struct Written {
    message: Incoming,
    seat: Seat,
    answered: Option<AgentName>,
    /// What it said before it was changed to the text.
    wrote: Option<String>,
    /// The button that is tapped instead, and whose it is.
    taps: Option<(String, UserId)>,
}

impl Written {
    fn known(&self) -> Known<'_> {
        Known {
            seat: &self.seat,
            answered: self.answered.as_ref(),
        }
    }
}

/// A text of somebody; `place` is a chat, and what is special there.
fn written(who: &str, place: &str, text: &str) -> Written {
    let user = user(who);
    let mut special = place.split(", ");
    let chat = match special.next() {
        Some("private") => ChatId(user.0),
        Some("group") => GROUP,
        Some("elsewhere") => ELSEWHERE,
        other => panic!("where is {other:?}?"),
    };
    let mut written = Written {
        message: message(user, chat, text),
        seat: Seat::default(),
        answered: None,
        wrote: None,
        taps: None,
    };
    let message = &mut written.message;
    match who {
        "anonymous admin" => message.sender_chat = Some(chat),
        "channel" => message.sender_chat = Some(ChatId(-300)),
        "other bot" => message.from.as_mut().unwrap().is_bot = true,
        _ => {}
    }
    special.for_each(|it| written.make(it, text));
    written
}

fn user(who: &str) -> UserId {
    match who {
        "admin" => ADMIN,
        "anna" => ANNA,
        "ben" => BEN,
        "cleo" => CLEO,
        "dora" => DORA,
        "stranger" => STRANGER,
        // What Telegram puts where no person shows.
        "anonymous admin" => UserId(1_087_968_824),
        "channel" => UserId(777_000),
        "other bot" => UserId(5_000),
        other => panic!("who is {other}?"),
    }
}

impl Written {
    fn make(&mut self, special: &str, text: &str) {
        let message = &mut self.message;
        let words: Vec<&str> = special.split(' ').collect();
        match words[..] {
            ["to", "us"] => message.reply_to = Some(reply_to(me().id.0)),
            ["to", "ben"] => message.reply_to = Some(reply_to(BEN.0)),
            ["answers", agent] => {
                message.reply_to = Some(reply_to(me().id.0));
                self.answered = Some(agent.into());
            }
            ["topic", id] => message.topic = TopicId(id.parse().unwrap()),
            ["talks", "to", agent] => self.seat.current = Some((agent.into(), NOW)),
            ["talked", "to", agent, hours, "h", "ago"] => {
                let hours: i64 = hours.parse().unwrap();
                let since = Timestamp(NOW.0 - hours * 3_600_000);
                self.seat.current = Some((agent.into(), since));
            }
            ["unmarked"] => message.entities.clear(),
            ["file"] => {
                message.media = Some("document".to_owned());
                message.file = Some(crate::rules::testing::file());
            }
            ["picked"] => message.entities = vec![picked(text)],
            ["media", kind] => message.media = Some(kind.to_owned()),
            ["wrote", ..] => self.wrote = Some(special.trim_start_matches("wrote ").to_owned()),
            ["taps", .., "of", whose] => {
                let label = special.trim_start_matches("taps ");
                let label = label.trim_end_matches(whose).trim_end_matches(" of ");
                self.taps = Some((label.to_owned(), user(whose)));
            }
            ["service"] => message.service = true,
            ["nobody"] => message.from = None,
            _ => panic!("how is {special}?"),
        }
    }
}

/// Our name, picked from the list of members instead of typed.
fn picked(text: &str) -> crate::telegram::Entity {
    crate::telegram::Entity {
        kind: "text_mention".to_owned(),
        offset: 0,
        length: text.split(',').next().unwrap_or_default().len(),
        user: Some(UserId(me().id.0)),
    }
}
