//! What a tap does, or words do: decided on the pause as it stands and on the rules of now.

use std::borrow::Cow;

use super::desk::made;
use super::picks::{Pick, Picks};
use super::policy::{Case, Refusal};
use super::waiting::Waiting;
use crate::ids::{Timestamp, UserId};
use crate::model::Tap;
use crate::pause::{Asks, Decision};
use crate::rules::words::approvals as words;

/// A reason has at most so many characters, as a message of Telegram has.
const REASON_MAX: usize = 4_096;

/// What comes of a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tapped {
    /// Nothing; the person is told why.
    Nothing(Denied),
    /// Something was chosen: the cards change.
    Changed(Waiting),
    /// A decision was made, and leaves next.
    Decided(Waiting),
}

/// Why nothing comes of a tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What the person is told.
    pub said: Cow<'static, str>,
    /// The rule that said so, for the audit.
    pub rule: &'static str,
}

impl Denied {
    const OVER: Self = Self::new(words::OVER, "it is over");
    const CHANGED: Self = Self::new(words::CHANGED, "changed meanwhile");
    const REJECT: Self = Self::new(words::MAY_NOT_REJECT, "may not reject");
    const QUESTION: Self = Self::new(words::NOT_YOUR_QUESTION, "may not answer");
    const NOT_CHOSEN: Self = Self::new(words::CHOOSE_FIRST, "nothing chosen");
    const NOBODY: Self = Self::new(words::NOBODY_MAY, "nobody may approve");

    /// A reply that holds no words.
    #[must_use]
    pub fn no_words(waiting: &Waiting) -> Self {
        let said = match waiting.pause.asks {
            Asks::Answers { .. } => words::REPLY_ANSWER,
            _ => words::REPLY_REASON,
        };
        Self::new(said, "no words")
    }

    const fn new(said: &'static str, rule: &'static str) -> Self {
        Self {
            said: Cow::Borrowed(said),
            rule,
        }
    }
}

/// A tap by this person on a card of this version.
#[must_use]
pub fn tapped(
    case: &Case<'_>,
    waiting: &Waiting,
    version: u32,
    tap: Tap,
    user: UserId,
    now: Timestamp,
) -> Tapped {
    if !waiting.state.asks() || now > waiting.expires_at {
        return Tapped::Nothing(Denied::OVER);
    }
    // A new question counts whatever was tapped on the card meanwhile.
    if version != waiting.version && tap != Tap::RejectAndAsk {
        return Tapped::Nothing(Denied::CHANGED);
    }
    let decision = match tap {
        Tap::Approve => Decision::all(waiting.pause.calls(), true),
        Tap::Reject => Decision::RejectAll {
            reason: waiting.reason.clone(),
        },
        Tap::RejectAndAsk => Decision::RejectAll {
            reason: Some(words::NEW_REASON.to_owned()),
        },
        Tap::Again => match &waiting.made {
            Some(made) => made.decision.clone(),
            None => return Tapped::Nothing(Denied::CHANGED),
        },
        Tap::Done if matches!(waiting.pause.asks, Asks::Approval(_)) => {
            match waiting.picks.decision(&waiting.pause) {
                Some(decision) => decision,
                None => return Tapped::Nothing(Denied::CHANGED),
            }
        }
        Tap::Toggle(call) => return picked(case, waiting, &Pick::Toggle(call), user, now),
        Tap::Choose(choice) => return picked(case, waiting, &Pick::Choose(choice), user, now),
        Tap::Done => return picked(case, waiting, &Pick::Done, user, now),
        Tap::KeepWaiting => return Tapped::Nothing(Denied::CHANGED),
    };
    decided(case, waiting, decision, user, now)
}

/// Whether this person may say that what is asked meanwhile waits: whoever might let it come first.
///
/// # Errors
/// What they are told otherwise.
pub fn may_keep_waiting(case: &Case<'_>, waiting: &Waiting, user: UserId) -> Result<(), Denied> {
    let may = case.may_reject(user, &waiting.tools());
    may.then_some(()).ok_or(Denied::REJECT)
}

/// A reply by this person to a card: the answer to a question, or the reason of a rejection.
#[must_use]
pub fn replied(
    case: &Case<'_>,
    waiting: &Waiting,
    text: &str,
    user: UserId,
    now: Timestamp,
) -> Tapped {
    if !waiting.state.asks() || now > waiting.expires_at {
        return Tapped::Nothing(Denied::OVER);
    }
    if matches!(waiting.pause.asks, Asks::Answers { .. }) {
        return picked(case, waiting, &Pick::Say(text.to_owned()), user, now);
    }
    if !case.may_reject(user, &waiting.tools()) {
        return Tapped::Nothing(Denied::REJECT);
    }
    let mut next = waiting.changed();
    next.reason = Some(text.trim().chars().take(REASON_MAX).collect());
    Tapped::Changed(next)
}

fn picked(case: &Case<'_>, waiting: &Waiting, pick: &Pick, user: UserId, now: Timestamp) -> Tapped {
    let is_question = matches!(waiting.pause.asks, Asks::Answers { .. });
    if is_question && !case.may_answer(user) {
        return Tapped::Nothing(Denied::QUESTION);
    }
    if let Pick::Toggle(call) = pick
        && let Err(why) = may_approve(case, waiting, *call, user)
    {
        return Tapped::Nothing(why);
    }
    let Some(picks) = waiting.picks.pick(&waiting.pause, pick) else {
        let why = match pick {
            Pick::Done => Denied::NOT_CHOSEN,
            _ => Denied::CHANGED,
        };
        return Tapped::Nothing(why);
    };
    let next = Waiting {
        picks: picks.clone(),
        ..waiting.clone()
    };
    match (is_question, picks.decision(&waiting.pause)) {
        (true, Some(decision)) => decided(case, &next, decision, user, now),
        _ => Tapped::Changed(Waiting {
            version: waiting.version + 1,
            ..next
        }),
    }
}

/// Lets it leave if this person may decide all of it.
fn decided(
    case: &Case<'_>,
    waiting: &Waiting,
    decision: Decision,
    user: UserId,
    now: Timestamp,
) -> Tapped {
    let refused = match &decision {
        Decision::Tools(verdicts) if decision.approves() => {
            let mut approved = verdicts.iter().enumerate().filter(|(_, it)| it.approved);
            approved.find_map(|(call, _)| may_approve(case, waiting, call, user).err())
        }
        Decision::Tools(_) | Decision::RejectAll { .. } => {
            let may = case.may_reject(user, &waiting.tools());
            (!may).then_some(Denied::REJECT)
        }
        Decision::Answers(_) | Decision::Words(_) => {
            (!case.may_answer(user)).then_some(Denied::QUESTION)
        }
    };
    if let Some(why) = refused {
        return Tapped::Nothing(why);
    }
    match made(waiting, decision, Some(user), now) {
        Some(next) => Tapped::Decided(next),
        None => Tapped::Nothing(Denied::CHANGED),
    }
}

fn may_approve(
    case: &Case<'_>,
    waiting: &Waiting,
    call: usize,
    user: UserId,
) -> Result<(), Denied> {
    let calls = waiting.pause.calls();
    let (Some(call), Some(then)) = (calls.get(call), waiting.allowed.get(call)) else {
        return Err(Denied::CHANGED);
    };
    let (asker, tool) = (case.asker(), &call.name);
    let may = case.may_approve(user, tool, then);
    may.map_err(|why| match why {
        Refusal::Asker => Denied {
            said: words::asker_may_not(&case.who_may(tool, then)).into(),
            rule: "asker may not approve",
        },
        Refusal::Other => {
            let requester = case.may_approve(asker, tool, then).is_ok();
            Denied {
                said: words::others_may(&case.who_may(tool, then), requester).into(),
                rule: "may not approve",
            }
        }
        Refusal::Nobody => Denied::NOBODY,
    })
}

/// Nobody has decided in time.
#[must_use]
pub fn expired(waiting: &Waiting, now: Timestamp) -> Option<Waiting> {
    let decision = Decision::RejectAll {
        reason: Some(words::EXPIRED_REASON.to_owned()),
    };
    let blank = Waiting {
        picks: Picks::default(),
        ..waiting.clone()
    };
    made(&blank, decision, None, now)
}
