//! The actors. `app.rs` shows how they are wired.
//!
//! | actor | owns | never |
//! |---|---|---|
//! | [`Poller`](poller::Poller) | the getUpdates offset | parses a command |
//! | [`Router`](router::Router) | who gets an update | talks to an agent or to Telegram |
//! | [`Session`](session::Session) | one conversation, its turns in order | formats or sends |
//! | [`Agent`](agent::Agent) | one A2A agent, the calls in flight | knows about Telegram |
//! | [`Fetcher`](fetcher::Fetcher) | how many files come at once | sends anything |
//! | [`Sender`] | everything that goes out to Telegram | decides what to say |
//! | [`Herald`](herald::Herald) | what admins know of what is wrong | decides that it is |
//! | [`Overseer`](overseer::Overseer) | how all of them are seen from outside | changes anything |

pub mod agent;
pub mod fetcher;
pub mod herald;
mod in_force;
pub mod menus;
pub mod overseer;
pub mod poller;
pub mod router;
pub mod sender;
pub mod session;
pub mod trial;
mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use actix::Addr;
use secrecy::ExposeSecret;
use tracing::debug;

use crate::config::Config;
use crate::ids::{AgentName, OutboxId, RouteName, Timestamp};
use crate::model::Post;
use crate::ops::tally::Tally;
use crate::ops::watched::Watched;
use crate::rules::access;
use crate::rules::mask::Mask;
use crate::rules::moves::Moves;
use crate::rules::poll_watch::PollWatch;
use crate::rules::route::Me;
use crate::rules::screen::Screen;
use crate::rules::turn::Fresh;
use crate::store::{Change, StoreError, surely};
pub use in_force::{Agents, Employed, InForce, Pinned};
use menus::Menus;
use sender::{Posted, Sender};
use trial::Trial;
pub use world::{RealWorld, World};

/// What every actor may look at.
pub struct Shared {
    /// The settings in force, and their agents; see [`Shared::config`].
    pub in_force: InForce,
    /// Who we are.
    pub me: Me,
    /// What must survive.
    pub store: Watched,
    /// Where it is counted what was masked.
    pub tally: Rc<Tally>,
    /// The time of day, and chance.
    pub world: Rc<dyn World>,
    /// What is known of people's screens. Never borrowed across an await.
    pub screen: RefCell<Screen>,
    /// What groups have become. Never borrowed across an await.
    pub moves: RefCell<Moves>,
    /// When the last poll ended, and when the next one has to.
    pub polls: PollWatch,
    /// Which lists of commands are to be looked at.
    pub menus: Menus,
    /// Who is let in alone.
    pub trial: Trial,
    /// Whether the process is about to end: nothing new begins.
    pub stopping: Cell<bool>,
    /// Where the end of the process is asked for.
    pub fatal: tokio::sync::mpsc::UnboundedSender<Fatal>,
}

/// Why the process has to end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fatal {
    /// Telegram does not accept the token.
    #[error("Telegram does not accept the bot token; get the right one from @BotFather")]
    Unauthorized,
    /// Another process has taken the store.
    #[error("another process owns the store now")]
    Deposed,
}

/// [`Shared`], as it is handed around.
pub type Commons = Rc<Shared>;

impl Shared {
    /// Commits, and hands the posts among the changes to the Sender.
    ///
    /// # Errors
    /// As the store says; then nothing happened.
    pub async fn commit(
        &self,
        sender: &Addr<Sender>,
        mut changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        self.moves.borrow().redirect_all(&mut changes);
        let posts = posts_among(&changes);
        let done = self.store.commit(changes).await;
        self.note(&done);
        done?;
        hand_on(sender, posts).await;
        Ok(())
    }

    /// The same, again and again while the store does not work: what has happened
    /// outside must not be forgotten.
    ///
    /// # Errors
    /// [`StoreError::Stale`] and [`StoreError::Deposed`], which no waiting mends.
    pub async fn commit_surely(
        &self,
        sender: &Addr<Sender>,
        mut changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        self.moves.borrow().redirect_all(&mut changes);
        let posts = posts_among(&changes);
        self.keep_surely(changes).await?;
        hand_on(sender, posts).await;
        Ok(())
    }

    /// [`Shared::commit_surely`] for changes among which there are no posts.
    ///
    /// # Errors
    /// The same.
    pub async fn keep_surely(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let done = surely(|changes| self.store.commit(changes), changes).await;
        self.note(&done);
        done
    }

    /// What is taken out of what this agent says, by these settings, to a question that was asked
    /// by this route: our own secrets, and what the route says. Where it is not known or gone, what
    /// looks like a secret.
    #[must_use]
    pub fn mask(config: &Config, agent: &AgentName, route: Option<&RouteName>) -> Mask {
        let token = config.telegram.token.expose_secret().to_owned();
        let headers = config.agents.get(agent).into_iter();
        let headers = headers.flat_map(|agent| &agent.headers);
        let secrets =
            headers.filter_map(|header| Some(header.secret()?.expose_secret().to_owned()));
        let masking = route.and_then(|name| access::route_named(config, agent, name));
        let masking = masking.map(|route| &route.masking);
        let patterns = masking.is_none_or(|masking| masking.on);
        let also = masking.map(|masking| masking.also.clone());
        let own = [token].into_iter().chain(secrets);
        Mask::new(own, patterns, also.unwrap_or_default())
    }

    fn note(&self, done: &Result<(), StoreError>) {
        if matches!(done, Err(StoreError::Deposed)) {
            self.end(Fatal::Deposed);
        }
    }

    /// The settings in force. Whoever needs them for longer than one decision keeps this `Rc`: it
    /// stays as it is.
    #[must_use]
    pub fn config(&self) -> Rc<Config> {
        self.in_force.config()
    }

    /// The wall clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Asks for the end of the process.
    pub fn end(&self, why: Fatal) {
        // The app listens until it ends by itself.
        let _ = self.fatal.send(why);
    }
}

fn posts_among(changes: &[Change]) -> Vec<Post> {
    changes.iter().filter_map(Change::post).cloned().collect()
}

async fn hand_on(sender: &Addr<Sender>, posts: Vec<Post>) {
    if !posts.is_empty() && sender.send(Posted(posts)).await.is_err() {
        debug!("the sender has ended; the next process sends");
    }
}

/// Fresh ids from the store, and tokens that nobody can guess.
pub struct StoreIds<'a>(pub &'a Shared);

impl Fresh for StoreIds<'_> {
    fn post(&mut self) -> OutboxId {
        self.0.store.new_post()
    }

    fn token(&mut self) -> String {
        self.0.world.random_id().simple().to_string()
    }

    fn now(&self) -> Timestamp {
        self.0.now()
    }
}
