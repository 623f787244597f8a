//! Many people, long answers, Telegram's limits.

use switchboard_emulators::agent::{Gate, Incoming, Settings as AgentSettings, replies, reply};
use switchboard_emulators::bot_api::{On, Outcome, Settings};
use tokio::time::Instant;

use crate::support::{PATIENCE, Stage, UNLIMITED, rows, unix_now};

#[tokio::test]
async fn two_hundred_people_at_once_are_each_answered_once_while_another_agent_hangs() {
    let gate = Gate::new();
    let held = gate.clone();
    // A placeholder that comes on a busy machine shows the answer as well, before it goes.
    let quiet = "[chat]\ntyping_after = \"60s\"\nplaceholder_after = \"60s\"";
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}\n{quiet}\n"))
        .agent("k8s", |asked| replies(&format!("answer to {}", asked.text)))
        .agent("security", move |_| reply().held(&held).answers("late"))
        .start()
        .await;
    for id in 201..=232 {
        stage.user(id).says("/security scan");
    }
    for id in 1..=200 {
        stage.user(id).says(&format!("question {id}."));
    }
    for id in 1..=200 {
        stage
            .user(id)
            .sees(&format!("answer to question {id}."))
            .await;
    }
    gate.open();
    stage.settled().await;
    for id in 1..=200 {
        assert_eq!(stage.user(id).shown("answer to"), 1, "user {id}");
    }
    for id in 201..=232 {
        assert_eq!(stage.user(id).shown("late"), 1, "user {id}");
    }
    assert_eq!(stage.agent("k8s").prompts().len(), 200);
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_of_twenty_thousand_characters_comes_in_order_within_the_limit() {
    let words: Vec<String> = (0..2_500).map(|n| format!("word{n:04}")).collect();
    let answer = words.join(" ");
    assert!(answer.len() > 20_000);
    let text = answer.clone();
    let stage = Stage::plan()
        .sections(&format!("{UNLIMITED}\n[chat]\nlong_answer = \"chunks\"\n"))
        .agent("k8s", move |_| replies(&text))
        .start()
        .await;
    stage.user(7).says("tell me all");
    stage.user(7).sees("word2499").await;
    stage.settled().await;

    let screen = stage.user(7).screen();
    assert!(screen.len() >= 5, "{} chunks", screen.len());
    assert!(
        screen
            .iter()
            .all(|chunk| chunk.encode_utf16().count() <= 4096)
    );
    assert_eq!(screen.join(" "), answer);
    stage.ends().await;
}

#[tokio::test]
async fn a_chat_in_a_penalty_waits_exactly_as_told_and_slows_no_other() {
    let stage = Stage::with(|asked| replies(&format!("answer to {}", asked.text))).await;
    let begun = Instant::now();
    stage.telegram.penalize(Some(1), 2);
    stage.user(1).says("one");
    stage.telegram.called("sendMessage", 1).await;
    stage.user(2).says("two");
    stage.user(2).sees("answer to two").await;
    assert_eq!(stage.user(1).shown("answer"), 0, "still in its penalty");
    stage.user(1).sees("answer to one").await;
    let calls = stage.telegram.calls_to("sendMessage");
    let of_one: Vec<_> = calls.iter().filter(|call| call.chat == Some(1)).collect();
    assert_eq!(of_one.len(), 2, "one refused, one taken");
    assert!(matches!(of_one[0].outcome, Outcome::Refused(429, _)));
    assert!(of_one[1].at.duration_since(begun).as_secs() >= 2);
    stage.ends().await;
}

#[tokio::test]
async fn a_new_process_keeps_to_the_penalties_that_the_one_before_was_told() {
    let mut stage = Stage::plan()
        .grace("1s")
        .agent("k8s", |asked| replies(&format!("answer to {}", asked.text)))
        .start()
        .await;
    let begun = Instant::now();
    stage.telegram.penalize(Some(1), 4);
    stage.user(1).says("one");
    stage.telegram.called("sendMessage", 1).await;
    let kept = "SELECT count(*) FROM penalties WHERE chat = 1";
    rows::becomes(&stage.store(), kept, 1).await;
    stage.stop_bot().await.expect("the bot stops cleanly");
    let before = stage.telegram.calls_to("sendMessage").len();
    assert_eq!(before, 1, "it stopped within the penalty");
    stage.start_bot();
    stage.user(2).says("two");
    stage.user(2).sees("answer to two").await;
    assert_eq!(stage.user(1).shown("answer"), 0, "still in its penalty");
    stage.user(1).sees("answer to one").await;
    let calls = stage.telegram.calls_to("sendMessage");
    let of_one: Vec<_> = calls.iter().filter(|call| call.chat == Some(1)).collect();
    assert_eq!(of_one.len(), 2, "one refused, one taken");
    assert!(of_one[1].at.duration_since(begun).as_secs() >= 4);
    stage.ends().await;
}

#[tokio::test]
async fn telegrams_own_limits_are_kept_and_a_busy_chat_slows_no_other() {
    let stage = Stage::plan()
        .telegram(Settings::default())
        .sections("")
        .agent("k8s", |asked| replies(&format!("answer to {}", asked.text)))
        .start()
        .await;
    for n in 0..6 {
        stage.user(1).says(&format!("busy {n}."));
    }
    stage.user(2).says("calm");
    stage.user(2).sees("answer to calm").await;
    assert_eq!(
        stage.user(1).shown("answer to busy 5."),
        0,
        "the busy chat waits"
    );
    stage.user(1).sees("answer to busy 5.").await;
    let refused = stage.telegram.refusals();
    assert!(refused.is_empty(), "{refused:#?}");
    stage.ends().await;
}

#[tokio::test]
async fn a_full_conversation_refuses_with_a_sentence_and_the_poll_goes_on() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = format!("{UNLIMITED}conversation_waiting_max = 3\n");
    let stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", move |_| reply().held(&held).answers("done"))
        .start()
        .await;
    stage.user(7).says("q0");
    gate.reached().await;
    for n in 1..=4 {
        stage.user(7).says(&format!("q{n}"));
    }
    stage.user(7).sees("I did not take this one").await;
    stage.user(7).says("/whoami");
    stage.user(7).sees("Your id: 7").await;
    gate.open();
    stage.settled().await;
    let asked: Vec<_> = stage
        .agent("k8s")
        .prompts()
        .into_iter()
        .map(|p| p.text)
        .collect();
    assert_eq!(asked, ["q0", "q1", "q2", "q3"]);
    stage.ends().await;
}

#[tokio::test]
async fn when_everybody_together_has_too_many_waiting_one_more_is_refused_and_the_rest_goes_on() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = format!("{}turns_max = 2\n", crate::support::UNLIMITED);
    let stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", move |_| reply().held(&held).answers("done"))
        .start()
        .await;
    stage.user(7).says("one");
    gate.reached().await;
    stage.user(8).says("two");
    stage.user(8).says("three");
    stage
        .user(8)
        .sees("Too many questions of too many people")
        .await;
    gate.open();
    stage.settled().await;
    stage.user(8).says("four");
    stage.user(8).sees_times("done", 2).await;
    assert_eq!(stage.agent("k8s").prompts().len(), 3);
    stage.ends().await;
}

#[tokio::test]
async fn the_same_update_delivered_again_does_nothing() {
    let stage = Stage::with(|_| replies("once")).await;
    let update = serde_json::json!({"update_id": 777, "message": {
        "message_id": 1, "date": unix_now(), "text": "hello",
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": false, "first_name": "Seven"}}});
    stage.telegram.add_user(7, "Seven");
    stage.telegram.open_chat(7);
    for _ in 0..3 {
        stage.telegram.push_raw_update(update.clone());
    }
    stage.user(7).sees("once").await;
    stage.settled().await;
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn an_answer_that_telegram_took_before_the_line_was_cut_is_sent_once_more_at_most() {
    let stage = Stage::with(|_| replies("the answer")).await;
    let cut = On::method("sendMessage").text("the answer").times(1);
    stage
        .telegram
        .inject(switchboard_emulators::bot_api::Fault::CutAfter, cut);
    stage.user(7).says("hello");
    stage.user(7).sees_times("the answer", 2).await;
    stage.settled().await;
    assert_eq!(stage.user(7).shown("the answer"), 2);
    let resent = "SELECT count(*) FROM outbox WHERE sends = 2 AND state = 'sent'";
    assert_eq!(
        rows::count(&stage.store(), resent).await,
        1,
        "it is counted"
    );
    stage.ends().await;
}

#[tokio::test]
async fn an_agent_has_so_many_calls_at_once_and_so_many_that_wait_and_one_more_is_told() {
    let gate = Gate::new();
    let held = gate.clone();
    let toml = "flavor = \"kagent\"\ncalls_max = 1\nwaiting_max = 1\n";
    let script = move |asked: &Incoming| {
        reply()
            .held(&held)
            .answers(&format!("answer to {}", asked.text))
    };
    let stage = Stage::plan()
        .agent_as("k8s", AgentSettings::kagent("k8s"), toml, script)
        .start()
        .await;
    let agent = stage.agent("k8s");
    stage.user(1).says("first");
    agent
        .wait_for("the first prompt", PATIENCE, |agent| {
            (agent.prompts().len() == 1).then_some(())
        })
        .await;
    // Either of the two may be the one that waits.
    stage.user(2).says("second");
    stage.user(3).says("second");
    let busy = "It has too many questions at the moment";
    let refused = tokio::select! {
        _ = async { stage.user(2).sees(busy).await } => 2,
        _ = async { stage.user(3).sees(busy).await } => 3,
    };
    assert_eq!(agent.prompts().len(), 1, "the second waits");
    gate.open();
    stage.user(1).sees("answer to first").await;
    let waited = 5 - refused;
    stage.user(waited).sees("answer to second").await;
    stage.settled().await;
    assert_eq!(agent.prompts().len(), 2);
    stage.user(refused).taps(busy, "Run again").await;
    stage.user(refused).sees("answer to second").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_chat_with_too_much_waiting_takes_nothing_new_says_so_once_and_still_stops() {
    let toml = format!("{UNLIMITED}chat_waiting_max = 3\n");
    let stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", |_| replies("2 pods"))
        .start()
        .await;
    stage.user(8).says("/whoami");
    stage.user(8).sees("Your id: 8").await;
    stage.settled().await;
    let gate = stage.telegram.hold(On::method("sendMessage").chat(7));
    // One is on its way, and three wait.
    for said in 1..=4 {
        stage.user(7).says("/help");
        let waiting = "SELECT count(*) FROM outbox WHERE kind = 'reply' AND chat = 7";
        rows::becomes(&stage.store(), waiting, said).await;
    }
    stage.user(7).says("/help");
    stage.user(7).says("how many pods?");
    stage.user(7).says("/stop");
    let refused = "SELECT count(*) FROM updates WHERE reason = 'chat full'";
    rows::becomes(&stage.store(), refused, 2).await;
    gate.release();
    stage.user(8).says("how many pods?");
    stage.user(8).sees("2 pods").await;
    stage.user(7).sees("Nothing of yours runs here").await;
    assert_eq!(stage.user(7).shown("Too many of my messages"), 1);
    assert_eq!(stage.agent("k8s").prompts().len(), 1, "the other chat's");
    stage.settled().await;
    stage.user(7).says("how many pods?");
    stage.user(7).sees("2 pods").await;
    stage.ends().await;
}
