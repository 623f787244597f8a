//! What shows of an answer while it grows: an edit of its placeholder that nobody would miss.

use super::{ShowProgress, ladder};
use crate::actors::Commons;
use crate::rules::screen::Reads;
use crate::telegram::{EditMessage, SharedTelegram, TelegramError};

/// Changes the placeholder, if it is there and reads something else.
pub(super) async fn show(
    commons: Commons,
    api: SharedTelegram,
    show: ShowProgress,
) -> Result<(), TelegramError> {
    let message = commons.screen.borrow().placeholder(show.placeholder);
    let Some(message) = message else {
        return Ok(());
    };
    let reads = Reads {
        text: show.text,
        buttons: show.buttons,
    };
    if (commons.screen.borrow()).already_reads(show.placeholder, &reads) {
        return Ok(());
    }
    if commons.store.prove_ownership().await.is_err() {
        return Ok(());
    }
    let edit = EditMessage {
        chat: show.place.chat,
        message,
        text: reads.text.text.clone(),
        entities: reads.text.entities.clone(),
        buttons: ladder::buttons(&reads.buttons),
    };
    let done = api.edit_message_text(&edit).await;
    let stands = match &done {
        Ok(()) | Err(TelegramError::NotModified) => Some(reads),
        Err(_) => None,
    };
    commons.screen.borrow_mut().reads(show.placeholder, stands);
    done
}
