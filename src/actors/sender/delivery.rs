//! One row of the outbox on its way to Telegram: the intent is committed before the call,
//! and what became of it after. The Sender decides when, this decides nothing.

use std::time::Duration;

use tracing::{debug, error, warn};

use super::chats;
use super::ladder::{edit, send, send_file};
use crate::actors::{Commons, Fatal};
use crate::ids::MessageId;
use crate::model::{File, Kind, Post, Redo};
use crate::rules::format::Formatted;
use crate::rules::screen::Reads;
use crate::store::{Change, StoreError, becomes_message};
use crate::telegram::{self, SharedTelegram, Telegram, TelegramError};

/// Calls of a row whose repetition could be seen twice.
pub(super) const SENDS_MAX: u32 = 2;
/// Calls of a row whose repetition cannot be seen: an edit, a deletion.
const REPEATS_MAX: u32 = 10;

/// What is left to do with a row after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Nothing: it was sent, refused, dropped or given up.
    Over,
    /// The same call again, after exactly this long.
    Limited(Duration),
    /// The same call again, where the chat is now.
    Moved,
    /// The same call again, after a growing wait.
    Later {
        /// Whether this one may have had its effect.
        perhaps: bool,
    },
}

/// Surely nothing happened.
const LATER: Delivered = Delivered::Later { perhaps: false };
/// Perhaps something happened, and doing it again is right all the same.
const AGAIN: Delivered = Delivered::Later { perhaps: true };

pub(super) async fn deliver(commons: Commons, api: SharedTelegram, post: Post) -> Delivered {
    let target = match post.body.target {
        Some(target) => match commons.store.message_of(target).await {
            Ok(message) => message,
            Err(error) => return store_failed(&post, &error),
        },
        None => None,
    };
    if target.is_none() && matches!(post.kind, Kind::Edit | Kind::Delete) {
        // What it was to change never arrived.
        let skip = vec![Change::Sending(post.id), sent(&post, None)];
        return match commons.store.commit(skip).await {
            Err(error) if error.retry() => store_failed(&post, &error),
            _ => Delivered::Over,
        };
    }
    let file = match post.body.file {
        Some(_) => match commons.store.file_of(post.id).await {
            Ok(file) => file,
            Err(error) => return store_failed(&post, &error),
        },
        None => None,
    };
    if post.sends > 0 && post.kind.redo() == Redo::OnceMore && api.get_me().await.is_err() {
        // The one repetition is not spent on a Telegram that is still out of order.
        return LATER;
    }
    match commons.store.commit(vec![Change::Sending(post.id)]).await {
        Ok(()) => {}
        // Dropped meanwhile: the state change that it announced was overtaken.
        Err(StoreError::Stale(_)) => return Delivered::Over,
        Err(StoreError::Deposed) => {
            commons.end(Fatal::Deposed);
            return Delivered::Over;
        }
        Err(error) => return store_failed(&post, &error),
    }
    make_call(&commons, &*api, &post, file.as_ref(), target).await
}

/// The call for a row that is committed as on its way: a new message, of which nothing has to be
/// read before.
pub(super) async fn deliver_begun(commons: Commons, api: SharedTelegram, post: Post) -> Delivered {
    make_call(&commons, &*api, &post, None, None).await
}

async fn make_call(
    commons: &Commons,
    api: &dyn Telegram,
    post: &Post,
    file: Option<&File>,
    target: Option<MessageId>,
) -> Delivered {
    let quote = {
        let screen = commons.screen.borrow();
        let question = post.body.reply_to;
        question.filter(|question| screen.quotes(post.place, *question))
    };
    let text_max = commons.config().limits.text_max;
    let (called, redo) = call(api, post, file, target, quote, text_max).await;
    settle(commons, post, called, redo).await
}

fn store_failed(post: &Post, error: &StoreError) -> Delivered {
    error!(post = %post.id, %error, "the store does not work, so nothing is sent");
    LATER
}

/// What Telegram says, and what is done if nobody knows.
type Called = (Result<Option<MessageId>, TelegramError>, Redo);

async fn call(
    api: &dyn Telegram,
    post: &Post,
    file: Option<&File>,
    target: Option<MessageId>,
    quote: Option<MessageId>,
    text_max: usize,
) -> Called {
    let chat = post.place.chat;
    if let Some(carried) = &post.body.file {
        let sent = match file {
            Some(file) => send_file(api, post, carried, file, quote).await,
            // It was erased, so the row is over already: settling says so.
            None => Err(TelegramError::BadRequest("its file is gone".to_owned())),
        };
        return (sent, post.kind.redo());
    }
    let called = match (post.kind, target) {
        (Kind::Edit, Some(message)) => edit(api, post, message).await.map(|()| None),
        (Kind::FinalEdit, Some(message)) => match edit(api, post, message).await {
            // The answer must arrive: without its placeholder it comes as a new message.
            Err(TelegramError::MessageGone | TelegramError::BadRequest(_)) => {
                return (send(api, post, quote, text_max).await, Redo::OnceMore);
            }
            done => done.map(|()| Some(message)),
        },
        (Kind::FinalEdit, None) => return (send(api, post, quote, text_max).await, Redo::OnceMore),
        (Kind::Delete, Some(message)) => match api.delete_message(chat, message).await {
            Err(TelegramError::MessageGone) => Ok(None),
            done => done.map(|()| None),
        },
        (Kind::Leave, _) => api.leave_chat(chat).await.map(|()| None),
        _ => send(api, post, quote, text_max).await,
    };
    (called, post.kind.redo())
}

/// Commits what became of a call.
async fn settle(
    commons: &Commons,
    post: &Post,
    called: Result<Option<MessageId>, TelegramError>,
    redo: Redo,
) -> Delivered {
    let (changes, delivered) = match called {
        Ok(message) => {
            note_on_screen(commons, post, message);
            (vec![sent(post, message)], Delivered::Over)
        }
        Err(error) => after_error(commons, post, &error, redo),
    };
    match commons.keep_surely(changes).await {
        Ok(()) => delivered,
        Err(failure) => {
            warn!(post = %post.id, %failure, "the outcome of a call was not noted");
            Delivered::Over
        }
    }
}

fn after_error(
    commons: &Commons,
    post: &Post,
    error: &TelegramError,
    redo: Redo,
) -> (Vec<Change>, Delivered) {
    let chat = post.place.chat;
    let outcome = error.outcome();
    if let TelegramError::RetryAfter(wait) = error {
        return (vec![Change::Unsent(post.id)], Delivered::Limited(*wait));
    }
    if let TelegramError::Migrated(to) = error {
        return chats::moved(commons, post, *to);
    }
    if *error == TelegramError::Unauthorized {
        commons.end(Fatal::Unauthorized);
    }
    match outcome {
        telegram::Outcome::Done => (vec![sent(post, None)], Delivered::Over),
        telegram::Outcome::NotSent => {
            warn!(%chat, post = %post.id, %error, "not sent");
            (vec![Change::Unsent(post.id)], LATER)
        }
        telegram::Outcome::Refused => (refused(post, error), Delivered::Over),
        telegram::Outcome::Unknown => match redo {
            Redo::Repeat if post.sends + 1 < REPEATS_MAX => {
                warn!(%chat, post = %post.id, %error, "repeating an edit");
                (Vec::new(), AGAIN)
            }
            Redo::OnceMore if post.sends + 1 < SENDS_MAX => {
                warn!(%chat, post = %post.id, %error, "sent once more: may arrive twice");
                (Vec::new(), AGAIN)
            }
            Redo::OnceMore | Redo::Repeat => {
                error!(%chat, post = %post.id, %error, "nobody knows whether it arrived");
                (vec![Change::UnknownPost(post.id)], Delivered::Over)
            }
            Redo::Never => {
                debug!(%chat, post = %post.id, %error, "nobody knows whether it arrived");
                (vec![Change::UnknownPost(post.id)], Delivered::Over)
            }
        },
    }
}

fn refused(post: &Post, error: &TelegramError) -> Vec<Change> {
    let chat = post.place.chat;
    warn!(%chat, post = %post.id, kind = post.kind.name(), %error, "telegram refused it");
    let mut changes = vec![Change::RefusedPost {
        post: post.id,
        reason: error.to_string(),
    }];
    let told = matches!(error, TelegramError::BadRequest(_))
        && (post.body.file.as_ref()).is_some_and(|carried| !carried.otherwise.is_empty());
    let announces = matches!(post.kind, Kind::Final | Kind::FinalEdit | Kind::Notice);
    if let (true, Some(turn)) = (announces && !told, post.turn) {
        changes.push(Change::Undeliverable { turn });
    }
    if let TelegramError::Forbidden(_) = error {
        // Blocked or removed: all that waits for the chat would be refused as well.
        changes.push(Change::CloseChat(chat));
    }
    changes
}

fn note_on_screen(commons: &Commons, post: &Post, message: Option<MessageId>) {
    let mut screen = commons.screen.borrow_mut();
    if let (Kind::FinalEdit | Kind::Delete, Some(target)) = (post.kind, post.body.target) {
        screen.forgets(target);
    }
    if let Some(message) = message {
        screen.saw(post.place, message);
        if post.kind == Kind::Placeholder {
            screen.shows(post.place.chat, post.id, message);
            let reads = Reads {
                text: Formatted {
                    text: post.body.text.clone(),
                    entities: post.body.entities.clone(),
                },
                buttons: post.body.buttons.clone(),
            };
            screen.reads(post.id, Some(reads));
        }
    }
}

fn sent(post: &Post, message: Option<MessageId>) -> Change {
    Change::Sent {
        post: post.id,
        message: message.filter(|_| becomes_message(post.kind)),
    }
}
