//! One message on its way down: as it was meant, else in a form that Telegram may take instead
//! of refusing the whole. Only a refusal of the content leads down; a 429, a lost answer and a
//! chat that is closed to us do not.

use tracing::warn;

use super::chats::outside_topic;
use crate::ids::MessageId;
use crate::model::{Carried, File, FileName, Kind, Post, Shape, Shown};
use crate::telegram::{Button, CAPTION_MAX, EditMessage, OutMessage, Telegram, TelegramError};

/// What became of a call that sends something.
type Sent = Result<MessageId, TelegramError>;

/// Sends a new message: with its format, else as plain text, else the text as a file. Where its
/// topic takes none, it comes outside of it.
pub(super) async fn send(
    api: &dyn Telegram,
    post: &Post,
    quote: Option<MessageId>,
    text_max: usize,
) -> Result<Option<MessageId>, TelegramError> {
    let mut message = message(post, quote);
    let mut done = api.send_message(&message).await;
    if is_refused(post, done.as_ref()) && !message.entities.is_empty() {
        message.entities.clear();
        done = api.send_message(&message).await;
    }
    if is_refused(post, done.as_ref()) && post.kind != Kind::Placeholder {
        done = text_as_file(api, &message, done).await;
    }
    if let Some(outside) = outside_topic(post, &message, done.as_ref().err(), text_max) {
        done = api.send_message(&outside).await;
    }
    seen(done)
}

/// Sends what a post carries: as a picture if it is to be one, else as a document, else a
/// sentence in its place.
pub(super) async fn send_file(
    api: &dyn Telegram,
    post: &Post,
    carried: &Carried,
    file: &File,
    quote: Option<MessageId>,
) -> Result<Option<MessageId>, TelegramError> {
    let mut message = message(post, quote);
    let mut done = api.send_file(&message, file, carried.shape).await;
    if let Some(outside) = outside_topic(post, &message, done.as_ref().err(), CAPTION_MAX) {
        message = outside;
        done = api.send_file(&message, file, carried.shape).await;
    }
    if carried.shape == Shape::Photo && is_refused(post, done.as_ref()) {
        done = api.send_file(&message, file, Shape::Document).await;
    }
    if is_refused(post, done.as_ref()) && !carried.otherwise.is_empty() {
        let instead = OutMessage {
            text: carried.otherwise.clone(),
            entities: Vec::new(),
            ..message
        };
        if let Err(error) = api.send_message(&instead).await {
            warn!(chat = %post.place.chat, post = %post.id, %error, "nor was the word about it taken");
        }
    }
    seen(done)
}

/// Changes a message: with its format, else to plain text.
pub(super) async fn edit(
    api: &dyn Telegram,
    post: &Post,
    message: MessageId,
) -> Result<(), TelegramError> {
    let mut edit = EditMessage {
        chat: post.place.chat,
        message,
        text: post.body.text.clone(),
        entities: post.body.entities.clone(),
        buttons: buttons(&post.body.buttons),
    };
    let mut done = api.edit_message_text(&edit).await;
    if is_refused(post, done.as_ref()) && !edit.entities.is_empty() {
        edit.entities.clear();
        done = api.edit_message_text(&edit).await;
    }
    match done {
        Err(TelegramError::NotModified) => Ok(()),
        done => done,
    }
}

/// The last rung: whatever Telegram has against a text, it has nothing against a file.
async fn text_as_file(api: &dyn Telegram, message: &OutMessage, refused: Sent) -> Sent {
    let file = File {
        name: FileName::clean("message.txt", "message.txt"),
        media_type: "text/plain".to_owned(),
        bytes: message.text.clone().into(),
    };
    let without_text = OutMessage {
        text: String::new(),
        entities: Vec::new(),
        ..message.clone()
    };
    match api.send_file(&without_text, &file, Shape::Document).await {
        // Then it is not the text: what was said about that is the reason.
        Err(TelegramError::BadRequest(_)) => refused,
        done => done,
    }
}

/// Whether Telegram may take the same content in another form. Its words for what it does not
/// take are many, so any refusal that may be meant for the form counts.
fn is_refused<T>(post: &Post, done: Result<&T, &TelegramError>) -> bool {
    let Err(error @ TelegramError::BadRequest(words)) = done else {
        return false;
    };
    if words.contains("chat not found") {
        // Nothing gets there: an admin, say, who has never written to the bot.
        return false;
    }
    warn!(chat = %post.place.chat, post = %post.id, %error, "refused in this form");
    true
}

/// Sent is sent, even if nobody knows under which id.
fn seen(done: Sent) -> Result<Option<MessageId>, TelegramError> {
    match done {
        Err(TelegramError::SentUnread) => Ok(None),
        done => done.map(Some),
    }
}

fn message(post: &Post, quote: Option<MessageId>) -> OutMessage {
    OutMessage {
        chat: post.place.chat,
        topic: post.place.topic,
        text: post.body.text.clone(),
        entities: post.body.entities.clone(),
        reply_to: quote,
        silent: post.body.silent,
        buttons: buttons(&post.body.buttons),
    }
}

/// Buttons as Telegram wants them.
pub(super) fn buttons(rows: &[Vec<Shown>]) -> Vec<Vec<Button>> {
    let rows = rows.iter();
    rows.map(|row| {
        row.iter()
            .map(|shown| Button {
                label: shown.label.clone(),
                data: shown.token.clone(),
            })
            .collect()
    })
    .collect()
}
