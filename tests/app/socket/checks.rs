//! What must hold of a run, and that each of these checks can fail.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{Seen, Turn};
use super::story::{marked, numbers};

/// What does not hold.
pub fn broken(seen: &Seen) -> Vec<String> {
    let mut broken = seen.violations.clone();
    once(seen, &mut broken);
    order(seen, &mut broken);
    finals(seen, &mut broken);
    chats(seen, &mut broken);
    ends(seen, &mut broken);
    broken
}

/// A prompt is at an agent once, and a question once for each time that somebody wanted it.
fn once(seen: &Seen, broken: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    let mut times: BTreeMap<u64, u64> = BTreeMap::new();
    for prompt in seen.prompts.iter().flatten() {
        if !ids.insert(&prompt.id) {
            broken.push(format!("the prompt {} came twice", prompt.id));
        }
        *times.entry(prompt.number).or_default() += 1;
    }
    let mut again = 0;
    for turn in &seen.turns {
        let times = times.get(&turn.number).copied().unwrap_or_default();
        if times > turn.attempt {
            let (number, attempt) = (turn.number, turn.attempt);
            broken.push(format!("{number} was prompted {times} times in {attempt}"));
        }
        again += turn.attempt - 1;
    }
    if again > seen.run_again as u64 {
        broken.push(format!("{again} runs again, {} taps", seen.run_again));
    }
}

/// Within a conversation questions come in the order in which they were asked. What was run again
/// or held has lost its place.
fn order(seen: &Seen, broken: &mut Vec<String>) {
    let mut conversations: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
    let kept = |turn: &&Turn| turn.attempt == 1 && !turn.held;
    for turn in seen.turns.iter().filter(kept) {
        let numbers = conversations.entry(turn.conversation).or_default();
        numbers.insert(turn.number);
    }
    for (conversation, numbers) in conversations {
        for prompts in &seen.prompts {
            let prompts = prompts.iter().map(|prompt| prompt.number);
            let came: Vec<u64> = prompts.filter(|it| numbers.contains(it)).collect();
            if !came.is_sorted() {
                broken.push(format!("conversation {conversation}: {came:?}"));
            }
        }
    }
}

/// An answered turn shows one answer; more only where more calls were counted.
fn finals(seen: &Seen, broken: &mut Vec<String>) {
    for turn in seen.turns.iter().filter(|turn| turn.state == "answered") {
        let answer = format!("answer to {}", marked(turn.number));
        let shown = seen.shown.iter().filter(|(_, text)| text.contains(&answer));
        let (shown, number) = (shown.count() as u64, turn.number);
        if shown == 0 && turn.confirmed {
            broken.push(format!("{number} is answered, and nothing shows it"));
        }
        if shown > 1 && shown > turn.sends {
            let sends = turn.sends;
            broken.push(format!("{number} shows {shown} times, {sends} counted"));
        }
    }
}

/// No answer is shown where its question was not asked.
fn chats(seen: &Seen, broken: &mut Vec<String>) {
    for (chat, text) in &seen.shown {
        for number in numbers(text) {
            if seen.asked.get(&number) != Some(chat) {
                broken.push(format!("{number} is shown in {chat}: {text}"));
            }
        }
    }
}

/// Each turn has come to one of the ends that there are.
fn ends(seen: &Seen, broken: &mut Vec<String>) {
    const ENDS: [&str; 5] = [
        "answered",
        "told_failed",
        "stopped",
        "undeliverable",
        "unknown_told",
    ];
    let mut known = BTreeSet::new();
    for turn in &seen.turns {
        if !ENDS.contains(&turn.state.as_str()) {
            broken.push(format!("{} is {}", turn.number, turn.state));
        }
        if !known.insert(turn.number) {
            broken.push(format!("{} is two turns", turn.number));
        }
    }
}

mod tests {
    use super::super::seen::Prompt;
    use super::*;

    type Breaks = fn(&mut Seen);

    fn prompt(number: u64) -> Prompt {
        let id = format!("prompt-{number}");
        Prompt { id, number }
    }

    /// Two questions of a conversation, both answered.
    fn good() -> Seen {
        let turn = |number| Turn {
            number,
            conversation: 1,
            attempt: 1,
            state: "answered".to_owned(),
            sends: 1,
            confirmed: true,
            held: false,
        };
        let shown = |number| (7, format!("the answer to {}", marked(number)));
        Seen {
            asked: [(1, 7), (2, 7)].into(),
            turns: [1, 2].map(turn).to_vec(),
            prompts: vec![[1, 2].map(prompt).to_vec()],
            shown: [1, 2].map(shown).to_vec(),
            ..Seen::default()
        }
    }

    #[test]
    fn each_check_of_the_socket_run_can_fail() {
        assert_eq!(broken(&good()), Vec::<String>::new());
        let table: [(Breaks, &str); 9] = [
            (|it| it.prompts[0].push(prompt(1)), "came twice"),
            (
                |it| it.prompts[0][1].number = 1,
                "was prompted 2 times in 1",
            ),
            (|it| it.turns[0].attempt = 2, "1 runs again, 0 taps"),
            (|it| it.prompts[0].reverse(), "conversation 1: [2, 1]"),
            (|it| drop(it.shown.pop()), "nothing shows it"),
            (
                |it| it.shown.push(it.shown[0].clone()),
                "shows 2 times, 1 counted",
            ),
            (|it| it.shown[0].0 = 8, "is shown in 8"),
            (
                |it| it.turns[0].state = "working".to_owned(),
                "1 is working",
            ),
            (
                |it| it.violations.push("within a penalty".to_owned()),
                "penalty",
            ),
        ];
        for (breaks, shows) in table {
            let mut seen = good();
            breaks(&mut seen);
            let broken = broken(&seen);
            assert!(
                broken.iter().any(|it| it.contains(shows)),
                "{shows}: {broken:?}"
            );
        }
    }
}
