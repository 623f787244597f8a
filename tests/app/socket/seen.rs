//! What can be seen of a run from outside: at the emulators, and in the file of the store.

use std::collections::BTreeMap;

use switchboard_emulators::bot_api::World;

use super::story::{Story, numbers};
use crate::support::{Stage, rows};

/// A turn, as the store has it.
#[derive(Clone, Debug)]
pub struct Turn {
    pub number: u64,
    pub conversation: i64,
    pub attempt: u64,
    pub state: String,
    /// Calls that were begun for its final, and whether all of them are confirmed.
    pub sends: u64,
    pub confirmed: bool,
    /// Somebody said that what was held goes on, while it waited.
    pub held: bool,
}

/// A prompt, in the order of arrival at its agent.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub id: String,
    pub number: u64,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Where each number was asked.
    pub asked: BTreeMap<u64, i64>,
    pub turns: Vec<Turn>,
    /// By agent.
    pub prompts: Vec<Vec<Prompt>>,
    /// Taps on [Run again].
    pub run_again: usize,
    /// What stands in each chat at the end.
    pub shown: Vec<(i64, String)>,
    /// What Telegram would have refused, or has: calls within a penalty among it.
    pub violations: Vec<String>,
}

const TURNS: &str = "
    SELECT concat_ws(' ', t.chat, t.reply_to, t.conversation, t.attempt, t.state,
                     (SELECT coalesce(sum(o.sends), 0) FROM outbox o
                      WHERE o.turn = t.id AND o.kind IN ('final', 'final_edit')),
                     NOT EXISTS (SELECT 1 FROM outbox o WHERE o.turn = t.id
                                 AND o.kind IN ('final', 'final_edit') AND o.state != 'sent'),
                     EXISTS (SELECT 1 FROM audit a JOIN turns k ON k.id = a.turn
                             WHERE a.event = 'kept' AND k.conversation = t.conversation
                               AND a.at BETWEEN t.opened_at AND coalesce(t.submitted_at, a.at)))
    FROM turns t ORDER BY t.id";

pub async fn look(stage: &Stage, story: &Story) -> Seen {
    let of = |chat: i64, message: i64| {
        let mut asked = story.asked.iter();
        let found = asked.find(|(_, at)| **at == (chat, message));
        *found.expect("each turn is of a question").0
    };
    let rows = rows::texts(&stage.store(), TURNS).await;
    let turns = rows.iter().map(|row| {
        let cells: Vec<&str> = row.split(' ').collect();
        let cell = |at: usize| cells[at].parse::<i64>().expect("a number");
        Turn {
            number: of(cell(0), cell(1)),
            conversation: cell(2),
            attempt: cells[3].parse().expect("a number"),
            state: cells[4].to_owned(),
            sends: cells[5].parse().expect("a number"),
            confirmed: cells[6] == "1",
            held: cells[7] == "1",
        }
    });
    let prompts = ["k8s", "plain", "modern"].map(|name| {
        let prompts = stage.agent(name).prompts().into_iter();
        let prompts = prompts.map(|prompt| Prompt {
            number: numbers(&prompt.text)[0],
            id: prompt.message_id,
        });
        prompts.collect()
    });
    let chats = stage.telegram.look(World::chats);
    let shown = chats.iter().flat_map(|chat| {
        let sent = stage.telegram.everything_sent(*chat).into_iter();
        let stands = sent.filter(|sent| !sent.deleted);
        stands.filter_map(|sent| Some((*chat, sent.texts.last()?.clone())))
    });
    let violations = stage.telegram.violations();
    Seen {
        asked: story
            .asked
            .iter()
            .map(|(n, (chat, _))| (*n, *chat))
            .collect(),
        turns: turns.collect(),
        prompts: prompts.to_vec(),
        run_again: story.run_again,
        shown: shown.collect(),
        violations: violations.iter().map(|it| format!("{it:?}")).collect(),
    }
}
