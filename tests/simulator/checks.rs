//! What must hold: at each commit, at each call, and when all has calmed down.

pub mod cards;
pub mod decisions;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::rc::Rc;

use switchboard::a2a::Prompt;
use switchboard::ids::{ChatId, OutboxId, TurnId};
use switchboard::model::{Action, Kind, Outcome, TurnState, UpdateEnd};
use switchboard::rules::turn::prompt_id;
use switchboard::store::{Change, PostRow, PostState, StoreError, Tables, TurnRow, TurnStands};

use crate::agents::SimAgent;
use crate::sim::{BOT, Process, Sim};
use crate::telegram::{Telegram, marked};

/// The bounds in the configuration of every run.
pub const WAITING_MAX: usize = 3;
pub const CALLS_MAX: usize = 2;
pub const IN_FLIGHT_MAX: usize = 4;

/// A change in a few words.
pub fn told(change: &Change) -> String {
    match change {
        Change::Post(post) => format!(
            "post {} {} to {}",
            post.id,
            post.kind.name(),
            post.place.chat
        ),
        Change::OpenTurn(turn) => format!("open {} of {}", turn.id, turn.update),
        Change::OpenConversation(it) => format!("conversation {}", it.id),
        Change::ShowButton(button) => format!("button {:?}", button.action),
        Change::KeepPause(it) => {
            let made = it.made.as_ref().map(|made| (&made.decision, made.by));
            let (id, version, state) = (it.id, it.version, it.state);
            format!("pause {id} v{version} of {} is {state:?} {made:?}", it.turn)
        }
        other => format!("{other:?}"),
    }
}

/// Only the owner writes.
pub fn written(process: &Process, refused: Option<&StoreError>) {
    let sim = &process.sim;
    if refused.is_none() && sim.disk.epoch() != process.epoch.get() {
        let id = process.id;
        sim.breaks(format_args!("p{id} has lost the store and has written"));
    }
}

/// Before each commit: an update that is dealt with by it is still there.
pub fn commits(process: &Process, changes: &[Change]) {
    if !owns(process) {
        return;
    }
    let tables = process.sim.disk.tables();
    for change in changes {
        if let Change::EndUpdate { update, end } = change {
            decisions::is_heard(&process.sim, &tables, *update, end);
        }
    }
}

/// After each commit: what waits is bounded.
pub fn committed(process: &Process, changes: &[Change]) {
    let tables = process.sim.disk.tables();
    for change in changes {
        if let Change::KeepPause(waiting) = change {
            decisions::kept(process, waiting);
        }
        let Change::OpenTurn(turn) = change else {
            continue;
        };
        let queued = tables.turns.values().filter(|row| {
            row.turn.conversation == turn.conversation
                && row.turn.attempt == 1
                && row.stands == TurnStands::Open(TurnState::Queued)
        });
        let queued = queued.count();
        // One of them is the next, and waits for the agent.
        if queued > WAITING_MAX + 1 {
            let conversation = turn.conversation;
            let sim = &process.sim;
            sim.breaks(format_args!(
                "{queued} turns wait in conversation {conversation}"
            ));
        }
    }
}

/// Whether it still owns the store: what it does between losing it and noticing is not judged
/// by what the next owner has written.
fn owns(process: &Process) -> bool {
    process.sim.disk.epoch() == process.epoch.get()
}

/// The row that is on its way to this chat with this text. Of several, one that changes a message
/// goes with an edit: a card may be changed where it was while it is shown again in the group that
/// its group has become.
fn on_its_way(process: &Process, chat: ChatId, text: &str, edit: bool) -> Option<OutboxId> {
    let tables = process.sim.disk.tables();
    let rows = tables.posts.iter().filter(|(_, row)| {
        row.state == PostState::Sending
            && process.sim.now_of(row.place.chat) == process.sim.now_of(chat)
            && row.body.as_ref().is_some_and(|body| body.text == text)
    });
    let row = rows.min_by_key(|(_, row)| matches!(row.kind, Kind::Edit | Kind::FinalEdit) != edit);
    row.map(|(id, _)| *id)
}

/// No message leaves before it is committed that it does.
pub fn committed_send(process: &Process, chat: ChatId, text: &str) -> Option<OutboxId> {
    let post = on_its_way(process, chat, text, false);
    if post.is_none() && owns(process) {
        process.sim.breaks(format_args!(
            "a message to {chat} that is not committed as sending: {text}"
        ));
    }
    post
}

/// An edit may be a preview, which has no row.
pub fn committed_edit(process: &Process, chat: ChatId, text: &str) -> Option<OutboxId> {
    on_its_way(process, chat, text, true)
}

pub fn in_flight(process: &Process, count: usize) {
    bounded(process, "calls to Telegram", count, IN_FLIGHT_MAX);
}

pub fn prompts_in_flight(process: &Process, count: usize) {
    let max = process.sim.calls_max.get();
    bounded(process, "prompts and streams", count, max);
}

fn bounded(process: &Process, what: &str, count: usize, max: usize) {
    if count > max {
        let sim = &process.sim;
        sim.breaks(format_args!("{count} {what} in flight"));
    }
}

/// A prompt leaves only for a turn that is committed as submitting, that is alone in its
/// conversation, and that was asked before those that wait.
pub fn submitted(process: &Process, prompt: &Prompt) {
    if !owns(process) {
        return;
    }
    let sim = &process.sim;
    let tables = sim.disk.tables();
    let mine = |row: &&Rc<TurnRow>| row.turn.prompt.as_ref() == Some(&prompt.id);
    let Some(row) = tables.turns.values().find(mine) else {
        sim.breaks(format_args!("the prompt {} is of no turn", prompt.id));
        return;
    };
    let turn = &row.turn;
    if row.stands != TurnStands::Open(TurnState::Submitting) {
        let stands = row.stands;
        sim.breaks(format_args!(
            "{} is prompted, and stands {stands:?}",
            turn.id
        ));
    }
    let beside = tables
        .turns
        .values()
        .filter(|other| other.turn.conversation == turn.conversation && other.turn.id != turn.id);
    for other in beside {
        let TurnStands::Open(state) = other.stands else {
            continue;
        };
        if state != TurnState::Queued {
            let (a, b) = (turn.id, other.turn.id);
            sim.breaks(format_args!("{a} is prompted while {b} is {state:?}"));
        }
        // What was held, or is run again, has lost its place.
        let other_waits = other.turn.attempt == 1 && other.turn.held.is_none();
        let first = other_waits && turn.attempt == 1;
        if first && other.turn.update < turn.update {
            let (a, b) = (turn.update, other.turn.update);
            sim.breaks(format_args!(
                "{a} is prompted before {b}, which was asked earlier"
            ));
        }
    }
}

/// What an earlier process was told, and had kept when this one began, holds for this one.
pub fn penalty_is_kept_to(process: &Process, call: &str, chat: ChatId) {
    let sim = &process.sim;
    let kept = process.penalties.borrow();
    let until = [Some(chat), None].map(|place| kept.get(&place).copied());
    if until.into_iter().flatten().any(|until| until > sim.now()) {
        sim.breaks(format_args!(
            "{call} to {chat}, which is in a penalty of before"
        ));
    }
}

/// Whether nothing is open any more.
pub fn is_settled(sim: &Sim, telegram: &Telegram) -> bool {
    telegram.is_empty() && open(&sim.disk.tables()).is_empty()
}

/// What is not over, in words.
pub fn open(tables: &Tables) -> Vec<String> {
    let updates = tables.updates.iter().filter(|(_, row)| row.end.is_none());
    let updates = updates.map(|(id, _)| format!("update {id} has not ended"));
    let turns = tables.turns.values();
    let turns = turns.filter(|row| matches!(row.stands, TurnStands::Open(_)));
    let turns = turns.map(|row| format!("turn {} is {:?}", row.turn.id, row.stands));
    let posts = tables.posts.iter();
    let posts =
        posts.filter(|(_, row)| matches!(row.state, PostState::Pending | PostState::Sending));
    let posts = posts.map(|(id, row)| format!("post {id} is {:?}", row.state));
    updates.chain(turns).chain(posts).collect()
}

/// When all has calmed down.
pub fn at_the_end(sim: &Sim, telegram: &Telegram, agents: &[Rc<SimAgent>]) {
    let tables = sim.disk.tables();
    for what in open(&tables) {
        sim.breaks(what);
    }
    for row in tables.turns.values() {
        turn_is_told(sim, telegram, &tables, row);
    }
    for (id, row) in &tables.posts {
        post_is_counted(sim, *id, row);
    }
    prompts(sim, &tables, agents);
    cards::at_the_end(sim, telegram, &tables);
    sums(sim, &tables);
}

/// Every turn has exactly one update that opened it, and every update that became a part of a turn
/// is known as such.
fn sums(sim: &Sim, tables: &Tables) {
    let mut opened: BTreeMap<TurnId, u32> = BTreeMap::new();
    for (id, row) in &tables.updates {
        let (turn, opens) = match row.end {
            Some(UpdateEnd::Turn(turn)) => (turn, 1),
            Some(UpdateEnd::Joined(turn)) => (turn, 0),
            _ => continue,
        };
        *opened.entry(turn).or_default() += opens;
        if !tables.turn_updates.contains(&(*id, turn)) {
            sim.breaks(format_args!(
                "{id} is a part of {turn}, which does not know it"
            ));
        }
    }
    for turn in tables.turns.keys() {
        let times = opened.get(turn).copied().unwrap_or_default();
        if times != 1 {
            sim.breaks(format_args!("{turn} was opened by {times} updates"));
        }
    }
}

/// Each turn came of an update, and its person was told how it ended.
fn turn_is_told(sim: &Sim, telegram: &Telegram, tables: &Tables, row: &TurnRow) {
    let id = row.turn.id;
    if !tables.turn_updates.iter().any(|(_, turn)| *turn == id) {
        sim.breaks(format_args!("{id} came of no update"));
    }
    let of_turn = |kinds: &[Kind]| -> Vec<&PostRow> {
        let posts = tables.posts.values().map(|post| &**post);
        posts
            .filter(|post| post.turn == Some(id) && kinds.contains(&post.kind))
            .collect()
    };
    let told = match row.stands {
        TurnStands::Over(Outcome::Answered) => of_turn(&[Kind::Final, Kind::FinalEdit]),
        TurnStands::Undeliverable => of_turn(&[Kind::Final, Kind::FinalEdit, Kind::Notice]),
        // One word speaks of all the questions that were dropped with a run.
        TurnStands::Over(Outcome::Stopped) => {
            let kinds = [Kind::Edit, Kind::FinalEdit, Kind::Notice, Kind::Reply];
            let posts = tables.posts.values().map(|post| &**post);
            let here = posts.filter(|post| post.place == row.turn.place);
            here.filter(|post| kinds.contains(&post.kind)).collect()
        }
        _ => of_turn(&[Kind::Notice]),
    };
    if told.is_empty() {
        let stands = row.stands;
        sim.breaks(format_args!("{id} is {stands:?} and nothing says so"));
    }
    let arrived = told.iter().all(|post| post.state == PostState::Sent);
    let answered = row.stands == TurnStands::Over(Outcome::Answered);
    if answered && arrived && !telegram.reads(row.turn.place.chat, &marked(row.turn.update.0)) {
        sim.breaks(format_args!("the answer of {id} is nowhere to be read"));
    }
}

/// Telegram took a row no more often than its calls were counted, and at least once if it is sent.
fn post_is_counted(sim: &Sim, id: OutboxId, row: &PostRow) {
    let taken = sim.taken.borrow().get(&id).copied().unwrap_or_default();
    let (sends, kind) = (row.sends, row.kind);
    if taken > sends {
        sim.breaks(format_args!(
            "post {id} ({kind:?}) was taken {taken} times, {sends} counted"
        ));
    }
    let most = match kind {
        Kind::Placeholder => 1,
        Kind::Reply | Kind::Notice | Kind::Final => 2,
        _ => u32::MAX,
    };
    if taken > most {
        sim.breaks(format_args!("post {id} ({kind:?}) was taken {taken} times"));
    }
    let shows = matches!(
        kind,
        Kind::Placeholder | Kind::Reply | Kind::Notice | Kind::Final | Kind::FinalEdit
    );
    if shows && row.state == PostState::Sent && taken == 0 {
        sim.breaks(format_args!(
            "post {id} ({kind:?}) is sent, and Telegram does not have it"
        ));
    }
}

/// Each prompt is of an attempt, and for each attempt after the first somebody pressed.
fn prompts(sim: &Sim, tables: &Tables, agents: &[Rc<SimAgent>]) {
    let mut pressed: BTreeMap<TurnId, u32> = BTreeMap::new();
    for row in tables.buttons.values() {
        if let (Action::RunAgain { turn, .. }, Some(_)) = (&row.button.action, row.used_by) {
            *pressed.entry(*turn).or_default() += 1;
        }
    }
    let mut known = BTreeMap::new();
    for row in tables.turns.values() {
        let (id, attempts) = (row.turn.id, row.turn.attempt);
        let taps = pressed.get(&id).copied().unwrap_or_default();
        if attempts > 1 + taps {
            sim.breaks(format_args!(
                "{id} was run {attempts} times after {taps} taps"
            ));
        }
        for attempt in 1..=attempts {
            known.insert(prompt_id(BOT, row.turn.update, attempt), id);
        }
    }
    for (pause, attempt) in tables.decisions.keys() {
        if let Some(waiting) = tables.pauses.get(pause) {
            known.insert(decisions::id_of(waiting, *attempt), waiting.turn);
        }
    }
    for agent in agents {
        for prompt in agent.received().keys() {
            if !known.contains_key(prompt) {
                strange(sim, agent.kind.name, prompt);
            }
        }
    }
}

fn strange(sim: &Sim, agent: &str, prompt: impl Display) {
    sim.breaks(format_args!(
        "{agent} got the prompt {prompt}, which is of no attempt"
    ));
}
