//! What is left of a pause that is over: who decided what, without the arguments, answers and
//! reasons. Its cards say it, and so does the answer to whoever still replies to one.

use serde::{Deserialize, Serialize};

use super::moves::State;
use super::waiting::{Made, Posted, Waiting};
use crate::ids::{Timestamp, UserId};
use crate::pause::Decision;
use crate::rules::words::approvals as words;

/// What a decision comes to, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gist {
    /// Everything may run.
    Approved,
    /// Some of it may run: these calls, from 0.
    Partly(Vec<usize>),
    /// Nothing may run.
    Rejected,
    /// A question is answered.
    Answered,
    /// A question is not.
    Unanswered,
}

/// What somebody decided, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What.
    pub gist: Gist,
    /// Who; nobody where the time was up.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// A pause that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Where it stands.
    pub state: State,
    /// Its cards.
    pub cards: Vec<Posted>,
    /// The last decision.
    pub last: Option<Verdict>,
    /// The one before it that may have arrived, too.
    pub perhaps: Option<Verdict>,
    /// Whether the last one is only known to have left: that it arrived is concluded from the
    /// agent having gone on.
    pub inferred: bool,
}

/// The card that somebody has replied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// The turn that waits, or did.
    pub turn: crate::ids::TurnId,
    /// What it waits for, or did.
    pub pause: crate::ids::PauseId,
    /// Where it stands.
    pub state: State,
    /// What came of it, if it is over. None, too, where that was not kept yet.
    pub closed: Option<Closed>,
}

impl Gist {
    fn of(decision: &Decision, is_question: bool) -> Self {
        let Decision::Tools(verdicts) = decision else {
            return match decision {
                Decision::RejectAll { .. } if is_question => Self::Unanswered,
                Decision::RejectAll { .. } => Self::Rejected,
                _ => Self::Answered,
            };
        };
        let approved = verdicts.iter().enumerate().filter(|(_, it)| it.approved);
        let approved: Vec<usize> = approved.map(|(n, _)| n).collect();
        match approved.len() {
            0 => Self::Rejected,
            all if all == verdicts.len() => Self::Approved,
            _ => Self::Partly(approved),
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Approved => words::APPROVED.to_owned(),
            Self::Partly(approved) => words::partly(approved),
            Self::Rejected => words::REJECTED.to_owned(),
            Self::Answered => words::ANSWERED.to_owned(),
            Self::Unanswered => words::UNANSWERED.to_owned(),
        }
    }
}

impl Verdict {
    /// A decision about this.
    pub(super) fn of(made: &Made, waiting: &Waiting) -> Self {
        Self {
            gist: Gist::of(&made.decision, waiting.is_question()),
            by: made.by,
            at: made.at,
        }
    }

    /// Nobody has decided in time.
    pub(super) fn expired(&self) -> String {
        match self.gist {
            Gist::Unanswered => words::unanswered(self.at),
            _ => words::expired(self.at),
        }
    }

    /// What it is called.
    pub(super) fn what(&self) -> String {
        self.gist.said()
    }
}

impl Closed {
    /// What is left of this one; none while it is not over.
    #[must_use]
    pub fn of(waiting: &Waiting) -> Option<Self> {
        waiting.state.is_over().then(|| Self {
            state: waiting.state,
            cards: waiting.cards.clone(),
            last: waiting.made.as_ref().map(|made| Verdict::of(made, waiting)),
            perhaps: waiting
                .perhaps
                .as_ref()
                .map(|made| Verdict::of(made, waiting)),
            inferred: waiting.inferred,
        })
    }

    /// What came of it, as people read it.
    #[must_use]
    pub fn said(&self, name: impl Fn(UserId) -> String) -> String {
        let Some(last) = self.last.as_ref().filter(|_| self.state != State::Gone) else {
            return self.gone(name);
        };
        let said = match last.by {
            Some(by) => words::decided(&last.what(), &name(by), last.at, self.inferred),
            None => last.expired(),
        };
        if self.inferred {
            format!("{said} {}", words::INFERRED)
        } else {
            said
        }
    }

    /// Nobody is asked any more, and nothing of ours has surely arrived.
    fn gone(&self, name: impl Fn(UserId) -> String) -> String {
        let last = self.last.as_ref().filter(|_| self.inferred);
        let sent = self.perhaps.iter().chain(last);
        let sent: Vec<String> = sent
            .map(|it| {
                let by = it.by.map(&name);
                words::sent(&it.what(), by.as_deref(), it.at)
            })
            .collect();
        if sent.is_empty() {
            return words::GONE.to_owned();
        }
        words::gone_perhaps(&sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(gist: Gist, by: Option<i64>) -> Verdict {
        Verdict {
            gist,
            by: by.map(UserId),
            // 20:05 UTC.
            at: Timestamp(1_795_377_900_000),
        }
    }

    #[track_caller]
    fn check(closed: &Closed, expected: &str) {
        assert_eq!(closed.said(|user| format!("n{user}")), expected);
    }

    #[test]
    fn who_decided_what_is_said_as_far_as_it_is_known() {
        let by = |gist| Some(verdict(gist, Some(7)));
        let time = Some(verdict(Gist::Rejected, None));
        let closed = |state, last, inferred| Closed {
            state,
            cards: Vec::new(),
            last,
            perhaps: None,
            inferred,
        };
        let gone_on = "I did not see that arrive, but the agent has gone on since.";
        for (closed, expected) in [
            (
                closed(State::Decided, by(Gist::Approved), false),
                "✅ Approved by n7 at 20:05 UTC.".to_owned(),
            ),
            (
                closed(State::Decided, by(Gist::Partly(vec![0, 2])), false),
                "✅ Approved 1, 3, the rest rejected, by n7 at 20:05 UTC.".to_owned(),
            ),
            (
                closed(State::Decided, by(Gist::Answered), true),
                format!("⚠️ Answered by n7 at 20:05 UTC. {gone_on}"),
            ),
            (
                closed(State::Rejected, by(Gist::Rejected), false),
                "🚫 Rejected by n7 at 20:05 UTC.".to_owned(),
            ),
            (
                closed(State::Rejected, by(Gist::Rejected), true),
                format!("⚠️ Rejected by n7 at 20:05 UTC. {gone_on}"),
            ),
            (
                closed(State::Expired, time.clone(), false),
                "⌛ Nobody decided in time. Rejected at 20:05 UTC.".to_owned(),
            ),
            (
                closed(State::Expired, time.clone(), true),
                format!("⌛ Nobody decided in time. Rejected at 20:05 UTC. {gone_on}"),
            ),
            (
                closed(State::Rejected, by(Gist::Unanswered), false),
                "🚫 Left without an answer by n7 at 20:05 UTC.".to_owned(),
            ),
            (
                closed(State::Expired, Some(verdict(Gist::Unanswered, None)), false),
                "⌛ Nobody answered in time, until 20:05 UTC.".to_owned(),
            ),
            // What surely did not arrive is not told.
            (
                closed(State::Gone, by(Gist::Approved), false),
                words::GONE.to_owned(),
            ),
            (closed(State::Gone, None, false), words::GONE.to_owned()),
        ] {
            check(&closed, &expected);
        }
        let sent = "⚠️ The agent does not wait for this any more. It may have got what was sent: ";
        let both = Closed {
            perhaps: by(Gist::Approved),
            ..closed(State::Gone, time, true)
        };
        let one = "Approved by n7 at 20:05 UTC";
        let two = "Rejected at 20:05 UTC, as nobody had decided in time";
        check(&both, &format!("{sent}{one}; or {two}."));
        let first = Closed {
            inferred: false,
            ..both
        };
        check(&first, &format!("{sent}{one}."));
    }
}
