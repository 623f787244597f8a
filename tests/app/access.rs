//! Deny by default: who may ask, and what everybody else hears.

use switchboard_emulators::agent::replies;
use switchboard_emulators::bot_api::Incoming;

use crate::support::{Stage, rows};

#[tokio::test]
async fn a_stranger_hears_once_a_day_that_they_are_not_on_the_list_and_reaches_no_agent() {
    let stage = Stage::with(|_| replies("secret")).await;
    let stranger = stage.user(5001);
    stranger.says("/k8s what is there?");
    stranger.sees("your Telegram id is 5001").await;
    stranger.says("please");
    stranger.says("/start");
    stage.settled().await;

    assert_eq!(stranger.screen().len(), 1);
    assert!(stage.agent("k8s").prompts().is_empty());
    let kept = "SELECT count(*) FROM updates WHERE body IS NOT NULL";
    assert_eq!(
        rows::count(&stage.store(), kept).await,
        0,
        "no text is kept"
    );
    stage.ends().await;
}

#[tokio::test]
async fn a_thousand_strangers_leave_a_bounded_number_of_rows() {
    let toml = format!(
        "{}\n[chat]\nstranger_rows_max = 100\n",
        crate::support::UNLIMITED
    );
    let stage = Stage::plan()
        .sections(&toml)
        .agent("k8s", |_| replies("secret"))
        .start()
        .await;
    for id in 10_001..=11_000 {
        stage.user(id).says("let me in");
    }
    stage.user(7).says("hello");
    stage.user(7).sees("secret").await;
    stage.settled().await;

    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    let strangers = rows::count(&stage.store(), "SELECT count(*) FROM strangers").await;
    assert_eq!(strangers, 100);
    stage.ends().await;
}

#[tokio::test]
async fn in_a_group_a_stranger_is_met_with_silence_unless_they_speak_to_the_bot() {
    const GROUP: i64 = -1_000_000_001;
    let stage = Stage::with(|_| replies("secret")).await;
    stage.telegram.add_user(7, "Member");
    stage.telegram.add_user(5001, "Stranger");
    stage.telegram.add_supergroup(GROUP, "On call");
    stage.telegram.join(GROUP, 7);
    stage.telegram.promote(GROUP, 7);

    stage.telegram.say(5001, GROUP, "what is this bot?");
    stage.telegram.say(5001, GROUP, "/k8s pods");
    stage
        .telegram
        .sees(GROUP, "You may not use this bot here")
        .await;
    stage.telegram.say(5001, GROUP, "/k8s pods");
    stage
        .telegram
        .post(Incoming::new(7, GROUP, "/k8s pods").as_anonymous_admin());
    stage.telegram.say(7, GROUP, "/k8s pods");
    stage.telegram.sees(GROUP, "secret").await;
    stage.settled().await;

    let ours = stage.telegram.screen(GROUP);
    let ours = ours.iter().filter(|message| message.from_bot()).count();
    assert_eq!(ours, 2, "one refusal, one answer");
    assert_eq!(stage.agent("k8s").prompts().len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn a_group_that_nobody_on_the_list_brought_the_bot_into_is_left_after_one_notice() {
    const GROUP: i64 = -1_000_000_002;
    let stage = Stage::with(|_| replies("secret")).await;
    stage.telegram.add_user(5001, "Stranger");
    stage.telegram.add_supergroup(GROUP, "Elsewhere");
    stage.telegram.join(GROUP, 5001);
    stage.telegram.called("leaveChat", 1).await;
    stage.settled().await;
    assert!(!stage.telegram.bot_is_in(GROUP));
    assert_eq!(stage.telegram.everything_sent(GROUP).len(), 1);
    stage.ends().await;
}

#[tokio::test]
async fn somebody_allowed_on_one_route_is_told_what_they_may_use_instead_of_another() {
    let stage = Stage::plan()
        .agent("k8s", |_| replies("pods"))
        .allow("7")
        .start()
        .await;
    let user = stage.user(7);
    user.says("/istio routes");
    user.sees("I do not know /istio. You may use: /k8s.").await;
    user.says("/whoami");
    user.sees("Your id: 7").await;
    user.says("/agents");
    user.sees("/k8s").await;
    user.says("/help");
    user.sees("/k8s and a question").await;
    stage.ends().await;
}

#[tokio::test]
async fn a_tap_by_somebody_else_does_nothing_and_says_so() {
    const GROUP: i64 = -1_000_000_003;
    let stage =
        Stage::with(|_| switchboard_emulators::agent::reply().jsonrpc_error(-32603, "broken"))
            .await;
    stage.telegram.add_user(7, "Asker");
    stage.telegram.add_user(8, "Colleague");
    stage.telegram.add_supergroup(GROUP, "On call");
    stage.telegram.join(GROUP, 7);
    stage.telegram.say(7, GROUP, "/k8s pods");
    let card = stage.telegram.sees_button(GROUP, "Run again").await;
    let tap = stage
        .telegram
        .press(8, GROUP, card.id, "Run again")
        .expect("the button is there");
    let answer = stage.telegram.tap_answered(&tap).await;
    assert!(answer.text.contains("Only the person who asked"));
    stage.settled().await;
    assert_eq!(stage.agent("k8s").calls_of("message/stream").len(), 1);

    stage.telegram.press_raw(8, GROUP, card.id, "forged");
    let _ = stage.telegram.called("answerCallbackQuery", 2).await;
    stage.ends().await;
}
