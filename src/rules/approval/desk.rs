//! What is committed about a pause, and what its cards say, whenever it moves.

use super::card::{Card, Shown, card, question_card};
use super::digest::digest;
use super::moves::{Event, State};
use super::picks::Picks;
use super::policy::Case;
use super::posting::ARGUMENTS_MAX;
use super::waiting::{Made, Posted, Waiting};
use crate::config::Config;
use crate::ids::{AgentName, PauseId, Timestamp, UserId};
use crate::model::{
    Action, BUTTON_LIFE, Body, Button, Kind, Place, Post, Shown as Label, Tap, Turn, Whom,
};
use crate::pause::{Asks, Decision, Pause};
use crate::rules::format::Formatted;
use crate::rules::mask::{self, Mask};
use crate::rules::turn::Fresh;
use crate::rules::words::approvals as words;
use crate::store::Change;

/// A button's label is cut after so many characters.
const LABEL_MAX: usize = 48;

/// Where changes about pauses are written.
pub struct Desk<'a> {
    /// The settings.
    pub config: &'a Config,
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
            expires_at: now.plus(case.expires_after()),
            reminded: false,
            attempt: 0,
            made: None,
            perhaps: None,
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
        let whole = self.card(&waiting).whole;
        if whole.is_some_and(|whole| whole.len() > ARGUMENTS_MAX) {
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
                text: words::reminder(&waiting.agent, waiting.expires_at),
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

    pub(super) fn card(&self, waiting: &Waiting) -> Card {
        let foot = self.foot(waiting);
        let shown = Shown {
            agent: &waiting.agent,
            asked_by: &self.name(waiting.asked_by),
            pause: &waiting.pause,
            picks: &waiting.picks,
            mask: self.mask,
            text_max: self.config.limits.text_max,
            foot: &foot,
        };
        match waiting.pause.asks {
            Asks::Answers { .. } => question_card(shown),
            _ => card(shown),
        }
    }

    pub(super) fn body(&self, waiting: &Waiting, at: Posted) -> Body {
        let Formatted { text, entities } = self.card(waiting).text;
        let lines = self.lines(waiting).into_iter();
        let shown = lines.map(|line| {
            let labels = line.into_iter().map(|(label, tap)| Label {
                label,
                token: token(waiting, at, tap),
            });
            labels.collect()
        });
        Body {
            text,
            entities,
            buttons: shown.collect(),
            ..Body::default()
        }
    }

    /// The rows of the buttons under every card, for this version.
    fn buttons(&mut self, waiting: &Waiting) -> Vec<Change> {
        let mut changes = Vec::new();
        for at in &waiting.cards {
            for (_, tap) in self.lines(waiting).into_iter().flatten() {
                changes.push(Change::ShowButton(Button {
                    token: token(waiting, *at, tap),
                    place: at.place,
                    action: action(waiting, tap),
                    whom: Whom::Deciders,
                    post: at.post,
                    group: waiting.version,
                    expires_at: waiting.expires_at.plus(BUTTON_LIFE),
                }));
            }
        }
        changes
    }

    /// Labels and what they do, line by line.
    fn lines(&self, waiting: &Waiting) -> Vec<Vec<(String, Tap)>> {
        let button = |label: &str, tap| (label.to_owned(), tap);
        let reject = || vec![button(words::REJECT, Tap::Reject)];
        match (waiting.state, &waiting.pause.asks) {
            (State::Unknown, _) => vec![vec![
                button(words::SEND_AGAIN, Tap::Again),
                button(words::REJECT, Tap::Reject),
            ]],
            (State::Open, Asks::Unclear { .. }) => vec![reject()],
            (State::Open, Asks::Approval(calls)) => {
                let nobody = |allowed: &super::Allowed| !allowed.anybody(waiting.asked_by);
                if waiting.allowed.iter().all(nobody) {
                    return vec![reject()];
                }
                if calls.len() == 1 {
                    return vec![vec![
                        button(words::APPROVE, Tap::Approve),
                        button(words::REJECT, Tap::Reject),
                    ]];
                }
                let mut lines: Vec<Vec<(String, Tap)>> = calls
                    .iter()
                    .enumerate()
                    .map(|(n, call)| {
                        let on = waiting.picks.approved.get(n).copied().unwrap_or_default();
                        let mark = if on { "✅" } else { "🚫" };
                        let name = self.mask.whole(&call.name).text.into_owned();
                        vec![(cut(&format!("{mark} {}. {name}", n + 1)), Tap::Toggle(n))]
                    })
                    .collect();
                lines.push(vec![
                    button(words::APPROVE_ALL, Tap::Approve),
                    button(words::REJECT_ALL, Tap::Reject),
                ]);
                lines.push(vec![button(words::SEND, Tap::Done)]);
                lines
            }
            (State::Open, Asks::Answers { questions, .. }) => {
                let Some(question) = questions.get(waiting.picks.question()) else {
                    return vec![reject()];
                };
                let choices = question.choices.iter().enumerate();
                let mut lines: Vec<Vec<(String, Tap)>> = choices
                    .map(|(n, choice)| {
                        let on = waiting.picks.chosen.contains(&n);
                        let mark = if on { "✅ " } else { "" };
                        let choice = self.mask.whole(choice).text.into_owned();
                        vec![(cut(&format!("{mark}{choice}")), Tap::Choose(n))]
                    })
                    .collect();
                if question.multiple {
                    lines.push(vec![button(words::DONE, Tap::Done)]);
                }
                lines.push(vec![button(words::NO_ANSWER, Tap::Reject)]);
                lines
            }
            _ => Vec::new(),
        }
    }

    /// The lines below: until when and who may decide, or what was decided.
    fn foot(&self, waiting: &Waiting) -> String {
        let made = waiting.made.as_ref().map(|made| {
            let by = made.by.map_or_else(String::new, |user| self.name(user));
            (what(&made.decision), by, made.at)
        });
        let nothing = || (String::new(), String::new(), waiting.opened_at);
        let (what, by, at) = made.unwrap_or_else(nothing);
        match waiting.state {
            State::Open => self.open_foot(waiting),
            State::Deciding | State::Expired if by.is_empty() => words::expired(at),
            State::Deciding => words::deciding(&what, &by, at),
            State::Unknown => {
                let until = words::until(waiting.expires_at);
                format!("{}\n{until}", words::unknown(&what, &by))
            }
            State::Decided | State::Rejected | State::Expired => words::decided(&what, &by, at),
            State::Gone => self.gone_foot(waiting),
        }
    }

    /// Nobody is asked any more, and nothing of ours has surely arrived.
    fn gone_foot(&self, waiting: &Waiting) -> String {
        let perhaps = waiting.perhaps.as_ref();
        perhaps.map_or_else(
            || words::GONE.to_owned(),
            |made| {
                let by = made.by.map(|user| self.name(user));
                words::gone_perhaps(&what(&made.decision), by.as_deref(), made.at)
            },
        )
    }

    fn open_foot(&self, waiting: &Waiting) -> String {
        let mut foot = match &waiting.pause.asks {
            Asks::Answers { questions, .. } => {
                let question = questions.get(waiting.picks.question());
                let how = match question {
                    Some(question) if question.choices.is_empty() => words::REPLY,
                    Some(question) if question.multiple => words::TAP_SOME,
                    _ => words::TAP_OR_REPLY,
                };
                format!("{how}\n{}", words::until(waiting.expires_at))
            }
            Asks::Approval(_) => {
                let mut who: Vec<String> = Vec::new();
                for person in waiting.allowed.iter().flat_map(|allowed| &allowed.people) {
                    let name = self.name(*person);
                    if *person != waiting.asked_by && !who.contains(&name) {
                        who.push(name);
                    }
                }
                let asker = waiting.allowed.iter().any(|allowed| allowed.requester);
                words::open(waiting.expires_at, &who, asker)
            }
            _ => words::until(waiting.expires_at),
        };
        if let Some(reason) = &waiting.reason {
            foot = format!("{}\n{foot}", words::reason(&self.mask.whole(reason).text));
        }
        foot
    }
}

pub(super) fn post(waiting: &Waiting, at: Posted, kind: Kind, body: Body) -> Change {
    let mut post = Post::new(at.post, at.place, kind, body);
    post.turn = Some(waiting.turn);
    Change::Post(post)
}

/// What a decision is called.
fn what(decision: &Decision) -> String {
    match decision {
        Decision::Answers(_) | Decision::Words(_) => words::ANSWERED.to_owned(),
        Decision::RejectAll { .. } => words::REJECTED.to_owned(),
        Decision::Tools(verdicts) => {
            let approved = verdicts.iter().enumerate().filter(|(_, it)| it.approved);
            let approved: Vec<usize> = approved.map(|(n, _)| n).collect();
            match approved.len() {
                0 => words::REJECTED.to_owned(),
                all if all == verdicts.len() => words::APPROVED.to_owned(),
                _ => words::partly(&approved),
            }
        }
    }
}

fn cut(label: &str) -> String {
    let label: String = label.split_whitespace().collect::<Vec<_>>().join(" ");
    match label.char_indices().nth(LABEL_MAX) {
        Some((end, _)) => format!("{}…", &label[..end]),
        None => label,
    }
}

fn action(waiting: &Waiting, tap: Tap) -> Action {
    Action::Pause {
        turn: waiting.turn,
        pause: waiting.id,
        version: waiting.version,
        tap,
    }
}

/// A button's token: it names its row, and the row's version is what protects it.
fn token(waiting: &Waiting, at: Posted, tap: Tap) -> String {
    let name = format!(
        "{}:{}:{}:{}:{tap:?}",
        waiting.digest, waiting.id, waiting.version, at.post
    );
    let token = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes());
    token.simple().to_string()
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
