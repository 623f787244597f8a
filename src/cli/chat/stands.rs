//! Where everything stands that was asked, by what the bot knows. Pure.

use crate::model::{Outcome, TurnState};
use crate::store::{PostState, Tables, TurnStands};

/// Whether all is answered, or waits for a word of the person, and everything was shown.
pub(super) fn is_settled(tables: &Tables) -> bool {
    let shown = |state| !matches!(state, PostState::Pending | PostState::Sending);
    let mut posts = tables.posts.values();
    let all_shown = posts.all(|post| shown(post.state));
    let new = tables.updates.values().any(|update| update.end.is_none());
    let waits = !is_open(tables) || asks(tables);
    all_shown && !new && waits
}

/// Whether the agent has something that is not over.
pub(super) fn runs(tables: &Tables) -> bool {
    let at_work = |stands| {
        let state = |state| matches!(state, TurnState::Submitting | TurnState::Working);
        matches!(stands, TurnStands::Open(of) if state(of))
    };
    tables.turns.values().any(|turn| at_work(turn.stands))
}

/// Whether a person is asked for a decision.
pub(super) fn asks(tables: &Tables) -> bool {
    let mut pauses = tables.pauses.values();
    pauses.any(|waiting| waiting.state.asks())
}

/// Whether something has no answer, and nobody wanted it to have none.
pub(super) fn failed(tables: &Tables) -> bool {
    let failed = |stands| match stands {
        TurnStands::Over(outcome) => {
            matches!(outcome, Outcome::ToldFailed | Outcome::UnknownTold)
        }
        TurnStands::Open(_) | TurnStands::Undeliverable => true,
    };
    tables.turns.values().any(|turn| failed(turn.stands))
}

fn is_open(tables: &Tables) -> bool {
    let open = |stands| matches!(stands, TurnStands::Open(_));
    tables.turns.values().any(|turn| open(turn.stands))
}
