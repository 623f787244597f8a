//! A message with a file: `sendDocument` and `sendPhoto`, as a form with the bytes in it.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde::Serialize;

use super::call::call_with_form;
use super::client::BotApi;
use super::error::TelegramError;
use super::outgoing::{OutMessage, keyboard, message_id, thread};
use crate::ids::MessageId;
use crate::model::{File, Shape};

/// Bot API: the longest caption of a file, in characters; kept to in UTF-16 units, which are
/// never fewer.
pub const CAPTION_MAX: usize = 1024;
/// The slowest way out that an upload is given the time for, in bytes a second.
const SLOWEST: u64 = 64 * 1024;

/// What an upload may take: the time of a call, and that of its bytes.
fn upload_timeout(call: Duration, bytes: usize) -> Duration {
    call + Duration::from_secs(u64::try_from(bytes).unwrap_or(u64::MAX) / SLOWEST)
}

impl BotApi {
    /// Sends a file. The text of `message` is its caption, of at most [`CAPTION_MAX`].
    ///
    /// # Errors
    /// As [`TelegramError`] says; [`TelegramError::SentUnread`] if it was sent, but
    /// nobody knows under which id.
    pub async fn send_file(
        &self,
        message: &OutMessage,
        file: &File,
        shape: Shape,
    ) -> Result<MessageId, TelegramError> {
        let method = match shape {
            Shape::Photo => "SendPhoto",
            Shape::Document => "SendDocument",
        };
        let form = form(message, file, shape)?;
        let timeout = upload_timeout(self.call_timeout, file.bytes.len());
        let answer = call_with_form(&self.bot, method, form, timeout).await?;
        let id = answer.object().and_then(|sent| sent.number("message_id"));
        id.map(MessageId).ok_or(TelegramError::SentUnread)
    }
}

fn form(message: &OutMessage, file: &File, shape: Shape) -> Result<Form, TelegramError> {
    let mut form = Form::new().text("chat_id", message.chat.0.to_string());
    if let Some(topic) = thread(message.topic)? {
        form = form.text("message_thread_id", topic.0.0.to_string());
    }
    if !message.text.is_empty() {
        form = form.text("caption", message.text.clone());
    }
    if !message.entities.is_empty() {
        form = form.text("caption_entities", json(&message.entities)?);
    }
    if message.silent {
        form = form.text("disable_notification", "true");
    }
    if let Some(answered) = message.reply_to {
        let id = message_id(answered)?.0;
        let reply = serde_json::json!({"message_id": id, "allow_sending_without_reply": true});
        form = form.text("reply_parameters", reply.to_string());
    }
    if !message.buttons.is_empty() {
        form = form.text("reply_markup", json(&keyboard(&message.buttons))?);
    }
    let field = match shape {
        Shape::Photo => "photo",
        Shape::Document => {
            // Else an animation or a piece of music comes as something else than a file.
            form = form.text("disable_content_type_detection", "true");
            "document"
        }
    };
    let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let part = || Part::stream_with_length(file.bytes.clone(), length);
    let part = part()
        .mime_str(&file.media_type)
        // A media type that is none says nothing.
        .unwrap_or_else(|_| part())
        .file_name(file.name.as_str().to_owned());
    Ok(form.part(field, part))
}

fn json(value: &impl Serialize) -> Result<String, TelegramError> {
    serde_json::to_string(value)
        .map_err(|_| TelegramError::BadRequest("the call cannot be written".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_upload_has_the_time_that_a_slow_line_takes() {
        let call = Duration::from_secs(30);
        assert_eq!(upload_timeout(call, 1000), call);
        let largest = upload_timeout(call, 50 << 20);
        assert_eq!(largest, Duration::from_secs(30 + 800));
    }
}
