//! `/stop`: which turn is meant, and what is committed and said about it.

use crate::ids::{AgentName, OutboxId, Timestamp, TurnId, UserId};
use crate::model::{
    Action, BUTTON_LIFE, Body, Held, HeldFor, Kind, Outcome, Post, Turn, TurnState, Whom,
};
use crate::rules::buttons::{self, Under};
use crate::rules::format::Formatted;
use crate::rules::phone::Shown;
use crate::rules::turn::Fresh;
use crate::rules::words;
use crate::store::Change;

/// A turn that runs, as far as stopping it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runs {
    /// Which.
    pub turn: TurnId,
    /// Its attempt.
    pub attempt: u32,
    /// Who asked.
    pub asked_by: UserId,
    /// Whom.
    pub agent: AgentName,
    /// What.
    pub text: String,
    /// Whether somebody wants it to stop already.
    pub stopping: bool,
    /// Whether its agent cannot stop it.
    pub detached: bool,
}

/// Which turn `/stop` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This one.
    This(Runs),
    /// One of these of the person's own.
    OneOf(Vec<Runs>),
    /// Perhaps one of these of other people; an admin is asked first.
    Others(Vec<Runs>),
    /// None: what is said instead.
    Nothing(String),
}

/// What a person means who says `/stop` where these turns run.
#[must_use]
pub fn meant(runs: Vec<Runs>, user: UserId, admin: bool) -> Meant {
    let (own, others): (Vec<Runs>, Vec<Runs>) =
        runs.into_iter().partition(|runs| runs.asked_by == user);
    let stoppable = |runs: &Runs| !runs.stopping && !runs.detached;
    let mut can: Vec<Runs> = own.iter().filter(|runs| stoppable(runs)).cloned().collect();
    match can.len() {
        0 => {}
        1 => return Meant::This(can.remove(0)),
        _ => return Meant::OneOf(can),
    }
    if let Some(detached) = own.iter().find(|runs| runs.detached) {
        return Meant::Nothing(words::unstoppable(&detached.agent));
    }
    if !own.is_empty() {
        return Meant::Nothing(words::STOPPING_ALREADY.to_owned());
    }
    let others: Vec<Runs> = others.into_iter().filter(stoppable).collect();
    match (others.is_empty(), admin) {
        (true, _) => Meant::Nothing(words::NOTHING_TO_STOP.to_owned()),
        (false, true) => Meant::Others(others),
        (false, false) => Meant::Nothing(words::NOT_YOURS.to_owned()),
    }
}

/// Buttons shown at once; who has more running says `/stop` and the agent.
const CHOICES_MAX: usize = 12;

/// A button for each of these turns.
#[must_use]
pub fn choices(runs: &[Runs], under: Under, fresh: &mut dyn Fresh) -> buttons::Made {
    let line = |runs: &Runs| {
        let (turn, attempt) = (runs.turn, runs.attempt);
        let label = format!("{}: {}", runs.agent, words::question(&runs.text));
        vec![(label, Action::Stop { turn, attempt })]
    };
    let lines = runs.iter().take(CHOICES_MAX).map(line).collect();
    buttons::together(under, lines, fresh)
}

/// The turn has stopped: the placeholder says so if it is the last thing in its thread, else
/// a new message does.
#[must_use]
pub fn stopped(
    turn: &Turn,
    agent: &AgentName,
    progress: &str,
    shown: Shown,
    fresh: &mut dyn Fresh,
) -> Vec<Change> {
    let said = match turn.state {
        TurnState::Queued => Formatted::plain(words::never_sent(agent)),
        _ => words::stopped(agent, turn.id, progress),
    };
    let post = |kind, body, id| {
        Change::Post(Post {
            turn: Some(turn.id),
            ..Post::new(id, turn.place, kind, body)
        })
    };
    let newest = shown == Shown::Stands { newest: true };
    let body = Body {
        text: said.text,
        entities: said.entities,
        reply_to: Some(turn.reply_to),
        ..Body::default()
    };
    let mut changes = vec![end(turn.id)];
    match turn.placeholder {
        Some(_) if newest => {
            let target = turn.placeholder;
            // Should that be gone, it comes as a new message.
            changes.push(post(Kind::FinalEdit, Body { target, ..body }, fresh.post()));
        }
        Some(placeholder) => {
            changes.insert(0, Change::Drop(placeholder));
            changes.push(post(Kind::Notice, body, fresh.post()));
            let gone = Body {
                target: Some(placeholder),
                ..Body::default()
            };
            changes.push(post(Kind::Delete, gone, fresh.post()));
        }
        None => changes.push(post(Kind::Notice, body, fresh.post())),
    }
    changes
}

/// The turn ends as stopped, and nothing is said.
#[must_use]
pub fn end(turn: TurnId) -> Change {
    Change::EndTurn {
        turn,
        outcome: Outcome::Stopped,
    }
}

/// A question above two buttons that holds turns until it is answered.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Why they are held.
    pub why: HeldFor,
    /// What it says.
    pub text: String,
    /// The turns, all of one person in one place; not empty.
    pub turns: Vec<&'a Turn>,
}

/// Posts the question; what the turns are held by, and the changes that show it.
#[must_use]
pub fn hold(ask: &Ask<'_>, fresh: &mut dyn Fresh) -> Option<(Held, Vec<Change>)> {
    let first = ask.turns.first()?;
    let held = Held {
        why: ask.why,
        until: fresh.now().plus(BUTTON_LIFE),
        post: fresh.post(),
    };
    let under = Under {
        post: held.post,
        place: first.place,
        whom: Whom::Person(first.asked_by),
    };
    let (go_on, reply_to) = match ask.why {
        HeldFor::Stale => (words::RUN, Some(first.reply_to)),
        HeldFor::Stop => (words::KEEP, None),
    };
    let turn = first.id;
    let line = vec![
        (go_on.to_owned(), Action::Release { turn }),
        (words::DROP.to_owned(), Action::Drop { turn }),
    ];
    let made = buttons::together(under, vec![line], fresh);
    let body = Body {
        text: ask.text.clone(),
        reply_to,
        buttons: made.shown,
        ..Body::default()
    };
    let mut changes = vec![Change::Post(Post {
        turn: Some(turn),
        ..Post::new(held.post, first.place, Kind::Notice, body)
    })];
    changes.extend(made.changes);
    Some((held, changes))
}

/// Of the turns of a session, the posts that nobody answered in time.
#[must_use]
pub fn expired<'a>(held: impl Iterator<Item = &'a Held>, now: Timestamp) -> Vec<OutboxId> {
    let mut posts: Vec<OutboxId> = held
        .filter(|held| held.until <= now)
        .map(|held| held.post)
        .collect();
    posts.sort_unstable();
    posts.dedup();
    posts
}

#[cfg(test)]
mod tests;
