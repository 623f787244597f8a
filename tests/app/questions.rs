//! What an agent asks in words: the next words of whoever asked go to the task that waits for them,
//! in both versions of the protocol.

use switchboard_emulators::agent::{
    Gate, Incoming, Prompt, Reply, Settings as AgentSettings, Versions, replies, reply,
};

use crate::support::{Plan, Stage, rows};

fn script(incoming: &Incoming) -> Reply {
    match &*incoming.text {
        "ask" => reply().asks("Which colour?"),
        "log in" => reply().asks_auth("Please log in at https://login.example/x"),
        other => replies(&format!("You said {other}")),
    }
}

/// One plan for each wire.
fn plans(script: impl Fn(&Incoming) -> Reply + Send + Sync + Clone + 'static) -> Vec<Plan> {
    let plain = |versions| AgentSettings::a2a("k8s").versions(versions);
    [
        (plain(Versions::V03), "flavor = \"a2a\""),
        (plain(Versions::V10), "flavor = \"a2a\""),
        (AgentSettings::kagent("k8s"), "flavor = \"kagent\""),
        (AgentSettings::kagent_main("k8s"), "flavor = \"kagent\""),
    ]
    .into_iter()
    .map(|(settings, toml)| {
        let script = script.clone();
        Stage::plan().agent_as("k8s", settings, toml, script)
    })
    .collect()
}

/// The words that the agent got, each with the number of its task, counted from 1.
fn tasks(stage: &Stage) -> Vec<(String, usize)> {
    let mut seen: Vec<Option<String>> = Vec::new();
    let numbered = |prompt: Prompt| {
        if !seen.contains(&prompt.task_id) {
            seen.push(prompt.task_id.clone());
        }
        let number = seen.iter().position(|task| *task == prompt.task_id);
        (prompt.text, number.map_or(0, |number| number + 1))
    };
    stage
        .agent("k8s")
        .prompts()
        .into_iter()
        .map(numbered)
        .collect()
}

fn sent(words: &[(&str, usize)]) -> Vec<(String, usize)> {
    let words = words.iter();
    words
        .map(|(text, task)| ((*text).to_owned(), *task))
        .collect()
}

#[tokio::test]
async fn the_next_words_answer_the_question_and_only_they() {
    for plan in plans(script) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("ask");
        user.sees("Which colour?").await;
        user.says("blue");
        user.sees("You said blue").await;
        user.says("thanks");
        user.sees("You said thanks").await;
        let expected = sent(&[("ask", 1), ("blue", 1), ("thanks", 2)]);
        assert_eq!(tasks(&stage), expected);
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_wish_for_a_login_is_said_and_the_word_that_it_is_done_goes_to_its_task() {
    for plan in plans(script) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("log in");
        user.sees("Please log in at https://login.example/x").await;
        user.says("done");
        user.sees("You said done").await;
        assert_eq!(tasks(&stage), sent(&[("log in", 1), ("done", 1)]));
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_question_from_before_a_restart_is_answered_by_the_next_words() {
    for plan in plans(script) {
        let mut stage = plan.start().await;
        stage.user(7).says("ask");
        stage.user(7).sees("Which colour?").await;
        stage.settled().await;
        stage.stop_bot().await.unwrap();
        stage.start_bot();
        stage.user(7).says("blue");
        stage.user(7).sees("You said blue").await;
        assert_eq!(tasks(&stage), sent(&[("ask", 1), ("blue", 1)]));
        stage.ends().await;
    }
}

#[tokio::test]
async fn an_answer_that_waited_through_a_restart_still_goes_to_its_task() {
    let gate = Gate::new();
    let held = gate.clone();
    let script = move |incoming: &Incoming| match &*incoming.text {
        "slow" => reply().working("on it").held(&held).answers("at last"),
        _ => script(incoming),
    };
    let toml = "flavor = \"kagent\"\ncalls_max = 1\n";
    let plan = Stage::plan().agent_as("k8s", AgentSettings::kagent("k8s"), toml, script);
    let mut stage = plan.start().await;
    stage.user(7).says("ask");
    stage.user(7).sees("Which colour?").await;
    stage.user(8).says("slow");
    rows::turns_become(&stage.store(), &["answered", "working"]).await;
    stage.user(7).says("blue");
    rows::turns_become(&stage.store(), &["answered", "working", "queued"]).await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    gate.open();
    stage.user(8).sees("at last").await;
    stage.user(7).sees("You said blue").await;
    let expected = sent(&[("ask", 1), ("slow", 2), ("blue", 1)]);
    assert_eq!(tasks(&stage), expected);
    stage.ends().await;
}

#[tokio::test]
async fn what_was_written_before_the_question_could_be_read_is_no_answer_to_it() {
    for wire in 0..4 {
        let gate = Gate::new();
        let held = gate.clone();
        let script = move |incoming: &Incoming| match &*incoming.text {
            "ask" => reply().working("").held(&held).asks("Which colour?"),
            _ => script(incoming),
        };
        let stage = plans(script).swap_remove(wire).start().await;
        let user = stage.user(7);
        user.says("ask");
        gate.reached().await;
        rows::turns_become(&stage.store(), &["working"]).await;
        user.says("pods");
        rows::turns_become(&stage.store(), &["working", "queued"]).await;
        gate.open();
        user.sees("Which colour?").await;
        user.sees("You said pods").await;
        user.says("blue");
        user.sees("You said blue").await;
        let expected = sent(&[("ask", 1), ("pods", 2), ("blue", 1)]);
        assert_eq!(tasks(&stage), expected);
        stage.ends().await;
    }
}

#[tokio::test]
async fn words_for_a_task_that_is_no_more_are_a_question_of_their_own() {
    for plan in plans(script) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("ask");
        user.sees("Which colour?").await;
        stage.settled().await;
        stage.agent("k8s").forget_tasks();
        user.says("blue");
        user.sees("You said blue").await;
        assert_eq!(tasks(&stage), sent(&[("ask", 1), ("blue", 2)]));
        stage.ends().await;
    }
}

#[tokio::test]
async fn a_new_conversation_answers_nothing_of_the_one_before() {
    for plan in plans(script) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("ask");
        user.sees("Which colour?").await;
        user.says("/new");
        user.sees("A new conversation").await;
        user.says("blue");
        user.sees("You said blue").await;
        assert_eq!(tasks(&stage), sent(&[("ask", 1), ("blue", 2)]));
        stage.ends().await;
    }
}

#[tokio::test]
async fn an_answer_that_failed_goes_to_the_same_task_when_it_is_run_again() {
    for plan in plans(script) {
        let stage = plan.start().await;
        let user = stage.user(7);
        user.says("ask");
        user.sees("Which colour?").await;
        stage.settled().await;
        // A gateway does not let us in for a while.
        stage.agent("k8s").set_bearer(Some("another"));
        user.says("blue");
        user.sees("No answer from k8s").await;
        stage.agent("k8s").set_bearer(None);
        user.taps("No answer from k8s", "Run again").await;
        user.sees("You said blue").await;
        let last = tasks(&stage).pop();
        assert_eq!(last, Some(("blue".to_owned(), 1)));
        stage.ends().await;
    }
}
