//! A word to those who wait while the process stops: their question is not lost. Best effort: a
//! placeholder is only edited, and a question that waits is told about once, however often the
//! process stops.

use std::time::Duration;

use actix::Addr;
use tracing::{debug, warn};

use crate::actors::Commons;
use crate::actors::sender::{Sender, ShowProgress};
use crate::model::{Body, Kind, Post, TurnState};
use crate::rules::words;
use crate::store::{Change, Waiter};

/// Whoever has waited for less than this sees the answer soon enough.
const WAITED: Duration = Duration::from_secs(3);
/// People who are told; what is beyond would not get out in time.
const TOLD_MAX: usize = 100;

/// Tells those who wait, as far as they were shown something or have waited for a while.
pub(super) async fn say(commons: &Commons, sender: &Addr<Sender>) {
    let before = commons.now().minus(WAITED);
    let waiters = match commons.store.waiters(before, TOLD_MAX).await {
        Ok(waiters) => waiters,
        Err(error) => {
            warn!(%error, "nobody was told of the restart");
            return;
        }
    };
    for waiter in waiters {
        match waiter.state {
            TurnState::Queued => tell(commons, sender, waiter).await,
            TurnState::Submitting | TurnState::Working => show(sender, waiter).await,
            // They were told already that nobody waits for it.
            TurnState::Detached => {}
        }
    }
}

async fn tell(commons: &Commons, sender: &Addr<Sender>, waiter: Waiter) {
    let body = Body {
        text: words::question_waits(&waiter.agent, waiter.turn),
        reply_to: Some(waiter.reply_to),
        silent: true,
        ..Body::default()
    };
    let post = Post {
        turn: Some(waiter.turn),
        ..Post::new(commons.store.new_post(), waiter.place, Kind::Notice, body)
    };
    let changes = vec![
        Change::TellRestart { turn: waiter.turn },
        Change::Post(post),
    ];
    if let Err(error) = commons.commit(sender, changes).await {
        debug!(%error, "one who waits was not told of the restart");
    }
}

async fn show(sender: &Addr<Sender>, waiter: Waiter) {
    let Some(placeholder) = waiter.placeholder else {
        return;
    };
    let shown = ShowProgress {
        placeholder,
        place: waiter.place,
        text: words::task_goes_on(&waiter.agent),
        // Nobody would hear it being tapped.
        buttons: Vec::new(),
    };
    if sender.send(shown).await.is_err() {
        debug!("the sender has ended");
    }
}
