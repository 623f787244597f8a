//! The Herald: tells the admins what concerns those who operate the bot.
//!
//! Owns what they know. Never decides that something is wrong: others report it, as often as they
//! like. What waits here is one state for each matter.

use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient, SpawnHandle,
    WrapFuture,
};
use tokio::time::Instant;
use tracing::warn;

use super::Commons;
use super::sender::Posted;
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
    sender: Recipient<Posted>,
    alerts: Alerts,
    /// Whether something is being committed.
    busy: bool,
    timer: Option<SpawnHandle>,
}

impl Herald {
    /// A herald who has heard of nothing.
    #[must_use]
    pub fn new(commons: Commons, sender: Recipient<Posted>) -> Self {
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
            Next::Tell(matter, text) => self.tell(matter, &text, ctx),
            Next::WaitUntil(then) => self.wake_in(then.saturating_duration_since(now), ctx),
            Next::Nothing => {}
        }
    }

    fn wake_in(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        self.timer = Some(ctx.run_later(wait, Self::pump));
    }

    fn tell(&mut self, matter: Matter, text: &str, ctx: &mut Context<Self>) {
        let config = self.commons.config();
        let posts = chats(&config).map(|chat| {
            let place = Place {
                chat,
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
        if posts.is_empty() {
            warn!(?matter, "nobody is told: no admin is configured");
            self.pump(ctx);
            return;
        }
        self.busy = true;
        let (commons, sender) = (self.commons.clone(), self.sender.clone());
        let committed = async move { commons.commit(&sender, posts).await };
        ctx.spawn(committed.into_actor(self).map(move |done, herald, ctx| {
            herald.busy = false;
            if let Err(failure) = done {
                warn!(?matter, %failure, "the admins were not told");
                herald.alerts.not_told(matter);
                herald.wake_in(AGAIN, ctx);
            } else {
                herald.pump(ctx);
            }
        }));
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
