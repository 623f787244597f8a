//! `getUpdates`: the long poll and its conflicts (telegram-bot-api `Client::do_get_updates`).
//!
//! A second poll ends the first one with a 409 only if nothing waits and it would wait itself;
//! if updates wait, both get the same ones. Absent: the real server's throttling of a repeated
//! offset (a forced timeout of 3 s, a limit of 1).

use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::params::Params;
use super::refusal::Refused;
use super::server::Shared;
use super::world::World;

const TERMINATED: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";
const WEBHOOK_ACTIVE: &str = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const WEBHOOK_SET: &str = "terminated by setWebhook request";

/// Why a long poll ends before its time.
#[derive(Debug)]
enum Wake {
    Updates,
    Conflict(&'static str, Duration),
}

/// The one long poll that may be open, and how often the bot asked.
#[derive(Debug, Default)]
pub(super) struct PollState {
    pub count: u64,
    open: Option<(u64, oneshot::Sender<Wake>)>,
    /// Until when a further 409 is delayed.
    conflict_quiet: Option<Instant>,
}

impl PollState {
    /// Whether a long poll is open.
    pub fn open(&self) -> bool {
        self.open.is_some()
    }

    /// Ends the open poll with what waits.
    pub fn wake(&mut self) {
        if let Some((_, poll)) = self.open.take() {
            // A poll that has just run into its time answers by itself.
            let _ = poll.send(Wake::Updates);
        }
    }

    fn close(&mut self, number: u64) {
        if self.open.as_ref().is_some_and(|(n, _)| *n == number) {
            self.open = None;
        }
    }

    /// How long a 409 must wait, and notes that one goes out.
    fn conflict_delay(&mut self, spacing: Duration) -> Duration {
        let now = Instant::now();
        if self.conflict_quiet.is_some_and(|until| now < until) {
            return spacing;
        }
        self.conflict_quiet = Some(now + spacing);
        Duration::ZERO
    }
}

/// One call's arguments, clamped.
#[derive(Clone, Copy)]
struct Ask {
    offset: i64,
    limit: usize,
    timeout: Duration,
}

enum Step {
    Answer(Vec<Value>),
    Refuse(&'static str, Duration),
    Wait(u64, oneshot::Receiver<Wake>),
}

impl World {
    /// Ends an open poll because a webhook was set.
    pub(super) fn abort_poll_for_webhook(&mut self) {
        self.abort_poll(WEBHOOK_SET);
    }

    fn abort_poll(&mut self, why: &'static str) {
        if let Some((_, poll)) = self.poll.open.take() {
            let delay = self.poll.conflict_delay(self.settings.conflict_spacing);
            let _ = poll.send(Wake::Conflict(why, delay));
        }
    }

    fn begin_poll(&mut self, params: &Params) -> (Ask, Step) {
        self.poll.count += 1;
        let limit = params.int("limit").unwrap_or(100).clamp(1, 100);
        let seconds = params.int("timeout").unwrap_or(0).max(0);
        let timeout = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let ask = Ask {
            offset: params.int("offset").unwrap_or(0),
            limit: usize::try_from(limit).unwrap_or(100),
            timeout: timeout.min(self.settings.poll_max),
        };
        if !self.webhook.is_empty() {
            let delay = self.poll.conflict_delay(self.settings.conflict_spacing);
            return (ask, Step::Refuse(WEBHOOK_ACTIVE, delay));
        }
        if let Ok(Some(Value::Array(kinds))) = params.json("allowed_updates", "allowed updates") {
            let kinds = kinds.iter().filter_map(Value::as_str).map(str::to_owned);
            let kinds: Vec<String> = kinds.collect();
            self.queue.allow(&kinds);
        }
        let updates = self.queue.take(ask.offset, ask.limit);
        if !updates.is_empty() || ask.timeout.is_zero() {
            return (ask, Step::Answer(updates));
        }
        self.abort_poll(TERMINATED);
        let (sender, receiver) = oneshot::channel();
        let number = self.poll.count;
        self.poll.open = Some((number, sender));
        (ask, Step::Wait(number, receiver))
    }
}

/// Forgets an open poll when its call goes away.
struct Open<'a>(&'a Shared, u64);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.with(|world| world.poll.close(self.1));
    }
}

/// Answers one `getUpdates`.
pub(super) async fn get_updates(shared: &Shared, params: &Params) -> Result<Value, Refused> {
    let (ask, step) = shared.with(|world| world.begin_poll(params));
    let woken = match step {
        Step::Answer(updates) => return Ok(Value::Array(updates)),
        Step::Refuse(why, delay) => Some(Ok(Wake::Conflict(why, delay))),
        Step::Wait(number, receiver) => {
            let _open = Open(shared, number);
            timeout(ask.timeout, receiver).await.ok()
        }
    };
    if let Some(Ok(Wake::Conflict(why, delay))) = woken {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        return Err(Refused::conflict(why));
    }
    let updates = shared.with(|world| world.queue.take(ask.offset, ask.limit));
    Ok(Value::Array(updates))
}
