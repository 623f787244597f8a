//! The Poller: takes updates in.
//!
//! Owns the getUpdates offset: commits a batch, hands it on, polls again. The offset moves
//! only after the batch is committed, so what was not committed comes again. Never parses
//! a command. What waits here is one batch; the rest waits at Telegram.

use std::time::Duration;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient, ResponseActFuture,
    SpawnHandle, WrapFuture,
};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::herald::Report;
use super::{Commons, Fatal, trial};
use crate::ids::{Timestamp, UpdateId};
use crate::poison::Work;
use crate::rules::alerts::{Matter, Stands};
use crate::rules::poll_watch::Rival;
use crate::rules::words::operator;
use crate::store::{StoreError, StoredUpdate};
use crate::telegram::{RawUpdate, SharedTelegram, TelegramError, longest_poll};

/// Updates in one batch (Bot API: at most 100).
const BATCH_MAX: u8 = 100;
/// The first wait after a poll that failed; it doubles up to [`WAIT_MAX`].
const WAIT: Duration = Duration::from_secs(1);
/// The longest wait after a poll that failed.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// A conflict ends when the other poll does: wait longer than that one lasts.
const CONFLICT_MARGIN: Duration = Duration::from_secs(5);

/// Committing a batch and what comes of it takes no longer, unless something hangs.
const HAND_ON_MAX: Duration = Duration::from_mins(1);

/// Updates that were committed and that nobody has dealt with, oldest first.
#[derive(Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct UpdatesArrived(pub Vec<StoredUpdate>);

/// Polls no more; what was committed is confirmed to Telegram.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopPolling;

/// Takes updates in.
pub struct Poller {
    commons: Commons,
    api: SharedTelegram,
    router: Recipient<UpdatesArrived>,
    /// Hears who else gets what people write.
    herald: Recipient<Report>,
    /// Who does, as the herald knows it.
    rival: Option<Rival>,
    /// The next update to ask for; everything below it is committed.
    offset: Option<UpdateId>,
    /// The wait after the next failure.
    wait: Duration,
    /// The poll, or the wait for the next one.
    polling: Option<SpawnHandle>,
}

/// How one round ended.
enum Round {
    /// Committed and dealt with; the next offset, if anything came.
    Done(Option<UpdateId>),
    /// Telegram did not answer with updates.
    NoAnswer(TelegramError),
    /// The store did not take them, or not all of what came of them.
    NotKept(StoreError),
}

impl Poller {
    /// A poller that has asked for nothing yet.
    #[must_use]
    pub fn new(
        commons: Commons,
        api: SharedTelegram,
        router: Recipient<UpdatesArrived>,
        herald: Recipient<Report>,
    ) -> Self {
        Self {
            commons,
            api,
            router,
            herald,
            rival: None,
            offset: None,
            wait: WAIT,
            polling: None,
        }
    }

    fn poll(&mut self, ctx: &mut Context<Self>) {
        self.begins(longest_poll(self.commons.config().telegram.poll_timeout));
        let round = one_round(
            self.commons.clone(),
            self.api.clone(),
            self.router.clone(),
            self.offset,
        );
        let then = round.into_actor(self).map(Self::after);
        self.polling = Some(ctx.spawn(then));
    }

    fn after(round: Round, poller: &mut Self, ctx: &mut Context<Self>) {
        match round {
            Round::Done(offset) => {
                poller.tell_of_rivals(ctx);
                if poller.wait != WAIT {
                    info!("polling again");
                    poller.wait = WAIT;
                }
                poller.offset = offset.or(poller.offset);
                poller.poll(ctx);
            }
            Round::NoAnswer(failure) => poller.no_answer(&failure, ctx),
            Round::NotKept(StoreError::Deposed) => poller.commons.end(Fatal::Deposed),
            Round::NotKept(failure) => {
                error!(%failure, "the store does not work, so nothing is polled");
                let wait = poller.next_wait();
                // What is committed and not dealt with is dealt with first.
                poller.wait_for(wait, ctx, Self::take_up);
            }
        }
    }

    fn no_answer(&mut self, failure: &TelegramError, ctx: &mut Context<Self>) {
        let wait = match failure {
            TelegramError::Unauthorized => {
                self.commons.end(Fatal::Unauthorized);
                return;
            }
            TelegramError::Conflict { webhook: true } => {
                error!(
                    "a webhook is set for this bot, so it cannot be polled; \
                     remove it with: switchboard doctor --delete-webhook --config FILE"
                );
                self.refused(Rival::Webhook, ctx);
                WAIT_MAX
            }
            TelegramError::Conflict { webhook: false } => {
                warn!("another process polls for this bot; waiting until its poll is over");
                self.refused(Rival::Poller, ctx);
                self.commons.config().telegram.poll_timeout + CONFLICT_MARGIN
            }
            TelegramError::RetryAfter(wait) => *wait,
            _ => {
                warn!(%failure, "the poll failed, trying again");
                self.next_wait()
            }
        };
        self.wait_for(wait, ctx, Self::poll);
    }

    fn refused(&mut self, by: Rival, ctx: &mut Context<Self>) {
        self.commons.polls.refused(Instant::now(), by);
        self.tell_of_rivals(ctx);
    }

    /// Tells those who operate the bot who else gets what people write, where that has changed.
    fn tell_of_rivals(&mut self, ctx: &mut Context<Self>) {
        let rival = self.commons.polls.rival();
        if self.rival == rival {
            return;
        }
        self.rival = rival;
        let stands = match rival {
            Some(Rival::Poller) => Stands::Wrong(operator::RIVAL_POLLS.to_owned()),
            Some(Rival::Webhook) => Stands::Wrong(operator::WEBHOOK_SET.to_owned()),
            None => Stands::Well(operator::POLLS_ALONE.to_owned()),
        };
        let matter = Matter::Polls;
        let told = self.herald.send(Report { matter, stands });
        // It ends only with the process.
        ctx.spawn(told.into_actor(self).map(|_, _, _| ()));
    }

    /// Tells the watch how long the next step may take.
    fn begins(&self, latest: Duration) {
        self.commons.polls.begins(Instant::now(), latest);
    }

    fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(WAIT_MAX);
        wait
    }

    fn wait_for(
        &mut self,
        wait: Duration,
        ctx: &mut Context<Self>,
        then: fn(&mut Self, &mut Context<Self>),
    ) {
        self.begins(wait);
        self.polling = Some(ctx.run_later(wait, then));
    }

    /// Hands on what is committed and not dealt with, then polls.
    fn take_up(&mut self, ctx: &mut Context<Self>) {
        let round = take_up(self.commons.clone(), self.router.clone());
        let then = round.into_actor(self).map(Self::after);
        self.polling = Some(ctx.spawn(then));
    }
}

async fn one_round(
    commons: Commons,
    api: SharedTelegram,
    router: Recipient<UpdatesArrived>,
    offset: Option<UpdateId>,
) -> Round {
    if let Err(failure) = commons.store.prove_ownership().await {
        return Round::NotKept(failure);
    }
    let timeout = commons.config().telegram.poll_timeout;
    let polled = api.get_updates(offset, timeout, BATCH_MAX).await;
    commons.polls.ends(Instant::now());
    commons.polls.begins(Instant::now(), HAND_ON_MAX);
    let batch = match polled {
        Ok(batch) => batch,
        Err(failure) => return Round::NoAnswer(failure),
    };
    commons.polls.answered(Instant::now());
    let Some(last) = batch.last().map(|update| update.id) else {
        return Round::Done(None);
    };
    debug!(updates = batch.len(), "a batch arrived");
    let now = commons.now();
    let batch = batch.into_iter().map(|update| kept(update, now)).collect();
    let fresh = match commons.store.accept(batch).await {
        Ok(fresh) => fresh,
        Err(failure) => return Round::NotKept(failure),
    };
    hand_on(&router, fresh, Some(UpdateId(last.0 + 1))).await
}

async fn take_up(commons: Commons, router: Recipient<UpdatesArrived>) -> Round {
    loop {
        commons.polls.begins(Instant::now(), HAND_ON_MAX);
        let waiting = match commons.store.new_updates(BATCH_MAX.into()).await {
            Ok(waiting) if waiting.is_empty() => return Round::Done(None),
            Ok(waiting) => waiting,
            Err(failure) => return Round::NotKept(failure),
        };
        info!(
            updates = waiting.len(),
            "taking up updates of an earlier process"
        );
        // Those that may have ended several processes come alone, the others as one batch.
        let suspected = |update: &StoredUpdate| commons.trial.suspects(Work::Update(update.id));
        let (alone, together): (Vec<_>, Vec<_>) = waiting.into_iter().partition(suspected);
        for update in alone {
            commons.polls.begins(Instant::now(), HAND_ON_MAX);
            let work = Work::Update(update.id);
            let _alone = trial::let_in(commons.clone(), work).await;
            if let Round::NotKept(failure) = hand_on(&router, vec![update], None).await {
                return Round::NotKept(failure);
            }
        }
        if let Round::NotKept(failure) = hand_on(&router, together, None).await {
            return Round::NotKept(failure);
        }
    }
}

async fn hand_on(
    router: &Recipient<UpdatesArrived>,
    updates: Vec<StoredUpdate>,
    next: Option<UpdateId>,
) -> Round {
    match router.send(UpdatesArrived(updates)).await {
        Ok(Err(failure)) => Round::NotKept(failure),
        // The router ends only with the process; its updates are committed.
        Ok(Ok(())) | Err(_) => Round::Done(next),
    }
}

fn kept(update: RawUpdate, received_at: Timestamp) -> StoredUpdate {
    StoredUpdate {
        id: update.id,
        received_at,
        body: update.body,
    }
}

impl Actor for Poller {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.take_up(ctx);
    }
}

impl Handler<StopPolling> for Poller {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: StopPolling, ctx: &mut Self::Context) -> Self::Result {
        if let Some(polling) = self.polling.take() {
            ctx.cancel_future(polling);
        }
        let (api, offset) = (self.api.clone(), self.offset);
        let confirm = async move {
            let Some(offset) = offset else { return };
            // Asking for the next one confirms all before it; what it brings is not
            // confirmed and comes again.
            if let Err(error) = api.get_updates(Some(offset), Duration::ZERO, 1).await {
                debug!(%error, "the offset was not confirmed; known updates come again");
            }
        };
        Box::pin(confirm.into_actor(self))
    }
}

#[cfg(test)]
mod tests;
