//! The matrix of places: wherever somebody asks, all that comes of it comes there.
//!
//! A row is a place, a column is a test that goes through all of them. A further column is a
//! test more that calls [`spots`].

mod gone;
mod media;

use std::collections::HashSet;
use std::sync::Mutex;

use switchboard_emulators::agent::{Gate, Incoming as Asked, Reply, replies, reply};
use switchboard_emulators::bot_api::{Incoming, Message, Settings};

use crate::support::{PATIENCE, Plan, Stage, UNLIMITED, rows};

/// Whoever asks, and whoever does so in a topic of their private chat. "Typing" shows in one
/// thread of a chat at a time, so that each place has a chat of its own.
const ASKER: i64 = 7;
const TIDY_ASKER: i64 = 8;
const GROUP: i64 = -500;
const SUPERGROUP: i64 = -1_001_000_000_001;
const FORUM: i64 = -1_001_000_000_002;
const TOPICS: i64 = -1_001_000_000_003;

/// A place where somebody may ask.
#[derive(Clone, Copy, Debug)]
struct Spot {
    name: &'static str,
    user: i64,
    chat: i64,
    thread: Option<i64>,
    /// The message of the bot that the question answers.
    answers: Option<i64>,
}

impl Spot {
    /// What somebody writes here, before it is sent.
    fn message(&self, text: &str) -> Incoming {
        let mut incoming = Incoming::new(self.user, self.chat, text);
        if let Some(thread) = self.thread {
            incoming = incoming.thread(thread);
        }
        if let Some(message) = self.answers {
            incoming = incoming.reply_to(message);
        }
        incoming
    }

    /// Somebody writes here; the message's number.
    fn says(&self, stage: &Stage, text: &str) -> i64 {
        stage.telegram.post(self.message(text))
    }

    /// A text that nobody else's has: where it was said.
    fn words(&self) -> String {
        format!("<{}>", self.name)
    }

    /// The message stands here, and in a group it quotes the question.
    fn holds(&self, message: &Message, question: i64) {
        assert_eq!(message.thread, self.thread, "{}", self.name);
        let quotes = (self.chat < 0).then_some(question);
        assert_eq!(message.reply_to, quotes, "{}", self.name);
    }

    /// The thread that "typing" has to name here.
    fn typing_thread(&self) -> Option<i64> {
        if self.chat == FORUM {
            return Some(1);
        }
        self.thread
    }
}

/// Settings under which all places can be had, and all of them are heard.
fn plan(chat_section: &str) -> Plan {
    let chats = [GROUP, SUPERGROUP, FORUM, TOPICS];
    let chats = chats.map(|chat| format!("[chats.\"{chat}\"]\nlisten = \"all\"\n"));
    let chats = chats.concat();
    let settings = Settings {
        private_topics: true,
        privacy_mode: false,
        ..Settings::unlimited()
    };
    Stage::plan()
        .telegram(settings)
        .sections(&format!("{UNLIMITED}\n{chats}\n[chat]\n{chat_section}"))
}

/// Every row. In the last one the question answers a message of the bot, which gives it a
/// thread id that is no topic's.
async fn spots(stage: &Stage) -> Vec<Spot> {
    let telegram = &stage.telegram;
    for user in [ASKER, TIDY_ASKER] {
        telegram.add_user(user, "Asker");
        telegram.open_chat(user);
    }
    telegram.add_group(GROUP, "Few");
    telegram.add_supergroup(SUPERGROUP, "Many");
    telegram.add_forum(FORUM, "Forum");
    telegram.add_forum(TOPICS, "Topics");
    let spot = |name, chat: i64, thread| Spot {
        name,
        user: if chat > 0 { chat } else { ASKER },
        chat,
        thread,
        answers: None,
    };
    let private_topic = telegram.add_topic(TIDY_ASKER, "checkout");
    let topic = telegram.add_topic(TOPICS, "incidents");
    telegram.say(ASKER, SUPERGROUP, "/whoami");
    let answered = telegram.sees(SUPERGROUP, "Your id").await;
    vec![
        spot("private", ASKER, None),
        spot("private topic", TIDY_ASKER, Some(private_topic)),
        spot("group", GROUP, None),
        spot("forum General", FORUM, None),
        spot("forum topic", TOPICS, Some(topic)),
        Spot {
            answers: Some(answered.id),
            ..spot("supergroup reply", SUPERGROUP, None)
        },
    ]
}

fn echo(asked: &Asked) -> Reply {
    replies(&format!("heard {}", asked.text))
}

/// Answers with the question, once the gate is open.
fn held_echo(gate: &Gate, before: &'static str) -> impl Fn(&Asked) -> Reply + Send + Sync + use<> {
    let held = gate.clone();
    move |asked| {
        reply()
            .held(&held)
            .answers(&format!("{before} {}", asked.text))
    }
}

/// Waits until the agent has been asked this.
async fn arrives(stage: &Stage, text: &str) {
    let asked = stage.agent("k8s").wait_for(text, PATIENCE, |agent| {
        let mut prompts = agent.prompts().into_iter();
        prompts.any(|prompt| prompt.text == text).then_some(())
    });
    asked.await;
}

/// Says this in every place, and checks where the echo stands.
async fn said_everywhere(text: impl Fn(&Spot) -> String) {
    let stage = plan("").agent("k8s", echo).start().await;
    for spot in spots(&stage).await {
        let question = spot.says(&stage, &text(&spot));
        let heard = format!("heard {}", spot.words());
        let answer = stage.telegram.sees(spot.chat, &heard).await;
        assert_eq!(answer.text, heard, "nothing but the question arrives");
        spot.holds(&answer, question);
    }
    stage.ends().await;
}

#[tokio::test]
async fn a_text_is_answered_where_it_was_written() {
    said_everywhere(Spot::words).await;
}

#[tokio::test]
async fn a_command_is_answered_where_it_was_written() {
    said_everywhere(|spot| format!("/k8s {}", spot.words())).await;
}

#[tokio::test]
async fn a_command_that_names_the_bot_is_answered_where_it_was_written() {
    said_everywhere(|spot| format!("/k8s@switchboard_bot {}", spot.words())).await;
}

#[tokio::test]
async fn a_mention_is_answered_where_it_was_written() {
    said_everywhere(|spot| format!("@switchboard_bot {}", spot.words())).await;
}

#[tokio::test]
async fn a_reply_that_needs_no_agent_stands_where_it_was_asked_for() {
    let stage = plan("").agent("k8s", echo).start().await;
    for spot in spots(&stage).await {
        let question = spot.says(&stage, "/agents");
        let answer = stage.telegram.sees(spot.chat, "your plain text").await;
        spot.holds(&answer, question);
        stage.telegram.delete(spot.chat, answer.id);
    }
    stage.ends().await;
}

#[tokio::test]
async fn a_button_works_where_it_is_shown_and_what_comes_of_it_comes_there() {
    let asked_before = Mutex::new(HashSet::new());
    let stage = plan("")
        .agent("k8s", move |asked| {
            let mut before = asked_before.lock().expect("no panic with it");
            if before.insert(asked.text.clone()) {
                return reply().jsonrpc_error(-32603, "broken");
            }
            echo(asked)
        })
        .start()
        .await;
    for spot in spots(&stage).await {
        let question = spot.says(&stage, &spot.words());
        let card = stage.telegram.sees_button(spot.chat, "Run again").await;
        spot.holds(&card, question);
        let tap = stage
            .telegram
            .press(spot.user, spot.chat, card.id, "Run again")
            .expect("the button is there");
        assert_eq!(stage.telegram.tap_answered(&tap).await.text, "");
        let answer = stage.telegram.sees(spot.chat, &spot.words()).await;
        spot.holds(&answer, question);
    }
    stage.ends().await;
}

#[tokio::test]
async fn typing_shows_where_it_was_asked() {
    let gate = Gate::new();
    // A timer that comes late finds both due, and shows the placeholder alone.
    let timing = "typing_after = \"10ms\"\nplaceholder_after = \"60s\"";
    let stage = plan(timing)
        .agent("k8s", held_echo(&gate, "heard"))
        .start()
        .await;
    for spot in spots(&stage).await {
        spot.says(&stage, &spot.words());
        let what = format!("typing in {}", spot.name);
        let typing = stage.telegram.wait_in(spot.chat, &what, PATIENCE, |world| {
            let mut typing = world.typing(spot.chat).iter();
            typing.next_back().map(|typing| typing.thread)
        });
        assert_eq!(typing.await, spot.typing_thread(), "{}", spot.name);
    }
    gate.open();
    stage.ends().await;
}

#[tokio::test]
async fn the_growing_answer_shows_where_it_was_asked() {
    let (begin, end) = (Gate::new(), Gate::new());
    let (first, second) = (begin.clone(), end.clone());
    let timing = "placeholder_after = \"30ms\"\n\
                  preview_every_private = \"100ms\"\npreview_every_group = \"100ms\"";
    let stage = plan(timing)
        .agent("k8s", move |asked| {
            let half = format!("half of {} ", asked.text);
            let whole = format!("{half}and the rest");
            let half = reply().held(&first).tokens(&[&half]);
            half.held(&second).answers(&whole)
        })
        .start()
        .await;
    let mut asked = Vec::new();
    for spot in spots(&stage).await {
        let question = spot.says(&stage, &spot.words());
        stage.telegram.sees(spot.chat, "is working").await;
        asked.push((spot, question));
    }
    begin.open();
    for (spot, question) in &asked {
        let half = format!("half of {}", spot.words());
        let preview = stage.telegram.sees(spot.chat, &half).await;
        assert!(preview.silent && preview.edited(), "{}", spot.name);
        spot.holds(&preview, *question);
    }
    end.open();
    for (spot, question) in asked {
        let whole = format!("half of {} and the rest", spot.words());
        let answer = stage.telegram.sees(spot.chat, &whole).await;
        spot.holds(&answer, question);
    }
    stage.ends().await;
}

#[tokio::test]
async fn a_late_answer_buzzes_where_it_was_asked_and_its_placeholder_goes() {
    let gate = Gate::new();
    let timing = "placeholder_after = \"30ms\"\nnotify_after = \"0s\"";
    let stage = plan(timing)
        .agent("k8s", held_echo(&gate, "late for"))
        .start()
        .await;
    let mut asked = Vec::new();
    for spot in spots(&stage).await {
        let question = spot.says(&stage, &spot.words());
        stage.telegram.sees(spot.chat, "is working").await;
        asked.push((spot, question));
    }
    let arrived = "SELECT count(*) FROM outbox WHERE kind = 'placeholder' AND state = 'sent'";
    rows::becomes(&stage.store(), arrived, 6).await;
    gate.open();
    for (spot, question) in asked {
        let late = format!("late for {}", spot.words());
        stage.telegram.buzzed(spot.chat, &late).await;
        let answer = stage.telegram.sees(spot.chat, &late).await;
        spot.holds(&answer, question);
        stage.telegram.loses(spot.chat, "is working").await;
    }
    stage.ends().await;
}
