//! What the store and the wire show of an update, and whether it is one outcome.

use switchboard::ids::{ChatId, OutboxId, TurnId, UpdateId};
use switchboard::model::{Kind, UpdateEnd};
use switchboard::store::Tables;

use super::cases::{Case, Comes};
use super::world::World;

/// Everything that can be seen at one moment.
pub struct Look {
    tables: Tables,
    /// Prompts and decisions that have reached an agent.
    prompts: u64,
    /// Messages of the bot that there have been.
    messages: usize,
    /// Answers to taps.
    taps: u64,
    answered: Vec<(UpdateId, u32)>,
    left: Vec<ChatId>,
}

impl Look {
    /// Looks now; `case` is what has come, or is about to.
    pub fn at(world: &World, case: &Case) -> Self {
        let received = world.agents.iter().map(|agent| agent.received());
        let received = received.flat_map(|agent| agent.into_values().collect::<Vec<_>>());
        let telegram = &world.telegram;
        Self {
            tables: world.sim.disk.tables().clone(),
            prompts: received.map(u64::from).sum(),
            messages: telegram.taken_in(),
            left: telegram.left(),
            taps: telegram.taps_answered(),
            answered: case
                .updates
                .iter()
                .map(|(id, _)| (*id, telegram.tap_answers(&format!("tap-{id}"))))
                .collect(),
        }
    }

    /// What people, turns and pauses stand at: all that an update may move but what it says.
    fn stands(&self) -> Vec<String> {
        let tables = &self.tables;
        let turns = tables.turns.iter().map(|it| format!("{it:?}"));
        let pauses = tables.pauses.values().map(|it| format!("{it:?}"));
        let used = tables.buttons.values().filter(|row| row.used_by.is_some());
        let used = used.map(|row| format!("used {}", row.button.token));
        let current = tables.current_agents.iter().map(|it| format!("{it:?}"));
        let slots = tables.slots.iter().map(|it| format!("{it:?}"));
        let conversations = tables.conversations.values().map(|it| format!("{it:?}"));
        let all = turns.chain(pauses).chain(used).chain(current);
        all.chain(slots).chain(conversations).collect()
    }
}

/// What is different after an update.
struct Between<'a> {
    before: &'a Look,
    after: &'a Look,
    posts: Vec<(OutboxId, Kind, Option<TurnId>)>,
    /// Something stands otherwise than before, beside what an opened turn brings.
    moved: bool,
}

/// What is not as it should be.
pub fn broken(case: &Case, before: &Look, after: &Look) -> Vec<String> {
    let rows = after.tables.posts.iter();
    let fresh = rows.filter(|(id, _)| !before.tables.posts.contains_key(id));
    let posts: Vec<_> = fresh.map(|(id, row)| (*id, row.kind, row.turn)).collect();
    let moved = before.stands() != after.stands();
    let between = Between {
        before,
        after,
        posts,
        moved,
    };
    let mut broken = between.counts(case);
    if case.again {
        broken.extend(between.nothing());
        return broken;
    }
    for (id, comes) in &case.updates {
        broken.extend(between.one(case, *id, *comes));
    }
    broken.extend(between.nothing_else(case));
    broken
}

/// The word for an end.
fn word(end: &UpdateEnd) -> &'static str {
    match end {
        UpdateEnd::Turn(_) => "turn",
        UpdateEnd::Joined(_) => "joined",
        UpdateEnd::Control => "control",
        UpdateEnd::Ignored(_) => "ignored",
        UpdateEnd::Refused(_) => "refused",
        UpdateEnd::Parked => "parked",
    }
}

impl Between<'_> {
    /// As many ends as updates were counted, and each row has one.
    fn counts(&self, case: &Case) -> Vec<String> {
        let sum = |look: &Look| look.tables.updates_ended.values().sum::<u64>();
        let counted = sum(self.after) - sum(self.before);
        let known = |it: &&(UpdateId, Comes)| self.before.tables.updates.contains_key(&it.0);
        let again = case.updates.iter().filter(known).count();
        let due = (case.updates.len() - again) as u64;
        let differs = (counted != due).then(|| format!("{counted} ends for {due} updates"));
        differs.into_iter().collect()
    }

    fn one(&self, case: &Case, id: UpdateId, comes: Comes) -> Vec<String> {
        let row = self.after.tables.updates.get(&id);
        let Some(end) = row.and_then(|row| row.end.as_ref()) else {
            return vec![format!("{id} has not ended")];
        };
        let mut broken = Vec::new();
        let word = word(end);
        if !comes.may.contains(&word) {
            broken.push(format!("{id} has ended as {end:?}, not as {:?}", comes.may));
        }
        let of_it = self.after.answered.iter().find(|(tap, _)| *tap == id);
        let answers = of_it.map_or(0, |(_, times)| *times);
        if answers != u32::from(comes.tap) {
            broken.push(format!("{id} was answered {answers} times as a tap"));
        }
        let opened = self.opened_by(id);
        let joined = self.joined_by(id);
        let (opens, joins) = match end {
            UpdateEnd::Turn(turn) => (vec![*turn], vec![]),
            UpdateEnd::Joined(turn) => (vec![], vec![*turn]),
            _ => (vec![], vec![]),
        };
        if opened != opens {
            broken.push(format!("{id} is {end:?}, and opened {opened:?}"));
        }
        if joined != joins {
            broken.push(format!("{id} is {end:?}, and is a part of {joined:?}"));
        }
        if case.updates.len() == 1 {
            broken.extend(self.alone(word));
        }
        broken
    }

    /// What a single update may move and say, by its end.
    fn alone(&self, end: &str) -> Vec<String> {
        let of = |kinds: &[Kind]| {
            let posts = self.posts.iter();
            posts.filter(|(_, kind, _)| kinds.contains(kind)).count()
        };
        let replies = of(&[Kind::Reply]);
        let notices = of(&[Kind::Notice]);
        let leaves = of(&[Kind::Leave]);
        let all = self.posts.len();
        let prompts = self.after.prompts - self.before.prompts;
        let messages = self.after.messages - self.before.messages;
        let moved = self.moved;
        let seen = format!(
            "{replies} replies, {notices} notices, {all} posts, {messages} messages, {prompts} \
             prompts, moved: {moved}"
        );
        let fits = match end {
            "ignored" => all == 0 && messages == 0 && prompts == 0 && !moved,
            "refused" => {
                let said = replies + notices;
                all == said + leaves && said <= 1 && prompts == 0 && !moved
            }
            "turn" | "joined" => replies == 0 && moved,
            // Something is said, once; or something is done.
            "control" => replies + notices <= 1 && (all > 0 || moved) || moved && replies <= 1,
            _ => false,
        };
        let broken = (!fits).then(|| format!("{end} shows {seen}"));
        broken.into_iter().collect()
    }

    /// Nothing came of it: it had its outcome before.
    fn nothing(&self) -> Option<String> {
        let messages = self.after.messages - self.before.messages;
        let prompts = self.after.prompts - self.before.prompts;
        let taps = self.after.taps - self.before.taps;
        let posts = self.posts.len();
        let nothing = [messages as u64, prompts, taps, posts as u64] == [0; 4] && !self.moved;
        (!nothing).then(|| {
            format!("again: {messages} messages, {prompts} prompts, {taps} taps, {posts} posts")
        })
    }

    fn opened_by(&self, id: UpdateId) -> Vec<TurnId> {
        let turns = self.after.tables.turns.values();
        let opened = turns.filter(|row| row.turn.update == id);
        let before = &self.before.tables.turns;
        let opened = opened.map(|row| row.turn.id);
        opened.filter(|turn| !before.contains_key(turn)).collect()
    }

    fn joined_by(&self, id: UpdateId) -> Vec<TurnId> {
        let tables = &self.after.tables;
        let known = &self.before.tables.turn_updates;
        let parts = tables.turn_updates.iter();
        let parts = parts.filter(|part| part.0 == id && !known.contains(part));
        let opens = |turn: &TurnId| {
            tables
                .turns
                .get(turn)
                .is_some_and(|it| it.turn.update == id)
        };
        parts
            .map(|part| part.1)
            .filter(|turn| !opens(turn))
            .collect()
    }

    /// No turn came of anything else; a group was left where that was the end of it, and only
    /// there; and what was committed to be sent has arrived, once.
    fn nothing_else(&self, case: &Case) -> Vec<String> {
        let mut broken = Vec::new();
        for (turn, row) in &self.after.tables.turns {
            let ours = case.updates.iter().any(|(id, _)| *id == row.turn.update);
            if !ours && !self.before.tables.turns.contains_key(turn) {
                broken.push(format!("{turn} came of no update of this case"));
            }
        }
        let left = self.after.left.len() - self.before.left.len();
        if left != usize::from(case.leaves) {
            broken.push(format!("it left {left} groups"));
        }
        let says = |kind: &Kind| matches!(kind, Kind::Reply | Kind::Notice);
        let shown = self.posts.iter().filter(|(_, kind, _)| says(kind)).count();
        let messages = self.after.messages - self.before.messages;
        if messages < shown {
            broken.push(format!(
                "{shown} words were to be said, {messages} messages arrived"
            ));
        }
        broken
    }
}
