//! People: what they do, and what they see.

use std::time::Duration;

use switchboard_emulators::bot_api::{Message, SentFile};

use super::{PATIENCE, Stage};

/// A person at their phone.
#[derive(Clone, Copy)]
pub struct User<'s> {
    stage: &'s Stage,
    /// Their Telegram id, and that of their private chat.
    pub id: i64,
}

impl<'s> User<'s> {
    pub(super) fn new(stage: &'s Stage, id: i64) -> Self {
        Self { stage, id }
    }

    /// Writes to the bot.
    pub fn says(&self, text: &str) -> i64 {
        let telegram = &self.stage.telegram;
        telegram.add_user(self.id, &format!("User {}", self.id));
        telegram.open_chat(self.id);
        telegram.say(self.id, self.id, text)
    }

    /// Waits until a message of the bot with this text is on the screen.
    pub async fn sees(&self, fragment: &str) -> Message {
        let what = format!("user {} to see {fragment:?}", self.id);
        self.stage
            .telegram
            .wait_in(self.id, &what, PATIENCE, |world| {
                let found =
                    |message: &&Message| message.from_bot() && message.text.contains(fragment);
                world.messages(self.id).find(found).cloned()
            })
            .await
    }

    /// Waits until a message of the bot with a file of this name is on the screen.
    pub async fn sees_file(&self, name: &str) -> (Message, SentFile) {
        let what = format!("user {} to see the file {name:?}", self.id);
        self.stage
            .telegram
            .wait_in(self.id, &what, PATIENCE, |world| {
                let with_file = |message: &Message| Some((message.clone(), message.file()?));
                let mut files = world.messages(self.id).filter_map(with_file);
                files.find(|(message, file)| message.from_bot() && file.name == name)
            })
            .await
    }

    /// Waits until so many answers or refusals stand on the screen, and no placeholder.
    pub async fn waits(&self, what: &str, patience: Duration, answers: usize) {
        self.stage
            .telegram
            .wait_in(self.id, what, patience, |world| {
                let ours = world.messages(self.id).filter(|m| m.from_bot());
                let (waiting, done): (Vec<_>, Vec<_>) =
                    ours.partition(|m| m.text.contains(" is working…"));
                (waiting.is_empty() && done.len() >= answers).then_some(())
            })
            .await;
    }

    /// Waits until a text was shown so often in all, edits and deleted messages included.
    pub async fn sees_times(&self, fragment: &str, times: usize) {
        let what = format!("user {} to see {fragment:?} {times} times", self.id);
        self.stage
            .telegram
            .wait_in(self.id, &what, PATIENCE, |world| {
                let texts = world.sent(self.id).iter().flat_map(|sent| &sent.texts);
                let shown = texts.filter(|text| text.contains(fragment)).count();
                (shown >= times).then_some(())
            })
            .await;
    }

    /// Taps a button under the message with this text.
    pub async fn taps(&self, fragment: &str, label: &str) {
        let message = self.sees(fragment).await;
        let tap = self
            .stage
            .telegram
            .press(self.id, self.id, message.id, label)
            .unwrap_or_else(|error| panic!("{error:?}\n{}", self.stage.telegram.dump()));
        self.stage.telegram.tap_answered(&tap).await;
    }

    /// The bot's messages on the screen, top to bottom.
    pub fn screen(&self) -> Vec<String> {
        let screen = self.stage.telegram.screen(self.id);
        let ours = screen.into_iter().filter(Message::from_bot);
        ours.map(|message| message.text).collect()
    }

    /// How often a text was ever shown, edits and deleted messages included.
    pub fn shown(&self, fragment: &str) -> usize {
        self.stage.telegram.times_shown(self.id, fragment)
    }
}
