//! The emulated Telegram and the demo agents on loopback, acted upon line by line: for scripts that
//! run the program itself, in an image or behind a browser.
//!
//! The first line that it prints is JSON with the addresses and the token. Then each line of the
//! input is one of these, and is answered with `ok`, or with what went wrong and exit 1:
//!
//! | line | what it does |
//! |---|---|
//! | `say TEXT` | the one person here writes to the bot |
//! | `see TEXT` | waits until a message of the bot has this text |
//! | `tap LABEL` | waits until a message of the bot has a button that says this, and taps it |
//! | `down AGENT` | an agent cannot be reached from now on |
//! | `penalize SECONDS` | Telegram answers 429 in the person's chat for so long |
//! | `fine` | whether every call so far would have been accepted by Telegram |

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use switchboard_emulators::agent::AgentEmulator;
use switchboard_emulators::agent::demo::Demo;
use switchboard_emulators::bot_api::{BotApi, Settings, UserId};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

/// The one person.
const PERSON: UserId = 1001;
/// The longest that something is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

struct Stand {
    telegram: BotApi,
    agents: Vec<(Demo, AgentEmulator)>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let telegram = BotApi::start(Settings::default()).await;
    telegram.add_user(PERSON, "Sam");
    telegram.open_chat(PERSON);
    let agents = Demo::ALL.into_iter().map(|demo| {
        let agent = demo.start().expect("a demo agent can be started");
        (demo, agent)
    });
    let stand = Stand {
        agents: agents.collect(),
        telegram,
    };
    let urls = stand.agents.iter();
    let urls: serde_json::Map<_, _> = urls
        .map(|(demo, agent)| (demo.command().to_owned(), json!(agent.url())))
        .collect();
    print(&json!({
        "api_url": stand.telegram.url(),
        "token": stand.telegram.token(),
        "person": PERSON,
        "agents": urls,
    }));
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await.expect("the input is text") {
        match stand.does(&line).await {
            Ok(()) => print(&"ok"),
            Err(why) => {
                print(&why);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

impl Stand {
    async fn does(&self, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "say" => {
                self.telegram.say(PERSON, PERSON, rest);
            }
            "see" => {
                let what = format!("{rest:?}");
                let found = self.telegram.wait_in(PERSON, &what, PATIENCE, |world| {
                    let mut messages = world.messages(PERSON);
                    messages.find_map(|m| (m.from_bot() && m.text.contains(rest)).then_some(()))
                });
                found.await;
            }
            "tap" => {
                let card = self.telegram.sees_button(PERSON, rest).await;
                let tapped = self.telegram.press(PERSON, PERSON, card.id, rest);
                tapped.map_err(|why| format!("{rest}: {why:?}"))?;
            }
            "down" => {
                let named = |(demo, _): &&(Demo, _)| demo.command() == rest;
                let agent = self.agents.iter().find(named);
                let (_, agent) = agent.ok_or_else(|| format!("no agent {rest}"))?;
                agent.go_down().await;
            }
            "penalize" => {
                let seconds = rest.parse().map_err(|_| format!("no number: {rest}"))?;
                self.telegram.penalize(Some(PERSON), seconds);
            }
            "fine" => {
                let violations = self.telegram.violations();
                if !violations.is_empty() {
                    return Err(format!("Telegram would refuse {violations:?}"));
                }
            }
            _ => return Err(format!("what is {word:?}?")),
        }
        Ok(())
    }
}

#[allow(clippy::print_stdout, reason = "this is what it is for")]
fn print(line: &impl std::fmt::Display) {
    println!("{line}");
}
