//! What is committed about a pause, and what its cards say, whenever it moves.

use super::card::{Card, Shown, card, question_card};
use super::closed::{Closed, Verdict};
use super::digest::digest;
use super::moves::{Event, State};
use super::picks::Picks;
use super::policy::Case;
use super::posting::ARGUMENTS_MAX;
use super::waiting::{Made, Posted, Waiting};
use crate::config::Config;
use crate::ids::{AgentName, PauseId, Timestamp, UserId};
use crate::model::{Body, Kind, Place, Post, Turn};
use crate::pause::{Asks, Decision, Pause, Unclear};
use crate::rules::format::Formatted;
use crate::rules::mask::{self, Mask};
use crate::rules::turn::Fresh;
use crate::rules::words::approvals as words;
use crate::store::Change;

/// So many characters of a reason show on the cards; the agent gets all of it.
const REASON_MAX: usize = 500;

/// Where changes about pauses are written.
pub struct Desk<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Those that the turn began with: how long it waits stays as they say.
    pub begun: &'a Config,
    /// What is taken out of what agents say.
    pub mask: &'a Mask,
    /// Fresh ids, and the moment.
    pub fresh: &'a mut dyn Fresh,
}

impl Desk<'_> {
    /// A turn waits for this: it is kept, and people are asked, here and where else it has to be.
    pub fn open(&mut self, turn: &Turn, agent: &AgentName, pause: Pause) -> (Waiting, Vec<Change>) {
        let now = self.fresh.now();
        let case = Case::new(
            self.config,
            agent,
            turn.route.as_ref(),
            turn.asked_by,
            turn.place.chat,
        );
        let (asked_by, chat) = (turn.asked_by, turn.place.chat);
        let begun = Case::new(self.begun, agent, turn.route.as_ref(), asked_by, chat);
        let calls = pause.calls().iter();
        let allowed = calls.map(|call| case.allowed(&call.name)).collect();
        let first = self.fresh.post();
        let mut cards = vec![Posted {
            post: first,
            place: turn.place,
        }];
        let mut waiting = Waiting {
            id: PauseId(first.0),
            version: 1,
            state: State::Open,
            turn: turn.id,
            conversation: turn.conversation,
            agent: agent.clone(),
            place: turn.place,
            asked_by: turn.asked_by,
            route: turn.route.clone(),
            digest: digest(&pause),
            allowed,
            picks: Picks::new(&pause),
            pause,
            reason: None,
            cards: Vec::new(),
            opened_at: now,
            expires_at: now.plus(begun.expires_after()),
            reminded: false,
            attempt: 0,
            made: None,
            perhaps: None,
            inferred: false,
        };
        let elsewhere = match waiting.pause.asks {
            Asks::Approval(_) => case.elsewhere(&waiting.tools(), turn.place.chat),
            _ => None,
        };
        if let Some(chat) = elsewhere {
            let place = Place {
                chat,
                topic: crate::ids::TopicId::NONE,
            };
            let post = self.fresh.post();
            cards.push(Posted { post, place });
        }
        waiting.cards = cards;
        if self.is_too_long(&waiting) {
            // What nobody can look through, nobody may approve.
            waiting.allowed.fill_with(Default::default);
        }
        let cards = waiting.cards.clone();
        let mut changes = self.posted(&waiting, &cards, Some(turn.reply_to));
        changes.push(Change::KeepPause(Box::new(waiting.clone())));
        changes.extend(self.buttons(&waiting));
        (waiting, changes)
    }

    /// Its cards say what holds now, with fresh buttons; the version is kept.
    pub fn redrawn(&mut self, waiting: &Waiting) -> Vec<Change> {
        self.redrawn_but(waiting, &[])
    }

    /// The same where some of its cards say so already, as they are new.
    pub(super) fn redrawn_but(&mut self, waiting: &Waiting, new: &[Posted]) -> Vec<Change> {
        let mut changes = vec![Change::KeepPause(Box::new(waiting.clone()))];
        for at in waiting.cards.clone() {
            if new.contains(&at) {
                continue;
            }
            let body = Body {
                target: Some(at.post),
                ..self.body(waiting, at)
            };
            let id = self.fresh.post();
            let edit = Posted { post: id, ..at };
            changes.push(post(waiting, edit, Kind::Edit, body));
        }
        changes.extend(self.buttons(waiting));
        changes
    }

    /// People hear once that it still waits.
    pub fn reminded(&mut self, waiting: &Waiting) -> (Waiting, Vec<Change>) {
        let mut next = waiting.changed();
        next.reminded = true;
        let mut changes = self.redrawn(&next);
        for at in waiting.cards.clone() {
            let body = Body {
                text: words::reminder(&waiting.agent, waiting.expires_at, waiting.is_question()),
                ..Body::default()
            };
            let at = Posted {
                post: self.fresh.post(),
                ..at
            };
            changes.push(post(waiting, at, Kind::Notice, body));
        }
        (next, changes)
    }

    /// What a person is called.
    fn name(&self, user: UserId) -> String {
        self.config.called(user)
    }

    /// What was taken out of its card, each with why.
    #[must_use]
    pub fn masked(&self, waiting: &Waiting) -> Vec<mask::Kind> {
        self.card(waiting).masked
    }

    /// Why nobody may approve it, for the audit; none if somebody may.
    #[must_use]
    pub fn hindrance(&self, waiting: &Waiting) -> Option<&'static str> {
        match &waiting.pause.asks {
            Asks::Unclear { why, .. } => Some(match why {
                Unclear::Unreadable => "cannot be read",
                Unclear::Mixed => "cannot be decided one by one",
                Unclear::Hidden => "hidden behind an agent",
                Unclear::TooMany => "too many to look through",
            }),
            Asks::Approval(_) if self.is_too_long(waiting) => Some("too long to look through"),
            Asks::Approval(_) if !waiting.can_be_approved() => Some("nobody may approve"),
            _ => None,
        }
    }

    fn is_too_long(&self, waiting: &Waiting) -> bool {
        let calls = matches!(waiting.pause.asks, Asks::Approval(_));
        calls && self.shows(waiting, "", super::card::length) > ARGUMENTS_MAX
    }

    pub(super) fn card(&self, waiting: &Waiting) -> Card {
        let made = match waiting.pause.asks {
            Asks::Answers { .. } => question_card,
            _ => card,
        };
        self.shows(waiting, &self.foot(waiting), made)
    }

    /// What is made of all that a card shows.
    fn shows<T>(&self, waiting: &Waiting, foot: &str, make: impl FnOnce(Shown<'_>) -> T) -> T {
        make(Shown {
            agent: &waiting.agent,
            asked_by: &self.name(waiting.asked_by),
            pause: &waiting.pause,
            picks: &waiting.picks,
            mask: self.mask,
            text_max: self.config.limits.text_max,
            foot,
        })
    }

    pub(super) fn body(&self, waiting: &Waiting, at: Posted) -> Body {
        let Formatted { text, entities } = self.card(waiting).text;
        Body {
            text,
            entities,
            buttons: self.shown_buttons(waiting, at),
            ..Body::default()
        }
    }

    /// The lines below: until when and who may decide, or what was decided.
    fn foot(&self, waiting: &Waiting) -> String {
        if let Some(closed) = Closed::of(waiting) {
            return closed.said(|user| self.name(user));
        }
        let made = waiting.made.as_ref();
        let made = made.map(|made| Verdict::of(made, waiting));
        let Some(made) = made.filter(|_| waiting.state != State::Open || waiting.is_expiring())
        else {
            return self.open_foot(waiting);
        };
        match (waiting.state, made.by.map(|by| self.name(by))) {
            (State::Deciding, Some(by)) => words::deciding(&made.what(), &by, made.at),
            (State::Deciding, None) => made.expired(),
            (_, Some(by)) => {
                let until = until(waiting);
                format!("{}\n{until}", words::unknown(&made.what(), &by))
            }
            (_, None) => words::EXPIRING.to_owned(),
        }
    }

    /// Who may approve it, and until when.
    fn who_may(&self, waiting: &Waiting) -> String {
        if self.is_too_long(waiting) {
            return format!("{}\n{}", words::TOO_LONG, until(waiting));
        }
        let mut who: Vec<String> = Vec::new();
        for person in waiting.allowed.iter().flat_map(|allowed| &allowed.people) {
            let name = self.name(*person);
            if *person != waiting.asked_by && !who.contains(&name) {
                who.push(name);
            }
        }
        let asker = waiting.allowed.iter().any(|allowed| allowed.requester);
        let asker = asker.then(|| self.name(waiting.asked_by));
        words::open(waiting.expires_at, &who, asker.as_deref())
    }

    fn open_foot(&self, waiting: &Waiting) -> String {
        let until = until(waiting);
        let mut foot = match &waiting.pause.asks {
            Asks::Answers { questions, .. } => {
                let how = match questions.get(waiting.picks.question()) {
                    Some(question) if question.choices.is_empty() => {
                        if waiting.place.chat.is_group() {
                            words::REPLY
                        } else {
                            words::WRITE
                        }
                    }
                    Some(question) if question.multiple => words::TAP_SOME,
                    _ => words::TAP_OR_REPLY,
                };
                format!("{how}\n{until}")
            }
            Asks::Approval(calls) => {
                let who = self.who_may(waiting);
                let how = match calls.len() {
                    1 => String::new(),
                    _ => format!("{}\n", words::TOGGLES),
                };
                let how = how.as_str();
                let how = if waiting.can_be_approved() { how } else { "" };
                format!("{how}{who}")
            }
            _ => until,
        };
        if !waiting.is_question() && waiting.reason.is_none() {
            foot = format!("{}\n{foot}", words::REASON_FIRST);
        }
        if let Some(reason) = &waiting.reason {
            // Masked before it is cut: half of a secret does not look like one.
            let reason = cut(&self.mask.whole(reason).text, REASON_MAX);
            foot = format!("{}\n{foot}", words::reason(&reason));
        }
        foot
    }
}

/// What becomes of it without a decision.
fn until(waiting: &Waiting) -> String {
    if waiting.is_question() {
        words::answer_until(&waiting.agent, waiting.expires_at)
    } else {
        words::until(waiting.expires_at)
    }
}

pub(super) fn post(waiting: &Waiting, at: Posted, kind: Kind, body: Body) -> Change {
    let mut post = Post::new(at.post, at.place, kind, body);
    post.turn = Some(waiting.turn);
    Change::Post(post)
}

pub(super) fn cut(label: &str, max: usize) -> String {
    match label.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &label[..end]),
        None => label.to_owned(),
    }
}

/// A decision is made: by somebody, or by nobody in time. None where none can be made.
#[must_use]
pub fn made(
    waiting: &Waiting,
    decision: Decision,
    by: Option<UserId>,
    at: Timestamp,
) -> Option<Waiting> {
    if !waiting.pause.is_answered_by(&decision) {
        return None;
    }
    let mut next = waiting.moved(Event::Decide)?;
    next.attempt += 1;
    next.made = Some(Made { decision, by, at });
    Some(next)
}
