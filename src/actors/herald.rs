//! The Herald: tells the admins what concerns those who operate the bot.
//!
//! Owns what they know. Never decides that something is wrong: others report it, as often as they
//! like. What waits here is one state for each matter.

use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, SpawnHandle, WrapFuture,
};
use futures_util::future::LocalBoxFuture;
use tokio::time::Instant;
use tracing::warn;

use super::Commons;
use super::sender::{SayUnkept, Sender};
use crate::config::Config;
use crate::ids::{ChatId, TopicId};
use crate::model::{Body, Kind, Place, Post};
use crate::rules::alerts::{Alerts, Matter, Next, Stands};
use crate::store::Change;

/// The wait before something is said again that could not be committed.
const AGAIN: Duration = Duration::from_mins(1);
/// Admins who are told one by one; a team that is larger has a chat for it.
const ADMINS_MAX: usize = 20;

/// A matter stands like this. May be told again and again: only news goes out.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Report {
    /// Which.
    pub matter: Matter,
    /// How.
    pub stands: Stands,
}

/// Tells the admins what concerns them.
pub struct Herald {
    commons: Commons,
    sender: Addr<Sender>,
    alerts: Alerts,
    /// Whether something is being committed.
    busy: bool,
    timer: Option<SpawnHandle>,
}

impl Herald {
    /// A herald who has heard of nothing.
    #[must_use]
    pub fn new(commons: Commons, sender: Addr<Sender>) -> Self {
        Self {
            commons,
            sender,
            alerts: Alerts::default(),
            busy: false,
            timer: None,
        }
    }

    /// Says what is to be said, one thing after the other.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.busy {
            return;
        }
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let now = Instant::now();
        match self.alerts.next(now) {
            Next::Tell { about, text, kept } => self.tell(about, &text, kept, ctx),
            Next::WaitUntil(then) => self.wake_in(then.saturating_duration_since(now), ctx),
            Next::Nothing => {}
        }
    }

    fn wake_in(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        self.timer = Some(ctx.run_later(wait, Self::pump));
    }

    fn tell(&mut self, about: Vec<Matter>, text: &str, kept: bool, ctx: &mut Context<Self>) {
        let chats: Vec<ChatId> = chats(&self.commons.config()).collect();
        if chats.is_empty() {
            warn!(?about, "nobody is told: no admin is configured");
            self.alerts.told(&about);
            self.pump(ctx);
            return;
        }
        self.busy = true;
        let said = if kept {
            self.post(&chats, text)
        } else {
            self.say(chats, text)
        };
        ctx.spawn(said.into_actor(self).map(move |said, herald, ctx| {
            herald.busy = false;
            if said {
                herald.alerts.told(&about);
                herald.pump(ctx);
            } else {
                warn!(?about, "the admins were not told");
                herald.alerts.not_told(&about);
                herald.wake_in(AGAIN, ctx);
            }
        }));
    }

    /// By the outbox; whether it is there.
    fn post(&self, chats: &[ChatId], text: &str) -> LocalBoxFuture<'static, bool> {
        let posts = chats.iter().map(|chat| {
            let place = Place {
                chat: *chat,
                topic: TopicId::NONE,
            };
            let body = Body {
                text: text.to_owned(),
                ..Body::default()
            };
            let post = Post::new(self.commons.store.new_post(), place, Kind::Notice, body);
            Change::Post(post)
        });
        let posts: Vec<Change> = posts.collect();
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        Box::pin(async move {
            let done = commons.commit(&sender, posts).await;
            if let Err(failure) = &done {
                warn!(%failure, "a word to the admins was not kept");
            }
            done.is_ok()
        })
    }

    /// Past the store; whether anybody got it.
    fn say(&self, chats: Vec<ChatId>, text: &str) -> LocalBoxFuture<'static, bool> {
        let said = self.sender.send(SayUnkept {
            chats,
            text: text.to_owned(),
        });
        Box::pin(async move { said.await.unwrap_or(false) })
    }
}

/// Where the admins read: their chat, else each in private. Somebody who has never pressed Start
/// cannot be written to; Telegram says so each time, and nothing is tried again.
fn chats(config: &Config) -> impl Iterator<Item = ChatId> {
    let each = config.admins.iter().map(|admin| ChatId(admin.0));
    let each = each.filter(|_| config.admin_chat.is_none());
    config.admin_chat.into_iter().chain(each).take(ADMINS_MAX)
}

impl Actor for Herald {
    type Context = Context<Self>;
}

impl Handler<Report> for Herald {
    type Result = ();

    fn handle(&mut self, report: Report, ctx: &mut Self::Context) {
        self.alerts.note(report.matter, report.stands);
        self.pump(ctx);
    }
}
