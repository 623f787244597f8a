//! What must hold of decisions: who made them when they are kept, and what they do when they
//! arrive at an agent.

use std::rc::Rc;

use serde_json::Value;
use switchboard::a2a::Prompt;
use switchboard::ids::{PauseId, PromptId, TaskId, UpdateId, UserId};
use switchboard::model::{Action, Tap, UpdateEnd};
use switchboard::pause::{Decision, Verdict};
use switchboard::rules::approval::{Made, State, Waiting};
use switchboard::store::Tables;

use crate::agents::{Ask, Heard};
use crate::allowed::{may_approve, may_ask, may_reject};
use crate::sim::{BOT, Process, Sim};

/// A question arrives at an agent: somebody asked it who may ask this agent there, and the agent
/// knows it as theirs.
pub fn asked(sim: &Sim, agent: &str, numbers: &[i64], prompt: &Prompt) {
    if numbers.is_empty() {
        let (id, text) = (&prompt.id, &prompt.text);
        sim.breaks(format_args!("{agent} got {id}, which nobody asked: {text}"));
    }
    for number in numbers {
        let Some(asked) = sim.witness.who_asked(*number) else {
            sim.breaks(format_args!("{agent} got the question {number} of nobody"));
            continue;
        };
        let (user, chat) = (asked.user, asked.place.chat);
        if !may_ask(agent, user, chat) {
            sim.breaks(format_args!(
                "{agent} was asked by {user} in {chat}, who may not"
            ));
        }
        if prompt.principal.as_str() != format!("telegram:{user}") {
            let principal = &prompt.principal;
            sim.breaks(format_args!(
                "{agent} knows what {user} asked as of {principal}"
            ));
        }
    }
}

/// The state of a pause was committed.
pub fn kept(process: &Process, waiting: &Waiting) {
    let (sim, rules) = (&process.sim, process.rules);
    if waiting.version == 1 {
        let mut shown = sim.witness.shown_under.borrow_mut();
        shown.insert(waiting.id, rules);
    }
    let (State::Deciding, Some(made)) = (waiting.state, &waiting.made) else {
        return;
    };
    let Some(user) = made.by else {
        let rejects = matches!(made.decision, Decision::RejectAll { .. });
        if !rejects || sim.now() < waiting.expires_at {
            let (pause, decision) = (waiting.id, &made.decision);
            sim.breaks(format_args!("nobody decided {decision:?} about {pause}"));
        }
        return;
    };
    if lets(&made.decision) {
        was_tapped(process, waiting, made, user);
    }
    let (agent, asker) = (waiting.agent.as_str(), waiting.asked_by);
    let then = sim.witness.shown_under.borrow().get(&waiting.id).copied();
    let then = then.unwrap_or(rules);
    match &made.decision {
        Decision::Tools(verdicts) if made.decision.approves() => {
            let calls = waiting.pause.calls().iter().zip(verdicts);
            for (call, _) in calls.filter(|(_, verdict)| verdict.approved) {
                let may = |rules| may_approve(rules, agent, &call.name, asker, user);
                if !may(then) || !may(rules) {
                    let (tool, pause) = (&call.name, waiting.id);
                    sim.breaks(format_args!(
                        "{user} approved {tool} of {pause}, and may not"
                    ));
                }
            }
        }
        Decision::Answers(_) | Decision::Words(_) => {
            if user != asker {
                sim.breaks(format_args!("{user} answered what {asker} was asked"));
            }
        }
        Decision::Tools(_) | Decision::RejectAll { .. } => {
            if !may_reject(rules, agent, &waiting.tools(), asker, user) {
                let pause = waiting.id;
                sim.breaks(format_args!("{user} rejected {pause}, and may not"));
            }
        }
    }
}

/// Whether something runs by it, or is answered.
fn lets(decision: &Decision) -> bool {
    decision.approves() || matches!(decision, Decision::Answers(_) | Decision::Words(_))
}

/// Whoever decided has tapped under the card as it was just before; answers may be written.
fn was_tapped(process: &Process, waiting: &Waiting, made: &Made, user: UserId) {
    let sim = &process.sim;
    if !made.decision.approves() {
        return;
    }
    let tables = sim.disk.tables();
    let taps = sim.witness.taps.borrow();
    let mut own = taps.iter().filter(|(who, _)| *who == user);
    let found = own.any(|(_, token)| {
        let action = tables.buttons.get(token).map(|row| &row.button.action);
        matches!(action, Some(Action::Pause { pause, version, .. })
            if *pause == waiting.id && version + 1 == waiting.version)
    });
    if !found {
        let (pause, version) = (waiting.id, waiting.version);
        sim.breaks(format_args!(
            "{user} decided version {version} of {pause}, and has not tapped on the one before"
        ));
    }
}

/// Nobody who taps on what waits is told that nothing does.
pub fn is_heard(sim: &Sim, tables: &Tables, update: UpdateId, end: &UpdateEnd) {
    let UpdateEnd::Refused("nothing waits") = end else {
        return;
    };
    let row = tables.updates.get(&update);
    let body = row.and_then(|row| row.body.as_deref()).unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let token = body["callback_query"]["data"].as_str().unwrap_or_default();
    let Some(Action::Pause { pause, version, .. }) =
        tables.buttons.get(token).map(|row| &row.button.action)
    else {
        return;
    };
    let waits = tables.pauses.get(pause);
    if waits.is_some_and(|it| it.state.asks() && it.version == *version) {
        sim.breaks(format_args!(
            "a tap on version {version} of {pause}, which waits, went unheard"
        ));
    }
}

/// The message id under which a decision leaves.
pub fn id_of(waiting: &Waiting, attempt: u32) -> PromptId {
    let waiting = Waiting {
        attempt,
        ..waiting.clone()
    };
    waiting.prompt_id(BOT)
}

/// The recorded decision that left under this id.
fn recorded(tables: &Tables, id: &PromptId) -> Option<(Rc<Waiting>, Made)> {
    tables.decisions.iter().find_map(|((pause, attempt), row)| {
        let waiting = tables.pauses.get(pause)?;
        let (digest, made) = row;
        let same = id_of(waiting, *attempt) == *id && *digest == waiting.digest;
        same.then(|| (waiting.clone(), made.clone()))
    })
}

/// A decision arrives at its task, which waits for this.
pub fn arrives(sim: &Sim, agent: &str, task: &TaskId, ask: &Ask, prompt: &Prompt) {
    let tables = sim.disk.tables();
    let Some((waiting, made)) = recorded(&tables, &prompt.id) else {
        let id = &prompt.id;
        sim.breaks(format_args!(
            "{agent} got the decision {id}, which is not recorded"
        ));
        return;
    };
    let letting = counts(sim, waiting.id, &made);
    let again = sent_again(sim, &tables, waiting.id);
    if letting > 1 + again {
        let pause = waiting.id;
        sim.breaks(format_args!(
            "the decision about {pause} arrived {letting} times after {again} taps on [Send again]"
        ));
    }
    let heard = ask.hears(prompt.answer.as_ref());
    if waiting.pause.task != *task || !is_of(ask, &waiting) {
        let pause = waiting.id;
        sim.breaks(format_args!(
            "{agent} got a decision about {pause} for something else"
        ));
    }
    if !heard.left_out.is_empty() {
        let left_out = &heard.left_out;
        sim.breaks(format_args!("the decision leaves out {left_out:?}"));
    }
    if heard.is_text {
        sim.breaks(format_args!("{agent} takes the decision for a text"));
    }
    runs_what_was_approved(sim, &heard, &made);
    if let (Some(answers), Decision::Answers(given)) = (&heard.answers, &made.decision)
        && answers != given
    {
        sim.breaks(format_args!("{agent} got other answers than were given"));
    }
}

/// Counts it; answers how many arrived by which something may run.
fn counts(sim: &Sim, pause: PauseId, made: &Made) -> u32 {
    let mut arrived = sim.witness.arrived.borrow_mut();
    let arrived = arrived.entry(pause).or_default();
    if lets(&made.decision) {
        arrived.letting += 1;
        return arrived.letting;
    }
    arrived.rejecting += 1;
    0
}

fn sent_again(sim: &Sim, tables: &Tables, about: PauseId) -> u32 {
    let taps = sim.witness.taps.borrow();
    let again = taps.iter().filter(|(_, token)| {
        let action = tables.buttons.get(token).map(|row| &row.button.action);
        matches!(action, Some(Action::Pause { pause, tap: Tap::Again, .. }) if *pause == about)
    });
    u32::try_from(again.count()).unwrap_or(u32::MAX)
}

/// Whether the bot was asked exactly this.
fn is_of(ask: &Ask, waiting: &Waiting) -> bool {
    match ask {
        Ask::Tools(tools) => {
            let calls = waiting.pause.calls();
            let same = tools.iter().zip(calls).all(|(tool, call)| tool.is(call));
            same && tools.len() == calls.len()
        }
        _ => waiting.pause.calls().is_empty(),
    }
}

fn runs_what_was_approved(sim: &Sim, heard: &Heard, made: &Made) {
    let verdicts: &[Verdict] = match &made.decision {
        Decision::Tools(verdicts) => verdicts,
        _ => &[],
    };
    let approved = verdicts.iter().filter(|verdict| verdict.approved);
    let approved: Vec<&str> = approved.map(|verdict| verdict.id.as_str()).collect();
    for call in &heard.runs {
        if !approved.contains(&call.as_str()) {
            let how = match made.by {
                Some(user) => format!("{user} has not approved it"),
                None => "its time was up".to_owned(),
            };
            sim.breaks(format_args!("{call} runs, and {how}"));
        }
    }
    for call in approved {
        if !heard.runs.iter().any(|id| id == call) && heard.left_out.is_empty() {
            sim.breaks(format_args!("{call} was approved, and does not run"));
        }
    }
}
