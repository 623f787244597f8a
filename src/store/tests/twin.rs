//! Two stores as one: whatever a test asks of the store in a file it asks of the store in
//! memory as well, and both must answer the same.

use std::fmt::Debug;
use std::time::Duration;

use super::*;
use crate::rules::status::Totals;

/// A store in a file, and the one in memory beside it.
pub(super) struct Twin {
    file: Sqlite,
    memory: MemStore,
}

impl Twin {
    pub(super) fn new(file: Sqlite, disk: &MemDisk) -> Self {
        let memory = MemStore::open(disk, BOT, Timestamp::now);
        Self { file, memory }
    }

    /// Asks both at once; what is asked of a store happens whether or not its answer is awaited.
    fn both<T: Debug + 'static>(&self, ask: impl Fn(&dyn Store) -> Answer<T>) -> Answer<T> {
        let (file, memory) = (ask(&self.file), ask(&self.memory));
        Box::pin(async move {
            let (file, memory) = (file.await, memory.await);
            assert_eq!(told(&memory), told(&file), "in memory, and in the file");
            file
        })
    }
}

/// An answer without the words of an error, which the two say differently.
fn told<T: Debug>(answer: &Result<T, StoreError>) -> String {
    match answer {
        Ok(answer) => format!("{answer:?}"),
        Err(StoreError::Unfit(_)) => "unfit".to_owned(),
        Err(StoreError::Unavailable(_)) => "unavailable".to_owned(),
        Err(error) => error.to_string(),
    }
}

impl Upkeep for Twin {}

impl Store for Twin {
    fn bot(&self) -> BotId {
        self.file.bot()
    }

    fn accept(&self, updates: Vec<StoredUpdate>) -> Answer<Vec<StoredUpdate>> {
        self.both(|store| store.accept(updates.clone()))
    }

    fn commit(&self, changes: Vec<Change>) -> Answer<()> {
        self.both(|store| store.commit(changes.clone()))
    }

    fn prove_ownership(&self) -> Answer<()> {
        self.both(|store| store.prove_ownership())
    }

    fn new_updates(&self, max: usize) -> Answer<Vec<StoredUpdate>> {
        self.both(|store| store.new_updates(max))
    }

    fn unfinished(&self) -> Answer<Unfinished> {
        self.both(|store| store.unfinished())
    }

    /// Without the moment since when an agent is the current one: each store has its clock.
    fn seat(&self, place: Place, user: UserId) -> Answer<Seat> {
        self.both(|store| {
            let seat = store.seat(place, user);
            Box::pin(async move {
                let mut seat = seat.await?;
                if let Some((_, since)) = &mut seat.current {
                    *since = NOON;
                }
                seat.used.values_mut().for_each(|used| *used = NOON);
                Ok(seat)
            })
        })
    }

    /// Without the moments of their use, which say in what order they come.
    fn recent(&self, place: Place, user: UserId, max: usize) -> Answer<Vec<Recent>> {
        self.both(|store| {
            let recent = store.recent(place, user, max);
            Box::pin(async move {
                let mut recent = recent.await?;
                for one in &mut recent {
                    one.used_at = NOON;
                }
                Ok(recent)
            })
        })
    }

    fn button(&self, token: String) -> Answer<Option<Button>> {
        self.both(|store| store.button(token.clone()))
    }

    fn turn(&self, turn: TurnId) -> Answer<Option<(Turn, Conversation)>> {
        self.both(|store| store.turn(turn))
    }

    fn pause_of(&self, turn: TurnId) -> Answer<Option<Waiting>> {
        self.both(|store| store.pause_of(turn))
    }

    fn waits_under(&self, chat: ChatId, message: MessageId) -> Answer<Option<Under>> {
        self.both(|store| store.waits_under(chat, message))
    }

    fn used(&self, user: UserId, route: RouteName, before: TurnId, now: Timestamp) -> Answer<Used> {
        self.both(|store| store.used(user, route.clone(), before, now))
    }

    fn asked(&self, chat: ChatId, message: MessageId) -> Answer<Option<Asked>> {
        self.both(|store| store.asked(chat, message))
    }

    fn stranger_told(&self, who: i64) -> Answer<Option<i64>> {
        self.both(|store| store.stranger_told(who))
    }

    /// Without the age of what waits: each store has its clock.
    fn totals(&self, now: Timestamp) -> Answer<Totals> {
        self.both(|store| {
            let totals = store.totals(now);
            Box::pin(async move {
                let mut totals = totals.await?;
                totals.posts.1 = totals.posts.1.map(|_| Duration::ZERO);
                Ok(totals)
            })
        })
    }

    fn message_of(&self, post: OutboxId) -> Answer<Option<MessageId>> {
        self.both(|store| store.message_of(post))
    }

    fn file_of(&self, post: OutboxId) -> Answer<Option<File>> {
        self.both(|store| store.file_of(post))
    }

    fn agent_of(&self, chat: ChatId, message: MessageId) -> Answer<Option<AgentName>> {
        self.both(|store| store.agent_of(chat, message))
    }

    fn close(&self) -> futures_util::future::LocalBoxFuture<'static, ()> {
        let (file, memory) = (self.file.close(), self.memory.close());
        Box::pin(async move {
            file.await;
            memory.await;
        })
    }

    fn new_turn(&self) -> TurnId {
        same(self.file.new_turn(), &self.memory.new_turn())
    }

    fn new_conversation(&self) -> ConversationId {
        let memory = self.memory.new_conversation();
        same(self.file.new_conversation(), &memory)
    }

    fn new_post(&self) -> OutboxId {
        same(self.file.new_post(), &self.memory.new_post())
    }
}

fn same<T: PartialEq + Debug>(file: T, memory: &T) -> T {
    assert_eq!(file, *memory, "in the file, and in memory");
    file
}

/// What both must have kept, in the words of the file: without times, and without what is only
/// kept to be looked at.
pub(super) const KEPT: &str = "
    SELECT concat_ws(' ', 'update', update_id, state, reason, body) AS row FROM updates
    UNION ALL SELECT concat_ws(' ', 'conversation', id, chat, topic, user, agent, principal,
                               context_id, closed_at IS NOT NULL) FROM conversations
    UNION ALL SELECT concat_ws(' ', 'found', id, words, words_of) FROM conversations
              WHERE used_at IS NOT NULL
    UNION ALL SELECT concat_ws(' ', 'slot', chat, topic, user, agent, conversation) FROM slots
    UNION ALL SELECT concat_ws(' ', 'current', chat, topic, user, agent) FROM current_agents
    UNION ALL SELECT concat_ws(' ', 'turn', id, conversation, chat, topic, asked_by, first_update,
                               reply_to, text, state, attempt, prompt_id, protocol, task_id,
                               placeholder, stop_asked_at IS NOT NULL, held, held_until,
                               held_post) FROM turns
    UNION ALL SELECT concat_ws(' ', 'of', update_id, turn) FROM turn_updates
    UNION ALL SELECT concat_ws(' ', 'asked', chat, message, turn, edit_told_at IS NOT NULL)
              FROM turn_messages
    UNION ALL SELECT concat_ws(' ', 'post', id, chat, topic, seq, turn, kind, body, state, sends,
                               message_id, reason) FROM outbox
    UNION ALL SELECT concat_ws(' ', 'file', post, name, media_type, length(bytes)) FROM outbox_files
    UNION ALL SELECT concat_ws(' ', 'button', token, chat, topic, action, turn, for_user, post,
                               beside, expires_at, used_by) FROM buttons
    UNION ALL SELECT concat_ws(' ', 'stranger', who, day) FROM strangers
    UNION ALL SELECT concat_ws(' ', 'moved', old_chat, new_chat) FROM moved_chats
    UNION ALL SELECT concat_ws(' ', 'penalty', nullif(chat, 0), until_at) FROM penalties
    UNION ALL SELECT concat_ws(' ', 'audit', chat, user, event, agent, turn, rule, text) FROM audit
    ORDER BY row";

/// The same of the store in memory.
pub(super) fn kept(disk: &MemDisk) -> Vec<String> {
    let tables = disk.tables();
    let mut rows: Vec<String> = updates(&tables)
        .chain(conversations(&tables))
        .chain(turns(&tables))
        .chain(posts(&tables))
        .chain(files(&tables))
        .chain(others(&tables))
        .collect();
    rows.sort_unstable();
    rows
}

/// What is there, with spaces between.
fn row<const N: usize>(cells: [Option<String>; N]) -> String {
    let cells: Vec<String> = cells.into_iter().flatten().collect();
    cells.join(" ")
}

macro_rules! row {
    ($($cell:expr),+ $(,)?) => { row([$(IntoCell::cell($cell)),+]) };
}

trait IntoCell {
    fn cell(self) -> Option<String>;
}

impl<T: ToString> IntoCell for &T {
    fn cell(self) -> Option<String> {
        Some(self.to_string())
    }
}

impl<T: ToString> IntoCell for Option<T> {
    fn cell(self) -> Option<String> {
        self.map(|value| value.to_string())
    }
}

fn files(tables: &Tables) -> impl Iterator<Item = String> {
    tables.posts.iter().filter_map(|(id, post)| {
        let file = post.file.as_ref()?;
        let length = file.bytes.len();
        Some(row!(&"file", id, &file.name, &file.media_type, &length))
    })
}

fn updates(tables: &Tables) -> impl Iterator<Item = String> {
    tables.updates.iter().map(|(id, update)| {
        let (state, reason) = update.end.as_ref().map_or(("new", None), codec::update_end);
        row!(&"update", id, &state, reason, update.body.as_ref())
    })
}

fn conversations(tables: &Tables) -> impl Iterator<Item = String> {
    let conversations = tables.conversations.values().map(|it| {
        let Place { chat, topic } = &it.slot.place;
        let (user, agent, context) = (&it.slot.user, &it.slot.agent, it.context.as_ref());
        let closed = &i64::from(it.closed);
        row!(
            &"conversation",
            &it.id,
            chat,
            topic,
            user,
            agent,
            &it.principal,
            context,
            closed
        )
    });
    let slots = tables.slots.iter().map(|((place, user, agent), id)| {
        row!(&"slot", &place.chat, &place.topic, user, agent, id)
    });
    let current = tables.current_agents.iter();
    let current = current.map(|((place, user), (agent, _))| {
        row!(&"current", &place.chat, &place.topic, user, agent)
    });
    conversations.chain(slots).chain(current)
}

fn turns(tables: &Tables) -> impl Iterator<Item = String> {
    let turns = tables.turns.values().map(|it| {
        let stands = match it.stands {
            TurnStands::Open(state) => codec::turn_state(state),
            TurnStands::Over(outcome) => outcome.name(),
            TurnStands::Undeliverable => "undeliverable",
        };
        let turn = &it.turn;
        let Place { chat, topic } = &turn.place;
        row!(
            &"turn",
            &turn.id,
            &turn.conversation,
            chat,
            topic,
            &turn.asked_by,
            &turn.update,
            &turn.reply_to,
            &turn.text,
            &stands,
            &turn.attempt,
            turn.prompt.as_ref(),
            turn.protocol,
            turn.task.as_ref(),
            turn.placeholder,
            &i64::from(turn.stopping),
            turn.held.map(|held| held.why.name()),
            turn.held.map(|held| held.until.0),
            turn.held.map(|held| held.post),
        )
    });
    let of = tables.turn_updates.iter();
    let asked = tables.turn_messages.iter();
    let asked = asked.map(|((chat, message), (turn, told))| {
        row!(&"asked", chat, message, turn, &i64::from(*told))
    });
    turns
        .chain(of.map(|(update, turn)| row!(&"of", update, turn)))
        .chain(asked)
}

fn posts(tables: &Tables) -> impl Iterator<Item = String> {
    tables.posts.iter().map(|(id, it)| {
        let Place { chat, topic } = &it.place;
        let body = it.body.as_ref();
        let body = body.map(|body| serde_json::to_string(body).unwrap());
        let state = format!("{:?}", it.state).to_lowercase();
        let reason = it.reason.as_ref();
        row!(
            &"post",
            id,
            chat,
            topic,
            &it.seq,
            it.turn,
            &it.kind.name(),
            body,
            &state,
            &it.sends,
            it.message,
            reason,
        )
    })
}

fn others(tables: &Tables) -> impl Iterator<Item = String> {
    let buttons = tables.buttons.iter().map(|(token, it)| {
        let button = &it.button;
        let unused = it.used_by.is_none();
        let action = unused.then(|| serde_json::to_string(&button.action).unwrap());
        let person = match button.whom {
            Whom::Person(user) => Some(user),
            Whom::Admins => None,
            Whom::Deciders => Some(UserId::SHARED),
        };
        let Place { chat, topic } = &button.place;
        let (turn, expires) = (button.action.turn(), &button.expires_at.0);
        row!(
            &"button",
            token,
            chat,
            topic,
            action,
            turn,
            person,
            &button.post,
            &button.group,
            expires,
            it.used_by,
        )
    });
    let found = tables.found.iter();
    let found = found.map(|(id, it)| row!(&"found", id, it.words.as_ref(), it.words_of));
    let strangers = tables.strangers.iter();
    let strangers = strangers.map(|(who, day)| row!(&"stranger", who, day));
    let moved = tables.moves.iter();
    let moved = moved.map(|(old, new)| row!(&"moved", old, new));
    let audit = tables.audit.iter().map(|line| {
        let (agent, turn) = (line.agent.as_ref(), line.turn);
        row!(
            &"audit",
            &line.chat,
            &line.user,
            &line.event,
            agent,
            turn,
            line.rule,
            line.text.as_ref()
        )
    });
    let penalties = tables.penalties.iter();
    let penalties = penalties.map(|(chat, until)| row!(&"penalty", *chat, &until.0));
    let others = buttons.chain(found).chain(strangers).chain(moved);
    others.chain(penalties).chain(audit)
}
