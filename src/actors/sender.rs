//! The Sender: everything that goes out to Telegram.
//!
//! Owns order, limits, retries and previews: one call in flight per chat, a bounded number
//! overall. Never decides what to say. Rows of the outbox wait in `Pace`, which decides who
//! is next and when; what has no row (previews, typing, answers to taps) may be lost.

mod chats;
mod delivery;
mod inspecting;
mod ladder;
mod limits;
mod penalties;
mod progress;
mod reserving;
mod unkept;

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, ResponseFuture, SpawnHandle,
    WrapFuture,
};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
use tracing::{debug, error, info, warn};

use self::delivery::{Delivered, SENDS_MAX};
pub use self::inspecting::{InspectSender, WhichAreFull};
pub use self::penalties::TakeUpPenalties;
pub use self::reserving::commit_and_send;
pub use self::unkept::SayUnkept;
use super::Commons;
use crate::config::Config;
use crate::ids::OutboxId;
use crate::model::{Place, Post, Redo, Shown};
use crate::rules::format::Formatted;
use crate::rules::pace::{Next, Pace};
use crate::store::Change;
use crate::telegram::{CallbackId, SharedTelegram, TelegramError};

/// The first wait after a call that did not reach Telegram; it doubles with each try.
const WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two tries of one row.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// The longest wait for "typing" to be taken: it keeps its chat busy, and is over by then.
const TYPING_MAX: Duration = Duration::from_secs(3);

/// Rows of the outbox that were committed, in the order of their chats.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Posted(pub Vec<Post>);

/// Rows that an earlier process left, and whether their call had begun.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TakeUpPosts(pub Vec<(Post, bool)>);

/// Shows "typing" to a person who waits.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ShowTyping(pub Place);

/// Shows what is known of an answer, in its placeholder.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ShowProgress {
    /// The row of the placeholder.
    pub placeholder: OutboxId,
    /// Where it stands.
    pub place: Place,
    /// The whole new text.
    pub text: Formatted,
    /// The buttons under it; none takes away those that are there.
    pub buttons: Vec<Vec<Shown>>,
}

/// Ends the spinner on a button, with a word where nothing else says what happened.
#[derive(Message)]
#[rtype(result = "()")]
pub struct AnswerTap {
    /// The tap.
    pub id: CallbackId,
    /// What to say.
    pub text: Option<Cow<'static, str>>,
}

/// Sends what waits; answers when nothing does.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Flush;

/// What waits in the pace.
enum Work {
    Row {
        post: Post,
        /// Calls that ended without a result so far: each makes the next wait longer.
        tries: u32,
    },
    Progress(ShowProgress),
    Typing(Place),
}

/// Everything that goes out to Telegram.
pub struct Sender {
    commons: Commons,
    api: SharedTelegram,
    pace: Pace<Work>,
    /// The settings that the pace keeps to.
    paced_by: Rc<Config>,
    /// The timer for the next thing that may go.
    timer: Option<SpawnHandle>,
    /// Whom to tell when nothing waits any more.
    flushing: Vec<oneshot::Sender<()>>,
}

impl Sender {
    /// A sender with nothing to send.
    #[must_use]
    pub fn new(commons: Commons, api: SharedTelegram) -> Self {
        let config = commons.config();
        Self {
            commons,
            api,
            pace: Pace::new(limits::of(&config)),
            paced_by: config,
            timer: None,
            flushing: Vec::new(),
        }
    }

    fn push(&mut self, mut post: Post) {
        self.commons.moves.borrow().redirect(&mut post);
        if let Some(target) = post.body.target {
            // From here on the placeholder belongs to this row.
            self.pace.drop_preview(post.place.chat, target);
        }
        let (class, cost) = (limits::class_of(post.kind), limits::cost_of(post.kind));
        let (chat, now) = (post.place.chat, Instant::now());
        let work = Work::Row { post, tries: 0 };
        self.pace.push(chat, class, cost, work, now);
    }

    /// Does what may go now, and wakes up for what may go later.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        self.keeps_to_the_settings();
        loop {
            match self.pace.next(Instant::now()) {
                Next::Send { item, .. } => self.send(item, ctx),
                Next::WaitUntil(opens) => {
                    let pause = opens.saturating_duration_since(Instant::now());
                    self.wake_in(pause, ctx);
                    return;
                }
                Next::Blocked => return,
                Next::Empty => {
                    self.flushed();
                    return;
                }
            }
        }
    }

    fn wake_in(&mut self, pause: Duration, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        self.timer = Some(ctx.run_later(pause, |sender, ctx| {
            sender.timer = None;
            sender.pump(ctx);
        }));
    }

    fn flushed(&mut self) {
        for waiting in self.flushing.drain(..) {
            // Whoever waited may have given up.
            let _ = waiting.send(());
        }
    }

    fn send(&mut self, work: Work, ctx: &mut Context<Self>) {
        match work {
            Work::Row { post, tries } => {
                let call = delivery::deliver(self.commons.clone(), self.api.clone(), post.clone());
                ctx.spawn(call.into_actor(self).map(move |delivered, sender, ctx| {
                    sender.delivered(post, tries, delivered, ctx);
                    sender.pump(ctx);
                }));
            }
            Work::Progress(show) => {
                let place = show.place;
                let call = progress::show(self.commons.clone(), self.api.clone(), show);
                self.spawn_preview(place, call, ctx);
            }
            Work::Typing(place) => {
                let (commons, api) = (self.commons.clone(), self.api.clone());
                let call = async move {
                    if commons.store.prove_ownership().await.is_err() {
                        return Ok(());
                    }
                    let topic = commons.screen.borrow().typing_topic(place);
                    let typing = api.send_chat_action(place.chat, topic);
                    timeout(TYPING_MAX, typing).await.unwrap_or(Ok(()))
                };
                self.spawn_preview(place, call, ctx);
            }
        }
    }

    /// A call that nobody misses; only a penalty is of interest.
    fn spawn_preview(
        &mut self,
        place: Place,
        call: impl Future<Output = Result<(), TelegramError>> + 'static,
        ctx: &mut Context<Self>,
    ) {
        ctx.spawn(call.into_actor(self).map(move |done, sender, ctx| {
            let now = Instant::now();
            match done {
                Err(TelegramError::RetryAfter(wait)) => {
                    warn!(chat = %place.chat, ?wait, "told to slow down");
                    sender.keep_to(place.chat, wait, ctx);
                }
                Err(error) => debug!(chat = %place.chat, %error, "preview not shown"),
                Ok(()) => {}
            }
            sender.pace.done(place.chat, now);
            sender.pump(ctx);
        }));
    }

    /// A call for a row has ended; what it means is committed already.
    fn delivered(&mut self, post: Post, tries: u32, delivered: Delivered, ctx: &mut Context<Self>) {
        let (chat, now) = (post.place.chat, Instant::now());
        match delivered {
            Delivered::Over => {}
            Delivered::Moved => self.follow(post),
            Delivered::Limited(wait) => {
                warn!(%chat, post = %post.id, ?wait, "told to slow down");
                self.put_back(post, tries, now);
                self.keep_to(chat, wait, ctx);
            }
            Delivered::Later { perhaps } => {
                let wait = WAIT.saturating_mul(2_u32.saturating_pow(tries));
                let wait = wait.min(WAIT_MAX);
                let post = Post {
                    sends: post.sends + u32::from(perhaps),
                    ..post
                };
                info!(%chat, post = %post.id, ?wait, "will be sent again");
                self.put_back(post, tries + 1, now + wait);
            }
        }
        self.pace.done(chat, now);
    }

    fn put_back(&mut self, post: Post, tries: u32, not_before: Instant) {
        let (class, cost) = (limits::class_of(post.kind), limits::cost_of(post.kind));
        let chat = post.place.chat;
        let work = Work::Row { post, tries };
        self.pace.put_back(chat, class, cost, work, not_before);
    }
}

impl Actor for Sender {
    type Context = Context<Self>;
}

impl Handler<Posted> for Sender {
    type Result = ();

    fn handle(&mut self, posted: Posted, ctx: &mut Self::Context) {
        for post in posted.0 {
            self.push(post);
        }
        self.pump(ctx);
    }
}

impl Handler<TakeUpPosts> for Sender {
    type Result = ();

    /// A row whose call had begun may have arrived: its kind says what is done then.
    fn handle(&mut self, rows: TakeUpPosts, ctx: &mut Self::Context) {
        let mut given_up = Vec::new();
        for (post, begun) in rows.0 {
            match (begun, post.kind.redo()) {
                (true, Redo::Never) => given_up.push(Change::UnknownPost(post.id)),
                (true, Redo::OnceMore) if post.sends >= SENDS_MAX => {
                    error!(post = %post.id, chat = %post.place.chat, "nobody knows whether it arrived");
                    given_up.push(Change::UnknownPost(post.id));
                }
                (true, Redo::OnceMore) => {
                    warn!(post = %post.id, chat = %post.place.chat, "may arrive twice");
                    self.push(post);
                }
                _ => self.push(post),
            }
        }
        if !given_up.is_empty() {
            let store = self.commons.store.clone();
            let commit = async move {
                if let Err(error) = store.commit(given_up).await {
                    error!(%error, "could not note the rows that were given up");
                }
            };
            ctx.spawn(commit.into_actor(self));
        }
        self.pump(ctx);
    }
}

impl Handler<ShowTyping> for Sender {
    type Result = ();

    fn handle(&mut self, show: ShowTyping, ctx: &mut Self::Context) {
        let place = self.commons.moves.borrow().place(show.0);
        self.pace
            .typing(place.chat, Work::Typing(place), Instant::now());
        self.pump(ctx);
    }
}

impl Handler<ShowProgress> for Sender {
    type Result = ();

    fn handle(&mut self, show: ShowProgress, ctx: &mut Self::Context) {
        let (chat, placeholder) = (show.place.chat, show.placeholder);
        let work = Work::Progress(show);
        self.pace.preview(chat, placeholder, work, Instant::now());
        self.pump(ctx);
    }
}

impl Handler<AnswerTap> for Sender {
    type Result = ();

    fn handle(&mut self, tap: AnswerTap, ctx: &mut Self::Context) {
        let (commons, api) = (self.commons.clone(), self.api.clone());
        let call = async move {
            if commons.store.prove_ownership().await.is_err() {
                return;
            }
            let done = api.answer_callback_query(&tap.id, tap.text.as_deref(), tap.text.is_some());
            if let Err(error) = done.await {
                debug!(%error, "the tap was not answered");
            }
        };
        ctx.spawn(call.into_actor(self));
    }
}

impl Handler<Flush> for Sender {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Flush, ctx: &mut Self::Context) -> Self::Result {
        let (told, flushed) = oneshot::channel();
        self.flushing.push(told);
        self.pump(ctx);
        Box::pin(async move {
            // An error means that the sender ended first: then nothing is left to wait for.
            let _ = flushed.await;
        })
    }
}
