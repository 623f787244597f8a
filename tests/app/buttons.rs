//! Buttons that choose, switch and give examples.

use switchboard_emulators::agent::replies;

use crate::support::{Plan, Stage, rows};

/// Two agents, neither of them the default.
fn two() -> Plan {
    Stage::plan()
        .no_default()
        .agent("k8s", |asked| replies(&format!("k8s on {}", asked.text)))
        .agent("istio", |asked| {
            replies(&format!("istio on {}", asked.text))
        })
}

#[tokio::test]
async fn plain_text_that_finds_no_agent_waits_for_a_choice_which_is_then_the_current_one() {
    let mut stage = two().start().await;
    let user = stage.user(7);
    user.says("what is slow?");
    let question = user.sees("Which agent do you mean?").await;
    assert_eq!(question.labels(), ["k8s", "istio"]);
    // A button outlives its process.
    stage.settled().await;
    stage.stop_bot().await.unwrap();
    stage.start_bot();
    let user = stage.user(7);
    user.taps("Which agent", "istio").await;
    user.sees("istio on what is slow?").await;
    let decided = user.sees("▸ istio: what is slow?").await;
    assert_eq!((decided.id, decided.labels().len()), (question.id, 0));
    user.says("and now?");
    user.sees("istio on and now?").await;
    stage.settled().await;
    assert!(stage.agent("k8s").prompts().is_empty());
    let erased = "SELECT count(*) FROM buttons WHERE action IS NOT NULL";
    assert_eq!(rows::count(&stage.store(), erased).await, 0);
    stage.ends().await;
}

#[tokio::test]
async fn of_two_taps_one_asks_and_the_other_is_told_that_it_is_over() {
    let stage = two().start().await;
    let user = stage.user(7);
    user.says("what is slow?");
    let question = user.sees("Which agent do you mean?").await;
    let taps = ["k8s", "istio"].map(|label| {
        let data = question.button(label).unwrap().data.clone().unwrap();
        stage.telegram.press_raw(7, 7, question.id, &data)
    });
    let mut said = Vec::new();
    for tap in &taps {
        said.push(stage.telegram.tap_answered(tap).await.text);
    }
    said.sort();
    assert_eq!(said, ["", "This button no longer works."]);
    user.sees("on what is slow?").await;
    stage.settled().await;
    let asked = ["k8s", "istio"].map(|name| stage.agent(name).prompts().len());
    assert_eq!(asked.iter().sum::<usize>(), 1, "{asked:?}");
    stage.ends().await;
}

#[tokio::test]
async fn nobody_asks_in_the_name_of_another_not_even_an_admin() {
    const GROUP: i64 = -1_000_000_005;
    let stage = two().start().await;
    for (id, name) in [(1, "Admin"), (7, "Asker")] {
        stage.telegram.add_user(id, name);
    }
    stage.telegram.add_supergroup(GROUP, "On call");
    stage.telegram.join(GROUP, 7);
    let name = format!("@{}", stage.telegram.username());
    stage
        .telegram
        .say(7, GROUP, &format!("{name} what is slow?"));
    let card = stage.telegram.sees_button(GROUP, "istio").await;
    let tap = stage.telegram.press(1, GROUP, card.id, "istio").unwrap();
    let answer = stage.telegram.tap_answered(&tap).await;
    assert!(
        answer.text.contains("Only the person who asked"),
        "{}",
        answer.text
    );
    assert!(stage.agent("istio").prompts().is_empty());
    let tap = stage.telegram.press(7, GROUP, card.id, "istio").unwrap();
    stage.telegram.tap_answered(&tap).await;
    stage.telegram.sees(GROUP, "istio on what is slow?").await;
    stage.ends().await;
}

#[tokio::test]
async fn agents_offers_to_switch_and_the_switch_its_examples() {
    let stage = Stage::plan()
        .route(
            "istio",
            "examples = [\"what routes are there?\", \"who is slow?\"]",
        )
        .agent("k8s", |asked| replies(&format!("k8s on {}", asked.text)))
        .agent("istio", |asked| {
            replies(&format!("istio on {}", asked.text))
        })
        .start()
        .await;
    let user = stage.user(7);
    user.says("/agents");
    let list = user.sees("▸ /k8s").await;
    let examples = ["istio: what routes are there?", "istio: who is slow?"];
    assert_eq!(list.labels(), [&["istio"][..], &examples].concat());
    user.taps("▸ /k8s", "istio").await;
    let switched = user
        .sees("Now talking to istio. Ask, or tap an example.")
        .await;
    assert_eq!(switched.id, list.id);
    assert_eq!(
        switched.labels(),
        ["what routes are there?", "who is slow?"]
    );
    user.taps("Now talking to istio", "who is slow?").await;
    user.sees("istio on who is slow?").await;
    user.says("plain");
    user.sees("istio on plain").await;
    stage.ends().await;
}

#[tokio::test]
async fn an_expired_button_says_that_it_is_over() {
    let mut stage = two().start().await;
    stage.user(7).says("what is slow?");
    stage.user(7).sees("Which agent do you mean?").await;
    stage.settled().await;
    stage.stop_bot().await.unwrap();
    rows::change(&stage.store(), "UPDATE buttons SET expires_at = 1").await;
    stage.start_bot();
    let card = stage.user(7).sees("Which agent do you mean?").await;
    let tap = stage.telegram.press(7, 7, card.id, "k8s").unwrap();
    let answer = stage.telegram.tap_answered(&tap).await;
    assert_eq!(answer.text, "This button no longer works.");
    stage.settled().await;
    assert!(stage.agent("k8s").prompts().is_empty());
    stage.ends().await;
}
