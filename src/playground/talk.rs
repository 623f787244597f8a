//! The loop: what is typed, what the bot does, what is shown of it.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use switchboard_emulators::bot_api::{BotApi, ChatId, Incoming, MessageId, Upload, UserId};
use tokio::time::{Instant, sleep_until};

use super::command::{Command, HELP};
use super::machine::{GROUP, Machine, YOU};
use super::patience::{Owed, Patience, Verdict};
use super::watch::{News, Watch};
use crate::ids::AgentName;
use crate::terminal::editor::Done;
use crate::terminal::input::Input;
use crate::terminal::screen::{Screen, Typed};

/// Longer than anybody plays.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

/// The beginning and the end of a JPEG: nobody looks at what is between.
const PHOTO: &[u8] = &[0xff, 0xd8, 0xff, 0xd9];

/// What to try first.
const EXAMPLES: &str = "
  /k8s list pods               ask an agent
  /istio                       make istio the current one
  /security scan my namespace  slow, with progress
  1                            press the button [1]
  /help, /new                  the bot's own commands
  :help                        what else you can do here

🔔 means that the phone would buzz. Ctrl-D leaves.
";

/// The conversation between the person and the bot.
pub(super) struct Talk<W> {
    telegram: BotApi,
    watch: Watch,
    screen: Screen<W>,
    input: Input,
    user: UserId,
    in_group: bool,
    /// What was said last.
    said: Option<(ChatId, MessageId)>,
    names: HashMap<UserId, String>,
    patience: Patience,
    /// Whether all that was said had its answer in time.
    all_answered: bool,
}

impl<W: Write> Talk<W> {
    pub fn new(machine: &Machine, screen: Screen<W>, input: Input) -> Self {
        let agents = machine.agents.iter();
        let agents = agents.map(|(demo, _)| AgentName::from(demo.command()));
        Self {
            telegram: machine.telegram.clone(),
            watch: Watch::new(agents),
            screen,
            input,
            user: YOU,
            in_group: false,
            said: None,
            names: HashMap::from([(YOU, "you".to_owned())]),
            patience: Patience::new(Instant::now()),
            all_answered: true,
        }
    }

    /// The first words; fewer for a script.
    pub fn welcome(&mut self, log: &Path) {
        let mut text = "\
Switchboard playground: the real bot, an emulated Telegram,
and three demo agents. Nothing leaves this machine.
"
        .to_owned();
        if self.input.live() {
            text.push_str(EXAMPLES);
            text.push_str("Log: ");
            text.push_str(&log.display().to_string());
            text.push('\n');
        }
        // A screen that cannot be written to is noticed by the loop.
        let _ = self.screen.aside(&format!("{text}\n"));
    }

    /// What came while the bot stopped; then the screen is left as it is.
    pub fn farewell(&mut self) {
        let news = self.telegram.clone().look(|world| self.watch.news(world));
        let _ = self.show(news.unwrap_or_default());
        let _ = self.screen.typing(false);
        let _ = self.screen.line(None);
    }

    /// Until the person leaves, or the script is through: then whether each of its lines
    /// had its answer.
    pub async fn run(
        &mut self,
        machine: &mut Machine,
        stop: impl Future<Output = ()>,
    ) -> anyhow::Result<bool> {
        tokio::pin!(stop);
        let telegram = self.telegram.clone();
        loop {
            let now = Instant::now();
            let ready = self.show_line(now);
            let ready = ready.and_then(|()| Ok(self.input.live() || self.settled(now)?));
            let Ok(ready) = ready else {
                // Nobody looks any more: `| head` has seen enough.
                return Ok(true);
            };
            let look_again = self.look_again(now);
            let watch = &mut self.watch;
            let goes_on = tokio::select! {
                done = self.input.next(), if ready => match done {
                    Some(Done::Line(line)) => self.enter(&line, machine).await,
                    Some(Done::End) => return Ok(self.all_answered),
                    None => Ok(true),
                },
                news = telegram.wait_for("news", FOREVER, |world| watch.news(world)) => {
                    self.patience.alive(Instant::now());
                    self.show(news).map(|()| true)
                }
                () = sleep_until(look_again) => Ok(true),
                why = machine.bot_ended() => return Err(why),
                () = &mut stop => return Ok(true),
            };
            if !goes_on.unwrap_or(false) {
                return Ok(self.all_answered);
            }
        }
    }

    /// One line; whether to go on.
    async fn enter(&mut self, line: &str, machine: &Machine) -> io::Result<bool> {
        let command = Command::read(line);
        if command != Command::Nothing && !self.input.echoed() {
            let label = self.label();
            self.screen.said(&format!("{label} ▸ "), line.trim())?;
        }
        match command {
            Command::Nothing => {}
            Command::Say(text) if text.parse().is_ok_and(|number| self.press(number)) => {}
            Command::Say(text) => {
                let message = self.telegram.say(self.user, self.chat(), &text);
                self.has_said(message);
            }
            Command::Photo(caption) => self.send(&caption, Upload::photo(PHOTO)),
            Command::File(path) => self.send_file(&path)?,
            Command::Edit(text) => match self.said {
                Some((chat, message)) => self.telegram.edit(chat, message, &text),
                None => self.screen.aside("You have said nothing yet.")?,
            },
            Command::Help => self.screen.aside(HELP)?,
            Command::As(user, name) => self.act_as(user, name)?,
            Command::Chat { group } => self.go_to(group)?,
            Command::Agent { name, up } => self.switch(machine, &name, up).await?,
            Command::Press(number) if self.press(number) => {}
            Command::Press(number) => {
                let gone = format!("There is no button [{number}], or not any more.");
                self.screen.aside(&gone)?;
            }
            Command::Quit => return Ok(false),
            Command::Wrong(text) => self.screen.aside(&text)?,
        }
        Ok(true)
    }

    fn has_said(&mut self, message: MessageId) {
        let key = (self.chat(), message);
        self.said = Some(key);
        self.patience.owes(Owed::Answer(key), Instant::now());
    }

    fn send(&mut self, caption: &str, file: Upload) {
        let message = Incoming::new(self.user, self.chat(), caption).file(file);
        let message = self.telegram.post(message);
        self.has_said(message);
    }

    /// A file of the person's own disk, as their app would send it.
    fn send_file(&mut self, path: &Path) -> io::Result<()> {
        match std::fs::read(path) {
            Ok(bytes) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let file = Upload::document(&name, "application/octet-stream", &bytes);
                self.send("", file);
                Ok(())
            }
            Err(why) => {
                let path = path.display();
                self.screen.aside(&format!("{path} cannot be read: {why}"))
            }
        }
    }

    fn act_as(&mut self, user: UserId, name: Option<String>) -> io::Result<()> {
        let known = self.names.contains_key(&user);
        if let Some(name) = name.or_else(|| (!known).then(|| format!("User {user}"))) {
            self.telegram.add_user(user, &name);
            self.names.insert(user, name);
        }
        self.user = user;
        let name = self.names.get(&user).cloned().unwrap_or_default();
        self.screen.aside(&match user {
            YOU => "You are yourself again.".to_owned(),
            user => format!("You are {name} ({user}), who is not on the bot's list."),
        })
    }

    fn go_to(&mut self, group: bool) -> io::Result<()> {
        self.in_group = group;
        if !group {
            return self.screen.aside("You are in a private chat with the bot.");
        }
        let bot = self.telegram.username().to_owned();
        self.screen.aside(&format!(
            "You are in a group. There the bot sees commands, replies to it\n\
             and messages that mention @{bot}, as in Telegram."
        ))
    }

    async fn switch(&mut self, machine: &Machine, name: &str, up: bool) -> io::Result<()> {
        let Some(agent) = machine.agent(name) else {
            let agents = machine.agents.iter().map(|(demo, _)| demo.command());
            let agents: Vec<&str> = agents.collect();
            return self
                .screen
                .aside(&format!("The agents are: {}", agents.join(", ")));
        };
        if !up {
            agent.go_down().await;
            return self
                .screen
                .aside(&format!("{name} is down. :up {name} brings it back."));
        }
        match agent.come_up().await {
            Ok(()) => self.screen.aside(&format!("{name} is up.")),
            Err(why) => self.screen.aside(&format!("{name} cannot come up: {why}")),
        }
    }

    /// Whether there is such a button.
    fn press(&mut self, number: usize) -> bool {
        let Some(((chat, message), label)) = self.screen.button(number) else {
            return false;
        };
        let Ok(query) = self.telegram.press(self.user, *chat, *message, label) else {
            return false;
        };
        self.patience.owes(Owed::Tap(query), Instant::now());
        true
    }

    fn show(&mut self, news: Vec<News>) -> io::Result<()> {
        for news in news {
            match news {
                News::Came(bubble) | News::Changed(bubble) => {
                    let label = self.bot_label(bubble.key.0);
                    self.screen.bubble(&label, bubble)?;
                }
                News::Went(key) => self.screen.forget(key)?,
                News::Tapped { query, text } => {
                    self.patience.tapped(&query);
                    if !text.is_empty() {
                        self.screen.aside(&format!("(for a moment) {text}"))?;
                    }
                }
                News::Typing => {}
            }
        }
        Ok(())
    }

    fn show_line(&mut self, now: Instant) -> io::Result<()> {
        let typing = self.watch.typing_until(now).is_some();
        self.screen.typing(typing)?;
        let line = self.input.line().map(|(text, cursor)| Typed {
            label: self.label(),
            text,
            cursor,
        });
        self.screen.line(line)
    }

    /// Whether a script may go on.
    fn settled(&mut self, now: Instant) -> io::Result<bool> {
        let busy = self.watch.has_draft()
            || self.watch.typing_until(now).is_some()
            || self.telegram.look(|world| world.pending_updates() > 0);
        if let Owed::Answer(key) = self.patience.owed
            && self.watch.answered(key)
        {
            self.patience.owed = Owed::Nothing;
        }
        match self.patience.verdict(busy, now) {
            Verdict::Wait => return Ok(false),
            Verdict::GoOn => {}
            Verdict::Silence => self.screen.aside("(The bot says nothing to that.)")?,
            Verdict::TooLate => {
                self.screen.aside("There was no answer within a minute.")?;
                self.all_answered = false;
            }
        }
        Ok(true)
    }

    /// When something may have changed without any news.
    fn look_again(&self, now: Instant) -> Instant {
        let next = self.patience.look_again(now);
        let typing = self.watch.typing_until(now);
        typing.map_or(next, |typing| typing.min(next))
    }

    fn chat(&self) -> ChatId {
        if self.in_group { GROUP } else { self.user }
    }

    fn label(&self) -> String {
        let name = self.names.get(&self.user).map_or("you", String::as_str);
        let place = if self.in_group { " (group)" } else { "" };
        format!("{name}{place}")
    }

    fn bot_label(&self, chat: ChatId) -> String {
        if chat == self.chat() {
            return "bot".to_owned();
        }
        if chat == GROUP {
            return "bot (group)".to_owned();
        }
        let name = self.names.get(&chat).map_or("somebody", String::as_str);
        format!("bot (to {name})")
    }
}
