//! The store between an actor and its disk: slow, in the order in which it was asked, and with a
//! step before and after every commit.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use switchboard::ids::{
    AgentName, BotId, ChatId, ConversationId, MessageId, OutboxId, RouteName, Timestamp, TurnId,
    UserId,
};
use switchboard::model::{Button, Conversation, File, Place, Recent, Seat, Turn};
use switchboard::rules::approval::{Under, Waiting};
use switchboard::rules::quota::Used;
use switchboard::rules::status::Totals;
use switchboard::store::{
    Answer, Asked, Change, SharedStore, Store, StoreError, StoredUpdate, Unfinished,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::checks;
use crate::sim::Process;

enum Work {
    Accept(Vec<StoredUpdate>),
    Commit(Vec<Change>),
}

type Done = Result<Vec<StoredUpdate>, StoreError>;

/// The store of one process.
pub struct SimStore {
    process: Rc<Process>,
    inner: SharedStore,
    jobs: mpsc::UnboundedSender<(Work, oneshot::Sender<Done>)>,
}

impl SimStore {
    /// Over this one, which is the process's own. To be called among the tasks of the process.
    pub fn new(process: &Rc<Process>, inner: SharedStore) -> Self {
        let (jobs, waiting) = mpsc::unbounded_channel();
        tokio::task::spawn_local(write(process.clone(), inner.clone(), waiting));
        Self {
            process: process.clone(),
            inner,
            jobs,
        }
    }

    fn ask(&self, work: Work) -> impl Future<Output = Done> + use<> {
        let (answer, done) = oneshot::channel();
        let _ = self.jobs.send((work, answer));
        async move {
            let closed = || StoreError::Unavailable("it is closed".into());
            done.await.map_err(|_| closed())?
        }
    }

    fn read<T: 'static>(
        &self,
        what: &'static str,
        read: impl FnOnce(&dyn Store) -> Answer<T> + 'static,
    ) -> Answer<T> {
        let (process, inner) = (self.process.clone(), self.inner.clone());
        Box::pin(async move {
            sleep(process.sim.chance.millis(0, 5)).await;
            let answer = read(&*inner).await;
            if let Err(error) = &answer {
                process.note(format_args!("cannot read {what}: {error}"));
            }
            process.step().await;
            answer
        })
    }
}

/// Commits what waits, as a group, until the process dies.
async fn write(
    process: Rc<Process>,
    inner: SharedStore,
    mut jobs: mpsc::UnboundedReceiver<(Work, oneshot::Sender<Done>)>,
) {
    let mut group = Vec::new();
    while jobs.recv_many(&mut group, 256).await > 0 {
        process.step().await;
        sleep(process.sim.chance.millis(0, 30)).await;
        let mut answers = Vec::with_capacity(group.len());
        for (work, answer) in group.drain(..) {
            let done = apply(&process, &*inner, work).await;
            answers.push((answer, done));
        }
        process.step().await;
        for (answer, done) in answers {
            let _ = answer.send(done);
        }
    }
}

async fn apply(process: &Process, inner: &dyn Store, work: Work) -> Done {
    match work {
        Work::Accept(updates) => {
            let ids: Vec<_> = updates.iter().map(|update| update.id.0).collect();
            let done = inner.accept(updates).await;
            let kept = done.as_ref().map(Vec::len);
            process.note(format_args!("accepts {ids:?}: {kept:?}"));
            checks::written(process, done.as_ref().err());
            done
        }
        Work::Commit(changes) => {
            checks::commits(process, &changes);
            let done = inner.commit(changes.clone()).await;
            let said: Vec<_> = changes.iter().map(checks::told).collect();
            let result = done
                .as_ref()
                .map_or_else(ToString::to_string, |()| "ok".to_owned());
            process.note(format_args!("commits {}: {result}", said.join(", ")));
            checks::written(process, done.as_ref().err());
            if done.is_ok() {
                checks::committed(process, &changes);
            }
            done.map(|()| Vec::new())
        }
    }
}

impl switchboard::store::Upkeep for SimStore {
    fn works(&self) -> bool {
        self.inner.works()
    }
}

impl Store for SimStore {
    fn bot(&self) -> BotId {
        self.inner.bot()
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.ask(Work::Accept(updates)).boxed_local()
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        let done = self.ask(Work::Commit(changes));
        async move { done.await.map(drop) }.boxed_local()
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.read("the owner", |store| store.prove_ownership())
    }

    fn new_updates(&self, max: usize) -> Answer<Vec<StoredUpdate>> {
        self.read("new updates", move |store| store.new_updates(max))
    }

    fn unfinished(&self) -> Answer<Unfinished> {
        self.read("what is unfinished", |store| store.unfinished())
    }

    fn seat(&self, place: Place, user: UserId) -> Answer<Seat> {
        self.read("a seat", move |store| store.seat(place, user))
    }

    fn recent(&self, place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>> {
        self.read("recent conversations", move |store| {
            store.recent(place, user, max)
        })
    }

    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.read("a button", move |store| store.button(token))
    }

    fn turn(&self, turn: TurnId) -> Answer<Option<(Turn, Conversation)>> {
        self.read("a turn", move |store| store.turn(turn))
    }

    fn stranger_told(&self, who: i64) -> Answer<Option<i64>> {
        self.read("a stranger", move |store| store.stranger_told(who))
    }

    fn message_of(&self, post: OutboxId) -> Answer<Option<MessageId>> {
        self.read("a message", move |store| store.message_of(post))
    }

    fn totals(&self, now: Timestamp) -> Answer<Totals> {
        self.read("the sums", move |store| store.totals(now))
    }

    fn file_of(&self, post: OutboxId) -> Answer<Option<File>> {
        self.read("a file", move |store| store.file_of(post))
    }

    fn asked(&self, chat: ChatId, message: MessageId) -> Answer<Option<Asked>> {
        self.read("a question", move |store| store.asked(chat, message))
    }

    fn agent_of(&self, chat: ChatId, message: MessageId) -> Answer<Option<AgentName>> {
        self.read("an agent", move |store| store.agent_of(chat, message))
    }

    fn pause_of(&self, turn: TurnId) -> Answer<Option<Waiting>> {
        self.read("a pause", move |store| store.pause_of(turn))
    }

    fn waits_under(&self, chat: ChatId, message: MessageId) -> Answer<Option<Under>> {
        self.read("a card", move |store| store.waits_under(chat, message))
    }

    fn used(&self, user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used> {
        self.read("what was asked", move |store| {
            store.used(user, route, before, now)
        })
    }

    fn close(&self) -> LocalBoxFuture<'static, ()> {
        self.inner.close()
    }

    fn new_turn(&self) -> TurnId {
        self.inner.new_turn()
    }

    fn new_conversation(&self) -> ConversationId {
        self.inner.new_conversation()
    }

    fn new_post(&self) -> OutboxId {
        self.inner.new_post()
    }
}
