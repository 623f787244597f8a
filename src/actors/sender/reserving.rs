//! The way of an answer that may go at once: its call is reserved before it is committed, so that
//! the intent to make that call is part of the same commit. Where it may not go at once it is
//! committed alone, waits as everything does, and its intent is a commit of its own.

use actix::{
    ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, MessageResult, WrapFuture,
};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::debug;

use super::delivery::{self, Delivered};
use super::{Sender, limits};
use crate::actors::{Commons, hand_on, posts_among};
use crate::ids::ChatId;
use crate::model::{Kind, Post};
use crate::store::{Change, StoreError};

/// Asks for the next call to a chat, for a row of this kind that is about to be committed.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Option<Reserved>")]
struct Reserve {
    chat: ChatId,
    kind: Kind,
}

/// The next call to a chat; given back if it is dropped.
struct Reserved(oneshot::Sender<Post>);

/// Commits, again and again while the store does not work, and hands the posts among the changes to
/// the Sender; the first is on its way already where it may go at once.
///
/// # Errors
/// [`StoreError::Stale`] and [`StoreError::Deposed`], which no waiting mends.
pub async fn commit_and_send(
    commons: &Commons,
    sender: &Addr<Sender>,
    mut changes: Vec<Change>,
) -> Result<(), StoreError> {
    commons.moves.borrow().redirect_all(&mut changes);
    let mut posts = posts_among(&changes);
    let first = posts.first().filter(|post| needs_nothing(post));
    let reserved = match first {
        Some(post) => reserve(sender, post).await,
        None => None,
    };
    if let (Some(post), Some(_)) = (first, &reserved) {
        changes.push(Change::Sending(post.id));
    }
    commons.keep_surely(changes).await?;
    if let Some(Reserved(call)) = reserved
        && call.send(posts.remove(0)).is_err()
    {
        debug!("the sender has ended; the next process sends");
    }
    hand_on(sender, posts).await;
    Ok(())
}

/// Whether its call needs nothing but itself: no message that it changes, no file.
fn needs_nothing(post: &Post) -> bool {
    post.kind == Kind::Final && post.body.target.is_none() && post.body.file.is_none()
}

async fn reserve(sender: &Addr<Sender>, post: &Post) -> Option<Reserved> {
    let (chat, kind) = (post.place.chat, post.kind);
    // It ends only with the process.
    sender.send(Reserve { chat, kind }).await.ok().flatten()
}

impl Sender {
    /// What came of a call that was reserved for a chat: nothing if there was no row for it.
    fn used(&mut self, chat: ChatId, made: Option<(Post, Delivered)>, ctx: &mut Context<Self>) {
        match made {
            Some((post, delivered)) if post.place.chat == chat => {
                self.delivered(post, 0, delivered, ctx);
            }
            Some((post, _)) => {
                self.pace.done(chat, Instant::now());
                self.push(post);
            }
            None => self.pace.done(chat, Instant::now()),
        }
    }
}

impl Handler<Reserve> for Sender {
    type Result = MessageResult<Reserve>;

    fn handle(&mut self, asked: Reserve, ctx: &mut Context<Self>) -> Self::Result {
        self.keeps_to_the_settings();
        let (chat, cost) = (asked.chat, limits::cost_of(asked.kind));
        if !self.pace.reserve(chat, cost, Instant::now()) {
            return MessageResult(None);
        }
        let (reserved, committed) = oneshot::channel::<Post>();
        let (commons, api) = (self.commons.clone(), self.api.clone());
        let made = async move {
            // None comes where the commit has failed.
            let mut post = committed.await.ok()?;
            commons.moves.borrow().redirect(&mut post);
            if post.place.chat != chat {
                // It has moved meanwhile: the call was reserved for where it was.
                return Some((post, Delivered::Moved));
            }
            let delivered = delivery::deliver_begun(commons, api, post.clone()).await;
            Some((post, delivered))
        };
        ctx.spawn(made.into_actor(self).map(move |made, sender, ctx| {
            sender.used(chat, made, ctx);
            sender.pump(ctx);
        }));
        MessageResult(Some(Reserved(reserved)))
    }
}
