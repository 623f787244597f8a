//! The loop: what is typed, and when it ends.

use std::io::Stdout;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::telegram::Terminal;
use super::{BOT, stands};
use crate::actors::{Fatal, RealWorld};
use crate::app::{Edges, Machine, real_agents};
use crate::config::Config;
use crate::ids::{AgentName, Timestamp};
use crate::store::{MemDisk, MemStore};
use crate::terminal::editor::Done;
use crate::terminal::input::{self, Input};
use crate::terminal::screen::{Screen, Typed};

/// How often is looked whether the next line of a script is due.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The longest wait for what still runs at the end.
const STOP_MAX: Duration = Duration::from_secs(10);

/// How a chat ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The person left, or all of a script was answered.
    Well,
    /// Something in a script was not answered.
    Unanswered,
    /// A script was through before the agent was told what it may do.
    Undecided,
    /// By Ctrl-C or a signal.
    Interrupted,
}

/// A chat that goes on.
pub(super) struct Talk {
    agent: AgentName,
    terminal: Rc<Terminal<Stdout>>,
    input: Input,
    /// What the bot knows.
    disk: MemDisk,
    machine: Machine,
    fatal: mpsc::UnboundedReceiver<Fatal>,
    signals: Signals,
    /// Whether the next Ctrl-C ends it.
    warned: bool,
}

/// What may come from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Talk {
    pub async fn begin(config: Config, agent: &AgentName) -> anyhow::Result<Self> {
        let heard = |kind| signal(kind).context("signals cannot be heard");
        let signals = Signals {
            interrupt: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
            hang_up: heard(SignalKind::hangup())?,
        };
        let screen = Screen::new(std::io::stdout(), input::looks());
        let terminal = Rc::new(Terminal::new(screen, agent));
        let disk = MemDisk::default();
        let edges = Edges {
            telegram: terminal.clone(),
            agents: real_agents(),
            store: Rc::new(MemStore::open(&disk, BOT, Timestamp::now)),
            world: Rc::new(RealWorld),
        };
        let (machine, fatal) = Machine::start(config, edges).await?;
        Ok(Self {
            agent: agent.clone(),
            terminal,
            input: Input::open(&[])?,
            disk,
            machine,
            fatal,
            signals,
            warned: false,
        })
    }

    /// Until the person leaves, or the script is through. What runs then is stopped.
    pub async fn run(mut self) -> anyhow::Result<Ended> {
        self.welcome();
        let mut ended = self.talk().await;
        if let Ok(ended) = &mut ended
            && !self.stop_what_runs().await
            && *ended == Ended::Well
            && !self.input.live()
        {
            *ended = Ended::Undecided;
        }
        self.terminal.line(None);
        let failed = stands::failed(&self.disk.tables()) && !self.input.live();
        self.machine.drain(None).await;
        match ended? {
            Ended::Well if failed => Ok(Ended::Unanswered),
            ended => Ok(ended),
        }
    }

    fn welcome(&self) {
        if !self.input.live() {
            return;
        }
        let agent = &self.agent;
        self.terminal.aside(&format!(
            "You talk to {agent} through the bot's own code. Nothing\n\
             goes to Telegram, and nothing is kept here.\n\
             What {agent} wants to do, you decide here yourself; in\n\
             Telegram those whom `approvers` names would.\n\n\
             1        press the button [1]\n\
             words    beside buttons: a reply, such as a reason\n\
             /new     a new conversation; /help: all commands\n\
             Ctrl-C   stop the answer; twice, or /quit: leave\n "
        ));
    }

    async fn talk(&mut self) -> anyhow::Result<Ended> {
        loop {
            self.show_line();
            if self.terminal.is_gone() {
                // Nobody looks any more: `| head` has seen enough.
                return Ok(Ended::Well);
            }
            let (live, terminal, disk) = (self.input.live(), &self.terminal, &self.disk);
            let input = &mut self.input;
            let due = async {
                while !(live || is_settled(terminal, disk) || terminal.is_gone()) {
                    sleep(LOOK_EVERY).await;
                }
                input.next().await
            };
            tokio::select! {
                done = due => {
                    let leaves = match done {
                        Some(Done::Line(typed)) => !self.enter(typed.trim()),
                        Some(Done::End) => true,
                        None => false,
                    };
                    if leaves {
                        return Ok(Ended::Well);
                    }
                }
                _ = self.signals.interrupt.recv() => {
                    if !self.interrupted() {
                        return Ok(Ended::Interrupted);
                    }
                }
                _ = self.signals.terminate.recv() => return Ok(Ended::Interrupted),
                _ = self.signals.hang_up.recv() => return Ok(Ended::Interrupted),
                Some(why) = self.fatal.recv() => return Err(why.into()),
            }
        }
    }

    fn show_line(&self) {
        let line = self.input.line().map(|(text, cursor)| Typed {
            label: "you".to_owned(),
            text,
            cursor,
        });
        self.terminal.line(line);
    }

    /// One line; whether to go on.
    fn enter(&mut self, line: &str) -> bool {
        self.warned = false;
        if line.is_empty() {
            return true;
        }
        if !self.input.echoed() {
            self.terminal.said(line);
        }
        if matches!(line, "/quit" | "/exit") {
            return false;
        }
        let (asked, number) = match line.strip_prefix(':') {
            Some(number) => (true, number),
            None => (false, line),
        };
        match number.trim().parse() {
            Ok(number) if self.terminal.press(number) => {}
            Ok(number) if asked => {
                let gone = format!("There is no button [{number}], or not any more.");
                self.terminal.aside(&gone);
            }
            _ => self.terminal.say(line),
        }
        true
    }

    /// Ctrl-C; whether to go on.
    fn interrupted(&mut self) -> bool {
        if self.warned || !self.input.live() {
            return false;
        }
        self.warned = true;
        if stands::runs(&self.disk.tables()) {
            self.terminal.say("/stop");
        } else {
            self.terminal.aside("Ctrl-C again ends, as /quit does.");
        }
        true
    }

    /// Leaves nothing at work that nobody would hear of; whether there was nothing.
    async fn stop_what_runs(&self) -> bool {
        let (terminal, disk) = (&self.terminal, &self.disk);
        if !stands::runs(&disk.tables()) {
            return true;
        }
        let agent = &self.agent;
        if stands::asks(&disk.tables()) {
            terminal.aside(&format!(
                "{agent} still waits for a decision. It is stopped."
            ));
        } else {
            terminal.aside(&format!("{agent} is still at work. It is stopped."));
        }
        terminal.say("/stop");
        let over = async {
            while !terminal.is_read() || stands::runs(&disk.tables()) {
                sleep(LOOK_EVERY).await;
            }
        };
        if timeout(STOP_MAX, over).await.is_err() {
            terminal.aside(&format!("{agent} could not be stopped, and goes on."));
        }
        false
    }
}

/// Whether all that was typed is answered, or waits for a word of the person.
fn is_settled(terminal: &Terminal<Stdout>, disk: &MemDisk) -> bool {
    terminal.is_read() && stands::is_settled(&disk.tables())
}
