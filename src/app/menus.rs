//! The lists of commands in Telegram: looked at when the machine begins, when somebody writes
//! where they have not written before, and when the settings change. Only a list that is another
//! one than Telegram has is sent; the store remembers what Telegram has. One call at a time, and
//! slowly: messages come first. A list that is missing or old harms nobody, so a refusal is
//! logged and left at that. Setting a list twice is the same as once: hence the call comes before
//! its commit.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{debug, warn};

use crate::actors::Commons;
use crate::actors::menus::Look;
use crate::model::MenuScope;
use crate::rules::menu;
use crate::store::{Change, StoreError};
use crate::telegram::{Command, SharedTelegram, TelegramError};

/// Lists that are remembered. Beyond that the oldest are forgotten, and sent once more when their
/// people write.
const MENUS_MAX: usize = 10_000;
/// Tries at one list, before it waits for another occasion.
const TRIES_MAX: u32 = 8;
/// The first wait after a failure; it doubles up to [`WAIT_MAX`].
const WAIT: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_mins(1);
/// So many times the gap that the limit of all chats leaves, between two lists.
const GAPS: f64 = 3.0;

/// What Telegram has, by the digests of the lists.
type Known = BTreeMap<MenuScope, String>;

/// Works until it is dropped.
pub(super) async fn keep(api: SharedTelegram, commons: Commons) {
    let mut known = remembered(&commons).await;
    let mut look = Look::All;
    loop {
        let scopes: Vec<MenuScope> = match look {
            Look::All => {
                let everybody = std::iter::once(MenuScope::Everybody);
                let others = known.keys().copied();
                let others = others.filter(|scope| *scope != MenuScope::Everybody);
                everybody.chain(others).collect()
            }
            Look::At(scopes) => scopes.into_iter().collect(),
        };
        for scope in scopes {
            match bring(&*api, &commons, &mut known, scope).await {
                Ok(()) => {}
                // The process is about to end.
                Err(StoreError::Deposed) => return,
                Err(failure) => debug!(?scope, %failure, "a menu was not remembered"),
            }
        }
        look = commons.menus.wanted().await;
    }
}

/// What an earlier process has sent.
async fn remembered(commons: &Commons) -> Known {
    let mut wait = WAIT;
    loop {
        match commons.store.menus().await {
            Ok(menus) => return menus.into_iter().collect(),
            Err(failure) => {
                debug!(%failure, "the menus cannot be read, trying again");
                sleep(wait).await;
                wait = (wait * 2).min(WAIT_MAX);
            }
        }
    }
}

/// Sees to it that Telegram has the list of this scope by the settings of now.
async fn bring(
    api: &dyn crate::telegram::Telegram,
    commons: &Commons,
    known: &mut Known,
    scope: MenuScope,
) -> Result<(), StoreError> {
    let list = menu::menu(&commons.config(), scope);
    let digest = (!list.is_empty()).then(|| menu::digest(&list));
    if known.get(&scope) == digest.as_ref() {
        return Ok(());
    }
    let sent = send(api, commons, scope, &list).await?;
    // A list that cannot be removed belongs to a chat that is out of reach.
    if !sent && digest.is_some() {
        return Ok(());
    }
    match &digest {
        Some(digest) => known.insert(scope, digest.clone()),
        None => known.remove(&scope),
    };
    let keep = Change::KeepMenu {
        scope,
        digest,
        rows_max: MENUS_MAX,
    };
    if known.len() > MENUS_MAX {
        known.pop_first();
    }
    commons.store.commit(vec![keep]).await
}

/// Sends a list; false if Telegram does not want it, or is out of reach for long.
async fn send(
    api: &dyn crate::telegram::Telegram,
    commons: &Commons,
    scope: MenuScope,
    list: &[Command],
) -> Result<bool, StoreError> {
    let mut wait = WAIT;
    for _ in 0..TRIES_MAX {
        commons.store.prove_ownership().await?;
        let sent = api.set_my_commands(scope, list).await;
        let again = match sent {
            Ok(()) => {
                sleep(gap(commons)).await;
                return Ok(true);
            }
            Err(TelegramError::RetryAfter(after)) => after,
            Err(
                TelegramError::Server { .. }
                | TelegramError::NotSent(_)
                | TelegramError::Unknown(_),
            ) => wait,
            Err(failure) => {
                warn!(?scope, %failure, "a command menu was not set");
                sleep(gap(commons)).await;
                return Ok(false);
            }
        };
        sleep(again).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
    warn!(
        ?scope,
        "a command menu was not set: telegram cannot be reached"
    );
    Ok(false)
}

fn gap(commons: &Commons) -> Duration {
    let per_second = f64::from(commons.config().limits.global_per_second).max(1.0);
    Duration::from_secs_f64(GAPS / per_second)
}
