//! What each fault of an agent comes to, in a table: what the chat sees, what is logged, and
//! how often the prompt was sent.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use switchboard_emulators::agent::{
    AgentEmulator, Fault, Gate, Incoming, Reply, Settings as AgentSettings, Versions, replies,
    reply,
};

use crate::support::{PATIENCE, Stage, rows};

/// A version of the protocol, in one of its flavors.
struct Column {
    name: &'static str,
    settings: fn() -> AgentSettings,
    toml: &'static str,
    /// Tasks can be listed, so that a prompt is found.
    lists: bool,
    /// Calls by which a task is looked at.
    looks: &'static str,
}

const COLUMNS: [Column; 4] = [
    Column {
        name: "A2A 0.3",
        settings: || AgentSettings::a2a("k8s"),
        toml: "flavor = \"a2a\"\nprotocol = \"0.3\"",
        lists: false,
        looks: "tasks/get",
    },
    Column {
        name: "A2A 0.3, kagent's controller",
        settings: || AgentSettings::kagent("k8s"),
        toml: "flavor = \"kagent\"\nprotocol = \"0.3\"",
        lists: true,
        looks: "tasks/get",
    },
    Column {
        name: "A2A 1.0",
        settings: || AgentSettings::a2a("k8s").versions(Versions::V10),
        toml: "flavor = \"a2a\"\nprotocol = \"1.0\"",
        lists: true,
        looks: "GetTask",
    },
    Column {
        name: "A2A 1.0, kagent's controller",
        settings: || AgentSettings::kagent("k8s").versions(Versions::V10),
        toml: "flavor = \"kagent\"\nprotocol = \"1.0\"",
        lists: true,
        looks: "GetTask",
    },
];

/// One fault.
struct Row {
    name: &'static str,
    /// The answer to the prompt when it comes for the first, second, … time.
    reply: fn(usize) -> Reply,
    /// In the last message.
    sees: &'static str,
    state: &'static str,
    /// How often the prompt was sent.
    sends: usize,
    /// In the log, with the turn's reference.
    logs: &'static str,
    /// The agent has the prompt all the same: where tasks are listed, it is found and answered.
    found: bool,
}

const fn told(
    name: &'static str,
    reply: fn(usize) -> Reply,
    sees: &'static str,
    logs: &'static str,
) -> Row {
    let (state, sends, found) = ("told_failed", 1, false);
    Row {
        name,
        reply,
        sees,
        state,
        sends,
        logs,
        found,
    }
}

/// Nobody can know what became of it: it is not sent again.
const fn unknown(name: &'static str, reply: fn(usize) -> Reply, logs: &'static str) -> Row {
    let (state, sends, found) = ("unknown_told", 1, false);
    let sees = "I cannot tell whether it arrived";
    Row {
        name,
        reply,
        sees,
        state,
        sends,
        logs,
        found,
    }
}

/// The same, and the agent has it.
const fn lost(name: &'static str, reply: fn(usize) -> Reply, logs: &'static str) -> Row {
    let found = true;
    Row {
        found,
        ..unknown(name, reply, logs)
    }
}

const fn answered(
    name: &'static str,
    reply: fn(usize) -> Reply,
    sends: usize,
    logs: &'static str,
) -> Row {
    let (sees, state, found) = ("2 pods", "answered", false);
    Row {
        name,
        reply,
        sees,
        state,
        sends,
        logs,
        found,
    }
}

fn page(status: u16) -> Reply {
    reply().fault(Fault::Http {
        status,
        content_type: "text/html",
        headers: Vec::new(),
        body: "<html>".to_owned(),
    })
}

fn status(status: u16) -> Reply {
    reply().http_status(status, "from a gateway at http://10.0.0.1")
}

const ADDRESS: &str = "There is no agent at the configured address";
const REFUSED: &str = "The agent refused the message";
const NOT_ADMITTED: &str = "does not accept calls from this bot";
const BUSY: &str = "takes no more questions at the moment";

impl Row {
    /// Whether it is what a gateway says before an agent that is not there.
    fn is_gateways(&self) -> bool {
        ["502", "503", "504"]
            .iter()
            .any(|status| self.name.starts_with(status))
    }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Surely not run, and no better next time.
    told("307", |_| status(307), ADDRESS, "http status 307"),
    told("400", |_| status(400), REFUSED, "outcome=Refused"),
    told("401", |_| status(401), NOT_ADMITTED, "http status 401"),
    told("403", |_| status(403), NOT_ADMITTED, "http status 403"),
    told("404", |_| status(404), ADDRESS, "http status 404"),
    told("413", |_| status(413), "too large for the agent", "http status 413"),
    // Once as a stream, once whole: neither was run.
    Row { sends: 2, ..told("-32601", |_| reply().jsonrpc_error(-32601, "Method not found"), "does not support this", "-32601") },
    told("-32602", |_| reply().jsonrpc_error(-32602, "Invalid parameters"), REFUSED, "-32602"),
    told("429 for an hour", |_| reply().too_many_requests(3600), BUSY, "http status 429"),
    // Surely not run, and better after a while.
    answered("429 twice", |n| if n < 2 { reply().too_many_requests(1) } else { replies("2 pods") }, 3, "http status 429"),
    answered("429 of a gateway", |n| if n < 1 { reply().rate_limited(1) } else { replies("2 pods") }, 2, "rate limit exceeded"),
    Row { sends: 4, ..told("429 for ever", |_| reply().too_many_requests(0), BUSY, "http status 429") },
    // It said so itself.
    told("failed", |_| reply().fails("at http://10.0.0.1"), "It says that it failed", "the task failed"),
    told("-32603", |_| reply().jsonrpc_error(-32603, "at http://10.0.0.1"), "It may have done a part of it", "outcome=Unknown"),
    // Nobody knows.
    unknown("408", |_| status(408), "http status 408"),
    unknown("500", |_| status(500), "http status 500"),
    unknown("502", |_| page(502), "http status 502"),
    unknown("503", |_| status(503), "http status 503"),
    unknown("504", |_| status(504), "http status 504"),
    unknown("a web page", |_| reply().html(), "outcome=Unknown"),
    unknown("an empty body", |_| reply().empty_body(), "outcome=Unknown"),
    unknown("no answer", |_| reply().cut_before_accept(), "outcome=Unknown"),
    unknown("half an answer", |_| reply().truncated_json(), "outcome=Unknown"),
    // The same, and the agent runs.
    lost("500, and it runs", |_| status(500).answers("2 pods"), "http status 500"),
    lost("504, and it runs", |_| status(504).answers("2 pods"), "http status 504"),
    lost("a web page, and it runs", |_| reply().html().answers("2 pods"), "outcome=Unknown"),
    lost("an empty body, and it runs", |_| reply().empty_body().answers("2 pods"), "outcome=Unknown"),
    lost("half an answer, and it runs", |_| reply().truncated_json().answers("2 pods"), "outcome=Unknown"),
    lost("a cut, and it runs", |_| reply().cut().answers("2 pods"), "outcome=Unknown"),
    // In mid-stream, when its task is known: that is looked at.
    answered("a cut later", |_| reply().working("on it").cut().answers("2 pods"), 1, "the turn is over"),
    answered("an early end", |_| reply().working("on it").empty_body().answers("2 pods"), 1, "the turn is over"),
    answered("half an event", |_| reply().working("on it").truncated_json().answers("2 pods"), 1, "the turn is over"),
    answered("-32603 later", |_| reply().working("on it").jsonrpc_error(-32603, "gone").answers("2 pods"), 1, "the turn is over"),
    // Over the limit, however it is asked for.
    told("an answer over the limit", |_| reply().big_artifact(100_000).completes(), "The answer was too large", "could not look"),
];

/// Plays the rows by their names, which are the prompts.
fn by_name() -> impl Fn(&Incoming) -> Reply + Send + Sync {
    let counted: Mutex<HashMap<String, usize>> = Mutex::default();
    move |asked: &Incoming| {
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry(asked.text.clone()).or_default();
        *count += 1;
        let mut rows = ROWS.iter();
        let row = rows.find(|row| row.name == asked.text);
        row.map_or_else(|| replies("fine"), |row| (row.reply)(*count - 1))
    }
}

fn sends(agent: &AgentEmulator, text: &str) -> usize {
    let prompts = agent.prompts();
    prompts.iter().filter(|prompt| prompt.text == text).count()
}

#[tokio::test]
async fn each_fault_is_told_logged_and_retried_as_the_table_says() {
    for column in &COLUMNS {
        let toml = format!("{}\nresponse_bytes_max = 65536\n", column.toml);
        let stage = Stage::plan()
            .agent_as("k8s", (column.settings)(), &toml, by_name())
            .start()
            .await;
        let people = || ROWS.iter().zip(1..);
        let (gateways, others): (Vec<_>, Vec<_>) = people().partition(|(row, _)| row.is_gateways());
        for (row, id) in &others {
            stage.user(*id).says(row.name);
        }
        for (row, id) in &others {
            stage.user(*id).waits(row.name, PATIENCE, 1).await;
        }
        // Three of these in a row, and the agent counts as down: a good answer comes between.
        for ((row, id), n) in gateways.iter().zip(1..) {
            stage.user(*id).says(row.name);
            stage.user(*id).waits(row.name, PATIENCE, 1).await;
            stage.user(999).says("all well?");
            stage.user(999).sees_times("fine", n).await;
        }
        stage.settled().await;
        let mut wrong = String::new();
        for (row, id) in people() {
            if let Err(what) = check(&stage, column, row, id).await {
                let _ = writeln!(wrong, "{}: {}: {what}", column.name, row.name);
            }
        }
        assert_eq!(wrong, "");
        stage.ends().await;
    }
}

async fn check(stage: &Stage, column: &Column, row: &Row, id: i64) -> Result<(), String> {
    let (sees, becomes) = if row.found && column.lists {
        ("2 pods", "answered")
    } else {
        (row.sees, row.state)
    };
    let screen = stage.user(id).screen();
    let [text] = screen.as_slice() else {
        return Err(format!("the screen shows {screen:?}"));
    };
    if !text.contains(sees) || ["http", "10.0.0.1"].iter().any(|word| text.contains(word)) {
        return Err(format!("the chat sees {text:?}"));
    }
    let (turn, reached) = rows::last_turn(&stage.store(), id).await;
    if reached != becomes {
        return Err(format!("the turn is {reached}"));
    }
    let sent = sends(stage.agent("k8s"), row.name);
    if sent != row.sends {
        return Err(format!("it was sent {sent} times"));
    }
    let reference = format!("turn={} ", turn.reference());
    let log = stage.logged();
    let of_turn: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(&reference))
        .collect();
    if !of_turn.iter().any(|line| line.contains(row.logs)) {
        return Err(format!("logged was {of_turn:#?}"));
    }
    match of_turn.iter().find(|line| line.contains("10.0.0.1")) {
        Some(line) => Err(format!("an address is in the log: {line}")),
        None => Ok(()),
    }
}

/// An agent that is asked to be cut after so many events, and then goes on.
fn cut_as_asked(gate: Option<Gate>) -> impl Fn(&Incoming) -> Reply + Send + Sync {
    move |asked: &Incoming| {
        let events = asked.text.parse().expect("a number");
        let begun = reply().working("looking").tool_result("get_pods", "2");
        let held = match &gate {
            Some(gate) => begun.held(gate),
            None => begun,
        };
        held.answers(&format!("whole {events}.")).cut_after(events)
    }
}

/// Created, working, looking, the tool, the answer as words, as an artifact, completed.
const EVENTS: usize = 7;

#[tokio::test]
async fn a_cut_at_any_event_of_a_stream_leaves_one_prompt_and_one_whole_answer() {
    for column in &COLUMNS {
        let stage = Stage::plan()
            .agent_as("k8s", (column.settings)(), column.toml, cut_as_asked(None))
            .start()
            .await;
        // One that is cut before its first event is among the faults above.
        let first = usize::from(!column.lists);
        for (events, id) in (first..=EVENTS).zip(1..) {
            stage.user(id).says(&events.to_string());
        }
        answered_once(&stage, first..=EVENTS).await;
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_cut_before_the_agent_is_done_is_followed_while_it_works() {
    for column in &COLUMNS {
        let gate = Gate::new();
        let script = cut_as_asked(Some(gate.clone()));
        let stage = Stage::plan()
            .agent_as("k8s", (column.settings)(), column.toml, script)
            .start()
            .await;
        for (events, id) in (1..=4).zip(1..) {
            stage.user(id).says(&events.to_string());
        }
        let agent = stage.agent("k8s");
        let looked_at = |agent: &AgentEmulator| {
            let looks = agent.calls_of(column.looks);
            let of = |task: &str| {
                looks
                    .iter()
                    .any(|look| look.task_id.as_deref() == Some(task))
            };
            let tasks = agent.tasks();
            (tasks.len() == 4 && tasks.iter().all(|task| of(&task.ids.task))).then_some(())
        };
        agent
            .wait_for("a look at each task", PATIENCE, looked_at)
            .await;
        gate.open();
        answered_once(&stage, 1..=4).await;
        stage.ends().await;
    }
}

/// Each person, counted from 1, has one message of the bot: the answer, whole; the agent was
/// asked once.
async fn answered_once(stage: &Stage, events: std::ops::RangeInclusive<usize>) {
    for (events, id) in events.clone().zip(1..) {
        let whole = format!("whole {events}.");
        stage.user(id).sees(&whole).await;
    }
    stage.settled().await;
    for (events, id) in events.zip(1..) {
        assert_eq!(stage.user(id).screen(), [format!("whole {events}.")]);
        assert_eq!(sends(stage.agent("k8s"), &events.to_string()), 1);
        let (_, became) = rows::last_turn(&stage.store(), id).await;
        assert_eq!(became, "answered", "cut after {events}");
    }
}
