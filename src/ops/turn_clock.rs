//! What becomes of turns and of the messages about them, read from what is committed: no actor has
//! to remember to count. Times run from the commit of the question, so turns of an earlier
//! process are counted and not timed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use tokio::time::Instant;

use super::histogram::{Histogram, WAITS};
use crate::ids::{ChatId, MessageId, OutboxId, RouteName, TurnId};
use crate::model::{Kind, Outcome};
use crate::store::Change;

/// Turns, and posts, that are followed at once; beyond it those that are over are let go, then all,
/// and their times are missing. More than `turns_max` by far, so it keeps bounded what never ends
/// here: a turn that nobody runs again, a post of a chat that was closed.
const FOLLOWED_MAX: usize = 20_000;
/// Routes that are told apart; a configuration that is replaced again and again may name more.
const ROUTES_MAX: usize = 500;
/// The route of a turn that was asked before routes were noted, or of one too many.
const OTHER: &str = "other";

/// What the audit says of what agents ask people, from the question to what came of it.
pub const APPROVALS: [&str; 10] = [
    "approval_asked",
    "approved",
    "rejected",
    "answered_question",
    "approval_expired",
    "approval_gone",
    "decision_refused",
    "decision_delivered",
    "decision_not_sent",
    "decision_unknown",
];

/// What was counted and timed, by the command of the route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnCounts {
    /// Turns that were asked.
    pub asked: BTreeMap<Arc<str>, u64>,
    /// Turns that ended, by outcome. One that is run again ends again.
    pub ended: BTreeMap<(Arc<str>, &'static str), u64>,
    /// What became of what agents asked people: one of [`APPROVALS`].
    pub approvals: BTreeMap<(Arc<str>, &'static str), u64>,
    /// From the question to the first sign of what the agent does, in its placeholder.
    pub to_preview: BTreeMap<Arc<str>, Histogram>,
    /// From the question until Telegram has the first message of the answer.
    pub to_answer: BTreeMap<Arc<str>, Histogram>,
    /// Calls to Telegram for a post that were not its first.
    pub posts_again: u64,
}

/// A turn that is not over, or may be run again, or whose answer is on its way.
#[derive(Debug)]
struct Followed {
    route: Arc<str>,
    /// When the question was committed; none if that was in an earlier process.
    asked_at: Option<Instant>,
    /// Whether something of it was shown.
    previewed: bool,
    /// Whether its end was committed.
    over: bool,
}

/// A placeholder, or a message of an answer, that Telegram does not have yet.
#[derive(Debug)]
pub struct Watched {
    turn: TurnId,
    chat: ChatId,
    kind: Kind,
}

/// What a change says that is counted here, and nothing else of it.
#[derive(Debug)]
pub enum Note {
    /// A turn was asked, by this route.
    Asked(TurnId, Option<RouteName>),
    /// A turn has ended.
    Ended(TurnId, Outcome),
    /// Its answer was refused.
    Undeliverable(TurnId),
    /// A step of what an agent asks people, of this route: one of [`APPROVALS`].
    Approval(Option<RouteName>, &'static str),
    /// A post of a turn is to be sent.
    Posted(OutboxId, Watched),
    /// A call for a post begins.
    Begun(OutboxId),
    /// Telegram has it.
    Sent(OutboxId, Option<MessageId>),
    /// It is not sent any more.
    Gone(OutboxId),
}

impl Note {
    /// What is to be counted once these are committed.
    #[must_use]
    pub fn all(changes: &[Change]) -> Vec<Self> {
        changes.iter().filter_map(Self::of).collect()
    }

    fn of(change: &Change) -> Option<Self> {
        Some(match change {
            Change::OpenTurn(turn) => Self::Asked(turn.id, turn.route.clone()),
            Change::EndTurn { turn, outcome } => Self::Ended(*turn, *outcome),
            Change::Undeliverable { turn } => Self::Undeliverable(*turn),
            Change::Post(post) => {
                let watched = Watched {
                    turn: post.turn?,
                    chat: post.place.chat,
                    kind: post.kind,
                };
                let shows = matches!(post.kind, Kind::Placeholder | Kind::Final | Kind::FinalEdit);
                return shows.then_some(Self::Posted(post.id, watched));
            }
            Change::Audit(line) => {
                let event = APPROVALS.into_iter().find(|event| *event == line.event)?;
                Self::Approval(line.route.clone(), event)
            }
            Change::Sending(post) => Self::Begun(*post),
            Change::Sent { post, message } => Self::Sent(*post, *message),
            Change::RefusedPost { post, .. } | Change::UnknownPost(post) | Change::Drop(post) => {
                Self::Gone(*post)
            }
            _ => return None,
        })
    }
}

/// Follows turns through the changes that are committed.
#[derive(Debug, Default)]
pub struct TurnClock {
    counts: TurnCounts,
    turns: HashMap<TurnId, Followed>,
    posts: HashMap<OutboxId, Watched>,
    /// Posts for which a call has begun.
    begun: HashSet<OutboxId>,
    placeholders: HashMap<(ChatId, MessageId), TurnId>,
}

impl TurnClock {
    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> &TurnCounts {
        &self.counts
    }

    /// A turn that an earlier process has left.
    pub fn takes_up(&mut self, turn: TurnId, route: Option<RouteName>) {
        self.follow(turn, route, None);
    }

    /// These were committed.
    pub fn committed(&mut self, notes: Vec<Note>, now: Instant) {
        for note in notes {
            match note {
                Note::Asked(turn, route) => {
                    let route = self.follow(turn, route, Some(now));
                    *self.counts.asked.entry(route).or_default() += 1;
                }
                Note::Ended(turn, outcome) => self.ended(turn, outcome),
                Note::Undeliverable(turn) => self.stops_the_clock(turn),
                Note::Approval(route, event) => {
                    let key = (self.label(route), event);
                    *self.counts.approvals.entry(key).or_default() += 1;
                }
                Note::Posted(post, watched) => {
                    self.posts.insert(post, watched);
                }
                Note::Begun(post) => {
                    let again = !self.begun.insert(post);
                    self.counts.posts_again += u64::from(again);
                }
                Note::Sent(post, message) => self.sent(post, message, now),
                Note::Gone(post) => {
                    self.begun.remove(&post);
                    self.posts.remove(&post);
                }
            }
        }
        self.stays_bounded();
    }

    /// A message of ours reads otherwise from now on.
    pub fn edited(&mut self, chat: ChatId, message: MessageId, now: Instant) {
        let Some(turn) = self.placeholders.get(&(chat, message)) else {
            return;
        };
        let Some(followed) = self.turns.get_mut(turn) else {
            return;
        };
        if let (false, Some(asked_at)) = (followed.previewed, followed.asked_at) {
            saw(&mut self.counts.to_preview, &followed.route, asked_at, now);
        }
        followed.previewed = true;
    }

    /// Answers the route that it counts for.
    fn follow(
        &mut self,
        turn: TurnId,
        route: Option<RouteName>,
        asked_at: Option<Instant>,
    ) -> Arc<str> {
        let route = self.label(route);
        let followed = Followed {
            route: route.clone(),
            asked_at,
            previewed: false,
            over: false,
        };
        self.turns.insert(turn, followed);
        route
    }

    /// The route as a label has it.
    fn label(&self, route: Option<RouteName>) -> Arc<str> {
        let known = &self.counts.asked;
        route
            .map(|route| route.0)
            .filter(|route| known.len() < ROUTES_MAX || known.contains_key(route))
            .unwrap_or_else(|| OTHER.into())
    }

    fn ended(&mut self, turn: TurnId, outcome: Outcome) {
        let route = self.turns.get(&turn);
        let route = route.map_or_else(|| OTHER.into(), |followed| followed.route.clone());
        let ended = self.counts.ended.entry((route, outcome.name()));
        *ended.or_default() += 1;
        // What is edited from here on is no preview.
        self.placeholders.retain(|_, of| *of != turn);
        if let Some(followed) = self.turns.get_mut(&turn) {
            followed.over = true;
        }
        if outcome != Outcome::Answered {
            self.stops_the_clock(turn);
        }
    }

    /// Nobody waits for its answer any more. That of [Run again] would take as long as its person.
    fn stops_the_clock(&mut self, turn: TurnId) {
        if let Some(followed) = self.turns.get_mut(&turn) {
            followed.asked_at = None;
        }
    }

    fn sent(&mut self, post: OutboxId, message: Option<MessageId>, now: Instant) {
        self.begun.remove(&post);
        let Some(watched) = self.posts.remove(&post) else {
            return;
        };
        if watched.kind == Kind::Placeholder {
            let runs = self.turns.get(&watched.turn).is_some_and(|turn| !turn.over);
            let shown = message.filter(|_| runs);
            self.placeholders
                .extend(shown.map(|message| ((watched.chat, message), watched.turn)));
            return;
        }
        let Some(followed) = self.turns.remove(&watched.turn) else {
            return;
        };
        if let Some(asked_at) = followed.asked_at {
            saw(&mut self.counts.to_answer, &followed.route, asked_at, now);
        }
    }

    fn stays_bounded(&mut self) {
        if self.turns.len() > FOLLOWED_MAX {
            self.turns.retain(|_, turn| !turn.over);
        }
        if self.turns.len() > FOLLOWED_MAX {
            self.turns.clear();
            self.placeholders.clear();
        }
        if self.posts.len() > FOLLOWED_MAX {
            self.posts.clear();
        }
        if self.begun.len() > FOLLOWED_MAX {
            self.begun.clear();
        }
    }
}

fn saw(
    times: &mut BTreeMap<Arc<str>, Histogram>,
    route: &Arc<str>,
    asked_at: Instant,
    now: Instant,
) {
    let times = times.entry(route.clone());
    let times = times.or_insert_with(|| Histogram::new(WAITS));
    times.saw(now.duration_since(asked_at));
}

#[cfg(test)]
mod tests;
