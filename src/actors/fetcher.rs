//! The Fetcher: files from Telegram.
//!
//! Owns nothing but the places: files of at most `downloads_max` turns are fetched at once, the
//! others wait here. It only reads, so it needs no order and no outbox, and nothing that goes out
//! waits for it.

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context, Handler, Message, ResponseFuture};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, warn};

use super::Commons;
use crate::rules::files::Wanted;
use crate::telegram::{Retry, SharedTelegram, Telegram, TelegramError};

/// The first wait before a file is asked for again; it doubles.
const WAIT: Duration = Duration::from_millis(500);

/// Fetches the files of one turn, in order.
#[derive(Message)]
#[rtype(result = "Result<Vec<(Wanted, Bytes)>, NotFetched>")]
pub struct FetchFiles(pub Vec<Wanted>);

/// A file that did not come. Nothing else happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file did not come from Telegram")]
pub struct NotFetched {
    /// Its name.
    pub name: String,
    /// Whether it is larger than it may be.
    pub too_large: bool,
}

/// Brings files from Telegram.
pub struct Fetcher {
    commons: Commons,
    api: SharedTelegram,
    /// Places, and how many there are in all.
    places: (Arc<Semaphore>, usize),
}

impl Fetcher {
    /// One that has nothing to do yet.
    #[must_use]
    pub fn new(commons: Commons, api: SharedTelegram) -> Self {
        Self {
            commons,
            api,
            places: (Arc::new(Semaphore::new(0)), 0),
        }
    }

    /// The places, as many as the settings say. Those of before end with what is on its way.
    fn places(&mut self) -> Arc<Semaphore> {
        let most = self.commons.config().limits.downloads_max;
        if self.places.1 != most {
            self.places = (Arc::new(Semaphore::new(most)), most);
        }
        self.places.0.clone()
    }
}

/// One file, asked for again while that may help and there is time.
async fn fetch(api: &dyn Telegram, file: &Wanted, time: Duration) -> Result<Bytes, NotFetched> {
    let until = Instant::now() + time;
    let mut wait = WAIT;
    loop {
        let call = api.fetch_file(&file.file, file.bytes_max, time);
        let error = match timeout_at(until, call).await {
            Ok(Ok(bytes)) => return Ok(bytes),
            Ok(Err(error)) => error,
            Err(_) => TelegramError::Unknown("the time is up".to_owned()),
        };
        let pause = match error.retry() {
            Retry::No => None,
            Retry::Backoff => Some(wait),
            Retry::After(told) => Some(told),
        };
        let Some(pause) = pause.filter(|pause| Instant::now() + *pause < until) else {
            warn!(%error, "a file did not come from telegram");
            let too_large =
                matches!(&error, TelegramError::BadRequest(words) if words.contains("too big"));
            let name = file.name.clone();
            return Err(NotFetched { name, too_large });
        };
        debug!(%error, "a file did not come, trying again");
        sleep(pause).await;
        wait *= 2;
    }
}

impl Actor for Fetcher {
    type Context = Context<Self>;
}

impl Handler<FetchFiles> for Fetcher {
    type Result = ResponseFuture<Result<Vec<(Wanted, Bytes)>, NotFetched>>;

    fn handle(&mut self, fetch_files: FetchFiles, _: &mut Self::Context) -> Self::Result {
        let (api, places) = (self.api.clone(), self.places());
        let time = self.commons.config().limits.download_timeout;
        Box::pin(async move {
            // The semaphore is never closed.
            let _place = places.acquire_owned().await;
            let mut fetched = Vec::with_capacity(fetch_files.0.len());
            for file in fetch_files.0 {
                let bytes = fetch(&*api, &file, time).await?;
                fetched.push((file, bytes));
            }
            Ok(fetched)
        })
    }
}
